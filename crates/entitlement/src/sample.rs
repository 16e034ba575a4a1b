//! The draw of accepted proofs for an attended check, which an auditor computes again.
//!
//! The Fund draws a seed for each day and commits to it on the chain before the day begins, so that nobody who accepts a proof
//! knows whether it will be drawn, and nobody can choose the seed when the proofs are known. When the day is over the seed is
//! shown: a proof is drawn when its number under the seed falls below the rate.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::journal::hex;

/// What the Fund commits to before a day.
#[must_use]
pub fn commitment(seed: &[u8; 32], day: NaiveDate) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"passerelle sample seed 1\0");
    hash.update(seed);
    hash.update(day.to_string());
    hash.finalize().into()
}

/// Whether a proof is drawn, at a rate of so many of a thousand.
#[must_use]
pub fn is_drawn(seed: &[u8; 32], proof: &str, per_mille: u16) -> bool {
    let digest = Sha256::new()
        .chain_update(b"passerelle sample 1\0")
        .chain_update(seed)
        .chain_update(proof)
        .finalize();
    let number = digest.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    u128::from(number) * 1000 < u128::from(per_mille) << 64
}

/// A day as an auditor gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SampleDay {
    /// DID of the Fund.
    pub organisation: String,
    /// The day on which the proofs were accepted.
    pub day: NaiveDate,
    /// How many of a thousand are drawn.
    pub per_mille: u16,
    /// In hex.
    pub seed: String,
    /// In hex; what was anchored.
    pub commitment: String,
    /// When the commitment was made.
    pub committed_at: clock::Timestamp,
    /// The receipt of its anchor, as `passerelle registry verify-proof` takes it; null while there is none.
    pub receipt: Option<crate::journal::ChainReceipt>,
    /// All proofs that took part, by number.
    pub proofs: Vec<String>,
    /// Those that were drawn.
    pub drawn: Vec<String>,
}

/// What does not hold about a day; nothing when the draw is as it must be.
#[must_use]
pub fn verify(day: &SampleDay) -> Option<String> {
    let Some(seed) = crate::journal::from_hex(&day.seed) else {
        return Some("the seed is not 32 bytes in hex".to_owned());
    };
    if hex(&commitment(&seed, day.day)) != day.commitment {
        return Some("the seed is not the one that was committed to".to_owned());
    }
    if !day.proofs.is_sorted_by(|one, next| one < next) {
        return Some("the proofs are not sorted, or one is there twice".to_owned());
    }
    let drawn = day.proofs.iter().filter(|proof| is_drawn(&seed, proof, day.per_mille));
    (!drawn.eq(day.drawn.iter())).then(|| "other proofs follow from the seed".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn day() -> SampleDay {
        let seed = [7; 32];
        let day = "2026-07-20".parse().unwrap();
        let proofs: Vec<String> = (0..1000).map(|at| format!("{at:04}")).collect();
        SampleDay {
            organisation: "did:passerelle:x".into(),
            day,
            per_mille: 20,
            seed: hex(&seed),
            commitment: hex(&commitment(&seed, day)),
            committed_at: clock::Timestamp::UNIX_EPOCH,
            receipt: None,
            drawn: proofs.iter().filter(|proof| is_drawn(&seed, proof, 20)).cloned().collect(),
            proofs,
        }
    }

    #[test]
    fn rate_is_kept_and_all_or_none_are_drawn_at_its_ends() {
        let drawn = day().drawn.len();
        assert!((8..40).contains(&drawn), "{drawn} of 1000 at 20 of a thousand");
        let many = |per_mille| (0..200).filter(|at| is_drawn(&[1; 32], &at.to_string(), per_mille)).count();
        assert_eq!((many(0), many(1000)), (0, 200));
    }

    #[test]
    fn each_change_of_a_draw_is_found() {
        assert_eq!(verify(&day()), None);
        type Change = fn(&mut SampleDay);
        let changes: [Change; 7] = [
            |it| it.seed = hex(&[8; 32]),
            |it| it.seed = "seed".into(),
            |it| it.day = "2026-07-21".parse().unwrap(),
            |it| drop(it.drawn.pop()),
            |it| it.drawn.push("0001".into()),
            |it| it.per_mille = 10,
            |it| it.proofs.push("0001".into()),
        ];
        for (at, change) in changes.iter().enumerate() {
            let mut day = day();
            change(&mut day);
            assert!(verify(&day).is_some(), "change {at}");
        }
    }
}
