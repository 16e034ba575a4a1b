//! Identifiers as strangers write them.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for document in [did::resolve_key(text), did::resolve_jwk(text)].into_iter().flatten() {
        assert_eq!(document.id, text, "a document names what was asked for");
        let _ = document.to_json();
    }
    let _ = did::did_of(text);
    if let Some(id) = registry_types::method_specific_id(text) {
        assert_eq!(text, format!("did:passerelle:{id}"));
    }
    let _ =
        (registry_types::is_iri(text), registry_types::is_multikey(text), registry_types::is_fragment(text));
});
