//! Compression and base64url, bounded when reading.

use std::io::{Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};

use crate::{MAXIMUM_BYTES, StatusListError};

pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn from_base64url(text: &str) -> Result<Vec<u8>, StatusListError> {
    // Incompressible lists have about their own size; base64 adds a third.
    if text.len() > MAXIMUM_BYTES * 3 / 2 {
        return Err(StatusListError::TooLong);
    }
    URL_SAFE_NO_PAD.decode(text).map_err(|_| StatusListError::Encoding)
}

// Writing to memory cannot fail; an encoder that did would give bytes that nobody decodes.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

pub(crate) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

pub(crate) fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, StatusListError> {
    read_bounded(GzDecoder::new(bytes))
}

pub(crate) fn inflate(bytes: &[u8]) -> Result<Vec<u8>, StatusListError> {
    read_bounded(ZlibDecoder::new(bytes))
}

fn read_bounded(decoder: impl Read) -> Result<Vec<u8>, StatusListError> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAXIMUM_BYTES).unwrap_or(u64::MAX) + 1;
    decoder.take(limit).read_to_end(&mut bytes).map_err(|_| StatusListError::Encoding)?;
    if bytes.len() > MAXIMUM_BYTES { Err(StatusListError::TooLong) } else { Ok(bytes) }
}
