//! The little of DID syntax (DID Core 1.0, 3.1 and 3.2) that verification needs.

/// Longer identifiers are refused everywhere: a did:jwk of a P-256 key has about 200 characters.
pub(crate) const MAX_LENGTH: usize = 2048;

/// The DID before the fragment of `did#fragment`. URLs with path or query are not verification methods.
#[must_use]
pub fn did_of(did_url: &str) -> Option<&str> {
    let (did, fragment) = did_url.split_once('#')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:%!$&'()*+,;=@".contains(&byte);
    (is_did(did) && !fragment.is_empty() && fragment.bytes().all(plain)).then_some(did)
}

/// Whether the text is a DID, without path, query or fragment.
#[must_use]
pub fn is_did(text: &str) -> bool {
    let Some((method, id)) = text.strip_prefix("did:").and_then(|rest| rest.split_once(':')) else {
        return false;
    };
    text.len() <= MAX_LENGTH
        && !method.is_empty()
        && method.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && !id.is_empty()
        && !id.ends_with(':')
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:%".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dids_and_their_urls_are_told_apart() {
        for good in ["did:key:z6Mk", "did:web:a.example%3A80:x", "did:a1:b"] {
            assert!(is_did(good), "{good}");
            assert_eq!(did_of(&format!("{good}#key-1")), Some(good));
        }
        for bad in
            ["did:key", "did:key:", "did:Key:z", "did:key:z/x", "did:key:z?x", "did:key:a b", "x", "did::z"]
        {
            assert!(!is_did(bad), "{bad}");
            assert_eq!(did_of(&format!("{bad}#key-1")), None);
        }
        assert_eq!(did_of("did:key:z6Mk"), None);
        assert_eq!(did_of("did:key:z6Mk#"), None);
        assert_eq!(did_of("did:key:z6Mk#a#b"), None);
    }
}
