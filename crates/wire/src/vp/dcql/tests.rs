#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;

fn query(value: Value) -> Result<Query, String> {
    let query: Query = serde_json::from_str(&value.to_string()).map_err(|error| error.to_string())?;
    query.validate().map_err(|error| error.to_string())?;
    Ok(query)
}

fn sd_jwt(extra: Value) -> Value {
    let mut credential = json!({"id": "pid", "format": "dc+sd-jwt", "meta": {"vct_values": ["v"]}});
    for (key, value) in extra.as_object().unwrap() {
        credential.as_object_mut().unwrap().insert(key.clone(), value.clone());
    }
    json!({"credentials": [credential]})
}

#[test]
fn query_of_the_specification_round_trips() {
    let text = json!({"credentials": [
        {"id": "pid", "format": "dc+sd-jwt", "meta": {"vct_values": ["https://credentials.example.com/identity_credential"]},
         "claims": [{"id": "a", "path": ["family_name"], "values": ["Doe"]}, {"id": "b", "path": ["degrees", null, "type"]},
                    {"id": "c", "path": ["nationalities", 1]}],
         "claim_sets": [["a", "c"], ["a", "b"]]},
        {"id": "other", "format": "ldp_vc", "meta": {"type_values": [["IDCredential"]]}}],
      "credential_sets": [{"options": [["pid"], ["other"]]}, {"required": false, "options": [["other"]]}]});
    let parsed = query(text.clone()).unwrap();
    assert_eq!(serde_json::to_value(&parsed).unwrap(), text);
}

#[test]
fn malformed_queries_are_refused() {
    for bad in [
        json!({"credentials": []}),
        sd_jwt(json!({"id": ""})),
        sd_jwt(json!({"id": "a b"})),
        sd_jwt(json!({"claims": []})),
        sd_jwt(json!({"claims": [{"path": []}]})),
        sd_jwt(json!({"claims": [{"path": ["a", -1]}]})),
        sd_jwt(json!({"claims": [{"path": ["a", 1.5]}]})),
        sd_jwt(json!({"claims": [{"path": ["a", true]}]})),
        sd_jwt(json!({"claims": [{"path": ["a"], "values": []}]})),
        sd_jwt(json!({"claims": [{"path": ["a"], "values": [1.5]}]})),
        sd_jwt(json!({"claims": [{"path": ["a"], "values": [null]}]})),
        sd_jwt(json!({"claim_sets": [["a"]]})),
        sd_jwt(json!({"claims": [{"path": ["a"]}], "claim_sets": [["a"]]})),
        sd_jwt(json!({"claims": [{"id": "a", "path": ["a"]}], "claim_sets": [["b"]]})),
        sd_jwt(json!({"claims": [{"id": "a", "path": ["a"]}], "claim_sets": []})),
        sd_jwt(json!({"trusted_authorities": []})),
        json!({"credentials": vec![sd_jwt(json!({})).pointer("/credentials/0").unwrap().clone(); 2]}),
    ] {
        assert!(query(bad.clone()).is_err(), "{bad}");
    }
    let mut unknown = sd_jwt(json!({}));
    unknown.as_object_mut().unwrap().insert("credential_sets".into(), json!([{"options": [["nobody"]]}]));
    assert!(query(unknown).is_err());
}

#[test]
fn paths_select_as_the_specification_says() {
    let credential = json!({"name": "Arthur Dent", "address": {"street_address": "42 Market Street"},
        "degrees": [{"type": "BSc"}, {"type": "MSc"}], "nationalities": ["British", "Betelgeusian"]});
    let select = |path: Value| {
        let path: ClaimsPath = serde_json::from_value(path).unwrap();
        path.select(&credential).map(|found| found.into_iter().cloned().collect::<Vec<_>>())
    };
    assert_eq!(select(json!(["address", "street_address"])), Ok(vec![json!("42 Market Street")]));
    assert_eq!(select(json!(["degrees", null, "type"])), Ok(vec![json!("BSc"), json!("MSc")]));
    assert_eq!(select(json!(["nationalities", 1])), Ok(vec![json!("Betelgeusian")]));
    assert_eq!(select(json!(["nationalities", 2])), Err(PathError::Nothing));
    assert_eq!(select(json!(["name", "first"])), Err(PathError::NotAnObject));
    assert_eq!(select(json!(["name", null])), Err(PathError::NotAnArray));
    assert_eq!(select(json!(["nobody"])), Err(PathError::Nothing));
}

#[test]
fn values_match_by_type_and_value() {
    let claim: ClaimsQuery =
        serde_json::from_value(json!({"path": ["a"], "values": ["1", 2, true]})).unwrap();
    for (value, matches) in
        [(json!("1"), true), (json!(1), false), (json!(2), true), (json!("2"), false), (json!(true), true)]
    {
        assert_eq!(claim.matches(&json!({"a": value})), matches, "{value}");
    }
}

#[test]
fn first_claim_set_that_can_be_delivered_is_chosen() {
    let query = query(sd_jwt(json!({"claims": [{"id": "a", "path": ["a"]}, {"id": "b", "path": ["b"]}],
        "claim_sets": [["a"], ["b"]]})))
    .unwrap();
    let credential = query.credentials.first().unwrap();
    let chosen = credential.select_claims(&json!({"b": 1})).unwrap();
    assert_eq!(chosen.first().and_then(|claim| claim.id.as_deref()), Some("b"));
    assert!(credential.select_claims(&json!({"c": 1})).is_none());
}

/// 6.1.1 and 6.1: a wallet ignores a claim asked for twice, and takes an empty `meta` as no constraint.
#[test]
fn wallet_forgives_what_changes_nothing() {
    let twice = query(sd_jwt(json!({"claims": [{"path": ["a"]}, {"path": ["a"]}]}))).unwrap();
    assert!(twice.credentials.first().unwrap().select_claims(&json!({"a": 1})).is_some());
    let any = query(sd_jwt(json!({"meta": {}}))).unwrap();
    assert!(any.credentials.first().unwrap().meta.accepts("dc+sd-jwt", &["anything".to_owned()]));
}

/// The most that the bounds let through, against a credential of many elements: still a moment.
#[test]
fn largest_query_is_answered_at_once() {
    let claims: Vec<Value> = (0..MAX_CLAIMS)
        .map(|at| json!({"id": format!("c{at}"), "path": ["a", null, null, format!("k{at}")], "values": ["x"]}))
        .collect();
    let ids: Vec<String> = (0..MAX_CLAIMS).map(|at| format!("c{at}")).collect();
    let sets = vec![ids; MAX_CLAIM_SETS];
    let largest = query(sd_jwt(json!({"claims": claims, "claim_sets": sets}))).unwrap();
    let credential = json!({"a": vec![vec![json!({"k0": "y"}); 100]; 100]});
    let began = std::time::Instant::now();
    assert!(largest.credentials.first().unwrap().select_claims(&credential).is_none());
    assert!(began.elapsed() < std::time::Duration::from_secs(2), "{:?}", began.elapsed());
}

#[test]
fn optional_sets_need_no_answer() {
    let query: Query = serde_json::from_value(json!({"credentials": [
        {"id": "a", "format": "x", "meta": {}}, {"id": "b", "format": "x", "meta": {}}],
        "credential_sets": [{"options": [["a"]]}, {"required": false, "options": [["b"]]}]}))
    .unwrap();
    assert!(query.satisfied_by(&BTreeSet::from(["a"])));
    assert!(!query.satisfied_by(&BTreeSet::from(["b"])));
}
