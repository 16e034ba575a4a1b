//! Why an anchor is not proven, and what to do about it.

use registry_client::LightError;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Why an anchor is not proven.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unproven {
    /// The genesis or checkpoint that was given is older than it is believed, in milliseconds.
    Old { age_ms: u64, period_ms: u64 },
    /// Something does not hold.
    Wrong(String),
}

impl From<LightError> for Unproven {
    fn from(error: LightError) -> Self {
        match error {
            LightError::TrustExpired { age_ms, period_ms } => Self::Old { age_ms, period_ms },
            other => Self::Wrong(other.to_string()),
        }
    }
}

impl From<String> for Unproven {
    fn from(why: String) -> Self {
        Self::Wrong(why)
    }
}

impl From<&str> for Unproven {
    fn from(why: &str) -> Self {
        Self::Wrong(why.to_owned())
    }
}

/// What is said of a genesis or checkpoint that is too old: all of it the first time, then that it is so.
pub(super) fn old(age_ms: u64, period_ms: u64, said: bool) -> Vec<String> {
    if said {
        return vec!["  not checked: the anchors, as said above".to_owned()];
    }
    let (age, period) = (age_ms / DAY_MS, period_ms / DAY_MS);
    vec![
        format!(
            "  not checked: the anchors. What was given says who validated {age} days ago, and that is believed for {period} days."
        ),
        "               Get a checkpoint from a member: save GET /v1/checkpoint of its node as checkpoint.json.".to_owned(),
        "               Ask another member for the hash of that header (GET /v1/headers/HEIGHT of its node), and give both:"
            .to_owned(),
        "               --checkpoint checkpoint.json --pin HASH".to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_genesis_is_told_in_days_with_what_to_do_and_is_no_fault_of_the_journal() {
        let expired = LightError::TrustExpired { age_ms: 28_396_061_796, period_ms: 180 * DAY_MS };
        let Unproven::Old { age_ms, period_ms } = Unproven::from(expired) else { panic!("it is old") };
        let words = old(age_ms, period_ms, false).join("\n");
        assert!(words.contains("328 days ago") && words.contains("180 days"), "{words}");
        assert!(words.contains("/v1/checkpoint") && words.contains("--pin"), "{words}");
        assert!(!words.contains("FAILED"));
        assert_eq!(old(age_ms, period_ms, true).len(), 1, "once");
        let other = Unproven::from(LightError::BadProof { key: "k".into() });
        assert!(matches!(other, Unproven::Wrong(_)));
    }
}
