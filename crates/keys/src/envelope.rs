//! Envelope encryption: a random key of one owner, itself sealed under the service's key.
//!
//! What is sealed under such a key cannot be opened any more once its sealed form is gone, also by whoever has the service's key.

use clock::Entropy;
use zeroize::Zeroizing;

use crate::seal::{SealError, SealingKey};

impl SealingKey {
    /// Makes a random key, and its form sealed under this one. `aad` names the owner and must be given again to open it.
    #[must_use]
    pub fn generate_under(&self, aad: &[u8], entropy: &dyn Entropy) -> (Self, Vec<u8>) {
        let mut bytes = Zeroizing::new([0u8; 32]);
        entropy.fill(bytes.as_mut());
        let sealed = self.seal(aad, bytes.as_ref(), entropy);
        (Self::from_bytes(*bytes), sealed)
    }

    /// Opens the sealed form of a key that [`Self::generate_under`] made with the same `aad`.
    pub fn open_under(&self, aad: &[u8], sealed: &[u8]) -> Result<Self, SealError> {
        let bytes = self.open(aad, sealed)?;
        let bytes =
            <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new).map_err(|_| SealError::Damaged)?;
        Ok(Self::from_bytes(*bytes))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clock::SeededEntropy;

    use super::*;

    #[test]
    fn key_of_an_owner_opens_for_that_owner_alone_and_is_not_the_service_key() {
        let (service, entropy) = (SealingKey::from_bytes([7; 32]), SeededEntropy::new(1));
        let (key, sealed) = service.generate_under(b"anna", &entropy);
        let record = key.seal(b"record", b"secret", &entropy);
        let again = service.open_under(b"anna", &sealed).unwrap();
        assert_eq!(again.open(b"record", &record).unwrap().as_slice(), b"secret");
        assert!(service.open(b"record", &record).is_err(), "not under the service's key");
        assert!(service.open_under(b"boris", &sealed).is_err());
        assert!(SealingKey::from_bytes([8; 32]).open_under(b"anna", &sealed).is_err());
        assert!(service.open_under(b"record", &service.seal(b"record", b"no key", &entropy)).is_err());
        let (other, _) = service.generate_under(b"anna", &entropy);
        assert!(other.open(b"record", &record).is_err(), "made anew it is another key");
    }
}
