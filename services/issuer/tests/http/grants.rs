//! Credentials of which an officer enters what the record does not hold, and what becomes of them.

use issuance::{Reason, ReasonCode, Role, Roles, Status, StatusMove};
use serde_json::Value;

use crate::console::{Browser, between};
use crate::support::{Holder, World, json};

const GRANT: &str = "/console/staff/s-10023/grant";

async fn officer(world: &World) -> Browser {
    world.person("10023").await;
    Browser::officer_as(world, "undp", "Ann", Roles::of(&[Role::Officer])).await
}

/// Offers by the form and answers the offer's identifier.
async fn grant(browser: &Browser, form: &[(&str, &str)]) -> String {
    let answer = browser.post(GRANT, form).await;
    let path = Browser::path_of(&answer);
    path.strip_prefix("/console/offers/").unwrap().split('?').next().unwrap().to_owned()
}

async fn fetch(world: &World, offer: &str, configuration: &str) -> Value {
    let link = world.issuer.offer_link(&World::officer(), offer).await.unwrap();
    let token = world.token(&link).await;
    let reply = world.request(&token, configuration, &Holder::new(1)).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    json(&reply)["credentials"][0]["credential"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_course_is_entered_offered_and_issued_in_the_persons_name() {
    let world = World::start().await;
    let ann = officer(&world).await;
    let page = ann.get(GRANT).await.text();
    for kind in ["TrainingCompletion", "SecurityClearance", "MedicalClearance", "Separation"] {
        assert!(page.contains(&format!("grant?type={kind}")), "{page}");
    }
    let page = ann.get(&format!("{GRANT}?type=TrainingCompletion")).await.text();
    assert!(page.contains("name=\"courseName\"") && page.contains("type=\"date\""), "{page}");
    let form = [("type", "TrainingCompletion"), ("courseName", "BSAFE"), ("completedOn", "2026-11-03")];
    let credential = fetch(&world, &grant(&ann, &form).await, "TrainingCompletion_ldp_vc").await;
    let subject = &credential["credentialSubject"];
    assert_eq!(
        (subject["courseName"].as_str(), subject["familyName"].as_str()),
        (Some("BSAFE"), Some("Okafor"))
    );
    assert_eq!(subject["recognizedBy"]["id"], crate::support::UNDP);
    assert!(subject.get("jobTitle").is_none() && subject.get("courseCode").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_or_wrong_stands_at_its_field_and_offers_nothing() {
    let world = World::start().await;
    let ann = officer(&world).await;
    let good = [
        ("type", "SecurityClearance"),
        ("clearanceLevel", "confidential"),
        ("clearedOn", "2026-01-15"),
        ("expiresOn", "2027-12-31"),
    ];
    for (name, value) in [
        ("clearanceLevel", "cosmic"),
        ("clearanceLevel", ""),
        ("clearedOn", "15 January"),
        ("clearedOn", "2026-02-30"),
        ("expiresOn", "2026-01-01"),
        ("expiresOn", ""),
    ] {
        let form = good.map(|field| if field.0 == name { (name, value) } else { field });
        let answer = ann.post(GRANT, &form).await;
        assert_eq!(answer.status, 422, "{name} {value}");
        let page = answer.text();
        assert!(page.contains(&format!("id=\"{name}-fault\"")), "{name} {value}: {page}");
    }
    assert_eq!(ann.post(GRANT, &[("type", "StaffIdentity")]).await.status, 404);
    assert_eq!(ann.post(GRANT, &[]).await.status, 404);
    let page = world.issuer.subject_page(world.tenant("undp"), "s-10023").await.unwrap();
    assert!(page.offers.is_empty());
    grant(&ann, &good).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_clearance_takes_the_place_of_the_old_one_and_ends_with_its_day() {
    let world = World::start().await;
    let ann = officer(&world).await;
    let form = |until| {
        [
            ("type", "MedicalClearance"),
            ("clearedFor", "travel"),
            ("clearedOn", "2026-01-15"),
            ("expiresOn", until),
        ]
    };
    let first = fetch(&world, &grant(&ann, &form("2027-06-30")).await, "MedicalClearance_ldp_vc").await;
    assert_eq!(first["validUntil"], "2027-06-30T23:59:59Z");
    world.clock.advance(chrono::Duration::seconds(1));
    fetch(&world, &grant(&ann, &form("2028-06-30")).await, "MedicalClearance_ldp_vc").await;
    let page = world.issuer.subject_page(world.tenant("undp"), "s-10023").await.unwrap();
    let states: Vec<Status> = page.copies.iter().map(|it| it.copy.status).collect();
    assert_eq!(states, [Status::Valid, Status::Revoked], "newest first");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_kind_is_revoked_and_the_rest_stays() {
    let world = World::start().await;
    let ann = officer(&world).await;
    let form = [("type", "TrainingCompletion"), ("courseName", "BSAFE"), ("completedOn", "2026-11-03")];
    let offer = grant(&ann, &form).await;
    fetch(&world, &offer, "TrainingCompletion_ldp_vc").await;
    world.credential(&world.offer().await, crate::support::LDP, &Holder::new(1)).await;
    let page = ann.get("/console/people/s-10023/status?act=revoke").await.text();
    assert!(page.contains("Training completion only"), "{page}");
    let wrong = [("act", "revoke"), ("reason", "issued-in-error"), ("only", "Nonsense")];
    assert_eq!(ann.post("/console/people/s-10023/status", &wrong).await.status, 400);
    let only = [("act", "revoke"), ("reason", "issued-in-error"), ("only", "TrainingCompletion")];
    ann.post("/console/people/s-10023/status", &only).await;
    let page = world.issuer.subject_page(world.tenant("undp"), "s-10023").await.unwrap();
    for view in &page.copies {
        let training =
            view.copy.configuration.credential_type == issuance::CredentialType::TrainingCompletion;
        assert_eq!(view.copy.status == Status::Revoked, training);
    }
    // Its other format is gone with it.
    let closed = world.issuer.offer_link(&World::officer(), &offer).await;
    assert!(closed.is_err() || world.get(&closed.unwrap().uri).await.status == 410);
}

#[tokio::test(flavor = "multi_thread")]
async fn separation_ends_clearances_leaves_courses_and_is_itself_a_credential() {
    let world = World::start().await;
    let ann = officer(&world).await;
    let course = [("type", "TrainingCompletion"), ("courseName", "BSAFE"), ("completedOn", "2026-11-03")];
    let clearance = [
        ("type", "SecurityClearance"),
        ("clearanceLevel", "confidential"),
        ("clearedOn", "2026-01-15"),
        ("expiresOn", "2027-12-31"),
    ];
    fetch(&world, &grant(&ann, &course).await, "TrainingCompletion_dc_sd-jwt").await;
    world.clock.advance(chrono::Duration::seconds(1));
    fetch(&world, &grant(&ann, &clearance).await, "SecurityClearance_dc_sd-jwt").await;
    let how = [("how", "separated"), ("sure", "yes")];
    ann.post("/console/staff/s-10023/end", &how).await;
    let page = world.issuer.subject_page(world.tenant("undp"), "s-10023").await.unwrap();
    let states: Vec<Status> = page.copies.iter().map(|it| it.copy.status).collect();
    assert_eq!(states, [Status::Revoked, Status::Valid]);
    assert_eq!(ann.post(GRANT, &clearance).await.status, 409, "nobody is cleared after leaving");
    let separation = [
        ("type", "Separation"),
        ("startDate", "2004-02-01"),
        ("separatedOn", "2026-12-31"),
        ("separationType", "retirement"),
    ];
    let credential = fetch(&world, &grant(&ann, &separation).await, "Separation_ldp_vc").await;
    assert_eq!(credential["credentialSubject"]["separatedFrom"]["id"], crate::support::UNDP);
    let history = ann.get("/console/staff/s-10023").await.text();
    assert!(between(&history, "<title>", "<").contains("Okafor") && history.contains("Separation issued"));
    let reinstate = StatusMove::new(Status::Valid, Reason { code: ReasonCode::Other, note: None });
    let back =
        world.issuer.change_subject_status(&World::officer(), "s-10023", None, &reinstate).await.unwrap();
    assert_eq!(back, 0, "what is revoked stays revoked");
}
