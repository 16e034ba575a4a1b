//! Who may use the console: one-time links, passkeys, sessions. There are no passwords.

use std::collections::HashMap;

use chrono::Duration;
use clock::{Clock as _, SystemClock, SystemEntropy, Timestamp};
use issuance::audit::Act;
use issuance::{Actor, Proposal, Role, Roles, fingerprint};
use serde_json::Value;
use store_issuer::{Ceremony, CeremonyKind, Officer, OfficerLink, Session, Store, Transaction};
use url::Url;
use web::passkey::{PasskeyError, Uuid, answered_challenge, challenge_of};

use super::{DecideError, Issuer, Outcome};
use crate::Config;

const LINK_DAYS: i64 = 7;
const CEREMONY_MINUTES: i64 = 10;
const SESSION_HOURS: i64 = 8;
const IDLE_MINUTES: i64 = 30;
/// A session is marked as seen at most this often, so that looking at pages does not queue for the write lock.
const TOUCH_SECONDS: i64 = 60;
const LONGEST_NAME: usize = 80;
/// The officer of links that the program itself prints.
const NOBODY: &str = "";

#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    #[error("the link was used or has expired")]
    Link,
    #[error("a name has 1 to 80 characters on one line")]
    Name,
    #[error("the request for a passkey has expired")]
    Ceremony,
    #[error("this passkey is not known here")]
    Unknown,
    #[error("the passkey was refused")]
    Passkey(#[from] PasskeyError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

#[derive(Debug, thiserror::Error)]
pub enum RolesError {
    #[error("there is no such colleague here")]
    Unknown,
    #[error("somebody has to be administrator")]
    LastAdministrator,
    #[error("choose at least one role")]
    NoRole,
    /// Roles that could undo the control by a second person are given by two people, once somebody has registered.
    #[error("approvers and administrators are invited as something else first")]
    Guarded,
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

#[derive(Debug, thiserror::Error)]
pub enum OfficerLinkError {
    #[error("no tenant {0:?} is configured")]
    Tenant(String),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// Whom the program itself invites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkFor {
    /// The first person of an organisation, who gets every role.
    FirstOfficer,
    /// A second person, where the only one has left and nobody is there who could approve another. Whoever runs the
    /// service is the second pair of eyes then; the audit trail says so.
    Approver,
}

/// A one-time link for somebody whom no colleague can invite; `None` for a first officer once there is one. Only the
/// newest link works. For the program that runs the service, which prints it.
pub async fn officer_link(
    config: &Config,
    tenant: &str,
    whom: LinkFor,
) -> Result<Option<Url>, OfficerLinkError> {
    if !config.tenants.iter().any(|known| known.id == tenant) {
        return Err(OfficerLinkError::Tenant(tenant.to_owned()));
    }
    let store = Store::open(&config.store.url(), "issuer").await?;
    let token = clock::token(&SystemEntropy);
    let now = SystemClock.now();
    let made = sql::retry(|| async {
        let mut tx = store.write("officer_link").await?;
        let roles = match whom {
            LinkFor::FirstOfficer if tx.count_officers(tenant).await? > 0 => return Ok(false),
            LinkFor::FirstOfficer => Roles::ALL,
            LinkFor::Approver => Roles::of(&[Role::Approver]),
        };
        tx.delete_officer_links(tenant, NOBODY).await?;
        let until = now + Duration::days(LINK_DAYS);
        let link = OfficerLink { tenant: tenant.to_owned(), roles, created_by: NOBODY.to_owned() };
        tx.insert_officer_link(&link, &fingerprint(&token), now, until).await?;
        if whom == LinkFor::Approver {
            let detail = roles.to_string();
            let act = Act { action: "officer.invite", target: "", detail: &detail };
            tx.audit(&Actor::system(tenant), act, now).await?;
        }
        tx.commit().await?;
        Ok::<bool, store_issuer::Error>(true)
    })
    .await?;
    store.close().await;
    Ok(made.then(|| registration_link(config.http.public_url.as_str(), &token)).flatten())
}

fn registration_link(origin: &str, token: &str) -> Option<Url> {
    Url::parse(origin).ok()?.join(&format!("/console/register/{token}")).ok()
}

impl Issuer {
    /// Which organisation a one-time link is for.
    pub async fn officer_link_tenant(&self, token: &str) -> Result<String, SignInError> {
        let mut tx = self.store.read().await?;
        let link = tx.find_officer_link(&fingerprint(token), self.now()).await?.ok_or(SignInError::Link)?;
        Ok(link.tenant)
    }

    /// Begins the registration of a passkey; the link stays usable until it is finished.
    pub async fn start_registration(&self, token: &str, name: &str) -> Result<Value, SignInError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(SignInError::Name);
        }
        let tenant = self.officer_link_tenant(token).await?;
        let mut handle = [0; 16];
        self.entropy.fill(&mut handle);
        let handle = Uuid::from_bytes(handle);
        let shown = format!("{name} ({})", self.tenant(&tenant).map_or("", |tenant| tenant.name.as_str()));
        let (start, state) = self.passkeys.start_registration(handle, &shown, &[])?;
        let now = self.now();
        let officer = Officer {
            id: self.new_id(),
            tenant,
            name: name.to_owned(),
            user_id: handle.to_string(),
            roles: Roles::NONE,
            created_at: now,
        };
        let kind = CeremonyKind::Registration { link: fingerprint(token), officer };
        self.keep_ceremony(&start, kind, state, now).await?;
        Ok(start)
    }

    /// Ends the registration: link and ceremony are used up, the officer exists and is signed in.
    pub async fn finish_registration(&self, response: &Value) -> Result<String, SignInError> {
        let challenge = answered_challenge(response).ok_or(SignInError::Ceremony)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("register_officer").await?;
            let ceremony = tx.take_ceremony(&challenge, now).await?.ok_or(SignInError::Ceremony)?;
            let CeremonyKind::Registration { link, officer } = ceremony.kind else {
                return Err(SignInError::Ceremony);
            };
            let registered = self.passkeys.finish_registration(&ceremony.state, response)?;
            let found = tx.find_officer_link(&link, now).await?.ok_or(SignInError::Link)?;
            if !self.is_still_allowed(&mut tx, &found).await? {
                return Err(SignInError::Link);
            }
            if !tx.consume_officer_link(&officer.tenant, &link, now).await? {
                return Err(SignInError::Link);
            }
            let officer = Officer { created_at: now, roles: found.roles, ..officer };
            tx.insert_officer(&officer).await?;
            tx.insert_passkey(&officer.id, &registered.credential_id, &registered.json, now).await?;
            let session = self.new_token();
            tx.insert_session(&officer.id, &fingerprint(&session), now).await?;
            let act = Act { action: "officer.register", target: &officer.id, detail: "" };
            tx.audit(&actor(&officer), act, now).await?;
            tx.commit().await?;
            Ok(session)
        })
        .await
    }

    /// A link from the time when there was no second person must not make an approver once there is one.
    pub(super) async fn is_still_allowed(
        &self,
        tx: &mut Transaction,
        link: &OfficerLink,
    ) -> Result<bool, store_issuer::Error> {
        if link.created_by == NOBODY || !link.roles.gains_guarded(Roles::NONE) {
            return Ok(true);
        }
        let by = Actor { tenant: link.tenant.clone(), officer: link.created_by.clone() };
        Ok(!self.needs_second(tx, &by, &giving(NOBODY, link.roles)).await?)
    }

    /// Begins a sign-in; the passkey itself says later whose it is.
    pub async fn start_sign_in(&self) -> Result<Value, SignInError> {
        let (start, state) = self.passkeys.start_login(&[])?;
        self.keep_ceremony(&start, CeremonyKind::SignIn, state, self.now()).await?;
        Ok(start)
    }

    /// Ends a sign-in and gives the token of the new session.
    pub async fn finish_sign_in(&self, response: &Value) -> Result<String, SignInError> {
        let challenge = answered_challenge(response).ok_or(SignInError::Ceremony)?;
        let (_, credential_id) = self.passkeys.identify(response)?;
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("sign_in").await?;
            let ceremony = tx.take_ceremony(&challenge, now).await?.ok_or(SignInError::Ceremony)?;
            if ceremony.kind != CeremonyKind::SignIn {
                return Err(SignInError::Ceremony);
            }
            let (officer, passkey) = tx.find_passkey(&credential_id).await?.ok_or(SignInError::Unknown)?;
            if officer.roles.is_empty() {
                return Err(SignInError::Unknown);
            }
            let signed_in = self.passkeys.finish_login(&ceremony.state, response, &[passkey])?;
            if let Some(json) = &signed_in.updated_json {
                tx.replace_passkey(&credential_id, json).await?;
            }
            let (begun, seen) = (now - Duration::hours(SESSION_HOURS), now - Duration::minutes(IDLE_MINUTES));
            tx.prune_sign_in(begun, seen, now).await?;
            let session = self.new_token();
            tx.insert_session(&officer.id, &fingerprint(&session), now).await?;
            let act = Act { action: "officer.sign-in", target: &officer.id, detail: "" };
            tx.audit(&actor(&officer), act, now).await?;
            tx.commit().await?;
            Ok(session)
        })
        .await
    }

    /// The session behind a cookie, while it is neither too old nor idle for too long.
    pub async fn session(&self, token: &str) -> Result<Option<Session>, store_issuer::Error> {
        let mark = fingerprint(token);
        let found = self.store.read().await?.find_session(&mark).await?;
        let now = self.now();
        let Some(session) = found.filter(|session| is_alive(session, now)) else { return Ok(None) };
        if now - session.last_seen_at >= Duration::seconds(TOUCH_SECONDS) {
            sql::retry(|| async {
                let mut tx = self.store.write("touch_session").await?;
                tx.touch_session(&mark, now).await?;
                tx.commit().await
            })
            .await?;
        }
        // The organisation may have been taken out of the configuration since.
        Ok(self.tenant(&session.officer.tenant).is_some().then_some(session))
    }

    pub async fn sign_out(&self, token: &str) -> Result<(), store_issuer::Error> {
        let mark = fingerprint(token);
        sql::retry(|| async {
            let mut tx = self.store.write("sign_out").await?;
            tx.delete_session(&mark).await?;
            tx.commit().await
        })
        .await
    }

    /// A one-time link for a colleague; earlier ones of the same officer stop working.
    pub async fn invite_officer(&self, by: &Actor, roles: Roles) -> Result<Option<Url>, RolesError> {
        if roles.is_empty() {
            return Err(RolesError::NoRole);
        }
        let token = self.new_token();
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("invite_officer").await?;
            let guarded = roles.gains_guarded(Roles::NONE);
            if guarded && self.needs_second(&mut tx, by, &giving(NOBODY, roles)).await? {
                return Err(RolesError::Guarded);
            }
            tx.delete_officer_links(&by.tenant, &by.officer).await?;
            let until = now + Duration::days(LINK_DAYS);
            let link = OfficerLink { tenant: by.tenant.clone(), roles, created_by: by.officer.clone() };
            tx.insert_officer_link(&link, &fingerprint(&token), now, until).await?;
            let detail = roles.to_string();
            tx.audit(by, Act { action: "officer.invite", target: "", detail: &detail }, now).await?;
            tx.commit().await?;
            Ok::<(), RolesError>(())
        })
        .await?;
        Ok(registration_link(&self.settings.origin, &token))
    }

    /// Gives a colleague exactly these roles; none at all ends their access. A guarded role needs a second person.
    pub async fn set_roles(&self, by: &Actor, officer: &str, roles: Roles) -> Result<Outcome, DecideError> {
        let done = sql::retry(|| async {
            let mut tx = self.store.write("set_roles").await?;
            let known = tx.find_officer(&by.tenant, officer).await?.ok_or(RolesError::Unknown)?;
            if roles.gains_guarded(known.roles) {
                return Ok(false);
            }
            self.set_roles_within(&mut tx, by, officer, roles).await?;
            tx.commit().await?;
            Ok::<bool, RolesError>(true)
        })
        .await?;
        match done {
            true => Ok(Outcome::Done),
            false => self.propose(by, &giving(officer, roles)).await,
        }
    }

    pub(super) async fn set_roles_within(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        officer: &str,
        roles: Roles,
    ) -> Result<(), RolesError> {
        let known = tx.find_officer(&by.tenant, officer).await?.ok_or(RolesError::Unknown)?;
        let others = tx.count_others_with(&by.tenant, officer, Role::Administrator).await?;
        if known.roles.has(Role::Administrator) && !roles.has(Role::Administrator) && others == 0 {
            return Err(RolesError::LastAdministrator);
        }
        if known.roles == roles {
            return Ok(());
        }
        tx.replace_roles(&known, roles).await?;
        let action = if roles.is_empty() { "officer.remove" } else { "officer.roles" };
        let detail = roles.to_string();
        Ok(tx.audit(by, Act { action, target: officer, detail: &detail }, self.now()).await?)
    }

    /// Everybody's name by identifier, also of those who no longer work here, and those of machines.
    pub async fn officer_names(&self, tenant: &str) -> Result<HashMap<String, String>, store_issuer::Error> {
        let mut tx = self.store.read().await?;
        let officers = tx.list_officers(tenant).await?.into_iter().map(|officer| (officer.id, officer.name));
        let clients = tx.list_service_clients(tenant).await?.into_iter();
        let clients = clients.map(|client| (Actor::client(tenant, &client.id).officer, client.name));
        Ok(officers.chain(clients).collect())
    }

    pub async fn list_officers(&self, tenant: &str) -> Result<Vec<Officer>, store_issuer::Error> {
        self.store.read().await?.list_officers(tenant).await
    }

    async fn keep_ceremony(
        &self,
        start: &Value,
        kind: CeremonyKind,
        state: String,
        now: Timestamp,
    ) -> Result<(), SignInError> {
        let challenge = challenge_of(start).ok_or(SignInError::Ceremony)?.to_owned();
        let ceremony =
            Ceremony { challenge, kind, state, expires_at: now + Duration::minutes(CEREMONY_MINUTES) };
        sql::retry(|| async {
            let mut tx = self.store.write("keep_ceremony").await?;
            tx.insert_ceremony(&ceremony).await?;
            tx.commit().await
        })
        .await?;
        Ok(())
    }
}

fn giving(officer: &str, roles: Roles) -> Proposal {
    Proposal::GiveRoles { officer: officer.to_owned(), roles: roles.to_string() }
}

fn actor(officer: &Officer) -> Actor {
    Actor { tenant: officer.tenant.clone(), officer: officer.id.clone() }
}

fn is_alive(session: &Session, now: Timestamp) -> bool {
    now - session.created_at < Duration::hours(SESSION_HOURS)
        && now - session.last_seen_at < Duration::minutes(IDLE_MINUTES)
        && !session.officer.roles.is_empty()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn session_ends_after_eight_hours_or_thirty_idle_minutes() {
        let start = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let officer = Officer {
            id: "o".into(),
            tenant: "undp".into(),
            name: "O".into(),
            user_id: "u".into(),
            roles: Roles::ALL,
            created_at: start,
        };
        let seen = |minutes| Session {
            officer: officer.clone(),
            created_at: start,
            last_seen_at: start + Duration::minutes(minutes),
        };
        assert!(is_alive(&seen(0), start + Duration::minutes(29)));
        assert!(!is_alive(&seen(0), start + Duration::minutes(30)));
        assert!(is_alive(&seen(470), start + Duration::minutes(479)));
        assert!(!is_alive(&seen(470), start + Duration::minutes(480)));
    }
}
