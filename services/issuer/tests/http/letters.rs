//! Letters before they are gathered, mailings of several parts, whoever is left out, and what focal points answer.

use std::io::{Cursor, Read as _, Write as _};

use issuance::Scope;
use issuer::app::{FundError, LetterSettings, NewFollowUp, NewMailing};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::console::Browser;
use crate::fund::{officer, person};
use crate::post::{AMINA, BORIS, at, gathered, new_mailing, night, register, words};
use crate::support::World;

/// Forms of 510 people of two countries and languages: a part of 500 and one of 10.
async fn two_parts() -> (World, String) {
    let world = World::start().await;
    let row = |at: u32| {
        let (country, language) = if at < 300 { ("FRA", "fr") } else { ("SEN", "en") };
        let uid = 100_000_001 + at;
        format!(
            "{uid},Given,Family{at},1950-05-05,{country},{language},one,1 rue {at} | Ville,,post,2012-01-01"
        )
    };
    let rows: Vec<String> = (0..510).map(row).collect();
    register(&world, &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
    night(&world, "2026-07-01").await;
    let forms = NewMailing { kinds: vec!["mail-paper".into()], ..new_mailing() };
    let id = world.issuer.make_mailing(&officer("clerk"), &forms).await.unwrap();
    world.issuer.gather_mailings(world.tenant("unjspf")).await.unwrap();
    (world, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_are_printed_one_after_another_or_as_one_archive_and_posted_one_by_one() {
    let (world, id) = two_parts().await;
    let flo = Browser::officer(&world, "unjspf", "Flo").await;
    let page = format!("/console/fund/mailings/{id}");
    let text = flo.get(&page).await.text();
    for expected in ["0 of 2 parts", "France 300, Senegal 200", "French 300, English 200", "Senegal 10"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert!(text.contains("Forms, first and second mailing"), "what it holds: {text}");

    // Cut off in the middle: none of its parts was printed, and the page says how far it came.
    let token = world.issuer.create_service_client(&officer("admin"), "Post", &Scope::ALL).await.unwrap();
    let url = world.url(&format!("/v1/fund/unjspf/mailings/{id}/parts.zip"));
    let address = (url.host_str().unwrap().to_owned(), url.port().unwrap());
    let path = url.path().to_owned();
    tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n").unwrap();
        let mut begun = [0; 16];
        stream.read_exact(&mut begun).unwrap();
        assert!(begun.starts_with(b"HTTP/1.1 200"), "{begun:?}");
    })
    .await
    .unwrap();
    let view = world.issuer.mailing("unjspf", &id).await.unwrap();
    assert!(view.pieces.iter().all(|it| it.printed.is_none()), "{:?}", view.pieces);
    assert!(view.archives[0].finished_at.is_none() && view.archives[0].at >= 1);
    // What was being printed when the line broke is printed to its end, and its time noted.
    let mut said = String::new();
    for _ in 0..50 {
        world.clock.advance(chrono::Duration::minutes(3));
        said = flo.get(&page).await.text();
        if said.contains("A download broke off") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(said.contains("A download broke off"), "{said}");

    let whole = flo.get(&format!("{page}/parts.zip?from=1&to=2")).await;
    assert_eq!(whole.status, 200);
    let mut archive = zip::ZipArchive::new(Cursor::new(whole.body.to_vec())).unwrap();
    assert_eq!(archive.len(), 2);
    let view = world.issuer.mailing("unjspf", &id).await.unwrap();
    for (at, piece) in view.pieces.iter().enumerate() {
        let mut file = archive.by_index(at).unwrap();
        assert_eq!(file.name().unwrap(), format!("letters-{:03}.pdf", at + 1));
        let mut pdf = Vec::new();
        file.read_to_end(&mut pdf).unwrap();
        assert!(pdf.starts_with(b"%PDF-"));
        assert_eq!(piece.printed.as_ref().unwrap().digest, hex::encode(Sha256::digest(&pdf)));
    }
    assert!(view.archives[0].finished_at.is_some());
    for (from, to) in [(0, 1), (2, 1), (1, 3)] {
        let refused = flo.get(&format!("{page}/parts.zip?from={from}&to={to}")).await;
        assert_eq!(refused.status, 400, "{from} to {to}");
    }

    // The first part leaves a day before the second.
    world.clock.set(at("2026-07-03", 9));
    let flo = Browser::officer(&world, "unjspf", "Gus").await;
    let form = [("on", "2026-07-01"), ("from", "1"), ("to", "1")];
    assert_eq!(flo.post(&format!("{page}/posting"), &form).await.status, 303);
    let view = world.issuer.mailing("unjspf", &id).await.unwrap();
    assert_eq!((view.row.state.as_str(), view.pieces[0].is_behind()), ("ready", true));
    let first = person(&world, "100000001").await;
    let post = flo.get(&format!("/console/fund/people/{first}/post")).await.text();
    assert!(post.contains("Posted") && post.contains("2026-07-01"), "{post}");
    let waiting = world.issuer.letters_waiting("unjspf").await.unwrap();
    assert_eq!(waiting, [], "those of the second part are in this mailing");
    let text = flo.get(&page).await.text();
    assert!(text.contains("1 of 2 parts") && text.contains("Posted"), "{text}");
    let left = world
        .issuer
        .post_parts(&officer("clerk"), &id, "2026-07-02".parse().unwrap(), Some((2, 2)))
        .await
        .unwrap();
    assert_eq!(left, 10);
    let view = world.issuer.mailing("unjspf", &id).await.unwrap();
    assert_eq!(view.row.state, "posted");
    let on: Vec<_> =
        view.pieces.iter().map(|it| it.printed.as_ref().unwrap().posted_on.unwrap().to_string()).collect();
    assert_eq!(on, ["2026-07-01", "2026-07-02"]);
    world.issuer.note_what_left(world.tenant("unjspf")).await.unwrap();
    let made = world.issuer.reckon_fund(&officer("eve"), 2026).await.unwrap();
    assert!(made.balances(), "{:#?}", made.lines);
    let somebody = person(&world, "100000001").await;
    let journal =
        serde_json::to_string(&world.issuer.export_journal(&officer("eve"), &somebody).await.unwrap());
    assert!(journal.unwrap().contains("2026-07-01"), "France is in the first part");
}

#[tokio::test(flavor = "multi_thread")]
async fn next_part_is_the_next_and_what_did_not_leave_is_given_up_alone() {
    let (world, id) = two_parts().await;
    let (by, page) = (officer("clerk"), format!("/console/fund/mailings/{id}"));
    let flo = Browser::officer(&world, "unjspf", "Flo").await;
    let next = flo.post(&format!("{page}/next-part"), &[]).await;
    assert!(next.status == 200 && next.body.starts_with(b"%PDF-"));
    let (piece, _) = world.issuer.next_mailing_piece(&by, &id).await.unwrap().unwrap();
    assert_eq!(piece, 2);
    assert_eq!(flo.post(&format!("{page}/next-part"), &[]).await.status, 409, "every part is printed");
    let day = "2026-07-01".parse().unwrap();
    for parts in [(0, 1), (2, 1), (1, 3)] {
        let refused = world.issuer.post_parts(&by, &id, day, Some(parts)).await;
        assert!(matches!(refused, Err(FundError::Form(_))), "{parts:?}: {refused:?}");
    }
    assert_eq!(world.issuer.post_parts(&by, &id, day, Some((1, 1))).await.unwrap(), 500);
    assert_eq!(world.issuer.post_parts(&by, &id, day, Some((1, 1))).await.unwrap(), 0, "said again");
    world.issuer.cancel_mailing(&by, &id).await.unwrap();
    let view = world.issuer.mailing("unjspf", &id).await.unwrap();
    assert_eq!(view.row.state, "posted", "what left is with the post");
    let waiting = world.issuer.letters_waiting("unjspf").await.unwrap();
    assert_eq!(waiting, [("mail-paper".to_owned(), 10)], "the others wait for another mailing");
}

#[tokio::test(flavor = "multi_thread")]
async fn telephone_and_address_are_asked_once_and_letters_can_be_looked_at_first() {
    let world = World::start().await;
    register(&world, &[AMINA]).await;
    let by = officer("clerk");
    let flo = Browser::officer(&world, "unjspf", "Flo").await;
    let plain = NewMailing::default();
    let unsaid = world.issuer.make_mailing(&by, &plain).await;
    assert!(matches!(unsaid, Err(FundError::Form(_))), "{unsaid:?}");
    assert!(flo.get("/console/fund/mailings").await.text().contains("Say first which telephone number"));
    let fields = [("telephone", "abc"), ("return_address", "New York")];
    let again = flo.post("/console/fund/letter-settings", &fields).await.text();
    assert!(again.contains("begins with +") && again.contains("value=\"abc\""), "{again}");
    let fields = [("telephone", "+1 212 963 6931"), ("return_address", "1 Dag Hammarskjöld Plaza, New York")];
    assert_eq!(flo.post("/console/fund/letter-settings", &fields).await.status, 303);
    let nothing = world.issuer.make_mailing(&by, &plain).await;
    assert!(matches!(nothing, Err(FundError::Conflict(_))), "nothing waits: {nothing:?}");
    assert!(flo.get("/console/fund/mailings").await.text().contains("Nothing waits."));

    let sample = flo.get("/console/fund/letter-sample.pdf?part=second").await;
    assert_eq!(sample.status, 200);
    let text = words(&sample.body);
    for expected in ["+1 212 963 6931", "30 June 2026", "30 июня 2026", "0000-0000-0000"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let sent = crate::post::scanned(&crate::post::raster(&sample.body, 2), true, 7);
    let read = world.issuer.read_scan(&by, sent).await.unwrap();
    assert_eq!(read[0].scan.fault.as_deref(), Some("not-ours"), "a sample is no form");
    assert_eq!(text.matches('\u{c}').count(), 6, "a page for each language");
    assert!(text.contains("(fr)"), "the Fund's name in French: {text}");
    let unknown = flo.get("/console/fund/letter-sample.pdf?part=love").await;
    assert_eq!(unknown.status, 400);

    night(&world, "2026-07-01").await;
    let id = world.issuer.make_mailing(&by, &plain).await.unwrap();
    let row = world.issuer.mailing("unjspf", &id).await.unwrap().row;
    assert_eq!(row.telephone, "+1 212 963 6931");
    let wrong = NewMailing { telephone: "1".into(), ..new_mailing() };
    let wrong = world.issuer.make_mailing(&by, &wrong).await;
    assert!(matches!(wrong, Err(FundError::Form(_))), "{wrong:?}");
}

/// The second letter says when the first one left, to whoever got one, and nothing to the others.
#[tokio::test(flavor = "multi_thread")]
async fn second_letter_names_the_day_of_the_first_and_claims_none_that_did_not_leave() {
    let world = World::start().await;
    let clara = "100000003,Clara,Ruiz,1955-02-01,ESP,es,one,,,post,2003-01-01";
    register(&world, &[AMINA, BORIS, clara]).await;
    night(&world, "2026-07-01").await;
    let (by, id) = (officer("clerk"), gathered(&world).await);
    let first = words(&world.issuer.mailing_piece(&by, &id, 1).await.unwrap());
    assert!(first.contains("photographiez"), "the page may be sent from the wallet: {first}");
    world.clock.set(at("2026-07-04", 9));
    world.issuer.post_mailing(&by, &id, "2026-07-03".parse().unwrap()).await.unwrap();
    let file = issuance::import::File {
        bytes: b"uid,given_name,family_name,birth_date,country,language,track,address,email,medium,in_payment_since\n\
            100000003,Clara,Ruiz,1955-02-01,ESP,es,one,Calle 1 | Madrid,,post,2003-01-01\n",
        sheet: None,
    };
    let source = issuer::app::RegisterSource::Sheet { name: "people.csv", file };
    let import = world.issuer.upload_register(&by, source).await.unwrap();
    world.issuer.confirm_register(&by, &import).await.unwrap();
    world.issuer.work_off_registers().await.unwrap();
    night(&world, "2026-10-31").await;
    let id = gathered(&world).await;
    let text = words(&world.issuer.mailing_piece(&by, &id, 1).await.unwrap());
    assert!(text.contains("3 juillet 2026") && text.contains("3 июля 2026"), "{text}");
    assert!(text.contains("Madrid") && !text.contains("Le escribimos"), "Clara had none: {text}");
    assert!(!text.contains("cet été") && !text.contains("летом"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_left_out_stands_once_on_the_page_and_in_the_file() {
    let world = World::start().await;
    let rows: Vec<String> = (0..60)
        .map(|at| {
            let uid = 100_000_001 + at;
            format!("{uid},Given,Family{at},1950-05-05,FRA,fr,one,,,post,2012-01-01")
        })
        .collect();
    register(&world, &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
    night(&world, "2026-12-02").await;
    let id = gathered(&world).await;
    let view = world.issuer.mailing("unjspf", &id).await.unwrap();
    assert_eq!((view.left_out_people, view.left_out.len()), (60, 25));
    assert!(view.left_out.iter().all(|it| it.letters >= 2), "a form and a reminder: {:?}", view.left_out);
    let flo = Browser::officer(&world, "unjspf", "Flo").await;
    let path = format!("/console/fund/mailings/{id}/left-out");
    let first = flo.get(&path).await.text();
    let next =
        crate::console::between(&first, "href=\"/console/fund/mailings/", "\" rel=\"next\"").to_owned();
    let next = next.rsplit("href=\"/console/fund/mailings/").next().unwrap().to_owned();
    let second = flo.get(&format!("/console/fund/mailings/{next}")).await.text();
    let people = |text: &str| text.matches("<tr><th scope=\"row\">").count();
    assert_eq!((people(&first), people(&second)), (50, 10), "{second}");
    let file = flo.get(&format!("{path}.csv")).await.text();
    assert_eq!(file.lines().count(), 61);
    assert!(file.contains("100000001,") && file.contains("Given Family0,FRA,fr,"), "{file}");
}

fn said(outcome: &str, people: &[&String]) -> NewFollowUp {
    NewFollowUp {
        people: people.iter().map(|it| (*it).clone()).collect(),
        year: 2026,
        outcome: outcome.into(),
        words: "The association in Dakar called them".into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn focal_points_get_lists_and_what_they_answer_opens_what_has_to_be_decided() {
    let world = World::start().await;
    let clara = "100000003,Clara,Ruiz,1955-02-01,SEN,es,one,Rue 1 | Dakar,,post,2003-01-01";
    register(&world, &[AMINA, BORIS, clara]).await;
    for day in ["2026-06-30", "2026-10-31", "2027-01-20", "2027-03-01"] {
        night(&world, day).await;
    }
    let by = officer("clerk");
    let (amina, boris, clara) = (
        person(&world, "100000001").await,
        person(&world, "100000002").await,
        person(&world, "100000003").await,
    );
    let open = async |person: &str| {
        let page = world.issuer.fund_person_page("unjspf", person).await.unwrap();
        let mut listed = page.effects.into_iter().filter(|it| it.kind == "list-for-follow-up");
        listed.next().unwrap().done_by
    };
    assert_eq!(open(&amina).await, None);
    world.issuer.follow_up_file(&by, 2026, "SEN").await.unwrap();
    assert_eq!(open(&amina).await.as_deref(), Some("follow-up list"));
    assert_eq!(open(&boris).await, None, "another country");

    for wrong in [
        NewFollowUp { outcome: "lost".into(), ..said("alive", &[&amina]) },
        NewFollowUp { words: " ".into(), ..said("alive", &[&amina]) },
        NewFollowUp { people: vec![], ..said("alive", &[&amina]) },
        NewFollowUp { year: 2020, ..said("alive", &[&amina]) },
    ] {
        let refused = world.issuer.enter_follow_up(&by, &wrong).await;
        assert!(matches!(refused, Err(FundError::Form(_))), "{wrong:?}: {refused:?}");
    }
    let alive = said("alive", &[&amina, &clara]);
    assert_eq!(world.issuer.enter_follow_up(&by, &alive).await.unwrap(), 2);
    assert_eq!(world.issuer.enter_follow_up(&by, &alive).await.unwrap(), 0, "the same again");
    let token = world.issuer.create_service_client(&by, "Focal", &Scope::ALL).await.unwrap();
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let sent = json!({"people": [boris], "outcome": "dead", "words": "His daughter wrote"}).to_string();
    let url = world.url("/v1/fund/unjspf/follow-up/2026/answers");
    let answer =
        testkit::Agent::new().send("POST".parse().unwrap(), url, &headers, sent.into_bytes()).await.unwrap();
    let entered: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((answer.status, &entered["entered"]), (200, &json!(1)));
    assert_eq!(open(&boris).await.as_deref(), Some("focal point"));
    let flo = Browser::officer(&world, "unjspf", "Flo").await;
    let cases = flo.get("/console/fund/cases").await.text();
    assert!(cases.contains("Petrov"), "a case of death for two officers: {cases}");
    let fields = [
        ("year", "2026"),
        ("country", "SEN"),
        ("person", clara.as_str()),
        ("outcome", "moved"),
        ("words", "x"),
    ];
    let done = flo.post("/console/fund/follow-up/answers", &fields).await;
    assert_eq!(done.status, 303);
    let page = flo.get("/console/fund/follow-up?year=2026&country=SEN").await.text();
    assert!(page.contains("Found alive") && page.contains("Has moved"), "{page}");
    let counts = world.issuer.count_follow_up_answers("unjspf", 2026).await.unwrap();
    assert_eq!(counts, [("alive".to_owned(), 2), ("dead".to_owned(), 1), ("moved".to_owned(), 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn machines_say_what_stands_on_letters_and_look_at_one() {
    let world = World::start().await;
    let token = world.issuer.create_service_client(&officer("a"), "Post", &Scope::ALL).await.unwrap();
    let call = async |method: &str, path: &str, sent: Value| {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let url = world.url(&format!("/v1/fund/unjspf/{path}"));
        let sent = sent.to_string().into_bytes();
        testkit::Agent::new().send(method.parse().unwrap(), url, &headers, sent).await.unwrap()
    };
    assert_eq!(call("GET", "letter-settings", Value::Null).await.status, 404);
    let settings = json!({"telephone": "+1 212 963 6931", "returnAddress": "P.O. Box 5036, New York"});
    assert_eq!(call("PUT", "letter-settings", settings.clone()).await.status, 204);
    let known = call("GET", "letter-settings", Value::Null).await;
    assert_eq!(serde_json::from_slice::<Value>(&known.body).unwrap(), settings);
    let wrong = json!({"telephone": "call us", "returnAddress": "P.O. Box 5036, New York"});
    assert_eq!(call("PUT", "letter-settings", wrong).await.status, 400);
    let sample = call("GET", "letter-samples/notice", Value::Null).await;
    assert!(sample.status == 200 && sample.body.starts_with(b"%PDF-"));
    let set = LetterSettings { telephone: "+41 22 928 8800".into(), return_address: "Geneva, CH".into() };
    world.issuer.put_letter_settings(&officer("a"), &set).await.unwrap();
    let asked = call("POST", "questions", Value::Null).await;
    assert_eq!(asked.status, 202);
    assert_eq!(call("GET", "questions", Value::Null).await.status, 200);
}
