//! `docs/sources.md`, from the doc comments of the sources. `sources/mod.rs` says how such a comment is laid out; what
//! belongs to no source stands in `sources.template.md`.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

const TEMPLATE: &str = include_str!("sources.template.md");

/// The parts of a source's doc comment, in their order.
const PARTS: [&str; 7] = ["Ask for", "Reads", "Recognised by", "Filled by", "Answers", "Never tells", "Documented in"];

/// The groups of the page, in their order.
const GROUPS: [&str; 11] = [
    "Cloud and platform audit",
    "SaaS audit",
    "Identity providers",
    "Agent traces and transcripts",
    "Gateways and in-house logs",
    "Decision logs",
    "Tokens",
    "Rosters",
    "Entitlements",
    "Tables beside the logs",
    OTHER,
];
const OTHER: &str = "Other logs";

/// The group of a source whose doc comment has no **Group**: the first row that has a word of the source's name decides,
/// so rosters and rights of a product stand before the product.
const BY_NAME: [(&str, &[&str]); 10] = [
    ("Rosters", &["users", "scim", "roster"]),
    ("Entitlements", &["authorization_details", "authz_details", "rbac", "tuples", "grants", "roles"]),
    (
        "Tables beside the logs",
        &["directory", "entitlements", "assets", "networks", "ownership", "exceptions", "approvals"],
    ),
    ("Tokens", &["token"]),
    ("Decision logs", &["opa", "openfga", "spicedb", "cedar", "decision"]),
    ("Gateways and in-house logs", &["gateway", "mcp", "mapping"]),
    (
        "Agent traces and transcripts",
        &[
            "otel",
            "agent_events",
            "trace",
            "inference",
            "langsmith",
            "langfuse",
            "transcript",
            "tau",
            "agentdojo",
            "swe_agent",
            "chat",
            "trajector",
            "invocation",
        ],
    ),
    ("Identity providers", &["okta", "entra", "auth0", "keycloak"]),
    (
        "SaaS audit",
        &["github", "m365", "microsoft", "workspace", "salesforce", "snowflake", "slack", "anthropic", "openai"],
    ),
    ("Cloud and platform audit", &["cloudtrail", "kubernetes", "gcp", "azure", "vault", "bedrock", "ocsf"]),
];

/// One source, as its doc comment tells it.
struct Told {
    /// The name of its file, which is the `format` that Behalf prints.
    name: String,
    title: String,
    group: String,
    parts: Vec<(String, String)>,
}

impl Told {
    fn part(&self, name: &str) -> &str {
        self.parts.iter().find(|(n, _)| n == name).map_or("", |(_, text)| text)
    }

    /// As the reviewer sees it printed.
    fn format(&self) -> &str {
        if self.name == "mapping" { "mapping:NAME" } else { &self.name }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn page_path() -> PathBuf {
    root().join("docs/sources.md")
}

pub fn write() -> Result<(), Box<dyn Error>> {
    Ok(fs::write(page_path(), page()?)?)
}

/// Fails where a source lacks a part or the page is not what would be written.
pub fn check() -> Result<(), Box<dyn Error>> {
    match fs::read_to_string(page_path())? == page()? {
        true => Ok(()),
        false => Err("docs/sources.md is stale: run `make sources`".into()),
    }
}

/// The page, or every source whose doc comment lacks a part.
pub fn page() -> Result<String, Box<dyn Error>> {
    let folder = root().join("src-tauri/engine/sources");
    let mut told = Vec::new();
    let mut wrong = Vec::new();
    for name in names(&fs::read_to_string(folder.join("mod.rs"))?)? {
        let text = fs::read_to_string(folder.join(format!("{name}.rs")))?;
        match read(&name, &text) {
            Ok(source) => told.push(source),
            Err(why) => wrong.push(format!("sources/{name}.rs: {why}")),
        }
    }
    match wrong.is_empty() {
        true => Ok(layout(&told)),
        false => Err(wrong.join("\n").into()),
    }
}

/// The list in `sources! {}`, in its order, and the mapping files, which are a source without a place in it.
fn names(module: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let list = module.split("\nsources! {").nth(1).and_then(|rest| rest.split('}').next());
    let list = list.ok_or("sources/mod.rs has no list `sources! {}`")?;
    let code = list.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    let names = code.split(',').map(str::trim).filter(|n| !n.is_empty()).map(String::from);
    Ok(names.chain(["mapping".to_string()]).collect())
}

fn read(name: &str, text: &str) -> Result<Told, String> {
    let comment: Vec<&str> = text.lines().map_while(|l| l.strip_prefix("//!")).map(str::trim_end).collect();
    let title = comment.first().map(|l| l.trim().trim_end_matches('.').to_string()).unwrap_or_default();
    if title.is_empty() {
        return Err("the doc comment has no title line".into());
    }
    let mut parts: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in comment.iter().skip(1).map(|l| l.trim_start()) {
        let item = line.strip_prefix("- **").and_then(|rest| rest.split_once("**:"));
        match item {
            Some((part, text)) => parts.push((part.to_string(), text.trim().to_string())),
            // What follows the list is for those who work on the source.
            None if line.is_empty() => {}
            None if inside => {
                if let Some((_, text)) = parts.last_mut() {
                    let _ = write!(text, " {line}");
                }
            }
            None => {}
        }
        inside = !line.is_empty() && (item.is_some() || inside);
    }
    let known = |part: &str| part == "Group" || PARTS.contains(&part);
    if let Some((part, _)) = parts.iter().find(|(part, _)| !known(part)) {
        return Err(format!("**{part}** is none of Group, {}", PARTS.join(", ")));
    }
    let lacks = |part: &&&str| !parts.iter().any(|(name, text)| name == **part && !text.is_empty());
    let missing: Vec<&str> = PARTS.iter().filter(lacks).copied().collect();
    if !missing.is_empty() {
        return Err(format!("the doc comment lacks {}", missing.join(", ")));
    }
    let said = parts.iter().find(|(part, _)| part == "Group").map(|(_, text)| text.trim_end_matches('.').to_string());
    let group = said.unwrap_or_else(|| group_of(name).to_string());
    if !GROUPS.contains(&group.as_str()) {
        return Err(format!("the group `{group}` is none of {}", GROUPS.join(", ")));
    }
    Ok(Told { name: name.to_string(), title, group, parts })
}

fn group_of(name: &str) -> &'static str {
    let found = BY_NAME.iter().find(|(_, words)| words.iter().any(|word| name.contains(word)));
    found.map_or(OTHER, |(group, _)| group)
}

fn layout(told: &[Told]) -> String {
    let (mut table, mut sections) = (String::new(), String::new());
    for group in GROUPS {
        let members: Vec<&Told> = told.iter().filter(|t| t.group == group).collect();
        if members.is_empty() {
            continue;
        }
        let _ = write!(
            table,
            "## {group}\n\n| export | ask for | what it answers | what it can never tell |\n|---|---|---|---|\n"
        );
        for source in &members {
            let cell = |part| first_sentence(source.part(part)).replace('|', "\\|");
            let (title, format) = (source.title.replace('|', "\\|"), source.format());
            let _ = writeln!(
                table,
                "| [{title}](#{}) `{format}` | {} | {} | {} |",
                anchor(source),
                cell("Ask for"),
                cell("Answers"),
                cell("Never tells")
            );
        }
        table.push('\n');
        let _ = write!(sections, "## {group}, in full\n\n");
        for source in members {
            let _ = write!(sections, "### {} (`{}`)\n\n", source.title, source.format());
            for part in PARTS {
                let _ = writeln!(sections, "* **{part}**: {}", source.part(part));
            }
            sections.push('\n');
        }
    }
    let page = TEMPLATE.replace("<!-- table -->", table.trim_end()).replace("<!-- sources -->", sections.trim_end());
    format!("<!-- Written by `make sources` from the doc comments in src-tauri/engine/sources. -->\n{page}")
}

/// The address that a Markdown page gives the heading of a source.
fn anchor(source: &Told) -> String {
    let heading = format!("{} ({})", source.title, source.format()).to_lowercase();
    heading
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || matches!(c, '-' | '_') => Some(c),
            _ => None,
        })
        .collect()
}

/// Up to the first full stop that ends a sentence: one outside of brackets and code, before a capital letter.
fn first_sentence(text: &str) -> &str {
    let (mut depth, mut code) = (0usize, false);
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    for (at, window) in chars.windows(3).map(|w| (w[0].0, [w[0].1, w[1].1, w[2].1])) {
        match window[0] {
            '`' => code = !code,
            '(' | '[' if !code => depth += 1,
            ')' | ']' if !code => depth = depth.saturating_sub(1),
            '.' if !code && depth == 0 && window[1] == ' ' && (window[2].is_uppercase() || window[2] == '`') => {
                return &text[..at];
            }
            _ => {}
        }
    }
    text.strip_suffix('.').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMENT: &str = "//! A log.\n//!\n//! - **Ask for**: one (e.g. Monday's. That one)\n//!   thing. And more.\n//! - **Reads**: x.\n\
        //! - **Recognised by**: x.\n//! - **Filled by**: x.\n//! - **Answers**: a | b.\n//! - **Never tells**: x.\n\
        //! - **Documented in**: x.\n//!\n//! For those who work on it.\n\nmod x;\n";

    #[test]
    fn an_item_may_run_over_lines_and_what_follows_the_list_is_no_part() {
        let told = read("vault_audit", COMMENT).unwrap();
        assert_eq!((told.title.as_str(), told.group.as_str()), ("A log", "Cloud and platform audit"));
        assert_eq!(told.part("Ask for"), "one (e.g. Monday's. That one) thing. And more.");
        assert_eq!(first_sentence(told.part("Ask for")), "one (e.g. Monday's. That one) thing");
        assert_eq!(told.part("Documented in"), "x.");
        assert!(layout(&[told]).contains("| a \\| b |"));
    }

    #[test]
    fn a_part_that_lacks_or_is_unknown_is_named() {
        let error = |text: &str| read("x", text).err().unwrap();
        assert!(error(&COMMENT.replace("//! - **Answers**: a | b.\n", "")).contains("lacks Answers"));
        assert!(error(&COMMENT.replace("Answers", "Answer")).contains("**Answer** is none of"));
        assert!(error(&COMMENT.replace("**Reads**: x.", "**Reads**:")).contains("lacks Reads"));
        assert!(error("use x;").contains("no title"));
        let grouped = COMMENT.replace("//! - **Reads**", "//! - **Group**: Tokens.\n//! - **Reads**");
        assert_eq!(read("x", &grouped).unwrap().group, "Tokens");
        assert!(error(&grouped.replace("Tokens.", "Toys")).contains("`Toys` is none of"));
    }

    #[test]
    fn a_name_tells_the_group() {
        for (name, group) in [
            ("okta_system_log", "Identity providers"),
            ("okta_users", "Rosters"),
            ("entra_audit", "Identity providers"),
            ("kubernetes_rbac", "Entitlements"),
            ("kubernetes_audit", "Cloud and platform audit"),
            ("openfga_tuples", "Entitlements"),
            ("openfga_decisions", "Decision logs"),
            ("directory", "Tables beside the logs"),
            ("token_records", "Tokens"),
            ("something_new", OTHER),
        ] {
            assert_eq!(group_of(name), group, "{name}");
        }
    }
}
