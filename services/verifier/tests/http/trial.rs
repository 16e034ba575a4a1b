use crate::harness::Service;
use crate::world::Copy;

/// A form as a browser sends it.
async fn send(service: &Service, fields: &[(&str, &str)]) -> (u16, String) {
    const BOUNDARY: &str = "----trial";
    let part = |(name, value): &(&str, &str)| {
        format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body: String = fields.iter().map(part).chain([format!("--{BOUNDARY}--\r\n")]).collect();
    let head = format!(
        "POST /trial HTTP/1.1\r\naccept: text/html\r\ncontent-type: multipart/form-data; boundary={BOUNDARY}"
    );
    service.browse(&head, &body).await
}

/// Each check on the page: its code and its class.
fn check<'a>(page: &'a str, code: &str) -> Option<&'a str> {
    let (before, _) = page.split_once(&format!("data-code=\"{code}\""))?;
    before.rsplit_once("<li class=\"")?.1.split('"').next()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_comes_out_as_it_says_with_one_thing_wrong() {
    let service =
        Service::start_with(|settings| settings.public_demo.push("staff-identity-anchored".into())).await;
    for policy in ["staff-identity", "staff-identity-anchored"] {
        for (sample, word, code) in [
            ("good", "Valid", None),
            ("revoked", "Not valid", Some("revoked")),
            ("expired", "Not valid", Some("expired")),
            ("unaccredited", "Not valid", Some("notAccredited")),
            ("back-dated", "Not valid", Some("keyRetired")),
        ] {
            let (status, page) = send(&service, &[("policy", policy), ("sample", sample)]).await;
            assert_eq!(status, 200, "{sample}: {page}");
            assert!(page.contains(&format!("<h2>{word}</h2>")), "{sample}: {page}");
            let failed = page.matches("<li class=\"fail\"").count();
            let anchored_too = policy.ends_with("anchored") && sample == "back-dated";
            assert_eq!(failed, usize::from(code.is_some()) + usize::from(anchored_too), "{sample}: {page}");
            if let Some(code) = code {
                assert_eq!(check(&page, code), Some("fail"), "{sample}: {page}");
            }
            assert!(page.contains("are invented"), "{page}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn page_explains_in_the_language_chosen() {
    let service = Service::start().await;
    let (_, page) =
        send(&service, &[("policy", "staff-identity"), ("sample", "revoked"), ("lang", "ar")]).await;
    assert!(page.contains("<div lang=\"ar\" dir=\"rtl\"") && page.contains("<h2>غير صالح</h2>"), "{page}");
    assert!(page.contains("بصمة القائمة"), "the evidence is named in Arabic too: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn given_credential_is_checked_where_the_open_interface_is_open_only() {
    for open in [true, false] {
        let service = Service::start_with(|settings| settings.vc_api.open = open).await;
        let (undp, holder) = service.scene().await;
        let copy = service.world.issue_compact(&undp, &holder, &service.world.staff(&undp)).await;
        let Copy::Compact(text) = copy else { panic!("an SD-JWT") };
        for field in ["credential", "file"] {
            let (status, page) = send(&service, &[("policy", "staff-identity"), (field, &text)]).await;
            assert_eq!(status, if open { 200 } else { 400 }, "{page}");
            assert_eq!(
                page.contains("<h2>Not decided</h2>"),
                open,
                "nobody showed that it is theirs: {page}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_tried_is_told_on_the_page() {
    let service = Service::start().await;
    for fields in [
        vec![("policy", "entitlement"), ("sample", "good")],
        vec![("policy", "staff-identity"), ("sample", "splendid")],
        vec![("policy", "staff-identity"), ("credential", "no credential")],
        vec![],
    ] {
        let (status, page) = send(&service, &fields).await;
        assert_eq!(status, 400, "{fields:?}");
        assert!(page.contains("That cannot be checked"), "{page}");
    }
    let reply = service.post("/trial", &serde_json::json!({ "policy": "staff-identity" }), &[]).await;
    assert_eq!((reply.status, reply.content_type.as_str()), (400, "application/problem+json"));
    let long = "x".repeat(400_000);
    let (status, _) = send(&service, &[("policy", "staff-identity"), ("credential", &long)]).await;
    assert_eq!(status, 413);
    let closed = Service::start_with(|settings| {
        settings.public_demo.clear();
        settings.vc_api.open = false;
    })
    .await;
    assert_eq!(closed.get("/trial", None).await.status, 404);
}
