//! The end of a person's service and what ends with it; offers that replace what a person holds.

use issuance::{Role, Roles};

use crate::console::{Browser, between};
use crate::support::{Holder, LDP, SD_JWT, World};

const PERSON: &str = "/console/staff/s-10023";

async fn issued(world: &World) {
    let link = world.offer().await;
    world.credential(&link, LDP, &Holder::new(7)).await;
    world.credential(&link, SD_JWT, &Holder::new(7)).await;
}

async fn state(browser: &Browser) -> String {
    between(&browser.get(PERSON).await.text(), "data-testid=\"person-state\">", "<").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_service_is_shown_confirmed_and_approved_before_anything_ends() {
    let world = World::start().await;
    let ann = Browser::officer_as(&world, "undp", "Ann", Roles::of(&[Role::Officer])).await;
    let ben = Browser::officer_as(&world, "undp", "Ben", Roles::of(&[Role::Approver])).await;
    let theirs = Browser::officer(&world, "wfp", "Eve").await;
    issued(&world).await;
    ann.post(&format!("{PERSON}/offers"), &[]).await;
    let path = format!("{PERSON}/end");
    let sure = [("how", "separated"), ("sure", "yes")];
    assert_eq!(theirs.post(&path, &sure).await.status, 404);
    assert_eq!(theirs.get(&format!("{path}?how=separated")).await.status, 404);
    assert_eq!(ben.post(&path, &sure).await.status, 403);
    assert_eq!(ann.post(&path, &[("how", "separated")]).await.status, 400, "not sure");
    assert_eq!(ann.post(&path, &[("how", "bored"), ("sure", "yes")]).await.status, 400);
    let preview = ann.get(&format!("{path}?how=separated")).await.text();
    let ends = between(&preview, "data-testid=\"ends\"", "</table>");
    assert!(ends.contains("Staff identity") && ends.contains("An offer nobody has taken"), "{preview}");
    assert_eq!(Browser::path_of(&ann.post(&path, &sure).await), format!("{PERSON}?done=proposed"));
    assert_eq!(state(&ann).await, "Valid");
    let page = ben.get("/console/approvals").await.text();
    assert!(page.contains("End the service of Amina Okafor"), "{page}");
    let id = between(&page, "action=\"/console/approvals/", "/").to_owned();
    ben.post(&format!("/console/approvals/{id}/approve"), &[]).await;
    assert_eq!(state(&ann).await, "Service ended");
    let page = ann.get(PERSON).await.text();
    assert!(page.contains("Service ended: Separated from service.") && page.contains("Withdrawn"), "{page}");
    assert!(page.contains("Service ended: separated from service") && page.contains("Ann, approved by Ben"));
    assert_eq!(ann.post(&format!("{PERSON}/offers"), &[]).await.status, 409, "nothing more is offered");
    let back = Browser::path_of(&ann.post(&format!("{PERSON}/return"), &[]).await);
    assert_eq!(back, format!("{PERSON}?done=returned"));
    world.clock.advance(chrono::Duration::seconds(1));
    assert_eq!(ann.post(&format!("{PERSON}/offers"), &[]).await.status, 303);
    assert_eq!(state(&ann).await, "Offered");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_lost_phone_the_old_copies_are_suspended_and_end_when_the_new_ones_are_held() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    issued(&world).await;
    let offers = format!("{PERSON}/offers");
    assert_eq!(ann.post(&offers, &[("why", "boredom")]).await.status, 400);
    let page = Browser::path_of(&ann.post(&offers, &[("why", "phone-lost")]).await);
    assert_eq!(state(&ann).await, "Suspended");
    let offer = page.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    let link = world.issuer.offer_link(&World::officer(), &offer).await.unwrap();
    world.credential(&link, LDP, &Holder::new(8)).await;
    let copies = world.issuer.subject_page(world.tenant("undp"), "s-10023").await.unwrap().copies;
    let valid: Vec<_> = copies.iter().filter(|it| it.copy.status == issuance::Status::Valid).collect();
    assert_eq!((copies.len(), valid.len()), (3, 1), "the new one only");
    let text = ann.get(PERSON).await.text();
    assert!(text.contains("Revoked: phone or key lost"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_data_supersedes_only_once_the_new_credential_is_taken() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    issued(&world).await;
    let page = Browser::path_of(&ann.post(&format!("{PERSON}/offers"), &[("why", "data-changed")]).await);
    assert_eq!(state(&ann).await, "Valid");
    let offer = page.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    let link = world.issuer.offer_link(&World::officer(), &offer).await.unwrap();
    world.credential(&link, LDP, &Holder::new(7)).await;
    let text = ann.get(PERSON).await.text();
    assert!(text.contains("Superseded"), "{text}");
    let copies = world.issuer.subject_page(world.tenant("undp"), "s-10023").await.unwrap().copies;
    assert_eq!(copies.iter().filter(|it| it.copy.status == issuance::Status::Valid).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_offer_gives_nothing_more_once_its_credentials_have_ended() {
    for act in ["end", "revoke", "phone-lost"] {
        let world = World::start().await;
        let ann = Browser::officer(&world, "undp", "Ann").await;
        let link = world.offer().await;
        let token = world.token(&link).await;
        let holder = Holder::new(7);
        assert_eq!(world.request(&token, LDP, &holder).await.status, 200);
        let answer = match act {
            "end" => ann.post(&format!("{PERSON}/end"), &[("how", "separated"), ("sure", "yes")]).await,
            "revoke" => {
                let form = [("act", "revoke"), ("reason", "issued-in-error")];
                ann.post("/console/people/s-10023/status", &form).await
            }
            _ => ann.post(&format!("{PERSON}/offers"), &[("why", "phone-lost")]).await,
        };
        assert_eq!(answer.status, 303, "{act}");
        let reply = world.request(&token, SD_JWT, &holder).await;
        assert_eq!(reply.status, 400, "{act}: {}", String::from_utf8_lossy(&reply.body));
        assert_eq!(world.get(&link.uri).await.status, 410, "{act}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_phone_outlasts_the_day_of_an_earlier_suspension() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    issued(&world).await;
    let form = [("act", "suspend"), ("reason", "inquiry"), ("until", "2027-01-22")];
    assert_eq!(ann.post("/console/people/s-10023/status", &form).await.status, 303);
    ann.post(&format!("{PERSON}/offers"), &[("why", "phone-lost")]).await;
    world.clock.advance(chrono::Duration::days(30));
    assert_eq!(world.issuer.lift_suspensions(world.tenant("undp")).await.unwrap(), 0);
}
