#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::*;

fn body() -> Value {
    json!({
        "schemas": [CORE, ENTERPRISE, STAFF],
        "userName": "amina.okafor@undp.test", "externalId": "HR-7", "title": "Analyst",
        "name": {"givenName": "Amina", "familyName": "Okafor"},
        "emails": [{"value": "a@undp.test", "type": "work", "primary": true}, {"value": "a@home.test", "type": "home"}],
        ENTERPRISE: {"employeeNumber": "10023", "department": "Bureau"},
        STAFF: {"gradeLevel": "p3", "dutyStation": "Nairobi"}, RECORD: {"state": "complete"},
        "password": "never kept", "groups": [{"value": "x"}]
    })
}

fn user() -> User {
    User::parse(&body()).unwrap()
}

fn patched(operations_of: &Value) -> Result<User, Fault> {
    let body =
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations_of});
    apply(&user(), &operations(&body)?)
}

fn kind(result: Result<User, Fault>) -> FaultKind {
    result.unwrap_err().kind
}

#[test]
fn only_what_a_schema_names_is_kept_in_its_spelling() {
    let mut odd = body();
    odd["USERNAME"] = odd.as_object_mut().unwrap().remove("userName").unwrap();
    odd["Active"] = "False".into();
    let user = User::parse(&odd).unwrap();
    assert_eq!(user.user_name(), "amina.okafor@undp.test");
    assert!(!user.is_active());
    for gone in ["password", "groups", "schemas"] {
        assert!(!user.members().contains_key(gone), "{gone}");
    }
    assert!(user.members().get(RECORD).is_none(), "read only");
}

#[test]
fn wrong_bodies_are_refused_by_kind() {
    let with = |name: &str, value: Value| {
        let mut body = body();
        body[name] = value;
        kind(User::parse(&body))
    };
    assert_eq!(with("schemas", json!([ENTERPRISE])), FaultKind::InvalidSyntax);
    assert_eq!(with("userName", json!("")), FaultKind::InvalidValue);
    assert_eq!(with("userName", json!(7)), FaultKind::InvalidValue);
    assert_eq!(with("title", json!("x".repeat(513))), FaultKind::InvalidValue);
    assert_eq!(with("title", json!("two\nlines")), FaultKind::InvalidValue);
    assert_eq!(with("active", json!("perhaps")), FaultKind::InvalidValue);
    assert_eq!(with("name", json!([])), FaultKind::InvalidValue);
    let primary = json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]);
    assert_eq!(with("emails", primary), FaultKind::InvalidValue);
    let many: Vec<Value> = (0..21).map(|n| json!({"value": n.to_string()})).collect();
    assert_eq!(with("emails", json!(many)), FaultKind::InvalidValue);
    assert_eq!(User::parse(&json!([])).unwrap_err().kind, FaultKind::InvalidSyntax);
}

#[test]
fn directories_deactivate_in_their_own_ways() {
    for operation in [
        json!({"op": "replace", "path": "active", "value": false}),
        json!({"op": "Replace", "path": "active", "value": "False"}),
        json!({"op": "replace", "value": {"active": false}}),
        json!({"op": "Add", "path": format!("{CORE}:active"), "value": false}),
    ] {
        assert!(!patched(&json!([operation])).unwrap().is_active(), "{operation}");
    }
}

#[test]
fn paths_lead_into_parts_lists_and_extensions() {
    let number = format!("{ENTERPRISE}:employeeNumber");
    let user = patched(&json!([
        {"op": "replace", "path": "name.familyName", "value": "Diallo"},
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "b@undp.test"},
        {"op": "add", "path": "emails[type eq \"other\"].value", "value": "c@undp.test"},
        {"op": "remove", "path": "emails[type eq \"home\"]"},
        {"op": "replace", "value": {number.clone(): "10024", "name.givenName": "Awa", "unknown": 1}},
        {"op": "remove", "path": format!("{ENTERPRISE}:department")},
    ]))
    .unwrap();
    assert_eq!(user.members()["name"], json!({"givenName": "Awa", "familyName": "Diallo"}));
    assert_eq!(
        user.members()["emails"],
        json!([{"value": "b@undp.test", "type": "work", "primary": true}, {"type": "other", "value": "c@undp.test"}])
    );
    assert_eq!(user.members()[ENTERPRISE], json!({"employeeNumber": "10024"}));
}

#[test]
fn a_new_primary_address_takes_the_place_of_the_old_one() {
    let new = json!([{"op": "add", "path": "emails", "value": [{"value": "n@undp.test", "primary": true}]}]);
    let user = patched(&new).unwrap();
    let primary: Vec<&Value> =
        user.members()["emails"].as_array().unwrap().iter().map(|it| &it["primary"]).collect();
    assert_eq!(primary, [&json!(false), &Value::Null, &json!(true)]);
}

#[test]
fn wrong_operations_are_refused_by_kind() {
    let one = |operation: Value| kind(patched(&json!([operation])));
    assert_eq!(one(json!({"op": "move", "path": "title", "value": 1})), FaultKind::InvalidSyntax);
    assert_eq!(one(json!({"op": "remove"})), FaultKind::NoTarget);
    assert_eq!(one(json!({"op": "add", "path": "title"})), FaultKind::InvalidValue);
    assert_eq!(one(json!({"op": "add", "path": "shoeSize", "value": 1})), FaultKind::InvalidPath);
    assert_eq!(one(json!({"op": "add", "path": "urn:x:y:title", "value": 1})), FaultKind::InvalidPath);
    assert_eq!(one(json!({"op": "add", "path": "name[type eq \"x\"]", "value": 1})), FaultKind::InvalidPath);
    assert_eq!(one(json!({"op": "add", "path": "emails[type eq", "value": 1})), FaultKind::InvalidPath);
    assert_eq!(one(json!({"op": "add", "path": "emails[size eq 1]", "value": 1})), FaultKind::InvalidFilter);
    assert_eq!(one(json!({"op": "replace", "path": "id", "value": "x"})), FaultKind::Mutability);
    assert_eq!(one(json!({"op": "remove", "path": "userName"})), FaultKind::Mutability);
    let missing = json!({"op": "replace", "path": "emails[type eq \"other\"].value", "value": "x"});
    assert_eq!(one(missing), FaultKind::NoTarget);
    let many: Vec<Value> = (0..101).map(|_| json!({"op": "remove", "path": "title"})).collect();
    assert_eq!(kind(patched(&json!(many))), FaultKind::InvalidSyntax);
}

#[test]
fn filters_decide_as_the_rfc_says() {
    let mut resource = user().resource("01", &[]);
    resource.insert("meta".into(), json!({"created": "2026-01-02T00:00:00Z"}));
    let number = format!("{ENTERPRISE}:employeeNumber");
    for (filter, expected) in [
        ("userName eq \"AMINA.okafor@undp.test\"", true),
        ("username Eq \"other\"", false),
        ("externalId eq \"hr-7\"", false),
        ("externalId eq \"HR-7\"", true),
        ("title pr", true),
        ("displayName pr", false),
        ("not (displayName pr)", true),
        ("displayName ne \"x\"", true),
        ("name.familyName sw \"ok\" and title co \"nal\"", true),
        ("title eq \"x\" or title ew \"st\" and active eq true", true),
        ("(title eq \"x\" or title ew \"st\") and active eq false", false),
        ("emails.value eq \"a@home.test\"", true),
        ("emails eq \"a@home.test\"", true),
        ("emails[type eq \"work\" and value co \"undp\"]", true),
        ("emails[type eq \"home\" and value co \"undp\"]", false),
        ("meta.created gt \"2026-01-01T00:00:00Z\"", true),
        (format!("{number} eq \"10023\"").as_str(), true),
    ] {
        assert_eq!(Filter::parse(filter).unwrap().matches(&resource), expected, "{filter}");
    }
}

#[test]
fn broken_and_endless_filters_are_refused() {
    let deep = format!("{}title pr{}", "(".repeat(40), ")".repeat(40));
    let long = "title pr or ".repeat(200);
    for filter in [
        "",
        "title",
        "title eq",
        "title is \"x\"",
        "title eq x",
        "title eq \"x",
        "(title pr",
        "title pr)",
        "title pr and",
        "shoeSize pr",
        "urn:x:title pr",
        "active gt true",
        "emails[type eq \"x\"",
        &deep,
        &long,
    ] {
        assert_eq!(Filter::parse(filter).unwrap_err().kind, FaultKind::InvalidFilter, "{filter}");
    }
}

#[test]
fn a_lookup_is_one_equality() {
    let lookup = |text: &str| Filter::parse(text).unwrap().as_lookup().map(|(a, b)| (a, b.to_owned()));
    assert_eq!(lookup("userName eq \"a\""), Some(("userName", "a".to_owned())));
    assert_eq!(lookup("externalid eq \"a\""), Some(("externalId", "a".to_owned())));
    assert_eq!(lookup("title eq \"a\""), None);
    assert_eq!(lookup("not (userName eq \"a\")"), None);
}

#[test]
fn a_record_says_everything_it_lacks() {
    let today = NaiveDate::from_ymd_opt(2026, 11, 28).unwrap();
    let person_of = |user: &User| person(user, today);
    let good = person_of(&user()).unwrap();
    assert_eq!((good.staff_number.as_str(), good.grade.as_str()), ("10023", "P-3"));
    let bare = User::parse(&json!({"schemas": [CORE], "userName": "x"})).unwrap();
    let lacking: Vec<&str> = person_of(&bare).unwrap_err().iter().map(|fault| fault.attribute).collect();
    for attribute in
        ["employeeNumber", "name.givenName", "name.familyName", "title", "gradeLevel", "dutyStation"]
    {
        assert!(lacking.contains(&attribute), "{attribute}");
    }
    let ended = patched(&json!([{"op": "add", "path": STAFF,
        "value": {"contractType": "temporary", "startDate": "2026-01-01", "endDate": "2026-11-27"}}]));
    let faults = person_of(&ended.unwrap()).unwrap_err();
    assert_eq!(faults, [RecordFault { attribute: "endDate", reason: "has passed" }]);
}

#[test]
fn a_projection_keeps_what_is_asked_for() {
    let only = Projection::new(&["NAME.givenName".into(), format!("{ENTERPRISE}:department")], &[]).unwrap();
    let some = Value::Object(only.of(user().resource("01", &[])));
    assert_eq!(some["name"], json!({"givenName": "Amina"}));
    assert_eq!(some[ENTERPRISE], json!({"department": "Bureau"}));
    assert!(some.get("userName").is_none() && some["id"] == "01");
    let without = Projection::new(&[], &["emails.value".into(), "id".into(), "title".into()]).unwrap();
    let rest = Value::Object(without.of(user().resource("01", &[])));
    assert!(rest.get("title").is_none() && rest["id"] == "01");
    assert_eq!(rest["emails"][1], json!({"type": "home"}));
    assert!(Projection::new(&["a".into()], &["b".into()]).is_err());
}
