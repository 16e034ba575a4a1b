#![allow(clippy::unwrap_used)]

use super::*;
use crate::{Delivery, Format, Timestamp};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const ISSUED: [CredentialType; 1] = [CredentialType::StaffIdentity];
const LDP: Configuration = Configuration::new(CredentialType::StaffIdentity, Format::LDP_VC);
const SD_JWT: Configuration = Configuration::new(CredentialType::StaffIdentity, Format::SdJwt);

fn client() -> Client {
    Client {
        id: "wallet".into(),
        name: "Wallet".into(),
        redirect_uris: vec!["https://wallet.example/cb".into()],
        is_attested: false,
        is_dpop_bound: false,
    }
}

fn asked() -> Asked<'static> {
    Asked {
        response_type: Some("code"),
        redirect_uri: Some("https://wallet.example/cb"),
        scope: Some("StaffIdentity_ldp_vc"),
        code_challenge: Some(CHALLENGE),
        code_challenge_method: Some("S256"),
        ..Asked::default()
    }
}

#[test]
fn each_wrong_parameter_has_its_own_fault() {
    let check = |asked: Asked<'_>| client().check(&asked, &ISSUED).unwrap_err();
    assert_eq!(client().check(&asked(), &ISSUED).unwrap().wanted, Wanted::Scope(vec![LDP]));
    let long = "a".repeat(3000);
    for (wrong, fault) in [
        (Asked { redirect_uri: None, ..asked() }, RequestFault::Missing("redirect_uri")),
        (Asked { redirect_uri: Some("https://wallet.example/cb/"), ..asked() }, RequestFault::RedirectUri),
        (Asked { response_type: None, ..asked() }, RequestFault::Missing("response_type")),
        (Asked { response_type: Some("token"), ..asked() }, RequestFault::ResponseType),
        (Asked { code_challenge: None, ..asked() }, RequestFault::Missing("code_challenge")),
        (Asked { code_challenge_method: None, ..asked() }, RequestFault::ChallengeMethod),
        (Asked { code_challenge_method: Some("plain"), ..asked() }, RequestFault::ChallengeMethod),
        (Asked { code_challenge: Some("short"), ..asked() }, RequestFault::Form("code_challenge")),
        (Asked { state: Some(&long), ..asked() }, RequestFault::Form("state")),
        (Asked { scope: Some(&long), ..asked() }, RequestFault::Form("scope")),
        (Asked { scope: None, ..asked() }, RequestFault::Scope),
        (Asked { scope: Some("openid Employment_ldp_vc"), ..asked() }, RequestFault::Scope),
        (Asked { scope: Some("openid"), has_offer: true, ..asked() }, RequestFault::Scope),
    ] {
        assert_eq!(check(wrong), fault, "{wrong:?}");
    }
}

#[test]
fn unknown_scopes_are_ignored_and_details_win() {
    let wanted = |asked: Asked<'_>| client().check(&asked, &ISSUED).unwrap().wanted;
    let scope = Some("openid StaffIdentity_ldp_vc StaffIdentity_ldp_vc");
    assert_eq!(wanted(Asked { scope, ..asked() }), Wanted::Scope(vec![LDP]));
    let details: &[Configuration] = &[SD_JWT];
    assert_eq!(wanted(Asked { details: Some(details), ..asked() }), Wanted::Details(vec![SD_JWT, LDP]));
    let details: &[Configuration] = &[LDP];
    assert_eq!(wanted(Asked { details: Some(details), ..asked() }), Wanted::Details(vec![LDP]));
    assert_eq!(wanted(Asked { scope: None, has_offer: true, ..asked() }), Wanted::Offered);
}

#[test]
fn a_code_is_redeemed_by_its_client_at_its_address_with_its_verifier_and_key() {
    let grant = Grant {
        client_id: "wallet".into(),
        redirect_uri: "https://wallet.example/cb".into(),
        code_challenge: CHALLENGE.into(),
        wanted: Wanted::Offered,
        offer_id: "offer".into(),
        dpop_jkt: Some("key".into()),
    };
    let uri = "https://wallet.example/cb";
    assert_eq!(grant.check("wallet", uri, VERIFIER, Some("key")), Ok(()));
    assert_eq!(grant.check("other", uri, VERIFIER, Some("key")), Err(GrantRefusal::Client));
    assert_eq!(grant.check("wallet", "https://x", VERIFIER, Some("key")), Err(GrantRefusal::RedirectUri));
    assert_eq!(grant.check("wallet", uri, VERIFIER, Some("other")), Err(GrantRefusal::Key));
    assert_eq!(grant.check("wallet", uri, VERIFIER, None), Err(GrantRefusal::Key));
    for verifier in ["", CHALLENGE, &VERIFIER[1..], &format!("{VERIFIER}="), &VERIFIER.replace('d', "e")] {
        assert_eq!(grant.check("wallet", uri, verifier, Some("key")), Err(GrantRefusal::Verifier));
    }
    let free = Grant { dpop_jkt: None, ..grant };
    assert_eq!(free.check("wallet", uri, VERIFIER, Some("any")), Ok(()));
}

#[test]
fn signing_in_does_not_undo_a_revocation() {
    let copy = |configuration, status, day: i64| CredentialCopy {
        id: "c".into(),
        offer_id: "o".into(),
        subject_id: "s".into(),
        configuration,
        document: String::new(),
        holder_key: "k".into(),
        receipt_token: "r".into(),
        notification_id: "n".into(),
        status,
        delivery: Delivery::Accepted,
        issued_at: Timestamp::from_timestamp(1_800_000_000 + day * 86_400, 0).unwrap(),
        valid_until: Timestamp::from_timestamp(1_900_000_000, 0).unwrap(),
        batch_position: 0,
    };
    let kind = CredentialType::StaffIdentity;
    assert!(!is_withdrawn(kind, &[]));
    let (old, new) = (copy(LDP, Status::Revoked, 0), copy(LDP, Status::Valid, 1));
    assert!(!is_withdrawn(kind, &[new.clone(), old]), "replaced by a later one");
    assert!(is_withdrawn(kind, &[copy(LDP, Status::Revoked, 2), new.clone()]));
    assert!(is_withdrawn(kind, &[copy(SD_JWT, Status::Revoked, 0), new.clone()]), "one of two formats");
    assert!(is_withdrawn(kind, &[copy(LDP, Status::Suspended, 1), new]), "one key of a batch");
    assert!(!is_withdrawn(CredentialType::Employment, &[copy(LDP, Status::Revoked, 0)]));
}

#[test]
fn an_app_on_the_same_machine_chooses_its_port_and_nothing_else() {
    let registered = |uri: &str| Client { redirect_uris: vec![uri.into()], ..client() };
    let takes = |known: &str, uri: &str| {
        let asked = Asked { redirect_uri: Some(uri), ..asked() };
        registered(known).check(&asked, &ISSUED).map(|request| request.redirect_uri)
    };
    for (known, uri) in [
        ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1/cb"),
        ("http://[::1]/cb?a=b", "http://[::1]:1/cb?a=b"),
    ] {
        assert_eq!(takes(known, uri).as_deref(), Ok(uri));
    }
    for (known, uri) in [
        ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb/"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:49152/other"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:+1/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:65536/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example:80/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example:80/cb"),
        ("http://127.0.0.1/cb", "https://127.0.0.1:1/cb"),
        ("http://127.0.0.1/cb", "http://[::1]:1/cb"),
        ("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb"),
        ("http://localhost/cb", "http://localhost:1/cb"),
        ("https://wallet.example/cb", "https://wallet.example:444/cb"),
    ] {
        assert_eq!(takes(known, uri), Err(RequestFault::RedirectUri), "{known} {uri}");
    }
}
