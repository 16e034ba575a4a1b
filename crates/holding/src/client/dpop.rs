//! DPoP proofs (RFC 9449, 4.2): with each request that asks for a token or shows one, that the key is here.

use clock::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{ClientKey, ClientKeyFault};
use crate::encoding::base64url;

/// The request that a proof is made for; each of this wallet's is a POST.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub address: &'a Url,
    /// The access token that the request shows, if it shows one.
    pub token: Option<&'a str>,
    /// What the server wants to read in its next proof, where it said so (8).
    pub nonce: Option<&'a str>,
    /// Unique for each proof.
    pub jti: &'a str,
}

/// The value of the `DPoP` header.
pub fn proof(key: &ClientKey, request: &Request<'_>, now: Timestamp) -> Result<String, ClientKeyFault> {
    let mut address = request.address.clone();
    address.set_query(None);
    address.set_fragment(None);
    let mut payload =
        json!({ "jti": request.jti, "htm": "POST", "htu": address.as_str(), "iat": now.timestamp() });
    let further = [
        ("ath", request.token.map(|token| base64url(&Sha256::digest(token.as_bytes())))),
        ("nonce", request.nonce.map(str::to_owned)),
    ];
    if let Some(members) = payload.as_object_mut() {
        let said =
            further.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?))));
        members.extend(said);
    }
    key.sign(|public| json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": public.to_jwk() }), &payload)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use clock::SeededEntropy;
    use keys::PublicKey;

    use super::*;
    use crate::encoding::from_base64url;

    fn made(address: &str, token: Option<&str>, nonce: Option<&str>) -> (PublicKey, Value, Value) {
        let key = ClientKey::generate(&SeededEntropy::new(1));
        let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let address = Url::parse(address).unwrap();
        let jws = proof(&key, &Request { address: &address, token, nonce, jti: "j" }, now).unwrap();
        let (input, signature) = jws.rsplit_once('.').unwrap();
        let public = key.public_key().unwrap();
        public.verify(input.as_bytes(), &from_base64url(signature).unwrap()).unwrap();
        let (header, payload) = input.split_once('.').unwrap();
        let read = |part: &str| serde_json::from_slice(&from_base64url(part).unwrap()).unwrap();
        (public, read(header), read(payload))
    }

    #[test]
    fn proof_is_of_one_request_and_names_its_public_key_alone() {
        let (public, header, payload) = made("https://as.example/t/a/token?x=1#y", None, None);
        assert_eq!(header, json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": public.to_jwk() }));
        assert!(header["jwk"].get("d").is_none());
        let wanted =
            json!({ "jti": "j", "htm": "POST", "htu": "https://as.example/t/a/token", "iat": 1_700_000_000 });
        assert_eq!(payload, wanted);
    }

    #[test]
    fn token_is_named_by_its_digest_and_the_nonce_as_it_came() {
        // The value of RFC 9449, 7.1, figure 12.
        let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
        let (_, _, payload) = made("https://rs.example/credential", Some(token), Some("n"));
        assert_eq!(payload["ath"], "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
        assert_eq!(payload["nonce"], "n");
    }
}
