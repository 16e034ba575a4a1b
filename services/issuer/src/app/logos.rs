//! The mark of an organisation on its cards: a picture from the configuration, or its initials.
//!
//! The address names the SHA-256 of the bytes, so that a wallet that kept one knows it, and another picture is another
//! address. It holds no secret and tells nothing of who holds a credential: all of an organisation's cards have the same.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// Metadata of many credentials lead to it, and phones load it.
const MOST_BYTES: u64 = 64 * 1024;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// What a drawing that only shows something has no use for: scripts, handlers, and whatever is fetched from elsewhere.
const REFUSED: [&str; 8] =
    ["<script", "<foreignobject", "<iframe", "<!entity", "javascript:", "href", "url(", "@import"];

/// A logo as it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes in hexadecimal.
    pub digest: String,
}

#[derive(Debug, thiserror::Error)]
pub enum LogoError {
    #[error("the logo {path} of {tenant} cannot be read", path = path.display())]
    Read {
        tenant: String,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the logo of {0} is larger than 64 kB")]
    TooLarge(String),
    #[error("the logo of {0} is no PNG and no SVG")]
    Format(String),
    #[error("the logo of {tenant} is an SVG with {part:?}; a logo is drawn and does nothing")]
    Active { tenant: String, part: &'static str },
}

impl Logo {
    /// The picture of a file.
    pub(crate) fn read(tenant: &str, path: &Path) -> Result<Self, LogoError> {
        let failed = |source| LogoError::Read { tenant: tenant.to_owned(), path: path.to_path_buf(), source };
        if std::fs::metadata(path).map_err(failed)?.len() > MOST_BYTES {
            return Err(LogoError::TooLarge(tenant.to_owned()));
        }
        Self::checked(tenant, std::fs::read(path).map_err(failed)?)
    }

    /// What its bytes are decides, not the name of a file.
    fn checked(tenant: &str, bytes: Vec<u8>) -> Result<Self, LogoError> {
        if bytes.starts_with(PNG) {
            return Ok(Self::of("image/png", bytes));
        }
        let text = std::str::from_utf8(&bytes).map(str::to_ascii_lowercase).unwrap_or_default();
        if !text.trim_start().starts_with('<') || !text.contains("<svg") {
            return Err(LogoError::Format(tenant.to_owned()));
        }
        let handler = text.split_ascii_whitespace().any(|word| word.starts_with("on") && word.contains('='));
        let part = REFUSED.into_iter().find(|part| text.contains(part)).or(handler.then_some("on…="));
        match part {
            Some(part) => Err(LogoError::Active { tenant: tenant.to_owned(), part }),
            None => Ok(Self::of("image/svg+xml", bytes)),
        }
    }

    /// The initials of a name on a plain ground, for an organisation without a picture.
    pub(crate) fn initials(name: &str) -> Self {
        let words = name.split_whitespace();
        let letters: String = match words.clone().count() {
            0 | 1 => name.chars().filter(|letter| letter.is_alphanumeric()).take(5).collect(),
            _ => words.filter_map(|word| word.chars().find(|it| it.is_uppercase())).take(5).collect(),
        };
        let size = if letters.chars().count() > 3 { 17 } else { 24 };
        let drawn = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\"><rect width=\"64\" height=\"64\" rx=\"12\" \
             fill=\"#ffffff\"/><text x=\"32\" y=\"33\" font-family=\"sans-serif\" font-size=\"{size}\" \
             font-weight=\"700\" text-anchor=\"middle\" dominant-baseline=\"central\" fill=\"#0b5a8a\">{letters}</text></svg>"
        );
        Self::of("image/svg+xml", drawn.into_bytes())
    }

    fn of(media_type: &'static str, bytes: Vec<u8>) -> Self {
        let digest = hex::encode(Sha256::digest(&bytes));
        Self { media_type, bytes, digest }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_drawing_that_does_something_is_refused() {
        let drawn = |inside: &str| {
            let text = format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{inside}</svg>");
            Logo::checked("undp", text.into_bytes())
        };
        assert_eq!(drawn("<rect width=\"9\" height=\"9\"/>").unwrap().media_type, "image/svg+xml");
        for active in [
            "<script>alert(1)</script>",
            "<SCRIPT/>",
            "<rect onload=\"alert(1)\"/>",
            "<rect\nonclick='x'/>",
            "<image xlink:href=\"https://example.org/seen.png\"/>",
            "<foreignObject/>",
            "<style>@import 'x'</style>",
            "<rect fill=\"url(https://example.org)\"/>",
        ] {
            assert!(matches!(drawn(active), Err(LogoError::Active { .. })), "{active}");
        }
        for other in [&b"GIF89a"[..], b"", b"\xff\xd8\xff\xe0", b"<html></html>"] {
            assert!(matches!(Logo::checked("undp", other.to_vec()), Err(LogoError::Format(_))));
        }
        assert_eq!(Logo::checked("undp", PNG.to_vec()).unwrap().media_type, "image/png");
    }

    #[test]
    fn without_a_picture_the_initials_stand_for_the_name() {
        let text = |name: &str| String::from_utf8(Logo::initials(name).bytes).unwrap();
        assert!(text("UNDP").contains(">UNDP<"));
        assert!(text("United Nations Development Programme").contains(">UNDP<"));
        assert!(text("A <script> & B").contains(">AB<"), "nothing of a name but letters");
        assert!(Logo::checked("x", Logo::initials("World Food Programme").bytes).is_ok());
        assert_ne!(Logo::initials("UNDP").digest, Logo::initials("WFP").digest);
    }
}
