//! Records of persons.

use issuance::{OfferState, Subject, search_text};
use sql::{Row, args};

use crate::row::{Columns, json};
use crate::{Error, Transaction};

/// Which part of a list is wanted, in order of the number.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Matched inside number and names, folded.
    pub query: Option<String>,
    /// The last number already seen.
    pub after: Option<String>,
    pub limit: u32,
    pub filter: Filter,
}

/// Narrows a list of persons; what is absent does not narrow it.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub state: Option<PersonState>,
    /// The exact duty station.
    pub station: Option<String>,
}

/// Where a person stands with their credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonState {
    Valid,
    Suspended,
    Revoked,
    /// Nothing is valid or suspended, and an offer is open.
    Offered,
    /// Nothing was ever issued or is offered.
    Nothing,
    /// The service has ended.
    Ended,
}

impl PersonState {
    pub const ALL: [Self; 6] =
        [Self::Valid, Self::Offered, Self::Suspended, Self::Revoked, Self::Nothing, Self::Ended];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Offered => "offered",
            Self::Nothing => "nothing",
            Self::Ended => "ended",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// One line of the list of persons.
#[derive(Clone, Debug)]
pub struct SubjectRow {
    pub subject: Subject,
    /// State of the newest offer.
    pub offer: Option<OfferState>,
    pub valid: u32,
    pub suspended: u32,
    pub revoked: u32,
    /// Whether the service has ended.
    pub ended: bool,
}

const PUT: &str = "INSERT INTO subjects (tenant, id, number, name, claims, search, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (tenant, number) DO UPDATE SET name = excluded.name, claims = excluded.claims,
        search = excluded.search, updated_at = excluded.updated_at
    RETURNING id";
const INSERT_NEW: &str =
    "INSERT INTO subjects (tenant, id, number, name, claims, search, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant, number) DO NOTHING";
const FIND: &str = "SELECT * FROM subjects WHERE tenant = $1 AND id = $2";
const FIND_BY_NUMBER: &str = "SELECT * FROM subjects WHERE tenant = $1 AND number = $2";
/// What narrows a list of persons and its count alike: $1 the tenant, $2 the words, $3 the station, $4 the state.
macro_rules! narrowed {
    () => {
        "s.tenant = $1 AND s.search LIKE $2 ESCAPE '!'
        AND ($3 = '' OR REPLACE(s.claims, $3, '') <> s.claims)
        AND ($4 = ''
            OR ($4 IN ('valid', 'suspended') AND EXISTS (SELECT 1 FROM copies c WHERE c.tenant = s.tenant
                AND c.subject_id = s.id AND c.status = $4))
            OR ($4 = 'ended' AND EXISTS (SELECT 1 FROM service_ends e WHERE e.tenant = s.tenant
                AND e.subject_id = s.id))
            OR ($4 IN ('revoked', 'offered', 'nothing')
                AND NOT EXISTS (SELECT 1 FROM copies c WHERE c.tenant = s.tenant AND c.subject_id = s.id
                    AND c.status <> 'revoked')
                AND (CASE WHEN EXISTS (SELECT 1 FROM offers o WHERE o.tenant = s.tenant AND o.subject_id = s.id
                        AND o.state = 'open') THEN 'offered'
                    WHEN EXISTS (SELECT 1 FROM copies c WHERE c.tenant = s.tenant AND c.subject_id = s.id)
                        THEN 'revoked' ELSE 'nothing' END) = $4))"
    };
}
const LIST: &str = concat!(
    "SELECT s.*,
        (SELECT o.state FROM offers o WHERE o.tenant = s.tenant AND o.subject_id = s.id
            ORDER BY o.id DESC LIMIT 1) AS offer_state,
        (SELECT COUNT(*) FROM copies c WHERE c.tenant = s.tenant AND c.subject_id = s.id
            AND c.status = 'valid') AS valid_copies,
        (SELECT COUNT(*) FROM copies c WHERE c.tenant = s.tenant AND c.subject_id = s.id
            AND c.status = 'suspended') AS suspended_copies,
        (SELECT COUNT(*) FROM copies c WHERE c.tenant = s.tenant AND c.subject_id = s.id
            AND c.status = 'revoked') AS revoked_copies,
        (SELECT COUNT(*) FROM service_ends e WHERE e.tenant = s.tenant AND e.subject_id = s.id) AS ended
    FROM subjects s WHERE ",
    narrowed!(),
    " AND s.number > $5 ORDER BY s.number LIMIT $6"
);
const COUNT: &str = concat!("SELECT COUNT(*) AS many FROM subjects s WHERE ", narrowed!());

impl Transaction {
    /// Inserts, or replaces the record with the same number. Answers with the identifier it has from then on.
    pub async fn put_subject(&mut self, tenant: &str, subject: &Subject) -> Result<String, Error> {
        let row = self
            .tx
            .fetch_optional(
                PUT,
                args![
                    tenant,
                    &subject.id,
                    &subject.number,
                    &subject.name,
                    json(&subject.claims),
                    subject.search_text(),
                    subject.created_at,
                    subject.updated_at
                ],
            )
            .await?;
        Ok(row.ok_or_else(Error::stale)?.text("id")?)
    }

    /// Inserts somebody whose number nobody has; false where somebody has it, who stays as they are.
    pub async fn insert_new_subject(&mut self, tenant: &str, subject: &Subject) -> Result<bool, Error> {
        let values = args![
            tenant,
            &subject.id,
            &subject.number,
            &subject.name,
            json(&subject.claims),
            subject.search_text(),
            subject.created_at,
            subject.updated_at
        ];
        Ok(self.tx.execute(INSERT_NEW, values).await? == 1)
    }

    pub async fn find_subject(&mut self, tenant: &str, id: &str) -> Result<Option<Subject>, Error> {
        let row = self.tx.fetch_optional(FIND, args![tenant, id]).await?;
        row.as_ref().map(subject).transpose()
    }

    pub async fn find_subject_by_number(
        &mut self,
        tenant: &str,
        number: &str,
    ) -> Result<Option<Subject>, Error> {
        let row = self.tx.fetch_optional(FIND_BY_NUMBER, args![tenant, number]).await?;
        row.as_ref().map(subject).transpose()
    }

    pub async fn list_subjects(&mut self, tenant: &str, page: &Page) -> Result<Vec<SubjectRow>, Error> {
        let after = page.after.as_deref().unwrap_or_default();
        let query = pattern(page.query.as_deref());
        let values = args![tenant, query, page.filter.station(), page.filter.state(), after, page.limit];
        let rows = self.tx.fetch_all(LIST, values).await?;
        rows.iter().map(subject_row).collect()
    }

    pub async fn count_subjects(
        &mut self,
        tenant: &str,
        query: Option<&str>,
        filter: &Filter,
    ) -> Result<u64, Error> {
        let values = args![tenant, pattern(query), filter.station(), filter.state()];
        let row = self.tx.fetch_optional(COUNT, values).await?;
        let row = row.ok_or_else(Error::stale)?;
        Columns { table: "subjects", row: &row }.number("many")
    }
}

impl Filter {
    const fn state(&self) -> &'static str {
        match self.state {
            Some(state) => state.as_str(),
            None => "",
        }
    }

    /// Claims are stored as compact JSON, in which a member has one spelling. It is looked for by taking it out, since
    /// `LIKE` folds case on one engine only.
    fn station(&self) -> String {
        let Some(station) = &self.station else { return String::new() };
        format!("\"dutyStation\":{}", serde_json::Value::from(station.as_str()))
    }
}

/// `%` and `_` of the officer are letters like any other.
pub(crate) fn pattern(query: Option<&str>) -> String {
    let folded = search_text(query.unwrap_or_default());
    let mut pattern = String::with_capacity(folded.len() + 2);
    pattern.push('%');
    for letter in folded.chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

pub(crate) fn subject(row: &Row) -> Result<Subject, Error> {
    Ok(Subject {
        id: row.text("id")?,
        number: row.text("number")?,
        name: row.text("name")?,
        claims: Columns { table: "subjects", row }.object("claims")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

fn subject_row(row: &Row) -> Result<SubjectRow, Error> {
    let columns = Columns { table: "subjects", row };
    let offer = row.opt_text("offer_state")?;
    let offer = offer
        .map(|state| OfferState::parse(&state).ok_or_else(|| columns.impossible("offer_state")))
        .transpose()?;
    Ok(SubjectRow {
        subject: subject(row)?,
        offer,
        valid: columns.number("valid_copies")?,
        suspended: columns.number("suspended_copies")?,
        revoked: columns.number("revoked_copies")?,
        ended: row.int("ended")? > 0,
    })
}
