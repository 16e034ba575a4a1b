//! The JSON-LD contexts that are known here. There is no other way to get one: an unknown context is a
//! fault, never a download, so nobody can change what a credential means after it was signed.

/// URL and bytes of every embedded context.
pub(crate) const EMBEDDED: &[(&str, &str)] = &[
    ("https://www.w3.org/ns/credentials/v2", include_str!("../contexts/credentials-v2.jsonld")),
    ("https://www.w3.org/2018/credentials/v1", include_str!("../contexts/credentials-v1.jsonld")),
    (
        "https://schemas.passerelle.example/v1/staff-identity.jsonld",
        include_str!("../../../schemas/v1/staff-identity.jsonld"),
    ),
    (
        "https://schemas.passerelle.example/v1/employment.jsonld",
        include_str!("../../../schemas/v1/employment.jsonld"),
    ),
    (
        "https://schemas.passerelle.example/v1/training-completion.jsonld",
        include_str!("../../../schemas/v1/training-completion.jsonld"),
    ),
    (
        "https://schemas.passerelle.example/v1/security-clearance.jsonld",
        include_str!("../../../schemas/v1/security-clearance.jsonld"),
    ),
    (
        "https://schemas.passerelle.example/v1/medical-clearance.jsonld",
        include_str!("../../../schemas/v1/medical-clearance.jsonld"),
    ),
    (
        "https://schemas.passerelle.example/v1/separation.jsonld",
        include_str!("../../../schemas/v1/separation.jsonld"),
    ),
    (
        "https://schemas.passerelle.example/v1/digital-certificate-of-entitlement.jsonld",
        include_str!("../../../schemas/v1/digital-certificate-of-entitlement.jsonld"),
    ),
    ("https://w3id.org/security/data-integrity/v2", include_str!("../contexts/data-integrity-v2.jsonld")),
    ("https://w3id.org/security/data-integrity/v1", include_str!("../contexts/data-integrity-v1.jsonld")),
    ("https://w3id.org/security/multikey/v1", include_str!("../contexts/multikey-v1.jsonld")),
    ("https://w3id.org/security/jwk/v1", include_str!("../contexts/jwk-v1.jsonld")),
    ("https://www.w3.org/ns/did/v1", include_str!("../contexts/did-v1.jsonld")),
    ("https://www.w3.org/ns/cid/v1", include_str!("../contexts/cid-v1.jsonld")),
    (
        "https://www.w3.org/ns/credentials/status/v1",
        include_str!("../contexts/bitstring-status-list-v1.jsonld"),
    ),
    ("https://w3id.org/vc/status-list/2021/v1", include_str!("../contexts/status-list-2021-v1.jsonld")),
    (
        "https://www.w3.org/2018/credentials/examples/v1",
        include_str!("../contexts/credentials-examples-v1.jsonld"),
    ),
    (
        "https://www.w3.org/ns/credentials/examples/v2",
        include_str!("../contexts/credentials-examples-v2.jsonld"),
    ),
    (
        "https://www.w3.org/ns/credentials/undefined-terms/v2",
        include_str!("../contexts/credentials-undefined-terms-v2.jsonld"),
    ),
    ("https://w3id.org/security/v1", include_str!("../contexts/security-v1.jsonld")),
    ("https://w3id.org/security/v2", include_str!("../contexts/security-v2.jsonld")),
    ("https://w3id.org/security/suites/ed25519-2020/v1", include_str!("../contexts/ed25519-2020-v1.jsonld")),
    ("https://w3id.org/security/suites/jws-2020/v1", include_str!("../contexts/jws-2020-v1.jsonld")),
    ("https://w3id.org/citizenship/v1", include_str!("../contexts/citizenship-v1.jsonld")),
    ("https://w3id.org/citizenship/v2", include_str!("../contexts/citizenship-v2.jsonld")),
    ("https://w3id.org/citizenship/v3", include_str!("../contexts/citizenship-v3.jsonld")),
    ("https://w3id.org/citizenship/v4rc1", include_str!("../contexts/citizenship-v4rc1.jsonld")),
    ("https://w3id.org/vdl/v1", include_str!("../contexts/vdl-v1.jsonld")),
    ("https://www.w3.org/ns/odrl.jsonld", include_str!("../contexts/odrl.jsonld")),
];

/// The addresses of the embedded contexts.
pub fn addresses() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|(address, _)| *address)
}

/// The published bytes of a context.
#[must_use]
pub fn embedded(url: &str) -> Option<&'static str> {
    EMBEDDED.iter().find(|(known, _)| *known == url).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// VC Data Model 2.0, B.1 publishes these digests.
    #[test]
    fn the_contexts_are_the_published_ones() {
        for (url, digest) in [
            (
                "https://www.w3.org/ns/credentials/v2",
                "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
            ),
            (
                "https://www.w3.org/2018/credentials/v1",
                "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc",
            ),
        ] {
            let bytes = embedded(url).unwrap_or_default().as_bytes();
            let found: String =
                crate::digest::sha256(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(found, digest, "{url}");
        }
    }
}
