//! Proof requests of the Fund.

use entitlement::desk::{Helper, Statement};
use entitlement::{Challenge, Channel, Evidence, Request, State, Witnessed};
use issuance::{Subject, Timestamp};
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::subjects::{pattern, subject};
use crate::{Error, Page, Transaction};

/// A proof request beside the person it asks.
#[derive(Clone, Debug)]
pub struct ExistenceRow {
    pub request: Request,
    pub subject: Subject,
}

/// One line of the Fund's list: a beneficiary and the newest request.
#[derive(Clone, Debug)]
pub struct BeneficiaryRow {
    pub subject: Subject,
    pub newest: Option<Request>,
}

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { version: 300, name: "existence", sql: include_str!("migrations/0300_existence.sql") }];

const INSERT: &str = "INSERT INTO existence_requests
        (tenant, id, subject_id, year, fingerprint, token_sealed, state, created_by, created_at, expires_at, revision)
    VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10)";
const FIND: &str = "SELECT * FROM existence_requests WHERE tenant = $1 AND id = $2";
const FIND_BY_FINGERPRINT: &str = "SELECT * FROM existence_requests WHERE tenant = $1 AND fingerprint = $2";
const SEALED: &str = "SELECT token_sealed FROM existence_requests WHERE tenant = $1 AND id = $2";
const OF_SUBJECT: &str = "SELECT * FROM existence_requests WHERE tenant = $1 AND subject_id = $2
    ORDER BY id DESC LIMIT 50";
const OF_YEAR: &str = "SELECT * FROM existence_requests WHERE tenant = $1 AND subject_id = $2 AND year = $3
    AND state IN ('answered', 'confirmed')";
const REPLACE: &str =
    "UPDATE existence_requests SET year = $1, state = $2, challenge = $3, challenge_at = $4,
        holder_key = $5, passkey_id = $6, passkey_synced = $7, digest = $8, answered_at = $9, channel = $10,
        remark = $11, decided_by = $12, decided_at = $13, offer_id = $14, revision = $15,
        station = $16, operator = $17, recognised_by = $18, captured_at = $19,
        ahead = $20, ahead_at = $21, ahead_until = $22
    WHERE tenant = $23 AND id = $24 AND revision = $25";
const WAITING: &str =
    "SELECT r.*, s.id AS s_id, s.number, s.name, s.claims, s.created_at AS s_created_at, s.updated_at
    FROM existence_requests r JOIN subjects s ON s.tenant = r.tenant AND s.id = r.subject_id
    WHERE r.tenant = $1 AND r.state = $2 AND r.id > $3 ORDER BY r.id LIMIT $4";
const COUNT: &str = "SELECT COUNT(*) AS many FROM existence_requests
    WHERE tenant = $1 AND state = $2 AND (state <> 'open' OR expires_at > $3) AND year >= $4";
const KNOWN_PASSKEY: &str = "SELECT year FROM existence_requests WHERE tenant = $1 AND subject_id = $2
    AND state = 'confirmed' AND passkey_id = $3 AND id <> $4 ORDER BY year DESC LIMIT 1";
const BENEFICIARIES: &str = "SELECT s.*, (SELECT r.id FROM existence_requests r
            WHERE r.tenant = s.tenant AND r.subject_id = s.id ORDER BY r.id DESC LIMIT 1) AS newest
    FROM subjects s WHERE s.tenant = $1 AND s.number > $2 AND s.search LIKE $3 ESCAPE '!'
    ORDER BY s.number LIMIT $4";

impl Transaction {
    /// Stores a fresh request. Its token is kept as fingerprint, to find it by, and sealed, to show it again.
    pub async fn insert_existence(
        &mut self,
        tenant: &str,
        request: &Request,
        fingerprint: &str,
        token_sealed: &[u8],
        by: &str,
    ) -> Result<(), Error> {
        let values = args![
            tenant,
            &request.id,
            &request.beneficiary,
            i64::from(request.year),
            fingerprint,
            token_sealed,
            by,
            request.created_at,
            request.expires_at,
            request.revision
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    pub async fn find_existence(&mut self, tenant: &str, id: &str) -> Result<Option<Request>, Error> {
        self.tx.fetch_optional(FIND, args![tenant, id]).await?.as_ref().map(request).transpose()
    }

    pub async fn find_existence_by_fingerprint(
        &mut self,
        tenant: &str,
        fingerprint: &str,
    ) -> Result<Option<Request>, Error> {
        let row = self.tx.fetch_optional(FIND_BY_FINGERPRINT, args![tenant, fingerprint]).await?;
        row.as_ref().map(request).transpose()
    }

    /// The sealed token of a request's link.
    pub async fn find_existence_token(&mut self, tenant: &str, id: &str) -> Result<Option<Vec<u8>>, Error> {
        let row = self.tx.fetch_optional(SEALED, args![tenant, id]).await?;
        Ok(row.map(|row| row.blob("token_sealed")).transpose()?)
    }

    /// Newest first.
    pub async fn list_existence_of(&mut self, tenant: &str, subject: &str) -> Result<Vec<Request>, Error> {
        self.tx.fetch_all(OF_SUBJECT, args![tenant, subject]).await?.iter().map(request).collect()
    }

    /// The proof, or the answer waiting to become one, that a person already has for a year.
    pub async fn find_existence_of_year(
        &mut self,
        tenant: &str,
        subject: &str,
        year: i32,
    ) -> Result<Option<Request>, Error> {
        let row = self.tx.fetch_optional(OF_YEAR, args![tenant, subject, i64::from(year)]).await?;
        row.as_ref().map(request).transpose()
    }

    /// Writes the next step over the one that was read; stale when somebody else was faster.
    pub async fn replace_existence(
        &mut self,
        tenant: &str,
        before: &Request,
        after: &Request,
    ) -> Result<(), Error> {
        let challenge = match &after.state {
            State::Open { challenge } => challenge.as_ref(),
            State::Answered(_) | State::Confirmed { .. } | State::Refused { .. } => None,
        };
        let evidence = after.evidence();
        let decision = Decision::of(&after.state);
        let (passkey, desk) = match evidence.map(|evidence| &evidence.witnessed) {
            Some(Witnessed::Passkey { id, synced }) => (Some((id, *synced)), None),
            Some(Witnessed::Desk(statement)) => (None, Some(statement)),
            None => (None, None),
        };
        let values = args![
            i64::from(after.year),
            state_name(&after.state),
            challenge.map(|challenge| challenge.value.as_str()),
            challenge.map(|challenge| challenge.issued_at),
            evidence.map(|evidence| evidence.holder_key.as_str()),
            passkey.map(|(id, _)| id.clone()),
            passkey.map(|(_, synced)| synced),
            evidence.map(|evidence| evidence.digest.to_vec()),
            evidence.map(|evidence| evidence.answered_at),
            decision.channel.map(Channel::as_str),
            decision.remark,
            decision.by,
            decision.at,
            decision.offer,
            after.revision,
            desk.map(|desk| desk.station.as_str()),
            desk.map(written_operator),
            desk.map(|desk| desk.recognised_by.as_str()),
            evidence.map(|evidence| evidence.captured_at),
            after.ahead.as_ref().map(|ahead| ahead.value.as_str()),
            after.ahead.as_ref().map(|ahead| ahead.issued_at),
            after.ahead.as_ref().map(|ahead| ahead.until),
            tenant,
            &after.id,
            before.revision
        ];
        Ok(self.tx.execute_one(REPLACE, values).await?)
    }

    /// Requests in one state with their persons, oldest first, those after `after`.
    pub async fn list_existence(
        &mut self,
        tenant: &str,
        state: &'static str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<ExistenceRow>, Error> {
        let values = args![tenant, state, after.unwrap_or_default(), limit];
        let rows = self.tx.fetch_all(WAITING, values).await?;
        rows.iter()
            .map(|row| {
                let columns = Columns { table: "subjects", row };
                let subject = Subject {
                    id: row.text("s_id")?,
                    number: row.text("number")?,
                    name: row.text("name")?,
                    claims: columns.object("claims")?,
                    created_at: row.time("s_created_at")?,
                    updated_at: row.time("updated_at")?,
                };
                Ok(ExistenceRow { request: request(row)?, subject })
            })
            .collect()
    }

    /// How many requests stand in a state, of this year or later; open ones only while they can be answered.
    pub async fn count_existence(
        &mut self,
        tenant: &str,
        state: &'static str,
        year: i32,
        now: Timestamp,
    ) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT, args![tenant, state, now, i64::from(year)]).await?;
        let row = row.ok_or_else(Error::stale)?;
        Columns { table: "existence_requests", row: &row }.number("many")
    }

    /// The last year in which this person's proof was confirmed with the same passkey.
    pub async fn known_passkey_year(
        &mut self,
        tenant: &str,
        request: &Request,
    ) -> Result<Option<i32>, Error> {
        let witnessed = request.evidence().map(|evidence| &evidence.witnessed);
        let Some(Witnessed::Passkey { id, .. }) = witnessed else { return Ok(None) };
        let values = args![tenant, &request.beneficiary, id.as_slice(), &request.id];
        let row = self.tx.fetch_optional(KNOWN_PASSKEY, values).await?;
        row.map(|row| Columns { table: "existence_requests", row: &row }.number("year")).transpose()
    }

    /// The Fund's list in order of the number.
    pub async fn list_beneficiaries(
        &mut self,
        tenant: &str,
        page: &Page,
    ) -> Result<Vec<BeneficiaryRow>, Error> {
        let after = page.after.as_deref().unwrap_or_default();
        let values = args![tenant, after, pattern(page.query.as_deref()), page.limit];
        let rows = self.tx.fetch_all(BENEFICIARIES, values).await?;
        let mut list = Vec::with_capacity(rows.len());
        for row in &rows {
            let newest = match row.opt_text("newest")? {
                Some(id) => self.find_existence(tenant, &id).await?,
                None => None,
            };
            list.push(BeneficiaryRow { subject: subject(row)?, newest });
        }
        Ok(list)
    }
}

/// The columns that a decision fills.
#[derive(Default)]
struct Decision<'a> {
    channel: Option<Channel>,
    remark: Option<&'a str>,
    by: Option<&'a str>,
    at: Option<Timestamp>,
    offer: Option<&'a str>,
}

impl<'a> Decision<'a> {
    fn of(state: &'a State) -> Self {
        match state {
            State::Open { .. } | State::Answered(_) => Self::default(),
            State::Confirmed { channel, notes, by, at, offer, .. } => Self {
                channel: Some(*channel),
                remark: Some(notes),
                by: Some(by),
                at: Some(*at),
                offer: Some(offer),
            },
            State::Refused { reason, by, at, .. } => {
                Self { remark: Some(reason), by: Some(by), at: Some(*at), ..Self::default() }
            }
        }
    }
}

const fn state_name(state: &State) -> &'static str {
    match state {
        State::Open { .. } => "open",
        State::Answered(_) => "answered",
        State::Confirmed { .. } => "confirmed",
        State::Refused { .. } => "refused",
    }
}

fn request(row: &Row) -> Result<Request, Error> {
    let columns = Columns { table: "existence_requests", row };
    let state = match row.text("state")?.as_str() {
        "open" => State::Open { challenge: challenge(row)? },
        "answered" => State::Answered(evidence(&columns)?.ok_or_else(|| columns.impossible("digest"))?),
        "confirmed" => State::Confirmed {
            evidence: evidence(&columns)?.ok_or_else(|| columns.impossible("digest"))?,
            channel: columns.parsed("channel", |text| text.parse().ok())?,
            notes: row.text("remark")?,
            by: row.text("decided_by")?,
            at: row.time("decided_at")?,
            offer: row.text("offer_id")?,
        },
        "refused" => State::Refused {
            evidence: evidence(&columns)?,
            reason: row.text("remark")?,
            by: row.text("decided_by")?,
            at: row.time("decided_at")?,
        },
        _ => return Err(columns.impossible("state")),
    };
    Ok(Request {
        id: row.text("id")?,
        beneficiary: row.text("subject_id")?,
        year: columns.number("year")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        state,
        ahead: ahead(row)?,
        revision: row.int("revision")?,
    })
}

fn challenge(row: &Row) -> Result<Option<Challenge>, Error> {
    let Some(value) = row.opt_text("challenge")? else { return Ok(None) };
    Ok(Some(Challenge::short(value, row.time("challenge_at")?)))
}

fn ahead(row: &Row) -> Result<Option<Challenge>, Error> {
    let Some(value) = row.opt_text("ahead")? else { return Ok(None) };
    Ok(Some(Challenge { value, issued_at: row.time("ahead_at")?, until: row.time("ahead_until")? }))
}

/// The operator in a line; in two further lines who helped, and as what. Names that were vouched for have no line ends.
fn written_operator(statement: &Statement) -> String {
    let Statement { operator, helper, .. } = statement;
    match helper {
        None => operator.clone(),
        Some(Helper { name, kind }) => format!("{operator}\n{}\n{name}", kind.as_str()),
    }
}

fn read_operator(columns: &Columns<'_>) -> Result<(String, Option<Helper>), Error> {
    columns.parsed("operator", |text| {
        let Some((operator, helper)) = text.split_once('\n') else { return Some((text.to_owned(), None)) };
        let (kind, name) = helper.split_once('\n')?;
        Some((operator.to_owned(), Some(Helper { name: name.to_owned(), kind: kind.parse().ok()? })))
    })
}

fn evidence(columns: &Columns<'_>) -> Result<Option<Evidence>, Error> {
    let row = columns.row;
    if row.opt_blob("digest")?.is_none() {
        return Ok(None);
    }
    let witnessed = match row.opt_text("station")? {
        None => Witnessed::Passkey { id: row.blob("passkey_id")?, synced: row.flag("passkey_synced")? },
        Some(station) => {
            let (operator, helper) = read_operator(columns)?;
            Witnessed::Desk(Statement {
                station,
                operator,
                helper,
                recognised_by: columns.parsed("recognised_by", |text| text.parse().ok())?,
            })
        }
    };
    let answered_at = row.time("answered_at")?;
    Ok(Some(Evidence {
        holder_key: row.text("holder_key")?,
        witnessed,
        digest: columns.hash("digest")?,
        captured_at: row.opt_time("captured_at")?.unwrap_or(answered_at),
        answered_at,
    }))
}
