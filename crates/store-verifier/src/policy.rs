use clock::Timestamp;
use sql::{Row, args};

use crate::{StoreError, Tx};

/// One version of a policy that an agency wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgencyPolicy {
    /// The client.
    pub tenant: String,
    pub name: String,
    /// From 1, without gaps.
    pub version: u32,
    /// JSON as it was sent.
    pub draft: String,
    /// JSON of the policy it came to.
    pub policy: String,
    pub created: Timestamp,
    pub retired: Option<Timestamp>,
}

const INSERT: &str = "INSERT INTO agency_policy (tenant, name, version, draft, policy, created_ms)
    VALUES ($1, $2, $3, $4, $5, $6)";
const FIND: &str = "SELECT tenant, name, version, draft, policy, created_ms, retired_ms FROM agency_policy
    WHERE tenant = $1 AND name = $2 AND version = $3";
const NEWEST: &str = "SELECT tenant, name, version, draft, policy, created_ms, retired_ms FROM agency_policy
    WHERE tenant = $1 AND name = $2 ORDER BY version DESC LIMIT 1";
const IN_FORCE: &str =
    "SELECT tenant, name, version, draft, policy, created_ms, retired_ms FROM agency_policy
    WHERE tenant = $1 AND name = $2 AND retired_ms IS NULL ORDER BY version DESC LIMIT 1";
// Names go up, versions within a name go down, so the cursor is a pair that is walked in two directions.
const LIST: &str = "SELECT tenant, name, version, draft, policy, created_ms, retired_ms FROM agency_policy
    WHERE tenant = $1 AND (name > $2 OR (name = $3 AND version < $4))
    ORDER BY name, version DESC LIMIT $5";
const COUNT: &str = "SELECT COUNT(*) AS policies FROM agency_policy WHERE tenant = $1";
const RETIRE: &str = "UPDATE agency_policy SET retired_ms = $1
    WHERE tenant = $2 AND name = $3 AND version = $4 AND retired_ms IS NULL";
const INSERT_TEXT: &str =
    "INSERT INTO policy_text (digest, body) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING";
const INSERT_USE: &str = "INSERT INTO verification_policy (verification, digest) VALUES ($1, $2)";
const FIND_USE: &str = "SELECT body FROM policy_text JOIN verification_policy
    ON policy_text.digest = verification_policy.digest WHERE verification = $1";
const DELETE_USES: &str = "DELETE FROM verification_policy
    WHERE NOT EXISTS (SELECT 1 FROM verification WHERE verification.id = verification_policy.verification)";

impl Tx {
    /// Stores a new version. A conflict means that somebody else stored this version first.
    pub async fn insert_policy(&mut self, new: &AgencyPolicy) -> Result<(), StoreError> {
        let args = args![
            new.tenant.clone(),
            new.name.clone(),
            i64::from(new.version),
            new.draft.clone(),
            new.policy.clone(),
            new.created
        ];
        self.0.execute_one(INSERT, args).await?;
        Ok(())
    }

    pub async fn find_policy(
        &mut self,
        tenant: &str,
        name: &str,
        version: u32,
    ) -> Result<Option<AgencyPolicy>, StoreError> {
        let found = self.0.fetch_optional(FIND, args![tenant, name, i64::from(version)]).await?;
        found.map(|row| policy(&row)).transpose()
    }

    /// The newest version, retired or not.
    pub async fn find_newest_policy(
        &mut self,
        tenant: &str,
        name: &str,
    ) -> Result<Option<AgencyPolicy>, StoreError> {
        self.0.fetch_optional(NEWEST, args![tenant, name]).await?.map(|row| policy(&row)).transpose()
    }

    /// The newest version that is not retired.
    pub async fn find_policy_in_force(
        &mut self,
        tenant: &str,
        name: &str,
    ) -> Result<Option<AgencyPolicy>, StoreError> {
        self.0.fetch_optional(IN_FORCE, args![tenant, name]).await?.map(|row| policy(&row)).transpose()
    }

    /// Versions by name, newest first within a name, after that version of that name.
    pub async fn list_policies(
        &mut self,
        tenant: &str,
        after: (&str, u32),
        limit: u32,
    ) -> Result<Vec<AgencyPolicy>, StoreError> {
        let (name, version) = after;
        let args = args![tenant, name, name, i64::from(version), limit];
        self.0.fetch_all(LIST, args).await?.iter().map(policy).collect()
    }

    pub async fn count_policies(&mut self, tenant: &str) -> Result<i64, StoreError> {
        let row = self.0.fetch_optional(COUNT, args![tenant]).await?;
        Ok(row.map(|row| row.int("policies")).transpose()?.unwrap_or(0))
    }

    /// False when it was retired before, or is not there.
    pub async fn retire_policy(
        &mut self,
        tenant: &str,
        name: &str,
        version: u32,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.0.execute(RETIRE, args![now, tenant, name, i64::from(version)]).await? == 1)
    }

    /// Remembers the policy under which a verification began. Equal texts are kept once.
    pub async fn insert_policy_of(
        &mut self,
        verification: &str,
        digest: &[u8],
        body: &str,
    ) -> Result<(), StoreError> {
        self.0.execute(INSERT_TEXT, args![digest, body]).await?;
        self.0.execute_one(INSERT_USE, args![verification, digest]).await?;
        Ok(())
    }

    /// The text of the policy under which a verification began.
    pub async fn find_policy_of(&mut self, verification: &str) -> Result<Option<String>, StoreError> {
        let found = self.0.fetch_optional(FIND_USE, args![verification]).await?;
        Ok(found.map(|row| row.text("body")).transpose()?)
    }

    /// Forgets under which policy verifications began that are not kept any more. The texts stay: there are few of
    /// them, and nothing of a person is in them.
    pub async fn delete_dead_policy_uses(&mut self) -> Result<u64, StoreError> {
        Ok(self.0.execute(DELETE_USES, args![]).await?)
    }
}

fn policy(row: &Row) -> Result<AgencyPolicy, StoreError> {
    let impossible = StoreError::Impossible { table: "agency_policy", column: "version" };
    Ok(AgencyPolicy {
        tenant: row.text("tenant")?,
        name: row.text("name")?,
        version: u32::try_from(row.int("version")?).map_err(|_| impossible)?,
        draft: row.text("draft")?,
        policy: row.text("policy")?,
        created: row.time("created_ms")?,
        retired: row.opt_time("retired_ms")?,
    })
}
