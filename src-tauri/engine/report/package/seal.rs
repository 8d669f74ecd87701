//! A signature with a key that the reviewer holds: Ed25519 in minisign's form, which `minisign` itself checks. It shows
//! that whoever held the key signed these sums; it shows neither when nor that a log is true.

use std::io::Cursor;

use minisign::{PublicKey, PublicKeyBox, SecretKey, SecretKeyBox, SignatureBox};

use super::PackageError;

const COMMENT: &str = "signature of a Behalf evidence package";

/// A secret key, ready to sign.
pub struct Seal {
    key: SecretKey,
}

impl Seal {
    /// From the text of a minisign secret key; a password where it is encrypted.
    pub fn open(text: &str, password: Option<String>) -> Result<Seal, PackageError> {
        let held = SecretKeyBox::from_string(text).map_err(why)?;
        let key = match password {
            Some(password) => held.into_secret_key(Some(password)),
            None => held.into_unencrypted_secret_key(),
        };
        Ok(Seal { key: key.map_err(why)? })
    }

    pub(super) fn public_key(&self) -> Result<String, PackageError> {
        Ok(PublicKey::from_secret_key(&self.key).map_err(why)?.to_base64())
    }

    /// The comment that is signed with the sums names the report, not a time: no clock is read here.
    pub(super) fn sign(&self, sums: &[u8], report_id: &str) -> Result<String, PackageError> {
        let said = format!("report:{report_id}");
        let signed = minisign::sign(None, &self.key, Cursor::new(sums), Some(&said), Some(COMMENT)).map_err(why)?;
        Ok(signed.into_string())
    }
}

fn why(error: minisign::PError) -> PackageError {
    PackageError::Key(error.to_string())
}

/// A public key, as its file or as the bare line.
pub(super) fn public_key(text: &str) -> Result<PublicKey, PackageError> {
    match text.trim().lines().count() {
        0 | 1 => PublicKey::from_base64(text.trim()).map_err(why),
        _ => PublicKeyBox::from_string(text).and_then(PublicKeyBox::into_public_key).map_err(why),
    }
}

/// What is wrong with a signature, in words; nothing where it holds. Every byte of its file counts, the comments too.
pub(super) fn wrong(signature: &str, sums: &[u8], key: &PublicKey) -> Option<String> {
    let held = match SignatureBox::from_string(signature) {
        Ok(held) => held,
        Err(error) => return Some(format!("it is no signature: {error}")),
    };
    if held.untrusted_comment().ok().as_deref() != Some(COMMENT) || held.to_string() != signature {
        return Some("it is not as it was written".into());
    }
    minisign::verify(key, &held, Cursor::new(sums), true, false, false).err().map(|e| e.to_string())
}
