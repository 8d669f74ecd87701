//! Every command, once.

/// Hands the table to a macro of the host's, which makes a handler of each line.
///
/// `ask` answers at once; `work` takes long, says how far it is, and ends early after `cancel`.
#[macro_export]
macro_rules! commands {
    ($host:ident) => {
        $host! {
            ask {
                app_info() -> $crate::bridge::AppInfo;
                new_case(path: std::path::PathBuf) -> $crate::bridge::CaseInfo;
                open_case(path: std::path::PathBuf) -> $crate::bridge::CaseInfo;
                close_case() -> ();
                cancel() -> ();
                overview() -> $crate::bridge::Overview;
                files() -> Vec<$crate::bridge::FileRow>;
                reconciliation() -> $crate::bridge::Reconciliation;
                receipts() -> Vec<$crate::bridge::ReceiptRow>;
                completeness() -> $crate::bridge::Completeness;
                losses(file: Option<String>) -> Vec<$crate::bridge::LossRow>;
                findings(
                    severity: Option<Vec<String>>,
                    rule: Option<Vec<String>>,
                    family: Option<Vec<String>>,
                    confidence: Option<Vec<String>>,
                    design_facts: bool,
                    text: Option<String>
                ) -> $crate::bridge::FindingList;
                finding(id: String) -> $crate::bridge::FindingDetail;
                who(id: String) -> $crate::bridge::Who;
                raw(id: String) -> $crate::bridge::RawRecord;
                people(text: Option<String>) -> Vec<$crate::bridge::PersonRow>;
                timeline(key: String, from: Option<i64>, to: Option<i64>) -> $crate::bridge::Timeline;
                calls(filter: String, limit: u32) -> Vec<$crate::bridge::AttributionRow>;
                call_index(query: $crate::bridge::CallQuery) -> $crate::bridge::CallIndex;
                call_page(query: $crate::bridge::CallQuery, key: Option<String>) -> Vec<$crate::bridge::CallRow>;
                call_position(query: $crate::bridge::CallQuery, id: String) -> Option<u32>;
                call_facet(
                    query: $crate::bridge::CallQuery,
                    column: String,
                    text: Option<String>,
                    limit: u32
                ) -> Vec<$crate::bridge::FacetValue>;
                export_calls(
                    query: $crate::bridge::CallQuery,
                    columns: Vec<$crate::bridge::ExportColumn>,
                    to: std::path::PathBuf
                ) -> $crate::bridge::TableWritten;
                write_table(
                    columns: Vec<String>,
                    rows: Vec<Vec<String>>,
                    to: std::path::PathBuf
                ) -> $crate::bridge::TableWritten;
                accounts() -> Vec<$crate::bridge::AccountRow>;
                account(id: String) -> $crate::bridge::AccountSheet;
                agents() -> Vec<$crate::bridge::AgentRow>;
                patterns() -> Vec<$crate::bridge::PatternCell>;
                who_can(
                    action: String,
                    resource: String,
                    at: Option<String>,
                    with: Vec<(String, String)>
                ) -> Vec<$crate::bridge::Holder>;
                approved(id: String) -> $crate::bridge::Approved;
                runs(text: Option<String>) -> Vec<$crate::bridge::RunRow>;
                run_tree(id: String) -> $crate::bridge::RunTree;
                scope() -> $crate::bridge::ScopeAnswer;
                coverage() -> $crate::bridge::Coverage;
                acts() -> $crate::bridge::ActLog;
                policy() -> Vec<$crate::bridge::PolicyRow>;
                requests() -> $crate::bridge::Requests;
                agent(id: String) -> $crate::bridge::AgentSheet;
                exposure(credential: String, at: Option<String>) -> $crate::bridge::Exposure;
                exposure_of_secret(secret: String, by: String, at: Option<String>) -> $crate::bridge::Exposure;
                ledger(
                    resource: String,
                    view: $crate::bridge::LedgerView,
                    from: Option<i64>,
                    to: Option<i64>
                ) -> $crate::bridge::Ledger;
                could_be(key: String) -> $crate::bridge::CouldBe;
                changes(other: std::path::PathBuf) -> $crate::bridge::Changes;
                authorized(question: $crate::bridge::RightsQuestion) -> $crate::bridge::Authorized;
                verdict(id: String) -> Option<$crate::bridge::VerdictWords>;
                bridge_matrix(person: Option<String>, agent: Option<String>) -> $crate::bridge::BridgeMatrix;
                tokens() -> Vec<$crate::bridge::TokenRow>;
                token(id: String) -> $crate::bridge::Passport;
                learn_mapping(path: std::path::PathBuf) -> $crate::bridge::Learned;
                check_mapping(toml: String, against: std::path::PathBuf) -> $crate::bridge::Check;
                keep_mapping(toml: String) -> ();
                write_report(to: std::path::PathBuf) -> $crate::bridge::ReportWritten;
            }
            work {
                demo_case() -> $crate::bridge::CaseInfo;
                record_act(by: String, act: $crate::bridge::Wanted) -> $crate::bridge::Recorded;
                import_exports(paths: Vec<std::path::PathBuf>, mappings: Vec<std::path::PathBuf>) -> $crate::bridge::ImportReport;
            }
        }
    };
}
