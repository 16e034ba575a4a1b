#![allow(clippy::unwrap_used)]
use super::*;

fn offered(scope: Option<&str>) -> Offered {
    Offered {
        configuration_id: "StaffIdentity_dc_sd-jwt".into(),
        scope: scope.map(str::to_owned),
        ..Offered::default()
    }
}

fn server() -> AuthorizationServer {
    AuthorizationServer {
        issuer: "https://i.example".into(),
        names_itself: true,
        ..AuthorizationServer::default()
    }
}

const ASKING: Asking<'_> =
    Asking { client_id: "https://w.example", redirect_uri: "https://w.example/authorized" };

fn asked(authorization: &mut Authorization, offered: &[Offered]) -> Vec<(&'static str, String)> {
    // RFC 7636, appendix B.
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    authorization.request(offered, ASKING, "offer.random".into(), verifier.into())
}

fn answer(state: &str) -> AuthorizationAnswer {
    AuthorizationAnswer {
        code: Some("c".into()),
        state: Some(state.into()),
        iss: Some("https://i.example".into()),
        error: None,
    }
}

#[test]
fn request_has_challenge_and_scope() {
    let mut authorization = Authorization { issuer_state: Some("s".into()), ..Authorization::default() };
    let parameters = asked(&mut authorization, &[offered(Some("a")), offered(Some("b"))]);
    let value = |name: &str| parameters.iter().find(|(it, _)| *it == name).map(|(_, value)| value.as_str());
    assert_eq!(value("code_challenge"), Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
    assert_eq!(value("code_challenge_method"), Some("S256"));
    assert_eq!(value("scope"), Some("a b"));
    assert_eq!(value("issuer_state"), Some("s"));
    assert_eq!(value("authorization_details"), None);
}

#[test]
fn details_are_asked_for_where_a_credential_has_no_scope() {
    let parameters = asked(&mut Authorization::default(), &[offered(Some("a")), offered(None)]);
    let details = parameters.iter().find(|(name, _)| *name == "authorization_details").unwrap();
    let details: Vec<serde_json::Value> = serde_json::from_str(&details.1).unwrap();
    assert_eq!(details.len(), 2);
    assert!(parameters.iter().all(|(name, _)| *name != "scope"));
}

#[test]
fn answer_counts_for_its_own_request_from_its_own_server() {
    let mut authorization = Authorization::default();
    assert_eq!(authorization.code(&answer("offer.random"), &server()), Err(AnswerFault::State));
    asked(&mut authorization, &[offered(None)]);
    let right = answer("offer.random");
    assert!(authorization.code(&right, &server()).is_ok());
    let elsewhere = Some("https://evil.example".to_owned());
    for (wrong, fault) in [
        (answer("offer.other"), AnswerFault::State),
        (AuthorizationAnswer { state: None, ..right.clone() }, AnswerFault::State),
        (AuthorizationAnswer { iss: elsewhere, ..right.clone() }, AnswerFault::Issuer),
        (AuthorizationAnswer { iss: None, ..right.clone() }, AnswerFault::Issuer),
        (AuthorizationAnswer { error: Some("access_denied".into()), ..right.clone() }, AnswerFault::Denied),
        (AuthorizationAnswer { code: None, ..right.clone() }, AnswerFault::Form),
        (AuthorizationAnswer { code: Some("c".repeat(5000)), ..right.clone() }, AnswerFault::Form),
    ] {
        assert_eq!(authorization.code(&wrong, &server()), Err(fault), "{wrong:?}");
    }
    // A server that does not say that it names itself need not.
    let silent = AuthorizationServer { names_itself: false, ..server() };
    assert!(authorization.code(&AuthorizationAnswer { iss: None, ..right.clone() }, &silent).is_ok());
}

#[test]
fn later_request_takes_the_place_of_an_earlier_one_and_an_answer_is_known_again() {
    let mut authorization = Authorization::default();
    asked(&mut authorization, &[offered(None)]);
    authorization.request(&[offered(None)], ASKING, "offer.later".into(), "v".repeat(43));
    assert_eq!(authorization.code(&answer("offer.random"), &server()), Err(AnswerFault::State));
    authorization.grant(AccessToken::Bearer("t".into()), chrono::DateTime::UNIX_EPOCH);
    assert!(authorization.knows(&answer("offer.later")));
    assert_eq!(authorization.code(&answer("offer.later"), &server()), Err(AnswerFault::State));
    assert!(!authorization.knows(&AuthorizationAnswer::default()));
}
