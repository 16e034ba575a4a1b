//! Portraits: small, sealed, and shown only where the holder wants it.

use std::io::Cursor;
use std::sync::Arc;

use credential::sd_jwt::{self, PathElement};
use credential::{Expect, Input, Outcome, verify_credential};
use did::{DidRecords, Evidence, ProvenRecord, ResolveError, Resolvers};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use issuance::{Format, FourEyes, OfferState, Role, Roles, Status};
use issuer::app::Ledger as _;
use serde_json::{Value, json};
use testkit::Answer;

use crate::console::{Browser, between};
use crate::ledger::TestLedger;
use crate::support::{Holder, LDP, SD_JWT, World, json as body, start_time};

const PAGE: &str = "/console/staff/s-10023";
const FORM: &str = "/console/staff/s-10023/portrait";

fn picture(colour: [u8; 3]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let plain: DynamicImage = RgbImage::from_pixel(600, 800, Rgb(colour)).into();
    plain.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

async fn saved(browser: &Browser, colour: [u8; 3]) {
    let answer = browser.upload(FORM, "face.jpg", &picture(colour)).await;
    assert_eq!(Browser::path_of(&answer), format!("{PAGE}?done=portrait"));
}

async fn fetched(world: &World, configuration: &str, holder: u64) -> Value {
    let reply = world.credential(&world.offer().await, configuration, &Holder::new(holder)).await;
    reply["credentials"][0]["credential"].clone()
}

struct Records(Arc<TestLedger>);

#[async_trait::async_trait]
impl DidRecords for Records {
    async fn did_record(&self, did: &str) -> Result<ProvenRecord, ResolveError> {
        let record = self.0.did_record(did).await.map_err(|_| ResolveError::NotFound)?;
        let evidence = Evidence { height: 1, block_time: start_time(), header_hash: [0; 32] };
        Ok(ProvenRecord { record, evidence })
    }
}

async fn verified(world: &World, sd_jwt: &str, reveal: &[&str]) -> Outcome {
    let paths: Vec<_> = reveal.iter().map(|name| vec![PathElement::Name((*name).to_owned())]).collect();
    let shown = Input::Compact(sd_jwt::select(sd_jwt, &paths).unwrap());
    let records = Arc::new(Records(Arc::clone(&world.ledger)));
    let resolvers = Resolvers::new(records, std::time::Duration::from_secs(60));
    verify_credential(&shown, &resolvers, &Expect::credential(start_time())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_shows_the_portrait_or_keeps_it() {
    let world = World::start().await;
    world.person("10023").await;
    let ann = Browser::officer_as(&world, "undp", "Ann", Roles::of(&[Role::Officer])).await;
    saved(&ann, [200, 30, 30]).await;
    let issued = fetched(&world, SD_JWT, 1).await;
    let sd_jwt = issued.as_str().unwrap();

    let with = verified(&world, sd_jwt, &["picture", "jobTitle"]).await;
    assert!(with.is_verified(), "{:?}", with.faults);
    let shown = with.claims["picture"].as_str().unwrap();
    assert!(ann.get(PAGE).await.text().contains(shown), "the page shows the very same picture");
    let version_2 = issuance::schemas::find("v2", "staff-identity.schema.json").unwrap();
    let schema: Value = serde_json::from_slice(version_2.bytes).unwrap();
    let pattern = schema["$defs"]["claims"]["properties"]["picture"]["pattern"].as_str().unwrap();
    assert!(pattern.starts_with("^data:image/jpeg;base64,") && shown.starts_with("data:image/jpeg;base64,"));
    assert!(shown.len() < 27_400, "{}", shown.len());

    let without = verified(&world, sd_jwt, &["jobTitle"]).await;
    assert!(without.is_verified(), "{:?}", without.faults);
    assert!(without.claims.get("picture").is_none() && without.claims["jobTitle"] == "Programme Analyst");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_that_shows_everything_has_a_portrait() {
    let world = World::start_offering(FourEyes::WithColleagues, Format::ALL.to_vec()).await;
    world.person("10023").await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    saved(&ann, [200, 30, 30]).await;
    let ldp = fetched(&world, LDP, 1).await.to_string();
    let jwt = fetched(&world, "StaffIdentity_vc_jwt", 2).await;
    let claims = sd_jwt_claims(jwt.as_str().unwrap());
    assert!(!ldp.contains("data:image") && !claims.contains("data:image"));
    let metadata = body(&world.get("/.well-known/openid-credential-issuer/t/undp").await);
    let claims = |name: &str| {
        let configuration = &metadata["credential_configurations_supported"][name]["credential_metadata"];
        let claims = configuration["claims"].as_array().unwrap().clone();
        claims.into_iter().find(|claim| claim["path"].as_array().unwrap().last() == Some(&json!("picture")))
    };
    let told = claims(SD_JWT).unwrap();
    assert_eq!(told["display"].as_array().unwrap().len(), 6, "a name in each language");
    assert_eq!((claims(LDP), claims("StaffIdentity_vc_jwt")), (None, None));
}

/// The payload of a JWT as text.
fn sd_jwt_claims(jwt: &str) -> String {
    use base64::Engine as _;
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).unwrap());
    String::from_utf8(payload.unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_portrait_is_offered_and_takes_the_place_of_the_old_credential() {
    let world = World::start().await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    fetched(&world, SD_JWT, 1).await;
    let offers = async || {
        let page = world.issuer.subject_page(world.tenant("undp"), "s-10023").await.unwrap();
        page.offers.into_iter().filter(|offer| offer.state == OfferState::Open).collect::<Vec<_>>()
    };
    assert!(offers().await.is_empty());
    saved(&ann, [200, 30, 30]).await;
    saved(&ann, [200, 30, 30]).await;
    saved(&ann, [30, 30, 200]).await;
    let open = offers().await;
    assert_eq!(open.len(), 1, "one offer waits, whatever it will say when it is taken");
    let link = world.issuer.offer_link(&World::officer(), &open[0].id).await.unwrap();
    let reply = world.credential(&link, SD_JWT, &Holder::new(2)).await;
    let sd_jwt = reply["credentials"][0]["credential"].as_str().unwrap().to_owned();
    let shown = verified(&world, &sd_jwt, &["picture"]).await.claims["picture"].clone();
    assert!(ann.get(PAGE).await.text().contains(shown.as_str().unwrap()));
    let page = world.issuer.subject_page(world.tenant("undp"), "s-10023").await.unwrap();
    let states: Vec<Status> = page.copies.iter().map(|view| view.copy.status).collect();
    assert_eq!(states.iter().filter(|status| **status == Status::Revoked).count(), 1);

    let removed = ann.post(&format!("{FORM}/remove"), &[]).await;
    assert_eq!(Browser::path_of(&removed), format!("{PAGE}?done=portrait-removed"));
    assert!(!ann.get(PAGE).await.text().contains("data:image"));
    assert_eq!(offers().await.len(), 1, "a staff identity without it");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_is_refused_and_changes_nothing() {
    let world = World::start().await;
    world.person("10023").await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    saved(&ann, [30, 200, 30]).await;
    let before = ann.get(PAGE).await.text();
    let before = between(&before, "src=\"data:", "\"").to_owned();
    let said = |answer: &Answer| (answer.status, answer.text());
    for (bytes, why) in [
        (b"".to_vec(), "Choose a file first"),
        (b"<svg onload='alert(1)'/>".to_vec(), "no JPEG and no PNG"),
        (picture([1, 2, 3])[..200].to_vec(), "damaged"),
        (vec![0; 5 * 1024 * 1024 + 1], "larger than 5 MB"),
    ] {
        let (status, text) = said(&ann.upload(FORM, "face.jpg", &bytes).await);
        assert_eq!(status, 422, "{why}");
        assert!(text.contains(why) && text.contains("data-testid=\"save-portrait\""), "{why}: {text}");
    }
    let after = ann.get(PAGE).await.text();
    assert_eq!(between(&after, "src=\"data:", "\""), before);
    // A picture under the name of another kind is what its bytes say.
    assert_eq!(ann.upload(FORM, "staff.csv", &picture([9, 9, 9])).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_and_the_audit_trail_hold_no_face_in_clear() {
    let world = World::start().await;
    world.person("10023").await;
    let ann = Browser::officer(&world, "undp", "Ann").await;
    saved(&ann, [200, 30, 30]).await;
    let kept = ann.get(PAGE).await.text();
    let kept = between(&kept, "src=\"data:image/jpeg;base64,", "\"").to_owned();
    let mut tx = world.issuer.store().read().await.unwrap();
    let sealed = tx.find_portrait("undp", "s-10023").await.unwrap().unwrap();
    assert!(!sealed.windows(4).any(|bytes| bytes == b"JFIF"));
    assert!(tx.find_portrait("wfp", "s-10023").await.unwrap().is_none());
    drop(tx);
    let trail = ann.get("/console/activity?area=person").await.text();
    assert!(trail.contains("changed a person’s portrait") && !trail.contains(&kept));

    let auditor = Browser::officer_as(&world, "undp", "Eve", Roles::of(&[Role::Auditor])).await;
    assert_eq!(auditor.upload(FORM, "face.jpg", &picture([1, 1, 1])).await.status, 403);
    let stranger = Browser::officer(&world, "wfp", "Mallory").await;
    assert_eq!(stranger.upload(FORM, "face.jpg", &picture([1, 1, 1])).await.status, 404);
}
