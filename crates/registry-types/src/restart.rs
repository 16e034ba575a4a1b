use std::collections::BTreeSet;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::{
    Canonical, Governors, Hash, Header, KeyRole, MemberStatus, Organisation, ValidatorSet, as_hex, is_signed,
    limits,
};

/// How the chain goes on when so many validators are lost that no height can be decided: after this header,
/// with this set. The governors sign it off the chain with their govern keys.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RestartPlan {
    #[serde(with = "as_hex")]
    pub chain: Hash,
    /// The last height that stays.
    pub height: u64,
    #[serde(with = "as_hex")]
    pub header_hash: Hash,
    #[serde(with = "as_hex")]
    pub state_root: Hash,
    /// Those who decide the next height.
    pub validators: ValidatorSet,
}

impl Canonical for RestartPlan {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = limits::RECORD_BYTES;
}

impl RestartPlan {
    /// What a govern key signs (Ed25519, no prehash).
    #[must_use]
    pub fn signing_bytes(&self) -> Vec<u8> {
        let mut bytes = b"passerelle/restart\0".to_vec();
        bytes.extend(self.to_bytes());
        bytes
    }
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RestartCertificate {
    pub plan: RestartPlan,
    pub signatures: Vec<GovernorSignature>,
}

impl Canonical for RestartCertificate {
    const VERSION: u8 = 1;
    const MAX_BYTES: usize = 2 * limits::RECORD_BYTES;
}

#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GovernorSignature {
    pub organisation: String,
    #[serde(with = "as_hex")]
    pub public_key: [u8; 32],
    #[serde(with = "as_hex")]
    pub signature: [u8; 64],
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestartError {
    #[error("the plan is for another chain")]
    OtherChain,
    #[error("the plan names another header or state than this node has at height {0}")]
    OtherHeader(u64),
    #[error("the new validators are not a set")]
    Validators,
    #[error("{0} is no governor")]
    NotGovernor(String),
    #[error("{0} signed twice")]
    Repeated(String),
    #[error("the key that signed for {0} is not one of its govern keys in force")]
    NotGovernKey(String),
    #[error("the signature of {0} is not over this plan")]
    Signature(String),
    #[error("{signed} of {governors} governors signed; more than two thirds must")]
    NoQuorum { signed: usize, governors: usize },
}

impl RestartCertificate {
    /// Whether the governors of the state under `header` restart the chain there.
    ///
    /// `governors` is the record of that state, `organisations` its governors' records; all are proven against
    /// the header's state root or read from a node's own store.
    pub fn verify(
        &self,
        header: &Header,
        governors: &Governors,
        organisations: &[Organisation],
    ) -> Result<(), RestartError> {
        let plan = &self.plan;
        if plan.chain != header.chain {
            return Err(RestartError::OtherChain);
        }
        let named = (plan.height, plan.header_hash, plan.state_root);
        if named != (header.height, header.hash(), header.state_root) {
            return Err(RestartError::OtherHeader(header.height));
        }
        if !plan.validators.is_well_formed() {
            return Err(RestartError::Validators);
        }
        let bytes = plan.signing_bytes();
        let mut signed = BTreeSet::new();
        for one in &self.signatures {
            if !governors.organisations.contains(&one.organisation) {
                return Err(RestartError::NotGovernor(one.organisation.clone()));
            }
            if !signed.insert(&one.organisation) {
                return Err(RestartError::Repeated(one.organisation.clone()));
            }
            if !organisations.iter().any(|organisation| governs(organisation, one)) {
                return Err(RestartError::NotGovernKey(one.organisation.clone()));
            }
            if !is_signed(&one.public_key, &bytes, &one.signature) {
                return Err(RestartError::Signature(one.organisation.clone()));
            }
        }
        let (signed, governors) = (signed.len(), governors.organisations.len());
        if signed * 3 > governors * 2 { Ok(()) } else { Err(RestartError::NoQuorum { signed, governors }) }
    }
}

fn governs(organisation: &Organisation, by: &GovernorSignature) -> bool {
    organisation.id == by.organisation
        && organisation.status == MemberStatus::Active
        && organisation.keys.iter().any(|key| {
            key.public_key == by.public_key && key.role == KeyRole::Govern && key.until_ms.is_none()
        })
}
