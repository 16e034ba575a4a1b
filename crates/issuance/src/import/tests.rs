#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;

const HEADER: &str = "staff_number,given_name,family_name,name_in_original_script,birth_date,nationality,job_title,grade,duty_station,contract_type,start_date,end_date";
const AMINA: &str =
    "704104,Amina,Haddad,أمينة حداد,1979-01-19,JOR,Legal Officer,P-4,Amman,fixed-term,2024-02-16,2028-12-31";

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()
}

fn read(text: &[u8]) -> Listing<Person> {
    staff(text, Limits::default(), today()).unwrap()
}

fn refused(text: &[u8]) -> SheetError {
    staff(text, Limits::default(), today()).unwrap_err()
}

/// The faults of one row whose named cell was replaced.
fn with(column: &str, value: &str) -> Vec<RowFault> {
    let at = HEADER.split(',').position(|heading| heading == column).unwrap();
    let mut cells: Vec<&str> = AMINA.split(',').collect();
    cells[at] = value;
    let listing = read(format!("{HEADER}\n{}\n", cells.join(",")).as_bytes());
    listing.bad().flat_map(|row| row.faults.clone()).collect()
}

#[test]
fn every_row_of_the_samples_is_good() {
    let samples: [(&[u8], usize); 2] = [
        (include_bytes!("../../../../services/issuer/samples/staff-undp.csv"), 200),
        (include_bytes!("../../../../services/issuer/samples/staff-wfp.csv"), 12),
    ];
    for (sample, count) in samples {
        let listing =
            staff(sample, Limits::default(), NaiveDate::from_ymd_opt(2026, 11, 1).unwrap()).unwrap();
        assert_eq!(listing.bad().next(), None);
        assert_eq!(listing.good().count(), count);
        assert!(listing.good().all(|person| person.employment.is_some()));
    }
    let fund =
        retirees(include_bytes!("../../../../services/issuer/samples/retirees.csv"), Limits::default())
            .unwrap();
    assert_eq!((fund.good().count(), fund.bad().count()), (24, 0));
}

#[test]
fn every_fault_of_the_sample_is_told_with_line_and_column() {
    let listing = read(include_bytes!("../../../../services/issuer/samples/staff-with-faults.csv"));
    let told: Vec<String> = listing
        .bad()
        .flat_map(|row| &row.faults)
        .map(|fault| format!("{} {:?} {}: {}", fault.line, fault.column, fault.heading, fault.reason))
        .collect();
    let expected = [
        "3 Some(2) given_name: this cell is empty",
        "4 Some(5) birth_date: “31/12/1985” does not fit: write dates as year-month-day, such as 1985-12-31",
        "5 Some(5) birth_date: there is no such day as 1982-02-30",
        "6 Some(8) grade: “P9” does not fit: grades are G-1 to G-7, P-1 to P-7, D-1, D-2, NO-A to NO-E, FS-1 to FS-7, ASG, USG, IPSA-1 to IPSA-12 or NPSA-1 to NPSA-12",
        "7 Some(1) staff_number: staff number 704901 is already on line 2",
        "8 Some(1) staff_number: “704 906” does not fit: a staff number has 3 to 16 capital letters, digits and hyphens",
        "9 Some(10) contract_type: “casual” does not fit: use permanent, continuing, fixed-term, temporary or service-agreement",
        "11 Some(6) nationality: “JP” does not fit: use the three letters of ISO 3166, such as FRA or KEN",
        "12 Some(12) end_date: the appointment ends on 2022-12-31, before it starts on 2024-02-01",
        "14 None : the row ends after 3 of 12 cells",
    ];
    assert_eq!(told, expected);
    assert_eq!(listing.good().count(), 2);
    assert_eq!(listing.empty_lines, 1);
}

#[test]
fn byte_order_mark_semicolons_and_old_line_endings_are_read() {
    let plain = read(format!("{HEADER}\n{AMINA}\n").as_bytes());
    let marked = read(format!("\u{feff}{HEADER}\r\n{AMINA}\r\n").as_bytes());
    assert_eq!((marked.encoding, marked.rows), (Encoding::Utf8WithMark, plain.rows.clone()));
    let semicolons = read(format!("{HEADER}\n{AMINA}").replace(',', ";").as_bytes());
    assert_eq!((semicolons.delimiter, semicolons.rows), (Delimiter::Semicolon, plain.rows.clone()));
    let tabs = read(format!("{HEADER}\r{AMINA}\r").replace(',', "\t").as_bytes());
    assert_eq!((tabs.delimiter, tabs.rows), (Delimiter::Tab, plain.rows.clone()));
    let hinted = read(format!("sep=;\r\n{HEADER}\r\n{AMINA}").replace(',', ";").as_bytes());
    assert_eq!(hinted.rows[0].line, 3);
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(format!("{HEADER}\n{AMINA}").encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let wide = read(&wide);
    assert_eq!((wide.encoding, wide.rows), (Encoding::Utf16, plain.rows));
}

#[test]
fn windows_1252_is_recognised() {
    let (bytes, _, lossless) = encoding_rs::WINDOWS_1252
        .encode("staff_number;given_name;family_name;job_title;grade;duty_station\r\n1001;Zoë;Núñez – O’Hara;Chef d’unité;P-3;Genève\r\n");
    assert!(!lossless);
    let listing = read(&bytes);
    assert_eq!(listing.encoding, Encoding::Windows1252);
    let person = listing.good().next().unwrap();
    assert_eq!((person.given_name.as_str(), person.family_name.as_str()), ("Zoë", "Núñez – O’Hara"));
}

#[test]
fn headings_may_be_named_in_other_words() {
    let listing = read("Matricule;Prénoms;Nom de famille;Fonction;Classe;Lieu d’affectation;Remarque\n10-01;Awa;Sow;Juriste;p 3;Dakar;x\n".as_bytes());
    let person = listing.good().next().unwrap();
    assert_eq!((person.staff_number.as_str(), person.grade.as_str()), ("10-01", "P-3"));
    assert_eq!(listing.unused, ["Remarque"]);
}

#[test]
fn quoted_cells_may_hold_separators_quotes_and_line_breaks() {
    let text = format!(
        "{HEADER},remarks\n{},\"two\nlines, \"\"quoted\"\"\"\n{AMINA},\n",
        AMINA.replace("Legal Officer", "\"Chief, Legal\"")
    );
    let listing = read(text.as_bytes());
    assert_eq!(listing.good().next().unwrap().job_title, "Chief, Legal");
    assert_eq!(listing.rows[1].line, 4);
    assert_eq!(listing.bad().next().unwrap().faults[0].reason, "staff number 704104 is already on line 2");
}

#[test]
fn quotation_mark_that_never_closes_costs_only_its_own_row() {
    let broken = AMINA.replace("Amina", "\"Amina").replace("704104", "704105");
    let listing = read(format!("{HEADER}\n{broken}\n{AMINA}\n").as_bytes());
    assert_eq!(listing.good().count(), 1);
    let fault = &listing.bad().next().unwrap().faults[0];
    assert_eq!((fault.line, fault.column), (2, None));
    assert_eq!(fault.reason, "a quotation mark opens on this line and never closes");
}

#[test]
fn separator_that_slipped_into_a_cell_is_told() {
    let listing = read(format!("{HEADER}\n{}\n", AMINA.replace("Legal Officer", "Chief, Legal")).as_bytes());
    let faults = &listing.bad().next().unwrap().faults;
    assert!(faults[0].reason.starts_with("the row has more cells"), "{faults:?}");
}

#[test]
fn cells_at_fault_are_named() {
    for (column, value, number) in [
        ("staff_number", "", 1),
        ("staff_number", "ab", 1),
        ("family_name", "  ", 3),
        ("family_name", "Had\u{202e}dad", 3),
        ("birth_date", "2025-01-01", 5),
        ("birth_date", "19/01/1979", 5),
        ("nationality", "J0R", 6),
        ("grade", "P-0", 8),
        ("grade", "Senior", 8),
        ("contract_type", "forever", 10),
        ("start_date", "", 11),
        ("start_date", "2024-13-01", 11),
        ("end_date", "2020-01-01", 12),
    ] {
        let faults = with(column, value);
        assert_eq!(faults.len(), 1, "{column} {value:?}: {faults:?}");
        assert_eq!((faults[0].column, faults[0].heading.as_str()), (Some(number), column));
    }
    assert_eq!(with("family_name", &"x".repeat(101))[0].reason, "longer than 100 characters");
}

#[test]
fn optional_cells_may_be_empty() {
    for column in ["name_in_original_script", "birth_date", "nationality", "end_date"] {
        assert_eq!(with(column, ""), [], "{column}");
    }
    let bare = read(b"staff_number,given_name,family_name,job_title,grade,duty_station\nA-1,A,B,C,G-2,D\n");
    assert_eq!(bare.good().next().unwrap().employment, None);
}

#[test]
fn files_that_are_no_list_are_refused_with_a_reason() {
    assert_eq!(refused(b""), SheetError::Empty);
    assert_eq!(refused(b"\r\n , ,\r\n"), SheetError::Empty);
    assert_eq!(refused(HEADER.as_bytes()), SheetError::NoRows);
    assert_eq!(refused(b"PK\x03\x04rest"), SheetError::NotWorkbook);
    assert_eq!(refused(b"a,b\0"), SheetError::NotText);
    assert!(
        matches!(refused(b"name,grade\nx,y\n"), SheetError::MissingColumns { missing, .. } if missing.len() == 5)
    );
    let twice = format!("{HEADER},First name\n{AMINA},x\n");
    assert_eq!(refused(twice.as_bytes()), SheetError::ColumnTwice { heading: "First name".into() });
}

#[test]
fn limits_hold() {
    let limits = Limits { rows: 2, ..Limits::default() };
    let rows = |count: u32| -> String {
        let rows: String =
            (0..count).map(|n| format!("{}\n", AMINA.replace("704104", &format!("N{n:05}")))).collect();
        format!("{HEADER}\n{rows}")
    };
    assert_eq!(staff(rows(2).as_bytes(), limits, today()).unwrap().good().count(), 2);
    assert_eq!(staff(rows(3).as_bytes(), limits, today()), Err(SheetError::TooManyRows { limit: 2 }));
    let small = Limits { size_bytes: 100, ..Limits::default() };
    assert_eq!(staff(rows(1).as_bytes(), small, today()), Err(SheetError::TooLarge { limit_bytes: 100 }));
    let wide = ",".repeat(100);
    assert!(matches!(
        refused(wide.replacen(',', "a,", 1).as_bytes()),
        SheetError::TooManyColumns { line: 1, limit: 60 }
    ));
}

#[test]
fn beneficiaries_are_checked_too() {
    let text = "UID;First name;Surname;Pays;Langue\n100482317;A;B;FRA;fr\n1004-8231-8;A;B;;\n10048231;A;B;F;de\n100482317;;B;;\n";
    let listing = retirees(text.as_bytes(), Limits::default()).unwrap();
    assert_eq!(listing.good().map(|r| r.uid.as_str()).collect::<Vec<_>>(), ["100482317", "100482318"]);
    let columns: Vec<Vec<Option<usize>>> =
        listing.bad().map(|row| row.faults.iter().map(|fault| fault.column).collect()).collect();
    assert_eq!(columns, [vec![Some(1), Some(4), Some(5)], vec![Some(1), Some(2)]]);
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[A-Za-z0-9 ,;\t\"'=+@-]{0,12}",
        "\\PC{0,8}",
        Just("two\r\nlines".to_owned()),
        Just("1979-01-19".to_owned()),
    ]
}

proptest! {
    /// What a CSV writer writes is read back cell by cell, with whatever in the cells.
    #[test]
    fn cells_survive(rows in prop::collection::vec(prop::collection::vec(cell(), 12), 1..8)) {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        writer.write_record(HEADER.split(',')).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let kept: Vec<&Vec<String>> = rows.iter().filter(|row| row.iter().any(|cell| !sheet::clean(cell).is_empty())).collect();
        match sheet::read((&bytes).into(), Limits::default()) {
            Ok(read) => {
                let found: Vec<&Vec<String>> = read.records.iter().map(|record| &record.fields).collect();
                prop_assert_eq!(found, kept);
            }
            Err(error) => prop_assert!(kept.is_empty() && error == SheetError::NoRows),
        }
    }

    /// Nothing is lost: each row that holds anything is either good or bad, once, on its own line.
    #[test]
    fn every_row_has_one_outcome(rows in prop::collection::vec(prop::collection::vec("[A-Za-z0-9 .-]{0,9}", 12), 1..20)) {
        let text: String = rows.iter().map(|row| format!("{}\n", row.join(","))).collect();
        let lines: Vec<u64> = (2u64..).zip(&rows).filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty())).map(|(line, _)| line).collect();
        prop_assume!(!lines.is_empty());
        let listing = read(format!("{HEADER}\n{text}").as_bytes());
        prop_assert_eq!(listing.rows.iter().map(|row| row.line).collect::<Vec<_>>(), lines);
        prop_assert!(listing.bad().all(|row| !row.faults.is_empty()));
    }

    /// The file of bad rows can be corrected and sent again: it reads as the same rows with the same faults.
    #[test]
    fn bad_rows_come_back_as_they_were(rows in prop::collection::vec(prop::collection::vec("[A-Za-z0-9=+@. -]{0,9}", 12), 1..8)) {
        let text: String = rows.iter().map(|row| format!("{}\n", row.join(","))).collect();
        let Ok(first) = staff(format!("{HEADER}\n{text}").as_bytes(), Limits::default(), today()) else { return Ok(()) };
        let bad: Vec<(u64, &BadRow)> = first.bad().map(|row| (row.faults[0].line, row)).collect();
        prop_assume!(!bad.is_empty() && !bad.iter().any(|(_, row)| row.faults.iter().any(|fault| fault.reason.contains("already"))));
        let again = read(&faults_csv(&first.headings, bad.iter().copied()));
        let reasons = |listing: &Listing<Person>| -> Vec<Vec<(Option<usize>, String)>> {
            listing.bad().map(|row| row.faults.iter().map(|f| (f.column, f.reason.clone())).collect()).collect()
        };
        prop_assert_eq!(reasons(&again), reasons(&first));
        prop_assert_eq!(&again.unused, &["line_in_original", "what_to_correct"]);
    }

    /// No input makes the reader fail in another way than its errors.
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = staff(&bytes, Limits::default(), today());
        let _ = retirees(&bytes, Limits::default());
    }

    #[test]
    fn any_text_after_the_headings_is_survived(text in "(\\PC|[\r\n\t\"]){0,300}") {
        let _ = staff(format!("{HEADER}\n{text}").as_bytes(), Limits::default(), today());
    }
}
