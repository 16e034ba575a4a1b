//! The pension system's file of the Fund's register.

use std::collections::HashMap;

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use super::columns::{Column, Columns};
use super::countries::country_name;
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
    let mut row = Row { record, columns, faults: Faults::new(record, columns) };
    let uid = row.uid(seen);
    let country = row.country();
    let language = row.one_of(R::Language, &LANGUAGES, "en");
    let track = row.one_of(R::Track, &["one", "two"], "one");
    let medium = row.one_of(R::Medium, &["app", "mail", "text", "post"], "post");
    let end_reason =
        row.cell(R::EndReason).map(|_| row.one_of(R::EndReason, &["remarriage", "age", "other"], ""));
    let (given_name, family_name) = row.names();
    let address = row.line(R::Address, LONGEST_ADDRESS);
    let email = row.email();
    let utc_offset_minutes = row.offset();
    let birth_date = row.born(today);
    let in_payment_since = row.date(R::InPaymentSince);
    let benefit_until = row.date(R::BenefitUntil);
    let died_on = row.died(birth_date, today);
    row.benefit(in_payment_since, benefit_until, end_reason.is_some());
    let (employer, staff_number) = row.employment();
    row.faults.finish()?;
    Ok(Registered {
        uid,
        given_name,
        family_name,
        birth_date: birth_date.unwrap_or_default(),
        country,
        language,
        two_track: track == "two",
        address,
        email,
        medium,
        utc_offset_minutes,
        in_payment_since,
        benefit_until,
        end_reason,
        died_on,
        employer,
        staff_number,
    })
}

/// A row while it is read: each cell becomes what it says, or a fault and something in its place.
struct Row<'a> {
    record: &'a Record,
    columns: &'a Columns<Register>,
    faults: Faults<'a, Register>,
}

impl Row<'_> {
    fn cell(&self, column: Register) -> Option<String> {
        self.columns.cell(self.record, column).map(str::to_owned)
    }

    /// Nine digits, and nobody else's of this file.
    fn uid(&mut self, seen: &mut HashMap<String, u64>) -> String {
        let uid = self.cell(Register::Uid).unwrap_or_default().replace([' ', '-'], "");
        if uid.len() != 9 || !uid.bytes().all(|digit| digit.is_ascii_digit()) {
            self.faults.claim(Some(Register::Uid), shape(&uid));
            return uid;
        }
        let first = *seen.entry(uid.clone()).or_insert(self.record.line);
        if first != self.record.line {
            self.faults.add(Register::Uid, format!("this number is already on line {first}"));
        }
        uid
    }

    fn country(&mut self) -> String {
        let country = self.cell(Register::Country).unwrap_or_default().to_uppercase();
        if country.len() != 3 || !country.bytes().all(|letter| letter.is_ascii_uppercase()) {
            self.faults.claim(Some(Register::Country), shape(&country));
        } else if country_name(&country).is_none() {
            let reason =
                format!("there is no country {country} in ISO 3166-1; use its three letters, such as SEN");
            self.faults.add(Register::Country, reason);
        }
        country
    }

    fn one_of(&mut self, column: Register, known: &[&str], usual: &str) -> String {
        let text = self.cell(column).unwrap_or_else(|| usual.to_owned()).to_lowercase();
        if !known.contains(&text.as_str()) {
            self.faults.claim(Some(column), FaultKind::Shape);
        }
        text
    }

    fn line(&mut self, column: Register, most: usize) -> Option<String> {
        let text = self.cell(column);
        let control = |text: &String| text.chars().any(char::is_control);
        if text.as_ref().is_some_and(|text| text.chars().count() > most) {
            self.faults.claim(Some(column), FaultKind::TooLong(most as u64));
        } else if text.as_ref().is_some_and(control) {
            self.faults.claim(Some(column), FaultKind::Shape);
        }
        text
    }

    fn names(&mut self) -> (String, String) {
        let given = self.line(Register::GivenName, LONGEST_NAME).unwrap_or_default();
        let family = self.line(Register::FamilyName, LONGEST_NAME).unwrap_or_default();
        if given.is_empty() && family.is_empty() {
            self.faults.claim(Some(Register::FamilyName), FaultKind::Missing);
        }
        (given, family)
    }

    fn email(&mut self) -> Option<String> {
        let email = self.cell(Register::Email);
        if email.as_deref().is_some_and(|email| !is_address(email)) {
            self.faults.claim(Some(Register::Email), FaultKind::Shape);
        }
        email
    }

    /// Minutes from UTC, as some zone of the world has them.
    fn offset(&mut self) -> i32 {
        let offset = self.cell(Register::UtcOffset).map_or(Some(0), |text| text.parse().ok());
        let offset = offset.filter(|minutes: &i32| (-720..=840).contains(minutes));
        if offset.is_none() {
            self.faults.claim(Some(Register::UtcOffset), FaultKind::Shape);
        }
        offset.unwrap_or_default()
    }

    fn date(&mut self, column: Register) -> Option<NaiveDate> {
        let text = self.cell(column)?;
        let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok();
        let day = day.filter(|day| (1850..=2200).contains(&day.year()));
        if day.is_none() {
            self.faults.claim(Some(column), FaultKind::Shape);
        }
        day
    }

    fn born(&mut self, today: NaiveDate) -> Option<NaiveDate> {
        let born = self.date(Register::BirthDate);
        if self.cell(Register::BirthDate).is_none() {
            self.faults.claim(Some(Register::BirthDate), FaultKind::Missing);
        }
        if let Some(born) = born.filter(|born| *born > today || today.year() - born.year() > OLDEST) {
            self.faults.add(Register::BirthDate, format!("nobody on the register was born on {born}"));
        }
        born
    }

    fn died(&mut self, born: Option<NaiveDate>, today: NaiveDate) -> Option<NaiveDate> {
        let died_on = self.date(Register::DiedOn);
        if let Some(died) = died_on.filter(|died| *died > today || born.is_some_and(|born| *died < born)) {
            let said = format!("nobody can have died on {died}: it lies ahead, or before the birth");
            self.faults.add(Register::DiedOn, said);
        }
        died_on
    }

    fn benefit(&mut self, since: Option<NaiveDate>, until: Option<NaiveDate>, has_reason: bool) {
        if let (Some(since), Some(until)) = (since, until)
            && until < since
        {
            let said = format!("the benefit ends on {until}, before it begins on {since}");
            self.faults.add(Register::BenefitUntil, said);
        }
        if has_reason && until.is_none() {
            let said = "a reason for the end needs the day of the end".to_owned();
            self.faults.add(Register::EndReason, said);
        }
    }

    /// The organisation's DID and the number there: both or neither.
    fn employment(&mut self) -> (Option<String>, Option<String>) {
        let employer = self.line(Register::Employer, LONGEST_DID);
        if employer.as_deref().is_some_and(|did| !did.starts_with("did:")) {
            self.faults.claim(Some(Register::Employer), FaultKind::Shape);
        }
        let number = self.line(Register::StaffNumber, LONGEST_STAFF_NUMBER);
        if employer.is_some() != number.is_some() {
            let column = if employer.is_some() { Register::StaffNumber } else { Register::Employer };
            let said = "a staff number needs its organisation, and an organisation a number".to_owned();
            self.faults.add(column, said);
        }
        (employer, number)
    }
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
