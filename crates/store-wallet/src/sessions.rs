//! Sessions, and the passkey ceremonies that lead to them.

use clock::Timestamp;
use holding::account::Session;
use holding::assurance::Assurance;
use sql::{Error, Row, args};

use crate::Tx;

/// A passkey ceremony that has begun: what must be remembered until the authenticator answers.
#[derive(Clone, Debug)]
pub struct Ceremony {
    /// SHA-256 of the challenge; the answer names the challenge, so nothing else need be carried.
    pub challenge_hash: String,
    pub kind: String,
    /// The account it is for; for a first registration the one that will be made; empty for sign-in.
    pub account: String,
    pub state: String,
    pub expires_at: Timestamp,
}

impl Tx {
    pub async fn insert_ceremony(&mut self, ceremony: &Ceremony) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO ceremonies (challenge_hash, kind, account_id, state, expires_at)
            VALUES ($1, $2, $3, $4, $5)";
        let Ceremony { challenge_hash, kind, account, state, expires_at } = ceremony;
        self.0.execute_one(SQL, args![challenge_hash, kind, account, state, *expires_at]).await
    }

    /// Takes a ceremony out, once: whoever asks again, or too late, finds nothing.
    pub async fn consume_ceremony(
        &mut self,
        challenge_hash: &str,
        now: Timestamp,
    ) -> Result<Option<Ceremony>, Error> {
        const SQL: &str = "DELETE FROM ceremonies WHERE challenge_hash = $1 AND expires_at > $2
            RETURNING challenge_hash, kind, account_id, state, expires_at";
        let row = self.0.fetch_optional(SQL, args![challenge_hash, now]).await?;
        row.map(|row| {
            Ok(Ceremony {
                challenge_hash: row.text("challenge_hash")?,
                kind: row.text("kind")?,
                account: row.text("account_id")?,
                state: row.text("state")?,
                expires_at: row.time("expires_at")?,
            })
        })
        .transpose()
    }

    pub async fn insert_session(&mut self, session: &Session) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO sessions
            (token_hash, id, account_id, device, created_at, seen_at, assurance, verified_at, officer_id,
             mandate_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let s = session;
        let values = args![
            &s.token_hash,
            &s.id,
            &s.account,
            &s.device,
            s.created_at,
            s.seen_at,
            s.assurance.as_str(),
            s.verified_at,
            s.officer.as_deref(),
            s.mandate.as_deref(),
        ];
        self.0.execute_one(SQL, values).await
    }

    pub async fn find_session(&mut self, token_hash: &str) -> Result<Option<Session>, Error> {
        const SQL: &str = "SELECT * FROM sessions WHERE token_hash = $1";
        self.0.fetch_optional(SQL, args![token_hash]).await?.as_ref().map(session).transpose()
    }

    pub async fn list_sessions(&mut self, account: &str) -> Result<Vec<Session>, Error> {
        const SQL: &str = "SELECT * FROM sessions WHERE account_id = $1 ORDER BY seen_at DESC LIMIT 100";
        self.0.fetch_all(SQL, args![account]).await?.iter().map(session).collect()
    }

    /// No row is no fault: the session may have been ended meanwhile.
    pub async fn touch_session(&mut self, token_hash: &str, now: Timestamp) -> Result<(), Error> {
        const SQL: &str = "UPDATE sessions SET seen_at = $2 WHERE token_hash = $1";
        self.0.execute(SQL, args![token_hash, now]).await.map(|_| ())
    }

    /// The person proved themselves once more; false when the session was ended meanwhile.
    pub async fn verify_session(
        &mut self,
        token_hash: &str,
        assurance: Assurance,
        now: Timestamp,
    ) -> Result<bool, Error> {
        const SQL: &str = "UPDATE sessions SET assurance = $2, verified_at = $3 WHERE token_hash = $1";
        Ok(self.0.execute(SQL, args![token_hash, assurance.as_str(), now]).await? == 1)
    }

    pub async fn delete_session(&mut self, account: &str, id: &str) -> Result<bool, Error> {
        const SQL: &str = "DELETE FROM sessions WHERE account_id = $1 AND id = $2";
        Ok(self.0.execute(SQL, args![account, id]).await? == 1)
    }

    pub async fn delete_sessions(&mut self, account: &str) -> Result<u64, Error> {
        self.0.execute("DELETE FROM sessions WHERE account_id = $1", args![account]).await
    }

    /// Clears what nobody can use any more.
    pub async fn delete_stale(
        &mut self,
        now: Timestamp,
        sessions_seen_before: Timestamp,
    ) -> Result<u64, Error> {
        let ceremonies = self.0.execute("DELETE FROM ceremonies WHERE expires_at <= $1", args![now]).await?;
        let sessions =
            self.0.execute("DELETE FROM sessions WHERE seen_at <= $1", args![sessions_seen_before]).await?;
        Ok(ceremonies + sessions)
    }
}

fn session(row: &Row) -> Result<Session, Error> {
    Ok(Session {
        id: row.text("id")?,
        token_hash: row.text("token_hash")?,
        account: row.text("account_id")?,
        device: row.text("device")?,
        created_at: row.time("created_at")?,
        seen_at: row.time("seen_at")?,
        assurance: assurance(row)?,
        verified_at: row.time("verified_at")?,
        officer: row.opt_text("officer_id")?,
        mandate: row.opt_text("mandate_id")?,
    })
}

fn assurance(row: &Row) -> Result<Assurance, Error> {
    let wrong = Error::Column { column: "assurance", found: "text", wanted: "pin or passkey" };
    Assurance::parse(&row.text("assurance")?).ok_or(wrong)
}
