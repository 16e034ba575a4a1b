//! What left, in the journals: events of letters and messages that an auditor reads and checks.

use entitlement::cycle::{StageName, What};
use entitlement::journal::{Export, Public, Secret, verify};

use crate::fund::{officer, person};
use crate::post::{AMINA, BORIS, Post, at, gathered, night, register};
use crate::support::World;

async fn export(world: &World, person: &str) -> Export {
    world.issuer.export_journal(&officer("eve"), person).await.unwrap()
}

/// What a journal says that left: the kind of event with the key of what asked for it.
fn left(export: &Export) -> Vec<(&'static str, String)> {
    let sent = |secret: &Secret| match secret {
        Secret::Event(event) => match &event.what {
            What::MessageSent { effect, .. } | What::LetterPosted { effect, .. } => {
                Some((event.what.name(), effect.clone()))
            }
            _ => None,
        },
        Secret::Night { .. } => None,
    };
    export.entries.iter().filter_map(|entry| sent(&entry.secret)).collect()
}

fn nights(export: &Export) -> usize {
    export.entries.iter().filter(|it| matches!(it.entry.public, Public::Night { .. })).count()
}

async fn noted(world: &World) -> usize {
    world.issuer.note_what_left(world.tenant("unjspf")).await.unwrap()
}

/// Gathers, prints and posts what waits.
async fn post(world: &World, day: &str) -> u64 {
    let (by, id) = (officer("clerk"), gathered(world).await);
    let pieces = world.issuer.mailing("unjspf", &id).await.unwrap().pieces.len() as u64;
    for piece in 1..=pieces {
        world.issuer.mailing_piece(&by, &id, piece).await.unwrap();
    }
    world.issuer.post_mailing(&by, &id, day.parse().unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn journal_says_once_what_left_and_holds_nothing_of_the_person() {
    let world = Post::start(&[AMINA]).await;
    let amina = person(&world.world, "100000001").await;
    night(&world.world, "2026-12-02").await;
    world.world.clock.set(at("2026-12-02", 9));
    assert_eq!((world.run().await, noted(&world.world).await), (1, 1), "the reminder");
    let letters = post(&world.world, "2026-12-02").await;
    assert!(letters > 0, "the form");
    assert_eq!(noted(&world.world).await as u64, letters);
    assert_eq!(noted(&world.world).await, 0, "once");

    let before = export(&world.world, &amina).await;
    let shown = left(&before);
    assert!(shown[0].0 == "message-sent" && shown[0].1.contains("/reminder-"), "{shown:?}");
    assert!(shown[1..].iter().all(|(name, _)| *name == "letter-posted"), "{shown:?}");
    assert_eq!(shown.len() as u64, letters + 1);
    let text = serde_json::to_string(&before).unwrap();
    for secret in ["amina@example.org", "Diallo", "coles", "Dakar"] {
        assert!(!text.contains(secret), "{secret} is in it");
    }
    // A night that reads nothing else moves on past it and writes nothing.
    night(&world.world, "2026-12-03").await;
    let after = export(&world.world, &amina).await;
    assert_eq!(nights(&after), nights(&before));
    // The form has had its days.
    night(&world.world, "2027-01-20").await;
    let after = export(&world.world, &amina).await;
    assert!(nights(&after) > nights(&before));
    for export in [&before, &after] {
        let report = verify(export);
        assert!(report.holds(), "{:?}", report.checks);
    }
    // Somebody who takes it back afterwards is found.
    let forged = text.replacen("letter-posted", "message-sent", 1);
    assert!(!verify(&serde_json::from_str(&forged).unwrap()).holds());
    let made = world.world.issuer.reckon_fund(&officer("eve"), 2026).await.unwrap();
    assert!(made.balances(), "{:#?}", made.lines);
    let line = made.lines.iter().find(|line| line.what.starts_with("letters posted")).unwrap();
    assert_eq!(line.left, letters);
}

#[tokio::test(flavor = "multi_thread")]
async fn letter_that_was_taken_back_is_in_no_journal_and_a_posted_notice_keeps_nobody_off_the_list() {
    let world = World::start().await;
    register(&world, &[AMINA, BORIS]).await;
    let by = officer("clerk");
    night(&world, "2026-06-30").await;
    let forms = gathered(&world).await;
    world.issuer.mailing_piece(&by, &forms, 1).await.unwrap();
    world.issuer.post_mailing(&by, &forms, "2026-06-30".parse().unwrap()).await.unwrap();
    noted(&world).await;
    for day in ["2026-10-31", "2027-01-04", "2027-05-14", "2027-05-19", "2027-05-20"] {
        night(&world, day).await;
    }
    let (amina, boris) = (person(&world, "100000001").await, person(&world, "100000002").await);
    let id = world.issuer.prepare_list(&by, 2026, "2027-06-03".parse().unwrap()).await.unwrap();
    let list = world.issuer.fund_list("unjspf", &id).await.unwrap().list;
    assert!(list.entries.is_empty() && list.held_out.len() == 2, "no notice has left: {list:?}");
    assert!(list.held_out.iter().all(|held| held.why == "the notice has not left yet"));
    let id = gathered(&world).await;
    world.issuer.mailing_piece(&by, &id, 1).await.unwrap();
    crate::post::prove(&world, &boris, at("2027-05-20", 1)).await;
    let left_over = world.issuer.post_mailing(&by, &id, "2027-05-20".parse().unwrap()).await.unwrap();
    assert_eq!(noted(&world).await as u64, left_over);
    let of_boris = left(&export(&world, &boris).await);
    assert!(of_boris.iter().any(|(_, it)| it.contains("mailing-1")), "{of_boris:?}");
    assert!(!of_boris.iter().any(|(_, it)| it.contains("notice")), "it was taken back: {of_boris:?}");
    let shown = left(&export(&world, &amina).await);
    assert!(shown.iter().any(|(_, effect)| effect.contains("notice")), "{shown:?}");

    let listed = async |payroll: &str| {
        let id = world.issuer.prepare_list(&by, 2026, payroll.parse().unwrap()).await.unwrap();
        world.issuer.fund_list("unjspf", &id).await.unwrap().list
    };
    let list = listed("2027-06-03").await;
    let named: Vec<&str> = list.entries.iter().map(|entry| entry.person.as_str()).collect();
    assert_eq!(named, [amina.as_str()]);
    let early = listed("2027-06-01").await;
    assert_eq!(early.entries, []);
    assert_eq!(early.held_out[0].why, "the notice left on 2027-05-20 and has its 14 days on 2027-06-03");
    let page = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    assert_eq!(page.years[0].stage.name(), StageName::SuspensionProposed);
}
