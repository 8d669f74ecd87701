//! Values that programs print into a cell: Python's literals, and the rows that Athena prints.
//!
//! Strict: whatever is neither is no value. A guess here would put a word into an identity.

use serde_json::{Map, Value};

const NESTING: usize = 32;

/// A cell as the value that it prints. `None` for text that is neither form, or that says one thing twice.
pub fn parse(text: &str) -> Option<Value> {
    let text = text.trim();
    let inside = text.strip_prefix('{').map(str::trim_start);
    let printed_row = inside.is_some_and(|i| i.starts_with(|c: char| c.is_ascii_alphabetic()));
    let mut reader = Reader { rest: text, depth: 0 };
    let value = if printed_row { reader.row()? } else { reader.value()? };
    reader.rest.is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn eat(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn blank(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// A Python literal, and the blanks behind it.
    fn value(&mut self) -> Option<Value> {
        self.depth = self.depth.checked_add(1).filter(|d| *d <= NESTING)?;
        self.blank();
        let value = match self.rest.chars().next()? {
            '{' => self.dict(),
            '[' => self.list("[", "]"),
            '(' => self.list("(", ")"),
            '\'' | '"' => self.string().map(Value::String),
            _ => self.word(),
        };
        self.blank();
        self.depth -= 1;
        value
    }

    fn dict(&mut self) -> Option<Value> {
        let mut out = Map::new();
        self.eat("{");
        self.blank();
        while !self.eat("}") {
            let key = self.string()?;
            self.blank();
            if !self.eat(":") || out.insert(key, self.value()?).is_some() {
                return None;
            }
            if !self.eat(",") && !self.rest.starts_with('}') {
                return None;
            }
            self.blank();
        }
        Some(Value::Object(out))
    }

    fn list(&mut self, open: &str, close: &str) -> Option<Value> {
        let mut out = Vec::new();
        self.eat(open);
        self.blank();
        while !self.eat(close) {
            out.push(self.value()?);
            if !self.eat(",") && !self.rest.starts_with(close) {
                return None;
            }
            self.blank();
        }
        Some(Value::Array(out))
    }

    fn string(&mut self) -> Option<String> {
        let mut chars = self.rest.chars();
        let quote = chars.next().filter(|c| matches!(c, '\'' | '"'))?;
        let mut out = String::new();
        loop {
            match chars.next()? {
                c if c == quote => break,
                '\\' => out.push(match chars.next()? {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'x' => hex(&mut chars, 2)?,
                    'u' => hex(&mut chars, 4)?,
                    c if matches!(c, '\\' | '\'' | '"') => c,
                    _ => return None,
                }),
                c => out.push(c),
            }
        }
        self.rest = chars.as_str();
        Some(out)
    }

    fn word(&mut self) -> Option<Value> {
        let end = self.rest.find([',', '}', ']', ')', ' ', ':']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        match word {
            "True" | "true" => Some(Value::Bool(true)),
            "False" | "false" => Some(Value::Bool(false)),
            "None" | "null" => Some(Value::Null),
            number => serde_json::from_str(number).ok().filter(Value::is_number),
        }
    }

    /// `{key=text, other={...}}`. Nothing in it is escaped: text ends where the next key begins, and the keys that are
    /// read here have values without blanks, so that a comma and a blank end one.
    fn row(&mut self) -> Option<Value> {
        self.depth = self.depth.checked_add(1).filter(|d| *d <= NESTING)?;
        let mut out = Map::new();
        self.eat("{");
        while !self.eat("}") {
            let (key, rest) = self.rest.split_once('=')?;
            if key.is_empty() || !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return None;
            }
            self.rest = rest;
            let value = if rest.starts_with('{') {
                self.row()?
            } else {
                let end = [rest.find(", "), rest.find('}')].into_iter().flatten().min()?;
                let (text, after) = rest.split_at_checked(end)?;
                if text.contains(['{', '[', ']']) {
                    return None;
                }
                self.rest = after;
                if text == "null" { Value::Null } else { Value::from(text) }
            };
            if out.insert(key.to_string(), value).is_some() || (!self.eat(", ") && !self.rest.starts_with('}')) {
                return None;
            }
        }
        self.depth -= 1;
        Some(Value::Object(out))
    }
}

fn hex(chars: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let text: String = chars.take(digits).collect();
    (text.len() == digits).then(|| u32::from_str_radix(&text, 16).ok()).flatten().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn literals_of_python() {
        let text =
            r#"{'type': 'AWSAccount', 'principalId': '', 'n': [1, -2.5, True, None], 'q': "it's", 'e': 'a\'b\\',}"#;
        let read =
            json!({"type": "AWSAccount", "principalId": "", "n": [1, -2.5, true, null], "q": "it's", "e": "a'b\\"});
        assert_eq!(parse(text), Some(read));
        for text in [
            "{'a': datetime.datetime(2022, 1, 1)}",
            "{'a': 'x', 'a': 'y'}",
            "{'a': x}",
            "{'a' 'b'}",
            "{'a': 'x'} + {}",
            "{'a': '",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn rows_of_athena() {
        let text = "{type=AssumedRole, arn=arn:aws:sts::1:assumed-role/R/a=b, invokedby=null, sessioncontext={attributes={mfaauthenticated=false}, sessionissuer=null}}";
        let read = json!({"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/R/a=b", "invokedby": null,
            "sessioncontext": {"attributes": {"mfaauthenticated": "false"}, "sessionissuer": null}});
        assert_eq!(parse(text), Some(read));
        // A name that goes on like the row itself makes one key say two things.
        assert_eq!(parse("{arn=arn:aws:iam::1:user/x, arn=arn:aws:iam::1:user/y}"), None);
        for text in ["{type=A", "{=x}", "{type}", "{type=A}}", "{type={a=b}", "{type=[a]}"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_cell_holds_it_is_read_or_not(text in "[{}\\[\\]()'\"\\\\,:= a-zA-Z0-9é]{0,40}") {
            parse(&text);
        }
    }
}
