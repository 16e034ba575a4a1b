#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use serde_json::json;

use super::*;
use crate::path::Step;

const STAFF: &str = "https://schemas.passerelle.example/v1#StaffIdentity";

fn query(value: Value) -> Query {
    let query: Query = serde_json::from_value(value).unwrap();
    query.validate().unwrap();
    query
}

fn staff_payload() -> Value {
    json!({
        "vct": STAFF, "givenName": "Amina", "familyName": "Diallo", "gradeLevel": "P-4",
        "worksFor": {"id": "did:passerelle:a", "name": "UNDP"}, "languages": ["fr", "ar", "en"], "active": true, "steps": 3
    })
}

fn types() -> Vec<String> {
    vec![STAFF.to_owned()]
}

fn held<'a>(id: &'a str, format: &'a str, types: &'a [String], root: &'a Value) -> Candidate<'a> {
    Candidate { id, format, types, root, authorities: Authorities::default() }
}

fn asked(claims: Value) -> Query {
    query(json!({"credentials": [
        {"id": "staff", "format": "dc+sd-jwt", "meta": {"vct_values": [STAFF]}, "claims": claims}
    ]}))
}

fn key(name: &str) -> ConcretePath {
    vec![Step::Key(name.to_owned())]
}

#[test]
fn only_the_claims_asked_for_are_disclosed() {
    let (root, types) = (staff_payload(), types());
    let evaluation = evaluate(
        &asked(json!([{"path": ["givenName"]}, {"path": ["worksFor", "name"]}])),
        &[held("c", SD_JWT, &types, &root)],
    );
    let disclosed = &evaluation.queries[0].matches[0].disclose;
    assert_eq!(
        disclosed,
        &vec![key("givenName"), vec![Step::Key("worksFor".into()), Step::Key("name".into())]]
    );
}

#[test]
fn no_claims_asked_means_nothing_selectively_disclosed() {
    let (root, types) = (staff_payload(), types());
    let wanted = query(
        json!({"credentials": [{"id": "staff", "format": "dc+sd-jwt", "meta": {"vct_values": [STAFF]}}]}),
    );
    let evaluation = evaluate(&wanted, &[held("c", SD_JWT, &types, &root)]);
    assert!(evaluation.queries[0].matches[0].disclose.is_empty());
}

#[test]
fn other_type_format_or_missing_claim_does_not_match() {
    let (root, types) = (staff_payload(), types());
    let other = vec!["https://schemas.passerelle.example/v1#Employment".to_owned()];
    let wanted = asked(json!([{"path": ["givenName"]}]));
    assert!(evaluate(&wanted, &[held("c", SD_JWT, &other, &root)]).queries[0].matches.is_empty());
    assert!(evaluate(&wanted, &[held("c", LDP_VC, &types, &root)]).queries[0].matches.is_empty());
    let missing = asked(json!([{"path": ["givenName"]}, {"path": ["birthDate"]}]));
    let evaluation = evaluate(&missing, &[held("c", SD_JWT, &types, &root)]);
    assert!(evaluation.queries[0].matches.is_empty());
    assert!(!evaluation.is_satisfiable());
    assert_eq!(evaluation.proposed(), None);
}

#[test]
fn values_must_match_in_type_and_value() {
    let (root, types) = (staff_payload(), types());
    for (claims, fits) in [
        (json!([{"path": ["gradeLevel"], "values": ["P-5", "P-4"]}]), true),
        (json!([{"path": ["gradeLevel"], "values": ["P-5"]}]), false),
        (json!([{"path": ["steps"], "values": [3]}]), true),
        (json!([{"path": ["steps"], "values": ["3"]}]), false),
        (json!([{"path": ["active"], "values": [true]}]), true),
    ] {
        let evaluation = evaluate(&asked(claims.clone()), &[held("c", SD_JWT, &types, &root)]);
        assert_eq!(!evaluation.queries[0].matches.is_empty(), fits, "{claims}");
    }
}

#[test]
fn values_of_an_array_disclose_only_the_matching_elements() {
    let (root, types) = (staff_payload(), types());
    let evaluation = evaluate(
        &asked(json!([{"path": ["languages", null], "values": ["ar"]}])),
        &[held("c", SD_JWT, &types, &root)],
    );
    assert_eq!(
        evaluation.queries[0].matches[0].disclose,
        vec![vec![Step::Key("languages".into()), Step::Index(1)]]
    );
}

#[test]
fn first_claim_set_that_can_be_delivered_wins() {
    let (root, types) = (staff_payload(), types());
    let wanted = query(json!({"credentials": [{
        "id": "staff", "format": "dc+sd-jwt", "meta": {"vct_values": [STAFF]},
        "claims": [{"id": "b", "path": ["birthDate"]}, {"id": "g", "path": ["givenName"]}, {"id": "f", "path": ["familyName"]}],
        "claim_sets": [["b"], ["g"], ["g", "f"]]
    }]}));
    let evaluation = evaluate(&wanted, &[held("c", SD_JWT, &types, &root)]);
    assert_eq!(evaluation.queries[0].matches[0].disclose, vec![key("givenName")]);
}

#[test]
fn lesser_sets_are_parts_of_what_is_asked_for_and_the_person_may_choose_one() {
    let (root, types) = (staff_payload(), types());
    let wanted = query(json!({"credentials": [{
        "id": "staff", "format": "dc+sd-jwt", "meta": {"vct_values": [STAFF]},
        "claims": [{"id": "b", "path": ["birthDate"]}, {"id": "g", "path": ["givenName"]},
            {"id": "f", "path": ["familyName"]}, {"id": "l", "path": ["gradeLevel"]}],
        "claim_sets": [["b", "g"], ["g", "f"], ["l"], ["g"], ["f"], ["f", "g"], ["g"]]
    }]}));
    let evaluation = evaluate(&wanted, &[held("c", SD_JWT, &types, &root)]);
    let matched = &evaluation.queries[0].matches[0];
    assert_eq!(matched.disclose, vec![key("givenName"), key("familyName")]);
    assert_eq!(
        matched.lesser,
        vec![vec![key("givenName")], vec![key("familyName")]],
        "no others, none twice"
    );
    let chosen = evaluation.check(&evaluation.proposed().unwrap()).unwrap()[0];
    let disclosed = |set| {
        let sets = ClaimSets::from([(("staff".to_owned(), "c".to_owned()), set)]);
        chosen.disclose(&sets).map(<[_]>::to_vec)
    };
    assert_eq!(chosen.disclose(&ClaimSets::new()).unwrap(), matched.disclose);
    assert_eq!(disclosed(0).unwrap(), matched.disclose);
    assert_eq!(disclosed(2).unwrap(), vec![key("familyName")]);
    assert_eq!(disclosed(3), Err(SelectionFault::UnknownClaims));
}

#[test]
fn type_values_need_every_type_of_one_alternative() {
    let document = json!({"type": ["VerifiableCredential", "StaffIdentity"], "credentialSubject": {"givenName": "Amina"}});
    let vc = "https://www.w3.org/2018/credentials#VerifiableCredential".to_owned();
    let types = vec![vc.clone(), STAFF.to_owned()];
    for (values, fits) in [
        (json!([[vc, STAFF]]), true),
        (json!([["https://other.example#X"], [STAFF]]), true),
        (json!([[STAFF, "https://other.example#X"]]), false),
    ] {
        let wanted =
            query(json!({"credentials": [{"id": "w", "format": "ldp_vc", "meta": {"type_values": values},
            "claims": [{"path": ["credentialSubject", "givenName"]}]}]}));
        let evaluation = evaluate(&wanted, &[held("c", LDP_VC, &types, &document)]);
        assert_eq!(!evaluation.queries[0].matches.is_empty(), fits);
    }
}

fn either_format() -> Query {
    query(json!({
        "credentials": [
            {"id": "sd", "format": "dc+sd-jwt", "meta": {"vct_values": [STAFF]}, "claims": [{"path": ["givenName"]}]},
            {"id": "w3c", "format": "ldp_vc", "meta": {"type_values": [[STAFF]]}},
            {"id": "extra", "format": "dc+sd-jwt", "meta": {"vct_values": [STAFF]}, "claims": [{"path": ["gradeLevel"]}]}
        ],
        "credential_sets": [{"options": [["sd"], ["w3c"]]}, {"options": [["extra"]], "required": false}]
    }))
}

#[test]
fn optional_set_is_not_proposed_but_may_be_added() {
    let (root, types) = (staff_payload(), types());
    let evaluation = evaluate(&either_format(), &[held("c", SD_JWT, &types, &root)]);
    let proposed = evaluation.proposed().unwrap();
    assert_eq!(proposed.keys().collect::<Vec<_>>(), vec!["sd"]);
    assert!(evaluation.check(&proposed).is_ok());
    let mut more = proposed;
    more.insert("extra".into(), vec!["c".into()]);
    assert_eq!(evaluation.check(&more).unwrap().len(), 2);
}

#[test]
fn either_format_answers_and_both_at_once_are_possible() {
    let (root, types) = (staff_payload(), types());
    let document = json!({"credentialSubject": {}});
    let evaluation =
        evaluate(&either_format(), &[held("w", LDP_VC, &types, &document), held("c", SD_JWT, &types, &root)]);
    assert_eq!(evaluation.choices[0].alternatives, vec![vec!["sd".to_owned()], vec!["w3c".to_owned()]]);
    let selection = Selection::from([("w3c".to_owned(), vec!["w".to_owned()])]);
    assert!(evaluation.check(&selection).is_ok());
}

#[test]
fn selection_that_does_not_answer_is_refused() {
    let (root, types) = (staff_payload(), types());
    let evaluation =
        evaluate(&either_format(), &[held("c", SD_JWT, &types, &root), held("d", SD_JWT, &types, &root)]);
    let select = |id: &str, credentials: &[&str]| {
        Selection::from([(id.to_owned(), credentials.iter().map(|one| (*one).to_owned()).collect())])
    };
    for (selection, fault) in [
        (select("other", &["c"]), SelectionFault::UnknownQuery),
        (select("sd", &["x"]), SelectionFault::NotAMatch),
        (select("sd", &["c", "d"]), SelectionFault::WrongCount),
        (select("sd", &[]), SelectionFault::WrongCount),
        (select("extra", &["c"]), SelectionFault::Incomplete),
        (Selection::new(), SelectionFault::Incomplete),
    ] {
        assert_eq!(evaluation.check(&selection).err(), Some(fault), "{selection:?}");
    }
}

#[test]
fn query_with_unknown_trusted_authorities_matches_nothing() {
    let (root, types) = (staff_payload(), types());
    let wanted =
        query(json!({"credentials": [{"id": "s", "format": "dc+sd-jwt", "meta": {"vct_values": [STAFF]},
        "trusted_authorities": [{"type": "aki", "values": ["x"]}]}]}));
    assert!(!evaluate(&wanted, &[held("c", SD_JWT, &types, &root)]).is_satisfiable());
}

#[test]
fn credential_of_a_named_authority_answers() {
    let (root, types) = (staff_payload(), types());
    let asked = |kind: &str, value: &str| {
        query(json!({"credentials": [{"id": "s", "format": "dc+sd-jwt", "meta": {"vct_values": [STAFF]},
            "trusted_authorities": [{"type": kind, "values": ["other", value]}]}]}))
    };
    let key_ids = ["s9tIpPmhxdiuNkHMEWNpYim8S8Y".to_owned()];
    let authorities = Authorities { key_ids: &key_ids, issuer: Some("did:passerelle:undp") };
    let candidate = Candidate { authorities, ..held("c", SD_JWT, &types, &root) };
    let registry = wire::vp::dcql::authorities::REGISTRY_ISSUER;
    for (kind, value, answers) in [
        ("aki", "s9tIpPmhxdiuNkHMEWNpYim8S8Y", true),
        ("aki", "another", false),
        (registry, "did:passerelle:undp", true),
        (registry, "did:passerelle:wfp", false),
    ] {
        assert_eq!(evaluate(&asked(kind, value), &[candidate]).is_satisfiable(), answers, "{kind} {value}");
    }
}

/// 6.4.1: of an array, only the elements whose values were asked for.
#[test]
fn elements_of_an_array_are_disclosed_one_by_one() {
    let (root, types) = (staff_payload(), types());
    let disclosed = |claim: Value| {
        let evaluation = evaluate(&asked(json!([claim])), &[held("c", SD_JWT, &types, &root)]);
        evaluation.queries[0].matches.first().map(|one| one.disclose.clone())
    };
    let element = |index| vec![Step::Key("languages".to_owned()), Step::Index(index)];
    let all = disclosed(json!({"path": ["languages", null]})).unwrap();
    assert_eq!(all, vec![element(0), element(1), element(2)]);
    let some = disclosed(json!({"path": ["languages", null], "values": ["en", "fr"]})).unwrap();
    assert_eq!(some, vec![element(0), element(2)]);
    assert_eq!(disclosed(json!({"path": ["languages", 1]})).unwrap(), vec![element(1)]);
    assert_eq!(disclosed(json!({"path": ["languages", null], "values": ["ru"]})), None);
    assert_eq!(disclosed(json!({"path": ["languages", 9]})), None);
}

#[test]
fn several_credentials_are_given_where_several_are_asked_for() {
    let (root, types) = (staff_payload(), types());
    let wanted = query(json!({"credentials": [{"id": "s", "format": "dc+sd-jwt", "multiple": true,
        "meta": {"vct_values": [STAFF]}}]}));
    let evaluation = evaluate(&wanted, &[held("c", SD_JWT, &types, &root), held("d", SD_JWT, &types, &root)]);
    let both = Selection::from([("s".to_owned(), vec!["c".to_owned(), "d".to_owned()])]);
    assert_eq!(evaluation.check(&both).unwrap().len(), 2);
    let twice = Selection::from([("s".to_owned(), vec!["c".to_owned(), "c".to_owned()])]);
    assert_eq!(evaluation.check(&twice).err(), Some(SelectionFault::WrongCount));
}

#[test]
fn each_format_of_the_data_model_answers_its_own_query_by_type() {
    let types = types();
    let document = json!({ "credentialSubject": { "givenName": "Amina", "familyName": "Diallo" } });
    let all = [LDP_VC, VC_JWT, VC_SD_JWT, VC_COSE];
    for format in all {
        let wanted = query(json!({"credentials": [{"id": "w", "format": format,
            "meta": {"type_values": [[STAFF]]}, "claims": [{"path": ["credentialSubject", "givenName"]}]}]}));
        let held: Vec<Candidate<'_>> = all.iter().map(|one| held(one, one, &types, &document)).collect();
        let evaluation = evaluate(&wanted, &held);
        let found: Vec<&str> =
            evaluation.queries[0].matches.iter().map(|one| one.credential.as_str()).collect();
        assert_eq!(found, [format]);
        let place = vec![Step::Key("credentialSubject".into()), Step::Key("givenName".into())];
        assert_eq!(evaluation.queries[0].matches[0].disclose, [place]);
    }
    let unknown = query(json!({"credentials": [{"id": "w", "format": "mso_mdoc", "meta": {}}]}));
    assert!(evaluate(&unknown, &[held("m", "mso_mdoc", &types, &document)]).queries[0].matches.is_empty());
}
