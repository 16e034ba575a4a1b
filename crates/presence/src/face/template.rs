//! The 128 numbers by which faces are compared.

use crate::thresholds::Thresholds;

/// Biometric data: whoever keeps it encrypts it under the person's key. It has neither `Serialize` nor a talking `Debug`.
#[derive(Clone, PartialEq)]
pub struct Template([f32; 128]);

/// What a distance means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    Same,
    /// Too near to refuse, too far to accept.
    PersonLooks,
    Other,
}

impl Template {
    /// Takes the engine's numbers; not any that are no numbers.
    #[must_use]
    pub fn new(values: &[f32]) -> Option<Self> {
        let values: [f32; 128] = values.try_into().ok()?;
        values.iter().all(|value| value.is_finite()).then_some(Self(values))
    }

    /// 512 bytes, little endian, for the caller to encrypt.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (chunks, []) = bytes.as_chunks::<4>() else { return None };
        Self::new(&chunks.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect::<Vec<_>>())
    }

    /// The L2 distance.
    #[must_use]
    pub fn distance(&self, other: &Self) -> f32 {
        let squares = self.0.iter().zip(&other.0).map(|(one, two)| (one - two) * (one - two));
        squares.sum::<f32>().sqrt()
    }

    #[must_use]
    pub fn matches(&self, other: &Self, thresholds: &Thresholds) -> Match {
        let distance = self.distance(other);
        if distance <= thresholds.same_person {
            Match::Same
        } else if distance <= thresholds.person_looks {
            Match::PersonLooks
        } else {
            Match::Other
        }
    }
}

impl std::fmt::Debug for Template {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Template(..)")
    }
}
