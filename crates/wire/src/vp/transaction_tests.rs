#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;

fn query() -> Query {
    serde_json::from_value(json!({"credentials": [
        {"id": "sd", "format": "dc+sd-jwt", "meta": {"vct_values": ["v"]}},
        {"id": "free", "format": "dc+sd-jwt", "meta": {"vct_values": ["v"]},
         "require_cryptographic_holder_binding": false},
        {"id": "w3c", "format": "ldp_vc", "meta": {"type_values": [["t"]]}}
    ]}))
    .unwrap()
}

fn good() -> Value {
    json!({"type": APPROVAL, "credential_ids": ["sd"], "title": "Travel claim", "text": "I claim 120 dollars.\nIt was work."})
}

fn read(value: &Value) -> Result<Approval, TransactionFault> {
    Approval::read(&URL_SAFE_NO_PAD.encode(value.to_string()), &query())
}

#[test]
fn approval_of_ours_is_read_back() {
    let text = ApprovalText {
        title: "Travel claim".into(),
        text: "I claim 120 dollars.".into(),
        reference: Some("TC-7".into()),
    };
    assert_eq!(query().authorising_ids(), ["sd"]);
    let approval = Approval::read(&text.encode(query().authorising_ids()), &query()).unwrap();
    assert_eq!((approval.title, approval.text, approval.reference), (text.title, text.text, text.reference));
    assert!(read(&good()).is_ok(), "the algorithm and the reference may be left out");
}

/// The cases of 8.5, one change each.
#[test]
fn transaction_with_one_thing_wrong_is_refused_for_that() {
    for (member, value, fault) in [
        ("type", json!("https://other.example/payment"), TransactionFault::Type),
        ("type", json!(7), TransactionFault::Members),
        ("amount", json!(120), TransactionFault::Members),
        ("title", json!(7), TransactionFault::Members),
        ("title", Value::Null, TransactionFault::Members),
        ("title", json!(" "), TransactionFault::Text),
        ("title", json!("two\nlines"), TransactionFault::Text),
        ("title", json!("x".repeat(MAX_TITLE + 1)), TransactionFault::Text),
        ("text", json!("x".repeat(MAX_TEXT + 1)), TransactionFault::Text),
        ("text", json!("I claim \u{202e}021 dollars"), TransactionFault::Text),
        ("text", json!("I claim 12\u{200b}0"), TransactionFault::Text),
        ("reference", json!(""), TransactionFault::Text),
        ("transaction_data_hashes_alg", json!(["sha-512"]), TransactionFault::Algorithm),
        ("transaction_data_hashes_alg", json!([]), TransactionFault::Algorithm),
        ("credential_ids", json!([]), TransactionFault::Credentials),
        ("credential_ids", json!(["nobody"]), TransactionFault::Credentials),
        ("credential_ids", json!(["sd", "w3c"]), TransactionFault::Credentials),
        ("credential_ids", json!(["free"]), TransactionFault::Credentials),
    ] {
        let mut changed = good();
        changed.as_object_mut().unwrap().insert(member.to_owned(), value.clone());
        assert_eq!(read(&changed).err(), Some(fault), "{member} {value}");
    }
    let mut without = good();
    without.as_object_mut().unwrap().remove("text");
    assert_eq!(read(&without).err(), Some(TransactionFault::Members));
}

#[test]
fn what_is_no_text_of_an_object_is_refused() {
    let twice = r#"{"type":"https://schemas.passerelle.example/transaction/approval/v1","credential_ids":["sd"],"title":"a","title":"b","text":"c"}"#;
    for (encoded, fault) in [
        ("not base64url!".to_owned(), TransactionFault::Encoding),
        (URL_SAFE_NO_PAD.encode("[]"), TransactionFault::Encoding),
        (URL_SAFE_NO_PAD.encode("{"), TransactionFault::Encoding),
        (URL_SAFE_NO_PAD.encode("{}"), TransactionFault::Members),
        (URL_SAFE_NO_PAD.encode("[".repeat(100)), TransactionFault::Members),
        (URL_SAFE_NO_PAD.encode(twice), TransactionFault::Members),
        ("A".repeat(MAX_ENCODED + 1), TransactionFault::Encoding),
    ] {
        assert_eq!(Approval::read(&encoded, &query()).err(), Some(fault), "{encoded:.40}");
    }
}
