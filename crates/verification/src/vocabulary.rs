//! The credential types this deployment knows: whom each speaks for and which schema describes it.

use serde_json::Value;

const BASE: &str = "https://schemas.passerelle.example/v1";

/// The type every verifiable credential has; nobody needs to be accredited for it.
pub const VERIFIABLE_CREDENTIAL: &str = "https://www.w3.org/2018/credentials#VerifiableCredential";

struct Known {
    name: &'static str,
    title: &'static str,
    slug: &'static str,
    /// The claim whose `id` is the organisation spoken for.
    organisation: &'static str,
}

const KNOWN: [Known; 7] = [
    Known {
        name: "StaffIdentity",
        title: "Staff identity",
        slug: "staff-identity",
        organisation: "worksFor",
    },
    Known { name: "Employment", title: "Employment", slug: "employment", organisation: "worksFor" },
    Known {
        name: "TrainingCompletion",
        title: "Training completion",
        slug: "training-completion",
        organisation: "recognizedBy",
    },
    Known {
        name: "SecurityClearance",
        title: "Security clearance",
        slug: "security-clearance",
        organisation: "recognizedBy",
    },
    Known {
        name: "MedicalClearance",
        title: "Medical clearance",
        slug: "medical-clearance",
        organisation: "recognizedBy",
    },
    Known { name: "Separation", title: "Separation", slug: "separation", organisation: "separatedFrom" },
    Known {
        name: "DigitalCertificateOfEntitlement",
        title: "Digital certificate of entitlement",
        slug: "digital-certificate-of-entitlement",
        organisation: "paidBy",
    },
];

fn known(type_iri: &str) -> Option<&'static Known> {
    let name = type_iri.strip_prefix(BASE)?.strip_prefix('#')?;
    KNOWN.iter().find(|known| known.name == name)
}

/// The DID of the organisation that a credential of this type speaks for.
#[must_use]
pub fn organisation<'a>(type_iri: &str, claims: &'a Value) -> Option<&'a str> {
    claims.get(known(type_iri)?.organisation)?.get("id")?.as_str()
}

/// The types, by their IRIs.
pub fn types() -> impl Iterator<Item = String> {
    KNOWN.iter().map(|known| format!("{BASE}#{}", known.name))
}

/// The claim whose `id` is the organisation that a credential of this type speaks for.
#[must_use]
pub fn organisation_claim(type_iri: &str) -> Option<&'static str> {
    known(type_iri).map(|known| known.organisation)
}

/// The schema that describes credentials of this type.
#[must_use]
pub fn schema(type_iri: &str) -> Option<String> {
    known(type_iri).map(|known| format!("{BASE}/{}.schema.json", known.slug))
}

/// What the type is called on a page.
#[must_use]
pub fn title(type_iri: &str) -> Option<&'static str> {
    known(type_iri).map(|known| known.title)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn organisation_spoken_for_depends_on_the_type() {
        let claims =
            json!({"worksFor": {"id": "did:passerelle:undp"}, "paidBy": {"id": "did:passerelle:unjspf"}});
        let of = |name: &str| organisation(&format!("{BASE}#{name}"), &claims);
        assert_eq!(of("StaffIdentity"), Some("did:passerelle:undp"));
        assert_eq!(of("DigitalCertificateOfEntitlement"), Some("did:passerelle:unjspf"));
        assert_eq!(of("Unknown"), None);
        assert_eq!(organisation("StaffIdentity", &claims), None);
    }

    #[test]
    fn schema_belongs_to_the_type() {
        let id = schema("https://schemas.passerelle.example/v1#StaffIdentity");
        assert_eq!(id.as_deref(), Some("https://schemas.passerelle.example/v1/staff-identity.schema.json"));
    }
}
