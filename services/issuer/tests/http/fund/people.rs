//! The list of people: in the order of names, by groups, found by what somebody types, and no name in an address.

use issuer::app::{AGE_BANDS, PeoplePart};

use super::{AMINA, BORIS, fund, import, night, officer, person, prove};
use crate::console::Browser;
use crate::support::World;

const EMILE: &str = "100000003,Émile,O'Brien-Łęcki,1930-01-01,FRA,fr,one,1995-01-01,,";
const PATH: &str = "/console/fund/people";

/// Names on a page of so many, and how many there are.
async fn listed(world: &World, part: &PeoplePart, search: Option<&str>, page: usize) -> (Vec<String>, usize) {
    let found = world.issuer.people_by_name("unjspf", (part, search), 2026, (page, 2)).await.unwrap();
    let name = |row: issuer::app::ListedFundPerson| row.person.unwrap().registered.family_name;
    (found.rows.into_iter().map(name).collect(), found.total)
}

#[tokio::test(flavor = "multi_thread")]
async fn people_stand_by_name_and_are_found_however_they_are_typed() {
    let world = fund(&[BORIS, EMILE, AMINA]).await;
    let all = PeoplePart::default();
    assert_eq!(listed(&world, &all, None, 1).await, (vec!["Diallomensah".into(), "O'Brien-Łęcki".into()], 3));
    assert_eq!(listed(&world, &all, None, 2).await, (vec!["Petrovskij".into()], 3));
    assert_eq!(listed(&world, &all, None, 9).await.0, ["Petrovskij"], "beyond the last page is the last");
    for (typed, found) in [
        ("lecki", 1),
        ("EMILE o'br", 1),
        ("brien emile", 1),
        ("petro", 1),
        ("trovskij", 0),
        ("1000", 3),
        ("100000002", 1),
        ("", 3),
        ("%", 3),
        ("nobody", 0),
    ] {
        assert_eq!(listed(&world, &all, Some(typed), 1).await.1, found, "{typed}");
    }
    // A change of the register is seen at once: another name, and somebody new.
    import(
        &world,
        &[&AMINA.replace("Diallomensah", "Zola"), "100000004,Ana,Abe,1960-01-01,JPN,en,one,2012-01-01,,"],
    )
    .await;
    assert_eq!(listed(&world, &all, None, 1).await, (vec!["Abe".into(), "O'Brien-Łęcki".into()], 4));
    assert_eq!(listed(&world, &all, Some("diallo"), 1).await.1, 0);
    assert_eq!(listed(&world, &all, None, 2).await.0, ["Petrovskij", "Zola"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_narrow_the_list_and_agree_with_the_figures() {
    let world = fund(&[BORIS, EMILE, AMINA]).await;
    night(&world, "2026-01-06").await;
    let boris = person(&world, "100000002").await;
    prove(&world, &boris, 1, "2026-01-05").await;
    night(&world, "2026-01-08").await;
    let counts = world.issuer.fund_counts("unjspf", 2026).await.unwrap();
    let part = |named| PeoplePart::of(Some(2026), named);
    for (country, group) in &counts.countries {
        let found = listed(&world, &part([None, None, Some(country), None, None]), None, 1).await;
        assert_eq!(found.1 as u64, group.total(), "{country}");
    }
    for (age, group) in &counts.ages {
        let band = AGE_BANDS.into_iter().find(|band| band.title == age).unwrap();
        let found = listed(&world, &part([None, None, None, None, Some(band.code)]), None, 1).await;
        assert_eq!(found.1 as u64, group.total(), "{age}");
    }
    assert_eq!(
        listed(&world, &part([None, Some("paper"), None, None, None]), None, 1).await.0,
        ["Petrovskij"]
    );
    let closed = listed(&world, &part([Some("closed"), None, None, None, None]), None, 1).await;
    assert_eq!(closed.0, ["Petrovskij"]);
    let french = part([Some("open"), None, None, Some("fr"), None]);
    assert_eq!(listed(&world, &french, Some("e"), 1).await, (vec!["O'Brien-Łęcki".into()], 1));
    // Without a year there is no stage, and what nobody knows narrows nothing.
    let unknown = PeoplePart::of(None, [Some("closed"), Some("paper"), Some("xx"), Some("tlh"), Some("7")]);
    assert_eq!(unknown, PeoplePart::default());
    assert_eq!(listed(&world, &PeoplePart::of(Some(2019), [None; 5]), None, 1).await.1, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_name_or_number_stands_in_an_address_and_a_search_is_its_officers_own() {
    let world = fund(&[BORIS, EMILE, AMINA]).await;
    night(&world, "2026-01-06").await;
    let ann = Browser::officer(&world, "unjspf", "Ann").await;
    let sought =
        Browser::path_of(&ann.post(PATH, &[("q", "diallo"), ("year", "2026"), ("country", "SEN")]).await);
    assert!(!sought.to_lowercase().contains("diallo"), "{sought}");
    assert!(sought.starts_with(&format!("{PATH}?year=2026&country=SEN&search=")), "{sought}");
    let page = ann.get(&sought).await.text();
    assert!(
        page.contains("1 person") && page.contains("Diallomensah, Amina") && page.contains("Senegal"),
        "{page}"
    );
    assert!(
        page.contains("Stage 2026") && page.contains(">Open</span>") && page.contains("French"),
        "{page}"
    );
    let ben = Browser::officer(&world, "unjspf", "Ben").await;
    let other = ben.get(&sought).await.text();
    assert!(
        other.contains("This search is over.") && !other.contains("diallo"),
        "what Ann looks for is hers"
    );

    let token = world.issuer.keep_people_search(&officer("ann"), " Diallo ").await.unwrap();
    let kept = async |name| world.issuer.people_search(&officer(name), &token).await.unwrap();
    assert_eq!((kept("ann").await, kept("ben").await), (Some("Diallo".to_owned()), None));

    let found = Browser::path_of(&ann.post(PATH, &[("q", "100 000 001")]).await);
    assert_eq!(found, format!("{PATH}/{}", person(&world, "100000001").await));
    assert_eq!(Browser::path_of(&ann.post(PATH, &[("q", "999999999")]).await), format!("{PATH}?unknown=1"));
    assert_eq!(
        Browser::path_of(&ann.post(PATH, &[("q", " "), ("language", "ru")]).await),
        format!("{PATH}?language=ru")
    );
    let everybody = ann.get(PATH).await.text();
    assert!(everybody.contains("3 people") && everybody.contains("Page 1 of 1"));
    // The figures lead to the people behind them.
    let year = ann.get("/console/fund?year=2026").await.text();
    assert!(
        year.contains("/console/fund/people?year=2026&#38;country=SEN")
            || year.contains("people?year=2026&amp;country=SEN"),
        "{year}"
    );
    let figures = ann.get("/console/fund/figures?year=2026").await.text();
    assert!(figures.contains("Senegal") && figures.contains("language=fr"));
    world.clock.advance(chrono::Duration::minutes(60));
    assert_eq!(kept("ann").await, None, "for an hour");
}
