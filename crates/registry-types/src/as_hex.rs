//! `#[serde(with = "as_hex")]`: byte arrays as lower-case hexadecimal in JSON views.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

pub fn serialize<S: Serializer, const N: usize>(bytes: &[u8; N], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&hex::encode(bytes))
}

pub fn deserialize<'de, D: Deserializer<'de>, const N: usize>(from: D) -> Result<[u8; N], D::Error> {
    let text = String::deserialize(from)?;
    let mut bytes = [0u8; N];
    hex::decode_to_slice(&text, &mut bytes)
        .map_err(|_| D::Error::custom("not hexadecimal of the right length"))?;
    Ok(bytes)
}

/// The same for lists of arrays.
pub mod list {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer, const N: usize>(list: &[[u8; N]], to: S) -> Result<S::Ok, S::Error> {
        list.iter().map(hex::encode).collect::<Vec<_>>().serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>, const N: usize>(from: D) -> Result<Vec<[u8; N]>, D::Error> {
        Vec::<String>::deserialize(from)?
            .iter()
            .map(|text| {
                let mut bytes = [0u8; N];
                hex::decode_to_slice(text, &mut bytes)
                    .map_err(|_| D::Error::custom("not hexadecimal of the right length"))?;
                Ok(bytes)
            })
            .collect()
    }
}
