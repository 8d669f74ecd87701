//! The shipped rules: one file a rule, one word here.

use std::sync::OnceLock;

use super::error::RuleError;
use super::rule::Rule;

macro_rules! rule_files {
    ($($id:literal)*) => {
        &[$(($id, include_str!(concat!("catalogue/", $id, ".toml")))),*]
    };
}

const FILES: &[(&str, &str)] = rule_files! {
    "AG-01" "AG-02" "AG-03" "AG-04" "AG-05" "AG-06" "AG-07" "AG-08" "AG-09" "AG-10" "AG-11"
    "RU-01" "RU-02" "RU-03" "RU-04" "RU-05" "RU-06" "RU-07" "RU-08" "RU-09" "RU-10"
    "AZ-01" "AZ-02" "AZ-03" "AZ-04" "AZ-05" "AZ-06" "AZ-07" "AZ-08" "AZ-09" "AZ-10" "AZ-11" "AZ-12" "AZ-13" "AZ-14"
    "AP-01" "AP-02" "AP-03"
    "TK-01" "TK-02" "TK-03" "TK-04" "TK-05"
    "PT-01" "IN-01" "UN-01"
};

static RULES: OnceLock<Vec<Rule>> = OnceLock::new();

/// All shipped rules. A file that does not read is left out here and fails [`load`], which every run asks.
pub fn catalogue() -> &'static [Rule] {
    RULES.get_or_init(|| FILES.iter().filter_map(|(id, text)| Rule::parse(id, text).ok()).collect())
}

/// The shipped rules, or what is wrong with one of them.
pub(super) fn load() -> Result<&'static [Rule], RuleError> {
    for (id, text) in FILES.iter().filter(|(id, _)| !catalogue().iter().any(|r| r.id == *id)) {
        Rule::parse(id, text)?;
    }
    Ok(catalogue())
}

#[cfg(test)]
mod tests {
    use sqlparser::dialect::{DatabricksDialect, Dialect, SQLiteDialect, SparkSqlDialect};
    use sqlparser::parser::Parser;

    use super::*;
    use crate::rules::{criteria, test_rule};

    #[test]
    fn every_file_loads_under_its_own_name() {
        let rules = load().unwrap();
        assert_eq!(rules.len(), FILES.len());
        assert!(rules.iter().zip(FILES).all(|(rule, (id, _))| rule.id == *id && rule.id.starts_with(&rule.family)));
    }

    #[test]
    fn every_example_holds() {
        let mut wrong = Vec::new();
        for rule in load().unwrap() {
            assert!(!rule.must.is_empty(), "{} has no example that fires", rule.id);
            for result in test_rule(rule).unwrap() {
                if !result.holds {
                    wrong.push(format!("{}: {} ({} instances)", rule.id, result.says, result.instances));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_rule_is_common_sql() {
        let dialects: [(&str, &dyn Dialect); 3] =
            [("sqlite", &SQLiteDialect {}), ("databricks", &DatabricksDialect {}), ("spark", &SparkSqlDialect {})];
        for rule in load().unwrap() {
            for (name, dialect) in dialects {
                let parsed = Parser::parse_sql(dialect, &rule.sql);
                assert!(parsed.as_ref().is_ok_and(|s| s.len() == 1), "{} under {name}: {parsed:?}", rule.id);
            }
        }
    }

    #[test]
    fn every_criterion_is_in_the_catalogue_of_controls() {
        for rule in load().unwrap() {
            for sub_type in &rule.criteria {
                assert!(!criteria(sub_type).is_empty(), "{}: {sub_type}", rule.id);
            }
        }
    }

    #[test]
    fn no_title_accuses() {
        for rule in load().unwrap() {
            for word in ["violat", "breach", "fraud", "robot", "illegal", "unauthorised", "unauthorized", "compliant"] {
                assert!(!rule.title.to_lowercase().contains(word), "{}: {}", rule.id, rule.title);
            }
        }
    }
}
