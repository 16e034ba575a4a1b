//! What is sealed, and a person's page.

use chrono::Datelike as _;
use entitlement::cycle::{CountryCode, Medium, Person, PersonYear, Track};
use entitlement::journal;
use issuance::import::Registered;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store_issuer::fund::{CycleRow, EffectRow, JournalRow, PersonRow};

use super::{FundError, Issuer, Receipt};

/// A person with what the register says.
#[derive(Clone, Debug)]
pub struct FundPerson {
    /// The pseudonymous number.
    pub id: String,
    /// What the pension system said last.
    pub registered: Registered,
    /// When the person came onto the register.
    pub since: clock::Timestamp,
}

/// One line of a person's journal, for people.
#[derive(Clone, Debug)]
pub struct JournalLine {
    /// When it was written.
    pub at: clock::Timestamp,
    /// What happened, or the moves of a night with their rules.
    pub public: journal::Public,
    /// Who did it and why, where the event says so.
    pub detail: Option<String>,
}

/// Everything about one person.
#[derive(Clone, Debug)]
pub struct FundPersonPage {
    /// Who it is.
    pub person: FundPerson,
    /// Each year where it stands, oldest first.
    pub years: Vec<PersonYear>,
    /// Oldest first.
    pub journal: Vec<JournalLine>,
    /// Newest first.
    pub receipts: Vec<Receipt>,
    /// What was asked for, oldest first.
    pub effects: Vec<EffectRow>,
    /// Words by their number, for events that name one.
    pub notes: Vec<(String, String)>,
    /// The numbers of the last entry, and of the last one that was bound for the chain.
    pub entries: (u64, u64),
}

const MOST_LINES: u32 = 1000;

impl Issuer {
    /// One person with all years, for officers.
    pub async fn fund_person_page(&self, tenant: &str, id: &str) -> Result<FundPersonPage, FundError> {
        self.pension_fund(tenant)?;
        let mut tx = self.store.read().await?;
        let row = tx.find_fund_person(tenant, id).await?.ok_or(FundError::Unknown)?;
        let cycles = tx.list_fund_cycles(tenant, id).await?;
        let journal = tx.list_fund_journal(tenant, id, 0, MOST_LINES).await?;
        let notes = tx.list_fund_notes(tenant, id).await?;
        let opened = notes.into_iter().map(|note| {
            let words = self.open_for::<String>("note", tenant, &note.id, &note.sealed);
            (note.id, words.unwrap_or_default())
        });
        Ok(FundPersonPage {
            years: cycles.iter().map(|it| self.open_cycle(tenant, it)).collect::<Result<_, _>>()?,
            journal: journal.iter().map(|it| self.journal_line(tenant, id, it)).collect::<Result<_, _>>()?,
            receipts: tx.list_fund_proofs(tenant, id).await?.iter().map(Receipt::from).collect(),
            effects: tx.list_fund_effects_of(tenant, id).await?,
            notes: opened.collect(),
            entries: (
                row.last_entry,
                tx.list_fund_heads(tenant, id, 1).await?.first().map_or(0, |head| head.entry),
            ),
            person: self.open_fund_person(tenant, &row)?,
        })
    }

    /// By the nine-digit number, which never stands in an address.
    pub async fn find_fund_person(&self, tenant: &str, uid: &str) -> Result<Option<String>, FundError> {
        self.pension_fund(tenant)?;
        let mark = self.secrets.register_mark(tenant, "number", uid);
        let row = self.store.read().await?.find_fund_person_by_mark(tenant, &mark).await?;
        Ok(row.map(|row| row.id))
    }

    pub(in crate::app) fn open_fund_person(
        &self,
        tenant: &str,
        row: &PersonRow,
    ) -> Result<FundPerson, FundError> {
        let registered = self.open_for("person", tenant, &row.id, &row.sealed)?;
        Ok(FundPerson { id: row.id.clone(), registered, since: row.created_at })
    }

    /// The same for others, who do without where it cannot be opened.
    pub(in crate::app) fn open_facts_of(&self, tenant: &str, row: &PersonRow) -> Option<Person> {
        self.open_facts(tenant, row).ok()
    }

    pub(super) fn open_facts(&self, tenant: &str, row: &PersonRow) -> Result<Person, FundError> {
        self.open_for("facts", tenant, &row.id, &row.facts)
    }

    /// The record of a person-year; a fresh one before the first night.
    pub(super) fn open_cycle(&self, tenant: &str, row: &CycleRow) -> Result<PersonYear, FundError> {
        match &row.sealed {
            Some(sealed) => {
                let purpose = format!("{}/{}", row.person, row.year);
                self.open_for("cycle", tenant, &purpose, sealed)
            }
            None => Ok(PersonYear::new(&row.person, row.year)),
        }
    }

    fn journal_line(&self, tenant: &str, person: &str, row: &JournalRow) -> Result<JournalLine, FundError> {
        let public = serde_json::from_str(&row.public).map_err(|_| FundError::Damaged)?;
        let detail = match &public {
            journal::Public::Event { .. } => self.event_detail(tenant, person, row)?,
            journal::Public::Night { .. } => None,
        };
        Ok(JournalLine { at: row.at, public, detail })
    }

    pub(in crate::app) fn seal_for(
        &self,
        what: &str,
        tenant: &str,
        id: &str,
        value: &impl Serialize,
    ) -> Vec<u8> {
        // Types with text keys always have a form in JSON; an empty value opens as damaged, never as something else.
        let plain = serde_json::to_vec(value).unwrap_or_default();
        self.sealing.seal(purpose(what, tenant, id).as_bytes(), &plain, self.entropy.as_ref())
    }

    pub(in crate::app) fn open_for<T: DeserializeOwned>(
        &self,
        what: &str,
        tenant: &str,
        id: &str,
        sealed: &[u8],
    ) -> Result<T, FundError> {
        let plain = self.sealing.open(purpose(what, tenant, id).as_bytes(), sealed);
        let plain = plain.map_err(|_| FundError::Damaged)?;
        serde_json::from_slice(&plain).map_err(|_| FundError::Damaged)
    }
}

fn purpose(what: &str, tenant: &str, id: &str) -> String {
    format!("fund {what}/{tenant}/{id}")
}

/// What the cycle goes by, from what the register says.
pub(super) fn facts_of(id: &str, registered: &Registered) -> Result<Person, FundError> {
    let country: CountryCode =
        registered.country.parse().map_err(|_| FundError::Form("a country is three capital letters"))?;
    Ok(Person {
        id: id.to_owned(),
        born: registered.birth_date,
        country,
        track: if registered.two_track { Track::Two } else { Track::One },
        in_payment_since: registered.in_payment_since,
        on_hold_since: None,
        medium: match registered.medium.as_str() {
            "app" => Medium::App,
            "mail" => Medium::Mail,
            "text" => Medium::Text,
            _ => Medium::Post,
        },
        utc_offset_minutes: registered.utc_offset_minutes,
    })
}

const YOUNGEST: &str = "under 50";

/// Decades of age in a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgeBand {
    /// As addresses name it.
    pub code: &'static str,
    /// As pages name it.
    pub title: &'static str,
    /// The youngest and the oldest in it.
    ages: (i32, i32),
}

/// From the youngest on.
pub const AGE_BANDS: [AgeBand; 6] = [
    AgeBand { code: "0", title: YOUNGEST, ages: (-1000, 49) },
    AgeBand { code: "50", title: "50 to 59", ages: (50, 59) },
    AgeBand { code: "60", title: "60 to 69", ages: (60, 69) },
    AgeBand { code: "70", title: "70 to 79", ages: (70, 79) },
    AgeBand { code: "80", title: "80 to 89", ages: (80, 89) },
    AgeBand { code: "90", title: "90 and over", ages: (90, 1000) },
];

impl AgeBand {
    /// The first and the last year of birth of those who are in it in a year.
    pub(super) const fn born(self, year: i32) -> (i32, i32) {
        let (youngest, oldest) = self.ages;
        (year.saturating_sub(oldest), year.saturating_sub(youngest))
    }
}

/// The band of somebody born in a year.
pub(super) fn age_band(birth_year: i32, year: i32) -> &'static str {
    let within = |band: &AgeBand| {
        let (first, last) = band.born(year);
        (first..=last).contains(&birth_year)
    };
    AGE_BANDS.into_iter().find(within).map_or("90 and over", |band| band.title)
}

/// Sorts names of groups: ages from the youngest on, which the alphabet has last, and everything else as it was.
pub(crate) fn age_order(name: &str) -> bool {
    name != YOUNGEST
}

/// The year in which somebody was born, which alone is not sealed.
pub(super) fn birth_year(registered: &Registered) -> i32 {
    registered.birth_date.year()
}
