//! The file to take along holds everything that is kept of the person.

use serde_json::json;

use crate::enrolment::claimed;
use crate::presenting::open;
use crate::world::World;

#[actix_web::test]
async fn file_has_the_proofs_with_their_receipts_and_what_was_asked_and_offered() {
    let world = World::new().await;
    let person = world.holder("anna").await;
    open(&world, &person).await;
    let proof = json!({ "requestUri": world.existence_uri() });
    person.post("/v1/existence", proof).await.expect(201).unwrap();
    world.others.knobs().enrolment = claimed();
    let fund = format!("{}/t/unjspf", world.others.base);
    let claim = json!({ "fund": fund, "uid": "100482317", "code": "01AZH-ZZ045" });
    person.post("/v1/enrolments", claim).await.expect(201).unwrap();
    let file = person.get("/v1/export").await.expect(200).unwrap().json().unwrap();
    assert_eq!(file["proofs"][0]["year"], 2026);
    assert_eq!(file["enrolments"][0]["fund"]["proven"], true);
    assert_eq!(file["requests"][0]["purpose"], "Entry to the Rome office");
    assert_eq!(file["offers"][0]["state"], "received");
    assert_eq!((&file["mandates"], &file["deskKeys"]), (&json!([]), &json!([])));
    let text = file.to_string();
    assert!(!text.contains("ZZ045") && !text.contains("secret"), "what opens something at others stays here");
}

/// Every table with something of an account: what of it is in the file, or why not.
const TABLES: [(&str, &str); 20] = [
    ("accounts", "account"),
    ("activities", "activity"),
    ("sharings", "sharings"),
    ("existences", "proofs"),
    ("enrolments", "enrolments"),
    ("presentations", "requests"),
    ("credentials", "credentials"),
    ("offers", "offers"),
    ("mandates", "mandates"),
    ("desk_keys", "deskKeys"),
    ("pins", "account: when it was set; the PIN itself can be read by nobody"),
    ("device_keys", "account"),
    ("sessions", "account"),
    ("passkeys", "account"),
    ("recovery_codes", "account: when it was made; the code can be read by nobody"),
    ("assisted_recoveries", "activity: what others asked for stands there"),
    ("desk_queue", "prepared for half an hour, and then a proof"),
    ("ceremonies", "challenges of five minutes"),
    ("officers", "of the office, not of the person"),
    ("custodies", "a key that is sealed and never leaves the service"),
];

#[actix_web::test]
async fn every_table_of_an_account_is_in_the_file_or_has_its_reason() {
    let source = include_str!("../../../../crates/store-wallet/src/accounts.rs");
    let deleted = source.split("\"DELETE FROM ").skip(1).filter_map(|rest| rest.split_once(' '));
    for (table, _) in deleted {
        assert!(
            TABLES.iter().any(|(named, _)| *named == table),
            "{table} is kept of a person and not in the file"
        );
    }
}
