//! The key of Ed25519 that follows from a sealed kept key, for issuers that take nothing else (`holding::key_kind`). A token makes none
//! from its own key, and a second one there for an issuer that may never come would be one more to look after.

use holding::custody::{Custody, Kept, own_key};
use keys::{Signer as _, SoftwareKey};
use serde_json::Value;

use super::Fault;
use crate::app::{Person, Wallet};

impl Wallet {
    /// None where the kept key is in a token. Who comes here has proven the person, or wants the public half.
    pub(in crate::app) fn kept_own_key(&self, custody: &Custody) -> Result<Option<SoftwareKey>, Fault> {
        let Kept::Sealed(sealed) = &custody.kept else { return Ok(None) };
        let key = custody.unseal(sealed, &self.sealing_key).map_err(|error| Fault::Vault(error.into()))?;
        own_key(&key).map(Some).map_err(|error| Fault::Prepare(error.to_string()))
    }

    /// What a desk brings to an issuer that takes Ed25519 alone: the public half.
    pub(in crate::app) async fn own_key_at_desk(&self, person: &Person) -> Result<Option<Value>, Fault> {
        if person.desk.is_none() {
            return Ok(None);
        }
        let custody = self.store.read().await?.find_custody(&person.account).await?;
        let key = custody.map(|custody| self.kept_own_key(&custody)).transpose()?.flatten();
        Ok(key.map(|key| key.public_key().to_jwk()))
    }
}
