use behalf_engine::model::EdgeError; pub fn demo(_to: &std::path::Path) -> Result<(), EdgeError> { Ok(()) }
