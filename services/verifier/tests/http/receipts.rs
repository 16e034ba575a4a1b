//! The signed receipt, and reports in the reader's language.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::harness::{Asked, Service, claims_of, json_of, part};

/// An answered verification, with what the wallet got back.
async fn answered(service: &Service) -> (Asked, Value) {
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let asked = service.ask("staff-identity").await;
    let presentation =
        service.world.present(&holder, &copy, asked.text("nonce"), asked.text("client_id")).await;
    let token = json!({ copy.query_id(): [presentation] }).to_string();
    let form = [("vp_token", token.as_str()), ("state", asked.text("state"))];
    let reply = service.post_form(&format!("/oid4vp/responses/{}", asked.id), &form, &[]).await;
    assert_eq!(reply.status, 200, "{:?}", reply.body);
    (asked, json_of(&reply))
}

async fn receipt(service: &Service, asked: &Asked) -> String {
    let token = asked.bearer.trim_start_matches("Bearer ");
    let reply = service.get(&format!("/v1/verifications/{}/receipt", asked.id), Some(token)).await;
    assert_eq!((reply.status, reply.content_type.as_str()), (200, "application/jwt"), "{:?}", reply.body);
    String::from_utf8(reply.body.to_vec()).unwrap()
}

/// Path of the link that the wallet got.
fn path(answer: &Value, service: &Service) -> String {
    answer["receipt_uri"].as_str().unwrap().strip_prefix(&service.origin).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn receipt_is_signed_by_the_verifier_and_holds_no_claim() {
    let service = Service::start().await;
    let (asked, _) = answered(&service).await;
    let receipt = receipt(&service, &asked).await;
    let header = part(&receipt, 0);
    assert_eq!((&header["alg"], &header["typ"]), (&json!("ES256"), &json!("verification-receipt+jwt")));
    let claims = claims_of(&receipt);
    assert_eq!(claims["iss"], json!(service.desk.settings.did));
    assert_eq!((&claims["jti"], &claims["report"]["outcome"]), (&json!(asked.id), &json!("valid")));
    assert_eq!(claims["report"]["checks"].as_array().unwrap().len(), 9);
    for claim in ["Amina", "Diallo", "Programme Analyst", "Dakar"] {
        assert!(!claims.to_string().contains(claim), "{claim}");
    }
    for digest in ["answerDigest", "policyDigest"] {
        assert_eq!(claims[digest].as_str().unwrap().len(), 43, "{digest}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn receipt_verifies_without_our_code_and_a_changed_one_does_not() {
    let service = Service::start().await;
    let (asked, _) = answered(&service).await;
    let receipt = receipt(&service, &asked).await;
    let jwk = service.desk.signer.public_key().to_jwk();
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    let key = ring::signature::UnparsedPublicKey::new(&ring::signature::ECDSA_P256_SHA256_FIXED, point);
    let verifies = |jwt: &str| {
        let (signed, signature) = jwt.rsplit_once('.').unwrap();
        key.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).is_ok()
    };
    assert!(verifies(&receipt));
    let parts: Vec<_> = receipt.split('.').collect();
    let mut claims = claims_of(&receipt);
    claims["report"]["outcome"] = json!("invalid");
    let changed = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims.to_string()), parts[2]);
    assert!(!verifies(&changed));
}

#[tokio::test(flavor = "multi_thread")]
async fn person_reads_the_receipt_by_the_link_and_nobody_without_it() {
    let service = Service::start().await;
    let (asked, answer) = answered(&service).await;
    let path = path(&answer, &service);
    let (status, page) = service.browse(&format!("GET {path} HTTP/1.1\r\naccept: text/html"), "").await;
    assert_eq!(status, 200);
    assert!(page.contains("<h1>Valid</h1>") && page.contains("data-code=\"notRevoked\""), "{page}");
    assert!(page.contains("no-referrer"), "the link must not leak to other sites");
    assert!(!page.contains("Amina"), "no claim is in a receipt");
    let signed = service.get(&format!("{path}/jwt"), None).await;
    assert_eq!(String::from_utf8(signed.body.to_vec()).unwrap(), receipt(&service, &asked).await);
    for wrong in
        [format!("{path}x"), format!("/receipts/{}/{}", asked.id, "A".repeat(43)), "/receipts/a/b".into()]
    {
        assert_eq!(service.get(&wrong, None).await.status, 404, "{wrong}");
        assert_eq!(service.get(&format!("{wrong}/jwt"), None).await.status, 404, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn receipt_of_what_is_not_checked_yet_or_refused_is_not_there() {
    let service = Service::start().await;
    let asked = service.ask("staff-identity").await;
    let place = format!("/v1/verifications/{}/receipt", asked.id);
    let token = asked.bearer.trim_start_matches("Bearer ").to_owned();
    assert_eq!(service.get(&place, Some(&token)).await.status, 404);
    let form = [("error", "access_denied"), ("state", asked.text("state"))];
    let reply = service.post_form(&format!("/oid4vp/responses/{}", asked.id), &form, &[]).await;
    assert_eq!((reply.status, json_of(&reply)), (200, json!({})));
    assert_eq!(service.get(&place, Some(&token)).await.status, 404);
    assert_eq!(service.get(&place, None).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn report_speaks_the_language_asked_for_and_keeps_its_codes() {
    let service = Service::start().await;
    let (asked, _) = answered(&service).await;
    let english = service.view(&asked).await["report"].clone();
    let token = asked.bearer.trim_start_matches("Bearer ").to_owned();
    for (lang, word) in [
        ("ar", "صالح."),
        ("zh", "有效。"),
        ("fr", "Valide."),
        ("ru", "Действительно."),
        ("es", "Válida."),
        ("en", "Valid."),
    ] {
        let reply = service.get(&format!("/v1/verifications/{}?lang={lang}", asked.id), Some(&token)).await;
        assert_eq!(reply.header("content-language"), Some(lang));
        let report = &json_of(&reply)["report"];
        assert!(report["sentence"].as_str().unwrap().starts_with(word), "{report:#}");
        let codes = |report: &Value| {
            let checks = report["checks"].as_array().unwrap().clone();
            checks.into_iter().map(|check| check["code"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(codes(report), codes(&english));
    }
    let (status, page) = service
        .browse(&format!("GET /v1/verifications/{} HTTP/1.1\r\nauthorization: Bearer {token}\r\naccept-language: de, fr;q=0.5", asked.id), "")
        .await;
    assert_eq!(status, 200);
    assert!(page.contains("Valide. Tout ce que demande"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn receipt_page_reads_from_right_to_left_in_arabic() {
    let service = Service::start().await;
    let (_, answer) = answered(&service).await;
    let path = path(&answer, &service);
    let (_, page) = service.browse(&format!("GET {path}?lang=ar HTTP/1.1\r\naccept: text/html"), "").await;
    assert!(page.contains("<html lang=\"ar\" dir=\"rtl\">") && page.contains("<h1>صالح</h1>"), "{page}");
    let (_, page) = service
        .browse(&format!("GET {path} HTTP/1.1\r\naccept: text/html\r\naccept-language: zh-CN"), "")
        .await;
    assert!(page.contains("<html lang=\"zh\" dir=\"ltr\">") && page.contains("<h1>有效</h1>"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn list_shown_to_us_alone_stays_in_the_report_and_its_digest_in_the_receipt() {
    let service = Service::start().await;
    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let shown = service.world.token_list(&undp, &[1], &[]).await;
    service.world.show(&undp.list("token"), shown.clone());
    let asked = service.ask("staff-identity").await;
    let presentation =
        service.world.present(&holder, &copy, asked.text("nonce"), asked.text("client_id")).await;
    let token = json!({ copy.query_id(): [presentation] }).to_string();
    let form = [("vp_token", token.as_str()), ("state", asked.text("state"))];
    service.post_form(&format!("/oid4vp/responses/{}", asked.id), &form, &[]).await;
    let of = |report: &Value| {
        report["checks"].as_array().unwrap().iter().find(|one| one["name"] == "status").unwrap().clone()
    };
    let status = of(&service.view(&asked).await["report"]);
    assert_eq!(status["code"], "statusListMismatch", "{status:#}");
    let evidence = &status["evidence"];
    assert_ne!(evidence["listDigest"], evidence["shownDigest"]);
    assert_eq!(evidence["shownList"], json!(URL_SAFE_NO_PAD.encode(&shown)));
    let in_receipt = of(&claims_of(&receipt(&service, &asked).await)["report"]);
    assert_eq!(in_receipt["evidence"]["shownDigest"], evidence["shownDigest"]);
    assert!(in_receipt["evidence"].get("shownList").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn chores_erase_the_claims_when_their_time_is_over_and_leave_the_receipt() {
    let service = Service::start().await;
    let (asked, _) = answered(&service).await;
    let kept = async || {
        let found = service.desk.store.read().await.unwrap().find_verification(&asked.id).await.unwrap();
        found.unwrap().claims_sealed.is_some()
    };
    for (seconds, still_there) in [(0, true), (899, true), (1, false)] {
        service.clock.advance(chrono::Duration::seconds(seconds));
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let chores = tokio::spawn(verifier::app::run_chores(service.desk.clone(), stopped));
        // One round runs before the chores look whether to stop.
        stop.send(true).unwrap();
        chores.await.unwrap();
        assert_eq!(kept().await, still_there, "after {seconds} more seconds");
    }
    assert!(!receipt(&service, &asked).await.is_empty());
}

#[tokio::test]
async fn addresses_inside_the_house_are_never_fetched() {
    use verification::{Fetch as _, FetchError};
    let outbound = outbound::Outbound::new(&outbound::OutboundPolicy::default()).unwrap();
    let fetch = verifier::app::GuardedFetch(outbound);
    for address in [
        "https://127.0.0.1/list",
        "https://localhost/list",
        "https://10.0.0.8/list",
        "https://192.168.1.1/list",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/list",
        "https://[::ffff:10.0.0.1]/list",
        "https://[fd00::1]/list",
        "https://0.0.0.0/list",
        "http://issuer.example/list",
        "ftp://issuer.example/list",
        "file:///etc/passwd",
    ] {
        let url = url::Url::parse(address).unwrap();
        assert_eq!(fetch.fetch(&url, "*/*").await, Err(FetchError::Refused), "{address}");
    }
}
