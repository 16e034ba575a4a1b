//! The keys behind a verification method's id, present and past.

use clock::Timestamp;
use did::{Evidence, Resolution, VerificationMethod};
use keys::{Algorithm, PublicKey};

use super::Purpose;
use crate::outcome::{CheckName, Fault, KeyState};

/// A key with its place in the history of its DID.
#[derive(Clone, Debug)]
pub(crate) struct FoundKey {
    pub(crate) id: String,
    pub(crate) controller: String,
    pub(crate) public_key: PublicKey,
    pub(crate) state: KeyState,
    pub(crate) from: Option<Timestamp>,
    pub(crate) evidence: Option<Evidence>,
}

/// Every key that one id has named for the purpose, the present one first. Usually there is just one.
#[derive(Clone, Debug)]
pub(crate) struct FoundKeys {
    first: FoundKey,
    older: Vec<FoundKey>,
}

/// The present document's keys of this id and those of past versions. Which of them signed, only the signature
/// tells; when that was, its state and a receipt do.
pub(crate) fn keys_in(
    resolution: &Resolution,
    method_id: &str,
    purpose: Purpose,
) -> Result<FoundKeys, Fault> {
    let unknown = |code, detail: &str| Fault::new(CheckName::IssuerKey, code, detail);
    let methods = resolution.methods(method_id);
    if methods.is_empty() {
        return Err(unknown("keyUnknown", "the DID document has no such verification method"));
    }
    let for_purpose = methods.into_iter().filter(|it| it.relationships.contains(&purpose.relationship()));
    FoundKeys::of(for_purpose.map(|method| found(resolution, method)))
        .ok_or_else(|| unknown("keyPurpose", "the DID document does not list the key for this purpose"))
}

/// A DID that does not exist is a failure; one that nobody could be asked about is an unfinished check.
pub(crate) fn unresolved(error: &did::ResolveError) -> Fault {
    let fault = Fault::new(CheckName::IssuerKey, "didUnresolved", error.to_string());
    if matches!(error, did::ResolveError::Unavailable(_)) { fault.unfinished() } else { fault }
}

impl FoundKeys {
    fn of(mut keys: impl Iterator<Item = FoundKey>) -> Option<Self> {
        Some(Self { first: keys.next()?, older: keys.collect() })
    }

    pub(crate) fn of_kind(self, algorithm: Algorithm) -> Option<Self> {
        let keys = std::iter::once(self.first).chain(self.older);
        Self::of(keys.filter(|key| key.public_key.algorithm() == algorithm))
    }

    pub(crate) fn are_of(&self, controller: &str) -> bool {
        self.first.controller == controller && self.older.iter().all(|key| key.controller == controller)
    }

    pub(crate) fn controller(&self) -> &str {
        &self.first.controller
    }

    /// The key that made a signature; when none did, the present key with what it says of the signature.
    pub(crate) fn that_made<E>(
        self,
        verify: impl Fn(&PublicKey) -> Result<(), E>,
    ) -> (FoundKey, Result<(), E>) {
        let verified = verify(&self.first.public_key);
        if verified.is_ok() {
            return (self.first, verified);
        }
        match self.older.into_iter().find(|key| verify(&key.public_key).is_ok()) {
            Some(key) => (key, Ok(())),
            None => (self.first, verified),
        }
    }
}

fn found(resolution: &Resolution, method: &VerificationMethod) -> FoundKey {
    let history = resolution.key_state(method);
    let last = history.periods.last();
    let state = match history.compromised_at {
        Some(at) => KeyState::Compromised { at },
        None if history.current => KeyState::Current,
        None => KeyState::RotatedOut { until: last.and_then(|period| period.until) },
    };
    FoundKey {
        id: method.id.clone(),
        controller: method.controller.clone(),
        public_key: method.public_key,
        state,
        from: history.periods.first().map(|period| period.from),
        evidence: resolution.evidence.clone(),
    }
}
