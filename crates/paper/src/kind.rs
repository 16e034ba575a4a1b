//! What kind of file somebody handed over, by its first bytes.

/// A file that codes or a credential can be read out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Png,
    Jpeg,
    Pdf,
}

impl Kind {
    /// What the first bytes say; a file's name and its media type are only claims.
    #[must_use]
    pub fn of(file: &[u8]) -> Option<Self> {
        const SIGNATURES: [(&[u8], Kind); 3] =
            [(b"\x89PNG\r\n\x1a\n", Kind::Png), (b"\xff\xd8\xff", Kind::Jpeg), (b"%PDF-", Kind::Pdf)];
        SIGNATURES.iter().find(|(signature, _)| file.starts_with(signature)).map(|(_, kind)| *kind)
    }

    /// The kind that a media type without parameters names.
    #[must_use]
    pub fn of_media_type(essence: &str) -> Option<Self> {
        match essence {
            "image/png" => Some(Self::Png),
            "image/jpeg" => Some(Self::Jpeg),
            "application/pdf" => Some(Self::Pdf),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_say_the_kind() {
        assert_eq!(Kind::of(b"\x89PNG\r\n\x1a\n...."), Some(Kind::Png));
        assert_eq!(Kind::of(b"\xff\xd8\xff\xe0"), Some(Kind::Jpeg));
        assert_eq!(Kind::of(b"%PDF-1.7\n"), Some(Kind::Pdf));
        for other in [&b""[..], b"\x89PNG", b"GIF89a", b"{\"type\":[]}", b"eyJ0.e30.c2ln~"] {
            assert_eq!(Kind::of(other), None);
        }
    }
}
