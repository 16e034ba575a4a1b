//! How credentials look in a wallet: an administrator decides, the metadata tells.

use serde_json::Value;

use crate::console::Browser;
use crate::support::{World, json};

async fn display(world: &World, tenant: &str) -> Vec<Value> {
    let path = format!("/.well-known/openid-credential-issuer/t/{tenant}");
    let metadata = json(&world.get(&path).await);
    let shown = &metadata["credential_configurations_supported"]["StaffIdentity_dc_sd-jwt"];
    shown["credential_metadata"]["display"].as_array().unwrap().clone()
}

fn of<'a>(display: &'a [Value], locale: &str) -> &'a Value {
    display.iter().find(|it| it["locale"] == locale).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_seen_before_it_is_saved_and_reaches_the_metadata_of_one_organisation() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    let before = display(&world, "undp").await;
    let path = "/console/cards/StaffIdentity";
    let fields = [("background", "#003366"), ("text", "#ffffff"), ("name-fr", "Carte du PNUD")];
    let shown = ann.post(path, &[&fields[..], &[("act", "preview")]].concat()).await;
    assert_eq!(shown.status, 200);
    assert!(shown.text().contains("fill=\"#003366\""));
    assert_eq!(display(&world, "undp").await, before, "only looked at");

    let faint = ann.post(path, &[("background", "#ffffff"), ("text", "#eeeeee")]).await;
    assert_eq!(faint.status, 422);
    assert!(faint.text().contains("cannot be read on this background"));
    let script = ann.post(path, &[("background", "\"><script>"), ("text", "#ffffff")]).await;
    assert_eq!(script.status, 422);
    assert!(!script.text().contains("\"><script>"));

    assert_eq!(ann.post(path, &fields).await.status, 303);
    let after = display(&world, "undp").await;
    assert_eq!(
        (&of(&after, "fr")["name"], &of(&after, "fr")["background_color"]),
        (&Value::from("Carte du PNUD"), &Value::from("#003366"))
    );
    assert_eq!(of(&after, "en")["name"], of(&before, "en")["name"], "other languages keep theirs");
    let theirs = display(&world, "wfp").await;
    for (shown, usual) in theirs.iter().zip(&before) {
        assert_eq!(
            (&shown["name"], &shown["background_color"]),
            (&usual["name"], &usual["background_color"])
        );
        assert_ne!(shown["logo"], usual["logo"], "each organisation has its own");
    }
    assert!(ann.get("/console/activity?area=card").await.text().contains("StaffIdentity"));

    assert_eq!(ann.post(&format!("{path}/restore"), &[]).await.status, 303);
    assert_eq!(display(&world, "undp").await, before);
    let foreign = ann.get("/console/cards/DigitalCertificateOfEntitlement").await.status;
    assert_eq!((foreign, ann.get("/console/cards/Nothing").await.status), (404, 404));
}
