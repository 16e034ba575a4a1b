//! One form a person in a mailing, whatever years still ask: it names them, and each of those years knows that it left.

use chrono::NaiveDate;

use crate::fund::{officer, person};
use crate::post::{AMINA, BORIS, new_mailing, night, register, words};
use crate::support::World;
use issuer::app::NewMailing;

async fn mailing(world: &World, kind: &str) -> String {
    let only = NewMailing { kinds: vec![kind.into()], ..new_mailing() };
    let id = world.issuer.make_mailing(&officer("clerk"), &only).await.unwrap();
    world.issuer.gather_mailings(world.tenant("unjspf")).await.unwrap();
    id
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// How many would be suspended for 2026 by this payroll, and why the first of the others would not.
async fn list(world: &World, payroll: &str) -> (usize, Option<String>) {
    let id = world.issuer.prepare_list(&officer("clerk"), 2026, day(payroll)).await.unwrap();
    let list = world.issuer.fund_list("unjspf", &id).await.unwrap().list;
    (list.entries.len(), list.held_out.first().map(|held| held.why.clone()))
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_two_years_ask_gets_one_form_that_names_both() {
    let world = World::start().await;
    register(&world, &[AMINA, BORIS]).await;
    for on in ["2026-06-30", "2026-10-31", "2027-01-04", "2027-05-14", "2027-05-19", "2027-05-20"] {
        night(&world, on).await;
    }
    let waiting = |all: Vec<(String, u64)>| all.into_iter().find(|(kind, _)| kind == "mail-paper");
    let people = Some(("mail-paper".to_owned(), 2));
    assert_eq!(waiting(world.issuer.letters_waiting("unjspf").await.unwrap()), people);
    night(&world, "2027-06-30").await;
    assert_eq!(waiting(world.issuer.letters_waiting("unjspf").await.unwrap()), people, "and no more letters");
    let amina = person(&world, "100000001").await;
    let effects = world.issuer.fund_person_page("unjspf", &amina).await.unwrap().effects;
    let forms = effects.iter().filter(|it| it.kind == "mail-paper");
    let mut forms: Vec<_> = forms.map(|it| (it.year, it.done_by.as_deref())).collect();
    forms.sort_unstable();
    assert_eq!(forms, [(2026, Some("superseded")), (2026, Some("superseded")), (2027, None)]);

    let (forms, notices) = (mailing(&world, "mail-paper").await, mailing(&world, "send-notice").await);
    assert_eq!(world.issuer.mailing("unjspf", &forms).await.unwrap().row.letters, 2);
    let printed = world.issuer.mailing_piece(&officer("clerk"), &forms, 1).await.unwrap();
    let said = words(&printed).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("compte pour chacune de ces années : 2026, 2027. Un seul formulaire"), "{said}");
    assert!(list(&world, "2027-09-01").await.1.unwrap().contains("form"), "it lies in the house");
    world.issuer.mailing_piece(&officer("clerk"), &notices, 1).await.unwrap();
    for id in [&forms, &notices] {
        world.issuer.post_mailing(&officer("clerk"), id, day("2027-06-30")).await.unwrap();
    }
    assert_eq!(list(&world, "2027-08-01").await.0, 0, "it has its days");
    assert_eq!(list(&world, "2027-09-01").await, (2, None), "and is a form of 2026 as well");
}
