//! The printed recovery code: a way in for somebody who has lost every other one. It is shown once and serves once.

use std::fmt::{self, Display, Formatter};

use clock::Entropy;
use keys::Zeroizing;
use sha2::{Digest as _, Sha256};

/// Crockford's base 32: no letter that is read as a digit, and none that makes words.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Five bits each: a hundred bits are not guessed, so no tries need be counted, and nobody can lock a stranger out.
const CHARACTERS: usize = 20;
const GROUP: usize = 4;

/// A recovery code, wiped when it is dropped. Only [`Self::fingerprint`] is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(Zeroizing<String>);

impl RecoveryCode {
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0u8; CHARACTERS]);
        entropy.fill(bytes.as_mut());
        // 256 is a multiple of 32, so each letter is as likely as the others.
        let letter = |byte: &u8| ALPHABET.get(usize::from(byte % 32)).map(|letter| char::from(*letter));
        Self(Zeroizing::new(bytes.iter().filter_map(letter).collect()))
    }

    /// Reads what a person typed from paper: any case, with or without spaces and strokes, `O` for zero, `I` or `L` for one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 4 * CHARACTERS {
            return None;
        }
        let mut code = Zeroizing::new(String::with_capacity(CHARACTERS));
        for character in text.chars().filter(|one| !one.is_whitespace() && !matches!(one, '-' | '–' | '—'))
        {
            let letter = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            if !letter.is_ascii() || !ALPHABET.iter().any(|known| char::from(*known) == letter) {
                return None;
            }
            code.push(letter);
        }
        (code.len() == CHARACTERS).then_some(Self(code))
    }

    /// SHA-256 under a name of its own, in hexadecimal. A hundred random bits need no slower one.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest =
            Sha256::new_with_prefix(b"passerelle wallet recovery code 1:").chain_update(self.0.as_bytes());
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// In groups of four, as it is printed.
impl Display for RecoveryCode {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        for (at, letter) in self.0.chars().enumerate() {
            if at > 0 && at % GROUP == 0 {
                formatter.write_str("-")?;
            }
            write!(formatter, "{letter}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("RecoveryCode")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clock::SeededEntropy;

    use super::*;

    #[test]
    fn printed_code_is_read_as_people_type_it() {
        let code = RecoveryCode::generate(&SeededEntropy::new(1));
        let printed = code.to_string();
        assert_eq!((printed.len(), printed.matches('-').count()), (24, 4));
        for typed in [
            printed.clone(),
            printed.to_lowercase(),
            printed.replace('-', " "),
            printed.replace('0', "o").replace('1', "l"),
        ] {
            assert_eq!(RecoveryCode::parse(&typed), Some(code.clone()), "{typed}");
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        let printed = RecoveryCode::generate(&SeededEntropy::new(1)).to_string();
        for bad in
            ["", "0000", "U".repeat(20).as_str(), &format!("{printed}0"), &"٠".repeat(20), &" ".repeat(1000)]
        {
            assert_eq!(RecoveryCode::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn fingerprint_tells_codes_apart_and_nothing_shows_the_code() {
        let entropy = SeededEntropy::new(2);
        let (one, other) = (RecoveryCode::generate(&entropy), RecoveryCode::generate(&entropy));
        assert_ne!(one.fingerprint(), other.fingerprint());
        assert!(!format!("{one:?}{}", one.fingerprint()).contains(&one.to_string()[..4]));
    }
}
