//! The pension system's file of the Fund's register.

use std::collections::HashMap;

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use super::columns::{Column, Columns};
use super::row::{Faults, date_reason, reason};
use super::sheet::{self, File, Limits, Record};
use super::{BadRow, LANGUAGES, ListedRow, Listing, SheetError};
use crate::message::is_address;
use crate::schemas::FaultKind;

/// What the register says about one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Registered {
    /// Nine digits.
    pub uid: String,
    /// One line.
    pub given_name: String,
    /// One line.
    pub family_name: String,
    /// Decides when reminders begin.
    pub birth_date: NaiveDate,
    /// ISO 3166-1 alpha-3, as declared.
    pub country: String,
    /// One of the six official languages.
    pub language: String,
    /// Whether the pension depends on the country: two-track.
    pub two_track: bool,
    /// As it stands on an envelope; lines are separated by `|`.
    pub address: Option<String>,
    /// Where messages go.
    pub email: Option<String>,
    /// How reminders come: `app`, `mail`, `text` or `post`.
    pub medium: String,
    /// From UTC, for quiet hours.
    pub utc_offset_minutes: i32,
    /// The first day of the benefit; nothing while it is not in payment.
    pub in_payment_since: Option<NaiveDate>,
    /// The last day of the benefit, where one is known.
    pub benefit_until: Option<NaiveDate>,
    /// Why it ends: `remarriage`, `age` or `other`.
    pub end_reason: Option<String>,
    /// As the pension system knows it.
    pub died_on: Option<NaiveDate>,
    /// The organisation that the person served last, by its DID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employer: Option<String>,
    /// The number that the person had there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff_number: Option<String>,
}

/// How many people a file may hold, and how large it may be: twice the Fund.
pub const REGISTER_LIMITS: Limits = Limits { size_bytes: 64 * 1024 * 1024, rows: 150_000, columns: 60 };
const LONGEST_NAME: usize = 200;
const LONGEST_ADDRESS: usize = 500;
const OLDEST: i32 = 120;
const LONGEST_DID: usize = 256;
const LONGEST_STAFF_NUMBER: usize = 16;

/// Reads a file of the register; `today` bounds dates.
pub fn register<'a>(file: impl Into<File<'a>>, today: NaiveDate) -> Result<Listing<Registered>, SheetError> {
    let sheet = sheet::read(file.into(), REGISTER_LIMITS)?;
    let columns = Columns::of(&sheet.header)?;
    let mut seen = HashMap::new();
    let mut rows = Vec::with_capacity(sheet.records.len());
    for record in sheet.records {
        let (line, fields) = (record.line, record.fields.clone());
        rows.push(ListedRow { line, fields, outcome: check(&record, &columns, &mut seen, today) });
    }
    Ok(Listing {
        encoding: sheet.encoding,
        delimiter: sheet.delimiter,
        unused: columns.unused.clone(),
        headings: columns.headings(),
        empty_lines: sheet.empty_lines,
        rows,
    })
}

/// The headings of the register's columns, in the order of the samples.
#[must_use]
pub fn register_headings() -> Vec<String> {
    Register::ALL.iter().map(|column| column.heading().to_owned()).collect()
}

/// The same under the same rules for rows that came as JSON: each has a cell for each of [`register_headings`], and its
/// line is its place, counted from 1.
pub fn register_rows(
    rows: Vec<Vec<String>>,
    today: NaiveDate,
) -> Result<Vec<ListedRow<Registered>>, SheetError> {
    if rows.is_empty() {
        return Err(SheetError::NoRows);
    }
    if rows.len() > REGISTER_LIMITS.rows {
        return Err(SheetError::TooManyRows { limit: REGISTER_LIMITS.rows });
    }
    let header = Record { line: 0, fields: register_headings(), unclosed: false };
    let columns = Columns::of(&header)?;
    let mut seen = HashMap::new();
    let rows = (1..).zip(rows).map(|(line, fields)| {
        let record = Record { line, fields: fields.clone(), unclosed: false };
        ListedRow { line, fields, outcome: check(&record, &columns, &mut seen, today) }
    });
    Ok(rows.collect())
}

fn check(
    record: &Record,
    columns: &Columns<Register>,
    seen: &mut HashMap<String, u64>,
    today: NaiveDate,
) -> Result<Registered, BadRow> {
    use Register as R;
    let mut faults = Faults::new(record, columns);
    let cell = |column| columns.cell(record, column).map(str::to_owned);
    let uid = cell(R::Uid).unwrap_or_default().replace([' ', '-'], "");
    if uid.len() != 9 || !uid.bytes().all(|digit| digit.is_ascii_digit()) {
        faults.claim(Some(R::Uid), shape(&uid));
    } else {
        let first = *seen.entry(uid.clone()).or_insert(record.line);
        if first != record.line {
            faults.add(R::Uid, format!("this number is already on line {first}"));
        }
    }
    let country = cell(R::Country).unwrap_or_default().to_uppercase();
    if country.len() != 3 || !country.bytes().all(|letter| letter.is_ascii_uppercase()) {
        faults.claim(Some(R::Country), shape(&country));
    }
    let one_of = |faults: &mut Faults<'_, R>, column, known: &[&str], usual: &str| {
        let text = cell(column).unwrap_or_else(|| usual.to_owned()).to_lowercase();
        if !known.contains(&text.as_str()) {
            faults.claim(Some(column), FaultKind::Shape);
        }
        text
    };
    let language = one_of(&mut faults, R::Language, &LANGUAGES, "en");
    let track = one_of(&mut faults, R::Track, &["one", "two"], "one");
    let medium = one_of(&mut faults, R::Medium, &["app", "mail", "text", "post"], "post");
    let end_reason =
        cell(R::EndReason).map(|_| one_of(&mut faults, R::EndReason, &["remarriage", "age", "other"], ""));
    let line = |faults: &mut Faults<'_, R>, column, most| {
        let text = cell(column);
        let control = |text: &String| text.chars().any(char::is_control);
        if text.as_ref().is_some_and(|text| text.chars().count() > most) {
            faults.claim(Some(column), FaultKind::TooLong(most as u64));
        } else if text.as_ref().is_some_and(control) {
            faults.claim(Some(column), FaultKind::Shape);
        }
        text
    };
    let given_name = line(&mut faults, R::GivenName, LONGEST_NAME).unwrap_or_default();
    let family_name = line(&mut faults, R::FamilyName, LONGEST_NAME).unwrap_or_default();
    if given_name.is_empty() && family_name.is_empty() {
        faults.claim(Some(R::FamilyName), FaultKind::Missing);
    }
    let address = line(&mut faults, R::Address, LONGEST_ADDRESS);
    let email = cell(R::Email);
    if email.as_deref().is_some_and(|email| !is_address(email)) {
        faults.claim(Some(R::Email), FaultKind::Shape);
    }
    let offset = cell(R::UtcOffset).map_or(Some(0), |text| text.parse().ok());
    let offset = offset.filter(|minutes: &i32| (-720..=840).contains(minutes));
    if offset.is_none() {
        faults.claim(Some(R::UtcOffset), FaultKind::Shape);
    }
    let date = |faults: &mut Faults<'_, R>, column| {
        let text = cell(column)?;
        let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok();
        let day = day.filter(|day| (1850..=2200).contains(&day.year()));
        if day.is_none() {
            faults.claim(Some(column), FaultKind::Shape);
        }
        day
    };
    let born = date(&mut faults, R::BirthDate);
    if cell(R::BirthDate).is_none() {
        faults.claim(Some(R::BirthDate), FaultKind::Missing);
    }
    if let Some(born) = born.filter(|born| *born > today || today.year() - born.year() > OLDEST) {
        faults.add(R::BirthDate, format!("nobody on the register was born on {born}"));
    }
    let in_payment_since = date(&mut faults, R::InPaymentSince);
    let benefit_until = date(&mut faults, R::BenefitUntil);
    let died_on = date(&mut faults, R::DiedOn);
    if let Some(died) = died_on.filter(|died| *died > today || born.is_some_and(|born| *died < born)) {
        faults.add(R::DiedOn, format!("nobody can have died on {died}: it lies ahead, or before the birth"));
    }
    if let (Some(since), Some(until)) = (in_payment_since, benefit_until)
        && until < since
    {
        faults.add(R::BenefitUntil, format!("the benefit ends on {until}, before it begins on {since}"));
    }
    if end_reason.is_some() && benefit_until.is_none() {
        faults.add(R::EndReason, "a reason for the end needs the day of the end".to_owned());
    }
    let employer = line(&mut faults, R::Employer, LONGEST_DID);
    if employer.as_deref().is_some_and(|did| !did.starts_with("did:")) {
        faults.claim(Some(R::Employer), FaultKind::Shape);
    }
    let staff_number = line(&mut faults, R::StaffNumber, LONGEST_STAFF_NUMBER);
    if employer.is_some() != staff_number.is_some() {
        let column = if employer.is_some() { R::StaffNumber } else { R::Employer };
        faults.add(column, "a staff number needs its organisation, and an organisation a number".to_owned());
    }
    faults.finish()?;
    Ok(Registered {
        uid,
        given_name,
        family_name,
        birth_date: born.unwrap_or_default(),
        country,
        language,
        two_track: track == "two",
        address,
        email,
        medium,
        utc_offset_minutes: offset.unwrap_or_default(),
        in_payment_since,
        benefit_until,
        end_reason,
        died_on,
        employer,
        staff_number,
    })
}

fn shape(text: &str) -> FaultKind {
    if text.is_empty() { FaultKind::Missing } else { FaultKind::Shape }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Register {
    Uid,
    GivenName,
    FamilyName,
    BirthDate,
    Country,
    Language,
    Track,
    Address,
    Email,
    Medium,
    UtcOffset,
    InPaymentSince,
    BenefitUntil,
    EndReason,
    DiedOn,
    Employer,
    StaffNumber,
}

impl Column for Register {
    const ALL: &'static [Self] = &[
        Self::Uid,
        Self::GivenName,
        Self::FamilyName,
        Self::BirthDate,
        Self::Country,
        Self::Language,
        Self::Track,
        Self::Address,
        Self::Email,
        Self::Medium,
        Self::UtcOffset,
        Self::InPaymentSince,
        Self::BenefitUntil,
        Self::EndReason,
        Self::DiedOn,
        Self::Employer,
        Self::StaffNumber,
    ];

    fn heading(self) -> &'static str {
        match self {
            Self::Uid => "uid",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::BirthDate => "birth_date",
            Self::Country => "country",
            Self::Language => "language",
            Self::Track => "track",
            Self::Address => "address",
            Self::Email => "email",
            Self::Medium => "medium",
            Self::UtcOffset => "utc_offset_minutes",
            Self::InPaymentSince => "in_payment_since",
            Self::BenefitUntil => "benefit_until",
            Self::EndReason => "end_reason",
            Self::DiedOn => "died_on",
            Self::Employer => "employer",
            Self::StaffNumber => "staff_number",
        }
    }

    fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Uid => &["beneficiarynumber", "uniqueid", "uidnumber"],
            Self::GivenName => &["givennames", "firstname", "firstnames", "prenom", "nombre"],
            Self::FamilyName => &["lastname", "surname", "nom", "apellido", "apellidos"],
            Self::BirthDate => &["dateofbirth", "born"],
            Self::Country => &["countryofresidence", "pays", "pais"],
            Self::Language => super::staff::LANGUAGES,
            Self::Email => super::staff::EMAILS,
            Self::Address => &["postaladdress", "adresse", "direccion"],
            Self::DiedOn => &["dateofdeath", "died"],
            Self::InPaymentSince => &["benefitsince", "paidsince"],
            Self::BenefitUntil => &["paiduntil", "benefitend"],
            Self::Employer => &["organisation", "lastemployer"],
            Self::StaffNumber => &["indexnumber", "staffno"],
            Self::Track | Self::Medium | Self::UtcOffset | Self::EndReason => &[],
        }
    }

    fn required(self) -> bool {
        matches!(self, Self::Uid | Self::FamilyName | Self::BirthDate | Self::Country)
    }

    fn reason(self, kind: FaultKind, value: &str) -> String {
        let expected = match self {
            Self::BirthDate | Self::InPaymentSince | Self::BenefitUntil | Self::DiedOn => {
                return date_reason(kind, value);
            }
            Self::Uid => "the number has nine digits",
            Self::GivenName | Self::FamilyName | Self::Address => {
                "write one line without control characters, with | between the lines of an address"
            }
            Self::Country => "use the three letters of ISO 3166, such as FRA or KEN",
            Self::Language => "use ar, en, es, fr, ru or zh",
            Self::Track => "use one or two",
            Self::Email => "an address looks like name@example.org",
            Self::Medium => "use app, mail, text or post",
            Self::UtcOffset => "minutes from UTC, from -720 to 840",
            Self::EndReason => "use remarriage, age or other",
            Self::Employer => "use the DID of the organisation, which begins with did:",
            Self::StaffNumber => "use the number of the organisation, at most 16 letters and digits",
        };
        reason(kind, value, expected)
    }
}
