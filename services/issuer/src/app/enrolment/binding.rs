//! The one device key with which a person's proofs are made, and how another takes its place.
//!
//! domain.md, section 3: when a key is erased or the phone changes, passkey plus face match plus an officer's approval binds a
//! new one; failing that, a new call. The passkey is in every answer; here the rest is asked for.

use entitlement::{Channel, Evidence};
use issuance::Actor;
use issuance::audit::Act;
use store_issuer::{BoundKey, Transaction};

use super::super::ExistenceError;
use super::{EnrolmentError, Issuer};

impl Issuer {
    /// The key that is bound to a person, for officers.
    pub async fn bound_key(
        &self,
        tenant: &str,
        subject_id: &str,
    ) -> Result<Option<BoundKey>, EnrolmentError> {
        self.enrolling(tenant)?;
        Ok(self.store.read().await?.find_bound_key(tenant, subject_id).await?)
    }

    /// Binds the key that was enrolled: by an appointment, or at a station.
    pub(super) async fn bind_enrolled_key(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        (subject_id, device_key): (&str, &str),
        how: &str,
    ) -> Result<(), EnrolmentError> {
        let key = BoundKey {
            device_key: device_key.to_owned(),
            how: how.to_owned(),
            by: by.officer.clone(),
            at: self.now(),
        };
        Ok(tx.bind_key(&by.tenant, subject_id, &self.new_id(), &key).await?)
    }

    /// An officer confirms a proof. Made with the bound key it is as ever. Made with another, it binds that one: by pictures
    /// only where they match the Fund's; else by a call or a visit. People without a bound key stay as they are.
    pub(in crate::app) async fn bind_by_proof(
        &self,
        tx: &mut Transaction,
        by: &Actor,
        (request, subject_id): (&str, &str),
        (evidence, channel): (&Evidence, Channel),
    ) -> Result<(), ExistenceError> {
        let Some(bound) = tx.find_bound_key(&by.tenant, subject_id).await? else { return Ok(()) };
        let device_key = evidence.holder_key.clone();
        if bound.device_key == device_key {
            return Ok(());
        }
        let how = match channel {
            Channel::Device => {
                let latest = tx.list_captures(&by.tenant, request).await?.into_iter().next();
                let latest = latest.ok_or(ExistenceError::NoPictures)?;
                if !super::super::captures::is_match(&latest.decision) {
                    return Err(ExistenceError::NewKeyNeedsCall);
                }
                "face"
            }
            Channel::Call => "call",
            Channel::Visit => "visit",
            // A station's answer is signed by the key that a wallet service keeps; the phone's stays bound.
            Channel::Kiosk => return Ok(()),
        };
        let now = self.now();
        let key = BoundKey { device_key, how: how.to_owned(), by: by.officer.clone(), at: now };
        tx.bind_key(&by.tenant, subject_id, &self.new_id(), &key).await?;
        tx.audit(by, Act { action: "enrolment.rebind", target: subject_id, detail: how }, now).await?;
        Ok(())
    }
}
