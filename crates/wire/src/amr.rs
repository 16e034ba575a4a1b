//! How a person proved themselves to their wallet: our member `amr` of answers and of key proofs.
//!
//! The words are those of RFC 8176, 2. A wallet is not attested, so what it says of itself is worth something only where it lowers
//! trust: ours says `["pin", "swk"]` when a PIN opened it and nothing when a passkey with user verification did. Silence therefore
//! claims nothing and refuses nobody.

use serde::{Deserialize, Serialize};
use serde_json::Value;

const MOST: usize = 8;
const LONGEST: usize = 16;
/// A key that answers a challenge of its own: what a passkey is. A key in software beside a PIN (`swk`) is not.
const OF_A_PASSKEY: [&str; 2] = ["pop", "hwk"];

/// The methods that a wallet named; none is silence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Methods(Vec<String>);

impl Methods {
    /// At most eight words of at most sixteen letters; `None` is no such list.
    #[must_use]
    pub fn of_value(value: &Value) -> Option<Self> {
        let list = value.as_array().filter(|list| list.len() <= MOST)?;
        let word = |text: &&str| {
            !text.is_empty() && text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let words: Option<Vec<String>> =
            list.iter().map(|it| it.as_str().filter(word).map(str::to_owned)).collect();
        words.map(Self)
    }

    #[must_use]
    pub fn of(words: &[&str]) -> Self {
        Self(words.iter().map(|&word| word.to_owned()).collect())
    }

    /// Whether the wallet says that it was opened by less than a passkey.
    #[must_use]
    pub fn is_below_passkey(&self) -> bool {
        !self.0.is_empty() && !self.0.iter().any(|word| OF_A_PASSKEY.contains(&word.as_str()))
    }

    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_said_can_be_too_little() {
        let below = |value: Value| Methods::of_value(&value).map(|methods| methods.is_below_passkey());
        assert_eq!(below(json!(["pin", "swk"])), Some(true));
        assert_eq!(below(json!(["pwd"])), Some(true));
        assert_eq!(below(json!(["pop", "user"])), Some(false));
        assert_eq!(below(json!([])), Some(false), "silence");
        let long = "x".repeat(17);
        for odd in
            [json!("pin"), json!([1]), json!([""]), json!(["p n"]), json!([long]), json!(vec!["pin"; 9])]
        {
            assert_eq!(below(odd.clone()), None, "{odd}");
        }
    }
}
