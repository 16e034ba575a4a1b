//! What the end of a life or a benefit asks for, and letters about payments: held, resumed, and to survivors.

use issuance::import::File;
use issuance::{CredentialType, Status};
use issuer::app::{CaseDecision, CaseType, NewMailing, RegisterSource};

use crate::console::Browser;
use crate::existence::{Phone, asked, fetch, officer as clerk, registered, send};
use crate::fund::{approved_list, at, notices_left, officer, person, prove};
use crate::post::words;
use crate::support::{World, json as body};

const HEAD: &str = "uid,given_name,family_name,birth_date,country,language,track,address,email,medium,in_payment_since,died_on";
const AMINA: &str = "100000001,Amina,Diallo,1950-05-05,SEN,fr,one,12 rue des Écoles | Dakar,amina@example.org,mail,2012-01-01,";
const BORIS: &str = "100000002,Boris,Petrov,1940-02-01,RUS,ru,one,\"Тверская 1 | Москва\",,post,2003-01-01,";

async fn import(world: &World, rows: &[&str]) {
    let text = format!("{HEAD}\n{}\n", rows.join("\n"));
    let file = File { bytes: text.as_bytes(), sheet: None };
    let source = RegisterSource::Sheet { name: "people.csv", file };
    let id = world.issuer.upload_register(&officer("clerk"), source).await.unwrap();
    world.issuer.confirm_register(&officer("boss"), &id).await.unwrap();
    world.issuer.work_off_registers().await.unwrap();
}

async fn night(world: &World, day: &str) {
    world.clock.set(at(day, 2));
    let run = world.issuer.run_fund_night(&officer("system")).await.unwrap();
    assert_eq!(run.faults, vec![]);
}

/// Two people whose payment is on hold from 1 June 2027.
async fn suspended() -> World {
    let world = World::start().await;
    world.clock.set(at("2026-01-05", 12));
    import(&world, &[AMINA, BORIS]).await;
    for day in
        ["2026-01-06", "2026-06-30", "2026-10-31", "2027-01-04", "2027-05-14", "2027-05-19", "2027-05-20"]
    {
        night(&world, day).await;
    }
    notices_left(&world).await;
    approved_list(&world).await;
    night(&world, "2027-06-01").await;
    world
}

/// A mailing of one kind, gathered.
async fn mailing(world: &World, kind: &str) -> String {
    let new = NewMailing {
        kinds: vec![kind.into()],
        telephone: "+1 212 963 6931".into(),
        return_address: "New York".into(),
    };
    let id = world.issuer.make_mailing(&officer("clerk"), &new).await.unwrap();
    world.issuer.gather_mailings(world.tenant("unjspf")).await.unwrap();
    id
}

async fn text(world: &World, id: &str) -> String {
    let pdf = world.issuer.mailing_piece(&officer("clerk"), id, 1).await.unwrap();
    words(&pdf).split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn letters(world: &World, id: &str) -> (u64, u64) {
    let view = world.issuer.mailing("unjspf", id).await.unwrap();
    (view.row.letters, view.withdrawn)
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_say_that_payment_is_on_hold_and_that_it_begins_again() {
    let world = suspended().await;
    let (amina, boris) = (person(&world, "100000001").await, person(&world, "100000002").await);
    let held = mailing(&world, "hold-payment").await;
    assert_eq!(letters(&world, &held).await, (2, 0));
    let said = text(&world, &held).await;
    for expected in
        ["suspendu à partir du 1er juin 2027", "Votre droit n’est pas perdu", "Выплата приостановлена"]
    {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let again = NewMailing {
        kinds: vec!["hold-payment".into()],
        telephone: "+1 212 963 6931".into(),
        return_address: "New York".into(),
    };
    let again = world.issuer.make_mailing(&officer("clerk"), &again).await;
    assert!(matches!(again, Err(issuer::app::FundError::Conflict(_))), "each once: {again:?}");

    // Her proof takes the letter back that did not leave, and another one says that payment begins again.
    world.clock.set(at("2027-06-03", 12));
    prove(&world, &amina, 1, "2027-06-02").await;
    assert_eq!(letters(&world, &held).await, (2, 1));
    assert!(!text(&world, &held).await.contains("Amina"));
    let left =
        world.issuer.post_mailing(&officer("clerk"), &held, "2027-06-03".parse().unwrap()).await.unwrap();
    assert_eq!(left, 1);
    let effects = world.issuer.fund_person_page("unjspf", &boris).await.unwrap().effects;
    let hold = effects.iter().find(|effect| effect.kind == "hold-payment").unwrap();
    assert_eq!(hold.done_by.as_deref(), Some(&*format!("mailing {held}")), "the proof of sending");
    let resumed = mailing(&world, "resume-payment").await;
    let said = text(&world, &resumed).await;
    assert!(
        said.contains("Le paiement de votre prestation reprend") && said.contains("Amina Diallo"),
        "{said}"
    );
    assert!(!said.contains("Signature"), "it asks for nothing");
    let post = world.issuer.fund_post("unjspf", &amina).await.unwrap();
    assert!(post.letters.iter().any(|(letter, _)| letter.kind == "resume-payment"));

    // A form in the letter of the hold is a form like any other.
    let rows = world.issuer.mailing_addresses(&officer("clerk"), &held, 1).await.unwrap().unwrap();
    let rows = String::from_utf8(rows).unwrap();
    assert!(rows.lines().nth(1).unwrap().contains('-'), "the number of the form: {rows}");

    // Nobody writes to the dead, and whoever was taken for dead hears that it was an error.
    let case = world.issuer.open_case(&officer("ann"), &amina, CaseType::Death, "a call").await.unwrap();
    let dead = CaseDecision {
        outcome: "confirmed".into(),
        reason: "certificate".into(),
        on: Some("2027-06-02".parse().unwrap()),
        documents: vec!["ab".repeat(32)],
        ..CaseDecision::default()
    };
    world.issuer.decide_case(&officer("ann"), &case, &dead).await.unwrap();
    world.issuer.answer_case(&officer("ben"), &case, true, "").await.unwrap();
    assert_eq!(letters(&world, &resumed).await, (1, 1), "taken back");
    world.issuer.reverse_death(&officer("eve"), &case, "she wrote").await.unwrap();
    let sorry = text(&world, &mailing(&world, "resume-payment").await).await;
    assert!(sorry.contains("Nous avions enregistré votre décès par erreur"), "{sorry}");
}

#[tokio::test(flavor = "multi_thread")]
async fn letter_to_a_survivor_goes_to_the_survivor_in_their_language() {
    let world = World::start().await;
    world.clock.set(at("2026-01-05", 12));
    import(&world, &[AMINA, BORIS]).await;
    night(&world, "2026-01-06").await;
    let (amina, boris) = (person(&world, "100000001").await, person(&world, "100000002").await);
    let case = world.issuer.open_case(&officer("ann"), &boris, CaseType::Survivor, "a letter").await.unwrap();
    let whom = CaseDecision {
        outcome: "converted".into(),
        reason: "the file".into(),
        on: Some("2026-01-04".parse().unwrap()),
        survivor_uid: "100000001".into(),
        ..CaseDecision::default()
    };
    world.issuer.decide_case(&officer("ann"), &case, &whom).await.unwrap();
    world.issuer.answer_case(&officer("ben"), &case, true, "").await.unwrap();
    let id = mailing(&world, "invite-survivor").await;
    assert_eq!(letters(&world, &id).await, (1, 0));
    let said = text(&world, &id).await;
    for expected in
        ["Amina Diallo", "12 rue des Écoles", "le décès de Boris Petrov", "Une prestation vous revient"]
    {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(!said.contains("Тверская"), "not to the address of the dead: {said}");
    let post = world.issuer.fund_post("unjspf", &amina).await.unwrap();
    assert_eq!(post.letters.iter().filter(|(letter, _)| letter.kind == "invite-survivor").count(), 1);
    assert!(world.issuer.fund_post("unjspf", &boris).await.unwrap().letters.is_empty());
    let browser = Browser::officer(&world, "unjspf", "Fatou Agent").await;
    assert!(browser.get("/console/fund/mailings").await.text().contains("To survivors"));
}

/// Somebody who holds a certificate of entitlement, the question's id, and the person on the register.
async fn certified(world: &World) -> (String, String) {
    let person = registered(world).await;
    world.issuer.run_fund_night(&clerk()).await.unwrap();
    let (id, path) = asked(world).await;
    let request = body(&world.get(&path).await);
    let mut phone = Phone::new(5);
    assert_eq!(send(world, &path, &phone.answer(&request)).await.status, 200);
    for by in [clerk(), officer("second")] {
        world.issuer.confirm_existence(&by, &id, entitlement::Channel::Call, "").await.unwrap();
    }
    let confirmed = body(&world.get(&path).await);
    let offer = confirmed["credentialOfferUri"].as_str().unwrap();
    assert_eq!(fetch(world, offer, &phone.holder).await.status, 200);
    (person, id)
}

async fn copies(world: &World, request: &str) -> Vec<Status> {
    let subject = world.issuer.request_page("unjspf", request).await.unwrap().subject.id;
    let page = world.issuer.subject_page(world.tenant("unjspf"), &subject).await.unwrap();
    page.copies
        .into_iter()
        .map(|view| view.copy)
        .filter(|copy| copy.configuration.credential_type == CredentialType::DigitalCertificateOfEntitlement)
        .map(|copy| copy.status)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_of_the_dead_are_revoked_once_and_it_stands_in_the_journal() {
    let world = World::start().await;
    let (person, request) = certified(&world).await;
    assert_eq!(copies(&world, &request).await, [Status::Valid]);
    let tenant = world.tenant("unjspf");
    assert_eq!(world.issuer.revoke_entitlements(tenant).await.unwrap(), 0, "nobody asked");
    let case = world.issuer.open_case(&clerk(), &person, CaseType::Death, "a call").await.unwrap();
    let dead = CaseDecision {
        outcome: "confirmed".into(),
        reason: "certificate".into(),
        on: Some(world.issuer.clock_now().date_naive()),
        documents: vec!["ab".repeat(32)],
        ..CaseDecision::default()
    };
    world.issuer.decide_case(&clerk(), &case, &dead).await.unwrap();
    assert_eq!(world.issuer.revoke_entitlements(tenant).await.unwrap(), 0, "one officer is not enough");
    world.issuer.answer_case(&officer("ben"), &case, true, "").await.unwrap();

    // Cut off before it is whole, nothing is done and it is found again.
    let cut = world.issuer.revoke_entitlements(tenant);
    let _ = tokio::time::timeout(std::time::Duration::from_micros(1), cut).await;
    // It may have come as far as its commit, which goes on alone; whoever writes next waits for it.
    world.issuer.store().write("test").await.unwrap().commit().await.unwrap();
    world.issuer.revoke_entitlements(tenant).await.unwrap();
    assert_eq!(copies(&world, &request).await, [Status::Revoked]);
    assert_eq!(world.issuer.revoke_entitlements(tenant).await.unwrap(), 0, "done once");
    let page = world.issuer.fund_person_page("unjspf", &person).await.unwrap();
    let done: Vec<_> = page
        .effects
        .iter()
        .filter(|it| it.kind == "revoke-certificates")
        .map(|it| it.done_by.clone())
        .collect();
    assert_eq!(done, [Some("revoked 1".to_owned())]);
    let export = world.issuer.export_journal(&officer("eve"), &person).await.unwrap();
    assert!(
        entitlement::journal::verify(&export).holds(),
        "{:?}",
        entitlement::journal::verify(&export).checks
    );
    let journal = serde_json::to_string(&export).unwrap();
    assert_eq!(journal.matches("certificatesRevoked").count(), 1, "{journal}");

    // The death was none: what is revoked stays so, and an officer offers another one.
    world.issuer.reverse_death(&officer("eve"), &case, "she came").await.unwrap();
    world.issuer.revoke_entitlements(tenant).await.unwrap();
    assert_eq!(copies(&world, &request).await, [Status::Revoked]);
    let proof = page.receipts[0].id.clone();
    let offer = world.issuer.offer_certificate(&officer("ann"), &proof).await.unwrap();
    assert_eq!(world.issuer.offer_certificate(&officer("ann"), &proof).await.unwrap(), offer);
}

#[tokio::test(flavor = "multi_thread")]
async fn death_that_is_taken_back_before_anything_was_revoked_revokes_nothing() {
    let world = World::start().await;
    let (person, request) = certified(&world).await;
    let case = world.issuer.open_case(&clerk(), &person, CaseType::Death, "a call").await.unwrap();
    let dead = CaseDecision {
        outcome: "confirmed".into(),
        reason: "certificate".into(),
        on: Some(world.issuer.clock_now().date_naive()),
        documents: vec!["ab".repeat(32)],
        ..CaseDecision::default()
    };
    world.issuer.decide_case(&clerk(), &case, &dead).await.unwrap();
    world.issuer.answer_case(&officer("ben"), &case, true, "").await.unwrap();
    world.issuer.reverse_death(&officer("eve"), &case, "she came").await.unwrap();
    world.issuer.revoke_entitlements(world.tenant("unjspf")).await.unwrap();
    assert_eq!(copies(&world, &request).await, [Status::Valid]);
    let page = world.issuer.fund_person_page("unjspf", &person).await.unwrap();
    let asked = page.effects.iter().find(|it| it.kind == "revoke-certificates").unwrap();
    assert_eq!(asked.done_by.as_deref(), Some("withdrawn"));
}
