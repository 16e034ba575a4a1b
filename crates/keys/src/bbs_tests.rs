#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use bls12_381_plus::group::Curve as _;
use bls12_381_plus::{G1Projective, Scalar};
use clock::SeededEntropy;
use zkryptium::bbsplus::ciphersuites::BbsCiphersuite as _;
use zkryptium::bbsplus::generators::Generators;
use zkryptium::utils::message::bbsplus_message::BBSplusMessage;
use zkryptium::utils::util::bbsplus_utils::hash_to_scalar;

use super::*;
use crate::public::Algorithm;
use crate::signer::{Signer as _, SoftwareKey};

const HEADER: &[u8] = b"header";
const PRESENTATION: &[u8] = b"presentation header";

fn key(seed: u64) -> SoftwareKey {
    SoftwareKey::generate(Algorithm::Bls12381G2, &SeededEntropy::new(seed))
}

fn messages(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|number| format!("message {number}").into_bytes()).collect()
}

fn at(all: &[Vec<u8>], indexes: &[usize]) -> Vec<Vec<u8>> {
    indexes.iter().map(|index| all[*index].clone()).collect()
}

fn verified(key: &PublicKey, messages: &[Vec<u8>], indexes: &[usize], proof: &[u8]) -> bool {
    key.verify_proof(HEADER, PRESENTATION, Disclosed { messages, indexes }, proof).is_ok()
}

#[test]
fn a_signature_is_over_these_messages_in_this_order_under_this_header() {
    let (signer, all) = (key(1), messages(4));
    let public = signer.public_key();
    let signature = signer.sign_messages(HEADER, &all).unwrap();
    assert_eq!(signature.len(), Algorithm::Bls12381G2.signature_length());
    assert_eq!(signature, signer.sign_messages(HEADER, &all).unwrap());
    public.verify_messages(HEADER, &all, &signature).unwrap();
    let mut swapped = all.clone();
    swapped.swap(0, 1);
    for (header, messages) in [(&b"other"[..], &all), (HEADER, &swapped), (HEADER, &messages(3))] {
        assert!(public.verify_messages(header, messages, &signature).is_err());
    }
    assert!(key(2).public_key().verify_messages(HEADER, &all, &signature).is_err());
    for byte in (0..signature.len()).step_by(3) {
        let mut broken = signature.clone();
        broken[byte] ^= 1;
        assert!(public.verify_messages(HEADER, &all, &broken).is_err(), "byte {byte}");
    }
}

#[test]
fn a_proof_shows_what_was_chosen_and_nothing_else_fits_it() {
    let (signer, all) = (key(1), messages(5));
    let public = signer.public_key();
    let signature = signer.sign_messages(HEADER, &all).unwrap();
    for indexes in [&[][..], &[0], &[1, 3], &[0, 1, 2, 3, 4]] {
        let prove = || public.prove_messages(HEADER, PRESENTATION, &all, &signature, indexes).unwrap();
        let (proof, shown) = (prove(), at(&all, indexes));
        assert!(verified(public, &shown, indexes, &proof), "{indexes:?}");
        assert_ne!(proof, prove(), "two proofs from one signature have nothing in common");
        assert!(!verified(key(2).public_key(), &shown, indexes, &proof));
        let shows = Disclosed { messages: &shown, indexes };
        assert!(public.verify_proof(b"other", PRESENTATION, shows, &proof).is_err());
        assert!(public.verify_proof(HEADER, b"other", shows, &proof).is_err());
        for byte in (0..proof.len()).step_by(13) {
            let mut broken = proof.clone();
            broken[byte] ^= 1;
            assert!(!verified(public, &shown, indexes, &broken), "{indexes:?} byte {byte}");
        }
        for length in [0, 1, 47, 143, 239, 271, proof.len() - 1] {
            assert!(!verified(public, &shown, indexes, &proof[..length]), "{indexes:?} length {length}");
        }
        assert!(!verified(public, &shown, indexes, &[&proof[..], &[0]].concat()));
    }
    let proof = public.prove_messages(HEADER, PRESENTATION, &all, &signature, &[1, 3]).unwrap();
    for (messages, indexes) in [
        (at(&all, &[1, 2]), &[1, 3][..]),
        (at(&all, &[1, 3]), &[1, 2]),
        (at(&all, &[3, 1]), &[3, 1]),
        (at(&all, &[1, 1, 3]), &[1, 1, 3]),
        (at(&all, &[1, 3]), &[1, 5]),
        (at(&all, &[1, 3]), &[1, usize::MAX]),
        (at(&all, &[1]), &[1]),
        (at(&all, &[1]), &[1, 3]),
        (at(&all, &[1, 3]), &[1]),
    ] {
        assert!(!verified(public, &messages, indexes, &proof), "{indexes:?}");
    }
}

#[test]
fn a_proof_is_made_for_places_that_exist() {
    let (signer, all) = (key(1), messages(2));
    let signature = signer.sign_messages(HEADER, &all).unwrap();
    let prove =
        |indexes: &[usize]| signer.public_key().prove_messages(HEADER, b"", &all, &signature, indexes);
    assert!(prove(&[0, 1]).is_ok());
    for indexes in [&[2][..], &[1, 0], &[0, 0], &[usize::MAX]] {
        assert_eq!(prove(indexes), Err(BadSignature), "{indexes:?}");
    }
    let public = signer.public_key();
    assert!(public.prove_messages(HEADER, b"", &all, &signature[..79], &[0]).is_err());
}

/// Without any private key: `Abar` and `Bbar` are the point at infinity, which satisfies the pairing for every key, and
/// the rest is an honest proof of knowledge of nothing. The draft refuses such points (octets_to_proof).
#[test]
fn a_proof_with_points_at_infinity_is_refused() {
    let (victim, claimed) = (*key(1).public_key(), messages(2));
    let indexes = [0, 1];
    let forged = forge(&victim, &claimed);
    let shown = Disclosed { messages: &claimed, indexes: &indexes };
    let alone = PoKSignature::<Suite>::from_bytes(&forged).unwrap().proof_verify(
        &victim.bbs().unwrap(),
        Some(&claimed),
        Some(&indexes),
        Some(HEADER),
        Some(PRESENTATION),
    );
    assert!(alone.is_ok(), "the library refuses it by itself: {alone:?}");
    assert_eq!(victim.verify_proof(HEADER, PRESENTATION, shown, &forged), Err(BadSignature));
}

fn forge(victim: &PublicKey, messages: &[Vec<u8>]) -> Vec<u8> {
    let PublicKey::Bls12381G2(key) = victim else { panic!() };
    let api = Bls12381Sha256::API_ID;
    let to_scalar = [api, Bls12381Sha256::H2S].concat();
    let number = |number: usize| (number as u64).to_be_bytes();
    let point = |point: &G1Projective| point.to_affine().to_compressed();

    let generators = Generators::create::<Bls12381Sha256>(messages.len() + 1, Some(api));
    let mut domain = [&key[..], &number(messages.len())].concat();
    generators.values.iter().for_each(|generator| domain.extend(point(generator)));
    domain.extend([api, &number(HEADER.len()), HEADER].concat());
    let domain = hash_to_scalar::<Bls12381Sha256>(&domain, &to_scalar).unwrap();
    let scalar =
        |message: &Vec<u8>| BBSplusMessage::map_message_to_scalar_as_hash::<Bls12381Sha256>(message, api);
    let scalars: Vec<Scalar> = messages.iter().map(|message| scalar(message).unwrap().value).collect();

    let mut b = generators.g1_base_point + generators.values[0] * domain;
    generators.values[1..].iter().zip(&scalars).for_each(|(generator, scalar)| b += generator * scalar);
    let (blinding, r1, r3) = (Scalar::from(5u64), Scalar::from(7u64), Scalar::from(11u64));
    let (infinity, d) = (G1Projective::IDENTITY, b * blinding);
    let (t1, t2) = (d * r1, d * r3);

    let mut challenge = number(messages.len()).to_vec();
    for (index, scalar) in scalars.iter().enumerate() {
        challenge.extend(number(index));
        challenge.extend(scalar.to_be_bytes());
    }
    for part in [&infinity, &infinity, &d, &t1, &t2] {
        challenge.extend(point(part));
    }
    challenge.extend(domain.to_be_bytes());
    challenge.extend([&number(PRESENTATION.len()), PRESENTATION].concat());
    let challenge = hash_to_scalar::<Bls12381Sha256>(&challenge, &to_scalar).unwrap();
    let r3 = r3 - blinding.invert().unwrap() * challenge;

    let mut proof = [point(&infinity), point(&infinity), point(&d)].concat();
    for scalar in [Scalar::from(3u64), r1, r3, challenge] {
        proof.extend(scalar.to_be_bytes());
    }
    proof
}

#[test]
fn keys_and_signatures_at_infinity_are_refused() {
    let infinity = |length: usize| {
        let mut bytes = vec![0; length];
        bytes[0] = 0xc0;
        bytes
    };
    assert_eq!(PublicKey::bls12381_g2(&infinity(96)), Err(InvalidKey::NotOnCurve));
    assert_eq!(PublicKey::bls12381_g2(&[0; 96]), Err(InvalidKey::NotOnCurve));
    assert_eq!(PublicKey::bls12381_g2(&[0x80; 95]), Err(InvalidKey::Malformed));
    let (signer, all) = (key(1), messages(1));
    let signature = signer.sign_messages(HEADER, &all).unwrap();
    let (point, scalar) = signature.split_at(G1);
    for wrong in [[&infinity(G1), scalar].concat(), [point, &[0; SCALAR]].concat(), vec![0; 80]] {
        assert!(signer.public_key().verify_messages(HEADER, &all, &wrong).is_err());
    }
    assert!(SoftwareKey::from_secret(Algorithm::Bls12381G2, &[0; 32]).is_err());
    assert!(SoftwareKey::from_secret(Algorithm::Bls12381G2, &[0xff; 32]).is_err());
}

#[tokio::test]
async fn keys_of_one_kind_do_not_sign_as_the_other() {
    let bbs = key(1);
    assert!(matches!(bbs.sign(b"message").await, Err(SignError::Kind)));
    assert!(bbs.public_key().verify(b"message", &[0; 64]).is_err());
    let p256 = SoftwareKey::generate(Algorithm::P256, &SeededEntropy::new(1));
    assert!(matches!(p256.sign_messages(HEADER, &messages(1)), Err(SignError::Kind)));
    let public = p256.public_key();
    assert!(public.verify_messages(HEADER, &messages(1), &[0; 80]).is_err());
    assert!(public.prove_messages(HEADER, b"", &messages(1), &[0; 80], &[]).is_err());
    assert!(!verified(public, &[], &[], &[0; PROOF]));
}
