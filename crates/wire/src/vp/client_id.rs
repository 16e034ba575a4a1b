//! Client identifiers and their prefixes (OpenID4VP 1.0, 5.9): who a verifier says it is, and how that can be proven.

use url::Url;

const DID: &str = "decentralized_identifier";
const X509_SAN_DNS: &str = "x509_san_dns";
const X509_HASH: &str = "x509_hash";
const REDIRECT_URI: &str = "redirect_uri";
/// The longest client identifier that is read; the address of a `redirect_uri` is the longest kind.
const MAX_CLIENT_ID: usize = 2048;
/// SHA-256 in base64url without padding.
const HASH_LENGTH: usize = 43;

/// A client identifier, taken apart. What the prefix demands of the request is the wallet's to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientId<'a> {
    /// The request is signed by a key of this DID.
    DecentralizedIdentifier(&'a str),
    /// The request is signed by the key of a certificate of this DNS name.
    X509SanDns(&'a str),
    /// The request is signed by the key of the certificate with this hash (base64url of SHA-256 of its DER).
    X509Hash(&'a str),
    /// The request is not signed; this is the address to which the answer goes.
    RedirectUri(&'a str),
}

/// How a client identifier is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientIdFault {
    #[error("the client identifier has no prefix that is supported")]
    Prefix,
    #[error("the client identifier is not what its prefix promises")]
    Form,
}

impl<'a> ClientId<'a> {
    /// 5.9.1: the prefix is what stands before the first colon.
    pub fn parse(text: &'a str) -> Result<Self, ClientIdFault> {
        let (prefix, rest) = text.split_once(':').ok_or(ClientIdFault::Prefix)?;
        if text.len() > MAX_CLIENT_ID {
            return Err(ClientIdFault::Form);
        }
        let (parsed, fits) = match prefix {
            DID => (Self::DecentralizedIdentifier(rest), is_did(rest)),
            X509_SAN_DNS => (Self::X509SanDns(rest), is_dns_name(rest)),
            X509_HASH => (Self::X509Hash(rest), is_hash(rest)),
            REDIRECT_URI => (Self::RedirectUri(rest), is_address(rest)),
            _ => return Err(ClientIdFault::Prefix),
        };
        if fits { Ok(parsed) } else { Err(ClientIdFault::Form) }
    }

    /// The prefix without its colon.
    #[must_use]
    pub const fn prefix(&self) -> &'static str {
        match self {
            Self::DecentralizedIdentifier(_) => DID,
            Self::X509SanDns(_) => X509_SAN_DNS,
            Self::X509Hash(_) => X509_HASH,
            Self::RedirectUri(_) => REDIRECT_URI,
        }
    }
}

impl std::fmt::Display for ClientId<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::DecentralizedIdentifier(rest)
        | Self::X509SanDns(rest)
        | Self::X509Hash(rest)
        | Self::RedirectUri(rest)) = self;
        write!(formatter, "{}:{rest}", self.prefix())
    }
}

/// A DID, not a DID URL.
fn is_did(text: &str) -> bool {
    text.len() <= 512 && text.starts_with("did:") && !text.contains(['#', '?', '/'])
}

/// A host name of letters, digits, hyphens and dots; no address and no wildcard.
fn is_dns_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last_is_a_word = text.rsplit('.').next().is_some_and(|last| last.contains(char::is_alphabetic));
    text.len() <= 253 && text.split('.').all(label) && last_is_a_word
}

fn is_hash(text: &str) -> bool {
    text.len() == HASH_LENGTH
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http")
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const HASH: &str = "Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk";

    #[test]
    fn every_prefix_is_read_and_written() {
        let hash = format!("x509_hash:{HASH}");
        for (text, id) in [
            (
                "decentralized_identifier:did:example:123",
                ClientId::DecentralizedIdentifier("did:example:123"),
            ),
            ("x509_san_dns:client.example.org", ClientId::X509SanDns("client.example.org")),
            (hash.as_str(), ClientId::X509Hash(HASH)),
            (
                "redirect_uri:https://client.example.org/cb",
                ClientId::RedirectUri("https://client.example.org/cb"),
            ),
        ] {
            assert_eq!(ClientId::parse(text), Ok(id));
            assert_eq!(id.to_string(), text);
        }
    }

    #[test]
    fn what_is_not_supported_has_no_prefix_here() {
        for text in [
            "client.example.org",
            "https://client.example.org/cb",
            "openid_federation:https://f.example",
            "verifier_attestation:verifier.example",
            // 5.9.3: reserved, never accepted in a request.
            "origin:https://verifier.example",
            "X509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk",
            "",
        ] {
            assert_eq!(ClientId::parse(text), Err(ClientIdFault::Prefix), "{text}");
        }
    }

    #[test]
    fn identifier_that_breaks_its_prefixs_promise_is_refused() {
        let long = format!("redirect_uri:https://a.example/{}", "x".repeat(MAX_CLIENT_ID));
        for text in [
            "decentralized_identifier:did:example:123#key",
            "decentralized_identifier:https://a.example",
            "x509_san_dns:",
            "x509_san_dns:*.example.org",
            "x509_san_dns:127.0.0.1",
            "x509_san_dns:a..example",
            "x509_san_dns:client.example.org/path",
            "x509_hash:short",
            "x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZsz=",
            "redirect_uri:client.example.org",
            "redirect_uri:https://a@client.example.org/",
            "redirect_uri:https://client.example.org/#x",
            "redirect_uri:javascript:alert(1)",
            long.as_str(),
        ] {
            assert_eq!(ClientId::parse(text), Err(ClientIdFault::Form), "{text}");
        }
    }
}
