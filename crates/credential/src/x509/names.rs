//! What certificates say of their subject: names for people, and the values by which OpenID4VP compares them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Timestamp;
use rustls_pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::FromDer as _;

use super::CertificateChain;
use crate::digest::sha256;
use crate::jwt;

/// Longer names are cut off: nobody reads them, and pages show them.
const MOST_CHARACTERS: usize = 200;

impl CertificateChain {
    /// The identifier of `x509_hash` (OpenID4VP 1.0, 5.9.3): base64url of SHA-256 over the leaf in DER.
    #[must_use]
    pub fn leaf_hash(&self) -> String {
        let leaf = self.certificates.first();
        leaf.map(|leaf| URL_SAFE_NO_PAD.encode(sha256(leaf))).unwrap_or_default()
    }

    /// The leaf's `dNSName` alternative names in lower case. Wildcards are left out: they name no host.
    #[must_use]
    pub fn dns_names(&self) -> Vec<String> {
        let Some(leaf) = self.leaf() else { return Vec::new() };
        let Ok(Some(names)) = leaf.subject_alternative_name() else { return Vec::new() };
        let names = names.value.general_names.iter().filter_map(|name| match name {
            GeneralName::DNSName(name) if !name.contains('*') => Some(name.to_ascii_lowercase()),
            _ => None,
        });
        names.collect()
    }

    /// The organisation in the leaf's subject, the first where there are several.
    #[must_use]
    pub fn organisation(&self) -> Option<String> {
        let leaf = self.leaf()?;
        let name = leaf.subject().iter_organization().next()?.as_str().ok()?;
        let name: String = name.trim().chars().take(MOST_CHARACTERS).collect();
        (!name.is_empty()).then_some(name)
    }

    /// Whether the leaf is its own issuer; HAIP 1.0, 5 takes no such certificate for a request.
    #[must_use]
    pub fn is_self_signed(&self) -> bool {
        self.leaf().is_none_or(|leaf| leaf.subject().as_raw() == leaf.issuer().as_raw())
    }

    /// Identifiers of the authorities' keys in every certificate (RFC 5280, 4.2.1.1), in base64url as the `aki` of a DCQL
    /// query has them (OpenID4VP 1.0, 6.1.1.1).
    #[must_use]
    pub fn authority_key_ids(&self) -> Vec<String> {
        let read = self.certificates.iter().filter_map(parsed);
        read.filter_map(|certificate| {
            certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
                ParsedExtension::AuthorityKeyIdentifier(found) => {
                    found.key_identifier.as_ref().map(|id| URL_SAFE_NO_PAD.encode(id.0))
                }
                _ => None,
            })
        })
        .collect()
    }

    /// When the first of the certificates ends.
    #[must_use]
    pub fn ends_at(&self) -> Option<Timestamp> {
        let ends = self.certificates.iter().filter_map(parsed);
        let ends = ends.map(|certificate| certificate.validity().not_after.timestamp()).min()?;
        Timestamp::from_timestamp(ends, 0)
    }

    fn leaf(&self) -> Option<X509Certificate<'_>> {
        self.certificates.first().and_then(parsed)
    }
}

/// The same for a credential that is a token, with or without disclosures: what the `x5c` of its header says. Empty where it
/// has none. A verified credential's header is its issuer's word; a path to an anchor is another matter.
#[must_use]
pub fn authority_key_ids_of(token: &str) -> Vec<String> {
    let token = token.split('~').next().unwrap_or_default();
    let Ok(parts) = jwt::take_apart(token) else { return Vec::new() };
    let chain = parts.header.get("x5c").map(CertificateChain::from_header);
    chain.and_then(Result::ok).map(|chain| chain.authority_key_ids()).unwrap_or_default()
}

fn parsed<'a>(certificate: &'a CertificateDer<'_>) -> Option<X509Certificate<'a>> {
    X509Certificate::from_der(certificate).ok().map(|(_, read)| read)
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
