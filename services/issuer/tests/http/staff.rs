//! The staff list with its filters, the expiry calendar, and offers that nobody took.

use issuance::{Role, Roles};

use crate::console::Browser;
use crate::support::{Holder, LDP, World};

#[tokio::test(flavor = "multi_thread")]
async fn calendar_and_reminders_need_their_roles_and_show_nothing_of_others() {
    let world = World::start().await;
    world.offer().await;
    world.clock.advance(chrono::Duration::days(8));
    let theirs = Browser::officer(&world, "wfp", "Eve").await;
    let auditor = Browser::officer_as(&world, "undp", "Aud", Roles::of(&[Role::Auditor])).await;
    let administrator = Browser::officer_as(&world, "undp", "Ada", Roles::of(&[Role::Administrator])).await;
    for path in ["/console/calendar", "/console/offers?state=due"] {
        assert_eq!(administrator.get(path).await.status, 403, "{path}");
        assert_eq!(Browser::new(&world, "nobody").get(path).await.status, 303, "{path}");
        assert!(!theirs.get(path).await.text().contains("Okafor"), "{path}");
    }
    assert_eq!(auditor.post("/console/offers/remind", &[]).await.status, 403);
    assert_eq!(theirs.post("/console/offers/remind", &[]).await.text().lines().count(), 1, "headings only");
    assert!(auditor.get("/console/offers?state=due").await.text().contains("1 offer that nobody took"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_reminded_is_left_alone_for_a_week() {
    let world = World::start().await;
    world.offer().await;
    world.clock.advance(chrono::Duration::days(6));
    let ann = Browser::officer(&world, "undp", "Ann").await;
    let due = "/console/offers?state=due";
    assert!(ann.get(due).await.text().contains("None at the moment"), "not within the first week");
    assert!(ann.get("/console/offers?state=waiting").await.text().contains("Okafor"));
    world.clock.advance(chrono::Duration::days(1));
    let ann = Browser::officer(&world, "undp", "Ann").await;
    let file = ann.post("/console/offers/remind", &[]).await;
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"reminders.csv\""));
    assert!(file.text().contains("10023") && file.text().contains("wallet.test/offer"), "{}", file.text());
    assert_eq!(ann.post("/console/offers/remind", &[]).await.text().lines().count(), 1, "once");
    world.clock.advance(chrono::Duration::days(7));
    let ann = Browser::officer(&world, "undp", "Ann").await;
    assert!(ann.get(due).await.text().contains("Okafor"), "again after a week");
}

#[tokio::test(flavor = "multi_thread")]
async fn calendar_leads_to_the_people_of_a_month() {
    let world = World::start().await;
    let link = world.offer().await;
    world.credential(&link, LDP, &Holder::new(7)).await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    // Issued on 15 January 2027 for 365 days.
    let page = ann.get("/console/calendar").await.text();
    assert!(page.contains("href=\"/console/calendar?month=2028-01\""), "{page}");
    let month = ann.get("/console/calendar?month=2028-01").await.text();
    assert!(month.contains("Amina Okafor") && month.contains("15 January 2028"), "{month}");
    for odd in ["2028-13", "x", "1999-01"] {
        assert_eq!(ann.get(&format!("/console/calendar?month={odd}")).await.status, 200, "{odd}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_are_filtered_by_state_and_duty_station() {
    let world = World::start().await;
    world.offer().await;
    world.person("20001").await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    let found = async |query: &str| ann.get(&format!("/console/staff?{query}")).await.text();
    let offered = found("state=offered").await;
    assert!(offered.contains("10023") && !offered.contains("20001"), "{offered}");
    let nothing = found("state=nothing&station=Nairobi").await;
    assert!(nothing.contains("20001") && nothing.contains("1 person found"), "{nothing}");
    assert!(found("station=Nai").await.contains("Nobody found"));
    assert!(found("state=odd").await.contains("2 people"), "a word that is no state narrows nothing");
}
