//! Copies of one credential, each bound to a key of its own, so that two verifiers do not know the holder again by the key.
//!
//! An issuer with `batch_credential_issuance` (OID4VCI 1.0, 12.2.4) gives as many copies as keys are proven. The first is
//! bound to the device's key, as ever; the others to fresh keys that serve nothing else. A verifier sees one copy, and the
//! same again when it asks again. Only when no copy is left does it see the first, whose key others may have seen.

use keys::PublicKey;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::account::{DeviceKeyFault, holder_public_key};
use crate::key_kind::KeyKind;

/// As many copies as are asked for at once, the first included: what a person shows somebody in a year.
pub const MOST: usize = 8;
/// Places of copies in an offer: the copy `n` of the place `s` stands at `s + 1000 n`.
const STRIDE: usize = 1000;

/// The key of a copy, and that of the device that holds it: when the device is lost, so is the copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyKey {
    pub jwk: Value,
    pub device: String,
}

/// The keys to which the copies of one request are to be bound.
#[derive(Clone, Debug)]
pub struct HolderKeys {
    pub device: PublicKey,
    /// Of P-256, for further copies.
    pub copies: Vec<PublicKey>,
    /// Of Ed25519, for what is bound to no other kind: the first copy, and the further ones.
    pub own: Vec<PublicKey>,
}

/// For how many keys of each kind there is room beside the device's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    pub copies: usize,
    pub own: usize,
}

impl HolderKeys {
    /// Reads the keys of copies as a page names them; more than there are places for are left out.
    pub fn new(device: PublicKey, named: &[Value], places: Places) -> Result<Self, DeviceKeyFault> {
        let mut keys = Self { device, copies: Vec::new(), own: Vec::new() };
        for jwk in named.iter().take(2 * MOST) {
            let (key, kind) = holder_public_key(jwk)?;
            let (known, most) = match kind {
                KeyKind::P256 => (&mut keys.copies, places.copies),
                KeyKind::Ed25519 => (&mut keys.own, places.own),
            };
            if known.len() >= most {
                continue;
            }
            if key == device || known.contains(&key) {
                return Err(DeviceKeyFault::Repeated);
            }
            known.push(key);
        }
        Ok(keys)
    }

    /// What is bound to a key of this kind has one of these, in the order of the copies. The device's comes first where it is of the kind.
    #[must_use]
    pub fn of(&self, kind: KeyKind) -> Vec<&PublicKey> {
        match kind {
            KeyKind::P256 => std::iter::once(&self.device).chain(&self.copies).collect(),
            KeyKind::Ed25519 => self.own.iter().collect(),
        }
    }

    #[must_use]
    pub fn of_copy(&self, kind: KeyKind, copy: usize) -> Option<&PublicKey> {
        self.of(kind).get(copy).copied()
    }

    /// All but the device's, as they are kept between two steps.
    #[must_use]
    pub fn named(&self) -> Vec<Value> {
        self.copies.iter().chain(&self.own).map(PublicKey::to_jwk).collect()
    }
}

/// How many further keys an issuer's offer has room for.
#[must_use]
pub fn further_places(batch_size: Option<u32>) -> usize {
    let size = batch_size.and_then(|size| usize::try_from(size).ok()).unwrap_or(1);
    size.clamp(1, MOST) - 1
}

/// The name of a proof: `0` for the first copy of the first place, `0.3` for its copy 3.
#[must_use]
pub fn proof_id(place: usize, copy: usize) -> String {
    if copy == 0 { place.to_string() } else { format!("{place}.{copy}") }
}

/// Place and copy of a proof.
#[must_use]
pub fn read_proof_id(id: &str) -> Option<(usize, usize)> {
    let (place, copy) = id.split_once('.').unwrap_or((id, "0"));
    Some((place.parse().ok()?, copy.parse().ok()?))
}

/// Where a copy stands in its offer.
#[must_use]
pub const fn slot(place: usize, copy: usize) -> usize {
    place + STRIDE * copy
}

/// A copy, and to whom it was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    pub id: String,
    pub shown_to: Option<String>,
}

/// Which copy a verifier sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It has seen this one before.
    Same(String),
    /// Nobody has seen this one.
    Fresh(String),
    /// Nothing is left but the first.
    First,
}

/// `verifier` is the identifier under which it asks, not the name it is shown under.
#[must_use]
pub fn choose(copies: &[Copy], verifier: &str) -> Choice {
    if let Some(same) = copies.iter().find(|copy| copy.shown_to.as_deref() == Some(verifier)) {
        return Choice::Same(same.id.clone());
    }
    let fresh = copies.iter().find(|copy| copy.shown_to.is_none());
    fresh.map_or(Choice::First, |copy| Choice::Fresh(copy.id.clone()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::account::device_public_key;

    fn copies() -> Vec<Copy> {
        let copy =
            |id: &str, shown_to: Option<&str>| Copy { id: id.into(), shown_to: shown_to.map(Into::into) };
        vec![copy("c1", Some("wfp")), copy("c2", None), copy("c3", None)]
    }

    #[test]
    fn verifier_sees_its_own_copy_again_and_another_one_a_fresh_copy() {
        assert_eq!(choose(&copies(), "wfp"), Choice::Same("c1".into()));
        assert_eq!(choose(&copies(), "undp"), Choice::Fresh("c2".into()));
        let used: Vec<Copy> = copies().into_iter().take(1).collect();
        assert_eq!(choose(&used, "undp"), Choice::First);
        assert_eq!(choose(&[], "undp"), Choice::First);
    }

    #[test]
    fn batch_is_what_the_issuer_offers_within_bounds() {
        assert_eq!([None, Some(0), Some(1)].map(further_places), [0, 0, 0]);
        assert_eq!([Some(2), Some(10), Some(u32::MAX)].map(further_places), [1, 7, 7]);
    }

    #[test]
    fn proof_is_named_by_place_and_copy() {
        assert_eq!((proof_id(2, 0), proof_id(2, 3)), ("2".to_owned(), "2.3".to_owned()));
        assert_eq!(read_proof_id("2"), Some((2, 0)));
        assert_eq!(read_proof_id("2.3"), Some((2, 3)));
        assert_eq!(read_proof_id("x.3"), None);
        assert_ne!(slot(0, 1), slot(1, 0));
    }

    fn jwk_of(algorithm: keys::Algorithm, label: u8) -> Value {
        use keys::Signer as _;
        let entropy = clock::SeededEntropy::new(u64::from(label));
        keys::SoftwareKey::generate(algorithm, &entropy).public_key().to_jwk()
    }

    fn jwk(label: u8) -> Value {
        jwk_of(keys::Algorithm::P256, label)
    }

    const COPIES: Places = Places { copies: 7, own: 0 };

    #[test]
    fn key_that_serves_twice_is_refused() {
        let device = device_public_key(&jwk(1)).unwrap();
        assert_eq!(HolderKeys::new(device, &[jwk(2), jwk(3)], COPIES).unwrap().of(KeyKind::P256).len(), 3);
        let one = Places { copies: 1, own: 0 };
        assert_eq!(HolderKeys::new(device, &[jwk(2), jwk(3)], one).unwrap().copies.len(), 1);
        for twice in [[jwk(1), jwk(2)], [jwk(2), jwk(2)]] {
            assert_eq!(HolderKeys::new(device, &twice, COPIES).unwrap_err(), DeviceKeyFault::Repeated);
        }
    }

    #[test]
    fn keys_of_each_kind_have_their_places() {
        let ed25519 = |label| jwk_of(keys::Algorithm::Ed25519, label);
        let device = device_public_key(&jwk(1)).unwrap();
        let named = [ed25519(4), jwk(2), ed25519(5), ed25519(6)];
        let places = Places { copies: 1, own: 2 };
        let keys = HolderKeys::new(device, &named, places).unwrap();
        let thumbprints = |kind| keys.of(kind).iter().map(|key| key.to_jwk()).collect::<Vec<_>>();
        assert_eq!(thumbprints(KeyKind::P256), [jwk(1), jwk(2)]);
        assert_eq!(
            thumbprints(KeyKind::Ed25519),
            [ed25519(4), ed25519(5)],
            "the device's is of another kind"
        );
        assert_eq!(keys.of_copy(KeyKind::Ed25519, 2), None);
        let again = HolderKeys::new(device, &keys.named(), places).unwrap();
        assert_eq!((again.copies, again.own), (keys.copies.clone(), keys.own.clone()));
        assert!(HolderKeys::new(device, &named, COPIES).unwrap().own.is_empty());
        let twice = HolderKeys::new(device, &[ed25519(4), ed25519(4)], places);
        assert_eq!(twice.unwrap_err(), DeviceKeyFault::Repeated);
        let p384 = jwk_of(keys::Algorithm::P384, 7);
        assert_eq!(HolderKeys::new(device, &[p384], places).unwrap_err(), DeviceKeyFault::Unknown);
    }
}
