//! Reading a package that a stranger made: no path leaves it, no link is followed, nothing is read beyond its stated
//! size, and what stands in it twice or under a name that two systems read differently is refused.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Component, Path, PathBuf};

use zip::ZipArchive;

use super::PackageError;
use super::writing::is_archive;

/// Files beyond this are no package of ours.
const MOST_FILES: usize = 1_000_000;
/// Largest file that is read whole: manifest, sums, report. Others are streamed.
pub const MOST_WHOLE: u64 = 2 << 30;

/// A package, open.
pub enum Package {
    Folder { root: PathBuf, names: Vec<String>, strange: Vec<String> },
    Archive { zip: Box<ZipArchive<BufReader<File>>>, names: Vec<String>, strange: Vec<String> },
}

impl Package {
    pub fn open(path: &Path) -> Result<Package, PackageError> {
        let shown = path.display().to_string();
        if path.is_dir() {
            let mut found = Vec::new();
            walk(path, path, &mut found).map_err(PackageError::io(shown))?;
            let (names, strange) = sort_out(found);
            return Ok(Package::Folder { root: path.to_owned(), names, strange });
        }
        if !is_archive(path) {
            return Err(PackageError::NotAPackage(format!("{shown} is neither a folder nor a .zip")));
        }
        let file = File::open(path).map_err(PackageError::io(shown))?;
        let zip = ZipArchive::new(BufReader::new(file))?;
        if zip.len() > MOST_FILES {
            return Err(PackageError::NotAPackage("it holds more files than a package has".into()));
        }
        let (names, strange) = sort_out(
            zip.file_names()
                .map(|n| n.map_or_else(|_| ("a name that is no text".to_owned(), false), |n| (n.into_owned(), true)))
                .collect(),
        );
        Ok(Package::Archive { zip: Box::new(zip), names, strange })
    }

    /// Names of files, in order.
    pub fn names(&self) -> &[String] {
        match self {
            Package::Folder { names, .. } | Package::Archive { names, .. } => names,
        }
    }

    /// What stands in it under a name that is not read, said for people.
    pub fn strange(&self) -> &[String] {
        match self {
            Package::Folder { strange, .. } | Package::Archive { strange, .. } => strange,
        }
    }

    /// Gives a file to a reader, never more than `most` bytes of it.
    pub fn with<T>(
        &mut self,
        name: &str,
        most: u64,
        read: impl FnOnce(&mut dyn Read) -> std::io::Result<T>,
    ) -> Result<T, PackageError> {
        if self.names().binary_search_by(|n| n.as_str().cmp(name)).is_err() {
            return Err(PackageError::NotAPackage(format!("{name} is missing")));
        }
        let done = match self {
            Package::Folder { root, .. } => File::open(root.join(name)).and_then(|file| read(&mut file.take(most))),
            Package::Archive { zip, .. } => {
                let inner = zip.by_name(name)?;
                read(&mut inner.take(most))
            }
        };
        done.map_err(PackageError::io(name))
    }

    pub fn whole(&mut self, name: &str) -> Result<Vec<u8>, PackageError> {
        self.with(name, MOST_WHOLE, |from| {
            let mut out = Vec::new();
            from.read_to_end(&mut out).map(|_| out)
        })
    }
}

fn walk(root: &Path, folder: &Path, out: &mut Vec<(String, bool)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (kind, path) = (entry.file_type()?, entry.path());
        let name = path.strip_prefix(root).unwrap_or(&path).components();
        let name: Vec<String> = name.map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
        if kind.is_dir() {
            walk(root, &path, out)?;
        } else {
            // A link could lead out of the package.
            out.push((name.join("/"), kind.is_file()));
        }
        if out.len() > MOST_FILES {
            return Err(std::io::Error::other("more files than a package has"));
        }
    }
    Ok(())
}

fn sort_out(found: Vec<(String, bool)>) -> (Vec<String>, Vec<String>) {
    let (mut names, mut strange) = (Vec::new(), Vec::new());
    let mut folded = BTreeSet::new();
    for (name, is_file) in found {
        if is_file && is_safe(&name) && folded.insert(name.to_lowercase()) {
            names.push(name)
        } else {
            strange.push(name)
        }
    }
    names.sort();
    strange.sort();
    (names, strange)
}

/// Relative, of plain parts: no way up, no drive, no second meaning on another system.
pub fn is_safe(name: &str) -> bool {
    !name.is_empty()
        && !name.contains(['\\', ':', '\0'])
        && !name.chars().any(char::is_control)
        && name.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
        && Path::new(name).components().all(|c| matches!(c, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out() {
        for good in ["a", "a/b.txt", "evidence/records/000001.raw"] {
            assert!(is_safe(good), "{good}");
        }
        for bad in ["", "/a", "../a", "a/../b", "a//b", "./a", "C:\\a", "a\\b", "c:a", "a/\0", "a\nb"] {
            assert!(!is_safe(bad), "{bad:?}");
        }
        let twice = vec![("A".to_owned(), true), ("a".to_owned(), true), ("l".to_owned(), false)];
        let (names, strange) = sort_out(twice);
        assert_eq!((names.len(), strange.len()), (1, 2));
    }
}
