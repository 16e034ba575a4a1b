//! Short secrets made slow to guess.

use std::num::NonZeroU32;

use ring::pbkdf2::{PBKDF2_HMAC_SHA256, derive};
use zeroize::Zeroizing;

/// What OWASP advises for PBKDF2 with HMAC-SHA-256: about a tenth of a second on one core.
const ROUNDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(599_999);

/// PBKDF2 (RFC 8018, 5.2) over a secret that a person remembers. Whoever keeps the result must also keep it from
/// strangers: six digits are guessed in a day however slow each guess is. It blocks; keep it off async threads.
#[must_use]
pub fn stretch(secret: &[u8], salt: &[u8; 16]) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0u8; 32]);
    derive(PBKDF2_HMAC_SHA256, ROUNDS, salt, secret, out.as_mut());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_and_salt_both_decide() {
        let one = stretch(b"271828", &[1; 16]);
        assert_eq!(one, stretch(b"271828", &[1; 16]));
        assert_ne!(one, stretch(b"271829", &[1; 16]));
        assert_ne!(one, stretch(b"271828", &[2; 16]));
    }
}
