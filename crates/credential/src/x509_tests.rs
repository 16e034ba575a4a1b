#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, PKCS_ECDSA_P256_SHA256,
    PKCS_ECDSA_P384_SHA384, PKCS_ED25519, SignatureAlgorithm, date_time_ymd,
};

use super::*;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2028, 1, 1);
    params
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

fn root(name: &str) -> Authority {
    CertifiedIssuer::self_signed(authority_params(name), KeyPair::generate().unwrap()).unwrap()
}

fn below(root: &Authority, name: &str) -> Authority {
    CertifiedIssuer::signed_by(authority_params(name), KeyPair::generate().unwrap(), root).unwrap()
}

fn leaf(issuer: &Authority, algorithm: &'static SignatureAlgorithm, params: CertificateParams) -> String {
    let key = KeyPair::generate_for(algorithm).unwrap();
    params.signed_by(&key, issuer).unwrap().pem()
}

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn check(anchors: &str, chain: &str) -> Result<(), CertificateFault> {
    let chain = CertificateChain::from_pem(chain.as_bytes())?;
    TrustAnchors::from_pem(anchors.as_bytes())?.verify(&chain, now())
}

#[test]
fn a_path_of_living_certificates_leads_to_an_anchor() {
    let root = root("root");
    let between = below(&root, "between");
    let direct = leaf(&root, &PKCS_ECDSA_P256_SHA256, params("leaf"));
    let longer = leaf(&between, &PKCS_ED25519, params("leaf"));
    let stranger = super::tests::root("root");
    let anchors = root.pem();
    assert_eq!(check(&anchors, &direct), Ok(()));
    assert_eq!(check(&anchors, &format!("{longer}{}", between.pem())), Ok(()));
    assert_eq!(check(&format!("{}{anchors}", stranger.pem()), &direct), Ok(()), "one of several");
    let (mut late, mut early) = (params("leaf"), params("leaf"));
    late.not_after = date_time_ymd(2026, 6, 1);
    early.not_before = date_time_ymd(2027, 6, 1);
    for (chain, fault, why) in [
        (longer.clone(), CertificateFault::Path, "nothing in between"),
        (format!("{longer}{}", stranger.pem()), CertificateFault::Path, "another in between"),
        (leaf(&stranger, &PKCS_ECDSA_P256_SHA256, params("leaf")), CertificateFault::Path, "the same name"),
        (format!("{direct}{}", root.pem()).replacen(&direct, "", 1), CertificateFault::Path, "an authority"),
        (leaf(&root, &PKCS_ECDSA_P256_SHA256, late), CertificateFault::Dates, "expired"),
        (leaf(&root, &PKCS_ECDSA_P256_SHA256, early), CertificateFault::Dates, "not yet valid"),
        (leaf(&root, &PKCS_ECDSA_P384_SHA384, params("leaf")), CertificateFault::Key, "another kind of key"),
        (String::new(), CertificateFault::Pem, "nothing"),
        (direct.repeat(6), CertificateFault::Pem, "too many"),
    ] {
        assert_eq!(check(&anchors, &chain), Err(fault), "{why}");
    }
}

#[test]
fn a_leaf_that_signs_for_others_is_no_authority() {
    let root = root("root");
    let key = KeyPair::generate().unwrap();
    let no_authority = CertifiedIssuer::signed_by(params("leaf"), key, &root).unwrap();
    let forged = leaf(&no_authority, &PKCS_ECDSA_P256_SHA256, params("forged"));
    let chain = format!("{forged}{}", no_authority.pem());
    assert_eq!(check(&root.pem(), &chain), Err(CertificateFault::Path));
}

#[test]
fn a_header_says_the_chain_and_never_the_anchor() {
    let root = root("root");
    let between = below(&root, "between");
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let leaf = params("leaf").signed_by(&key, &between).unwrap().pem();
    let chain = CertificateChain::from_pem(format!("{leaf}{}", between.pem()).as_bytes()).unwrap();
    let header = chain.to_header().unwrap();
    assert_eq!(header.as_array().unwrap().len(), 2);
    assert_eq!(CertificateChain::from_header(&header).unwrap(), chain);
    let point = &key.public_key_raw()[1..];
    assert_eq!(chain.leaf_key().to_jwk()["x"], URL_SAFE_NO_PAD.encode(&point[..32]));
    let whole =
        CertificateChain::from_pem(format!("{leaf}{}{}", between.pem(), root.pem()).as_bytes()).unwrap();
    assert_eq!(whole.to_header(), Err(CertificateFault::Anchor));
    let first = &header[0];
    for wrong in [
        json!(first),
        json!([]),
        json!([1]),
        json!([first, first, first, first, first, first]),
        json!([first.as_str().unwrap().replace('+', "-").replace('/', "_") + "="]),
        json!(["A".repeat(MOST_BYTES + 4)]),
    ] {
        assert_eq!(CertificateChain::from_header(&wrong), Err(CertificateFault::Header), "{wrong}");
    }
    assert_eq!(CertificateChain::from_header(&json!(["AAAA"])), Err(CertificateFault::Form));
}

#[test]
fn what_is_sent_holds_nothing_that_signed_itself() {
    let root = root("root");
    let between = below(&root, "between");
    let alone = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let own = params("own").self_signed(&alone).unwrap().pem();
    let leaf = leaf(&between, &PKCS_ECDSA_P256_SHA256, params("leaf"));
    let sent = |anchors: &str, chain: &str| {
        let chain = CertificateChain::from_pem(chain.as_bytes()).unwrap();
        TrustAnchors::from_pem(anchors.as_bytes()).unwrap().verify_sent(&chain, now())
    };
    let path = format!("{leaf}{}", between.pem());
    assert_eq!(sent(&root.pem(), &path), Ok(()));
    assert_eq!(sent(&between.pem(), &leaf), Ok(()), "an authority in the middle is trusted");
    for (anchors, chain, why) in [
        (root.pem(), format!("{path}{}", root.pem()), "with the anchor"),
        (own.clone(), own.clone(), "its own anchor"),
        (format!("{own}{}", root.pem()), own, "its own anchor beside another"),
    ] {
        assert_eq!(sent(&anchors, &chain), Err(CertificateFault::Anchor), "{why}");
    }
    assert_eq!(sent(&root.pem(), &leaf), Err(CertificateFault::Path), "nothing in between");
}

#[test]
fn ours_are_of_one_key_and_end_with_the_first_of_them() {
    let root = root("root");
    let mut brief = authority_params("between");
    brief.not_after = date_time_ymd(2027, 6, 1);
    let between = CertifiedIssuer::signed_by(brief, KeyPair::generate().unwrap(), &root).unwrap();
    let chain = format!("{}{}", leaf(&between, &PKCS_ECDSA_P256_SHA256, params("leaf")), between.pem());
    let own = OwnCertificate::read(chain.as_bytes(), root.pem().as_bytes(), now()).unwrap();
    let key = *CertificateChain::from_pem(chain.as_bytes()).unwrap().leaf_key();
    let end = own.ends_at().unwrap();
    assert_eq!(end.to_rfc3339(), "2027-06-01T00:00:00+00:00");
    assert!(own.fits(&key, now()) && own.fits(&key, end));
    assert!(!own.fits(&key, end + chrono::Duration::seconds(1)), "over");
    let other = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let other = params("leaf").signed_by(&other, &between).unwrap().pem();
    assert!(!own.fits(CertificateChain::from_pem(other.as_bytes()).unwrap().leaf_key(), now()));
    let late = OwnCertificate::read(chain.as_bytes(), root.pem().as_bytes(), end + chrono::Duration::days(1));
    assert_eq!(late.unwrap_err(), CertificateFault::Dates);
}
