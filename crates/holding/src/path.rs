//! Claims path pointers (OID4VP 1.0, 7): which claims of a JSON credential a query points at.

use serde_json::Value;

/// One component of a claims path pointer.
pub use wire::vp::dcql::PathElement as Step;

/// A pointer whose every step names one place, so that it selects one claim.
pub type ConcretePath = Vec<Step>;

/// Processing stops: the pointer does not fit the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the claims path does not fit the credential")]
pub struct Unfit;

/// Reads a pointer from JSON: a non-empty array of strings, nulls and non-negative integers.
pub fn parse(path: &[Value]) -> Result<Vec<Step>, Unfit> {
    // A pointer deeper than any credential is a way to make us work, not a question.
    if path.is_empty() || path.len() > 16 {
        return Err(Unfit);
    }
    path.iter()
        .map(|step| match step {
            Value::String(key) => Ok(Step::Key(key.clone())),
            Value::Null => Ok(Step::All),
            Value::Number(number) => number.as_u64().map(Step::Index).ok_or(Unfit),
            _ => Err(Unfit),
        })
        .collect()
}

/// The selected elements with the concrete path of each (OID4VP 1.0, 7.1.1).
pub fn select<'a>(root: &'a Value, pointer: &[Step]) -> Result<Vec<(ConcretePath, &'a Value)>, Unfit> {
    let mut selected: Vec<(ConcretePath, &'a Value)> = vec![(Vec::new(), root)];
    for step in pointer {
        let mut next = Vec::new();
        for (path, value) in selected {
            match (step, value) {
                (Step::Key(key), Value::Object(members)) => {
                    if let Some(found) = members.get(key) {
                        next.push((extended(&path, step.clone()), found));
                    }
                }
                (Step::Index(index), Value::Array(items)) => {
                    if let Some(found) = usize::try_from(*index).ok().and_then(|index| items.get(index)) {
                        next.push((extended(&path, step.clone()), found));
                    }
                }
                (Step::All, Value::Array(items)) => {
                    for (index, found) in (0u64..).zip(items) {
                        next.push((extended(&path, Step::Index(index)), found));
                    }
                }
                // A step that does not fit any selected element ends the processing, whatever the others say.
                _ => return Err(Unfit),
            }
        }
        selected = next;
    }
    if selected.is_empty() { Err(Unfit) } else { Ok(selected) }
}

/// The JSON form, as it goes over the wire and into the library that makes presentations.
#[must_use]
pub fn to_json(path: &[Step]) -> Vec<Value> {
    path.iter()
        .map(|step| match step {
            Step::Key(key) => Value::String(key.clone()),
            Step::Index(index) => Value::from(*index),
            Step::All => Value::Null,
        })
        .collect()
}

fn extended(path: &[Step], step: Step) -> ConcretePath {
    let mut longer = path.to_vec();
    longer.push(step);
    longer
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    /// The example of OID4VP 1.0, 7.3.
    fn example() -> Value {
        json!({
            "name": "Arthur Dent",
            "address": {"street_address": "42 Market Street", "locality": "Milliways", "postal_code": "12345"},
            "degrees": [
                {"type": "Bachelor of Science", "university": "University of Betelgeuse"},
                {"type": "Master of Science", "university": "University of Betelgeuse"}
            ],
            "nationalities": ["British", "Betelgeusian"]
        })
    }

    fn values(pointer: Value) -> Result<Vec<Value>, Unfit> {
        let root = example();
        let pointer = parse(pointer.as_array().unwrap())?;
        Ok(select(&root, &pointer)?.into_iter().map(|(_, value)| value.clone()).collect())
    }

    #[test]
    fn specification_examples_select_what_they_say() {
        assert_eq!(values(json!(["name"])).unwrap(), vec![json!("Arthur Dent")]);
        assert_eq!(values(json!(["address", "street_address"])).unwrap(), vec![json!("42 Market Street")]);
        assert_eq!(
            values(json!(["degrees", null, "type"])).unwrap(),
            vec![json!("Bachelor of Science"), json!("Master of Science")]
        );
        assert_eq!(values(json!(["nationalities", 1])).unwrap(), vec![json!("Betelgeusian")]);
    }

    #[test]
    fn pointer_that_does_not_fit_is_refused() {
        for pointer in [
            json!(["nothing"]),
            json!(["name", "first"]),
            json!(["name", null]),
            json!(["nationalities", 7]),
            json!(["address", 0]),
            json!([]),
            json!(["nationalities", -1]),
            json!(["nationalities", 0.5]),
            json!([true]),
        ] {
            assert_eq!(values(pointer.clone()), Err(Unfit), "{pointer}");
        }
    }

    #[test]
    fn null_becomes_concrete_indexes() {
        let root = example();
        let pointer = parse(json!(["degrees", null, "type"]).as_array().unwrap()).unwrap();
        let paths: Vec<_> =
            select(&root, &pointer).unwrap().into_iter().map(|(path, _)| to_json(&path)).collect();
        assert_eq!(
            paths,
            vec![
                vec![json!("degrees"), json!(0), json!("type")],
                vec![json!("degrees"), json!(1), json!("type")]
            ]
        );
    }
}
