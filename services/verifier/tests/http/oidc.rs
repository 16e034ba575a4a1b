//! Applications that sign people in by OpenID Connect. A library of others does the same in `tests/interop`.

use std::collections::HashMap;

use credential::jwt;
use serde_json::{Value, json};
use url::Url;
use verification::Policies;
use verifier::OidcClient;
use verifier::app::oidc::Client;

use crate::harness::{Service, claims_of, json_of, part};
use crate::world::{Copy, Holder};

const CALLBACK: &str = "https://app.example/callback?from=un";
const CODE_VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CODE_CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const SECRET: &str = "a-secret-of-an-application-that-is-long-enough";

fn config(id: &str, policy: &str) -> OidcClient {
    OidcClient {
        id: id.into(),
        name: "Travel requests".into(),
        redirect_uris: vec![CALLBACK.into()],
        secret_file: None,
        policy: policy.into(),
        purpose: None,
        claims: [("given_name", "givenName"), ("organization", "worksFor.name")]
            .map(|(name, path)| (name.to_owned(), path.to_owned()))
            .into(),
    }
}

/// A service with a public client, one with a secret, and one whose policy asks for a staff number.
async fn start() -> Service {
    let folder = tempfile::tempdir().unwrap();
    let secret_file = folder.path().join("secret");
    std::fs::write(&secret_file, format!("{SECRET}\n")).unwrap();
    let policies = Policies::embedded().unwrap();
    let configs = [
        config("public", "staff-identity"),
        OidcClient { secret_file: Some(secret_file), ..config("secret", "staff-identity") },
        config("numbered", "staff-identity-anchored"),
        config("numbered-too", "staff-identity-anchored"),
    ];
    let clients = configs.map(|one| Client::register(&one, &policies).unwrap());
    Service::start_with(|settings| settings.oidc_clients = clients.into()).await
}

/// A sign-in in a browser.
struct Browser {
    place: String,
    cookie: String,
}

fn authorize(client: &str, change: impl FnOnce(&mut HashMap<&str, String>)) -> String {
    let mut parameters: HashMap<&str, String> = [
        ("client_id", client),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("state", "the-state"),
        ("nonce", "the-nonce"),
        ("code_challenge", CODE_CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into();
    change(&mut parameters);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    format!("/oidc/authorize?{}", query.finish())
}

fn header(answer: &str, name: &str) -> Option<String> {
    answer.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned())
}

async fn begin(service: &Service, client: &str) -> Browser {
    begin_with(service, client, |_| {}).await
}

async fn begin_with(
    service: &Service,
    client: &str,
    change: impl FnOnce(&mut HashMap<&str, String>),
) -> Browser {
    let (status, answer) = service.browse(&format!("GET {} HTTP/1.1", authorize(client, change)), "").await;
    assert_eq!(status, 303, "{answer}");
    let cookie = header(&answer, "set-cookie:").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    Browser {
        place: header(&answer, "location:").unwrap(),
        cookie: cookie.split(';').next().unwrap().to_owned(),
    }
}

impl Browser {
    async fn page(&self, service: &Service) -> (u16, String) {
        service.browse(&format!("GET {} HTTP/1.1\r\ncookie: {}", self.place, self.cookie), "").await
    }

    /// Where the browser is sent, with its query.
    async fn finish(&self, service: &Service) -> (Url, HashMap<String, String>) {
        let head = format!("GET {}/finish HTTP/1.1\r\ncookie: {}", self.place, self.cookie);
        let (status, answer) = service.browse(&head, "").await;
        assert_eq!(status, 303, "{answer}");
        let to = service.url("/").join(&header(&answer, "location:").unwrap()).unwrap();
        let query = to.query_pairs().into_owned().collect();
        (to, query)
    }

    fn id(&self) -> &str {
        self.place.rsplit('/').next().unwrap()
    }

    async fn answer(&self, service: &Service, form: &[(&str, &str)]) -> Value {
        let reply = service.post_form(&format!("/oid4vp/responses/{}", self.id()), form, &[]).await;
        assert_eq!(reply.status, 200, "{:?}", reply.body);
        json_of(&reply)
    }

    async fn request(&self, service: &Service) -> Value {
        let jwt = service.get(&format!("/oid4vp/requests/{}", self.id()), None).await;
        claims_of(std::str::from_utf8(&jwt.body).unwrap())
    }

    /// Answers as a wallet does.
    async fn present(
        &self,
        service: &Service,
        holder: &Holder,
        copy: &Copy,
        receipts: Option<&Value>,
    ) -> Value {
        let request = self.request(service).await;
        let text = |name: &str| request[name].as_str().unwrap().to_owned();
        let presentation = service.world.present(holder, copy, &text("nonce"), &text("client_id")).await;
        let token = json!({ copy.query_id(): [presentation] }).to_string();
        let (state, receipts) = (text("state"), receipts.map(Value::to_string));
        let mut form = vec![("vp_token", token.as_str()), ("state", state.as_str())];
        form.extend(receipts.as_deref().map(|receipts| ("anchor_receipts", receipts)));
        self.answer(service, &form).await
    }
}

fn token_form<'a>(client: &'a str, code: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", CODE_VERIFIER),
    ]
}

/// Signs a new person in, up to the code.
async fn code(service: &Service, client: &str) -> String {
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let browser = begin(service, client).await;
    browser.present(service, &holder, &copy, None).await;
    browser.finish(service).await.1["code"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn person_is_signed_in_with_registered_claims_only() {
    let service = start().await;
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let browser = begin(&service, "public").await;
    let (status, page) = browser.page(&service).await;
    assert_eq!(status, 200);
    assert!(page.contains("Sign in to Travel requests") && page.contains("<svg"), "{page}");
    assert!(page.contains("data-refresh") && page.contains("http-equiv=\"refresh\""), "{page}");
    let (waiting, _) = browser.finish(&service).await;
    assert_eq!(waiting.path(), browser.place, "nobody has answered");

    let answer = browser.present(&service, &holder, &copy, None).await;
    let back = answer["redirect_uri"].as_str().unwrap();
    assert!(back.contains(&format!("{}?response_code=", browser.place)), "{back}");
    assert!(browser.page(&service).await.1.contains("data-leave"));
    let (to, query) = browser.finish(&service).await;
    assert!(to.as_str().starts_with("https://app.example/callback?from=un&code="), "{to}");
    assert_eq!((query["state"].as_str(), &query["iss"]), ("the-state", &format!("{}/oidc", service.origin)));

    let reply = service.post_form("/oidc/token", &token_form("public", &query["code"]), &[]).await;
    assert_eq!(reply.status, 200, "{:?}", reply.body);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let tokens = json_of(&reply);
    assert_eq!((&tokens["token_type"], &tokens["scope"]), (&json!("Bearer"), &json!("openid profile")));
    let id_token = tokens["id_token"].as_str().unwrap();
    let keys = json_of(&service.get("/oidc/jwks", None).await);
    assert_eq!(part(id_token, 0), json!({"alg": "ES256", "kid": keys["keys"][0]["kid"], "typ": "JWT"}));
    let key = keys::PublicKey::from_jwk(&keys["keys"][0]).unwrap();
    jwt::verify_with_key(id_token, "JWT", &key, clock::Clock::now(&service.clock)).unwrap();
    let mut claims = claims_of(id_token);
    let members = claims.as_object_mut().unwrap();
    let times = ["iat", "exp", "auth_time"].map(|name| members.remove(name).unwrap().as_i64().unwrap());
    assert!(times[1] - times[0] == 300 && times[2] <= times[0]);
    assert_eq!(members.remove("sub").unwrap().as_str().unwrap().len(), 43);
    assert_eq!(
        claims,
        json!({"iss": format!("{}/oidc", service.origin), "aud": "public", "nonce": "the-nonce",
            "given_name": "Amina", "organization": "An organisation"})
    );

    let access = tokens["access_token"].as_str().unwrap();
    let told = json_of(&service.get("/oidc/userinfo", Some(access)).await);
    assert_eq!(told["sub"], claims_of(id_token)["sub"]);
    assert_eq!((&told["given_name"], told.as_object().unwrap().len()), (&json!("Amina"), 3));
    service.clock.advance(chrono::Duration::seconds(300));
    assert_eq!(service.get("/oidc/userinfo", Some(access)).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn code_is_good_once_and_its_second_use_ends_the_first() {
    let service = start().await;
    let code = code(&service, "public").await;
    let form = token_form("public", &code);
    let first = json_of(&service.post_form("/oidc/token", &form, &[]).await);
    let access = first["access_token"].as_str().unwrap();
    assert_eq!(service.get("/oidc/userinfo", Some(access)).await.status, 200);
    let second = service.post_form("/oidc/token", &form, &[]).await;
    assert_eq!((second.status, &json_of(&second)["error"]), (400, &json!("invalid_grant")));
    assert_eq!(service.get("/oidc/userinfo", Some(access)).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn code_is_for_its_request_alone() {
    let service = start().await;
    let code = code(&service, "secret").await;
    let good = [token_form("secret", &code), vec![("client_secret", SECRET)]].concat();
    let with = |name: &'static str, value: &'static str| {
        let mut form = good.clone();
        form.retain(|(known, _)| *known != name);
        form.extend((!value.is_empty()).then_some((name, value)));
        form
    };
    for (name, value, status, error) in [
        ("client_secret", "wrong", 401, "invalid_client"),
        ("client_secret", "", 401, "invalid_client"),
        ("client_id", "nobody", 401, "invalid_client"),
        // A public client with a secret is somebody who is mistaken about who they are.
        ("client_id", "public", 401, "invalid_client"),
        ("code", "another", 400, "invalid_grant"),
        ("code", "", 400, "invalid_request"),
        ("redirect_uri", "https://app.example/callback", 400, "invalid_grant"),
        ("redirect_uri", "", 400, "invalid_request"),
        ("code_verifier", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", 400, "invalid_grant"),
        ("code_verifier", "short", 400, "invalid_grant"),
        ("code_verifier", "", 400, "invalid_request"),
        ("grant_type", "client_credentials", 400, "unsupported_grant_type"),
        ("grant_type", "", 400, "invalid_request"),
    ] {
        let reply = service.post_form("/oidc/token", &with(name, value), &[]).await;
        assert_eq!(
            (reply.status, json_of(&reply)["error"].as_str()),
            (status, Some(error)),
            "{name}={value}"
        );
    }
    // Another client's code, with everything else right.
    let reply = service.post_form("/oidc/token", &token_form("public", &code), &[]).await;
    assert_eq!(json_of(&reply)["error"], "invalid_grant");
    use base64::Engine as _;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("secret:{SECRET}"));
    let basic = format!("Basic {basic}");
    let headers = [("authorization", basic.as_str())];
    let twice = service.post_form("/oidc/token", &good, &headers).await;
    assert_eq!(json_of(&twice)["error"], "invalid_request", "two ways at once");
    let form = token_form("secret", &code);
    assert_eq!(
        service.post_form("/oidc/token", &form, &headers).await.status,
        200,
        "nothing of it used the code"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_are_gone_with_the_code() {
    let service = start().await;
    let late = code(&service, "public").await;
    service.clock.advance(chrono::Duration::seconds(120));
    let reply = service.post_form("/oidc/token", &token_form("public", &late), &[]).await;
    assert_eq!((reply.status, &json_of(&reply)["error"]), (400, &json!("invalid_grant")));

    let code = code(&service, "public").await;
    assert_eq!(service.post_form("/oidc/token", &token_form("public", &code), &[]).await.status, 200);
    let mut tx = service.desk.store.read().await.unwrap();
    let hash = <sha2::Sha256 as sha2::Digest>::digest(code.as_bytes());
    let login = tx.find_oidc_login_by_code(&hash).await.unwrap().unwrap();
    let kept = tx.find_verification(&login.verification).await.unwrap().unwrap();
    assert_eq!((kept.claims_sealed, kept.claims_until), (None, None), "redeemed and erased in one");
    assert!(!kept.report.unwrap().contains("Amina"));
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_is_one_browsers_own() {
    let service = start().await;
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let (browser, other) = (begin(&service, "public").await, begin(&service, "public").await);
    browser.present(&service, &holder, &copy, None).await;
    for path in [browser.place.clone(), format!("{}/finish", browser.place)] {
        for cookie in [String::new(), format!("\r\ncookie: {}", other.cookie)] {
            let (status, page) = service.browse(&format!("GET {path} HTTP/1.1{cookie}"), "").await;
            assert_eq!(status, 404, "{page}");
            assert!(page.contains("where you began"), "{page}");
        }
    }
    // Coming twice gives another code, and only the newest is good.
    let first = browser.finish(&service).await.1["code"].clone();
    let second = browser.finish(&service).await.1["code"].clone();
    assert_eq!(service.post_form("/oidc/token", &token_form("public", &first), &[]).await.status, 400);
    assert_eq!(service.post_form("/oidc/token", &token_form("public", &second), &[]).await.status, 200);
    let head = format!("GET {}/finish HTTP/1.1\r\ncookie: {}", browser.place, browser.cookie);
    assert_eq!(service.browse(&head, "").await.0, 410, "the sign-in is over");
    assert!(browser.page(&service).await.1.contains("You were signed in"));
    // An agency's token does not open it either.
    let token = service.token().await;
    let read = service.get(&format!("/v1/verifications/{}", browser.id()), Some(&token)).await;
    assert_eq!(read.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn application_is_told_when_nobody_signs_in() {
    let service = start().await;
    let declined = begin(&service, "public").await;
    let state = declined.request(&service).await["state"].as_str().unwrap().to_owned();
    declined.answer(&service, &[("error", "access_denied"), ("state", &state)]).await;
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let revoked = begin(&service, "public").await;
    service.world.chain.change(|ledger| ledger.accreditations.clear());
    revoked.present(&service, &holder, &copy, None).await;
    assert!(revoked.page(&service).await.1.contains("Not accepted"));
    let late = begin(&service, "public").await;
    service.clock.advance(chrono::Duration::seconds(600));
    for browser in [declined, revoked, late] {
        let (to, query) = browser.finish(&service).await;
        assert!(to.as_str().starts_with("https://app.example/callback?from=un&error=access_denied"), "{to}");
        assert_eq!(query["state"], "the-state");
        assert!(!query.contains_key("code") && query.contains_key("error_description"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn request_is_refused_where_it_can_be_answered() {
    let service = start().await;
    for (name, value) in [
        ("client_id", "nobody"),
        ("client_id", ""),
        ("redirect_uri", "https://app.example/callback"),
        ("redirect_uri", "https://app.example/callback?from=un&x=y"),
        ("redirect_uri", "https://evil.example/"),
        ("redirect_uri", ""),
    ] {
        let path = authorize("public", |all| drop(all.insert(name, value.to_owned())));
        let (status, answer) = service.browse(&format!("GET {path} HTTP/1.1"), "").await;
        assert_eq!(status, 400, "{name}={value}");
        assert!(header(&answer, "location:").is_none() && !answer.contains("evil.example"));
    }
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "profile", "invalid_scope"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("prompt", "none", "login_required"),
        ("request_uri", "https://evil.example/", "request_uri_not_supported"),
    ] {
        let path = authorize("public", |all| drop(all.insert(name, value.to_owned())));
        let (status, answer) = service.browse(&format!("GET {path} HTTP/1.1"), "").await;
        let to = header(&answer, "location:").unwrap();
        assert_eq!(status, 303);
        assert!(
            to.starts_with(&format!("{CALLBACK}&error={error}&")) && to.contains("state=the-state"),
            "{to}"
        );
    }
    let path = authorize("public", |_| {});
    let form = path.split_once('?').unwrap().1;
    let kind = "content-type: application/x-www-form-urlencoded";
    assert_eq!(service.browse(&format!("POST /oidc/authorize HTTP/1.1\r\n{kind}"), form).await.0, 303);
    assert_eq!(
        service.browse("POST /oidc/authorize HTTP/1.1\r\ncontent-type: text/plain", form).await.0,
        415
    );
    let long = "x".repeat(65 * 1024);
    assert_eq!(service.browse(&format!("POST /oidc/authorize HTTP/1.1\r\n{kind}"), &long).await.0, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn scope_openid_alone_gives_the_subject_and_nothing_else() {
    let service = start().await;
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let mut subjects = Vec::new();
    for _ in 0..2 {
        let browser =
            begin_with(&service, "public", |all| drop(all.insert("scope", "openid email".into()))).await;
        browser.present(&service, &holder, &copy, None).await;
        let code = browser.finish(&service).await.1["code"].clone();
        let tokens = json_of(&service.post_form("/oidc/token", &token_form("public", &code), &[]).await);
        let claims = claims_of(tokens["id_token"].as_str().unwrap());
        assert!(claims.get("given_name").is_none() && claims.get("organization").is_none(), "{claims}");
        assert_eq!(tokens["scope"], "openid");
        subjects.push(claims["sub"].clone());
    }
    assert_ne!(subjects[0], subjects[1], "the policy asks for no identifier, so nobody is recognised");
}

#[tokio::test(flavor = "multi_thread")]
async fn subject_is_stable_at_one_application_and_another_at_the_next() {
    let service = start().await;
    let (undp, holder) = service.scene().await;
    let mut subjects = Vec::new();
    for (sequence, client) in [(1, "numbered"), (2, "numbered"), (3, "numbered-too")] {
        let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
        let receipt = service.world.anchor(&undp, &copy, sequence);
        let browser = begin(&service, client).await;
        browser.present(&service, &holder, &copy, Some(&json!({ copy.query_id(): [receipt] }))).await;
        let code = browser.finish(&service).await.1["code"].clone();
        let tokens = json_of(&service.post_form("/oidc/token", &token_form(client, &code), &[]).await);
        let claims = claims_of(tokens["id_token"].as_str().unwrap());
        assert!(claims.get("identifier").is_none(), "{claims}");
        subjects.push(claims["sub"].as_str().unwrap().to_owned());
    }
    assert_eq!(subjects[0], subjects[1]);
    assert_ne!(subjects[0], subjects[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_registered_application_there_is_nothing() {
    let service = Service::start().await;
    for path in ["/oidc/.well-known/openid-configuration", "/oidc/jwks", "/oidc/authorize?client_id=public"] {
        assert_eq!(service.get(path, None).await.status, 404, "{path}");
    }
    let reply = service.post_form("/oidc/token", &token_form("public", "x"), &[]).await;
    assert_eq!(reply.status, 401);
}
