//! An access token and how it is shown.

use serde::{Deserialize, Serialize};

/// An access token as it was granted. Those kept before any was bound are texts alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AccessToken {
    /// Whoever has it may use it (RFC 6750).
    Bearer(String),
    /// Used with the key alone that it was asked for with (RFC 9449).
    Bound {
        #[serde(rename = "dpop")]
        token: String,
    },
}

/// The token is of a type that was not asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token has a type that this wallet did not ask for")]
pub struct TokenTypeFault;

impl AccessToken {
    /// Reads `token_type`, which has no case (RFC 6749, 5.1). `proven`: the request came with a proof of a key. A server that binds
    /// nothing all the same may do so (RFC 9449, 5); one that says `DPoP` to a request without a proof bound it to another key.
    pub fn granted(token: String, token_type: &str, proven: bool) -> Result<Self, TokenTypeFault> {
        if token_type.eq_ignore_ascii_case("dpop") && proven {
            return Ok(Self::Bound { token });
        }
        if token_type.eq_ignore_ascii_case("bearer") { Ok(Self::Bearer(token)) } else { Err(TokenTypeFault) }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Bearer(token) | Self::Bound { token } => token,
        }
    }

    #[must_use]
    pub const fn is_bound(&self) -> bool {
        matches!(self, Self::Bound { .. })
    }

    /// The value of `Authorization` (RFC 6750, 2.1; RFC 9449, 7.1).
    #[must_use]
    pub fn authorization(&self) -> String {
        let scheme = if self.is_bound() { "DPoP" } else { "Bearer" };
        format!("{scheme} {}", self.as_str())
    }
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(if self.is_bound() { "AccessToken::Bound" } else { "AccessToken::Bearer" })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn bound_token_is_one_that_was_asked_for_with_a_key() {
        let granted = |kind: &str, proven| AccessToken::granted("t".into(), kind, proven);
        let (bearer, bound) = (AccessToken::Bearer("t".into()), AccessToken::Bound { token: "t".into() });
        for kind in ["DPoP", "dpop", "DPOP"] {
            assert_eq!(granted(kind, true), Ok(bound.clone()));
            assert_eq!(granted(kind, false), Err(TokenTypeFault), "another's key");
        }
        assert_eq!(
            (granted("bearer", false), granted("Bearer", true)),
            (Ok(bearer.clone()), Ok(bearer.clone()))
        );
        assert_eq!(granted("mac", true), Err(TokenTypeFault));
        assert_eq!((bearer.authorization(), bound.authorization()), ("Bearer t".into(), "DPoP t".into()));
        assert_eq!(format!("{bound:?} {bearer:?}"), "AccessToken::Bound AccessToken::Bearer");
    }

    #[test]
    fn tokens_kept_before_are_bearer_tokens() {
        let read = |kept: serde_json::Value| serde_json::from_value::<AccessToken>(kept).unwrap();
        assert_eq!(read(json!("old")), AccessToken::Bearer("old".into()));
        for token in [AccessToken::Bearer("a".into()), AccessToken::Bound { token: "b".into() }] {
            assert_eq!(read(serde_json::to_value(&token).unwrap()), token);
        }
    }
}
