//! The register and the list of retirees: who comes onto the one gets a record on the other, which follows it.

use issuance::Subject;
use issuance::import::{File, Retiree};
use issuer::app::RegisterSource;

use crate::fund::{officer, person};
use crate::support::World;

const HEAD: &str = "uid,given_name,family_name,birth_date,country,language,track,email,medium,in_payment_since,benefit_until,died_on";

async fn import(world: &World, rows: &[&str]) {
    let text = format!("{HEAD}\n{}\n", rows.join("\n"));
    let source =
        RegisterSource::Sheet { name: "people.csv", file: File { bytes: text.as_bytes(), sheet: None } };
    let id = world.issuer.upload_register(&officer("clerk"), source).await.unwrap();
    world.issuer.confirm_register(&officer("boss"), &id).await.unwrap();
    world.issuer.work_off_registers().await.unwrap();
}

async fn record(world: &World, uid: &str) -> Option<Subject> {
    world.issuer.store().read().await.unwrap().find_subject_by_number("unjspf", uid).await.unwrap()
}

async fn address(world: &World, subject: &Subject) -> Option<String> {
    let view = world.issuer.contact_of(world.tenant("unjspf"), &subject.id).await.unwrap();
    view.contact.map(|contact| contact.email)
}

async fn is_ended(world: &World, subject: &Subject) -> bool {
    let page = world.issuer.subject_page(world.tenant("unjspf"), &subject.id).await.unwrap();
    page.ended.is_some()
}

fn said<'a>(subject: &'a Subject, claim: &str) -> &'a str {
    subject.claims[claim].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_made_once_and_follow_name_language_country_and_address() {
    let world = World::start().await;
    import(&world, &["100000001,Amina,Diallo,1950-05-05,SEN,fr,one,a@example.org,mail,2012-01-01,,"]).await;
    let first = record(&world, "100000001").await.unwrap();
    assert_eq!(
        (said(&first, "familyName"), said(&first, "language"), said(&first, "country")),
        ("Diallo", "fr", "SEN")
    );
    assert_eq!(address(&world, &first).await.as_deref(), Some("a@example.org"));
    import(&world, &["100000001,Amina,Diallo-Ba,1950-05-05,MAR,ar,one,b@example.org,mail,2012-01-01,,"])
        .await;
    let second = record(&world, "100000001").await.unwrap();
    assert_eq!((&second.id, second.name.as_str()), (&first.id, "Amina Diallo-Ba"));
    assert_eq!((said(&second, "language"), said(&second, "country")), ("ar", "MAR"));
    assert_eq!(address(&world, &second).await.as_deref(), Some("b@example.org"));
    // Whoever wants letters has no address for messages.
    import(&world, &["100000001,Amina,Diallo-Ba,1950-05-05,MAR,ar,one,b@example.org,post,2012-01-01,,"])
        .await;
    assert_eq!(address(&world, &second).await, None);
    import(&world, &["100000001,Amina,Diallo-Ba,1950-05-05,MAR,ar,one,b@example.org,post,2012-01-01,,"])
        .await;
    assert_eq!(record(&world, "100000001").await.unwrap(), record(&world, "100000001").await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_made_by_hand_is_linked_and_keeps_what_the_register_does_not_say() {
    let world = World::start().await;
    let by_hand = |uid: &str| Retiree {
        uid: uid.into(),
        given_name: "Amina".into(),
        family_name: "Diallo".into(),
        country: None,
        language: None,
        email: Some("hand@example.org".into()),
    };
    let id = world.issuer.add_beneficiary(&officer("clerk"), by_hand("100000001")).await.unwrap();
    let other = world.issuer.add_beneficiary(&officer("clerk"), by_hand("100000009")).await.unwrap();
    import(&world, &["100000001,Amina,Diallo,1950-05-05,SEN,fr,one,a@example.org,mail,2012-01-01,,"]).await;
    let linked = record(&world, "100000001").await.unwrap();
    assert_eq!((linked.id.as_str(), said(&linked, "language")), (id.as_str(), "fr"));
    assert_eq!(
        address(&world, &linked).await.as_deref(),
        Some("hand@example.org"),
        "the officer's word stays"
    );
    // Added by hand once more, it is the same record; somebody whom the register does not know is a mistake.
    assert_eq!(world.issuer.add_beneficiary(&officer("clerk"), by_hand("100000001")).await.unwrap(), id);
    assert!(world.issuer.add_beneficiary(&officer("clerk"), by_hand("100000009")).await.is_err());
    assert_eq!(record(&world, "100000009").await.unwrap().id, other);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_ends_the_record_and_one_that_was_none_gives_it_back() {
    let world = World::start().await;
    let alive = "100000001,Amina,Diallo,1950-05-05,SEN,fr,one,,mail,2012-01-01,,";
    let dead = format!("{alive}2026-01-02");
    import(&world, &[alive, "100000002,Boris,Petrov,1940-02-01,RUS,ru,one,,mail,2003-01-01,,2020-01-01"])
        .await;
    assert!(record(&world, "100000002").await.is_none(), "nobody makes a record of the dead");
    let amina = record(&world, "100000001").await.unwrap();
    let code = world.issuer.invite_to_enrol(&officer("clerk"), &amina.id).await.unwrap();
    import(&world, &[&dead]).await;
    assert!(is_ended(&world, &amina).await);
    let enrolments = world.issuer.enrolments_of("unjspf", &amina.id).await.unwrap();
    assert!(!enrolments[0].enrolment.is_open() && enrolments[0].id == code.enrolment);
    import(&world, &[alive]).await;
    assert!(!is_ended(&world, &amina).await, "she lives");
    world.issuer.ask(&officer("clerk"), &amina.id).await.unwrap();
}

/// People who were on the register before it made records.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_on_the_register_before_gets_a_record_without_a_new_file() {
    let world = World::start().await;
    import(&world, &["100000001,Amina,Diallo,1950-05-05,SEN,fr,one,,app,2012-01-01,,"]).await;
    let amina = person(&world, "100000001").await;
    let mut tx = world.issuer.store().write("test").await.unwrap();
    let row = tx.find_fund_person("unjspf", &amina).await.unwrap().unwrap();
    let before = store_issuer::fund::PersonRow { subject_id: None, medium: None, ..row.clone() };
    tx.replace_fund_person("unjspf", &before).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.issuer.fill_records().await.unwrap(), 1);
    assert_eq!(world.issuer.fill_records().await.unwrap(), 0, "once");
    let mut tx = world.issuer.store().read().await.unwrap();
    let after = tx.find_fund_person("unjspf", &amina).await.unwrap().unwrap();
    assert_eq!((after.subject_id, after.medium), (row.subject_id, Some("app".to_owned())));
}
