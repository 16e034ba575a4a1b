//! A date of the calendar that an officer moves for one person, and takes back.

use entitlement::cycle::StageName;

use crate::console::Browser;
use crate::fund::{AMINA, BORIS, fund, night, officer, person, stages};

#[tokio::test(flavor = "multi_thread")]
async fn officer_moves_one_date_of_one_person_with_a_reason_and_takes_it_back() {
    let world = fund(&[AMINA, BORIS]).await;
    night(&world, "2026-01-06").await;
    let (amina, boris) = (person(&world, "100000001").await, person(&world, "100000002").await);
    let flo = Browser::officer(&world, "unjspf", "Flo").await;
    let (page, form) =
        (format!("/console/fund/people/{amina}"), format!("/console/fund/people/{amina}/dates"));
    let moved = async |date: &str, day: &str, reason: &str| {
        flo.post(&form, &[("year", "2026"), ("date", date), ("day", day), ("reason", reason)]).await
    };
    for (date, day, reason) in [
        ("first-mailing", "2026-07-15", " "),
        ("first-mailing", "15.7.2026", "in hospital"),
        ("birthday", "2026-07-15", "in hospital"),
        ("first-mailing", "2072-07-15", "in hospital"),
        ("first-mailing", "2026-12-15", "after the second mailing"),
    ] {
        assert_eq!(moved(date, day, reason).await.status, 400, "{date} {day} {reason}");
    }
    let nobody = "/console/fund/people/00000-00000/dates";
    let fields = [("year", "2026"), ("date", "due"), ("day", "2027-01-10"), ("reason", "r")];
    assert_eq!(flo.post(nobody, &fields).await.status, 404);
    let done = moved("first-mailing", "2026-07-15", "in hospital until July").await;
    assert_eq!(Browser::path_of(&done), format!("{page}?done=moved"));
    assert_eq!(moved("second-mailing", "2026-11-15", "still in hospital").await.status, 303);
    let shown = flo.get(&page).await.text();
    for words in ["2026-07-15", "instead of 2026-06-30", "2026-11-15", "still in hospital", "Signed by Flo"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!flo.get(&format!("/console/fund/people/{boris}")).await.text().contains("instead of"));

    night(&world, "2026-07-01").await;
    assert_eq!(stages(&world, &amina).await, [(2026, StageName::Open)], "her date is another");
    assert_eq!(stages(&world, &boris).await, [(2026, StageName::Mailed)]);
    let flo = Browser::officer(&world, "unjspf", "Flo again").await;
    let usual = flo.post(&format!("{form}/usual"), &[("year", "2026")]).await;
    assert_eq!(Browser::path_of(&usual), format!("{page}?done=usual"));
    assert!(!flo.get(&page).await.text().contains("instead of"));
    night(&world, "2026-07-02").await;
    assert_eq!(stages(&world, &amina).await, [(2026, StageName::Mailed)]);
    let export = world.issuer.export_journal(&officer("eve"), &amina).await.unwrap();
    assert!(entitlement::journal::verify(&export).holds(), "each night goes by the version of its day");
}

#[tokio::test(flavor = "multi_thread")]
async fn officer_sees_the_dates_of_the_year_and_moves_one_for_a_country() {
    let world = fund(&[AMINA, BORIS]).await;
    night(&world, "2026-01-06").await;
    let flo = Browser::officer(&world, "unjspf", "Flo").await;
    let page = flo.get("/console/fund?year=2026").await.text();
    for words in ["Dates of 2026", "First payroll without payment", "2026-12-31"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let moved = async |country: &str, day: &str| {
        let fields = [
            ("year", "2026"),
            ("country", country),
            ("date", "first-mailing"),
            ("day", day),
            ("reason", "a flood"),
        ];
        flo.post("/console/fund/dates", &fields).await
    };
    assert_eq!(moved("Senegal", "2026-07-15").await.status, 400);
    assert_eq!(moved("SEN", "2026-12-15").await.status, 400, "after the second mailing");
    assert_eq!(Browser::path_of(&moved("sen", "2026-07-15").await), "/console/fund?year=2026&done=moved");
    let page = flo.get("/console/fund?year=2026").await.text();
    assert!(
        page.contains("a flood") && page.contains("instead of 2026-06-30") && page.contains("Flo"),
        "{page}"
    );
    night(&world, "2026-07-01").await;
    let (amina, boris) = (person(&world, "100000001").await, person(&world, "100000002").await);
    assert_eq!(stages(&world, &amina).await, [(2026, StageName::Open)]);
    assert_eq!(stages(&world, &boris).await, [(2026, StageName::Mailed)]);
    let flo = Browser::officer(&world, "unjspf", "Flo again").await;
    let usual = flo.post("/console/fund/dates/usual", &[("year", "2026"), ("country", "SEN")]).await;
    assert_eq!(Browser::path_of(&usual), "/console/fund?year=2026&done=usual");
    assert!(!flo.get("/console/fund?year=2026").await.text().contains("instead of"));
}

/// The calendars that ship end with 2027. Nobody notices by themselves that the next year does not begin.
#[tokio::test(flavor = "multi_thread")]
async fn year_without_a_calendar_is_warned_of_and_made_from_the_year_before() {
    let world = crate::fund::fund(&[crate::fund::AMINA]).await;
    crate::fund::night(&world, "2027-09-30").await;
    let ann = Browser::officer(&world, "unjspf", "Ann").await;
    assert!(!ann.get("/console/fund").await.text().contains("no-calendar"), "too early");
    world.clock.set(crate::fund::at("2027-10-01", 9));
    let ann = Browser::officer(&world, "unjspf", "Ann").await;
    for page in ["/console/fund", "/console"] {
        assert!(ann.get(page).await.text().contains("2028 has no calendar"), "{page}");
    }
    world.clock.set(crate::fund::at("2028-01-04", 2));
    let run = world.issuer.run_fund_night(&crate::fund::officer("system")).await.unwrap();
    assert_eq!((run.row.faults, run.faults[0].year), (1, 2028));
    assert!(run.faults[0].why.contains("there is no calendar of 2028"), "{}", run.faults[0].why);

    let ann = Browser::officer(&world, "unjspf", "Ann").await;
    let page = ann.get("/console/fund/calendars/2028").await.text();
    assert!(page.contains("value=\"2028-06-30\"") && page.contains("2028-06-30 is a Friday"), "{page}");
    let wrong = ann.post("/console/fund/calendars/2028", &[("due", "2028-06-01")]).await;
    assert_eq!(wrong.status, 400, "out of order");
    assert_eq!(ann.get("/console/fund/calendars/2035").await.status, 400, "not this year or the next");
    let made = ann.post("/console/fund/calendars/2028", &[("payroll", "2029-06-04")]).await;
    assert_eq!(Browser::path_of(&made), "/console/fund?year=2028&done=new-year");
    assert_eq!(ann.get("/console/fund/calendars/2028").await.status, 409, "made already");
    let text = ann.get("/console/fund?year=2028").await.text();
    assert!(text.contains("2029-06-04") && !text.contains("no-calendar"), "{text}");
    crate::fund::night(&world, "2028-01-05").await;
    let amina = crate::fund::person(&world, "100000001").await;
    let stages = crate::fund::stages(&world, &amina).await;
    assert_eq!(stages.last(), Some(&(2028, entitlement::cycle::StageName::Open)));
}
