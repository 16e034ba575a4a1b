//! What an HR system pushes over SCIM 2.0: users, filters, changes.
#![no_main]

use std::sync::LazyLock;

use chrono::NaiveDate;
use fuzz::bounds::bounded;
use issuance::scim::{Filter, Projection, User, apply, operations, person};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static USER: LazyLock<User> =
    LazyLock::new(|| User::parse(&serde_json::from_slice(SAMPLE).expect("JSON")).expect("a user"));
const SAMPLE: &[u8] = include_bytes!("scim/user.json");

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    LazyLock::force(&USER);
    match kind % 3 {
        0 => drop(std::str::from_utf8(rest).map(filter)),
        1 => {
            let Ok(body) = serde_json::from_slice::<Value>(rest) else { return };
            bounded(|| User::parse(&body)).ok().inspect(same);
        }
        _ => {
            let Ok(body) = serde_json::from_slice::<Value>(rest) else { return };
            let changed = bounded(|| operations(&body).and_then(|operations| apply(&USER, &operations)));
            changed.ok().inspect(same);
        }
    }
});

/// A filter decides the same each time, and its negation the opposite.
fn filter(text: &str) {
    let Ok(filter) = bounded(|| Filter::parse(text)) else { return };
    let resource = USER.resource("1", &[]);
    let found = bounded(|| filter.matches(&resource));
    if let Ok(negated) = Filter::parse(&format!("not ({text})")) {
        assert_ne!(negated.matches(&resource), found, "neither a filter nor its negation");
    }
    if let Some((name, value)) = filter.as_lookup() {
        let is = resource.get(name).and_then(Value::as_str);
        assert_eq!(
            found,
            is.is_some_and(|is| is == value || is.eq_ignore_ascii_case(value)),
            "the index answers otherwise"
        );
    }
}

/// A user who is shown and sent back is the same user.
fn same(user: &User) {
    assert!(!user.user_name().trim().is_empty(), "a user without a name");
    let shown = user.resource("1", &[]);
    let again = User::parse(&Value::Object(shown.clone())).expect("our own answer");
    assert!(again == *user, "the second reading differs");
    let today = NaiveDate::from_ymd_opt(2026, 3, 1).expect("a day");
    if let Ok(person) = bounded(|| person(user, today)) {
        assert!(!person.staff_number.is_empty() && !person.family_name.is_empty());
    }
    let chosen = Projection::new(&["userName".to_owned()], &[]).expect("one of the two").of(shown);
    assert!(chosen.contains_key("id") && chosen.contains_key("schemas"), "what always stays is lost");
}
