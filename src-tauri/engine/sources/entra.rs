//! What the logs of Microsoft Entra, Azure, Microsoft Graph and Microsoft 365 share: whose ids they write, and the id of
//! a token in one form.
//!
//! People are their UPN (an address) where a record has one, else their object id; applications are their application
//! id, else the object id of their service principal. Object and application ids are one namespace, `entra`. The roster
//! (`entra_users`) joins object id and address; nothing else does.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::hints::Hints;
use super::json::Json;
use super::nobody::somebody;
use super::{azure_activity, entra_audit, entra_sign_in, graph_activity};
use crate::model::principal::{is_email, is_guid};
use crate::model::{Claim, Event, EvidenceKind, FilledBy, Principal, Role, WhyEmpty, Wire, WireKind};

const NAMESPACE: &str = "entra";

/// An entry of any of the logs that Azure Monitor may put into one file: sign-ins, audit, Microsoft Graph, Azure
/// activity. Whichever of them a file is taken for, the others in it are read and not lost.
pub fn read(entry: &Json, hints: &Hints) -> Option<Event> {
    [entra_sign_in::read, entra_audit::read, graph_activity::read, azure_activity::read]
        .into_iter()
        .find_map(|read| read(entry, hints))
}

pub fn is_one(entry: &Json) -> bool {
    entra_sign_in::is_entry(entry)
        || entra_audit::is_entry(entry)
        || graph_activity::is_entry(entry)
        || azure_activity::is_certain(entry)
}

/// A token's id as the token itself writes it (`uti`): the 16 bytes of a GUID in URL-safe base64. Sign-in logs write it
/// so, or as the GUID's text, or as base64 of that text. `None` for an empty or all-zero id, which is no token's.
pub fn token_id(text: &str) -> Option<String> {
    let text = somebody(text).ok()?.trim_end_matches('=');
    let bytes = guid(text).or_else(|| {
        let decoded = URL_SAFE_NO_PAD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()?;
        match <[u8; 16]>::try_from(decoded.as_slice()) {
            Ok(bytes) => Some(bytes),
            Err(_) => guid(std::str::from_utf8(&decoded).ok()?),
        }
    });
    match bytes {
        Some(bytes) if bytes == [0; 16] => None,
        Some(bytes) => Some(URL_SAFE_NO_PAD.encode(bytes)),
        None => Some(text.to_string()),
    }
}

/// The bytes of a GUID in the order in which Microsoft writes them: the first three groups are little-endian.
fn guid(text: &str) -> Option<[u8; 16]> {
    if !is_guid(text) {
        return None;
    }
    let digits: Vec<u8> = text.bytes().filter(|b| *b != b'-').collect();
    let mut bytes = [0u8; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    for group in [0..4, 4..6, 6..8] {
        bytes.get_mut(group)?.reverse();
    }
    Some(bytes)
}

/// An id of the directory; GUIDs have no case. The all-zero GUID stands for nobody.
pub fn id(text: &str) -> Result<Principal, WhyEmpty> {
    let text = somebody(text)?;
    if text.bytes().all(|b| matches!(b, b'0' | b'-')) {
        return Err(WhyEmpty::Absent);
    }
    let id = if is_guid(text) { text.to_lowercase() } else { text.to_string() };
    Ok(Principal { namespace: NAMESPACE.into(), id })
}

/// A person's account: by its UPN, else by its object id.
pub fn user(upn: Option<&str>, object_id: Option<&str>) -> Result<Principal, WhyEmpty> {
    let upn = upn.map_or(Err(WhyEmpty::Absent), |upn| match upn.contains("PII Removed") {
        true => Err(WhyEmpty::Redacted),
        false => somebody(upn),
    });
    if let Ok(address) = upn
        && is_email(address)
    {
        return Ok(Principal::new(NAMESPACE, address));
    }
    match (object_id.map(id), upn) {
        (Some(Ok(found)), _) => Ok(found),
        (_, Ok(word)) => id(word),
        (Some(Err(why)), Err(WhyEmpty::Absent)) | (_, Err(why)) => Err(why),
    }
}

/// States that a principal name and an object id are one account, where the directory itself wrote both. An object id
/// that is no GUID, or an address that is none, is somebody else's word.
pub fn same(event: &mut Event, upn: Option<&str>, object_id: Option<&str>) {
    let (Some(upn), Some(object_id)) = (upn, object_id.filter(|o| is_guid(o.trim()))) else { return };
    if let (Ok(name), Ok(id)) = (user(Some(upn), None), id(object_id))
        && name.namespace == "email"
    {
        event.same.push((id, name));
    }
}

/// An application: by its application id, else by the object id of its service principal.
pub fn app(app_id: Option<&str>, object_id: Option<&str>) -> Option<Principal> {
    app_id.and_then(|a| id(a).ok()).or_else(|| object_id.and_then(|o| id(o).ok()))
}

/// Services of Microsoft itself have application ids of one shape.
pub fn is_microsofts(app_id: &str) -> bool {
    let id = app_id.to_lowercase();
    id.starts_with("0000") && (id.ends_with("-0000-c000-000000000000") || id.ends_with("-0ff1-ce00-000000000000"))
}

/// Microsoft's own clients with which people work: portals, command lines, editors, Office. Whoever uses one acts
/// with their own hands, and the client is no agent.
pub fn is_own_hands(app_id: &str) -> bool {
    const CLIENTS: [&str; 32] = [
        "04b07795-8ddb-461a-bbee-02f9e1bf7b46", // Azure CLI
        "0ec893e0-5785-4de6-99da-4ed124e5296c", // Office web
        "14d82eec-204b-4c2f-b7e8-296a70dab67e", // Graph command line
        "1950a258-227b-4e31-a9cf-717495945fc2", // Azure PowerShell
        "1b730954-1685-4b74-9bfd-dac224a7b894", // Azure AD PowerShell
        "1fec8e78-bce4-4aaf-ab1b-5451cc387264", // Teams
        "268761a2-03f3-40df-8a8b-c3db24145b6b", // Store
        "26a7ee05-5602-4d76-a7ba-eae8b7b67941", // Windows Search
        "27922004-5251-4030-b22d-91ecd9a37ea4", // Outlook mobile
        "29d9ed98-a469-4536-ade2-f981bc1d605e", // authentication broker
        "4765445b-32c6-49b0-83e6-1d93765276ca", // Office home
        "57336123-6e14-4acc-8dcf-287b6088aa28", // Whiteboard
        "57fb890c-0dab-4253-a5e0-7188c88b2bb4", // SharePoint
        "5e3ce6c0-2b1f-4285-8d4b-75ee78787346", // Teams web
        "66375f6b-983f-4c2c-9701-d680650f588f", // Planner
        "74658136-14ec-4630-ad9b-26e160ff0fc6", // directory portal
        "80ccca67-54bd-44ab-8625-4b79c4dc7775", // compliance centre
        "872cd9fa-d31f-45e0-9eab-6e460a02d1f1", // Visual Studio
        "89bee1f7-5e6e-4d8a-9f3d-ecd601259da7", // Office shell
        "9199bf20-a13f-4107-85dc-02114787ef48", // Outlook web
        "9ba1a5c7-f17a-4de9-a1f1-6178c8d51223", // Company Portal
        "9bc3ab49-b65d-410a-85ad-de819febfddc", // SharePoint PowerShell
        "a0c73c16-a7e3-4564-9a95-2bdf47383716", // Exchange PowerShell
        "ab9b8c07-8f02-4f72-87fa-80105867a763", // OneDrive sync
        "aebc6443-996d-45c2-90f0-388ff96faa56", // Visual Studio Code
        "b26aadf8-566f-4478-926f-589f601d9c74", // OneDrive
        "b677c290-cf4b-4a8e-a60e-91ba650a4abe", // Cloud Shell
        "c44b4083-3bb0-49c1-b47d-974e53cbdf3c", // Azure portal
        "d3590ed6-52b3-4102-aeff-aad2292ab01c", // Office
        "de8bc8b5-d9f9-48b1-a8ad-b748da725064", // Graph Explorer
        "ecd6b820-32c2-49b6-98a6-444530e5a77a", // Edge
        "fb78d390-0c51-40cd-8e17-fdbfab77341b", // Exchange PowerShell, newer
    ];
    is_microsofts(app_id) || CLIENTS.contains(&app_id.to_lowercase().as_str())
}

/// A token of a person and a client, as a record has them.
pub struct Delegated<'a> {
    pub user: Principal,
    /// Where the record has the person.
    pub user_field: &'a str,
    pub app_id: Option<&'a str>,
    pub app_field: &'a str,
    /// The record itself says that the client is an agent.
    pub agent: bool,
}

/// A person acting: through a client of somebody's making both stand on the record; else the person alone does.
pub fn person(event: &mut Event, acting: Delegated<'_>) {
    let client = acting.app_id.filter(|a| acting.agent || !is_own_hands(a)).and_then(|a| app(Some(a), None));
    let Some(client) = client else {
        event.wire = Some(Wire { principal: acting.user, kind: WireKind::Human, by: FilledBy::Platform });
        return;
    };
    claim(event, Role::Human, acting.user, acting.user_field);
    if acting.agent {
        claim(event, Role::Agent, client.clone(), acting.app_field);
    }
    event.wire = Some(Wire { principal: client, kind: WireKind::Delegated, by: FilledBy::Platform });
}

/// An application acting with its own rights.
pub fn application(event: &mut Event, principal: Principal, app_id: Option<&str>, agent: bool) {
    let kind = match () {
        () if agent => WireKind::Agent,
        () if app_id.is_some_and(is_microsofts) => WireKind::System,
        () => WireKind::Service,
    };
    if kind == WireKind::System {
        event.human_empty = WhyEmpty::NotSupported;
    }
    event.wire = Some(Wire { principal, kind, by: FilledBy::Platform });
}

fn claim(event: &mut Event, role: Role, principal: Principal, field: &str) {
    let (evidence, by) = (EvidenceKind::K3, FilledBy::Platform);
    event.claims.push(Claim { role, principal, evidence, by, field: field.into() });
}

/// Whose rights were asked: the person's where there is one, else the application's.
pub fn effective(event: &Event) -> Vec<Principal> {
    let mut people = event.claims.iter().filter(|c| c.role == Role::Human).map(|c| c.principal.clone());
    people.next().or_else(|| event.wire.as_ref().map(|w| w.principal.clone())).into_iter().collect()
}

/// An address without the port that gateways write behind it: `v4:port`, `[v6]:port`.
pub fn address(text: &str) -> String {
    if let Some(inner) = text.strip_prefix('[').and_then(|t| t.split(']').next()) {
        return inner.to_string();
    }
    match text.split_once(':') {
        Some((v4, port)) if v4.contains('.') && port.bytes().all(|b| b.is_ascii_digit()) => v4.to_string(),
        _ => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_token_has_one_id_in_every_form() {
        let text = "69569a9b-e819-4c15-a9d9-36d208000000";
        let wanted = token_id("m5pWaRnoFUyp2TbSCAAAAA").unwrap();
        assert_eq!(wanted, "m5pWaRnoFUyp2TbSCAAAAA");
        assert_eq!(token_id(text).unwrap(), wanted);
        assert_eq!(token_id(&text.to_uppercase()).unwrap(), wanted);
        assert_eq!(token_id(&STANDARD_NO_PAD.encode(text)).unwrap(), wanted);
        assert_eq!(token_id("m5pWaRnoFUyp2TbSCAAAAA==").unwrap(), wanted);
        // What is no such id stays as it is, and one is not another.
        assert_eq!(token_id("token-17").as_deref(), Some("token-17"));
        assert_ne!(token_id("m5pWaRnoFUyp2TbSCAAAAB"), Some(wanted));
        for nobody in ["", "AAAAAAAAAAAAAAAAAAAAAA", "00000000-0000-0000-0000-000000000000", "N/A"] {
            assert_eq!(token_id(nobody), None, "{nobody}");
        }
    }

    #[test]
    fn a_person_is_the_address_and_nobody_is_nobody() {
        let oid = "7CC0C81B-F2A2-489A-8243-EDA96DA4214D";
        assert_eq!(user(Some("Ada@Example.org"), Some(oid)), Ok(Principal::new("email", "ada@example.org")));
        assert_eq!(user(None, Some(oid)).unwrap().id, oid.to_lowercase());
        assert_eq!(user(Some("EXAMPLE\\ada"), None).unwrap().namespace, "entra");
        for (upn, oid) in [(None, None), (Some(""), Some("")), (None, Some("00000000-0000-0000-0000-000000000000"))] {
            assert_eq!(user(upn, oid), Err(WhyEmpty::Absent));
        }
        assert_eq!(user(Some("{PII Removed}@example.org"), None), Err(WhyEmpty::Redacted));
        assert_eq!(app(Some("N/A"), Some("sp-1")).unwrap().id, "sp-1");
    }

    #[test]
    fn microsofts_clients_are_hands_and_no_agents() {
        assert!(
            is_own_hands("04B07795-8ddb-461a-bbee-02f9e1bf7b46")
                && !is_microsofts("04b07795-8ddb-461a-bbee-02f9e1bf7b46")
        );
        assert!(is_microsofts("00000003-0000-0000-c000-000000000000"));
        assert!(!is_own_hands("11111111-2222-3333-4444-555555555555"));
        assert_eq!(address("198.51.100.7:443"), "198.51.100.7");
        assert_eq!(address("[2001:db8::1]:443"), "2001:db8::1");
        assert_eq!(address("2001:db8::1"), "2001:db8::1");
    }
}
