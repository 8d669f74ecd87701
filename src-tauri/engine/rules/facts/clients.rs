//! Learned agent user agents: product names that known agents send and that no person by hand does.

use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

use super::super::world::World;

/// Clients that anybody may use, agents too: they tell nothing. In lower case; a name stands for what begins with it.
const GENERIC: &[&str] = &[
    "git",
    "gh",
    "github",
    "kubectl",
    "k9s",
    "helm",
    "kube",
    "aws",
    "boto",
    "botocore",
    "apn",
    "hashicorp",
    "terraform",
    "pulumi",
    "ansible",
    "gcloud",
    "google",
    "gsutil",
    "azure",
    "az",
    "azsdk",
    "msal",
    "okta",
    "python",
    "java",
    "go",
    "go-http-client",
    "node",
    "nodejs",
    "ruby",
    "perl",
    "php",
    "dotnet",
    ".net",
    "rust",
    "reqwest",
    "hyper",
    "axios",
    "okhttp",
    "apache",
    "curl",
    "wget",
    "libcurl",
    "requests",
    "urllib",
    "httpx",
    "aiohttp",
    "grpc",
    "postman",
    "insomnia",
    "mozilla",
    "applewebkit",
    "chrome",
    "chromium",
    "safari",
    "firefox",
    "gecko",
    "edg",
    "edge",
    "opera",
    "opr",
    "version",
    "mobile",
    "trident",
    "msie",
    "khtml",
    "like",
    "linux",
    "windows",
    "macintosh",
    "darwin",
    "x11",
    "exec-env",
    "lang",
    "os",
    "ua",
    "md",
    "cfg",
    "api",
    "app",
    "exec",
    "ft",
    "m",
    "sdk",
    "openssl",
    "powershell",
    "jdbc",
    "odbc",
    "snowflake",
    "psql",
    "dbeaver",
    "slack",
    "sfdc",
    "salesforce",
    "vscode",
    "visual",
    "intellij",
    "jetbrains",
    "docker",
    "containerd",
    "cri-o",
    "cfnetwork",
    "alamofire",
    "dalvik",
    "opentelemetry",
    "otel",
    "langchain",
    "openai",
    "anthropic",
];

pub(super) struct Learned {
    /// String id of a user agent to the learned product that stands in it.
    by_user_agent: FxHashMap<i64, String>,
}

impl Learned {
    /// `seen`: user agent, on a known agent's call, on a person's call without agent evidence.
    pub(super) fn new(world: &World<'_>, seen: &[(i64, bool, bool)]) -> Learned {
        let named: Vec<(i64, BTreeSet<String>, bool, bool)> = seen
            .iter()
            .filter_map(|&(id, agent, person)| Some((id, products(world.text(Some(id))?), agent, person)))
            .collect();
        let mut learned: BTreeSet<&String> = BTreeSet::new();
        for (_, products, agent, _) in &named {
            if *agent {
                learned.extend(products);
            }
        }
        for (_, products, _, person) in &named {
            if *person {
                products.iter().for_each(|p| {
                    learned.remove(p);
                });
            }
        }
        let by_user_agent = named
            .iter()
            .filter_map(|(id, products, _, _)| products.iter().find(|p| learned.contains(p)).map(|p| (*id, p.clone())))
            .collect();
        Learned { by_user_agent }
    }

    pub(super) fn product(&self, user_agent: Option<i64>) -> Option<&str> {
        user_agent.and_then(|ua| self.by_user_agent.get(&ua)).map(String::as_str)
    }
}

/// Product names of a user agent that are not generic clients, in lower case.
fn products(user_agent: &str) -> BTreeSet<String> {
    user_agent
        .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | ';' | ',' | '"'))
        .map(|word| word.split('/').next().unwrap_or("").to_lowercase())
        .filter(|name| name.len() > 2 && name.chars().any(char::is_alphabetic) && !generic(name))
        .collect()
}

fn generic(name: &str) -> bool {
    GENERIC.iter().any(|known| {
        name.strip_prefix(known).is_some_and(|rest| {
            rest.is_empty()
                || rest.starts_with(['-', '_', '.', ':', '#', '+'])
                || rest.chars().all(|c| c.is_ascii_digit())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_is_a_product_and_its_generic_clients_are_not() {
        let of = |ua: &str| products(ua).into_iter().collect::<Vec<_>>();
        assert_eq!(of("[aws-sdk-rust/1.8 agent-runtime/2.4]"), ["agent-runtime"]);
        assert_eq!(of("agent-runtime/2.4 git/2.47"), ["agent-runtime"]);
        assert!(of("git/2.47.1").is_empty());
        assert!(of("kubectl/v1.33.0 (linux/amd64) kubernetes/abc").iter().all(|p| p != "kubectl"));
        assert!(of("python-requests/2.32 boto3/1.35").is_empty());
        assert!(
            of("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Safari/605")
                .iter()
                .all(|p| p != "mozilla")
        );
    }
}
