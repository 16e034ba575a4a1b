//! Officers, their passkeys, one-time links and sessions. Links and sessions are kept as fingerprints only.

use issuance::{Permission, Role, Roles, SecondPersons, Timestamp};
use sql::{Migration, Row, args};

use crate::row::Columns;
use crate::{Error, Transaction};

/// Somebody who works at an organisation's console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Officer {
    pub id: String,
    pub tenant: String,
    pub name: String,
    /// The handle authenticators know the officer by.
    pub user_id: String,
    /// None for somebody who no longer works here.
    pub roles: Roles,
    pub created_at: Timestamp,
}

/// An unused one-time link: whose organisation, and which roles it gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficerLink {
    pub tenant: String,
    pub roles: Roles,
    pub created_by: String,
}

/// A signed-in officer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub officer: Officer,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
}

/// What the server must remember between the two halves of a WebAuthn ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceremony {
    pub challenge: String,
    pub kind: CeremonyKind,
    pub state: String,
    pub expires_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CeremonyKind {
    Registration { link: String, officer: Officer },
    SignIn,
}

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { version: 100, name: "officers", sql: include_str!("migrations/0100_officers.sql") },
    Migration { version: 101, name: "roles", sql: include_str!("migrations/0101_roles.sql") },
];

const COUNT: &str = "SELECT COUNT(*) AS many FROM officers WHERE tenant = $1";
const LIST: &str = "SELECT * FROM officers WHERE tenant = $1 ORDER BY id LIMIT 500";
const FIND: &str = "SELECT * FROM officers WHERE tenant = $1 AND id = $2";
/// Roles are blank-separated names, none of which is part of another.
const COUNT_OTHERS: &str = "SELECT COUNT(*) AS many FROM officers
    WHERE tenant = $1 AND id <> $2 AND roles LIKE '%' || $3 || '%'";
const COUNT_SECOND: &str = "SELECT COUNT(*) AS ever,
        CAST(COALESCE(SUM(CASE WHEN roles LIKE '%approver%' THEN 1 ELSE 0 END), 0) AS BIGINT) AS present
    FROM officers WHERE tenant = $1 AND id <> $2 AND ever_approver = 1";
const SET_ROLES: &str = "UPDATE officers
    SET roles = $4, ever_approver = CASE WHEN $4 LIKE '%approver%' THEN 1 ELSE ever_approver END
    WHERE tenant = $1 AND id = $2 AND roles = $3";
const DELETE_SESSIONS: &str = "DELETE FROM officer_sessions WHERE officer_id = $1";
const INSERT: &str = "INSERT INTO officers (id, tenant, name, user_id, created_at, roles, ever_approver)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const INSERT_LINK: &str =
    "INSERT INTO officer_links (fingerprint, tenant, created_by, created_at, expires_at, roles)
    VALUES ($1, $2, $3, $4, $5, $6)";
const DROP_LINKS: &str = "DELETE FROM officer_links WHERE tenant = $1 AND created_by = $2";
const FIND_LINK: &str =
    "SELECT tenant, roles, created_by FROM officer_links WHERE fingerprint = $1 AND expires_at > $2";
const CONSUME_LINK: &str =
    "DELETE FROM officer_links WHERE fingerprint = $1 AND tenant = $2 AND expires_at > $3";
const INSERT_CEREMONY: &str = "INSERT INTO officer_ceremonies
    (challenge, link, officer_id, tenant, name, user_id, state, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const TAKE_CEREMONY: &str = "DELETE FROM officer_ceremonies WHERE challenge = $1 RETURNING *";
const INSERT_PASSKEY: &str = "INSERT INTO officer_passkeys (credential_id, officer_id, json, created_at)
    VALUES ($1, $2, $3, $4)";
const FIND_PASSKEY: &str = "SELECT o.*, p.json FROM officer_passkeys p JOIN officers o ON o.id = p.officer_id
    WHERE p.credential_id = $1";
const REPLACE_PASSKEY: &str = "UPDATE officer_passkeys SET json = $1 WHERE credential_id = $2";
const INSERT_SESSION: &str =
    "INSERT INTO officer_sessions (fingerprint, officer_id, created_at, last_seen_at)
    VALUES ($1, $2, $3, $4)";
const FIND_SESSION: &str = "SELECT o.*, s.created_at AS began_at, s.last_seen_at
    FROM officer_sessions s JOIN officers o ON o.id = s.officer_id WHERE s.fingerprint = $1";
const TOUCH_SESSION: &str =
    "UPDATE officer_sessions SET last_seen_at = $1 WHERE fingerprint = $2 AND last_seen_at < $1";
const DELETE_SESSION: &str = "DELETE FROM officer_sessions WHERE fingerprint = $1";
const PRUNE_SESSIONS: &str = "DELETE FROM officer_sessions WHERE created_at < $1 OR last_seen_at < $2";
const PRUNE_CEREMONIES: &str = "DELETE FROM officer_ceremonies WHERE expires_at <= $1";
const PRUNE_LINKS: &str = "DELETE FROM officer_links WHERE expires_at <= $1";

impl Transaction {
    pub async fn count_officers(&mut self, tenant: &str) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT, args![tenant]).await?.ok_or_else(Error::stale)?;
        Columns { table: "officers", row: &row }.number("many")
    }

    pub async fn list_officers(&mut self, tenant: &str) -> Result<Vec<Officer>, Error> {
        self.tx.fetch_all(LIST, args![tenant]).await?.iter().map(officer).collect()
    }

    pub async fn insert_officer(&mut self, officer: &Officer) -> Result<(), Error> {
        let values = args![
            &officer.id,
            &officer.tenant,
            &officer.name,
            &officer.user_id,
            officer.created_at,
            officer.roles.to_string(),
            i64::from(officer.roles.has(Role::Approver))
        ];
        Ok(self.tx.execute_one(INSERT, values).await?)
    }

    pub async fn find_officer(&mut self, tenant: &str, id: &str) -> Result<Option<Officer>, Error> {
        let row = self.tx.fetch_optional(FIND, args![tenant, id]).await?;
        row.as_ref().map(officer).transpose()
    }

    /// How many people other than `id` hold a role.
    pub async fn count_others_with(&mut self, tenant: &str, id: &str, role: Role) -> Result<u64, Error> {
        let row = self.tx.fetch_optional(COUNT_OTHERS, args![tenant, id, role.as_str()]).await?;
        Columns { table: "officers", row: &row.ok_or_else(Error::stale)? }.number("many")
    }

    /// Who could approve, or once could, what `id` proposes.
    pub async fn count_second_persons(&mut self, tenant: &str, id: &str) -> Result<SecondPersons, Error> {
        let row = self.tx.fetch_optional(COUNT_SECOND, args![tenant, id]).await?;
        let columns = Columns { table: "officers", row: &row.ok_or_else(Error::stale)? };
        Ok(SecondPersons { now: columns.number("present")?, ever: columns.number("ever")? })
    }

    /// Changes the roles that were read. Whoever is left without any is signed out at once, and links of somebody who may
    /// no longer invite stop working.
    pub async fn replace_roles(&mut self, officer: &Officer, roles: Roles) -> Result<(), Error> {
        let guarded = args![&officer.tenant, &officer.id, officer.roles.to_string(), roles.to_string()];
        self.tx.execute_one(SET_ROLES, guarded).await?;
        if roles.is_empty() {
            self.tx.execute(DELETE_SESSIONS, args![&officer.id]).await?;
        }
        if !roles.may(Permission::Administer) {
            self.delete_officer_links(&officer.tenant, &officer.id).await?;
        }
        Ok(())
    }

    /// Stores a one-time link by its fingerprint; it was made by an officer, or by nobody for the one printed at start.
    pub async fn insert_officer_link(
        &mut self,
        link: &OfficerLink,
        fingerprint: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), Error> {
        let values =
            args![fingerprint, &link.tenant, &link.created_by, now, expires_at, link.roles.to_string()];
        Ok(self.tx.execute_one(INSERT_LINK, values).await?)
    }

    /// Forgets the unused links somebody made, so that only the newest works.
    pub async fn delete_officer_links(&mut self, tenant: &str, by: &str) -> Result<(), Error> {
        self.tx.execute(DROP_LINKS, args![tenant, by]).await?;
        Ok(())
    }

    /// A link that can still be used.
    pub async fn find_officer_link(
        &mut self,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<Option<OfficerLink>, Error> {
        let row = self.tx.fetch_optional(FIND_LINK, args![fingerprint, now]).await?;
        row.map(|row| {
            Ok(OfficerLink {
                tenant: row.text("tenant")?,
                roles: Columns { table: "officer_links", row: &row }.parsed("roles", Roles::parse)?,
                created_by: row.text("created_by")?,
            })
        })
        .transpose()
    }

    /// Uses a link up; `false` when somebody else did so first.
    pub async fn consume_officer_link(
        &mut self,
        tenant: &str,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.tx.execute(CONSUME_LINK, args![fingerprint, tenant, now]).await? == 1)
    }

    pub async fn insert_ceremony(&mut self, ceremony: &Ceremony) -> Result<(), Error> {
        let (link, officer) = match &ceremony.kind {
            CeremonyKind::SignIn => (None, None),
            CeremonyKind::Registration { link, officer } => (Some(link.as_str()), Some(officer)),
        };
        let values = args![
            &ceremony.challenge,
            link,
            officer.map(|officer| officer.id.as_str()),
            officer.map(|officer| officer.tenant.as_str()),
            officer.map(|officer| officer.name.as_str()),
            officer.map(|officer| officer.user_id.as_str()),
            &ceremony.state,
            ceremony.expires_at
        ];
        Ok(self.tx.execute_one(INSERT_CEREMONY, values).await?)
    }

    /// Takes a ceremony out, so that a challenge is answered once; `None` when it is unknown or too late.
    pub async fn take_ceremony(
        &mut self,
        challenge: &str,
        now: Timestamp,
    ) -> Result<Option<Ceremony>, Error> {
        let row = self.tx.fetch_optional(TAKE_CEREMONY, args![challenge]).await?;
        let ceremony = row.as_ref().map(ceremony).transpose()?;
        Ok(ceremony.filter(|ceremony| ceremony.expires_at > now))
    }

    pub async fn insert_passkey(
        &mut self,
        officer: &str,
        credential_id: &[u8],
        json: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(INSERT_PASSKEY, args![credential_id, officer, json, now]).await?)
    }

    /// The officer a passkey belongs to, and the passkey.
    pub async fn find_passkey(&mut self, credential_id: &[u8]) -> Result<Option<(Officer, String)>, Error> {
        let row = self.tx.fetch_optional(FIND_PASSKEY, args![credential_id]).await?;
        row.map(|row| Ok((officer(&row)?, row.text("json")?))).transpose()
    }

    pub async fn replace_passkey(&mut self, credential_id: &[u8], json: &str) -> Result<(), Error> {
        Ok(self.tx.execute_one(REPLACE_PASSKEY, args![json, credential_id]).await?)
    }

    pub async fn insert_session(
        &mut self,
        officer: &str,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        Ok(self.tx.execute_one(INSERT_SESSION, args![fingerprint, officer, now, now]).await?)
    }

    pub async fn find_session(&mut self, fingerprint: &str) -> Result<Option<Session>, Error> {
        let row = self.tx.fetch_optional(FIND_SESSION, args![fingerprint]).await?;
        row.map(|row| {
            Ok(Session {
                officer: officer(&row)?,
                created_at: row.time("began_at")?,
                last_seen_at: row.time("last_seen_at")?,
            })
        })
        .transpose()
    }

    pub async fn touch_session(&mut self, fingerprint: &str, now: Timestamp) -> Result<(), Error> {
        self.tx.execute(TOUCH_SESSION, args![now, fingerprint]).await?;
        Ok(())
    }

    pub async fn delete_session(&mut self, fingerprint: &str) -> Result<(), Error> {
        self.tx.execute(DELETE_SESSION, args![fingerprint]).await?;
        Ok(())
    }

    /// Removes what can no longer be used: sessions begun or last seen before the given times, links, ceremonies.
    pub async fn prune_sign_in(
        &mut self,
        begun_before: Timestamp,
        seen_before: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.tx.execute(PRUNE_SESSIONS, args![begun_before, seen_before]).await?;
        self.tx.execute(PRUNE_CEREMONIES, args![now]).await?;
        self.tx.execute(PRUNE_LINKS, args![now]).await?;
        Ok(())
    }
}

pub(crate) fn officer(row: &Row) -> Result<Officer, Error> {
    Ok(Officer {
        id: row.text("id")?,
        tenant: row.text("tenant")?,
        name: row.text("name")?,
        user_id: row.text("user_id")?,
        roles: Columns { table: "officers", row }.parsed("roles", Roles::parse)?,
        created_at: row.time("created_at")?,
    })
}

fn ceremony(row: &Row) -> Result<Ceremony, Error> {
    let expires_at = row.time("expires_at")?;
    let kind = match row.opt_text("link")? {
        None => CeremonyKind::SignIn,
        Some(link) => CeremonyKind::Registration {
            link,
            officer: Officer {
                id: row.text("officer_id")?,
                tenant: row.text("tenant")?,
                name: row.text("name")?,
                user_id: row.text("user_id")?,
                // The link says which, when it is used up.
                roles: Roles::NONE,
                created_at: expires_at,
            },
        },
    };
    Ok(Ceremony { challenge: row.text("challenge")?, kind, state: row.text("state")?, expires_at })
}
