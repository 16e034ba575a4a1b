//! Signed paper forms that people send from their wallets.

use issuance::import::{File, Retiree};
use issuer::app::{CaseDecision, FundError, NewMailing, RegisterSource};
use outbound::Reply;
use serde_json::{Value, json};

use crate::existence::asked;
use crate::fund::{at, officer, person};
use crate::post::{raster, scanned};
use crate::support::{ORIGIN, World, json as body, problem};

const HEAD: &str =
    "uid,given_name,family_name,birth_date,country,language,track,address,email,medium,in_payment_since";
const MARGARET: &str =
    "100482317,Margaret,Ellison,1950-05-05,GBR,en,one,1 High Street | London,,post,2012-01-01";
const BORIS: &str = "100000002,Boris,Petrov,1940-02-01,RUS,ru,one,\"Тверская 1 | Москва\",,post,2003-01-01";

/// A summer in which both have a form in their letters: the letters as a PDF, and the path of her question.
async fn summer(world: &World) -> (Vec<u8>, String) {
    world.clock.set(at("2026-01-05", 12));
    let text = format!("{HEAD}\n{MARGARET}\n{BORIS}\n");
    let file = File { bytes: text.as_bytes(), sheet: None };
    let source = RegisterSource::Sheet { name: "people.csv", file };
    let import = world.issuer.upload_register(&officer("clerk"), source).await.unwrap();
    world.issuer.confirm_register(&officer("clerk"), &import).await.unwrap();
    world.issuer.work_off_registers().await.unwrap();
    for day in ["2026-01-06", "2026-07-01"] {
        world.clock.set(at(day, 2));
        world.issuer.run_fund_night(&officer("system")).await.unwrap();
    }
    let new = NewMailing {
        kinds: vec!["mail-paper".into()],
        telephone: "+1 212 963 6931".into(),
        return_address: "New York".into(),
    };
    let id = world.issuer.make_mailing(&officer("clerk"), &new).await.unwrap();
    world.issuer.gather_mailings(world.tenant("unjspf")).await.unwrap();
    let pdf = world.issuer.mailing_piece(&officer("clerk"), &id, 1).await.unwrap();
    (pdf, asked(world).await.1)
}

async fn upload(world: &World, path: &str, query: &str, file: Vec<u8>) -> Reply {
    let url = world.url(&format!("{path}/form{query}"));
    world.client.post_bytes(&url, "image/jpeg", file, &[]).await.unwrap()
}

fn form(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    body(reply)["form"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_form_from_a_wallet_has_the_evidence_and_the_receipt_of_one_by_post() {
    let world = World::start().await;
    let (pdf, path) = summer(&world).await;
    let margaret = person(&world, "100482317").await;
    // Letters are sorted by country: hers is the first.
    let (own, other) = (raster(&pdf, 0), raster(&pdf, 1));
    let unsigned = form(&upload(&world, &path, "", scanned(&own, false, 3)).await);
    assert_eq!((&unsigned["state"], &unsigned["reason"]), (&json!("unread"), &json!("unsigned")));
    let of_another = form(&upload(&world, &path, "", scanned(&other, true, 4)).await);
    assert_eq!((&of_another["state"], &of_another["reason"]), (&json!("unread"), &json!("other-person")));
    assert_eq!(body(&world.get(&path).await).get("form"), None, "neither was kept");
    let standing = world.issuer.fund_person_page("unjspf", &margaret).await.unwrap();
    assert!(standing.receipts.is_empty() && standing.years[0].waiting.is_empty());

    let signed = scanned(&own, true, 5);
    let sent = form(&upload(&world, &path, "", signed.clone()).await);
    assert_eq!(sent["state"], "waiting");
    assert_eq!(form(&upload(&world, &path, "", signed).await), sent, "sent twice is one proof");
    let standing = world.issuer.fund_person_page("unjspf", &margaret).await.unwrap();
    assert_eq!(standing.receipts.len(), 1);
    assert_eq!(
        (standing.receipts[0].channel.as_str(), json!(standing.receipts[0].reference)),
        ("upload", sent["reference"].clone())
    );
    assert!(!standing.years[0].wants_reminders(), "letters stop with its receipt");

    let waiting = world.issuer.list_scans("unjspf", "waiting", "", 9).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].uploaded_by.as_str()), (1, "person"));
    let day = "2026-07-01".parse().unwrap();
    world.issuer.decide_scan(&officer("ann"), &waiting[0].id, Ok(day)).await.unwrap();
    let after = body(&world.get(&path).await);
    assert_eq!(after["form"]["state"], "accepted");
    let receipt = &after["receipt"];
    assert_eq!((&receipt["channel"], &receipt["years"]), (&json!("upload"), &json!([2026])));
    assert_eq!((&receipt["reference"], &receipt["letter"]), (&sent["reference"], &json!(true)));
    let letter = world.get(&format!("{path}/receipt")).await;
    assert!(letter.status == 200 && letter.body.starts_with(b"%PDF"));
}

#[tokio::test(flavor = "multi_thread")]
async fn page_that_no_machine_reads_goes_to_an_officer_when_the_person_wants_so() {
    let world = World::start().await;
    let (_, path) = summer(&world).await;
    let margaret = person(&world, "100482317").await;
    let blank = testkit::faces::still(0);
    let first = form(&upload(&world, &path, "", blank.clone()).await);
    assert_eq!((&first["state"], &first["reason"]), (&json!("unread"), &json!("no-code")));
    assert_eq!(world.issuer.list_scans("unjspf", "unread", "", 9).await.unwrap().len(), 0);
    let kept = form(&upload(&world, &path, "?as_it_is=true", blank.clone()).await);
    assert_eq!((&kept["state"], kept.get("reference")), (&json!("waiting"), None));
    let unread = world.issuer.list_scans("unjspf", "unread", "", 9).await.unwrap();
    assert_eq!(unread[0].person.as_deref(), Some(margaret.as_str()));

    // The officer reads a number: of her own form it is her proof, of another's it is not.
    let letters = |uid: &'static str| {
        let world = &world;
        async move {
            let of = person(world, uid).await;
            let post = world.issuer.fund_post("unjspf", &of).await.unwrap();
            post.letters[0].0.number.clone().unwrap()
        }
    };
    let wrong = world.issuer.name_scan(&officer("ann"), &unread[0].id, &letters("100000002").await).await;
    assert!(matches!(wrong, Err(FundError::Form(_))), "{wrong:?}");
    world.issuer.name_scan(&officer("ann"), &unread[0].id, &letters("100482317").await).await.unwrap();
    let named = body(&world.get(&path).await)["form"].clone();
    assert!(named["state"] == "waiting" && named["reference"].is_string(), "{named}");

    // Refused, it is appealed against like any other, and another officer decides.
    world.issuer.decide_scan(&officer("ann"), &unread[0].id, Err("a drawing")).await.unwrap();
    let refused = body(&world.get(&path).await);
    assert_eq!(
        (&refused["state"], &refused["form"]["state"], &refused["appeal"]["state"]),
        (&json!("open"), &json!("refused"), &json!("possible"))
    );
    let asked = world.post(&format!("{path}/appeal"), &json!({"words": "I signed it."}), None).await;
    assert_eq!(body(&asked)["appeal"]["state"], "open");
    let cases = world.issuer.cases_of("unjspf", &margaret).await.unwrap();
    let word = CaseDecision { outcome: "upheld".into(), reason: "it is hers".into(), ..Default::default() };
    assert!(world.issuer.decide_case(&officer("ann"), &cases[0].id, &word).await.is_err());
    world.issuer.decide_case(&officer("ben"), &cases[0].id, &word).await.unwrap();
    let after = body(&world.get(&path).await);
    assert_eq!((&after["appeal"]["state"], &after["form"]["state"]), (&json!("upheld"), &json!("accepted")));
    assert_eq!(after["receipt"]["channel"], "upload");
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_are_bounded_and_taken_of_people_on_the_register_alone() {
    let world = World::start().await;
    let (_, path) = asked(&world).await;
    let sent = upload(&world, &path, "", b"anything".to_vec()).await;
    assert_eq!(problem(&sent), (409, "conflict".into()), "on no register");
    assert_eq!(body(&sent)["reason"], "no-forms");
    assert_eq!(problem(&upload(&world, "/t/unjspf/existence/guessed", "", vec![1]).await).0, 404);

    let world = World::start().await;
    let (_, path) = summer(&world).await;
    // A broken file and one of another kind are said as every page that cannot be read, and are kept by nobody.
    let foreign = b"no picture".to_vec();
    for (query, file) in [("", foreign.clone()), ("?as_it_is=true", foreign), ("", b"\xff\xd8\xff".to_vec())]
    {
        let unread = form(&upload(&world, &path, query, file).await);
        assert_eq!((&unread["state"], &unread["reason"]), (&json!("unread"), &json!("picture")));
    }
    assert!(world.issuer.list_scans("unjspf", "unread", "", 9).await.unwrap().is_empty());
    let large = vec![0xff; 8 * 1024 * 1024 + 1];
    assert_eq!(problem(&upload(&world, &path, "", large).await), (413, "too-large".into()));
    let blank = testkit::faces::still(0);
    // The broken picture was the first try of twenty.
    for _ in 0..19 {
        form(&upload(&world, &path, "", blank.clone()).await);
    }
    let often = upload(&world, &path, "", blank).await;
    assert_eq!(problem(&often), (409, "conflict".into()), "it goes by post");
    assert_eq!(body(&often)["reason"], "too-many", "for the wallet, which says it in the person's language");

    let other = Retiree {
        uid: "100000002".into(),
        given_name: "Boris".into(),
        family_name: "Petrov".into(),
        country: None,
        language: None,
        email: None,
    };
    let boris = world.issuer.add_beneficiary(&officer("clerk"), other).await.unwrap();
    let id = world.issuer.ask(&officer("clerk"), &boris).await.unwrap();
    let link = world.issuer.request_link(&officer("clerk"), &id).await.unwrap().uri;
    let own = link.strip_prefix(ORIGIN).unwrap().to_owned();
    assert_eq!(form(&upload(&world, &own, "", testkit::faces::still(0)).await)["state"], "unread");
}
