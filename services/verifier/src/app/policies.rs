//! Policies that agencies write: a new version, reading, retiring, and which one a verification began with.

use sha2::{Digest as _, Sha256};
use store_verifier::{AgencyPolicy, StoreError, Tx, Verification};
use verification::Policy;
use wire::policies::{PolicyDraft, PolicyFault, PolicyVersion, PolicyVersions, Purpose};

use super::Desk;
use super::views::text;
use crate::app::clients::Agency;

/// Versions an agency may have, retired ones included.
const MAX_POLICIES: i64 = 1_000;
const PAGE: u32 = 50;

#[derive(Debug, thiserror::Error)]
pub enum PolicyWriteError {
    #[error("the policy cannot be used as it is written")]
    Refused(Vec<PolicyFault>),
    #[error("a configured policy has this name")]
    NameTaken,
    #[error("the agency has as many policies as it may have")]
    TooMany,
    /// Also for what belongs to another agency.
    #[error("there is no such policy")]
    Unknown,
    #[error("the cursor is not one that a list gave")]
    Cursor,
    #[error("a stored policy cannot be read")]
    Form(#[from] serde_json::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A stored version, and whether this call made it.
pub struct Written {
    pub version: PolicyVersion,
    pub new: bool,
}

impl Desk {
    /// Stores the next version of an agency's policy. The content of the newest version in force makes no new one, so
    /// that a repeated call is harmless.
    pub async fn write_policy(
        &self,
        agency: &Agency,
        draft: &PolicyDraft,
    ) -> Result<Written, PolicyWriteError> {
        if self.policies.find(&draft.name).is_some() {
            return Err(PolicyWriteError::NameTaken);
        }
        // The faults do not depend on the version, and are told before anything is locked.
        let policy =
            Policy::of_draft(draft, 1, self.policies.purposes()).map_err(PolicyWriteError::Refused)?;
        let sent = serde_json::to_string(draft)?;
        let (stored, new) = sql::retry(|| {
            let (mut policy, sent) = (policy.clone(), sent.clone());
            async move {
                let mut tx = self.store.write("write_policy").await?;
                let newest = tx.find_newest_policy(&agency.id, &draft.name).await?;
                if let Some(same) = newest.as_ref().filter(|one| one.retired.is_none() && one.draft == sent) {
                    return Ok((same.clone(), false));
                }
                if tx.count_policies(&agency.id).await? >= MAX_POLICIES {
                    return Err(PolicyWriteError::TooMany);
                }
                policy.version = newest.map_or(1, |one| one.version + 1);
                let new = AgencyPolicy {
                    tenant: agency.id.clone(),
                    name: draft.name.clone(),
                    version: policy.version,
                    draft: sent,
                    policy: serde_json::to_string(&policy)?,
                    created: self.now(),
                    retired: None,
                };
                tx.insert_policy(&new).await?;
                tx.commit().await?;
                Ok((new, true))
            }
        })
        .await?;
        Ok(Written { version: version_of(&stored)?, new })
    }

    /// One version, or the newest.
    pub async fn find_agency_policy(
        &self,
        agency: &Agency,
        name: &str,
        version: Option<u32>,
    ) -> Result<PolicyVersion, PolicyWriteError> {
        let mut tx = self.store.read().await?;
        let found = match version {
            Some(version) => tx.find_policy(&agency.id, name, version).await?,
            None => tx.find_newest_policy(&agency.id, name).await?,
        };
        version_of(&found.ok_or(PolicyWriteError::Unknown)?)
    }

    /// Every version of every policy of the agency, a page at a time.
    pub async fn list_agency_policies(
        &self,
        agency: &Agency,
        after: Option<&str>,
    ) -> Result<PolicyVersions, PolicyWriteError> {
        let after = after.map_or(Some(("", 0)), cursor).ok_or(PolicyWriteError::Cursor)?;
        let mut tx = self.store.read().await?;
        let found = tx.list_policies(&agency.id, after, PAGE).await?;
        let full = found.len() == PAGE as usize;
        let next = found.last().filter(|_| full).map(|one| format!("{}:{}", one.name, one.version));
        Ok(PolicyVersions { policies: found.iter().map(version_of).collect::<Result<_, _>>()?, next })
    }

    /// Nothing is started under a retired version any more; it stays readable. Repeating it changes nothing.
    pub async fn retire_policy(
        &self,
        agency: &Agency,
        name: &str,
        version: u32,
    ) -> Result<PolicyVersion, PolicyWriteError> {
        sql::retry(|| async {
            let mut tx = self.store.write("retire_policy").await?;
            tx.retire_policy(&agency.id, name, version, self.now()).await?;
            let found = tx.find_policy(&agency.id, name, version).await?.ok_or(PolicyWriteError::Unknown)?;
            tx.commit().await?;
            version_of(&found)
        })
        .await
    }

    #[must_use]
    pub fn purposes(&self) -> Vec<Purpose> {
        self.policies.purposes().iter().cloned().collect()
    }

    /// The policy an agency means by a name: its own newest version in force, or a configured one.
    pub(crate) async fn policy_named(
        &self,
        agency: &Agency,
        name: &str,
    ) -> Result<Option<Policy>, StoredPolicyError> {
        if let Some(configured) = self.policies.find(name) {
            return Ok(Some(configured.clone()));
        }
        let found = self.store.read().await?.find_policy_in_force(&agency.id, name).await?;
        Ok(found.map(|found| serde_json::from_str(&found.policy)).transpose()?)
    }

    /// The policy a verification began with, whatever became of it since.
    pub(crate) async fn policy_of(
        &self,
        verification: &Verification,
    ) -> Result<Option<Policy>, StoredPolicyError> {
        self.policy_begun(&verification.id, &verification.policy).await
    }

    pub(crate) async fn policy_begun(
        &self,
        verification: &str,
        name: &str,
    ) -> Result<Option<Policy>, StoredPolicyError> {
        let text = self.store.read().await?.find_policy_of(verification).await?;
        match text {
            Some(text) => Ok(Some(serde_json::from_str(&text)?)),
            // Begun before policies were kept with verifications.
            None => Ok(self.policies.find(name).cloned()),
        }
    }
}

/// Why a policy that is kept cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum StoredPolicyError {
    #[error("the stored policy cannot be read")]
    Form(#[from] serde_json::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps the policy with the verification that begins under it, in the same transaction.
pub(crate) async fn keep_policy(
    tx: &mut Tx,
    verification: &str,
    policy: &Policy,
) -> Result<(), StoredPolicyError> {
    let body = serde_json::to_string(policy)?;
    Ok(tx.insert_policy_of(verification, &Sha256::digest(&body), &body).await?)
}

fn version_of(stored: &AgencyPolicy) -> Result<PolicyVersion, PolicyWriteError> {
    let policy: Policy = serde_json::from_str(&stored.policy)?;
    Ok(PolicyVersion {
        name: stored.name.clone(),
        version: stored.version,
        created_at: text(stored.created),
        retired_at: stored.retired.map(text),
        draft: serde_json::from_str(&stored.draft)?,
        policy: policy.view(),
    })
}

fn cursor(text: &str) -> Option<(&str, u32)> {
    let (name, version) = text.rsplit_once(':')?;
    Some((name, version.parse().ok()?))
}
