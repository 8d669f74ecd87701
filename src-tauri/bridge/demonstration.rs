//! The demonstration: a month of exports at Fernhill Mutual, carried in the program.

use std::path::{Path, PathBuf};

use behalf_engine::model::EdgeError;
use rust_embed::RustEmbed;

use super::faults::unwritable;

#[derive(RustEmbed)]
#[folder = "fixtures/fernhill"]
#[include = "exports/*"]
#[include = "*.mapping.toml"]
struct Fernhill;

/// Where the exports of the demonstration lie, and where its case goes.
pub struct LaidOut {
    pub case: PathBuf,
    pub exports: Vec<PathBuf>,
    pub mappings: Vec<PathBuf>,
}

/// Writes the exports under a folder; the same files each time.
pub fn lay_out(folder: &Path) -> Result<LaidOut, EdgeError> {
    let exports = folder.join("exports");
    let cannot = |cause: std::io::Error| unwritable("the demonstration", &cause);
    std::fs::create_dir_all(&exports).map_err(cannot)?;
    let mut mappings = Vec::new();
    for name in Fernhill::iter() {
        let Some(file) = Fernhill::get(&name) else { continue };
        let to = folder.join(&*name);
        std::fs::write(&to, &file.data).map_err(cannot)?;
        if name.ends_with(".mapping.toml") {
            mappings.push(to);
        }
    }
    mappings.sort();
    Ok(LaidOut { case: folder.join("Fernhill Mutual.behalf"), exports: vec![exports], mappings })
}
