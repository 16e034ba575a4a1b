//! Issuers, verifiers and pages that mean harm, and whoever walks away with the database.

mod pages;
mod stolen;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use credential::x509::{CertificateChain, TrustAnchors};
use serde_json::{Value, json};
use testkit::{Authority, x5c_of};

use crate::presenting::{consent, open};
use crate::stations::at_station;
use crate::world::{Person, World, problem};

/// An issuer that answers what a test tells it, and remembers what it was asked for.
struct Stranger {
    base: String,
    asked: Arc<Mutex<Vec<String>>>,
}

/// Status and headers, and the body, of the answer to a path.
type Answering = dyn Fn(&str, &str) -> (String, Vec<u8>) + Send + Sync;

impl Stranger {
    fn new(answer: impl Fn(&str, &str) -> (String, Vec<u8>) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, own, answer): (_, _, Arc<Answering>) =
            (Arc::clone(&asked), base.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, own, answer) = (Arc::clone(&seen), own.clone(), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, &own, &seen, answer.as_ref()));
            }
        });
        Self { base, asked }
    }

    /// One that offers a credential; `change` has the last word on its metadata.
    fn issuer(change: impl Fn(&str, &mut Value) + Send + Sync + 'static) -> Self {
        Self::new(move |base, path| {
            let body = match path.split('?').next().unwrap() {
                "/offer" => json!({
                    "credential_issuer": base, "credential_configuration_ids": ["Card"],
                    "grants": {"urn:ietf:params:oauth:grant-type:pre-authorized_code": {"pre-authorized_code": "c"}}
                }),
                "/.well-known/openid-credential-issuer" => {
                    let mut metadata = metadata(base);
                    change(base, &mut metadata);
                    metadata
                }
                "/.well-known/oauth-authorization-server" => {
                    json!({"issuer": base, "token_endpoint": format!("{base}/token")})
                }
                _ => return ("404 Not Found\r\n".to_owned(), Vec::new()),
            };
            ("200 OK\r\ncontent-type: application/json\r\n".to_owned(), body.to_string().into_bytes())
        })
    }

    async fn offered(&self, person: &Person) -> testkit::Answer {
        person.post("/v1/offers", json!({ "credentialOfferUri": format!("{}/offer", self.base) })).await
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, base: &str, seen: &Mutex<Vec<String>>, answer: &Answering) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    seen.lock().unwrap().push(path.clone());
    let (status, body) = answer(base, &path);
    let head = format!("HTTP/1.1 {status}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    // Whoever has heard enough hangs up.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}

fn metadata(base: &str) -> Value {
    json!({
        "credential_issuer": base, "credential_endpoint": format!("{base}/credential"),
        "credential_configurations_supported": {"Card": {
            "format": "dc+sd-jwt", "vct": "https://strangers.example/card",
            "cryptographic_binding_methods_supported": ["jwk"],
            "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}},
            "credential_metadata": {"display": [{"name": "Card"}]}
        }}
    })
}

fn display(metadata: &mut Value) -> &mut Value {
    &mut metadata["credential_configurations_supported"]["Card"]["credential_metadata"]
}

#[actix_web::test]
async fn verifier_that_asks_for_everything_is_shown_for_what_it_is_or_refused() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let all = [
        "givenName",
        "familyName",
        "birthDate",
        "identifier",
        "worksFor",
        "jobTitle",
        "gradeLevel",
        "dutyStation",
    ];
    let claims: Vec<Value> = all.iter().map(|name| json!({ "path": [name] })).collect();
    let query = |claims: &[Value]| {
        json!({ "credentials": [{ "id": "sd", "format": "dc+sd-jwt", "claims": claims,
            "meta": { "vct_values": [crate::stub::STAFF] } }] })
    };
    world.others.knobs().request["dcql_query"] = query(&claims);
    let asked = open(&world, &person).await;
    assert_eq!(asked["queries"][0]["candidates"][0]["everything"], true);
    let page = person.page(&format!("/presentations/{}", asked["id"].as_str().unwrap())).await.text();
    assert!(
        page.contains("data-testid=\"asks-everything\"") && page.contains("They ask for everything"),
        "{page}"
    );
    for value in ["Amina", "Diallo", "10034521", "Programme analyst", "P-3", "Dakar"] {
        assert!(page.contains(value), "nothing goes out that was not on the page: {value}");
    }
    // One thing less is no everything, and 65 claims or 17 credentials are no request.
    let mut link = world.request();
    link["requestUri"] = json!(format!("{}?less", link["requestUri"].as_str().unwrap()));
    world.others.knobs().request["dcql_query"] = query(&claims[..4]);
    let less = person.post("/v1/presentations", link.clone()).await.expect(201).unwrap().json().unwrap();
    assert_eq!(less["queries"][0]["candidates"][0]["everything"], false);
    let many: Vec<Value> = (0..65).map(|number| json!({ "path": [format!("claim{number}")] })).collect();
    let mut seventeen = query(&claims);
    seventeen["credentials"] = (0..17)
        .map(|number| json!({ "id": format!("q{number}"), "format": "dc+sd-jwt", "meta": { "vct_values": ["x"] } }))
        .collect();
    for (number, wrong) in [query(&many), seventeen].into_iter().enumerate() {
        world.others.knobs().request["dcql_query"] = wrong;
        link["requestUri"] = json!(format!("{}/oid4vp/requests/r1?many{number}", world.others.base));
        assert_eq!(problem(person.post("/v1/presentations", link.clone()).await, 422), "request-refused");
    }
}

#[actix_web::test]
async fn name_that_looks_like_anothers_does_not_stand_for_anybody() {
    let authority = Authority::new("Agencies' authority").unwrap();
    let anchors = TrustAnchors::from_pem(authority.pem().as_bytes()).unwrap();
    let world = World::with(|wallet| wallet.verifier_anchors = anchors).await;
    let person = world.holder("anna").await;
    let jwk = world.others.wfp.p256.public_key().to_jwk();
    for (name, shown) in [("World Food Programme", true), ("W\u{43e}rld Food Programme", false)] {
        let x5c = x5c_of(&authority.certify_host(&jwk, name, "localhost").unwrap());
        let client_id = format!("x509_hash:{}", CertificateChain::from_header(&x5c).unwrap().leaf_hash());
        {
            let mut knobs = world.others.knobs();
            knobs.request["client_id"] = json!(client_id);
            knobs.request_x5c = Some(x5c);
        }
        let mut link = world.request();
        link["clientId"] = json!(client_id);
        let asked = person.post("/v1/presentations", link).await.expect(201).unwrap().json().unwrap();
        let verifier = &asked["verifier"];
        assert_eq!(verifier["name"] == name, shown, "{verifier}");
        assert_eq!(verifier["proven"], false);
        if !shown {
            assert!(verifier["name"].as_str().unwrap().starts_with("localhost"), "{verifier}");
        }
    }
    // Whoever calls themselves so in metadata that nobody signed is their host and no more; another alphabet in a host is written
    // so that it is seen.
    let stranger = Stranger::issuer(|_, metadata| {
        metadata["display"] = json!([{ "name": "United Nations Development Programme" }]);
    });
    let offer = stranger.offered(&person).await.expect(201).unwrap().json().unwrap();
    assert_eq!(offer["issuer"]["proven"], false);
    assert!(offer["issuer"]["name"].as_str().unwrap().starts_with("localhost"), "{offer}");
    let host = url::Url::parse("https://und\u{440}.org").unwrap();
    assert_eq!(host.host_str(), Some("xn--und-2ed.org"));
}

#[actix_web::test]
async fn redirects_lead_nowhere() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let target = Stranger::issuer(|_, _| {});
    let to = target.base.clone();
    let redirecting =
        Stranger::new(move |_, path| (format!("302 Found\r\nlocation: {to}{path}\r\n"), Vec::new()));
    assert_eq!(problem(redirecting.offered(&person).await, 502), "other-side-unavailable");
    let mut link = world.request();
    link["requestUri"] = json!(format!("{}/oid4vp/requests/r1", redirecting.base));
    assert_eq!(problem(person.post("/v1/presentations", link).await, 502), "other-side-unavailable");
    let existence = json!({ "requestUri": format!("{}/existence", redirecting.base) });
    let refused = person.post("/v1/existence", existence).await;
    assert!(refused.status >= 400, "{refused}");
    assert_eq!(target.asked(), [""; 0], "nobody went there");
    // An address that changes sites on the way back is not followed by the page either.
    for uri in ["javascript:alert(1)", "data:text/html,x", "http://u:p@localhost/"] {
        world.others.knobs().redirect_uri = Some(uri.to_owned());
        let person = world.holder(uri).await;
        let asked = open(&world, &person).await;
        consent(&person, asked["id"].as_str().unwrap(), json!({})).await;
        let page = person.page(&format!("/presentations/{}", asked["id"].as_str().unwrap())).await.text();
        assert!(!page.contains(uri), "{uri}");
    }
}

#[actix_web::test]
async fn script_in_what_an_issuer_displays_stays_text() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let stranger = Stranger::issuer(|_, metadata| {
        let evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\u{202e}\u{0}";
        *display(metadata) = json!({
            "display": [{ "name": evil, "description": evil, "background_color": "red;background:url(//evil.example)",
                "text_color": "expression(alert(3))", "logo": { "uri": "javascript:alert(4)", "alt_text": evil } }],
            "claims": [{ "path": ["a"], "display": [{ "name": evil }] }]
        });
    });
    let offer = stranger.offered(&person).await.expect(201).unwrap().json().unwrap();
    let page =
        person.page(&format!("/offers/{}", offer["id"].as_str().unwrap())).await.expect(200).unwrap().text();
    for raw in
        ["<script>alert", "<img src=x", "evil.example", "expression(", "javascript:", "\u{202e}", "\u{0}"]
    {
        assert!(!page.contains(raw), "{raw}");
    }
    assert!(
        page.contains("&#60;script&#62;") || page.contains("&lt;script&gt;"),
        "shown as what it is: {page}"
    );
}

#[actix_web::test]
async fn five_megabytes_are_done_without() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let logo = |base: &str, at: &str| json!({ "uri": format!("{base}{at}"), "alt_text": "Mark" });
    let large = Stranger::new(|base, path| match path {
        "/logo" => {
            let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x40\0\0\0\x40".to_vec();
            png.resize(5 * 1024 * 1024, 0);
            ("200 OK\r\ncontent-type: image/png\r\n".to_owned(), png)
        }
        "/.well-known/openid-credential-issuer" => {
            let mut metadata = metadata(base);
            *display(&mut metadata) = json!({ "display": [{ "name": "Card",
                "logo": { "uri": format!("{base}/logo"), "alt_text": "Mark" } }] });
            ("200 OK\r\ncontent-type: application/json\r\n".to_owned(), metadata.to_string().into_bytes())
        }
        "/.well-known/oauth-authorization-server" => {
            let server = json!({ "issuer": base, "token_endpoint": format!("{base}/token") });
            ("200 OK\r\ncontent-type: application/json\r\n".to_owned(), server.to_string().into_bytes())
        }
        _ => {
            let offer = json!({
                "credential_issuer": base, "credential_configuration_ids": ["Card"],
                "grants": {"urn:ietf:params:oauth:grant-type:pre-authorized_code": {"pre-authorized_code": "c"}}
            });
            ("200 OK\r\ncontent-type: application/json\r\n".to_owned(), offer.to_string().into_bytes())
        }
    });
    large.offered(&person).await.expect(201).unwrap();
    assert_eq!(large.asked().iter().filter(|path| *path == "/logo").count(), 1, "asked for once, and left");
    let stored = std::fs::metadata(&world.database).unwrap().len();
    assert!(stored < 2 * 1024 * 1024, "{stored}");
    // Nor does anybody else's site learn that an offer was opened.
    let elsewhere = Stranger::new(|_, _| ("404 Not Found\r\n".to_owned(), Vec::new()));
    let other = elsewhere.base.clone();
    let pointing = Stranger::issuer(move |_, metadata| {
        *display(metadata) = json!({ "display": [{ "name": "Card", "logo": logo(&other, "/logo") }] });
    });
    pointing.offered(&person).await.expect(201).unwrap();
    assert_eq!(elsewhere.asked(), [""; 0]);
    let padded = Stranger::issuer(|_, metadata| metadata["padding"] = json!("x".repeat(5 * 1024 * 1024)));
    assert_eq!(problem(padded.offered(&person).await, 502), "other-side-unavailable");
}

#[actix_web::test]
async fn mark_and_colours_of_an_honest_issuer_are_shown() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let id = person.credentials().await[0]["id"].as_str().unwrap().to_owned();
    let logo = person.get(&format!("/v1/credentials/{id}/logo")).await.expect(200).unwrap();
    assert_eq!(logo.header("content-type"), Some("image/svg+xml"));
    assert!(logo.header("content-security-policy").unwrap().contains("sandbox"), "{:?}", logo.headers);
    let page = person.page(&format!("/credentials/{id}")).await.text();
    assert!(page.contains("data-ground=\"#0b5a8a\"") && page.contains("class=\"credential-logo\""), "{page}");
    assert!(person.page("/").await.text().contains("data-ground=\"#0b5a8a\""));
    let other = world.person("bela").await;
    assert_eq!(problem(other.get(&format!("/v1/credentials/{id}/logo")).await, 404), "not-found");
}

#[actix_web::test]
async fn thousands_of_credentials_are_no_offer_and_no_answer() {
    let world = World::new().await;
    let person = world.person("anna").await;
    let ids: Vec<String> = (0..1000).map(|number| format!("Card{number}")).collect();
    for many in [ids.clone(), ids[..17].to_vec()] {
        let many = many.clone();
        let stranger = Stranger::new(move |base, path| {
            let body = if path.starts_with("/offer") {
                json!({
                    "credential_issuer": base, "credential_configuration_ids": many,
                    "grants": {"urn:ietf:params:oauth:grant-type:pre-authorized_code": {"pre-authorized_code": "c"}}
                })
            } else if path.contains("oauth") {
                json!({ "issuer": base, "token_endpoint": format!("{base}/token") })
            } else {
                metadata(base)
            };
            ("200 OK\r\ncontent-type: application/json\r\n".to_owned(), body.to_string().into_bytes())
        });
        assert_eq!(problem(stranger.offered(&person).await, 422), "offer-refused");
    }
    // Many in the place of one: more than were proven, and more than anybody reads.
    for (times, slug) in
        [(2, "answer-not-understood"), (100, "answer-not-understood"), (2000, "other-side-unavailable")]
    {
        let world = World::new().await;
        let person = world.person("anna").await;
        world.others.knobs().answered_times = times;
        let offer = person.open_offer(&world.offer_uri()).await;
        let id = offer["id"].as_str().unwrap();
        let step = person.accept(id, Some("493051")).await.expect(200).unwrap().json().unwrap();
        assert_eq!(problem(person.prove(id, &step).await, 502), slug, "{times}");
        assert!(person.credentials().await.is_empty());
    }
}

#[actix_web::test]
async fn many_offers_push_nothing_out_of_sight() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let account = person.get("/v1/account").await.json().unwrap()["id"].as_str().unwrap().to_owned();
    let held = person.credentials().await;
    let mut tx = world.wallet.store.write("test").await.unwrap();
    let one = tx.list_credentials(&account).await.unwrap().remove(0);
    for slot in 10..507 {
        let more =
            store_wallet::credentials::Credential { id: format!("{}-{slot}", one.id), slot, ..one.clone() };
        assert!(tx.insert_credential(&more).await.unwrap());
    }
    tx.commit().await.unwrap();
    // 499 are held: one more would fit, and two are offered.
    let offer = person.open_offer(&format!("{}/t/undp/offers/o2", world.others.base)).await;
    let refused = person.accept(offer["id"].as_str().unwrap(), Some("493051")).await;
    assert_eq!(problem(refused, 409), "wallet-full");
    let listed = {
        let mut tx = world.wallet.store.read().await.unwrap();
        tx.list_credentials(&account).await.unwrap()
    };
    assert!(held.iter().all(|one| listed.iter().any(|row| one["id"] == row.id.as_str())));
    person.delete(&format!("/v1/credentials/{}", held[1]["id"].as_str().unwrap())).await.expect(204).unwrap();
    assert_eq!(person.receive(offer["id"].as_str().unwrap(), Some("493051")).await["state"], "received");
}

#[actix_web::test]
async fn request_that_is_replayed_is_answered_once_and_an_old_one_never() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    let asked = open(&world, &person).await;
    let id = asked["id"].as_str().unwrap();
    consent(&person, id, json!({})).await;
    // The same signed request again, from where it came and by the wallet's own address.
    let again = person.post("/v1/presentations", world.request()).await.expect(200).unwrap().json().unwrap();
    assert_eq!((&again["id"], &again["state"]), (&json!(id), &json!("sent")));
    person.post(&format!("/v1/presentations/{id}/prepare"), json!({})).await;
    world.wallet.tend().await;
    assert_eq!(world.others.seen().responses.len(), 1);
    // Somebody else's wallet may be led to it; an old one leads nobody anywhere.
    world.others.clock.advance(chrono::Duration::minutes(13));
    let bela = world.person("bela").await;
    assert_eq!(problem(bela.post("/v1/presentations", world.request()).await, 422), "request-refused");
    let (desk, _) = at_station(&world).await;
    assert_eq!(problem(desk.post("/v1/presentations", world.request()).await, 422), "request-refused");
}
