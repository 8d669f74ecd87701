//! Where calls come from, interned: networks and kinds of client, and how many accounts share one of each.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::super::world::World;
use super::addresses::Networks;

/// Accounts that are told apart behind one address and client.
const CROWD: usize = 32;
/// Tools that run unattended, by a word of the user agent. Command lines and SDKs are none: people type into them.
const AUTOMATION: [&str; 14] = [
    "terraform",
    "opentofu",
    "pulumi",
    "ansible",
    "crossplane",
    "cloudformation",
    "jenkins",
    "gitlab-runner",
    "github-actions",
    "argocd",
    "airflow",
    "spinnaker",
    "stratus-red-team",
    "puppet",
];
/// Words by which `networks.csv` names a place of machines.
const MACHINES: [&str; 8] = ["datacent", "data cent", "cloud", "hosting", "cluster", "server", "colo", "vps"];

pub(super) struct Surroundings {
    networks: FxHashMap<String, u32>,
    places: FxHashMap<i64, Option<(u32, Option<bool>)>>,
    families: FxHashMap<String, u32>,
    clients: FxHashMap<i64, Option<(u32, bool)>>,
    automation: FxHashMap<i64, bool>,
    /// Human-type accounts by address and user agent.
    crowds: BTreeMap<(i64, i64), Vec<i64>>,
}

impl Surroundings {
    pub(super) fn new() -> Surroundings {
        Surroundings {
            networks: FxHashMap::default(),
            places: FxHashMap::default(),
            families: FxHashMap::default(),
            clients: FxHashMap::default(),
            automation: FxHashMap::default(),
            crowds: BTreeMap::new(),
        }
    }

    /// The network of an address, and whether `networks.csv` calls it a place of machines.
    pub(super) fn network(
        &mut self,
        world: &World<'_>,
        networks: &Networks,
        ip: Option<i64>,
    ) -> Option<(u32, Option<bool>)> {
        let ip = ip?;
        if let Some(known) = self.places.get(&ip) {
            return *known;
        }
        let place = world.text(Some(ip)).and_then(|text| networks.place(text)).map(|place| {
            let words = format!("{} {}", place.network, place.environment.unwrap_or_default()).to_lowercase();
            let machines = place.named.then(|| MACHINES.iter().any(|m| words.contains(m)));
            let next = self.networks.len() as u32;
            (*self.networks.entry(place.network).or_insert(next), machines)
        });
        self.places.insert(ip, place);
        place
    }

    /// Whether the client names itself as a tool that runs unattended: the caller's own word.
    pub(super) fn automation(&mut self, world: &World<'_>, user_agent: Option<i64>) -> bool {
        let Some(id) = user_agent else { return false };
        *self.automation.entry(id).or_insert_with(|| {
            let text = world.text(Some(id)).unwrap_or_default().to_lowercase();
            AUTOMATION.iter().any(|word| text.contains(word))
        })
    }

    pub(super) fn client(&mut self, world: &World<'_>, user_agent: Option<i64>) -> Option<(u32, bool)> {
        let user_agent = user_agent?;
        if let Some(known) = self.clients.get(&user_agent) {
            return *known;
        }
        let client = world.text(Some(user_agent)).and_then(family).map(|(name, browser)| {
            let next = self.families.len() as u32;
            (*self.families.entry(name).or_insert(next), browser)
        });
        self.clients.insert(user_agent, client);
        client
    }

    pub(super) fn crowd(&mut self, account: i64, ip: Option<i64>, user_agent: Option<i64>) {
        if let (Some(ip), Some(user_agent)) = (ip, user_agent) {
            let of = self.crowds.entry((ip, user_agent)).or_default();
            if of.len() < CROWD && !of.contains(&account) {
                of.push(account);
            }
        }
    }

    /// For each account the most accounts that share one address and client with it, itself among them.
    pub(super) fn crowds(&self) -> FxHashMap<i64, usize> {
        let mut most: FxHashMap<i64, usize> = FxHashMap::default();
        for accounts in self.crowds.values() {
            for account in accounts {
                let slot = most.entry(*account).or_default();
                *slot = (*slot).max(accounts.len());
            }
        }
        most
    }
}

/// The kind of client that a user agent names, and whether it is a browser.
fn family(user_agent: &str) -> Option<(String, bool)> {
    let text = user_agent.trim().trim_start_matches('[').to_lowercase();
    let first = text.split(|c: char| c.is_whitespace() || matches!(c, '/' | ';' | ',' | '(')).next()?;
    if first.is_empty() || first == "-" {
        return None;
    }
    // A browser without a window is a program.
    let headless = ["headless", "phantom", "puppeteer", "playwright", "selenium", "bot", "compatible; "]
        .iter()
        .find(|word| text.contains(**word));
    if first != "mozilla" && first != "opera" {
        return Some((first.to_string(), false));
    }
    if let Some(word) = headless {
        return Some((word.trim().to_string(), false));
    }
    let engine = ["edg", "opr", "firefox", "chrome", "safari"].into_iter().find(|e| text.contains(e)).unwrap_or(first);
    let hand = if text.contains("mobile") || text.contains("android") { "mobile " } else { "" };
    Some((format!("{hand}{engine}"), true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_from_programs_that_call_themselves_so() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36";
        assert_eq!(family(chrome), Some(("chrome".into(), true)));
        assert_eq!(family(&chrome.replace("Chrome", "HeadlessChrome")).map(|c| c.1), Some(false));
        assert_eq!(family("python-requests/2.32"), Some(("python-requests".into(), false)));
        assert_eq!(family("[aws-sdk-rust/1.8 x/2]"), Some(("aws-sdk-rust".into(), false)));
        assert_eq!(family(" - "), None);
    }
}
