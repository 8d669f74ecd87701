//! Writing a package: a folder, or an archive in one canonical form (names in order, nothing compressed, no times), so
//! that the same package is the same bytes and a changed byte of the archive itself is seen too.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::seal::Seal;
use super::{Body, Item, Listed, MANIFEST, Manifest, PackageError, SIGNATURE, SUMS, hex, media_type};

/// Writes the package to a folder, or to an archive where the name ends in `.zip`. Nothing is written over.
pub fn write(
    to: &Path,
    items: Vec<Item>,
    mut manifest: Manifest,
    seal: Option<&Seal>,
) -> Result<Manifest, PackageError> {
    let shown = to.display().to_string();
    if to.exists() {
        return Err(PackageError::Exists { path: shown });
    }
    for item in &items {
        let (bytes, sha256) = measure(&item.body, &item.path)?;
        manifest.files.push(Listed {
            path: item.path.clone(),
            bytes,
            sha256,
            media_type: media_type(&item.path).to_owned(),
            role: item.role,
            derived_from: item.derived_from.clone(),
            original_sha256: item.original_sha256.clone(),
        });
    }
    manifest.files.sort_by(|a, b| a.path.cmp(&b.path));
    manifest.signed_with = seal.map(Seal::public_key).transpose()?;
    let mut text = serde_json::to_vec_pretty(&manifest)?;
    text.push(b'\n');
    let sums = sums(&manifest, &text);
    let signature = seal.map(|s| s.sign(sums.as_bytes(), &manifest.report_id)).transpose()?;
    let mut all: Vec<(String, Body)> = items.into_iter().map(|i| (i.path, i.body)).collect();
    all.push((MANIFEST.into(), Body::Bytes(text)));
    all.push((SUMS.into(), Body::Bytes(sums.into_bytes())));
    all.extend(signature.map(|s| (SIGNATURE.to_owned(), Body::Bytes(s.into_bytes()))));
    all.sort_by(|a, b| a.0.cmp(&b.0));
    // Made beside its place and moved there whole.
    let part = to.with_extension("part");
    if is_archive(to) {
        let file = File::create(&part).map_err(PackageError::io(&shown))?;
        archive(file, &all)?;
    } else {
        for (path, body) in &all {
            let place = part.join(path);
            if let Some(folder) = place.parent() {
                std::fs::create_dir_all(folder).map_err(PackageError::io(path))?;
            }
            let mut out = File::create(&place).map_err(PackageError::io(path))?;
            copy(body, path, &mut out)?;
        }
    }
    std::fs::rename(&part, to).map_err(PackageError::io(&shown))?;
    Ok(manifest)
}

pub(super) fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"))
}

/// The lines of `sha256sum`, of every file but the sums themselves and their signature.
pub(super) fn sums(manifest: &Manifest, text: &[u8]) -> String {
    let mut lines: Vec<(&str, String)> = manifest.files.iter().map(|f| (f.path.as_str(), f.sha256.clone())).collect();
    lines.push((MANIFEST, hex(&Sha256::digest(text))));
    lines.sort();
    lines.into_iter().map(|(path, sha)| format!("{sha}  {path}\n")).collect()
}

/// The canonical archive.
pub(super) fn archive(to: impl Write + Seek, files: &[(String, Body)]) -> Result<(), PackageError> {
    let mut zip = ZipWriter::new(to);
    for (path, body) in files {
        let large = measure_len(body, path)? > u64::from(u32::MAX);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(0o644)
            .large_file(large);
        zip.start_file(path.as_str(), options)?;
        copy(body, path, &mut zip)?;
    }
    zip.finish()?;
    Ok(())
}

fn copy(body: &Body, path: &str, to: &mut impl Write) -> Result<(), PackageError> {
    match body {
        Body::Bytes(bytes) => to.write_all(bytes).map_err(PackageError::io(path)),
        Body::File(from) => {
            let mut file = File::open(from).map_err(PackageError::io(path))?;
            std::io::copy(&mut file, to).map(|_| ()).map_err(PackageError::io(path))
        }
    }
}

fn measure_len(body: &Body, path: &str) -> Result<u64, PackageError> {
    match body {
        Body::Bytes(bytes) => Ok(bytes.len() as u64),
        Body::File(from) => Ok(std::fs::metadata(from).map_err(PackageError::io(path))?.len()),
    }
}

fn measure(body: &Body, path: &str) -> Result<(u64, String), PackageError> {
    match body {
        Body::Bytes(bytes) => Ok((bytes.len() as u64, hex(&Sha256::digest(bytes)))),
        Body::File(from) => {
            measured(&mut File::open(from).map_err(PackageError::io(path))?).map_err(PackageError::io(path))
        }
    }
}

/// Length and SHA-256 of what can be read.
pub(super) fn measured(from: &mut impl Read) -> std::io::Result<(u64, String)> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok((bytes, hex(&hasher.finalize()))),
            n => {
                hasher.update(&buffer[..n]);
                bytes += n as u64;
            }
        }
    }
}
