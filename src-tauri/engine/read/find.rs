//! The exports in what the reviewer handed over: files, folders, members of archives.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{Limits, ReadError};
use crate::model::{Loss, LossCode};

/// One export: a file, or a member of a zip archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    pub path: PathBuf,
    /// Name inside the archive. A label only: nothing is ever written under it.
    pub member: Option<String>,
    /// The path as the reviewer gave it, `a.zip!dir/b.json` for a member; control characters replaced.
    pub shown: String,
    /// Where the member lies in its archive.
    pub place: Option<Place>,
}

/// A member's place in its archive, from the archive's directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Offset of the member's header in the archive.
    pub header: u64,
    /// Bytes in the archive.
    pub compressed: u64,
    pub crc: u32,
    pub method: Method,
}

/// How a member is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Stored,
    Deflated,
    Zstd,
}

impl Export {
    /// A file that is no archive.
    pub fn file(path: &Path) -> Export {
        Export { path: path.to_path_buf(), member: None, shown: clean(&path.to_string_lossy()), place: None }
    }
}

/// What was found, and what was passed over with the reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub exports: Vec<Export>,
    /// Shown path and reason.
    pub skipped: Vec<(String, Loss)>,
}

/// Finds the exports under the paths, in the order given; a folder's content sorted by path.
pub fn find(paths: &[PathBuf], limits: &Limits) -> Result<Found, ReadError> {
    let mut walk = Walk { limits, found: Found::default(), entered: BTreeSet::new() };
    for path in paths {
        if !path.exists() {
            return Err(ReadError::Missing { path: path.clone() });
        }
        walk.path(path)?;
    }
    Ok(walk.found)
}

struct Walk<'a> {
    limits: &'a Limits,
    found: Found,
    /// Folders already walked, by their real path: a link back into them would never end.
    entered: BTreeSet<PathBuf>,
}

impl Walk<'_> {
    fn path(&mut self, path: &Path) -> Result<(), ReadError> {
        let Ok(meta) = std::fs::metadata(path) else {
            self.skip(path, LossCode::Skipped, "a link to nothing");
            return Ok(());
        };
        if meta.is_dir() {
            return self.folder(path);
        }
        if !meta.is_file() {
            self.skip(path, LossCode::Skipped, "no regular file");
            return Ok(());
        }
        if is_bookkeeping(&path.to_string_lossy()) {
            self.skip(path, LossCode::Skipped, "bookkeeping of an operating system");
            return Ok(());
        }
        if is_zip(path)? {
            self.archive(path)
        } else {
            self.found.exports.push(Export::file(path));
            Ok(())
        }
    }

    fn folder(&mut self, path: &Path) -> Result<(), ReadError> {
        let open = |cause| ReadError::Open { path: path.to_path_buf(), cause };
        if !self.entered.insert(path.canonicalize().map_err(open)?) {
            self.skip(path, LossCode::Skipped, "a folder that was walked already");
            return Ok(());
        }
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(path).map_err(open)? {
            entries.push(entry.map_err(open)?.path());
        }
        entries.sort();
        entries.iter().try_for_each(|entry| self.path(entry))
    }

    fn archive(&mut self, path: &Path) -> Result<(), ReadError> {
        let file = File::open(path).map_err(|cause| ReadError::Open { path: path.to_path_buf(), cause })?;
        let archive = match zip::ZipArchive::new(std::io::BufReader::new(file)) {
            Ok(archive) => archive,
            Err(e) => {
                self.skip(path, LossCode::BadArchive, &format!("its directory cannot be read: {e}"));
                return Ok(());
            }
        };
        if archive.file_names_raw().any(|name| name == b"[Content_Types].xml") {
            self.skip(path, LossCode::UnknownFormat, "an Office document; save it as CSV");
            return Ok(());
        }
        if archive.has_duplicate_names() {
            self.skip(path, LossCode::BadArchive, "several members have one name; only one of them is read");
        }
        if archive.len() > self.limits.entries {
            let detail = format!("{} members, more than {}; the rest is not read", archive.len(), self.limits.entries);
            self.skip(path, LossCode::Bomb, &detail);
        }
        let mut members = Vec::new();
        for index in 0..archive.len().min(self.limits.entries) {
            match archive.by_index_data(index) {
                Ok(entry) => members.push(self.member(path, &entry)),
                Err(e) => self.skip(path, LossCode::BadArchive, &format!("member {index} cannot be read: {e}")),
            }
        }
        let mut exports: Vec<Export> = members.into_iter().flatten().collect();
        exports.sort_by(|a, b| a.member.cmp(&b.member));
        self.found.exports.append(&mut exports);
        Ok(())
    }

    fn member(&mut self, path: &Path, entry: &zip::read::ZipFileEntry<'_>) -> Option<Export> {
        let name = match entry.name() {
            Ok(name) => name.into_owned(),
            Err(_) => String::from_utf8_lossy(entry.name_raw()).into_owned(),
        };
        let shown = clean(&format!("{}!{name}", path.to_string_lossy()));
        if entry.is_dir() {
            return None;
        }
        let method = match entry.compression() {
            zip::CompressionMethod::Stored => Some(Method::Stored),
            zip::CompressionMethod::Deflated => Some(Method::Deflated),
            zip::CompressionMethod::Zstd => Some(Method::Zstd),
            _ => None,
        };
        let why = if is_bookkeeping(&name) {
            (LossCode::Skipped, "bookkeeping of an operating system")
        } else if entry.is_symlink() {
            (LossCode::Skipped, "a link inside an archive")
        } else if entry.encrypted() {
            (LossCode::BadArchive, "encrypted: ask for it without a password, or unpack it")
        } else if let Some(method) = method {
            let (header, compressed, crc) = (entry.header_start(), entry.compressed_size(), entry.crc32());
            let place = Some(Place { header, compressed, crc, method });
            return Some(Export { path: path.to_path_buf(), member: Some(name), shown, place });
        } else {
            (LossCode::BadArchive, "compressed by a method that Behalf does not read: unpack it")
        };
        self.found.skipped.push((shown, loss(why.0, why.1)));
        None
    }

    fn skip(&mut self, path: &Path, code: LossCode, why: &str) {
        self.found.skipped.push((clean(&path.to_string_lossy()), loss(code, why)));
    }
}

fn loss(code: LossCode, why: &str) -> Loss {
    Loss { code, at: None, line: None, detail: why.into() }
}

fn is_bookkeeping(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let in_folder = name.split(['/', '\\']).any(|part| part == "__MACOSX");
    in_folder || [".DS_Store", "Thumbs.db", "desktop.ini"].contains(&last)
}

/// Names are written by others: what could steer a terminal is replaced.
fn clean(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

fn is_zip(path: &Path) -> Result<bool, ReadError> {
    let mut magic = [0; 4];
    let mut file = File::open(path).map_err(|cause| ReadError::Open { path: path.to_path_buf(), cause })?;
    let mut got = 0;
    while got < magic.len() {
        match file.read(&mut magic[got..]) {
            Ok(0) => return Ok(false),
            Ok(n) => got += n,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(ReadError::Read { path: path.to_path_buf(), cause }),
        }
    }
    Ok(matches!(&magic, b"PK\x03\x04" | b"PK\x05\x06"))
}
