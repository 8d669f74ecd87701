//! Parameters of an event: a list of names with typed values, or, from collectors, a map.

use super::super::json::{self, Json};

pub struct Parameters<'a>(Vec<(&'a str, &'a Json)>);

impl<'a> Parameters<'a> {
    pub fn of(event: &'a Json) -> Parameters<'a> {
        let at = json::at(event, "/parameters");
        let list = json::items(at).filter_map(|p| {
            let value = ["/value", "/intValue", "/boolValue", "/multiValue", "/multiIntValue", "/messageValue", "/multiMessageValue"];
            let name = json::member(p, "name")?;
            Some((sonic_rs::JsonValueTrait::as_str(name)?, value.iter().find_map(|v| json::at(p, v))?))
        });
        Parameters(list.chain(json::members(at)).collect())
    }

    pub fn pairs(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().copied()
    }

    fn value(&self, name: &str) -> Option<&'a Json> {
        let (outer, inner) = name.split_once('.').unwrap_or((name, ""));
        let found = self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(outer)).map(|(_, v)| *v)?;
        if inner.is_empty() { Some(found) } else { json::member(found, inner) }
    }

    /// The value as text; of a list, its first.
    pub fn text(&self, name: &str) -> Option<String> {
        let value = self.value(name)?;
        json::scalar(value).or_else(|| json::items(Some(value)).find_map(json::scalar))
    }

    pub fn list(&self, name: &str) -> Vec<String> {
        self.value(name).map(json::words).unwrap_or_default()
    }
}
