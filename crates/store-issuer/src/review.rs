//! The queue of answers that an officer decides: what each one is, how many of each kind wait, and who has one before them.

use issuance::Timestamp;
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 940,
    name: "existence_claims",
    sql: include_str!("migrations/0940_existence_claims.sql"),
}];

/// One answer that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingAnswer {
    /// The question.
    pub request: String,
    /// Whose it is.
    pub name: String,
    /// The nine-digit number.
    pub number: String,
    /// The year that was asked for.
    pub year: i32,
    /// The person's claims, for the language.
    pub claims: serde_json::Map<String, serde_json::Value>,
    /// When it came.
    pub answered_at: Timestamp,
    /// `passed`, `doubt`, `talk` or `station`.
    pub lane: String,
    /// Made with another key than the one that is bound.
    pub new_key: bool,
    /// The device said another country than the declared one.
    pub elsewhere: bool,
    /// Who has it before them, and until when.
    pub claim: Option<Claim>,
    /// Whose first word about it waits for a colleague's.
    pub first_word: Option<String>,
}

/// An officer has an answer before them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who.
    pub officer: String,
    /// From here on it is free again.
    pub until: Timestamp,
}

/// Which answers are wanted; what is empty does not narrow.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lane<'a> {
    /// `passed`, `doubt`, `talk`, `station`, `key` or `residence`.
    pub name: &'a str,
    /// One of the six official languages.
    pub language: &'a str,
    /// How the kept verdict begins of pictures in which every check passed. Three at most; others are in doubt.
    pub passed: [&'a str; 3],
}

/// How many wait, of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WaitingCounts {
    /// All.
    pub all: u64,
    /// Every check of the pictures passed.
    pub passed: u64,
    /// A check found something, or could not be made.
    pub doubt: u64,
    /// No pictures: a visit or a call.
    pub talk: u64,
    /// An operator vouched.
    pub station: u64,
    /// Another key than the bound one.
    pub key: u64,
    /// Another country than the declared one.
    pub residence: u64,
    /// Somebody has them before them.
    pub taken: u64,
    /// By the languages that were asked about, in their order.
    pub languages: Vec<u64>,
    /// Since when the longest waits.
    pub since: Option<Timestamp>,
}

/// What an answer is, at $2. A digest names the pictures of the answer itself, not of earlier tries. $3 to $5 is how a verdict begins
/// in which every check passed.
macro_rules! waiting {
    () => {
        "(SELECT r.id, r.year, r.answered_at, s.name, s.number, s.claims,
            CASE WHEN r.station IS NOT NULL THEN 'station' WHEN c.decision IS NULL THEN 'talk'
                WHEN SUBSTR(c.decision, 1, LENGTH($3)) = $3 OR SUBSTR(c.decision, 1, LENGTH($4)) = $4
                    OR SUBSTR(c.decision, 1, LENGTH($5)) = $5 THEN 'passed' ELSE 'doubt' END AS lane,
            CAST(CASE WHEN k.device_key <> r.holder_key AND (r.station IS NULL OR k.bound_how = 'station')
                THEN 1 ELSE 0 END AS BIGINT) AS new_key,
            CAST(CASE WHEN c.place LIKE '%\"elsewhere\"%' THEN 1 ELSE 0 END AS BIGINT) AS elsewhere,
            q.officer AS taken_by, q.until AS taken_until, w.officer AS said_by
        FROM existence_requests r
            JOIN subjects s ON s.tenant = r.tenant AND s.id = r.subject_id
            LEFT JOIN existence_captures c ON c.tenant = r.tenant AND c.request_id = r.id AND c.digest = r.digest
            LEFT JOIN bound_keys k ON k.tenant = r.tenant AND k.subject_id = r.subject_id AND k.ended_at IS NULL
            LEFT JOIN existence_claims q ON q.tenant = r.tenant AND q.request = r.id AND q.until > $2
            LEFT JOIN existence_words w ON w.tenant = r.tenant AND w.request = r.id
        WHERE r.tenant = $1 AND r.state = 'answered') AS a"
    };
}
/// $6 the kind, $7 the language as claims write it.
macro_rules! narrowed {
    () => {
        " WHERE ($6 = '' OR a.lane = $6 OR ($6 = 'key' AND a.new_key = 1) OR ($6 = 'residence' AND a.elsewhere = 1))
            AND ($7 = '' OR REPLACE(a.claims, $7, '') <> a.claims)"
    };
}
const LIST: &str = concat!(
    "SELECT a.* FROM ",
    waiting!(),
    narrowed!(),
    " AND (a.answered_at > $8 OR (a.answered_at = $8 AND a.id > $9)) ORDER BY a.answered_at, a.id LIMIT $10"
);
/// For $8: what nobody else has, and to which this officer has not spoken the first word.
const FREE: &str = concat!(
    "SELECT a.id FROM ",
    waiting!(),
    narrowed!(),
    " AND (a.taken_by IS NULL OR a.taken_by = $8) AND (a.said_by IS NULL OR a.said_by <> $8)
    ORDER BY a.answered_at, a.id LIMIT 1"
);
const COUNT: &str = concat!(
    "SELECT COUNT(*) AS many, MIN(a.answered_at) AS since,
        CAST(COALESCE(SUM(CASE WHEN a.lane = 'passed' THEN 1 ELSE 0 END), 0) AS BIGINT) AS passed,
        CAST(COALESCE(SUM(CASE WHEN a.lane = 'doubt' THEN 1 ELSE 0 END), 0) AS BIGINT) AS doubt,
        CAST(COALESCE(SUM(CASE WHEN a.lane = 'talk' THEN 1 ELSE 0 END), 0) AS BIGINT) AS talk,
        CAST(COALESCE(SUM(CASE WHEN a.lane = 'station' THEN 1 ELSE 0 END), 0) AS BIGINT) AS station,
        CAST(COALESCE(SUM(a.new_key), 0) AS BIGINT) AS other_key,
        CAST(COALESCE(SUM(a.elsewhere), 0) AS BIGINT) AS residence,
        CAST(COALESCE(SUM(CASE WHEN a.taken_by IS NULL THEN 0 ELSE 1 END), 0) AS BIGINT) AS taken
    FROM ",
    waiting!()
);
const COUNT_IN: &str =
    concat!("SELECT COUNT(*) AS many FROM ", waiting!(), " WHERE REPLACE(a.claims, $6, '') <> a.claims");
const PLACE: &str = "SELECT answered_at FROM existence_requests WHERE tenant = $1 AND id = $2";
/// One statement, so that of two officers at once one has it: the other's changes no row.
const TAKE: &str = "INSERT INTO existence_claims (tenant, request, officer, taken_at, until)
    SELECT r.tenant, r.id, $3, $4, $5 FROM existence_requests r
        WHERE r.tenant = $1 AND r.id = $2 AND r.state = 'answered'
    ON CONFLICT (tenant, request) DO UPDATE SET officer = excluded.officer, taken_at = excluded.taken_at,
        until = excluded.until
    WHERE existence_claims.officer = excluded.officer OR existence_claims.until <= excluded.taken_at";
const CLAIM: &str =
    "SELECT officer, until FROM existence_claims WHERE tenant = $1 AND request = $2 AND until > $3";
const GIVE_BACK: &str = "DELETE FROM existence_claims WHERE tenant = $1 AND request = $2 AND officer = $3";
const DECIDED: &str = "DELETE FROM existence_claims WHERE tenant = $1 AND (request = $2 OR until <= $3)";

impl Transaction {
    /// Answers that wait, the longest first, those behind the one with the number `after`.
    pub async fn list_waiting_answers(
        &mut self,
        tenant: &str,
        (lane, after): (&Lane<'_>, &str),
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<WaitingAnswer>, Error> {
        let place = match after {
            "" => None,
            after => self.tx.fetch_optional(PLACE, args![tenant, after]).await?,
        };
        let since = match place {
            Some(row) => row.opt_time("answered_at")?,
            None => None,
        };
        let (since, after) = since.map_or((Timestamp::UNIX_EPOCH, ""), |since| (since, after));
        let [a, b, c] = lane.passed;
        let values = args![tenant, now, a, b, c, lane.name, lane.written(), since, after, limit];
        self.tx.fetch_all(LIST, values).await?.iter().map(waiting).collect()
    }

    /// The longest waiting answer of this kind that the officer may take.
    pub async fn find_free_answer(
        &mut self,
        tenant: &str,
        lane: &Lane<'_>,
        officer: &str,
        now: Timestamp,
    ) -> Result<Option<String>, Error> {
        let [a, b, c] = lane.passed;
        let values = args![tenant, now, a, b, c, lane.name, lane.written(), officer];
        Ok(self.tx.fetch_optional(FREE, values).await?.map(|row| row.text("id")).transpose()?)
    }

    /// How many answers wait, of each kind and in each of these languages.
    pub async fn count_waiting_answers(
        &mut self,
        tenant: &str,
        (lane, languages): (&Lane<'_>, &[&str]),
        now: Timestamp,
    ) -> Result<WaitingCounts, Error> {
        let [a, b, c] = lane.passed;
        let row = self.tx.fetch_optional(COUNT, args![tenant, now, a, b, c]).await?;
        let row = row.ok_or_else(Error::stale)?;
        let columns = Columns { table: "existence_requests", row: &row };
        let mut counts = WaitingCounts {
            all: columns.number("many")?,
            passed: columns.number("passed")?,
            doubt: columns.number("doubt")?,
            talk: columns.number("talk")?,
            station: columns.number("station")?,
            key: columns.number("other_key")?,
            residence: columns.number("residence")?,
            taken: columns.number("taken")?,
            since: row.opt_time("since")?,
            languages: Vec::with_capacity(languages.len()),
        };
        for language in languages {
            let written = Lane { language, ..*lane }.written();
            let row = self.tx.fetch_optional(COUNT_IN, args![tenant, now, a, b, c, written]).await?;
            let row = row.ok_or_else(Error::stale)?;
            counts.languages.push(Columns { table: "existence_requests", row: &row }.number("many")?);
        }
        Ok(counts)
    }

    /// An officer has this answer before them until then. False when a colleague has it, or when nobody has to decide it.
    pub async fn take_answer(
        &mut self,
        tenant: &str,
        request: &str,
        claim: &Claim,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let values = args![tenant, request, &claim.officer, now, claim.until];
        Ok(self.tx.execute(TAKE, values).await? == 1)
    }

    /// Who has this answer before them.
    pub async fn find_claim(
        &mut self,
        tenant: &str,
        request: &str,
        now: Timestamp,
    ) -> Result<Option<Claim>, Error> {
        let row = self.tx.fetch_optional(CLAIM, args![tenant, request, now]).await?;
        row.map(|row| Ok(Claim { officer: row.text("officer")?, until: row.time("until")? })).transpose()
    }

    /// The officer leaves it to others.
    pub async fn give_answer_back(
        &mut self,
        tenant: &str,
        request: &str,
        officer: &str,
    ) -> Result<(), Error> {
        self.tx.execute(GIVE_BACK, args![tenant, request, officer]).await?;
        Ok(())
    }

    /// Nobody has this answer before them any more; what lapsed goes with it.
    pub async fn end_claim(&mut self, tenant: &str, request: &str, now: Timestamp) -> Result<(), Error> {
        self.tx.execute(DECIDED, args![tenant, request, now]).await?;
        Ok(())
    }
}

impl Lane<'_> {
    /// Claims are stored as compact JSON, in which a member has one spelling.
    fn written(&self) -> String {
        match self.language {
            "" => String::new(),
            language => format!("\"language\":{}", serde_json::Value::from(language)),
        }
    }
}

fn waiting(row: &Row) -> Result<WaitingAnswer, Error> {
    let columns = Columns { table: "existence_requests", row };
    let claim = match (row.opt_text("taken_by")?, row.opt_time("taken_until")?) {
        (Some(officer), Some(until)) => Some(Claim { officer, until }),
        _ => None,
    };
    Ok(WaitingAnswer {
        request: row.text("id")?,
        name: row.text("name")?,
        number: row.text("number")?,
        year: columns.number("year")?,
        claims: Columns { table: "subjects", row }.object("claims")?,
        answered_at: row.time("answered_at")?,
        lane: row.text("lane")?,
        new_key: row.flag("new_key")?,
        elsewhere: row.flag("elsewhere")?,
        claim,
        first_word: row.opt_text("said_by")?,
    })
}
