//! What is at stake in a call: `assets.csv`, else a guess from the verb that is marked as unrated.

use super::super::glob;
use super::super::world::World;
use crate::case::AssetRow;

/// Stakes of one call, by the severity rubric.
#[derive(Debug, Clone, PartialEq)]
pub struct Rated {
    /// `read`, `change`, `irreversible`.
    pub effect: &'static str,
    /// 1 to 4.
    pub impact: u8,
    pub rated: bool,
    pub per_user: bool,
    pub regulated: Option<String>,
    pub required_pattern: Option<String>,
    /// The class of the call needs an approval.
    pub approval_required: bool,
}

pub(super) struct Stakes<'a> {
    assets: &'a [AssetRow],
}

impl<'a> Stakes<'a> {
    pub(super) fn new(assets: &'a [AssetRow]) -> Stakes<'a> {
        Stakes { assets }
    }

    pub(super) fn of(
        &self,
        world: &World<'_>,
        service: Option<i64>,
        action: Option<i64>,
        resource: Option<i64>,
    ) -> Rated {
        self.rate(world.text(service), world.text(action), world.text(resource))
    }

    /// The asset row nearest to the call: the one with the most literal text; among equals the one with most at stake.
    fn rate(&self, service: Option<&str>, action: Option<&str>, resource: Option<&str>) -> Rated {
        let guessed = guess(action);
        let nearest = nearest_asset(self.assets, service, action, resource);
        nearest.map(|a| rated(a, guessed)).unwrap_or(Rated {
            effect: guessed,
            impact: if guessed == "read" { 2 } else { 3 },
            rated: false,
            per_user: false,
            regulated: None,
            required_pattern: None,
            approval_required: false,
        })
    }
}

/// The asset row that speaks of a call.
pub fn nearest_asset<'a>(
    assets: &'a [AssetRow],
    service: Option<&str>,
    action: Option<&str>,
    resource: Option<&str>,
) -> Option<&'a AssetRow> {
    let guessed = guess(action);
    assets
        .iter()
        .filter(|a| covers(a, service, action.unwrap_or(""), resource.unwrap_or("")))
        .max_by_key(|a| (glob::weight(&a.action) + glob::weight(&a.resource), rated(a, guessed).impact))
}

/// Read or change, by the action's own word alone.
pub fn guess(action: Option<&str>) -> &'static str {
    if reads(action.unwrap_or("")) { "read" } else { "change" }
}

fn covers(asset: &AssetRow, service: Option<&str>, action: &str, resource: &str) -> bool {
    let service = match (asset.service.as_deref().map(str::trim).filter(|s| !s.is_empty()), service) {
        (Some(mine), Some(asked)) => glob::covers_service(mine, asked),
        _ => true,
    };
    let or_any =
        |pattern: &'_ str| if pattern.trim().is_empty() { "*".to_string() } else { pattern.trim().to_string() };
    service && glob::covers_word(&or_any(&asset.action), action) && glob::covers(&or_any(&asset.resource), resource)
}

/// Rubric E, step 1.
fn rated(asset: &AssetRow, guessed: &'static str) -> Rated {
    let effect = match asset.effect.as_deref().map(str::trim).map(str::to_lowercase).as_deref() {
        Some("irreversible") => "irreversible",
        Some("change") => "change",
        Some("read") => "read",
        _ => guessed,
    };
    let class = asset.data_class.as_deref().unwrap_or("").trim().to_lowercase();
    let regulated = asset.regulated_by.clone().filter(|r| !r.trim().is_empty());
    let impact = match (effect, class.as_str()) {
        ("irreversible", _) => 4,
        _ if regulated.is_some() || is_regulated(&class) => 4,
        ("change", "financial" | "confidential" | "restricted" | "personal") => 3,
        (_, "public" | "test") => 1,
        ("change", _) => 2,
        (_, "internal") => 1,
        _ => 2,
    };
    Rated {
        effect,
        impact,
        rated: true,
        per_user: asset.per_user,
        regulated,
        required_pattern: asset.required_pattern.clone().map(|p| p.trim().to_lowercase()).filter(|p| !p.is_empty()),
        approval_required: asset.approval_required,
    }
}

fn is_regulated(class: &str) -> bool {
    matches!(
        class,
        "health" | "phi" | "pan" | "card" | "cardholder" | "special" | "special category" | "secret" | "secrets"
    )
}

/// Whether an action's own word says that it only reads. An unknown word is a change: the costlier guess.
pub(super) fn reads(action: &str) -> bool {
    let last = action.rsplit([':', '.', '/']).next().unwrap_or(action);
    let word = last.to_lowercase();
    const READS: [&str; 27] = [
        "get", "list", "read", "describe", "head", "view", "search", "query", "select", "lookup", "fetch", "download",
        "watch", "scan", "show", "find", "count", "check", "export", "preview", "status", "access", "clone", "pull",
        "batchget", "info", "open",
    ];
    READS.iter().any(|verb| {
        word.strip_prefix(verb).is_some_and(|rest| {
            // A verb is a whole word: `getObject` and `get_object` read, `gettogether` is anyone's guess.
            let next = last[last.len() - rest.len()..].chars().next();
            rest.is_empty() || next.is_some_and(|c| c.is_uppercase() || !c.is_alphanumeric())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(action: &str, resource: &str, class: &str, effect: &str, regulated: &str) -> AssetRow {
        AssetRow {
            event: 1,
            service: None,
            action: action.into(),
            resource: resource.into(),
            data_class: Some(class.into()),
            effect: Some(effect.into()),
            per_user: false,
            regulated_by: (!regulated.is_empty()).then(|| regulated.to_string()),
            required_pattern: None,
            approval_required: false,
        }
    }

    #[test]
    fn unknown_stakes_are_marked_and_read_from_the_verb() {
        let stakes = Stakes::new(&[]);
        let read = stakes.rate(None, Some("s3:GetObject"), None);
        assert_eq!((read.impact, read.rated), (2, false));
        assert_eq!(stakes.rate(None, Some("refund.create"), None).impact, 3);
        assert!(reads("doc.search") && reads("record.read") && !reads("git.push") && !reads("listen"));
    }

    #[test]
    fn the_nearest_row_speaks() {
        let assets = [
            asset("*", "*", "internal", "read", ""),
            asset("record.read", "*", "health", "read", "HIPAA"),
            asset("refund.create", "*", "financial", "irreversible", ""),
        ];
        let stakes = Stakes::new(&assets);
        assert_eq!(stakes.rate(None, Some("record.read"), Some("patient/1")).impact, 4);
        assert_eq!(stakes.rate(None, Some("refund.create"), Some("order/1")).effect, "irreversible");
        assert_eq!(stakes.rate(None, Some("doc.search"), Some("x")).impact, 1);
    }
}
