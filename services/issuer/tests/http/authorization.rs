//! The authorization code flow as a wallet and its person meet it.

use chrono::Duration;
use outbound::Reply;
use serde_json::{Value, json};
use testkit::{Agent, Answer, Authenticator};
use url::Url;

use issuer::app::OfferLink;

use crate::support::{Holder, LDP, ORIGIN, SD_JWT, World, json, new_offer, problem, refusal, refused};

/// RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub const CALLBACK: &str = "https://wallet.test/cb";

/// A form of a pushed request that is accepted; `changes` replace parameters, an empty value removes one.
pub fn form<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("response_type", "code"),
        ("client_id", "wallet"),
        ("redirect_uri", CALLBACK),
        ("scope", LDP),
        ("state", "s t"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    form.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    form.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    form
}

impl World {
    pub async fn push(&self, changes: &[(&str, &str)]) -> Reply {
        self.client.post_form(&self.url("/t/undp/par"), &form(changes), &[]).await.unwrap()
    }

    pub async fn request_uri(&self, changes: &[(&str, &str)]) -> String {
        let reply = self.push(changes).await;
        assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.body));
        json(&reply)["request_uri"].as_str().unwrap().to_owned()
    }

    pub async fn issuer_state(&self, link: &OfferLink) -> String {
        let offer = json(&self.get(&link.uri).await);
        offer["grants"]["authorization_code"]["issuer_state"].as_str().unwrap().to_owned()
    }

    pub async fn redeem(&self, code: &str, changes: &[(&str, &str)]) -> Reply {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("client_id", "wallet"),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        form.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        form.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        self.token_reply(&form).await
    }
}

/// A person in front of a browser, with a device that makes passkeys.
pub struct Person {
    agent: Agent,
    device: Authenticator,
    base: String,
}

impl Person {
    pub fn new(world: &World) -> Self {
        let base = world.url("/").to_string();
        Self {
            agent: Agent::new(),
            device: Authenticator::new(ORIGIN, "a person"),
            base: base.trim_end_matches('/').to_owned(),
        }
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.agent.post_json(format!("{}/t/undp/authorize/{path}", self.base), body).await.unwrap()
    }

    pub async fn enrol(&mut self, request_uri: &str, code: &str) -> Answer {
        let asked = json!({"request_uri": request_uri, "tx_code": code});
        let start = self.post("enrol/start", &asked).await;
        if start.status != 200 {
            return start;
        }
        let mut made = self.device.register(&start.json().unwrap()).unwrap();
        made["request_uri"] = request_uri.into();
        self.post("enrol/finish", &made).await
    }

    pub async fn sign_in(&mut self, request_uri: &str) -> Answer {
        let start = self.post("sign-in/start", &json!({"request_uri": request_uri})).await;
        if start.status != 200 {
            return start;
        }
        let mut got = self.device.log_in(&start.json().unwrap()).unwrap();
        got["request_uri"] = request_uri.into();
        self.post("sign-in/finish", &got).await
    }

    /// Follows the page's last step to the wallet.
    pub async fn redirected(&self, finished: &Answer) -> Url {
        assert_eq!(finished.status, 200, "{}", finished.text());
        let next = finished.json().unwrap()["next"].as_str().unwrap().to_owned();
        let answer = self.agent.get_as(format!("{}{next}", self.base), "text/html").await.unwrap();
        assert_eq!(answer.status, 302, "{}", answer.text());
        let again = self.agent.get_as(format!("{}{next}", self.base), "application/json").await.unwrap();
        assert_eq!(again.status, 400, "a ticket is used once");
        answer.header("location").unwrap().parse().unwrap()
    }

    /// Somebody who has enrolled a passkey with an offer of their own.
    pub async fn enrolled(world: &World, link: &OfferLink) -> Self {
        let mut person = Self::new(world);
        let state = world.issuer_state(link).await;
        let request = world.request_uri(&[("issuer_state", &state)]).await;
        let answer = person.enrol(&request, link.transaction_code.as_deref().unwrap()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        person
    }

    /// An authorization code for a request.
    pub async fn code(&mut self, world: &World, changes: &[(&str, &str)]) -> String {
        let request = world.request_uri(changes).await;
        let answer = self.sign_in(&request).await;
        let to = self.redirected(&answer).await;
        parameter(&to, "code").unwrap_or_else(|| panic!("{to}"))
    }
}

pub fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_parameter_of_a_pushed_request_has_its_code() {
    let world = World::start().await;
    let link = world.offer().await;
    let state = world.issuer_state(&link).await;
    let long = "x".repeat(3000);
    let details =
        |id: &str| json!([{"type": "openid_credential", "credential_configuration_id": id}]).to_string();
    let (other, unknown) = (details("Employment_ldp_vc"), details("Unknown_ldp_vc"));
    for (changes, error) in [
        (vec![("client_id", "")], "invalid_request"),
        (vec![("redirect_uri", "")], "invalid_request"),
        (vec![("redirect_uri", "https://wallet.test/cb/")], "invalid_request"),
        (vec![("redirect_uri", "https://other.test/cb")], "invalid_request"),
        (vec![("response_type", "")], "invalid_request"),
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![("code_challenge", "")], "invalid_request"),
        (vec![("code_challenge", "short")], "invalid_request"),
        (vec![("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("state", long.as_str())], "invalid_request"),
        (vec![("scope", "")], "invalid_scope"),
        (vec![("scope", "openid profile")], "invalid_scope"),
        (vec![("scope", "Employment_ldp_vc"), ("issuer_state", state.as_str())], "invalid_scope"),
        (vec![("authorization_details", "[]")], "invalid_authorization_details"),
        (vec![("authorization_details", "nonsense")], "invalid_authorization_details"),
        (vec![("authorization_details", unknown.as_str())], "invalid_authorization_details"),
        (
            vec![("authorization_details", other.as_str()), ("issuer_state", state.as_str())],
            "invalid_authorization_details",
        ),
        (vec![("issuer_state", "made-up")], "invalid_request"),
        (vec![("request_uri", "urn:x")], "invalid_request"),
        (vec![("request", "e30.e30.")], "request_not_supported"),
        (vec![("scope", LDP), ("scope", SD_JWT)], "invalid_request"),
    ] {
        assert_eq!(refusal(&world.push(&changes).await), refused(error), "{changes:?}");
    }
    let reply = world.push(&[("client_id", "unknown")]).await;
    assert_eq!(refusal(&reply), (401, "invalid_client".into()));
    let reply = world.push(&[]).await;
    assert_eq!((reply.status, reply.header("cache-control")), (201, Some("no-cache, no-store")));
    let answer = json(&reply);
    assert!(answer["request_uri"].as_str().unwrap().starts_with("urn:ietf:params:oauth:request_uri:"));
    assert_eq!(answer["expires_in"], 600);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_belongs_to_a_living_request_of_its_client() {
    let world = World::start().await;
    let link = world.offer().await;
    let state = world.issuer_state(&link).await;
    let page = async |client: &str, uri: &str| {
        let mut url = world.url("/t/undp/authorize");
        url.query_pairs_mut().append_pair("client_id", client).append_pair("request_uri", uri);
        Agent::new().get_as(url, "text/html").await.unwrap()
    };
    let alone = world.request_uri(&[]).await;
    let offered = world.request_uri(&[("issuer_state", &state)]).await;
    for (client, uri) in
        [("other", alone.as_str()), ("wallet", "urn:x"), ("wallet", ""), ("", alone.as_str())]
    {
        assert_eq!(page(client, uri).await.status, 400, "{client} {uri}");
    }
    let shown = page("wallet", &alone).await;
    assert!(shown.text().contains("Staff identity") && !shown.text().contains("Transaction code"));
    assert!(
        shown
            .text()
            .contains("error=access_denied&amp;state=s+t&amp;iss=http%3A%2F%2Fissuer.test%2Ft%2Fundp")
            || shown
                .text()
                .contains("error=access_denied&#38;state=s+t&#38;iss=http%3A%2F%2Fissuer.test%2Ft%2Fundp"),
        "{}",
        shown.text()
    );
    assert!(page("wallet", &offered).await.text().contains("Transaction code"));
    world.clock.advance(Duration::seconds(600));
    assert_eq!(page("wallet", &alone).await.status, 400, "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_accepted_by_a_person_who_enrols_and_signs_in_the_next_time() {
    let world = World::start().await;
    let (link, holder) = (world.offer().await, Holder::new(1));
    let state = world.issuer_state(&link).await;
    let mut person = Person::new(&world);
    let request = world.request_uri(&[("issuer_state", &state), ("scope", "")]).await;
    let answer = person.enrol(&request, link.transaction_code.as_deref().unwrap()).await;
    let to = person.redirected(&answer).await;
    assert_eq!(to.as_str().split('?').next(), Some(CALLBACK));
    assert_eq!(parameter(&to, "state").as_deref(), Some("s t"));
    assert_eq!(parameter(&to, "iss"), Some(format!("{ORIGIN}/t/undp")), "RFC 9207");
    let reply = world.redeem(&parameter(&to, "code").unwrap(), &[]).await;
    assert_eq!((reply.status, reply.header("cache-control")), (200, Some("no-store")));
    let token = json(&reply)["access_token"].as_str().unwrap().to_owned();
    for configuration in [LDP, SD_JWT] {
        assert_eq!(world.request(&token, configuration, &holder).await.status, 200);
    }
    // The same offer once more, by signing in and for one configuration: the same credential, and nothing beside it.
    let code = person.code(&world, &[("issuer_state", &state), ("scope", SD_JWT)]).await;
    let token = json(&world.redeem(&code, &[]).await)["access_token"].as_str().unwrap().to_owned();
    assert_eq!(world.request(&token, SD_JWT, &holder).await.status, 200);
    let reply = world.request(&token, LDP, &holder).await;
    assert_eq!(refusal(&reply), (403, "insufficient_scope".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_may_begin_by_itself_with_details() {
    let world = World::start().await;
    let link = world.offer().await;
    let mut person = Person::enrolled(&world, &link).await;
    let details = json!([{"type": "openid_credential", "credential_configuration_id": SD_JWT}]).to_string();
    let code = person.code(&world, &[("scope", ""), ("authorization_details", &details)]).await;
    let answer = json(&world.redeem(&code, &[]).await);
    let detail = &answer["authorization_details"][0];
    assert_eq!(detail["credential_configuration_id"], SD_JWT);
    let token = answer["access_token"].as_str().unwrap();
    let proofs = json!({"jwt": [Holder::new(3).proof(&world.nonce().await)]});
    let body = json!({"credential_identifier": detail["credential_identifiers"][0], "proofs": proofs});
    assert_eq!(world.post("/t/undp/credential", &body, Some(token)).await.status, 200);
    // A subset may be chosen at the token endpoint, and nothing that was not granted.
    let both = format!("{LDP} {SD_JWT}");
    let code = person.code(&world, &[("scope", &both)]).await;
    let more = json!([{"type": "openid_credential", "credential_configuration_id": "Employment_ldp_vc"}])
        .to_string();
    let reply = world.redeem(&code, &[("authorization_details", &more)]).await;
    assert_eq!(refusal(&reply), refused("invalid_authorization_details"));
    let answer = json(&world.redeem(&code, &[("authorization_details", &details)]).await);
    assert_eq!(answer["authorization_details"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_once_for_a_minute_for_its_client_and_a_second_use_revokes_its_token() {
    let world = World::start().await;
    let link = world.offer().await;
    let mut person = Person::enrolled(&world, &link).await;
    let code = person.code(&world, &[]).await;
    for missing in ["code", "client_id", "redirect_uri", "code_verifier"] {
        assert_eq!(
            refusal(&world.redeem(&code, &[(missing, "")]).await),
            refused("invalid_request"),
            "{missing}"
        );
    }
    let wrong = VERIFIER.replace('d', "e");
    for change in [
        ("code", "guess"),
        ("client_id", "other"),
        ("redirect_uri", "https://other.test/cb"),
        ("code_verifier", wrong.as_str()),
        ("code_verifier", CHALLENGE),
    ] {
        assert_eq!(refusal(&world.redeem(&code, &[change]).await), refused("invalid_grant"), "{change:?}");
    }
    let reply = world.redeem(&code, &[("client_id", "unknown")]).await;
    assert_eq!(refusal(&reply), (401, "invalid_client".into()));
    let reply = world.redeem(&code, &[("grant_type", "password")]).await;
    assert_eq!(refusal(&reply), refused("unsupported_grant_type"));

    let token = json(&world.redeem(&code, &[]).await)["access_token"].as_str().unwrap().to_owned();
    assert_eq!(refusal(&world.redeem(&code, &[]).await), refused("invalid_grant"), "used");
    let reply = world.request(&token, LDP, &Holder::new(1)).await;
    assert_eq!(refusal(&reply), (401, "invalid_token".into()), "revoked by the second use");

    let code = person.code(&world, &[]).await;
    world.clock.advance(Duration::seconds(60));
    assert_eq!(refusal(&world.redeem(&code, &[]).await), refused("invalid_grant"), "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_is_denied_and_the_wallet_told() {
    let world = World::start().await;
    let link = world.offer().await;
    let mut person = Person::enrolled(&world, &link).await;
    let subject = world.person("20000").await;
    let other = world.issuer.create_offer(&World::officer(), &new_offer(subject)).await.unwrap();
    let state = world.issuer_state(&other).await;
    let request = world.request_uri(&[("issuer_state", &state)]).await;
    let answer = person.sign_in(&request).await;
    let to = person.redirected(&answer).await;
    assert_eq!(parameter(&to, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&to, "state").as_deref(), Some("s t"));
    assert_eq!(parameter(&to, "iss"), Some(format!("{ORIGIN}/t/undp")));
    assert_eq!(parameter(&to, "code"), None);
    assert_eq!(person.sign_in(&request).await.status, 400, "answered before");
    // A passkey nobody knows decides nothing.
    let request = world.request_uri(&[]).await;
    let mut stranger = Person::new(&world);
    let start = stranger.post("sign-in/start", &json!({"request_uri": request})).await.json().unwrap();
    let state = world.issuer_state(&link).await;
    let enrolling = world.request_uri(&[("issuer_state", &state)]).await;
    let asked = json!({"request_uri": enrolling, "tx_code": link.transaction_code});
    let made = stranger.post("enrol/start", &asked).await.json().unwrap();
    stranger.device.register(&made).unwrap();
    let mut got = stranger.device.log_in(&start).unwrap();
    got["request_uri"] = request.as_str().into();
    assert_eq!(stranger.post("sign-in/finish", &got).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_revoked_gets_nothing_by_signing_in() {
    let world = World::start().await;
    let (link, holder) = (world.offer().await, Holder::new(1));
    let mut person = Person::enrolled(&world, &link).await;
    world.credential(&link, LDP, &holder).await;
    let copy =
        world.issuer.subject_page(world.tenant("undp"), "s-10023").await.unwrap().copies.remove(0).copy;
    let reason = issuance::Reason { code: issuance::ReasonCode::Separated, note: None };
    world
        .issuer
        .change_status(
            &World::officer(),
            &copy.id,
            &issuance::StatusMove::new(issuance::Status::Revoked, reason),
        )
        .await
        .unwrap();
    let request = world.request_uri(&[]).await;
    let answer = person.sign_in(&request).await;
    let to = person.redirected(&answer).await;
    assert_eq!(parameter(&to, "error").as_deref(), Some("access_denied"));
}

#[tokio::test(flavor = "multi_thread")]
async fn enrolling_takes_the_code_of_the_offer_and_its_tries() {
    let world = World::start().await;
    let link = world.offer().await;
    let right = link.transaction_code.clone().unwrap();
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let mut person = Person::new(&world);
    let alone = world.request_uri(&[]).await;
    assert_eq!(person.enrol(&alone, &right).await.status, 403, "no offer, no code");
    assert_eq!(person.enrol("urn:x", &right).await.status, 400);
    let state = world.issuer_state(&link).await;
    let request = world.request_uri(&[("issuer_state", &state)]).await;
    for _ in 0..5 {
        assert_eq!(person.enrol(&request, wrong).await.status, 403);
    }
    assert_eq!(person.enrol(&request, &right).await.status, 403, "locked");
    assert_eq!(problem(&world.get(&link.uri).await), (410, "offer-closed".into()));
    let reply = world.push(&[("issuer_state", &state)]).await;
    assert_eq!(refusal(&reply), refused("invalid_request"), "the offer is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_do_not_make_offers_without_end() {
    let world = World::start().await;
    let link = world.offer().await;
    let mut person = Person::enrolled(&world, &link).await;
    for _ in 0..10 {
        person.code(&world, &[]).await;
    }
    let request = world.request_uri(&[]).await;
    let answer = person.sign_in(&request).await;
    let to = person.redirected(&answer).await;
    assert_eq!(parameter(&to, "error").as_deref(), Some("access_denied"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_use_address_keeps_its_parameters() {
    let world = World::start().await;
    let link = world.offer().await;
    let mut person = Person::enrolled(&world, &link).await;
    let request = world.request_uri(&[("redirect_uri", "org.wallet:/cb?a=b"), ("state", "")]).await;
    let answer = person.sign_in(&request).await;
    let to = person.redirected(&answer).await;
    assert!(to.as_str().starts_with("org.wallet:/cb?a=b&code="), "{to}");
    assert_eq!(parameter(&to, "state"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_signs_nobody_in() {
    let world = World::start().await;
    let request = world.request_uri(&[]).await;
    let headers = [("sec-fetch-site", "cross-site")];
    let body = json!({"request_uri": request});
    let reply = world.client.post_json(&world.url("/t/undp/authorize/sign-in/start"), &body, &headers).await;
    assert_eq!(problem(&reply.unwrap()), (403, "cross-site".into()));
}

/// The phone may hold the passkey, which would sign in for new credentials as soon as the new copies are valid.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_phone_ends_the_passkeys_of_its_person() {
    let world = World::start().await;
    let link = world.offer().await;
    let mut person = Person::enrolled(&world, &link).await;
    person.code(&world, &[]).await;
    let types = vec![issuance::CredentialType::StaffIdentity];
    let by = World::officer();
    let again = world.issuer.offer_again(&by, "s-10023", types, issuance::Reissue::PhoneLost).await.unwrap();
    world.credential(&again, LDP, &Holder::new(8)).await;
    let request = world.request_uri(&[]).await;
    assert_eq!(person.sign_in(&request).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_is_withdrawn_meanwhile_enrols_nobody() {
    let world = World::start().await;
    let link = world.offer().await;
    let mut person = Person::new(&world);
    let state = world.issuer_state(&link).await;
    let request = world.request_uri(&[("issuer_state", &state)]).await;
    let asked = json!({"request_uri": request, "tx_code": link.transaction_code});
    let start = person.post("enrol/start", &asked).await;
    world.issuer.withdraw_offer(&World::officer(), &link.offer_id).await.unwrap();
    let mut made = person.device.register(&start.json().unwrap()).unwrap();
    made["request_uri"] = request.as_str().into();
    assert_eq!(person.post("enrol/finish", &made).await.status, 403);
    assert_eq!(person.sign_in(&request).await.status, 401, "no passkey was kept");
}
