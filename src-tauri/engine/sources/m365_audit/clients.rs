//! Microsoft's own applications. A person who works in Teams or Outlook, or types at a shell, acts directly: the client is no
//! agent beside them. What is not listed is an app of somebody's.

/// Clients and services of Microsoft 365 by their public application ids.
const OWN: [&str; 34] = [
    "00b41c95-dab0-4487-9791-b9d2c32c80f2",
    "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
    "08e18876-6177-487e-b8b5-cf950c1e598c",
    "0ec893e0-5785-4de6-99da-4ed124e5296c",
    "14d82eec-204b-4c2f-b7e8-296a70dab67e",
    "1950a258-227b-4e31-a9cf-717495945fc2",
    "1b730954-1685-4b74-9bfd-dac224a7b894",
    "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
    "27922004-5251-4030-b22d-91ecd9a37ea4",
    "29d9ed98-a469-4536-ade2-f981bc1d605e",
    "4345a7b9-9a63-4910-a426-35363201d503",
    "4765445b-32c6-49b0-83e6-1d93765276ca",
    "497effe9-df71-4043-a8bb-14cf78c4b63b",
    "4813382a-8fa7-425e-ab75-3b753aab3abb",
    "57fb890c-0dab-4253-a5e0-7188c88b2bb4",
    "5e3ce6c0-2b1f-4285-8d4b-75ee78787346",
    "62b732f7-fc71-40bc-b27d-35efcb0509de",
    "80ccca67-54bd-44ab-8625-4b79c4dc7775",
    "872cd9fa-d31f-45e0-9eab-6e460a02d1f1",
    "89bee1f7-5e6e-4d8a-9f3d-ecd601259da7",
    "9199bf20-a13f-4107-85dc-02114787ef48",
    "9bc3ab49-b65d-410a-85ad-de819febfddc",
    "a0c73c16-a7e3-4564-9a95-2bdf47383716",
    "ab9b8c07-8f02-4f72-87fa-80105867a763",
    "aebc6443-996d-45c2-90f0-388ff96faa56",
    "af124e86-4e96-495a-b70a-90f90ab96707",
    "b26aadf8-566f-4478-926f-589f601d9c74",
    "bc59ab01-8403-45c6-8796-ac3ef710b3e3",
    "c0ab8ce9-e9a0-42e7-b064-33d422df41f1",
    "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
    "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",
    "d3590ed6-52b3-4102-aeff-aad2292ab01c",
    "ecd6b820-32c2-49b6-98a6-444530e5a77a",
    "fb78d390-0c51-40cd-8e17-fdbfab77341b",
];

/// Whether the application is Microsoft's own. Ids of the form `0000000N-0000-0000-c000-000000000000` are reserved for them.
pub fn is_microsofts(app: &str) -> bool {
    let app = app.to_lowercase();
    let reserved = app.starts_with("000000")
        && ["-0000-0000-c000-000000000000", "-0000-0ff1-ce00-000000000000"].iter().any(|end| app.ends_with(end));
    reserved || OWN.contains(&app.as_str())
}
