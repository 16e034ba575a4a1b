//! The attributes of a user, as one table that parses, checks and describes them.

use serde_json::{Map, Value, json};

pub const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// What a staff credential says and no published schema of SCIM holds.
pub const STAFF: &str = "urn:passerelle:params:scim:schemas:extension:staff:2.0:User";
/// What this service says of the record; read only as a whole.
pub const RECORD: &str = "urn:passerelle:params:scim:schemas:extension:record:2.0:User";

/// One attribute or sub-attribute (RFC 7643, 7).
#[derive(Debug)]
pub(super) struct Attribute {
    pub name: &'static str,
    pub kind: Kind,
    pub is_list: bool,
    pub is_required: bool,
    pub is_read_only: bool,
    pub is_case_exact: bool,
    pub is_unique: bool,
    pub canonical: &'static [&'static str],
    pub about: &'static str,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Text,
    Boolean,
    Reference,
    Complex(&'static [Attribute]),
}

/// A schema and its attributes.
#[derive(Debug)]
pub(super) struct Schema {
    pub id: &'static str,
    pub name: &'static str,
    pub about: &'static str,
    pub attributes: &'static [Attribute],
}

impl Attribute {
    pub fn subs(&self) -> &'static [Attribute] {
        match self.kind {
            Kind::Complex(subs) => subs,
            Kind::Text | Kind::Boolean | Kind::Reference => &[],
        }
    }

    /// RFC 7643, 2.1: names are compared without regard to letter case.
    pub fn find(among: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
        among.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }

    fn document(&self) -> Value {
        let mut document = Map::new();
        let mut put = |name: &str, value: Value| drop(document.insert(name.to_owned(), value));
        put("name", self.name.into());
        put("type", self.kind.as_str().into());
        put("multiValued", self.is_list.into());
        put("description", self.about.into());
        put("required", self.is_required.into());
        put("mutability", if self.is_read_only { "readOnly" } else { "readWrite" }.into());
        put("returned", "default".into());
        put("uniqueness", if self.is_unique { "server" } else { "none" }.into());
        if let Kind::Text | Kind::Reference = self.kind {
            put("caseExact", self.is_case_exact.into());
        }
        if let Kind::Reference = self.kind {
            put("referenceTypes", json!(["User"]));
        }
        if !self.canonical.is_empty() {
            put("canonicalValues", json!(self.canonical));
        }
        if !self.subs().is_empty() {
            put("subAttributes", self.subs().iter().map(Self::document).collect());
        }
        document.into()
    }
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Boolean => "boolean",
            Self::Reference => "reference",
            Self::Complex(_) => "complex",
        }
    }
}

impl Schema {
    /// By its URN, which is compared without regard to letter case.
    pub fn find(id: &str) -> Option<&'static Schema> {
        SCHEMAS.iter().find(|schema| schema.id.eq_ignore_ascii_case(id))
    }

    fn document(&self) -> Value {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": self.id,
            "name": self.name,
            "description": self.about,
            "attributes": self.attributes.iter().map(Attribute::document).collect::<Vec<_>>(),
        })
    }
}

/// Every schema as `/Schemas` describes it, without `meta`.
#[must_use]
pub fn schema_documents() -> Vec<Value> {
    SCHEMAS.iter().map(Schema::document).collect()
}

/// One schema by its URN.
#[must_use]
pub fn schema_document(id: &str) -> Option<Value> {
    Schema::find(id).map(Schema::document)
}

const fn text(name: &'static str, about: &'static str) -> Attribute {
    Attribute {
        name,
        kind: Kind::Text,
        is_list: false,
        is_required: false,
        is_read_only: false,
        is_case_exact: false,
        is_unique: false,
        canonical: &[],
        about,
    }
}

const fn complex(name: &'static str, subs: &'static [Attribute], about: &'static str) -> Attribute {
    Attribute { kind: Kind::Complex(subs), ..text(name, about) }
}

const fn boolean(name: &'static str, about: &'static str) -> Attribute {
    Attribute { kind: Kind::Boolean, ..text(name, about) }
}

const NAME: [Attribute; 4] = [
    text("formatted", "The whole name as it is written."),
    text("familyName", "Family name; it becomes a claim."),
    text("givenName", "Given name; it becomes a claim."),
    text("middleName", "Middle names."),
];

const EMAIL: [Attribute; 4] = [
    text("value", "The address."),
    text("display", "How the address is shown."),
    Attribute { canonical: &["work", "home", "other"], ..text("type", "What the address is for.") },
    boolean("primary", "Whether this is the first address to use; true at most once."),
];

const MANAGER: [Attribute; 3] = [
    text("value", "The id of the manager."),
    Attribute { kind: Kind::Reference, ..text("$ref", "The address of the manager's user.") },
    Attribute { is_read_only: true, ..text("displayName", "The manager's name.") },
];

const USER: [Attribute; 8] = [
    Attribute {
        is_case_exact: true,
        ..text("externalId", "What the HR system calls the person (RFC 7643, 3.1).")
    },
    Attribute {
        is_required: true,
        is_unique: true,
        ..text("userName", "The name by which the HR system finds the person again.")
    },
    complex("name", &NAME, "The parts of the name."),
    text("displayName", "The name to show."),
    text("title", "Job title; it becomes a claim."),
    text("preferredLanguage", "Language for messages, as in Accept-Language."),
    boolean("active", "False when the service of the person has ended."),
    Attribute { is_list: true, ..complex("emails", &EMAIL, "Addresses of mail.") },
];

const ENTERPRISE_USER: [Attribute; 6] = [
    text("employeeNumber", "Staff number, which names the person in this organisation; it becomes a claim."),
    text("costCenter", "Cost centre."),
    text("organization", "Name of the organisation."),
    text("division", "Name of the division."),
    text("department", "Name of the department."),
    complex("manager", &MANAGER, "The person's manager."),
];

const STAFF_USER: [Attribute; 8] = [
    text("gradeLevel", "Grade, such as P-3 or G-5."),
    text("dutyStation", "Duty station."),
    text("nationality", "Three letters of ISO 3166-1."),
    text("birthDate", "Date of birth, as 1985-12-31."),
    text("alternateName", "The name in its original script."),
    Attribute {
        canonical: &["permanent", "continuing", "fixed-term", "temporary", "service-agreement"],
        ..text("contractType", "Type of contract.")
    },
    text("startDate", "First day of the appointment, as 2026-01-31."),
    text("endDate", "Last day of the appointment."),
];

const RECORD_USER: [Attribute; 2] = [
    Attribute {
        is_read_only: true,
        canonical: &["complete", "incomplete"],
        ..text("state", "Whether the record makes a staff credential; until it does, nobody is offered one.")
    },
    Attribute {
        is_read_only: true,
        is_list: true,
        ..text("faults", "What the record lacks, attribute by attribute.")
    },
];

pub(super) const SCHEMAS: &[Schema] = &[
    Schema { id: CORE, name: "User", about: "A member of the staff.", attributes: &USER },
    Schema { id: ENTERPRISE, name: "EnterpriseUser", about: "Employment.", attributes: &ENTERPRISE_USER },
    Schema {
        id: STAFF,
        name: "StaffUser",
        about: "What a staff credential says beside that.",
        attributes: &STAFF_USER,
    },
    Schema {
        id: RECORD,
        name: "UserRecord",
        about: "Whether the person is on the staff list.",
        attributes: &RECORD_USER,
    },
];
