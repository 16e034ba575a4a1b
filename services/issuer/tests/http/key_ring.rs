//! The pages about keys and about the organisation's place on the chain.

use crate::console::Browser;
use crate::ledger::Fault;
use crate::support::{Holder, LDP, World};

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_sees_which_keys_sign_and_where_they_are() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    let page = ann.get("/console/keys").await.text();
    assert_eq!(page.matches("Signs now").count(), 2, "one of each kind");
    assert_eq!(page.matches("In a sealed file").count(), 3, "and the one that writes to the chain");
    for part in ["key-ed25519-1", "key-p256-1", "did:passerelle:undp#key-p256-1", "rotate-key"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("did:passerelle:wfp"));

    // A key of the document whose private half somebody else has signs nothing here.
    world.ledger.with(|state| {
        let keys = state.keys.get_mut("did:passerelle:undp").unwrap();
        let mut other = keys[0].clone();
        other.fragment = "key-ed25519-2".into();
        keys.push(other);
    });
    let page = ann.get("/console/keys").await.text();
    assert!(page.contains("Not on this machine") && page.contains("Listed, does not sign"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_names_what_a_key_signed_and_no_other() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    let offer = world.offer().await;
    world.credential(&offer, LDP, &Holder::new(7)).await;
    let plan = |key: &str| format!("/console/keys/{key}/plan.csv");
    let lines = async |key| ann.get(&plan(key)).await.text().lines().count();
    let text = ann.get(&plan("key-ed25519-1")).await.text();
    assert!(text.contains("10023,") && text.contains("StaffIdentity_ldp_vc,valid,2027-01-15"), "{text}");
    assert_eq!((lines("key-ed25519-1").await, lines("key-p256-1").await, lines("none").await), (2, 1, 1));
    assert!(ann.get("/console/activity?area=key").await.text().contains("key-ed25519-1"), "who looked");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_page_tells_what_waits_what_is_confirmed_and_what_does_not_get_on() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    let tenant = world.tenant("undp");
    let offer = world.offer().await;
    world.credential(&offer, LDP, &Holder::new(7)).await;
    world.clock.advance(chrono::Duration::minutes(7));
    let page = ann.get("/console/chain").await.text();
    assert!(page.contains("the oldest for 7 minutes"), "{page}");
    assert_eq!(page.matches("data-testid=\"status-list\"").count(), 3);
    world.ledger.fail_next(Fault::Lost);
    world.issuer.anchor(tenant).await.unwrap_err();
    assert!(ann.get("/console/chain").await.text().contains("On its way"));
    world.issuer.anchor(tenant).await.unwrap();
    let page = ann.get("/console/chain").await.text();
    assert!(page.contains("Confirmed") && !page.contains("On its way") && !page.contains("does not get on"));
}
