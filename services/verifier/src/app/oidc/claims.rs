//! From a credential's claims to those an application is registered for.

use serde_json::{Map, Value};

use super::Client;

/// The claims of a client, and no others. What the credential does not say is left out.
#[must_use]
pub fn mapped(client: &Client, claims: &Value) -> Map<String, Value> {
    let found = client.claims.iter().filter_map(|(name, paths)| {
        let value = match paths.as_slice() {
            [path] => at(claims, path)?.clone(),
            paths => joined(claims, paths)?,
        };
        Some((name.clone(), value))
    });
    found.collect()
}

fn joined(claims: &Value, paths: &[Vec<String>]) -> Option<Value> {
    let parts: Vec<&str> = paths.iter().filter_map(|path| at(claims, path)?.as_str()).collect();
    (!parts.is_empty()).then(|| parts.join(" ").into())
}

fn at<'a>(claims: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(claims, |value, member| value.get(member)).filter(|value| !value.is_null())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;
    use verification::Policies;

    use super::*;
    use crate::config::OidcClient;

    #[test]
    fn only_registered_claims_are_given() {
        let config = OidcClient {
            id: "app".into(),
            name: "App".into(),
            redirect_uris: vec!["https://app.example/".into()],
            secret_file: None,
            policy: "staff-identity".into(),
            purpose: None,
            claims: [
                ("given_name", "givenName"),
                ("name", "givenName familyName"),
                ("organization", "worksFor.name"),
                ("place", "dutyStation"),
            ]
            .map(|(name, path)| (name.to_owned(), path.to_owned()))
            .into(),
        };
        let client = Client::register(&config, &Policies::embedded().unwrap()).unwrap();
        let claims = json!({"givenName": "Amina", "familyName": "Diallo", "jobTitle": "Officer",
            "worksFor": {"id": "did:passerelle:undp", "name": "UNDP"}, "dutyStation": null});
        assert_eq!(
            Value::Object(mapped(&client, &claims)),
            json!({"given_name": "Amina", "name": "Amina Diallo", "organization": "UNDP"})
        );
    }
}
