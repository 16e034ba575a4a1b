//! The authorization code flow: passkeys of persons, pushed requests, authorization codes.

use issuance::authorization::{AuthorizationRequest, Grant, Wanted};
use issuance::message::Language;
use issuance::{Configuration, Timestamp};
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

/// What the server must remember between the two halves of a person's WebAuthn ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonCeremony {
    pub challenge: String,
    /// Fingerprint of the pushed request.
    pub request: String,
    /// For the enrolment of a passkey: the offer whose transaction code was given.
    pub offer_id: Option<String>,
    pub state: String,
    pub expires_at: Timestamp,
}

/// A pushed request whose person was identified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    pub request: AuthorizationRequest,
    /// Nothing where access was denied.
    pub granted_offer: Option<String>,
}

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 151,
    name: "authorization",
    sql: include_str!("migrations/0151_authorization.sql"),
}];

pub(crate) const LANGUAGE_MIGRATIONS: &[Migration] = &[Migration {
    version: 921,
    name: "request_languages",
    sql: include_str!("migrations/0921_request_languages.sql"),
}];

const COUNT_PASSKEYS: &str =
    "SELECT COUNT(*) AS many FROM person_passkeys WHERE tenant = $1 AND subject_id = $2";
const INSERT_PASSKEY: &str = "INSERT INTO person_passkeys (credential_id, tenant, subject_id, json, created_at) VALUES ($1, $2, $3, $4, $5)";
const FIND_PASSKEY: &str =
    "SELECT subject_id, json FROM person_passkeys WHERE tenant = $1 AND credential_id = $2";
const REPLACE_PASSKEY: &str = "UPDATE person_passkeys SET json = $3 WHERE tenant = $1 AND credential_id = $2";
const DELETE_PASSKEYS: &str = "DELETE FROM person_passkeys WHERE tenant = $1 AND subject_id = $2";
const INSERT_CEREMONY: &str =
    "INSERT INTO person_ceremonies (challenge, tenant, request, offer_id, state, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const TAKE_CEREMONY: &str =
    "DELETE FROM person_ceremonies WHERE tenant = $1 AND challenge = $2 AND request = $3 RETURNING *";
const COUNT_REQUESTS: &str =
    "SELECT COUNT(*) AS many FROM authorization_requests WHERE tenant = $1 AND expires_at > $2";
const INSERT_REQUEST: &str =
    "INSERT INTO authorization_requests (tenant, fingerprint, client_id, redirect_uri,
        state, code_challenge, wanted, configurations, offer_id, dpop_jkt, expires_at, language)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const FIND_REQUEST: &str = "SELECT * FROM authorization_requests
    WHERE tenant = $1 AND fingerprint = $2 AND expires_at > $3 AND ticket IS NULL";
const DECIDE: &str = "UPDATE authorization_requests SET ticket = $3, granted_offer = $4
    WHERE tenant = $1 AND fingerprint = $2 AND expires_at > $5 AND ticket IS NULL";
const TAKE_DECIDED: &str =
    "DELETE FROM authorization_requests WHERE tenant = $1 AND ticket = $2 AND expires_at > $3 RETURNING *";
const INSERT_CODE: &str = "INSERT INTO authorization_codes (tenant, fingerprint, client_id, redirect_uri,
        code_challenge, wanted, configurations, offer_id, dpop_jkt, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const FIND_CODE: &str = "SELECT * FROM authorization_codes WHERE tenant = $1 AND fingerprint = $2 AND token IS NULL AND expires_at > $3";
const SPEND_CODE: &str = "UPDATE authorization_codes SET token = $3
    WHERE tenant = $1 AND fingerprint = $2 AND token IS NULL AND expires_at > $4";
const REVOKE_OF_CODE: &str = "DELETE FROM access_tokens WHERE tenant = $1 AND fingerprint =
    (SELECT token FROM authorization_codes WHERE tenant = $1 AND fingerprint = $2)";
const COUNT_SELF_SERVED: &str = "SELECT COUNT(*) AS many FROM offers
    WHERE tenant = $1 AND subject_id = $2 AND created_by = $3 AND created_at > $4";

impl Transaction {
    pub async fn count_person_passkeys(&mut self, tenant: &str, subject_id: &str) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT_PASSKEYS, args![tenant, subject_id]).await?;
        many(row, "person_passkeys")
    }

    pub async fn insert_person_passkey(
        &mut self,
        tenant: &str,
        subject_id: &str,
        credential_id: &[u8],
        json: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let values = args![credential_id, tenant, subject_id, json, now];
        Ok(self.tx.execute_one(INSERT_PASSKEY, values).await?)
    }

    /// The subject a passkey belongs to, and the passkey.
    pub async fn find_person_passkey(
        &mut self,
        tenant: &str,
        credential_id: &[u8],
    ) -> Result<Option<(String, String)>, Error> {
        let row = self.tx.fetch_optional(FIND_PASSKEY, args![tenant, credential_id]).await?;
        row.map(|row| Ok((row.text("subject_id")?, row.text("json")?))).transpose()
    }

    /// Answers how many there were.
    pub async fn delete_person_passkeys(&mut self, tenant: &str, subject_id: &str) -> Result<u64, Error> {
        Ok(self.tx.execute(DELETE_PASSKEYS, args![tenant, subject_id]).await?)
    }

    pub async fn replace_person_passkey(
        &mut self,
        tenant: &str,
        credential_id: &[u8],
        json: &str,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(REPLACE_PASSKEY, args![tenant, credential_id, json]).await?)
    }

    pub async fn insert_person_ceremony(
        &mut self,
        tenant: &str,
        ceremony: &PersonCeremony,
    ) -> Result<(), Error> {
        let PersonCeremony { challenge, request, offer_id, state, expires_at } = ceremony;
        let values = args![challenge, tenant, request, offer_id.clone(), state, *expires_at];
        Ok(self.tx.execute_one(INSERT_CEREMONY, values).await?)
    }

    /// Takes a ceremony out, so that a challenge is answered once and for its own request.
    pub async fn take_person_ceremony(
        &mut self,
        tenant: &str,
        challenge: &str,
        request: &str,
        now: Timestamp,
    ) -> Result<Option<PersonCeremony>, Error> {
        let Some(row) = self.tx.fetch_optional(TAKE_CEREMONY, args![tenant, challenge, request]).await?
        else {
            return Ok(None);
        };
        let ceremony = PersonCeremony {
            challenge: row.text("challenge")?,
            request: row.text("request")?,
            offer_id: row.opt_text("offer_id")?,
            state: row.text("state")?,
            expires_at: row.time("expires_at")?,
        };
        Ok(Some(ceremony).filter(|ceremony| ceremony.expires_at > now))
    }

    /// How many pushed requests wait for their persons.
    pub async fn count_authorization_requests(&mut self, tenant: &str, now: Timestamp) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT_REQUESTS, args![tenant, now]).await?;
        many(row, "authorization_requests")
    }

    pub async fn insert_authorization_request(
        &mut self,
        tenant: &str,
        fingerprint: &str,
        request: &AuthorizationRequest,
        expires_at: Timestamp,
    ) -> Result<(), Error> {
        let (wanted, names) = wanted_columns(&request.wanted);
        let values = args![
            tenant,
            fingerprint,
            &request.client_id,
            &request.redirect_uri,
            request.state.clone(),
            &request.code_challenge,
            wanted,
            names,
            request.offer_id.clone(),
            request.dpop_jkt.clone(),
            expires_at,
            request.language.map(Language::code)
        ];
        Ok(self.tx.execute_one(INSERT_REQUEST, values).await?)
    }

    /// A request that waits for its person.
    pub async fn find_authorization_request(
        &mut self,
        tenant: &str,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<Option<AuthorizationRequest>, Error> {
        let row = self.tx.fetch_optional(FIND_REQUEST, args![tenant, fingerprint, now]).await?;
        row.as_ref().map(request).transpose()
    }

    /// Notes what became of a request; true once for each. `ticket` is the fingerprint under which it is taken out.
    pub async fn decide_authorization(
        &mut self,
        tenant: &str,
        fingerprint: &str,
        ticket: &str,
        granted_offer: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let values = args![tenant, fingerprint, ticket, granted_offer, now];
        Ok(self.tx.execute(DECIDE, values).await? == 1)
    }

    /// Takes a decided request out, once.
    pub async fn take_decided_authorization(
        &mut self,
        tenant: &str,
        ticket: &str,
        now: Timestamp,
    ) -> Result<Option<Decided>, Error> {
        let row = self.tx.fetch_optional(TAKE_DECIDED, args![tenant, ticket, now]).await?;
        row.map(|row| Ok(Decided { request: request(&row)?, granted_offer: row.opt_text("granted_offer")? }))
            .transpose()
    }

    pub async fn insert_authorization_code(
        &mut self,
        tenant: &str,
        fingerprint: &str,
        grant: &Grant,
        expires_at: Timestamp,
    ) -> Result<(), Error> {
        let (wanted, names) = wanted_columns(&grant.wanted);
        let values = args![
            tenant,
            fingerprint,
            &grant.client_id,
            &grant.redirect_uri,
            &grant.code_challenge,
            wanted,
            names,
            &grant.offer_id,
            grant.dpop_jkt.clone(),
            expires_at
        ];
        Ok(self.tx.execute_one(INSERT_CODE, values).await?)
    }

    /// What an unused code stands for.
    pub async fn find_authorization_code(
        &mut self,
        tenant: &str,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<Option<Grant>, Error> {
        let row = self.tx.fetch_optional(FIND_CODE, args![tenant, fingerprint, now]).await?;
        row.map(|row| {
            Ok(Grant {
                client_id: row.text("client_id")?,
                redirect_uri: row.text("redirect_uri")?,
                code_challenge: row.text("code_challenge")?,
                wanted: wanted(&Columns { table: "authorization_codes", row: &row })?,
                offer_id: row.text("offer_id")?,
                dpop_jkt: row.opt_text("dpop_jkt")?,
            })
        })
        .transpose()
    }

    /// True once for each code; `token` is the fingerprint of what it was exchanged for.
    pub async fn spend_authorization_code(
        &mut self,
        tenant: &str,
        fingerprint: &str,
        token: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(SPEND_CODE, args![tenant, fingerprint, token, now]).await? == 1)
    }

    /// Takes back the token of a code that comes a second time. True when there was one.
    pub async fn revoke_token_of_code(&mut self, tenant: &str, fingerprint: &str) -> Result<bool, Error> {
        Ok(self.tx.execute(REVOKE_OF_CODE, args![tenant, fingerprint]).await? == 1)
    }

    /// Offers that a person's own sign-ins made since a time.
    pub async fn count_self_served(
        &mut self,
        tenant: &str,
        subject_id: &str,
        created_by: &str,
        since: Timestamp,
    ) -> Result<u64, Error> {
        let row =
            self.tx.fetch_optional(COUNT_SELF_SERVED, args![tenant, subject_id, created_by, since]).await?;
        many(row, "offers")
    }

    /// Forgets requests and ceremonies nobody can use, and codes whose tokens are over.
    pub async fn delete_expired_authorizations(
        &mut self,
        now: Timestamp,
        codes_before: Timestamp,
    ) -> Result<u64, Error> {
        let mut gone =
            self.tx.execute("DELETE FROM person_ceremonies WHERE expires_at <= $1", args![now]).await?;
        gone +=
            self.tx.execute("DELETE FROM authorization_requests WHERE expires_at <= $1", args![now]).await?;
        let codes = "DELETE FROM authorization_codes WHERE expires_at <= $1";
        Ok(gone + self.tx.execute(codes, args![codes_before]).await?)
    }
}

fn many(row: Option<Row>, table: &'static str) -> Result<u64, Error> {
    let row = row.ok_or_else(Error::stale)?;
    Columns { table, row: &row }.number("many")
}

fn wanted_columns(wanted: &Wanted) -> (&'static str, String) {
    let kind = match wanted {
        Wanted::Offered => "offered",
        Wanted::Scope(_) => "scope",
        Wanted::Details(_) => "details",
    };
    let names: Vec<String> = wanted.named().unwrap_or_default().iter().map(ToString::to_string).collect();
    (kind, names.join(" "))
}

fn wanted(columns: &Columns<'_>) -> Result<Wanted, Error> {
    let names = |text: &str| text.split(' ').map(|name| name.parse::<Configuration>().ok()).collect();
    match columns.row.text("wanted")?.as_str() {
        "offered" => Ok(Wanted::Offered),
        "scope" => Ok(Wanted::Scope(columns.parsed("configurations", names)?)),
        "details" => Ok(Wanted::Details(columns.parsed("configurations", names)?)),
        _ => Err(columns.impossible("wanted")),
    }
}

fn request(row: &Row) -> Result<AuthorizationRequest, Error> {
    Ok(AuthorizationRequest {
        client_id: row.text("client_id")?,
        redirect_uri: row.text("redirect_uri")?,
        state: row.opt_text("state")?,
        code_challenge: row.text("code_challenge")?,
        wanted: wanted(&Columns { table: "authorization_requests", row })?,
        offer_id: row.opt_text("offer_id")?,
        dpop_jkt: row.opt_text("dpop_jkt")?,
        language: row.opt_text("language")?.and_then(|code| Language::parse(&code)),
    })
}
