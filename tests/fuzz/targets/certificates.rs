//! Certificates of strangers: chains in `x5c` and PEM, and what they say of their subject.
#![no_main]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use credential::x509::{CertificateChain, TrustAnchors, authority_key_ids_of};
use fuzz::authority::{self, Authority};
use fuzz::bounds::bounded;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static OURS: LazyLock<Authority> = LazyLock::new(Authority::new);

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    LazyLock::force(&OURS);
    match kind % 3 {
        0 => {
            let pieces = pieces(rest);
            let header = Value::from(pieces.iter().map(|der| STANDARD.encode(der)).collect::<Vec<_>>());
            bounded(|| CertificateChain::from_header(&header)).ok().inspect(chain);
        }
        1 => {
            bounded(|| CertificateChain::from_pem(rest)).ok().inspect(chain);
            let _ = bounded(|| TrustAnchors::from_pem(rest));
        }
        _ => drop(std::str::from_utf8(rest).map(|text| bounded(|| authority_key_ids_of(text)))),
    }
});

/// Certificates, each with its length before it.
fn pieces(mut rest: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length)).min(after.len());
        let (piece, after) = after.split_at(length);
        found.push(piece);
        rest = after;
    }
    found
}

/// Nobody is believed whom our authority did not certify; names are short and are hosts.
fn chain(chain: &CertificateChain) {
    let anchors = TrustAnchors::from_pem(OURS.root.as_bytes()).expect("our own authority");
    if bounded(|| anchors.verify(chain, authority::now())).is_ok() {
        let leaf = CertificateChain::from_pem(OURS.leaf.as_bytes()).expect("our own leaf");
        assert_eq!(chain.leaf_key(), leaf.leaf_key(), "the key of somebody who was not certified");
    }
    bounded(|| {
        assert_eq!(chain.leaf_hash().len(), 43);
        assert!(
            chain.dns_names().iter().all(|name| !name.contains('*') && *name == name.to_ascii_lowercase())
        );
        assert!(chain.organisation().is_none_or(|name| (1..=200).contains(&name.chars().count())));
        let _ = (chain.is_self_signed(), chain.authority_key_ids());
    });
    if let Ok(header) = chain.to_header() {
        assert_eq!(CertificateChain::from_header(&header).as_ref(), Ok(chain), "the second reading differs");
    }
}
