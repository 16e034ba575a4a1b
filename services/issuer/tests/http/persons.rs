//! Persons who sign in for their credentials by their organisation's OpenID provider, which is played here;
//! `tests/interop/persons.rs` has a real one.

use std::sync::{Arc, Mutex};

use issuer::{ConfigError, PersonProviderConfig, Persons};
use keys::Signer as _;
use serde_json::{Value, json};
use testkit::{Agent, Answer};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::authorization::parameter;
use crate::clients::signed;
use crate::support::{Holder, LDP, World, json, problem, start_time};

/// Seed of the provider's key.
const KEY: u64 = 950;

/// A provider that signs what a test tells it to.
struct Provider {
    issuer: String,
    claims: Arc<Mutex<Value>>,
}

impl Provider {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let claims = Arc::new(Mutex::new(json!({})));
        let (base, said) = (issuer.clone(), Arc::clone(&claims));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let claims = said.lock().unwrap().clone();
                serve(stream, &base, &claims).await;
            }
        });
        Self { issuer, claims }
    }

    fn config(&self) -> PersonProviderConfig {
        PersonProviderConfig {
            tenant: "undp".into(),
            issuer: self.issuer.clone(),
            client_id: "passerelle".into(),
            client_secret_file: None,
            name: "The house login".into(),
            staff_number_claim: "employee".into(),
            scope: "openid staff".into(),
            max_age_seconds: 300,
            acr: Vec::new(),
            amr: vec!["mfa".into()],
        }
    }

    /// Signs in the person with this number from now on, but for the changes.
    fn signs_in(&self, number: &str, nonce: &str, changes: &Value) {
        let at = start_time().timestamp();
        let mut claims = json!({
            "iss": self.issuer, "aud": "passerelle", "sub": "u-1", "nonce": nonce, "iat": at, "exp": at + 300,
            "auth_time": at - 10, "amr": ["mfa"], "employee": number,
        });
        let members = claims.as_object_mut().unwrap();
        members.extend(changes.as_object().unwrap().clone());
        members.retain(|_, value| !value.is_null());
        *self.claims.lock().unwrap() = claims;
    }
}

/// One request of ours, answered and closed.
async fn serve(stream: TcpStream, base: &str, claims: &Value) {
    let mut stream = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    stream.read_line(&mut first).await.unwrap();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        let Some((name, value)) = line.trim().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    let key = Holder::new(KEY);
    let answer = match first.split(' ').nth(1).unwrap() {
        "/.well-known/openid-configuration" => json!({
            "issuer": base, "authorization_endpoint": format!("{base}/auth"), "token_endpoint": format!("{base}/token"),
            "jwks_uri": format!("{base}/jwks"), "claims_parameter_supported": true,
            "authorization_response_iss_parameter_supported": true,
        }),
        "/jwks" => json!({"keys": [key.0.public_key().to_jwk()]}),
        "/token" => {
            let form = String::from_utf8(body).unwrap();
            assert!(
                form.contains("code_verifier=") && form.contains("grant_type=authorization_code"),
                "{form}"
            );
            json!({"id_token": signed(&key, "JWT", claims), "token_type": "Bearer"})
        }
        other => panic!("{other}"),
    };
    let answer = answer.to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close",
        answer.len()
    );
    stream.write_all(format!("{head}\r\n\r\n{answer}").as_bytes()).await.unwrap();
}

/// A person's browser at the authorization page.
struct Browser {
    agent: Agent,
    base: String,
}

impl Browser {
    fn new(world: &World) -> Self {
        Self { agent: Agent::new(), base: world.url("/t/undp/authorize").into() }
    }

    /// The button: where at the provider the browser goes.
    async fn leave(&self, request_uri: &str) -> Url {
        let body = json!({"request_uri": request_uri});
        let answer = self.agent.post_json(format!("{}/provider/start", self.base), &body).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json().unwrap()["provider"].as_str().unwrap().parse().unwrap()
    }

    /// The way back, with the provider's answer.
    async fn come_back(&self, state: &str, iss: &str, more: &str) -> Answer {
        let mut url = Url::parse(&format!("{}/callback", self.base)).unwrap();
        url.query_pairs_mut().append_pair("state", state).append_pair("iss", iss);
        self.agent.get_as(format!("{url}{more}"), "application/json").await.unwrap()
    }

    /// From the page to the address of the wallet.
    async fn redirected(&self, world: &World, back: &Answer) -> Url {
        assert_eq!(back.status, 303, "{}", back.text());
        let next = world.url(back.header("location").unwrap());
        let answer = self.agent.get_as(next, "text/html").await.unwrap();
        assert_eq!(answer.status, 302, "{}", answer.text());
        answer.header("location").unwrap().parse().unwrap()
    }
}

async fn world() -> (World, Provider) {
    let provider = Provider::start().await;
    let world = World::start_with_persons(Persons { oidc: vec![provider.config()] }).await;
    (world, provider)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_of_the_provider_is_whom_the_claim_names() {
    let (world, provider) = world().await;
    let link = world.offer().await;
    let state = world.issuer_state(&link).await;
    let request = world.request_uri(&[("issuer_state", &state)]).await;
    let browser = Browser::new(&world);
    let to = browser.leave(&request).await;
    assert!(to.as_str().starts_with(&format!("{}/auth?", provider.issuer)), "{to}");
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "passerelle"),
        ("redirect_uri", "http://issuer.test/t/undp/authorize/callback"),
        ("scope", "openid staff"),
        ("code_challenge_method", "S256"),
        ("max_age", "300"),
        ("claims", r#"{"id_token":{"employee":{"essential":true}}}"#),
    ] {
        assert_eq!(parameter(&to, name).as_deref(), Some(value), "{name}");
    }
    provider.signs_in("10023", &parameter(&to, "nonce").unwrap(), &json!({}));
    let back = browser.come_back(&parameter(&to, "state").unwrap(), &provider.issuer, "&code=c").await;
    let wallet = browser.redirected(&world, &back).await;
    let reply = world.redeem(&parameter(&wallet, "code").unwrap(), &[]).await;
    let token = json(&reply)["access_token"].as_str().unwrap().to_owned();
    assert_eq!(world.request(&token, LDP, &Holder::new(1)).await.status, 200);
    // Without an offer it is enough too, for what needs no officer.
    let request = world.request_uri(&[]).await;
    let to = browser.leave(&request).await;
    provider.signs_in("10023", &parameter(&to, "nonce").unwrap(), &json!({}));
    let back = browser.come_back(&parameter(&to, "state").unwrap(), &provider.issuer, "&code=c").await;
    assert!(parameter(&browser.redirected(&world, &back).await, "code").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_of_the_organisation_is_denied_and_the_wallet_told() {
    let (world, provider) = world().await;
    let link = world.offer().await;
    world.person("20000").await;
    let state = world.issuer_state(&link).await;
    let request = world.request_uri(&[("issuer_state", &state)]).await;
    let browser = Browser::new(&world);
    let to = browser.leave(&request).await;
    provider.signs_in("20000", &parameter(&to, "nonce").unwrap(), &json!({}));
    let back = browser.come_back(&parameter(&to, "state").unwrap(), &provider.issuer, "&code=c").await;
    let wallet = browser.redirected(&world, &back).await;
    assert_eq!(parameter(&wallet, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&wallet, "code"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_that_does_not_fit_signs_nobody_in() {
    let (world, provider) = world().await;
    world.person("10023").await;
    let at = start_time().timestamp();
    let request = world.request_uri(&[]).await;
    let browser = Browser::new(&world);
    for (changes, why) in [
        (json!({"nonce": "other"}), "another sign-in"),
        (json!({"aud": "other"}), "another client"),
        (json!({"iss": "http://127.0.0.1:1"}), "another issuer"),
        (json!({"exp": at - 61}), "too old"),
    ] {
        let to = browser.leave(&request).await;
        provider.signs_in("10023", &parameter(&to, "nonce").unwrap(), &changes);
        let back = browser.come_back(&parameter(&to, "state").unwrap(), &provider.issuer, "&code=c").await;
        assert_eq!(back.status, 401, "{why}: {}", back.text());
    }
    let start = async || {
        let to = browser.leave(&request).await;
        provider.signs_in("10023", &parameter(&to, "nonce").unwrap(), &json!({}));
        parameter(&to, "state").unwrap()
    };
    let state = start().await;
    let planted = Browser::new(&world).come_back(&state, &provider.issuer, "&code=c").await;
    assert_eq!(planted.status, 400, "another browser");
    assert_eq!(browser.come_back(&state, &provider.issuer, "&code=c").await.status, 400, "used up");
    let first = start().await;
    let second = start().await;
    assert_eq!(browser.come_back(&first, &provider.issuer, "&code=c").await.status, 400, "began again since");
    assert_eq!(browser.come_back(&second, "http://127.0.0.1:1", "&code=c").await.status, 401, "RFC 9207");
    let state = start().await;
    world.clock.advance(chrono::Duration::minutes(10));
    assert_eq!(browser.come_back(&state, &provider.issuer, "&code=c").await.status, 400, "too late");
    for query in ["", "?code=c", "?state=s", "?code=c&state=undp.s"] {
        let answer = browser.agent.get_as(format!("{}/callback{query}", browser.base), "text/html").await;
        assert_eq!(answer.unwrap().status, 400, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_the_provider_does_not_vouch_for_reads_why_and_may_go_another_way() {
    let (world, provider) = world().await;
    world.person("10023").await;
    let at = start_time().timestamp();
    let request = world.request_uri(&[]).await;
    let browser = Browser::new(&world);
    for (changes, more, word) in [
        (json!({"employee": null}), "&code=c", "unknown"),
        (json!({"employee": "99999"}), "&code=c", "unknown"),
        (json!({"employee": null, "email": "10023"}), "&code=c", "unknown"),
        (json!({"employee": ["10023"]}), "&code=c", "unknown"),
        (json!({"auth_time": at - 361}), "&code=c", "old"),
        (json!({"auth_time": null}), "&code=c", "old"),
        (json!({"amr": ["pwd"]}), "&code=c", "weak"),
        (json!({}), "&error=access_denied", "declined"),
    ] {
        let to = browser.leave(&request).await;
        provider.signs_in("10023", &parameter(&to, "nonce").unwrap(), &changes);
        let back = browser.come_back(&parameter(&to, "state").unwrap(), &provider.issuer, more).await;
        let page = back.header("location").unwrap();
        assert!(back.status == 303 && page.ends_with(&format!("&refused={word}")), "{changes}: {page}");
        let shown = browser.agent.get_as(world.url(page), "text/html").await.unwrap();
        assert!(shown.status == 200 && shown.text().contains("You are not signed in."), "{changes}");
    }
    let page = world.url("/t/undp/authorize");
    let query = format!("?client_id=wallet&request_uri={request}&refused=%3Cb%3E");
    let shown = browser.agent.get_as(format!("{page}{query}"), "text/html").await.unwrap();
    assert!(
        shown.status == 200 && !shown.text().contains("You are not signed in"),
        "other words say nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_is_where_the_provider_is_and_only_the_page_presses_it() {
    let (world, provider) = world().await;
    let page = async |tenant: &str, request: &str| {
        let mut url = world.url(&format!("/t/{tenant}/authorize"));
        url.query_pairs_mut().append_pair("client_id", "wallet").append_pair("request_uri", request);
        Agent::new().get_as(url, "text/html").await.unwrap().text()
    };
    let request = world.request_uri(&[]).await;
    assert!(page("undp", &request).await.contains("Sign in with <bdi>The house login</bdi>"));
    let body = json!({"request_uri": request});
    let headers = [("sec-fetch-site", "cross-site")];
    let start = world.url("/t/undp/authorize/provider/start");
    let reply = world.client.post_json(&start, &body, &headers).await.unwrap();
    assert_eq!(problem(&reply), (403, "cross-site".into()));
    let reply = world.post("/t/undp/authorize/provider/start", &json!({"request_uri": "urn:x"}), None).await;
    assert_eq!(reply.status, 400);

    let reply = world.client.post_form(&world.url("/t/wfp/par"), &crate::authorization::form(&[]), &[]).await;
    let request = json(&reply.unwrap())["request_uri"].as_str().unwrap().to_owned();
    assert!(!page("wfp", &request).await.contains("data-testid=\"provider\""), "no provider there");
    let reply = world.post("/t/wfp/authorize/provider/start", &json!({"request_uri": request}), None).await;
    assert_eq!(reply.status, 404);
    drop(provider);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_is_nobodys_own_is_refused_at_the_start() {
    let config = World::start().await.config();
    let provider = Provider { issuer: "https://login.undp.example".into(), claims: Arc::default() };
    let with = |changed: &[PersonProviderConfig]| {
        let mut config = config.clone();
        config.persons.oidc = changed.to_vec();
        config.check()
    };
    let good = provider.config();
    let other =
        PersonProviderConfig { tenant: "wfp".into(), staff_number_claim: "sub".into(), ..good.clone() };
    assert!(with(&[good.clone(), other]).is_ok());
    for claim in ["", "email", "preferred_username", "name", "upn"] {
        let changed = PersonProviderConfig { staff_number_claim: claim.into(), ..good.clone() };
        assert!(matches!(with(&[changed]), Err(ConfigError::StaffNumberClaim(_))), "{claim}");
    }
    for scope in ["", "profile", "openidx"] {
        let changed = PersonProviderConfig { scope: scope.into(), ..good.clone() };
        assert!(matches!(with(&[changed]), Err(ConfigError::PersonProvider(_))), "{scope}");
    }
    let plain = PersonProviderConfig { issuer: "http://login.undp.example".into(), ..good.clone() };
    assert!(matches!(with(&[plain]), Err(ConfigError::PersonProvider(_))));
    let foreign = PersonProviderConfig { tenant: "nowhere".into(), ..good.clone() };
    for wrong in [vec![foreign], vec![good.clone(), good]] {
        assert!(matches!(with(&wrong), Err(ConfigError::PersonProviderTenant(_))));
    }
}
