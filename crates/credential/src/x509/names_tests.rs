#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyIdMethod, KeyPair, SanType,
};

use super::*;

fn params(organisation: Option<&str>) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "leaf");
    if let Some(organisation) = organisation {
        params.distinguished_name.push(DnType::OrganizationName, organisation);
    }
    params
}

fn root() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = params(None);
    params.distinguished_name.push(DnType::CommonName, "root");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_identifier_method = KeyIdMethod::PreSpecified(vec![7; 20]);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn chain(mut params: CertificateParams, names: &[SanType]) -> CertificateChain {
    params.subject_alt_names = names.to_vec();
    params.use_authority_key_identifier_extension = true;
    let leaf = params.signed_by(&KeyPair::generate().unwrap(), &root()).unwrap();
    CertificateChain::from_pem(leaf.pem().as_bytes()).unwrap()
}

fn dns(name: &str) -> SanType {
    SanType::DnsName(name.try_into().unwrap())
}

#[test]
fn a_certificate_says_whom_it_is_of() {
    let names = [
        dns("Verifier.example.org"),
        dns("*.example.net"),
        SanType::URI("https://uri.example".try_into().unwrap()),
    ];
    let chain = chain(params(Some(" World Food Programme ")), &names);
    assert_eq!(chain.dns_names(), ["verifier.example.org"], "no wildcard, no other kind of name");
    assert_eq!(chain.organisation().as_deref(), Some("World Food Programme"));
    assert_eq!(chain.authority_key_ids(), [URL_SAFE_NO_PAD.encode([7; 20])]);
    assert_eq!(chain.leaf_hash().len(), 43);
    assert!(!chain.is_self_signed());
}

#[test]
fn what_a_certificate_does_not_say_is_not_made_up() {
    let chain = chain(params(None), &[]);
    assert!(chain.dns_names().is_empty() && chain.organisation().is_none());
    let alone = CertificateChain::from_pem(root().pem().as_bytes()).unwrap();
    assert!(alone.is_self_signed());
}

#[test]
fn a_long_name_is_cut_off() {
    let chain = chain(params(Some(&"ü".repeat(500))), &[]);
    assert_eq!(chain.organisation().unwrap().chars().count(), MOST_CHARACTERS);
}

#[test]
fn a_token_says_its_authorities_in_its_header() {
    let chain = chain(params(None), &[]);
    let header = serde_json::json!({"alg": "ES256", "x5c": chain.to_header().unwrap()});
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let token = format!("{}.{}.AA", part(&header), part(&serde_json::json!({})));
    assert_eq!(authority_key_ids_of(&token), [URL_SAFE_NO_PAD.encode([7; 20])]);
    assert_eq!(authority_key_ids_of(&format!("{token}~disclosure~")), [URL_SAFE_NO_PAD.encode([7; 20])]);
    for without in ["", "a.b.c", "{}", "~"] {
        assert!(authority_key_ids_of(without).is_empty(), "{without}");
    }
}
