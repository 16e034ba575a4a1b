//! The file: magic, version, manifest, signature, compressed content. README.md has the table.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use keys::{PublicKey, SignError, Signer};
use registry_types::Canonical as _;

use crate::content::{Content, sha256};
use crate::manifest::Manifest;
use crate::plain::MAX_PLAIN_BYTES;

const MAGIC: &[u8; 8] = b"PASSPACK";
/// In version 1 each record had a proof of its own.
pub(crate) const VERSION: u8 = 2;
const DOMAIN: &[u8] = b"passerelle/pack\0\x01";
/// A policy with a long query takes some kilobytes.
const MAX_MANIFEST_BYTES: usize = 64 * 1024;
const MAX_SIGNATURE_BYTES: usize = 96;
/// Longer files are refused unread.
pub(crate) const MAX_FILE_BYTES: usize = Content::MAX_BYTES;

/// Why bytes are not a pack.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error("longer than {MAX_FILE_BYTES} bytes")]
    TooLong,
    #[error(
        "its status lists unpack to more than {MAX_PLAIN_BYTES} bytes: take the whole newer pack instead of a difference"
    )]
    Unpacked,
    #[error("it does not have the form of a pack")]
    Form,
    #[error("version {0} is not known here")]
    Version(u8),
    #[error("the manifest cannot be read")]
    Manifest(#[source] serde_json::Error),
    #[error("the signing key cannot be used")]
    Key(#[source] keys::InvalidKey),
    #[error("the signature does not hold: it was changed, or somebody else made it")]
    Signature,
    #[error("the content is not the one that was signed")]
    OtherContent,
}

/// A manifest with its signature, which holds. The bytes are kept, since they are what was signed.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub manifest: Manifest,
    bytes: Vec<u8>,
    signature: Vec<u8>,
}

/// Writes and signs a pack. The manifest's key, digest and length are set here.
pub async fn seal(
    mut manifest: Manifest,
    content: &Content,
    signer: &dyn Signer,
) -> Result<Vec<u8>, SignError> {
    let content = content.to_bytes();
    manifest.content_digest = sha256(&content);
    manifest.content_bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
    manifest.signed_by.key = signer.public_key().to_multikey();
    // A structure of text and numbers always has a JSON form; one that had none would not verify.
    let bytes = serde_json::to_vec(&manifest).unwrap_or_default();
    let signature = signer.sign(&[DOMAIN, &bytes].concat()).await?;
    Ok(write(&Signed { manifest, bytes, signature }, &content))
}

/// The file of a signed manifest and the bytes of its content.
pub(crate) fn write(signed: &Signed, content: &[u8]) -> Vec<u8> {
    let mut file = begin(MAGIC, VERSION);
    signed.write(&mut file);
    file.extend(compress(content));
    file
}

/// Reads a file as far as its signature and its digest vouch for it.
pub(crate) fn read(file: &[u8]) -> Result<(Signed, Vec<u8>), PackError> {
    if file.len() > MAX_FILE_BYTES {
        return Err(PackError::TooLong);
    }
    let (signed, compressed) = Signed::read(after(MAGIC, VERSION, file)?)?;
    let content = decompress(compressed, signed.manifest.content_bytes)?;
    signed.check(&content)?;
    Ok((signed, content))
}

/// Magic and version.
pub(crate) fn begin(magic: &[u8; 8], version: u8) -> Vec<u8> {
    [magic.as_slice(), &[version]].concat()
}

/// What follows magic and version.
pub(crate) fn after<'a>(magic: &[u8; 8], version: u8, file: &'a [u8]) -> Result<&'a [u8], PackError> {
    let rest = file.strip_prefix(magic).ok_or(PackError::Form)?;
    match rest.split_first() {
        Some((known, rest)) if *known == version => Ok(rest),
        Some((other, _)) => Err(PackError::Version(*other)),
        None => Err(PackError::Form),
    }
}

impl Signed {
    pub fn write(&self, to: &mut Vec<u8>) {
        for part in [&self.bytes, &self.signature] {
            to.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            to.extend(part);
        }
    }

    /// A manifest whose signature holds, and what follows it. Only the manifest, which names the key, is parsed before
    /// the signature has been checked.
    pub fn read(bytes: &[u8]) -> Result<(Self, &[u8]), PackError> {
        let (manifest_bytes, rest) = part(bytes, MAX_MANIFEST_BYTES)?;
        let (signature, rest) = part(rest, MAX_SIGNATURE_BYTES)?;
        let manifest: Manifest = serde_json::from_slice(manifest_bytes).map_err(PackError::Manifest)?;
        let key = PublicKey::from_multikey(&manifest.signed_by.key).map_err(PackError::Key)?;
        key.verify(&[DOMAIN, manifest_bytes].concat(), signature).map_err(|_| PackError::Signature)?;
        Ok((Self { manifest, bytes: manifest_bytes.to_vec(), signature: signature.to_vec() }, rest))
    }

    /// Whether these are the bytes that were signed for.
    pub fn check(&self, content: &[u8]) -> Result<(), PackError> {
        let same = sha256(content) == self.manifest.content_digest;
        if same { Ok(()) } else { Err(PackError::OtherContent) }
    }
}

/// A part with its length before it.
fn part(bytes: &[u8], limit: usize) -> Result<(&[u8], &[u8]), PackError> {
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or(PackError::Form)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| PackError::Form)?;
    if length > limit {
        return Err(PackError::Form);
    }
    rest.split_at_checked(length).ok_or(PackError::Form)
}

// Writing to memory cannot fail; an encoder that did would give bytes that nobody opens.
pub(crate) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

/// Decompresses to exactly `length` bytes and never beyond: a bomb ends there.
pub(crate) fn decompress(bytes: &[u8], length: u64) -> Result<Vec<u8>, PackError> {
    let limit = u64::try_from(Content::MAX_BYTES).unwrap_or(u64::MAX);
    if length > limit {
        return Err(PackError::TooLong);
    }
    let mut content = Vec::new();
    GzDecoder::new(bytes).take(length + 1).read_to_end(&mut content).map_err(|_| PackError::OtherContent)?;
    let same = u64::try_from(content.len()) == Ok(length);
    if same { Ok(content) } else { Err(PackError::OtherContent) }
}
