use super::*;

const BASE: &str = include_str!("../../../calendars/2026.toml");

fn with(more: &str) -> Result<Calendar, CalendarFault> {
    Calendar::parse(&format!("{BASE}\n{more}"))
}

#[test]
fn calendars_that_ship_have_the_funds_dates() {
    for year in [2026, 2027] {
        let calendar = Calendar::of_year(year).unwrap();
        let on = |shown: &str, years: i32| day(&format!("{}-{shown}", year + years));
        let dates = calendar.dates();
        assert_eq!(dates.opens, on("01-02", 0));
        assert_eq!(dates.scope_cut_off, on("06-24", 0));
        assert_eq!((dates.first_mailing, dates.return_days), (on("06-30", 0), 45));
        assert_eq!((dates.second_mailing, dates.due), (on("10-31", 0), on("12-31", 0)));
        assert_eq!((dates.grace_until, dates.payroll), (on("05-18", 1), on("06-01", 1)));
    }
    assert_eq!(Calendar::of_year(1999), None);
}

#[test]
fn dates_move_for_a_country_and_further_for_one_person() {
    let calendar = with(
        r#"
        [[overrides]]
        country = "ITA"
        move = { payroll = "2027-09-01" }
        reason = "post on strike"
        signer = "chief"
        [[overrides]]
        person = "p1"
        move = { grace-until = "2027-05-25" }
        reason = "at sea"
        signer = "chief"
        "#,
    )
    .unwrap();
    let mine = calendar.dates_of(&person()).into_owned();
    assert_eq!((mine.grace_until, mine.payroll), (day("2027-05-25"), day("2027-09-01")));
    let neighbour = Person { id: "p2".into(), ..person() };
    assert_eq!(calendar.dates_of(&neighbour).grace_until, day("2027-05-18"));
    let abroad = Person { id: "p3".into(), country: "FRA".parse().unwrap(), ..person() };
    assert_eq!(&*calendar.dates_of(&abroad), calendar.dates());
}

#[test]
fn unsigned_unfounded_or_disordered_moves_are_refused() {
    let over = |whom: &str, moved: &str, reason: &str, signer: &str| {
        with(&format!(
            "[[overrides]]\n{whom}\nmove = {{ {moved} }}\nreason = \"{reason}\"\nsigner = \"{signer}\"\n"
        ))
    };
    let (late, italy) = ("payroll = \"2027-09-01\"", "country = \"ITA\"");
    assert!(over(italy, late, "strike", "chief").is_ok());
    assert!(matches!(over(italy, late, " ", "chief"), Err(CalendarFault::Unsigned { .. })));
    assert!(matches!(over(italy, late, "strike", ""), Err(CalendarFault::Unsigned { .. })));
    assert_eq!(over("", late, "strike", "chief"), Err(CalendarFault::Whom));
    let both = "country = \"ITA\"\nperson = \"p1\"";
    assert_eq!(over(both, late, "strike", "chief"), Err(CalendarFault::Whom));
    let early = over(italy, "payroll = \"2027-05-01\"", "strike", "chief");
    assert!(matches!(early, Err(CalendarFault::Order { date: "payroll", .. })));
    let unknown = over(italy, "pay-day = \"2027-05-01\"", "strike", "chief");
    assert!(matches!(unknown, Err(CalendarFault::Syntax(_))));
}

#[test]
fn two_overrides_that_do_not_fit_together_are_refused() {
    let clash = with(
        r#"
        [[overrides]]
        country = "ITA"
        move = { grace-until = "2027-08-15", payroll = "2027-09-01" }
        reason = "strike"
        signer = "chief"
        [[overrides]]
        person = "p1"
        move = { payroll = "2027-07-01" }
        reason = "asked for it"
        signer = "chief"
        "#,
    );
    assert!(matches!(clash, Err(CalendarFault::Order { date: "payroll", .. })));
}

#[test]
fn second_override_for_the_same_country_is_refused() {
    let one = "[[overrides]]\ncountry = \"ITA\"\nreason = \"a\"\nsigner = \"b\"\n";
    assert!(with(one).is_ok());
    assert!(matches!(with(&format!("{one}{one}")), Err(CalendarFault::Twice { .. })));
}

#[test]
fn hold_out_covers_its_country_and_its_days() {
    let calendar = with(
        "[[hold-outs]]\ncountry = \"SDN\"\nfrom = \"2027-05-01\"\nuntil = \"2027-07-31\"\n\
         reason = \"conflict\"\nsigner = \"chief\"\n",
    )
    .unwrap();
    let (sudan, italy) = ("SDN".parse().unwrap(), "ITA".parse().unwrap());
    assert!(calendar.hold_out(sudan, day("2027-07-31")).is_some());
    assert_eq!(calendar.hold_out(sudan, day("2027-08-01")), None);
    assert_eq!(calendar.hold_out(italy, day("2027-06-01")), None);
}

#[test]
fn country_is_three_capital_letters() {
    for wrong in ["", "IT", "ita", "ITAL", "I1A", "ÄÖ"] {
        assert!(wrong.parse::<CountryCode>().is_err(), "{wrong}");
    }
}

#[test]
fn calendar_of_the_next_year_has_the_same_days_and_nothing_that_was_moved() {
    let text = format!(
        "{}\n[[hold-outs]]\ncountry = \"SDN\"\nfrom = \"2026-01-01\"\nuntil = \"2027-12-31\"\n\
         reason = \"no post\"\nsigner = \"chief\"\n",
        include_str!("../../../calendars/2026.toml")
            .replace("over-80 = \"2026-02-02\"", "over-80 = \"2026-02-28\"")
    );
    let next = Calendar::parse(&text).unwrap().for_year(2028).unwrap();
    assert_eq!(
        (next.year(), next.dates().opens, next.dates().payroll),
        (2028, day("2028-01-02"), day("2029-06-01"))
    );
    assert_eq!((next.hold_outs().len(), next.dates().reminders.len()), (0, 3));
    let mut leap = next.dates().clone();
    leap.reminders[0].over_80 = day("2028-02-29");
    let leap = Calendar::new(2028, leap, Vec::new(), Vec::new()).unwrap();
    assert_eq!(leap.for_year(2029).unwrap().dates().reminders[0].over_80, day("2029-02-28"));
}
