//! Where a credential was used: a label of `networks.csv`, else the /24 or /48.

use std::net::IpAddr;

use crate::model::Network;

pub struct Networks {
    /// Longest prefix first.
    known: Vec<(Range, String, Option<String>)>,
}

#[derive(Debug, Clone, Copy)]
struct Range {
    base: u128,
    bits: u32,
    four: bool,
}

/// A place on the network as it is told apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub network: String,
    pub environment: Option<String>,
    /// `networks.csv` has it.
    pub named: bool,
}

impl Networks {
    pub fn new(rows: &[Network]) -> Networks {
        let mut known: Vec<_> = rows
            .iter()
            .filter_map(|row| Some((Range::parse(&row.cidr)?, row.label.trim().to_string(), row.environment.clone())))
            .collect();
        known.sort_by(|a, b| b.0.bits.cmp(&a.0.bits).then_with(|| a.1.cmp(&b.1)));
        Networks { known }
    }

    /// `None` for what is no address: a platform's own name stands for no network.
    pub fn place(&self, address: &str) -> Option<Place> {
        let ip = parse(address)?;
        let (number, four) = number(ip);
        let known = self.known.iter().find(|(range, _, _)| range.holds(number, four));
        Some(match known {
            Some((_, label, environment)) => {
                let environment = environment.clone().filter(|e| !e.trim().is_empty());
                Place { network: label.clone(), environment, named: true }
            }
            None => Place { network: prefix(ip), environment: None, named: false },
        })
    }
}

impl Range {
    fn parse(cidr: &str) -> Option<Range> {
        let (address, bits) = match cidr.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits.trim().parse::<u32>().ok()?)),
            None => (cidr.trim(), None),
        };
        let (base, four) = number(address.trim().parse().ok()?);
        let width = if four { 32 } else { 128 };
        let bits = bits.unwrap_or(width);
        (bits <= width).then_some(Range { base, bits, four })
    }

    fn holds(&self, number: u128, four: bool) -> bool {
        let shift = (if self.four { 32 } else { 128 }) - self.bits;
        // A shift by the whole width is no shift that the machine knows: such a range holds everything.
        self.four == four && number.checked_shr(shift).unwrap_or(0) == self.base.checked_shr(shift).unwrap_or(0)
    }
}

fn parse(address: &str) -> Option<IpAddr> {
    let address = address.trim();
    address
        .parse()
        .ok()
        .or_else(|| address.parse::<std::net::SocketAddr>().ok().map(|s| s.ip()))
        .map(|ip: IpAddr| ip.to_canonical())
}

fn number(ip: IpAddr) -> (u128, bool) {
    match ip {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)), true),
        IpAddr::V6(v6) => (u128::from(v6), false),
    }
}

fn prefix(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let s = v6.segments();
            format!("{:x}:{:x}:{:x}::/48", s[0], s[1], s[2])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks() -> Networks {
        let row = |cidr: &str, label: &str| Network { cidr: cidr.into(), label: label.into(), environment: None };
        Networks::new(&[
            row("10.0.0.0/8", "inside"),
            row("10.20.0.0/16", "cluster"),
            row("2001:db8::/32", "lab"),
            row("x", "no"),
        ])
    }

    #[test]
    fn the_longest_label_wins_and_else_the_prefix() {
        let at = |a: &str| networks().place(a).map(|p| p.network);
        assert_eq!(at("10.20.1.1").as_deref(), Some("cluster"));
        assert_eq!(at("10.9.1.1:443").as_deref(), Some("inside"));
        assert_eq!(at("192.0.2.9").as_deref(), Some("192.0.2.0/24"));
        assert_eq!(at("2001:db8:1::5").as_deref(), Some("lab"));
        assert_eq!(at("2001:4860:4860::8888").as_deref(), Some("2001:4860:4860::/48"));
        assert_eq!(at("::ffff:10.20.1.1").as_deref(), Some("cluster"));
        assert_eq!(at("backup.amazonaws.com"), None);
    }
}
