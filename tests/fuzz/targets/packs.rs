//! Packs and differences on a USB stick: as they come, and behind a true signature.
#![no_main]

use std::sync::LazyLock;

use credential::ControllerPolicy;
use ed25519_dalek::Signature;
use fuzz::bounds::bounded;
use fuzz::chain;
use fuzz::node;
use fuzz::packs::{HEAD, Packs, gzip, signed};
use fuzz::scene::now;
use libfuzzer_sys::fuzz_target;
use pack::{Content, seal};
use registry_types::{Canonical as _, VoteKind, address_of, vote_bytes};
use verification::{HandedOver, Occasion, Subject};
use wire::verifications::Outcome;

static PACKS: LazyLock<Packs> = LazyLock::new(Packs::new);

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    LazyLock::force(&PACKS);
    match kind % 4 {
        0 => opened(rest),
        1 => content(rest),
        2 => difference(rest),
        _ => steps(rest),
    }
});

/// Only what was signed opens.
fn opened(file: &[u8]) {
    let trust = node::by_key(&PACKS.scene.issuer.ed25519);
    if let Ok(pack) = bounded(|| now(node::open(&PACKS.scene.world, file, &trust))) {
        let known = [&PACKS.old, &PACKS.new].into_iter().any(|whole| {
            let whole = now(node::open(&PACKS.scene.world, whole, &trust)).expect("our own pack");
            whole.content() == pack.content() && whole.manifest() == pack.manifest()
        });
        assert!(known, "something that nobody signed");
    }
}

/// A signer who lies: whoever trusts the chain believes no record that the chain does not prove.
fn content(bytes: &[u8]) {
    let Some(content) = bounded(|| Content::from_bytes(bytes).ok()) else { return };
    assert_eq!(content.to_bytes(), bytes, "two spellings of one content");
    let Packs { scene, genesis, collected, .. } = &*PACKS;
    let sealed = seal(collected.manifest.clone(), &content, scene.issuer.ed25519.as_ref());
    let file = now(sealed).expect("a key in memory");
    let Ok(pack) = bounded(|| now(node::open(&scene.world, &file, genesis))) else { return };
    let _ = bounded(|| pack.prove());
    assert!(decided(&content), "a header that the validators did not sign");
    let given = HandedOver {
        subject: Subject::Credential(scene.credentials[1].clone()),
        receipt: None,
        challenge: None,
        domain: None,
        controller: ControllerPolicy::Strict,
    };
    let occasion = Occasion { report_id: "r", now: scene.time() };
    let report = bounded(|| now(pack.verify(given, occasion))).expect("it was just opened");
    assert_ne!(report.outcome, Outcome::Valid, "nobody showed whose the credential is");
}

/// Whether three of the four validators signed for the header, found without the light client.
fn decided(content: &Content) -> bool {
    let (header, certificate) = (&content.header, &content.certificate);
    let hash = header.hash();
    let signed = |seed: &u8| {
        let key = chain::key(*seed).verifying_key();
        let validator = address_of(&key.to_bytes());
        let kind = VoteKind::Precommit;
        let vote =
            vote_bytes(&header.chain, kind, header.height, Some(certificate.round), Some(&hash), &validator);
        let mut mine = certificate.signatures.iter().filter(|signature| signature.validator == validator);
        mine.any(|it| key.verify_strict(&vote, &Signature::from_bytes(&it.signature)).is_ok())
    };
    [1, 2, 3, 4].iter().filter(|seed| signed(seed)).count() >= 3
}

/// What a difference leads to was signed.
fn difference(bytes: &[u8]) {
    if let Ok(made) = bounded(|| pack::apply(&PACKS.old, bytes)) {
        assert_eq!(made, PACKS.new, "a pack that nobody signed");
    }
}

/// Pieces as they come, below the signed manifest of the new pack.
fn steps(pieces: &[u8]) {
    let true_one = pack::difference(&PACKS.old, &PACKS.new).expect("our own packs");
    let base = &true_one[..HEAD + 32];
    let length = u32::try_from(pieces.len()).unwrap_or(u32::MAX).to_be_bytes();
    let made = &true_one[HEAD + 36..HEAD + 40];
    difference(&[base, &length, made, signed(&PACKS.new), &gzip(pieces)].concat());
}
