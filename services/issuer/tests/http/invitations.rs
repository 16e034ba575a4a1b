//! Inviting many people by letter: from the register to a wallet that uses the code of the paper.

use entitlement::enrolment::Stage;
use issuance::Scope;
use issuer::app::{FundError, NewInvitations, NewMailing};
use serde_json::{Value, json};
use testkit::b64;

use crate::console::{Browser, between};
use crate::enrolment::claim;
use crate::fund::{officer, person, send};
use crate::post::{AMINA, BORIS, at, new_mailing, register, words};
use crate::support::{World, json as body, problem};

const CLARA: &str = "100000003,Clara,Ruiz,1955-02-01,ESP,es,one,,,post,2003-01-01";

fn everybody() -> NewInvitations {
    NewInvitations { hours: "9:00–17:00 UTC−5".into(), ..NewInvitations::default() }
}

async fn invited(world: &World, new: &NewInvitations) -> u64 {
    let by = officer("clerk");
    let run = world.issuer.select_invitations(&by, new).await.unwrap();
    world.issuer.confirm_invitations(&by, &run).await.unwrap();
    world.issuer.work_off_invitations(world.tenant("unjspf")).await.unwrap();
    let view = world.issuer.invitation_run("unjspf", &run).await.unwrap();
    assert_eq!(view.run.state, "finished");
    view.run.progress.asked
}

fn only_these() -> NewMailing {
    NewMailing { kinds: vec!["invite-to-enrol".into()], ..new_mailing() }
}

async fn mailing(world: &World) -> String {
    let id = world.issuer.make_mailing(&officer("clerk"), &only_these()).await.unwrap();
    world.issuer.gather_mailings(world.tenant("unjspf")).await.unwrap();
    id
}

/// The codes of a printed part, in the order of its letters.
fn codes(text: &str) -> Vec<String> {
    let is_code = |word: &&str| {
        word.len() == 11
            && word.as_bytes()[5] == b'-'
            && word.bytes().all(|it| it == b'-' || it.is_ascii_digit() || it.is_ascii_uppercase())
    };
    text.split_whitespace().filter(is_code).map(str::to_owned).collect()
}

async fn printed(world: &World, mailing: &str) -> String {
    words(&world.issuer.mailing_piece(&officer("clerk"), mailing, 1).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_register_to_a_wallet_with_the_code_of_the_letter() {
    let world = World::start().await;
    register(&world, &[AMINA, BORIS, CLARA]).await;
    let by = issuance::Actor { tenant: "unjspf".into(), officer: "admin".into() };
    let token = world.issuer.create_service_client(&by, "m", &[Scope::FundCycle]).await.unwrap();
    let call = async |method: &str, path: &str, sent: &Value| -> (u16, Value) {
        let (status, bytes) = send(&world, method, path, &token, "application/json", &sent.to_string()).await;
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    };
    let (status, refused) = call("POST", "invitations", &json!({"languages": ["de"]})).await;
    assert_eq!((status, refused["detail"].is_string()), (400, true), "{refused}");
    let order = json!({"hours": "9:00–17:00 UTC−5", "ages": {"from": 60, "to": 100}});
    let (status, run) = call("POST", "invitations", &order).await;
    assert_eq!((status, &run["state"], &run["people"]), (201, &json!("preview"), &json!(3)), "{run}");
    assert_eq!(run["withoutAppointment"], 3, "no time is open");
    let id = run["id"].as_str().unwrap().to_owned();
    assert!(!world.issuer.work_off_invitations(world.tenant("unjspf")).await.unwrap(), "nobody confirmed it");
    let confirm = format!("invitations/{id}/confirmation");
    assert_eq!(call("POST", &confirm, &json!({})).await.1["state"], "running");
    world.issuer.work_off_invitations(world.tenant("unjspf")).await.unwrap();
    assert_eq!(call("POST", &confirm, &json!({})).await.1["state"], "finished", "again changes nothing");
    let (_, run) = call("GET", &format!("invitations/{id}"), &json!({})).await;
    assert_eq!(
        (&run["asked"], &run["people"], &run["apart"]["letterWaits"]),
        (&json!(3), &json!(0), &json!(3))
    );
    assert_eq!(call("GET", "invitations", &json!({})).await.1, json!([id]));

    // Everything that waits leaves without these; together with others they do not leave.
    let with_others =
        NewMailing { kinds: vec!["invite-to-enrol".into(), "mail-paper".into()], ..new_mailing() };
    let mixed = world.issuer.make_mailing(&officer("clerk"), &with_others).await;
    assert!(matches!(mixed, Err(FundError::Form(_))), "{mixed:?}");
    let mailing = mailing(&world).await;
    let view = world.issuer.mailing("unjspf", &mailing).await.unwrap();
    assert_eq!((view.row.letters, view.row.left_out), (2, 1), "Clara has no address");
    let text = printed(&world, &mailing).await;
    for expected in [
        "Amina Diallo",
        "100 000 001",
        "Appelez le +1 212 963 6931, du lundi au vendredi, 9:00–17:00 UTC-5",
        "Тверская 1",
        "+1 212 963 6931",
    ] {
        assert!(text.replace('\u{a0}', " ").contains(expected), "{expected}: {text}");
    }
    let codes = codes(&text);
    assert_eq!(codes.len(), 2, "{text}");
    let link = text.split_whitespace().find(|word| word.starts_with("http")).unwrap();
    assert!(!codes.iter().any(|code| link.contains(code)), "the address has no secret");
    assert_eq!(text, printed(&world, &mailing).await, "the same file again");

    // Russia is printed before Senegal.
    let refused = claim(&world, "100000001", &codes[0], &b64([7; 32])).await;
    assert_eq!(problem(&refused), (403, "invitation-refused".into()), "a code is one person's");
    let begun = body(&claim(&world, "100000001", &codes[1], &b64([7; 32])).await);
    assert_eq!((&begun["state"], &begun["givenName"]), (&json!("claimed"), &json!("Amina")));
    let view = world.issuer.mailing("unjspf", &mailing).await.unwrap();
    assert_eq!(view.withdrawn, 1, "a letter with a used code does not leave");
    assert!(!printed(&world, &mailing).await.contains("Amina Diallo"));

    let day = clock::Clock::now(&world.clock).date_naive();
    assert_eq!(world.issuer.post_mailing(&officer("clerk"), &mailing, day).await.unwrap(), 1);
    let again = world.issuer.mailing_piece(&officer("clerk"), &mailing, 1).await;
    assert!(matches!(again, Err(FundError::Conflict(_))), "the codes are erased with the post: {again:?}");
    world.issuer.note_what_left(world.tenant("unjspf")).await.unwrap();
    let reckoning = world.issuer.reckon_fund(&officer("eve"), 2026).await.unwrap();
    assert!(reckoning.balances(), "{:?}", reckoning.lines);
    let begun = claim(&world, "100000002", &codes[0], &b64([8; 32])).await;
    assert_eq!(body(&begun)["state"], "claimed", "the paper has it still");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_and_a_mailing_that_are_cut_off_invite_everybody_once() {
    let world = World::start().await;
    let rows: Vec<String> = (0..1_100)
        .map(|at| {
            let uid = 100_000_001 + at;
            format!("{uid:09},Given,Family{at},1950-05-05,FRA,fr,one,1 rue {at} | Paris,,post,2012-01-01")
        })
        .collect();
    register(&world, &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let by = officer("clerk");
    let run = world.issuer.select_invitations(&by, &everybody()).await.unwrap();
    world.issuer.confirm_invitations(&by, &run).await.unwrap();
    let tenant = world.tenant("unjspf");
    let mut cut = 0;
    for patience in 1..500 {
        let work = world.issuer.work_off_invitations(tenant);
        match tokio::time::timeout(std::time::Duration::from_millis(patience * 2), work).await {
            Ok(done) => {
                assert!(done.is_ok());
                break;
            }
            Err(_) => cut += 1,
        }
    }
    assert!(cut > 0, "the run was never cut off");
    let made = world.issuer.make_mailing(&by, &only_these()).await.unwrap();
    let mut cut = 0;
    for patience in 1..500 {
        let work = world.issuer.gather_mailings(tenant);
        match tokio::time::timeout(std::time::Duration::from_millis(patience * 5), work).await {
            Ok(done) => {
                assert!(done.is_ok());
                break;
            }
            Err(_) => cut += 1,
        }
    }
    assert!(cut > 0, "the mailing was never cut off");
    let view = world.issuer.invitation_run("unjspf", &run).await.unwrap();
    assert_eq!((view.run.progress.asked, view.people(), view.apart[2]), (1_100, 0, 1_100));
    let mailing = world.issuer.mailing("unjspf", &made).await.unwrap();
    assert_eq!((mailing.row.letters, mailing.row.left_out), (1_100, 0));
    let mut tx = world.issuer.store().read().await.unwrap();
    let live = tx.list_enrolments_in("unjspf", Stage::Invited, 5_000).await.unwrap();
    let people: std::collections::BTreeSet<_> = live.iter().map(|it| it.subject_id.clone()).collect();
    assert_eq!((live.len(), people.len()), (1_100, 1_100), "one code each");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_code_alone_counts_and_a_mailing_that_is_given_up_takes_its_codes_with_it() {
    let world = World::start().await;
    register(&world, &[AMINA]).await;
    let subject = subject_of(&world, "100000001").await;
    let first = world.issuer.invite_to_enrol(&officer("clerk"), &subject).await.unwrap().code;
    assert_eq!(invited(&world, &everybody()).await, 0, "she has an invitation that lives");
    let again = NewInvitations { again: true, ..everybody() };
    assert_eq!(invited(&world, &again).await, 1);
    assert_eq!(invited(&world, &again).await, 0, "her letter waits already");
    let given_up = mailing(&world).await;
    let old = codes(&printed(&world, &given_up).await).remove(0);
    let refused = claim(&world, "100000001", &first, &b64([7; 32])).await;
    assert_eq!(problem(&refused).1, "invitation-refused", "the code before it is dead");
    world.issuer.cancel_mailing(&officer("clerk"), &given_up).await.unwrap();
    let refused = claim(&world, "100000001", &old, &b64([7; 32])).await;
    assert_eq!(problem(&refused).1, "invitation-refused", "nobody has it on paper");
    let second = mailing(&world).await;
    let new = codes(&printed(&world, &second).await).remove(0);
    // An officer reads another code out on the telephone: the letter is not printed any more.
    let spoken = world.issuer.invite_to_enrol(&officer("clerk"), &subject).await.unwrap().code;
    assert_eq!(world.issuer.mailing("unjspf", &second).await.unwrap().withdrawn, 1);
    let refused = claim(&world, "100000001", &new, &b64([7; 32])).await;
    assert_eq!(problem(&refused).1, "invitation-refused");
    assert_eq!(claim(&world, "100000001", &spoken, &b64([7; 32])).await.status, 200);
    assert_eq!(invited(&world, &again).await, 0, "whoever began is left alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_began_before_the_letter_is_gathered_keeps_what_they_began() {
    let world = World::start().await;
    register(&world, &[AMINA, BORIS]).await;
    let boris = subject_of(&world, "100000002").await;
    let spoken = world.issuer.invite_to_enrol(&officer("clerk"), &boris).await.unwrap().code;
    let again = NewInvitations { again: true, ..everybody() };
    assert_eq!(invited(&world, &again).await, 2);
    assert_eq!(claim(&world, "100000002", &spoken, &b64([7; 32])).await.status, 200);
    let mailing = mailing(&world).await;
    let view = world.issuer.mailing("unjspf", &mailing).await.unwrap();
    assert_eq!((view.row.letters, view.row.left_out), (1, 0), "Amina alone");
    let status = body(&claim(&world, "100000002", &spoken, &b64([7; 32])).await);
    assert_eq!(status["state"], "claimed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_takes_letter_and_invitation_back() {
    let world = World::start().await;
    register(&world, &[AMINA, BORIS]).await;
    assert_eq!(invited(&world, &everybody()).await, 2);
    let mailing = mailing(&world).await;
    let codes = codes(&printed(&world, &mailing).await);
    let dead = format!("{AMINA},2026-01-20");
    let head = "uid,given_name,family_name,birth_date,country,language,track,address,email,medium,in_payment_since,died_on";
    world.clock.set(at("2026-01-25", 9));
    let file = format!("{head}\n{dead}\n");
    let file = issuance::import::File { bytes: file.as_bytes(), sheet: None };
    let source = issuer::app::RegisterSource::Sheet { name: "deaths.csv", file };
    let import = world.issuer.upload_register(&officer("clerk"), source).await.unwrap();
    world.issuer.confirm_register(&officer("clerk"), &import).await.unwrap();
    world.issuer.work_off_registers().await.unwrap();
    assert_eq!(world.issuer.mailing("unjspf", &mailing).await.unwrap().withdrawn, 1);
    let refused = claim(&world, "100000001", &codes[1], &b64([7; 32])).await;
    assert_eq!(problem(&refused).1, "invitation-refused");
    assert_eq!(invited(&world, &NewInvitations { again: true, ..everybody() }).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_choose_look_and_confirm_at_the_console() {
    let world = World::start().await;
    register(&world, &[AMINA, BORIS, CLARA]).await;
    let flo = Browser::officer(&world, "unjspf", "Flo").await;
    let supply = flo.get("/console/enrolment").await.text();
    assert!(
        supply.contains("No appointment is open") && supply.contains("3 people who can take part"),
        "{supply}"
    );
    let list = b"uid\n100000001\n100000003\n999999999\n";
    let fields = [("language", "fr"), ("language", "es"), ("age_from", "60"), ("medium", "mail")];
    let made = flo.upload_with("/console/fund/invitations", &fields, ("list", list)).await;
    let path = Browser::path_of(&made);
    let page = flo.get(&path).await.text();
    for expected in [
        "Invite 1 person?",
        "No appointment is free in their languages",
        "1 of 3 numbers of the list are not on the register",
        "French, Spanish",
        "60 to 130",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    assert_eq!(Browser::path_of(&flo.post(&format!("{path}/confirm"), &[]).await), path);
    world.issuer.work_off_invitations(world.tenant("unjspf")).await.unwrap();
    let page = flo.get(&path).await.text();
    assert!(page.contains("1 letter asked for") && page.contains("/console/fund/mailings"), "{page}");
    assert!(flo.get("/console/fund/mailings").await.text().contains("Invitations to enrol, with a code"));
    let post = format!("/console/fund/people/{}/post", person(&world, "100000001").await);
    mailing(&world).await;
    assert!(flo.get(&post).await.text().contains("Invitation to enrol"));

    let bad = flo.upload_with("/console/fund/invitations", &[], ("list", b"uid\nAmina\n")).await;
    assert_eq!(bad.status, 422);
    assert!(bad.text().contains("nine-digit number"), "{}", bad.text());
    let made = flo.upload_with("/console/fund/invitations", &[("countries", "rus")], ("list", b"")).await;
    let path = Browser::path_of(&made);
    assert_eq!(
        Browser::path_of(&flo.post(&format!("{path}/stop"), &[]).await),
        "/console/fund/invitations?done=stopped"
    );
    assert_eq!(flo.post(&format!("{path}/confirm"), &[]).await.status, 409, "it is stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_an_officer_prints_is_in_the_persons_language() {
    let world = World::start().await;
    register(&world, &[AMINA]).await;
    let flo = Browser::officer(&world, "unjspf", "Flo").await;
    let subject = subject_of(&world, "100000001").await;
    let page = flo.post(&format!("/console/retirees/{subject}/enrolment"), &[]).await.text();
    let letter = between(&page, "data-testid=\"paper-invitation\"", "</article>");
    assert!(page.contains("<article class=\"card\" lang=\"fr\" dir=\"ltr\""), "{page}");
    assert!(letter.contains("Bonjour Amina Diallo") && letter.contains("Votre code"), "{letter}");
}

async fn subject_of(world: &World, uid: &str) -> String {
    let mut tx = world.issuer.store().read().await.unwrap();
    tx.find_subject_by_number("unjspf", uid).await.unwrap().unwrap().id
}
