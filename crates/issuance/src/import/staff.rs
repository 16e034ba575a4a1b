//! A list of an organisation's staff.

use std::collections::HashMap;

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::columns::{Column, Columns};
use super::row::{Faults, put};
use super::sheet::{self, File, Limits, Record};
use super::{ListedRow, Listing, SheetError};
use crate::configuration::CredentialType;
use crate::message::{Language, is_address};
use crate::schemas::{FaultKind, subject_faults};

/// What a list says about one person, already in the form the credentials use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    pub staff_number: String,
    pub given_name: String,
    pub family_name: String,
    /// The name in its original script.
    pub original_name: Option<String>,
    pub birth_date: Option<String>,
    pub nationality: Option<String>,
    pub job_title: String,
    pub grade: String,
    pub duty_station: String,
    pub employment: Option<Employment>,
    /// Where messages go.
    #[serde(default)]
    pub email: Option<String>,
    /// One of the six official languages.
    #[serde(default)]
    pub language: Option<String>,
}

/// The appointment, where the list tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Employment {
    pub contract_type: String,
    pub start_date: String,
    pub end_date: Option<String>,
}

impl Person {
    /// The claims of a `StaffIdentity`, spoken for the organisation with this DID and name.
    #[must_use]
    pub fn identity_claims(&self, organisation: &str, name: &str) -> Map<String, Value> {
        let mut claims = Map::new();
        put(&mut claims, "givenName", Some(&self.given_name));
        put(&mut claims, "familyName", Some(&self.family_name));
        put(&mut claims, "alternateName", self.original_name.as_deref());
        put(&mut claims, "birthDate", self.birth_date.as_deref());
        put(&mut claims, "nationality", self.nationality.as_deref());
        put(&mut claims, "identifier", Some(&self.staff_number));
        claims.insert("worksFor".into(), json!({ "id": organisation, "name": name }));
        put(&mut claims, "jobTitle", Some(&self.job_title));
        put(&mut claims, "gradeLevel", Some(&self.grade));
        put(&mut claims, "dutyStation", Some(&self.duty_station));
        claims
    }

    /// The claims of an `Employment`, where the list told the appointment.
    #[must_use]
    pub fn employment_claims(&self, organisation: &str, name: &str) -> Option<Map<String, Value>> {
        let employment = self.employment.as_ref()?;
        let mut claims = Map::new();
        put(&mut claims, "identifier", Some(&self.staff_number));
        claims.insert("worksFor".into(), json!({ "id": organisation, "name": name }));
        put(&mut claims, "jobTitle", Some(&self.job_title));
        put(&mut claims, "contractType", Some(&employment.contract_type));
        put(&mut claims, "startDate", Some(&employment.start_date));
        put(&mut claims, "endDate", employment.end_date.as_deref());
        Some(claims)
    }
}

/// Reads a staff list; `today` bounds dates of birth.
pub fn staff<'a>(
    file: impl Into<File<'a>>,
    limits: Limits,
    today: NaiveDate,
) -> Result<Listing<Person>, SheetError> {
    let sheet = sheet::read(file.into(), limits)?;
    let columns = Columns::of(&sheet.header)?;
    let mut seen = HashMap::new();
    let mut rows = Vec::with_capacity(sheet.records.len());
    for record in sheet.records {
        let line = record.line;
        let fields = record.fields.clone();
        rows.push(ListedRow { line, fields, outcome: check(record, &columns, &mut seen, today) });
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

fn check(
    record: Record,
    columns: &Columns<Staff>,
    seen: &mut HashMap<String, u64>,
    today: NaiveDate,
) -> Result<Person, super::BadRow> {
    let cell = |column| columns.cell(&record, column).map(str::to_owned);
    let text = |column| cell(column).unwrap_or_default();
    let told = [Staff::ContractType, Staff::StartDate, Staff::EndDate].into_iter().any(|c| cell(c).is_some());
    let person = Person {
        staff_number: text(Staff::Number).to_uppercase(),
        given_name: text(Staff::GivenName),
        family_name: text(Staff::FamilyName),
        original_name: cell(Staff::OriginalName),
        birth_date: cell(Staff::BirthDate),
        nationality: cell(Staff::Nationality).map(|code| code.to_uppercase()),
        job_title: text(Staff::JobTitle),
        grade: written_grade(&text(Staff::Grade)),
        duty_station: text(Staff::DutyStation),
        employment: told.then(|| Employment {
            contract_type: text(Staff::ContractType).to_lowercase().replace([' ', '_'], "-"),
            start_date: text(Staff::StartDate),
            end_date: cell(Staff::EndDate),
        }),
        email: cell(Staff::Email),
        language: cell(Staff::Language).map(|code| code.to_lowercase()),
    };
    let mut faults = Faults::new(&record, columns);
    let claims = person.identity_claims("did:passerelle:unknown", "unknown");
    for fault in subject_faults(CredentialType::StaffIdentity, &claims) {
        faults.claim(claimed(&fault.claim), fault.kind);
    }
    let claims = person.employment_claims("did:passerelle:unknown", "unknown").unwrap_or_default();
    if told {
        for fault in subject_faults(CredentialType::Employment, &claims) {
            faults.claim(claimed(&fault.claim), fault.kind);
        }
    }
    check_dates(&person, &mut faults, today);
    if person.email.as_deref().is_some_and(|email| !is_address(email)) {
        faults.claim(Some(Staff::Email), FaultKind::Shape);
    }
    if person.language.as_deref().is_some_and(|code| Language::parse(code).is_none()) {
        faults.claim(Some(Staff::Language), FaultKind::Shape);
    }
    if !person.staff_number.is_empty() {
        let first = *seen.entry(person.staff_number.clone()).or_insert(record.line);
        if first != record.line {
            let number = &person.staff_number;
            faults.add(Staff::Number, format!("staff number {number} is already on line {first}"));
        }
    }
    faults.finish().map(|()| person)
}

/// Youngest and oldest age at which somebody can be on a staff list.
const AGES: std::ops::RangeInclusive<i32> = 15..=110;

fn check_dates(person: &Person, faults: &mut Faults<'_, Staff>, today: NaiveDate) {
    let date = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    if let Some(born) = person.birth_date.as_deref().and_then(date)
        && !AGES.contains(&(today.year() - born.year()))
    {
        faults.add(Staff::BirthDate, format!("{born} cannot be the date of birth of somebody on the staff"));
    }
    let Some(employment) = &person.employment else { return };
    let end = employment.end_date.as_deref().and_then(date);
    if let Some(start) = date(&employment.start_date)
        && let Some(end) = end
        && end < start
    {
        faults.add(Staff::EndDate, format!("the appointment ends on {end}, before it starts on {start}"));
    }
    // Reported second, so that the more telling of the two reasons stands.
    if let Some(end) = end.filter(|end| *end < today) {
        faults.add(Staff::EndDate, format!("the appointment ended on {end}"));
    }
}

/// `p3`, `P 3` and `P–3` are all `P-3`; what is no grade stays as it was, so that the report shows it.
#[must_use]
pub fn written_grade(written: &str) -> String {
    let upper = written.to_uppercase();
    let joined: String =
        upper.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '‑')).collect();
    for series in ["IPSA", "NPSA", "NO", "FS", "G", "P", "D"] {
        if let Some(level) = joined.strip_prefix(series)
            && !level.is_empty()
            && (level.chars().all(|c| c.is_ascii_digit()) || (series == "NO" && level.len() == 1))
        {
            return format!("{series}-{level}");
        }
    }
    upper
}

/// Other headings over addresses and languages, in any list.
pub(super) const EMAILS: &[&str] = &[
    "emailaddress",
    "mail",
    "courriel",
    "adresseelectronique",
    "correo",
    "correoelectronico",
    "электроннаяпочта",
    "电子邮件",
    "البريدالإلكتروني",
];
pub(super) const LANGUAGES: &[&str] =
    &["lang", "preferredlanguage", "langue", "idioma", "язык", "语言", "اللغة"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Staff {
    Number,
    GivenName,
    FamilyName,
    OriginalName,
    BirthDate,
    Nationality,
    JobTitle,
    Grade,
    DutyStation,
    ContractType,
    StartDate,
    EndDate,
    Email,
    Language,
}

fn claimed(claim: &str) -> Option<Staff> {
    Some(match claim {
        "identifier" => Staff::Number,
        "givenName" => Staff::GivenName,
        "familyName" => Staff::FamilyName,
        "alternateName" => Staff::OriginalName,
        "birthDate" => Staff::BirthDate,
        "nationality" => Staff::Nationality,
        "jobTitle" => Staff::JobTitle,
        "gradeLevel" => Staff::Grade,
        "dutyStation" => Staff::DutyStation,
        "contractType" => Staff::ContractType,
        "startDate" => Staff::StartDate,
        "endDate" => Staff::EndDate,
        _ => return None,
    })
}

impl Column for Staff {
    const ALL: &'static [Self] = &[
        Self::Number,
        Self::GivenName,
        Self::FamilyName,
        Self::OriginalName,
        Self::BirthDate,
        Self::Nationality,
        Self::JobTitle,
        Self::Grade,
        Self::DutyStation,
        Self::ContractType,
        Self::StartDate,
        Self::EndDate,
        Self::Email,
        Self::Language,
    ];

    fn heading(self) -> &'static str {
        match self {
            Self::Number => "staff_number",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::OriginalName => "name_in_original_script",
            Self::BirthDate => "birth_date",
            Self::Nationality => "nationality",
            Self::JobTitle => "job_title",
            Self::Grade => "grade",
            Self::DutyStation => "duty_station",
            Self::ContractType => "contract_type",
            Self::StartDate => "start_date",
            Self::EndDate => "end_date",
            Self::Email => "email",
            Self::Language => "language",
        }
    }

    fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Number => &[
                "staffno",
                "staffid",
                "indexnumber",
                "indexno",
                "employeenumber",
                "employeeid",
                "matricule",
                "numerodagent",
                "numerodefuncionario",
                "identifier",
                "номерсотрудника",
                "工作人员编号",
                "رقمالموظف",
            ],
            Self::GivenName => &[
                "givennames",
                "firstname",
                "firstnames",
                "forename",
                "prenom",
                "prenoms",
                "nombre",
                "nombres",
                "имя",
                "名",
                "الاسمالأول",
            ],
            Self::FamilyName => &[
                "lastname",
                "surname",
                "nom",
                "nomdefamille",
                "apellido",
                "apellidos",
                "фамилия",
                "姓",
                "اسمالعائلة",
            ],
            Self::OriginalName => &[
                "originalname",
                "nativename",
                "alternatename",
                "nameoriginalscript",
                "nomoriginal",
                "nombreoriginal",
            ],
            Self::BirthDate => &[
                "dateofbirth",
                "dob",
                "birthday",
                "datedenaissance",
                "fechadenacimiento",
                "датарождения",
                "出生日期",
                "تاريخالميلاد",
            ],
            Self::Nationality => &["nationalite", "nacionalidad", "гражданство", "国籍", "الجنسية"],
            Self::JobTitle => &[
                "title",
                "functionaltitle",
                "position",
                "posttitle",
                "fonction",
                "titrefonctionnel",
                "cargo",
                "titulofuncional",
                "должность",
                "职务",
                "المسمىالوظيفي",
            ],
            Self::Grade => &["gradelevel", "level", "classe", "categoria", "класс", "职等", "الرتبة"],
            Self::DutyStation => &[
                "station",
                "location",
                "lieudaffectation",
                "lugardedestino",
                "местослужбы",
                "工作地点",
                "مركزالعمل",
            ],
            Self::ContractType => &[
                "contract",
                "appointmenttype",
                "typeofappointment",
                "typedecontrat",
                "typedengagement",
                "tipodecontrato",
                "tipodenombramiento",
                "видконтракта",
                "任用类型",
                "نوعالتعيين",
            ],
            Self::StartDate => &[
                "contractstart",
                "entryonduty",
                "eod",
                "from",
                "datededebut",
                "fechadeinicio",
                "начало",
                "开始日期",
                "تاريخالبدء",
            ],
            Self::Email => EMAILS,
            Self::Language => LANGUAGES,
            Self::EndDate => &[
                "contractend",
                "expirydate",
                "until",
                "to",
                "datedefin",
                "fechadefin",
                "окончание",
                "结束日期",
                "تاريخالانتهاء",
            ],
        }
    }

    fn required(self) -> bool {
        match self {
            Self::Number
            | Self::GivenName
            | Self::FamilyName
            | Self::JobTitle
            | Self::Grade
            | Self::DutyStation => true,
            Self::OriginalName
            | Self::BirthDate
            | Self::Nationality
            | Self::ContractType
            | Self::StartDate
            | Self::EndDate
            | Self::Email
            | Self::Language => false,
        }
    }

    fn reason(self, kind: FaultKind, value: &str) -> String {
        let expected = match self {
            Self::Number => "a staff number has 3 to 16 capital letters, digits and hyphens",
            Self::GivenName | Self::FamilyName | Self::OriginalName => {
                "a name is one line of text without control characters"
            }
            Self::JobTitle | Self::DutyStation => "this must be one line of text without control characters",
            Self::BirthDate | Self::StartDate | Self::EndDate => {
                return super::row::date_reason(kind, value);
            }
            Self::Nationality => "use the three letters of ISO 3166, such as FRA or KEN",
            Self::Grade => {
                "grades are G-1 to G-7, P-1 to P-7, D-1, D-2, NO-A to NO-E, FS-1 to FS-7, ASG, USG, \
                 IPSA-1 to IPSA-12 or NPSA-1 to NPSA-12"
            }
            Self::Email => "an address looks like name@example.org",
            Self::Language => "use ar, en, es, fr, ru or zh",
            Self::ContractType => "use permanent, continuing, fixed-term, temporary or service-agreement",
        };
        super::row::reason(kind, value, expected)
    }
}
