#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::*;

const HEAD: &str =
    "uid,given_name,family_name,birth_date,country,language,track,in_payment_since,benefit_until,died_on";

fn today() -> chrono::NaiveDate {
    "2026-02-01".parse().unwrap()
}

fn read(rows: &[&str]) -> Listing<Registered> {
    register(&format!("{HEAD}\n{}\n", rows.join("\n")), today()).unwrap()
}

#[test]
fn a_row_of_the_register_is_read_with_its_usual_values() {
    let listing = read(&["123456789,Amina,Diallo,1950-05-05,sen,FR,two,2012-01-01,,"]);
    let person = listing.good().next().unwrap();
    assert_eq!((person.country.as_str(), person.language.as_str()), ("SEN", "fr"));
    assert!(person.two_track);
    assert_eq!((person.medium.as_str(), person.utc_offset_minutes), ("post", 0));
}

#[test]
fn each_fault_has_its_line_and_its_reason() {
    let cases = [
        ("12345678,A,B,1950-05-05,SEN,fr,one,,,", "uid"),
        ("123456789,A,B,1950-13-05,SEN,fr,one,,,", "birth_date"),
        ("123456789,A,B,,SEN,fr,one,,,", "birth_date"),
        ("123456789,A,B,2030-01-01,SEN,fr,one,,,", "birth_date"),
        ("123456789,A,B,1890-01-01,SEN,fr,one,,,", "birth_date"),
        ("123456789,,,1950-05-05,SEN,fr,one,,,", "family_name"),
        ("123456789,A,B,1950-05-05,SN,fr,one,,,", "country"),
        ("123456789,A,B,1950-05-05,XXX,fr,one,,,", "country"),
        ("123456789,A,B,1950-05-05,SEN,de,one,,,", "language"),
        ("123456789,A,B,1950-05-05,SEN,fr,three,,,", "track"),
        ("123456789,A,B,1950-05-05,SEN,fr,one,2012-01-01,2011-01-01,", "benefit_until"),
        ("123456789,A,B,1950-05-05,SEN,fr,one,,,2026-02-02", "died_on"),
        ("123456789,A,B,1950-05-05,SEN,fr,one,,,1949-01-01", "died_on"),
    ];
    for (row, heading) in cases {
        let listing = read(&["987654321,Good,Row,1950-05-05,SEN,fr,one,,,", row]);
        let bad = listing.bad().next().unwrap_or_else(|| panic!("{row}"));
        assert_eq!((listing.good().count(), bad.faults.len()), (1, 1), "{row}: {:?}", bad.faults);
        assert_eq!((bad.faults[0].line, bad.faults[0].heading.as_str()), (3, heading), "{row}");
        assert!(!bad.faults[0].reason.is_empty());
    }
}

#[test]
fn a_number_stands_in_a_file_once() {
    let row = "123456789,A,B,1950-05-05,SEN,fr,one,,,";
    let listing = read(&[row, row]);
    assert_eq!((listing.good().count(), listing.bad().count()), (1, 1));
}

#[test]
fn a_staff_number_comes_with_its_organisation() {
    let head = "uid,family_name,birth_date,country,employer,staff_number";
    let listing =
        |row: &str| register(&format!("{head}\n123456789,B,1950-05-05,SEN,{row}\n"), today()).unwrap();
    let good = listing("did:passerelle:undp,UNDP-4711");
    let person = good.good().next().unwrap();
    assert_eq!(
        (person.employer.as_deref(), person.staff_number.as_deref()),
        (Some("did:passerelle:undp"), Some("UNDP-4711"))
    );
    assert_eq!(listing(",").good().next().unwrap().employer, None);
    for wrong in
        ["did:passerelle:undp,", ",UNDP-4711", "UNDP,UNDP-4711", "did:passerelle:undp,12345678901234567"]
    {
        assert_eq!(listing(wrong).bad().count(), 1, "{wrong}");
    }
}

#[test]
fn rows_of_json_pass_the_same_checks() {
    let cells = |uid: &str| {
        let mut cells = vec![String::new(); register_headings().len()];
        for (at, text) in [(0, uid), (2, "Diallo"), (3, "1950-05-05"), (4, "SEN")] {
            cells[at] = text.to_owned();
        }
        cells
    };
    let rows = register_rows(vec![cells("123456789"), cells("1")], today()).unwrap();
    assert!(rows[0].outcome.is_ok());
    assert_eq!(rows[1].outcome.as_ref().unwrap_err().faults[0].line, 2);
    assert_eq!(register_rows(Vec::new(), today()).unwrap_err(), SheetError::NoRows);
}
