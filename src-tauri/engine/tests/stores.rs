//! A store of relations through the whole corridor: every record of the file comes back, and no tuple is ever a *no*.

#![allow(clippy::unwrap_used, reason = "a test of the whole corridor: helpers are outside of #[test]")]

mod fixtures;

use behalf_engine::analysis;
use behalf_engine::ask::authorized::{Asked, authorized};
use behalf_engine::case::{Case, verify};
use behalf_engine::model::Time;
use fixtures::import;

const STORE: &str = "name: Shop
model: |
  model
    schema 1.1
  type user
  type group
    relations
      define member: [user]
  type doc
    relations
      define parent: [doc]
      define viewer: [user, group#member] or viewer from parent
tuples:
  - user: user:ada@fern.example
    relation: viewer
    object: doc:1
  - user: user:ada@fern.example
    relation: member
    object: group:eng
  - user: group:eng#member
    relation: viewer
    object: doc:9
  # Ben reads only at certain hours.
  - user: user:ben@fern.example
    relation: viewer
    object: doc:1
    condition: { name: office_hours, context: { zone: CET } }
tests:
  - name: reading
    check:
      - user: user:ada@fern.example
        object: doc:1
        assertions:
          viewer: true
      - user: user:ben@fern.example
        object: doc:1
        assertions:
          viewer: false
";

const DIRECTORY: &str = "id,email,name,type,status,start,end,department,aliases
P1,ada@fern.example,Ada,person,active,,,,
P2,ben@fern.example,Ben,person,active,,,,
";

#[test]
fn a_store_is_read_whole_and_its_silence_is_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let (store, directory) = (folder.path().join("store.fga.yaml"), folder.path().join("directory.csv"));
    std::fs::write(&store, STORE).unwrap();
    std::fs::write(&directory, DIRECTORY).unwrap();
    let mut case = Case::in_memory().unwrap();
    let report = import(&mut case, &[store, directory], &[], 2);
    let file = &report.files[0];
    // The model, four tuples, two assertions.
    assert_eq!((file.format.as_str(), file.read, file.kept, file.duplicates, file.rejected), ("openfga", 7, 7, 0, 0));
    assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new());
    let raw: Vec<String> = (1..=7).map(|event| String::from_utf8(case.raw(event).unwrap().bytes).unwrap()).collect();
    let line = |event: i64| case.raw(event).unwrap().place.address.line.unwrap();
    assert_eq!((line(1), line(2), line(7)), (2, 14, 38));
    assert!(raw[0].starts_with("model: |") && raw[0].ends_with("viewer from parent"), "{}", raw[0]);
    assert_eq!(
        raw[4],
        "user: user:ben@fern.example\n    relation: viewer\n    object: doc:1\n    condition: { name: office_hours, context: { zone: CET } }"
    );
    assert_eq!(raw[6], "viewer: false");

    analysis::analyze(&case, &()).unwrap();
    let ask = |user: &str, action: &str, resource: &str| {
        let at = Time::parse("2026-03-02T10:00:00Z").unwrap();
        let asked = Asked { user: user.into(), action: action.into(), resource: resource.into(), at, with: vec![] };
        authorized(&case, &asked).unwrap().answer
    };
    assert_eq!(ask("ada@fern.example", "viewer", "doc:1"), "yes");
    // Through the group whose members are viewers.
    assert_eq!(ask("ada@fern.example", "viewer", "doc:9"), "yes");
    // The model may derive these; only the engine knows.
    assert_eq!(ask("ada@fern.example", "viewer", "doc:2"), "unanswerable");
    assert_eq!(ask("ada@fern.example", "member", "group:other"), "unanswerable");
    assert_eq!(ask("ada@fern.example", "can_read", "doc:1"), "unanswerable");
    // A condition is not evaluated here.
    assert_eq!(ask("ben@fern.example", "viewer", "doc:1"), "unanswerable");
}
