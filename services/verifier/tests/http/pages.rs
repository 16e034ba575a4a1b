use serde_json::{Value, json};

use crate::harness::{Service, claims_of, json_of};

const FORM: &str = "content-type: application/x-www-form-urlencoded";

#[tokio::test(flavor = "multi_thread")]
async fn visitor_starts_and_reads_in_the_same_browser_only() {
    let service = Service::start().await;
    let (status, landing) = service.browse("GET / HTTP/1.1", "").await;
    assert_eq!(status, 200);
    assert!(
        landing.contains("name=\"policy\" value=\"staff-identity\"") && landing.contains("/vc-api/sample")
    );
    assert!(!landing.contains("<script>") && !landing.contains("style=\""), "the policy forbids inline code");

    let (status, answer) =
        service.browse(&format!("POST /try HTTP/1.1\r\n{FORM}"), "policy=staff-identity").await;
    assert_eq!(status, 303, "{answer}");
    let header = |name: &str| {
        answer
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or_else(|| panic!("{answer}"))
            .trim()
            .to_owned()
    };
    let (place, cookie) = (header("location:"), header("set-cookie:"));
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();

    let (status, page) = service.browse(&format!("GET {place} HTTP/1.1\r\ncookie: {cookie}"), "").await;
    assert_eq!(status, 200);
    assert!(
        page.contains("data-state=\"waiting\"") && page.contains("<svg") && page.contains("openid4vp:"),
        "{page}"
    );
    assert!(page.contains("http-equiv=\"refresh\""), "it works without JavaScript");

    let (status, page) = service.browse(&format!("GET {place} HTTP/1.1"), "").await;
    assert_eq!(status, 404);
    assert!(page.contains("where it was started"));

    let (undp, holder) = service.scene().await;
    let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
    let id = place.rsplit('/').next().unwrap();
    let jwt = service.get(&format!("/oid4vp/requests/{id}"), None).await;
    let request = claims_of(std::str::from_utf8(&jwt.body).unwrap());
    let text = |name: &str| request[name].as_str().unwrap().to_owned();
    let presentation = service.world.present(&holder, &copy, &text("nonce"), &text("client_id")).await;
    let token = json!({ copy.query_id(): [presentation] }).to_string();
    let reply = service
        .post_form(
            &format!("/oid4vp/responses/{id}"),
            &[("vp_token", &token), ("state", &text("state"))],
            &[],
        )
        .await;
    let answer: Value = json_of(&reply);
    assert!(
        answer["redirect_uri"].as_str().unwrap().contains(&format!("/try/{id}?response_code=")),
        "{answer}"
    );

    let (status, page) = service.browse(&format!("GET {place} HTTP/1.1\r\ncookie: {cookie}"), "").await;
    assert_eq!(status, 200);
    assert!(
        page.contains("<h1>Valid</h1>") && page.contains("Amina") && page.contains("Organisation undp"),
        "{page}"
    );
    assert!(!page.contains("data-refresh"), "a final page does not ask again");
}

#[tokio::test(flavor = "multi_thread")]
async fn visitor_cannot_start_other_policies() {
    let service = Service::start().await;
    for policy in ["entitlement", "open", "nothing"] {
        let (status, _) =
            service.browse(&format!("POST /try HTTP/1.1\r\n{FORM}"), &format!("policy={policy}")).await;
        assert_eq!(status, 400, "{policy}");
    }
}
