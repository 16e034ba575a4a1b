//! The same question in fewer formats, for profiles that allow only some.

use super::{CredentialSetQuery, Query};

impl Query {
    /// Leaves out what is in other formats. Nothing where something required could not be given then, or where nothing
    /// would be left to ask.
    #[must_use]
    pub fn narrowed_to(&self, formats: &[&str]) -> Option<Self> {
        let credentials: Vec<_> = self
            .credentials
            .iter()
            .filter(|credential| formats.contains(&credential.format.as_str()))
            .cloned()
            .collect();
        if credentials.len() == self.credentials.len() {
            return Some(self.clone());
        }
        // Without sets every credential is required (6.4.2).
        let sets = self.credential_sets.as_ref()?;
        let is_left = |id: &String| credentials.iter().any(|credential| credential.id == *id);
        let mut narrowed = Vec::new();
        for set in sets {
            let options: Vec<_> =
                set.options.iter().filter(|option| option.iter().all(is_left)).cloned().collect();
            match (options.is_empty(), set.required) {
                (false, required) => narrowed.push(CredentialSetQuery { options, required }),
                (true, false) => {}
                (true, true) => return None,
            }
        }
        (!narrowed.is_empty()).then_some(Self { credentials, credential_sets: Some(narrowed) })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn query(sets: Option<Value>) -> Query {
        let mut query = json!({"credentials": [
            {"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": ["v"]}},
            {"id": "b", "format": "ldp_vc", "meta": {"type_values": [["t"]]}}
        ]});
        if let Some(sets) = sets {
            query["credential_sets"] = sets;
        }
        serde_json::from_value(query).unwrap()
    }

    fn narrowed(sets: Option<Value>) -> Option<Value> {
        query(sets).narrowed_to(&["dc+sd-jwt"]).map(|query| serde_json::to_value(query).unwrap())
    }

    #[test]
    fn an_alternative_in_another_format_goes() {
        let left = narrowed(Some(json!([{"options": [["a"], ["b"], ["a", "b"]]}]))).unwrap();
        assert_eq!(left["credential_sets"], json!([{"options": [["a"]]}]));
        assert_eq!(left["credentials"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn an_optional_part_in_another_format_goes() {
        let left =
            narrowed(Some(json!([{"options": [["a"]]}, {"options": [["b"]], "required": false}]))).unwrap();
        assert_eq!(left["credential_sets"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn what_is_required_in_another_format_only_cannot_be_asked() {
        assert!(narrowed(None).is_none());
        assert!(narrowed(Some(json!([{"options": [["a"]]}, {"options": [["b"]]}]))).is_none());
        assert!(narrowed(Some(json!([{"options": [["b"]], "required": false}]))).is_none());
    }

    #[test]
    fn a_question_in_the_right_formats_stays_as_it_is() {
        let whole = query(None);
        assert_eq!(whole.narrowed_to(&["dc+sd-jwt", "ldp_vc"]), Some(whole));
    }
}
