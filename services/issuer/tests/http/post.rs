//! What leaves the Fund by letter and message, and what comes back on paper, through use cases, routes and pages.

use std::io::Cursor;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;

use chrono::{Duration, NaiveDate, TimeZone as _, Utc};
use entitlement::cycle::Channel;
use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, Luma, imageops};
use issuance::Scope;
use issuance::import::File;
use issuer::app::{CaseDecision, CaseType, FundError, NewMailing, NewProof, RegisterSource};
use mail_sink::{Listening, Sink, listen};
use serde_json::{Value, json};

use crate::console::Browser;
use crate::fund::{officer, person};
use crate::support::World;

const HEAD: &str =
    "uid,given_name,family_name,birth_date,country,language,track,address,email,medium,in_payment_since";
pub const AMINA: &str = "100000001,Amina,Diallo,1950-05-05,SEN,fr,one,12 rue des Écoles | Dakar,amina@example.org,mail,2012-01-01";
pub const BORIS: &str =
    "100000002,Boris,Petrov,1940-02-01,RUS,ru,one,\"Тверская 1 | Москва\",,post,2003-01-01";
const CLARA: &str = "100000003,Clara,Ruiz,1955-02-01,ESP,es,one,,,post,2003-01-01";

pub fn at(day: &str, hour: u32) -> clock::Timestamp {
    Utc.from_utc_datetime(&day.parse::<NaiveDate>().unwrap().and_hms_opt(hour, 0, 0).unwrap())
}

pub async fn register(world: &World, rows: &[&str]) {
    world.clock.set(at("2026-01-05", 12));
    let text = format!("{HEAD}\n{}\n", rows.join("\n"));
    let source =
        RegisterSource::Sheet { name: "people.csv", file: File { bytes: text.as_bytes(), sheet: None } };
    let id = world.issuer.upload_register(&officer("clerk"), source).await.unwrap();
    world.issuer.confirm_register(&officer("clerk"), &id).await.unwrap();
    world.issuer.work_off_registers().await.unwrap();
    night(world, "2026-01-06").await;
}

pub async fn night(world: &World, day: &str) {
    world.clock.set(at(day, 2));
    let run = world.issuer.run_fund_night(&officer("system")).await.unwrap();
    assert_eq!(run.faults, vec![]);
}

pub fn new_mailing() -> NewMailing {
    NewMailing {
        kinds: vec![],
        telephone: "+1 212 963 6931".into(),
        return_address: "1 Dag Hammarskjöld Plaza, New York".into(),
    }
}

pub async fn gathered(world: &World) -> String {
    world.issuer.take_fund_messages(world.tenant("unjspf")).await.unwrap();
    let id = world.issuer.make_mailing(&officer("clerk"), &new_mailing()).await.unwrap();
    world.issuer.gather_mailings(world.tenant("unjspf")).await.unwrap();
    id
}

pub async fn prove(world: &World, person: &str, when: clock::Timestamp) {
    let new = NewProof {
        person: person.into(),
        channel: Channel::Letter,
        captured_at: when,
        received_at: None,
        digests: vec!["ab".repeat(32)],
        operator: None,
        helper: None,
        remark: String::new(),
        accept: true,
    };
    world.issuer.enter_proof(&officer("clerk"), &new).await.unwrap();
}

pub fn words(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it.pdf");
    std::fs::write(&path, pdf).unwrap();
    let text = Command::new("pdftotext").args(["-layout", path.to_str().unwrap(), "-"]).output().unwrap();
    String::from_utf8(text.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_gathered_printed_and_posted_and_a_proof_takes_one_back() {
    let world = World::start().await;
    register(&world, &[AMINA, BORIS, CLARA]).await;
    night(&world, "2026-07-01").await;
    let (by, amina) = (officer("clerk"), person(&world, "100000001").await);
    let id = gathered(&world).await;
    let view = world.issuer.mailing("unjspf", &id).await.unwrap();
    assert_eq!((view.row.state.as_str(), view.pieces.len()), ("ready", 1));
    assert!(view.row.left_out > 0, "Clara has no address");
    assert!(
        view.left_out.iter().all(|it| it.person != amina && it.fault == "no-address"),
        "{:?}",
        view.left_out
    );
    let day = "2026-07-01".parse().unwrap();
    let early = world.issuer.post_mailing(&by, &id, day).await;
    assert!(matches!(early, Err(FundError::Conflict(_))), "nothing was printed: {early:?}");

    let first = world.issuer.mailing_piece(&by, &id, 1).await.unwrap();
    assert_eq!(first, world.issuer.mailing_piece(&by, &id, 1).await.unwrap(), "the same file again");
    let text = words(&first);
    for expected in
        ["Amina Diallo", "12 rue des Écoles", "certificat de droit", "Boris Petrov", "+1 212 963 6931"]
    {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let addresses = world.issuer.mailing_addresses(&by, &id, 1).await.unwrap().unwrap();
    let addresses = String::from_utf8(addresses).unwrap();
    assert_eq!(addresses.lines().count() as u64, 1 + view.row.letters);
    assert!(addresses.contains("Amina Diallo,12 rue des Écoles,Dakar"), "{addresses}");
    assert!(world.issuer.mailing_addresses(&by, &id, 2).await.unwrap().is_none());

    prove(&world, &amina, at("2026-07-01", 1)).await;
    let withdrawn = world.issuer.withdrawn_letters("unjspf", &id).await.unwrap();
    assert!(String::from_utf8(withdrawn).unwrap().lines().count() > 1);
    let second = words(&world.issuer.mailing_piece(&by, &id, 1).await.unwrap());
    assert!(!second.contains("Amina Diallo") && second.contains("Boris Petrov"), "{second}");
    let view = world.issuer.mailing("unjspf", &id).await.unwrap();
    let future = world.issuer.post_mailing(&by, &id, "2026-07-02".parse().unwrap()).await;
    assert!(matches!(future, Err(FundError::Form(_))), "{future:?}");
    let left = world.issuer.post_mailing(&by, &id, day).await.unwrap();
    assert_eq!(left + view.withdrawn, view.row.letters);
    let again = world.issuer.post_mailing(&by, &id, day).await;
    assert!(matches!(again, Err(FundError::Conflict(_))), "{again:?}");
    let effects = world.issuer.fund_person_page("unjspf", &amina).await.unwrap().effects;
    let paper = effects.iter().find(|effect| effect.kind == "mail-paper").unwrap();
    assert_eq!(paper.done_by.as_deref(), Some("withdrawn"), "{paper:?}");
    let boris = person(&world, "100000002").await;
    let post = world.issuer.fund_post("unjspf", &boris).await.unwrap();
    assert!(
        !post.letters.is_empty() && post.letters.iter().all(|(_, mailing)| mailing.posted_on == Some(day))
    );
    let next = world.issuer.letters_waiting("unjspf").await.unwrap();
    assert!(
        next.iter().any(|(kind, many)| kind == "mail-paper" && *many == 1),
        "Clara still waits: {next:?}"
    );
}

/// How many forms the table promises, and how many letters a mailing then has of them.
async fn promised_and_gathered(world: &World) -> (u64, String, u64) {
    let waiting = world.issuer.letters_waiting("unjspf").await.unwrap();
    let promised = waiting.iter().find(|(kind, _)| kind == "mail-paper").map_or(0, |(_, many)| *many);
    let only = NewMailing { kinds: vec!["mail-paper".into()], ..new_mailing() };
    let id = world.issuer.make_mailing(&officer("clerk"), &only).await.unwrap();
    world.issuer.gather_mailings(world.tenant("unjspf")).await.unwrap();
    let letters = world.issuer.mailing("unjspf", &id).await.unwrap().row.letters;
    (promised, id, letters)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_two_forms_of_a_year_and_a_form_after_the_due_day_says_that_it_counts() {
    let world = World::start().await;
    register(&world, &[AMINA, BORIS]).await;
    for day in ["2026-07-01", "2026-10-31", "2026-11-01"] {
        night(&world, day).await;
    }
    let (promised, id, letters) = promised_and_gathered(&world).await;
    assert_eq!((promised, letters), (2, 2), "what the table promises is what leaves");
    world.issuer.cancel_mailing(&officer("clerk"), &id).await.unwrap();

    // Taken for dead until the year is over, and alive: the nights ask once more.
    let amina = person(&world, "100000001").await;
    let case = world.issuer.open_case(&officer("ann"), &amina, CaseType::Death, "a call").await.unwrap();
    let dead = CaseDecision {
        outcome: "confirmed".into(),
        reason: "certificate".into(),
        on: Some("2026-10-30".parse().unwrap()),
        documents: vec!["ab".repeat(32)],
        ..CaseDecision::default()
    };
    world.issuer.decide_case(&officer("ann"), &case, &dead).await.unwrap();
    world.issuer.answer_case(&officer("ben"), &case, true, "").await.unwrap();
    world.clock.set(at("2026-12-29", 9));
    world.issuer.reverse_death(&officer("eve"), &case, "she wrote").await.unwrap();
    for day in ["2026-12-30", "2026-12-31", "2027-01-05"] {
        night(&world, day).await;
    }
    let (promised, id, letters) = promised_and_gathered(&world).await;
    assert_eq!((promised, letters), (2, 2));
    let text = words(&world.issuer.mailing_piece(&officer("clerk"), &id, 1).await.unwrap());
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("votre confirmation compte encore"), "{text}");
    assert!(!text.contains("Le dernier jour pour 2026 est"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn gathering_that_is_cut_off_goes_on_and_takes_nobody_twice() {
    let world = World::start().await;
    let rows: Vec<String> = (0..1_100)
        .map(|at| {
            format!(
                "{:09},Given,Family{at},1950-05-05,FRA,fr,one,1 rue {at} | Paris,,post,2012-01-01",
                100_000_001 + at
            )
        })
        .collect();
    register(&world, &rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
    night(&world, "2026-07-01").await;
    let only = NewMailing { kinds: vec!["mail-paper".into()], ..new_mailing() };
    let id = world.issuer.make_mailing(&officer("clerk"), &only).await.unwrap();
    let other = world.issuer.make_mailing(&officer("clerk"), &only).await;
    assert!(matches!(other, Err(FundError::Conflict(_))), "{other:?}");
    let mut cut = 0;
    for patience in 1.. {
        let gather = world.issuer.gather_mailings(world.tenant("unjspf"));
        match tokio::time::timeout(std::time::Duration::from_millis(patience * 40), gather).await {
            Ok(done) => {
                done.unwrap();
                break;
            }
            Err(_) => cut += 1,
        }
        assert!(patience < 500);
    }
    assert!(cut > 0, "it was never cut off");
    let view = world.issuer.mailing("unjspf", &id).await.unwrap();
    assert_eq!((view.row.letters, view.row.left_out, view.pieces.len()), (1_100, 0, 3));
    let (mut people, mut forms) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    for piece in 1..=3 {
        let file = world.issuer.mailing_addresses(&officer("clerk"), &id, piece).await.unwrap().unwrap();
        for line in String::from_utf8(file).unwrap().lines().filter(|line| !line.contains("line_1")) {
            let cells: Vec<&str> = line.split(',').collect();
            people.insert(cells[3].to_owned());
            forms.insert(cells[2].to_owned());
        }
    }
    assert_eq!((people.len(), forms.len()), (1_100, 1_100));
    world.issuer.cancel_mailing(&officer("clerk"), &id).await.unwrap();
    world.issuer.cancel_mailing(&officer("clerk"), &id).await.unwrap();
    assert_eq!(world.issuer.letters_waiting("unjspf").await.unwrap(), [("mail-paper".to_owned(), 1_100)]);
}

pub struct Post {
    pub world: World,
    pub sink: Arc<Sink>,
    listening: Option<Listening>,
    address: SocketAddr,
}

impl Post {
    pub async fn start(rows: &[&str]) -> Self {
        let sink = Arc::new(Sink::default());
        let listening = listen(&sink, &[SocketAddr::from(([127, 0, 0, 1], 0))]).unwrap();
        let address = listening.addresses[0];
        let world = World::start_with_mail(address).await;
        register(&world, rows).await;
        Self { world, sink, listening: Some(listening), address }
    }

    pub async fn run(&self) -> usize {
        let tenant = self.world.tenant("unjspf");
        self.world.issuer.take_fund_messages(tenant).await.unwrap();
        self.world.issuer.send_fund_messages(tenant).await.unwrap()
    }
}

/// The first reminder of the year: who has an address gets it in the morning, the others by letter.
#[tokio::test(flavor = "multi_thread")]
async fn reminders_wait_for_the_morning_and_leave_a_proof_of_sending() {
    let post = Post::start(&[
        AMINA,
        BORIS,
        "100000004,Dina,Wang,1955-01-01,JPN,zh,one,1 路,dina@example.org,app,2003-01-01",
    ])
    .await;
    let amina = person(&post.world, "100000001").await;
    night(&post.world, "2026-12-02").await;
    assert_eq!(post.run().await, 1, "eleven in the morning in Japan, two at night in Senegal");
    let letter = post.sink.letters().pop().unwrap();
    assert_eq!(
        (letter.recipients, letter.language.as_deref()),
        (vec!["dina@example.org".to_owned()], Some("zh"))
    );
    assert!(!letter.source.contains("http") && letter.text.contains("2026"), "{}", letter.source);
    post.world.clock.set(at("2026-12-02", 9));
    assert_eq!((post.run().await, post.run().await), (1, 0), "once");
    let letter = post.sink.letters().into_iter().find(|it| it.recipients == ["amina@example.org"]).unwrap();
    assert!(letter.subject.contains("certificat"), "{}", letter.subject);
    assert!(letter.source.contains("Date: Wed, 02 Dec 2026 09:00:00"), "when it left: {}", letter.source);
    let sent = post.world.issuer.fund_post("unjspf", &amina).await.unwrap().messages;
    let proof = sent.iter().find(|it| it.row.kind == "remind").unwrap();
    assert_eq!(
        (proof.row.state.as_str(), proof.row.reply_code.as_deref(), proof.row.finished_at),
        ("sent", Some("250"), Some(at("2026-12-02", 9)))
    );
    let id = proof.row.message_id.clone().unwrap();
    assert_eq!(letter.message_id.unwrap(), id.trim_matches(['<', '>']));
    assert!(!id.contains(&amina), "it says nothing of the person");
    let waiting = post.world.issuer.letters_waiting("unjspf").await.unwrap();
    assert!(waiting.contains(&("remind".to_owned(), 1)), "Boris by letter: {waiting:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_stops_the_reminder_that_waits_for_the_morning() {
    let post = Post::start(&[AMINA]).await;
    night(&post.world, "2026-12-02").await;
    assert_eq!(post.run().await, 0);
    let amina = person(&post.world, "100000001").await;
    post.world.clock.set(at("2026-12-02", 8));
    prove(&post.world, &amina, at("2026-12-02", 7)).await;
    post.world.clock.set(at("2026-12-02", 9));
    post.run().await;
    let kinds: Vec<String> = post.sink.letters().into_iter().map(|letter| letter.subject).collect();
    assert_eq!(kinds.len(), 1, "the receipt alone: {kinds:?}");
    let messages = post.world.issuer.fund_post("unjspf", &amina).await.unwrap().messages;
    let state = |kind: &str| messages.iter().find(|it| it.row.kind == kind).unwrap().row.state.clone();
    assert_eq!((state("remind"), state("send-receipt")), ("withdrawn".to_owned(), "sent".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_away_is_tried_again_and_nobody_gets_two() {
    let mut post = Post::start(&[AMINA]).await;
    night(&post.world, "2026-12-02").await;
    post.world.clock.set(at("2026-12-02", 10));
    post.listening = None;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(post.run().await, 0);
    assert_eq!(post.run().await, 0, "not before its time");
    post.listening = Some(listen(&post.sink, &[post.address]).unwrap());
    post.world.clock.advance(Duration::minutes(2));
    assert_eq!((post.run().await, post.run().await), (1, 0));
    assert_eq!(post.sink.letters().len(), 1);
}

fn body((_, bytes): &(u16, Vec<u8>)) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// A page of a part of a mailing at 200 dots an inch.
pub fn raster(pdf: &[u8], page: usize) -> GrayImage {
    let folder = tempfile::tempdir().unwrap();
    let (file, to) = (folder.path().join("it.pdf"), folder.path().join("page"));
    std::fs::write(&file, pdf).unwrap();
    let page = (page + 1).to_string();
    let arguments = ["-r", "200", "-gray", "-png", "-singlefile", "-f", &page, "-l", &page];
    let done = Command::new("pdftoppm").args(arguments).args([&file, &to]).status();
    assert!(done.is_ok_and(|status| status.success()), "pdftoppm (tests/run --only tools installs it)");
    image::open(to.with_extension("png")).unwrap().into_luma8()
}

/// As a scanner gives it: signed or not, upside down, with noise of a seed.
pub fn scanned(page: &GrayImage, signed: bool, seed: u32) -> Vec<u8> {
    let mut page = page.clone();
    if signed {
        let dots = f64::from(page.height()) / 841.89;
        for step in 0..3_000 {
            let along = f64::from(step) / 3_000.0;
            let (x, y) = ((110.0 + 180.0 * along) * dots, (680.0 + 22.0 * (along * 30.0).sin()) * dots);
            for (dx, dy) in (0..5).flat_map(|dx| (0..5).map(move |dy| (dx, dy))) {
                page.put_pixel(x as u32 + dx, y as u32 + dy, Luma([30]));
            }
        }
    }
    let mut page = imageops::rotate180(&page);
    let mut state = seed;
    for pixel in page.pixels_mut() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let shade = 30 + i32::from(pixel.0[0]) * 4 / 5 + i32::try_from(state >> 27).unwrap() - 16;
        pixel.0[0] = u8::try_from(shade.clamp(0, 255)).unwrap();
    }
    let mut bytes = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut bytes, 75).encode_image(&page).unwrap();
    bytes.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn printed_form_comes_back_signed_and_counts_once() {
    let world = World::start().await;
    register(&world, &[AMINA]).await;
    night(&world, "2026-07-01").await;
    let (by, amina) = (officer("clerk"), person(&world, "100000001").await);
    let only = NewMailing { kinds: vec!["mail-paper".into()], ..new_mailing() };
    let id = world.issuer.make_mailing(&by, &only).await.unwrap();
    world.issuer.gather_mailings(world.tenant("unjspf")).await.unwrap();
    let page = raster(&world.issuer.mailing_piece(&by, &id, 1).await.unwrap(), 0);
    world.clock.set(at("2026-08-03", 9));

    // Not signed: it stops letters, an officer refuses it, another way is offered, and the same form may come again.
    let unsigned = world.issuer.read_scan(&by, scanned(&page, false, 1)).await.unwrap();
    let scan = &unsigned[0].scan;
    assert_eq!(
        (scan.state.as_str(), scan.is_signed, scan.person.as_deref()),
        ("waiting", Some(false), Some(amina.as_str()))
    );
    assert!(world.issuer.letters_waiting("unjspf").await.unwrap().is_empty(), "letters stop at once");
    let without = world.issuer.decide_scan(&by, &scan.id, Err(" ")).await;
    assert!(matches!(without, Err(FundError::Form(_))), "{without:?}");
    world.issuer.decide_scan(&by, &scan.id, Err("no signature")).await.unwrap();
    let effects = world.issuer.fund_person_page("unjspf", &amina).await.unwrap().effects;
    assert!(effects.iter().any(|effect| effect.kind == "offer-another-channel"));

    let file = scanned(&page, true, 2);
    let signed = world.issuer.read_scan(&by, file.clone()).await.unwrap();
    let scan = &signed[0].scan;
    assert_eq!((scan.state.as_str(), scan.is_signed), ("waiting", Some(true)));
    let (media_type, area) = world.issuer.scan_picture("unjspf", &scan.id).await.unwrap();
    let area = image::load_from_memory(&area).unwrap();
    assert_eq!((media_type.as_str(), area.width() > 1_000), ("image/png", true));
    let (media_type, whole) = world.issuer.scan_whole_page("unjspf", &scan.id).await.unwrap();
    let whole = image::load_from_memory(&whole).unwrap();
    assert_eq!((media_type.as_str(), whole.height()), ("image/jpeg", 1_400), "and the whole page");
    let ahead = world.issuer.decide_scan(&by, &scan.id, Ok("2026-08-04".parse().unwrap())).await;
    assert!(matches!(ahead, Err(FundError::Form(_))), "{ahead:?}");
    let day = Ok("2026-07-20".parse().unwrap());
    let receipt = world.issuer.decide_scan_of(&by, &scan.id, day, (None, " I moved ")).await.unwrap();
    assert_eq!(world.issuer.proof_remark("unjspf", &receipt.id).await.unwrap(), "I moved");
    assert_eq!(
        (receipt.state.as_str(), receipt.channel.as_str(), receipt.years),
        ("accepted", "paper", vec![2026])
    );
    assert_eq!(receipt.captured_at, at("2026-07-20", 12));
    let twice = world.issuer.decide_scan(&by, &scan.id, Ok("2026-07-20".parse().unwrap())).await;
    assert!(matches!(twice, Err(FundError::Decided)), "{twice:?}");
    assert!(matches!(world.issuer.scan_picture("unjspf", &scan.id).await, Err(FundError::Unknown)), "erased");
    assert!(world.issuer.scan_whole_page("unjspf", &scan.id).await.is_err(), "the page as well");

    // The same picture again, and the same form scanned anew.
    let again = world.issuer.read_scan(&by, file).await.unwrap();
    assert!(again[0].again && again[0].scan.id == scan.id);
    let anew = world.issuer.read_scan(&by, scanned(&page, true, 3)).await.unwrap();
    assert_eq!(
        (anew[0].scan.state.as_str(), anew[0].scan.proof.as_deref()),
        ("again", scan.proof.as_deref())
    );
    let receipts = world.issuer.fund_person_page("unjspf", &amina).await.unwrap().receipts;
    assert_eq!(receipts.iter().filter(|receipt| receipt.state == "accepted").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn page_that_is_not_read_waits_for_its_number_and_forgeries_are_nobodys() {
    let world = World::start().await;
    register(&world, &[AMINA]).await;
    night(&world, "2026-07-01").await;
    let by = officer("clerk");
    let only = NewMailing { kinds: vec!["mail-paper".into()], ..new_mailing() };
    let id = world.issuer.make_mailing(&by, &only).await.unwrap();
    world.issuer.gather_mailings(world.tenant("unjspf")).await.unwrap();
    let pdf = world.issuer.mailing_piece(&by, &id, 1).await.unwrap();
    let text = words(&pdf);
    let number =
        text.split_whitespace().find(|word| word.len() == 14 && word.matches('-').count() == 2).unwrap();
    let mut page = raster(&pdf, 0);
    for (x, y) in (1_150..1_550).flat_map(|x| (100..420).map(move |y| (x, y))) {
        page.put_pixel(x, y, Luma([255]));
    }
    let read = world.issuer.read_scan(&by, scanned(&page, true, 4)).await.unwrap();
    let scan = &read[0].scan;
    assert_eq!((scan.state.as_str(), scan.fault.as_deref()), ("unread", Some("no-code")));
    let mut wrong = number.to_owned();
    wrong.replace_range(0..1, if number.starts_with('7') { "8" } else { "7" });
    for typed in ["", "K7M2", wrong.as_str()] {
        let refused = world.issuer.name_scan(&by, &scan.id, typed).await;
        assert!(matches!(refused, Err(FundError::Form(_))), "{typed}: {refused:?}");
    }
    world.issuer.name_scan(&by, &scan.id, &number.to_lowercase()).await.unwrap();
    let named = world.issuer.scan_page("unjspf", &scan.id).await.unwrap();
    assert_eq!(
        (named.scan.state.as_str(), named.person.unwrap().registered.uid.as_str()),
        ("waiting", "100000001")
    );
    world.issuer.decide_scan(&by, &scan.id, Ok("2026-07-01".parse().unwrap())).await.unwrap();

    let forged = paper::png("PASSERELLE-FORM:K7M2Q9XR4T1A:0123456789ABCDEF", 8).unwrap();
    let read = world.issuer.read_scan(&by, forged).await.unwrap();
    assert_eq!((read[0].scan.state.as_str(), read[0].scan.fault.as_deref()), ("unread", Some("not-ours")));
    world.issuer.dismiss_scan(&by, &read[0].scan.id).await.unwrap();
    assert!(matches!(world.issuer.read_scan(&by, b"no picture".to_vec()).await, Err(FundError::Scan(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn machines_and_officers_do_the_same_over_rest_and_pages() {
    let world = World::start().await;
    register(&world, &[AMINA, CLARA]).await;
    night(&world, "2026-07-01").await;
    let amina = person(&world, "100000001").await;
    let token =
        world.issuer.create_service_client(&officer("admin"), "Post room", &Scope::ALL).await.unwrap();
    let call = async |method: &str, path: &str, kind: &str, sent: Vec<u8>| {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
        let url = world.url(&format!("/v1/fund/unjspf/{path}"));
        let answer = testkit::Agent::new().send(method.parse().unwrap(), url, &headers, sent).await.unwrap();
        (answer.status, answer.body.to_vec())
    };
    let bad = call(
        "POST",
        "mailings",
        "application/json",
        b"{\"telephone\":\"\",\"returnAddress\":\"x\"}".to_vec(),
    )
    .await;
    assert_eq!(bad.0, 400);
    let order = json!({"kinds": ["mail-paper"], "telephone": "+1 212 963 6931", "returnAddress": "New York"})
        .to_string();
    let made = call("POST", "mailings", "application/json", order.into_bytes()).await;
    assert_eq!(made.0, 201);
    let id = body(&made)["id"].as_str().unwrap().to_owned();
    world.issuer.gather_mailings(world.tenant("unjspf")).await.unwrap();
    let view = body(&call("GET", &format!("mailings/{id}"), "", vec![]).await);
    assert_eq!((&view["state"], &view["letters"], &view["leftOut"]), (&json!("ready"), &json!(1), &json!(1)));
    assert_eq!(view["faults"][0]["reason"], "the register has no address");
    assert_eq!(call("GET", &format!("mailings/{id}/parts/2"), "", vec![]).await.0, 404);
    let pdf = call("GET", &format!("mailings/{id}/parts/1"), "", vec![]).await;
    assert!(pdf.0 == 200 && pdf.1.starts_with(b"%PDF-"));
    let addresses = call("GET", &format!("mailings/{id}/addresses.csv"), "", vec![]).await;
    assert!(String::from_utf8(addresses.1).unwrap().contains("Amina Diallo"));
    let posted = call(
        "POST",
        &format!("mailings/{id}/posting"),
        "application/json",
        b"{\"on\":\"2026-07-01\"}".to_vec(),
    )
    .await;
    assert_eq!(body(&posted)["letters"], 1);
    let post = body(&call("GET", &format!("people/{amina}/post"), "", vec![]).await);
    assert_eq!(
        (&post["letters"][0]["state"], &post["letters"][0]["postedOn"]),
        (&json!("posted"), &json!("2026-07-01"))
    );

    let scan = scanned(&raster(&pdf.1, 0), true, 5);
    let read = body(&call("POST", "scans", "image/jpeg", scan).await);
    assert_eq!(
        (&read["pages"][0]["state"], &read["pages"][0]["signed"]),
        (&json!("waiting"), &Value::from(true))
    );
    assert_eq!(call("POST", "scans", "image/jpeg", b"no picture".to_vec()).await.0, 400);

    let flo = Browser::officer(&world, "unjspf", "Flo").await;
    let list = flo.get("/console/fund/mailings").await.text();
    assert!(list.contains("Posted") && list.contains("2026-07-01"), "{list}");
    assert!(
        flo.get(&format!("/console/fund/mailings/{id}")).await.text().contains("the register has no address")
    );
    assert!(flo.get(&format!("/console/fund/people/{amina}/post")).await.text().contains("Posted"));
    let scans = flo.get("/console/fund/scans").await.text();
    let path = format!("/console/fund/scans/{}", read["pages"][0]["scan"].as_str().unwrap());
    assert!(scans.contains(&path) && scans.contains("something is written"), "{scans}");
    let page = flo.get(&path).await.text();
    assert!(page.contains("Amina Diallo") && page.contains("data-testid=\"accept-scan\""), "{page}");
    assert_eq!(flo.get(&format!("{path}/picture")).await.status, 200);
    let done = flo.post(&format!("{path}/decision"), &[("accept", "yes"), ("on", "2026-07-01")]).await;
    assert_eq!(Browser::path_of(&done), "/console/fund/scans?done=accepted");
    let standing = body(&call("GET", &format!("people/{amina}"), "", vec![]).await);
    assert_eq!(standing["receipts"][0]["state"], "accepted");
    let refused = flo.upload("/console/fund/scans", "it.pdf", b"%PDF-1.7\n%%EOF").await;
    assert_eq!(refused.status, 422);
}
