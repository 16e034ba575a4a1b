//! A list of the Fund's beneficiaries.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::columns::{Column, Columns};
use super::row::{Faults, put, reason};
use super::sheet::{self, File, Limits, Record};
use super::{BadRow, ListedRow, Listing, SheetError};
use crate::configuration::CredentialType;
use crate::message::is_address;
use crate::schemas::{FaultKind, subject_faults};

/// What the Fund's list says about one beneficiary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retiree {
    /// The nine-digit number.
    pub uid: String,
    pub given_name: String,
    pub family_name: String,
    /// ISO 3166-1 alpha-3.
    pub country: Option<String>,
    /// One of the six official languages.
    pub language: Option<String>,
    /// Where messages go.
    #[serde(default)]
    pub email: Option<String>,
}

pub const LANGUAGES: [&str; 6] = ["ar", "en", "es", "fr", "ru", "zh"];

/// Reads a list of beneficiaries.
pub fn retirees<'a>(file: impl Into<File<'a>>, limits: Limits) -> Result<Listing<Retiree>, SheetError> {
    let sheet = sheet::read(file.into(), limits)?;
    let columns = Columns::of(&sheet.header)?;
    let mut seen = HashMap::new();
    let mut rows = Vec::with_capacity(sheet.records.len());
    for record in sheet.records {
        let line = record.line;
        let fields = record.fields.clone();
        rows.push(ListedRow { line, fields, outcome: check(record, &columns, &mut seen) });
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

impl Retiree {
    /// Checks one beneficiary entered by hand under the rules of the list; the faults name the headings.
    pub fn checked(self) -> Result<Self, BadRow> {
        let fields = vec![
            self.uid,
            self.given_name,
            self.family_name,
            self.country.unwrap_or_default(),
            self.language.unwrap_or_default(),
            self.email.unwrap_or_default(),
        ];
        let header = Record {
            line: 1,
            fields: Fund::ALL.iter().map(|c| c.heading().to_owned()).collect(),
            unclosed: false,
        };
        let record = Record { line: 1, fields, unclosed: false };
        match Columns::of(&header) {
            Ok(columns) => check(record, &columns, &mut HashMap::new()),
            Err(_) => Err(BadRow { fields: record.fields, faults: Vec::new() }),
        }
    }

    /// The claims of a certificate as far as the list knows them; the rest comes with the confirmation.
    fn claims(&self) -> Map<String, Value> {
        let mut claims = Map::new();
        put(&mut claims, "identifier", Some(&self.uid));
        put(&mut claims, "givenName", Some(&self.given_name));
        put(&mut claims, "familyName", Some(&self.family_name));
        claims.insert("entitlementYear".into(), json!(2026));
        claims.insert("paidBy".into(), json!({ "id": "did:passerelle:unknown", "name": "unknown" }));
        put(&mut claims, "confirmedBy", Some("visit"));
        put(&mut claims, "confirmedOn", Some("2026-01-02"));
        claims
    }
}

fn check(
    record: Record,
    columns: &Columns<Fund>,
    seen: &mut HashMap<String, u64>,
) -> Result<Retiree, BadRow> {
    let cell = |column| columns.cell(&record, column).map(str::to_owned);
    let retiree = Retiree {
        uid: cell(Fund::Uid).unwrap_or_default().replace([' ', '-'], ""),
        given_name: cell(Fund::GivenName).unwrap_or_default(),
        family_name: cell(Fund::FamilyName).unwrap_or_default(),
        country: cell(Fund::Country).map(|code| code.to_uppercase()),
        language: cell(Fund::Language).map(|code| code.to_lowercase()),
        email: cell(Fund::Email),
    };
    let mut faults = Faults::new(&record, columns);
    for fault in subject_faults(CredentialType::DigitalCertificateOfEntitlement, &retiree.claims()) {
        let column = match fault.claim.as_str() {
            "identifier" => Some(Fund::Uid),
            "givenName" => Some(Fund::GivenName),
            "familyName" => Some(Fund::FamilyName),
            _ => None,
        };
        faults.claim(column, fault.kind);
    }
    let letters = |code: &str| code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase());
    if retiree.country.as_deref().is_some_and(|code| !letters(code)) {
        faults.claim(Some(Fund::Country), FaultKind::Shape);
    }
    if retiree.language.as_deref().is_some_and(|code| !LANGUAGES.contains(&code)) {
        faults.claim(Some(Fund::Language), FaultKind::Shape);
    }
    if retiree.email.as_deref().is_some_and(|email| !is_address(email)) {
        faults.claim(Some(Fund::Email), FaultKind::Shape);
    }
    if !retiree.uid.is_empty() {
        let first = *seen.entry(retiree.uid.clone()).or_insert(record.line);
        if first != record.line {
            faults.add(Fund::Uid, format!("beneficiary {} is already on line {first}", retiree.uid));
        }
    }
    faults.finish().map(|()| retiree)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fund {
    Uid,
    GivenName,
    FamilyName,
    Country,
    Language,
    Email,
}

impl Column for Fund {
    const ALL: &'static [Self] =
        &[Self::Uid, Self::GivenName, Self::FamilyName, Self::Country, Self::Language, Self::Email];

    fn heading(self) -> &'static str {
        match self {
            Self::Uid => "uid",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::Country => "country",
            Self::Language => "language",
            Self::Email => "email",
        }
    }

    fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Uid => &[
                "beneficiarynumber",
                "uniqueid",
                "numerodebeneficiaire",
                "numerodebeneficiario",
                "uidnumber",
            ],
            Self::GivenName => {
                &["givennames", "firstname", "firstnames", "prenom", "prenoms", "nombre", "nombres"]
            }
            Self::FamilyName => &["lastname", "surname", "nom", "nomdefamille", "apellido", "apellidos"],
            Self::Country => &["countryofresidence", "pays", "pais"],
            Self::Language => super::staff::LANGUAGES,
            Self::Email => super::staff::EMAILS,
        }
    }

    fn required(self) -> bool {
        matches!(self, Self::Uid | Self::GivenName | Self::FamilyName)
    }

    fn reason(self, kind: FaultKind, value: &str) -> String {
        let expected = match self {
            Self::Uid => "the beneficiary number has nine digits",
            Self::GivenName | Self::FamilyName => "a name is one line of text without control characters",
            Self::Country => "use the three letters of ISO 3166, such as FRA or KEN",
            Self::Language => "use ar, en, es, fr, ru or zh",
            Self::Email => "an address looks like name@example.org",
        };
        reason(kind, value, expected)
    }
}
