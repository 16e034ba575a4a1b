//! The credential types this issuer knows, the claims of each, and the configurations offered over OID4VCI.

use std::fmt;
use std::str::FromStr;

/// Base of our vocabulary, contexts and schemas.
pub const VOCABULARY: &str = "https://schemas.passerelle.example/v1";

/// What a credential says; one accreditation on the chain for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum CredentialType {
    StaffIdentity,
    Employment,
    DigitalCertificateOfEntitlement,
}

/// How a credential is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// W3C VC 2.0 with Data Integrity `eddsa-rdfc-2022`.
    LdpVc,
    /// SD-JWT VC.
    SdJwt,
    /// W3C VC 2.0 as a JWT (`vc+jwt`).
    VcJwt,
}

/// One entry of `credential_configurations_supported`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Configuration {
    pub credential_type: CredentialType,
    pub format: Format,
}

/// One claim of a type, named alike in both formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    pub name: &'static str,
    /// English label for wallets.
    pub label: &'static str,
    pub mandatory: bool,
    pub kind: ClaimKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimKind {
    Text,
    Date,
    Integer,
    /// `{id, name}` of the organisation spoken for. It comes from the tenant, never from a record, and is always
    /// disclosed, because the verifier compares it with the accreditation.
    Organisation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown credential configuration")]
pub struct UnknownConfiguration;

impl CredentialType {
    pub const ALL: [Self; 3] = [Self::StaffIdentity, Self::Employment, Self::DigitalCertificateOfEntitlement];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StaffIdentity => "StaffIdentity",
            Self::Employment => "Employment",
            Self::DigitalCertificateOfEntitlement => "DigitalCertificateOfEntitlement",
        }
    }

    /// For people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::StaffIdentity => "Staff identity",
            Self::Employment => "Employment",
            Self::DigitalCertificateOfEntitlement => "Digital certificate of entitlement",
        }
    }

    const fn slug(self) -> &'static str {
        match self {
            Self::StaffIdentity => "staff-identity",
            Self::Employment => "employment",
            Self::DigitalCertificateOfEntitlement => "digital-certificate-of-entitlement",
        }
    }

    /// The expanded type, also the `vct` of the SD-JWT form and the name of the accreditation.
    #[must_use]
    pub fn iri(self) -> String {
        format!("{VOCABULARY}#{}", self.name())
    }

    #[must_use]
    pub fn context(self) -> String {
        format!("{VOCABULARY}/{}.jsonld", self.slug())
    }

    #[must_use]
    pub fn schema(self) -> String {
        format!("{VOCABULARY}/{}.schema.json", self.slug())
    }

    /// The claims in the order in which a wallet shows them.
    #[must_use]
    pub const fn claims(self) -> &'static [Claim] {
        match self {
            Self::StaffIdentity => &STAFF_IDENTITY,
            Self::Employment => &EMPLOYMENT,
            Self::DigitalCertificateOfEntitlement => &ENTITLEMENT,
        }
    }
}

impl Format {
    pub const ALL: [Self; 3] = [Self::LdpVc, Self::SdJwt, Self::VcJwt];
    /// What is offered where nobody says otherwise.
    pub const USUAL: [Self; 2] = [Self::LdpVc, Self::SdJwt];

    /// The format identifier of OID4VCI 1.0, appendix A. It has none for `vc+jwt`: its `jwt_vc_json` is the form of
    /// version 1.1, with a `vc` claim that version 2.0 forbids. Ours is the name that `typ` has.
    #[must_use]
    pub const fn identifier(self) -> &'static str {
        match self {
            Self::LdpVc => "ldp_vc",
            Self::SdJwt => "dc+sd-jwt",
            Self::VcJwt => "vc+jwt",
        }
    }

    /// Reads an identifier.
    #[must_use]
    pub fn parse(identifier: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.identifier() == identifier)
    }

    const fn suffix(self) -> &'static str {
        match self {
            Self::LdpVc => "ldp_vc",
            Self::SdJwt => "dc_sd-jwt",
            Self::VcJwt => "vc_jwt",
        }
    }
}

impl Configuration {
    #[must_use]
    pub const fn new(credential_type: CredentialType, format: Format) -> Self {
        Self { credential_type, format }
    }

    /// The usual formats of each type, in order.
    #[must_use]
    pub fn of_types(types: &[CredentialType]) -> Vec<Self> {
        Self::in_formats(types, &Format::USUAL)
    }

    /// Each type in each format, in order.
    #[must_use]
    pub fn in_formats(types: &[CredentialType], formats: &[Format]) -> Vec<Self> {
        let of_type = |kind: &CredentialType| {
            let kind = *kind;
            formats.iter().map(move |format| Self::new(kind, *format))
        };
        types.iter().flat_map(of_type).collect()
    }
}

impl fmt::Display for CredentialType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for CredentialType {
    type Err = UnknownConfiguration;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or(UnknownConfiguration)
    }
}

impl fmt::Display for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.credential_type, self.format.suffix())
    }
}

impl FromStr for Configuration {
    type Err = UnknownConfiguration;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, suffix) = text.split_once('_').ok_or(UnknownConfiguration)?;
        let format = Format::ALL.into_iter().find(|format| format.suffix() == suffix);
        Ok(Self::new(name.parse()?, format.ok_or(UnknownConfiguration)?))
    }
}

const fn claim(name: &'static str, label: &'static str, mandatory: bool, kind: ClaimKind) -> Claim {
    Claim { name, label, mandatory, kind }
}

const STAFF_IDENTITY: [Claim; 10] = [
    claim("givenName", "Given name", true, ClaimKind::Text),
    claim("familyName", "Family name", true, ClaimKind::Text),
    claim("alternateName", "Name in original script", false, ClaimKind::Text),
    claim("birthDate", "Date of birth", false, ClaimKind::Date),
    claim("identifier", "Staff number", true, ClaimKind::Text),
    claim("worksFor", "Organisation", true, ClaimKind::Organisation),
    claim("jobTitle", "Job title", true, ClaimKind::Text),
    claim("gradeLevel", "Grade", true, ClaimKind::Text),
    claim("dutyStation", "Duty station", true, ClaimKind::Text),
    claim("nationality", "Nationality", false, ClaimKind::Text),
];

const EMPLOYMENT: [Claim; 6] = [
    claim("identifier", "Staff number", true, ClaimKind::Text),
    claim("worksFor", "Organisation", true, ClaimKind::Organisation),
    claim("jobTitle", "Job title", true, ClaimKind::Text),
    claim("contractType", "Type of contract", true, ClaimKind::Text),
    claim("startDate", "Start", true, ClaimKind::Date),
    claim("endDate", "End", false, ClaimKind::Date),
];

const ENTITLEMENT: [Claim; 7] = [
    claim("identifier", "Beneficiary number", true, ClaimKind::Text),
    claim("givenName", "Given name", true, ClaimKind::Text),
    claim("familyName", "Family name", true, ClaimKind::Text),
    claim("entitlementYear", "Year", true, ClaimKind::Integer),
    claim("paidBy", "Paid by", true, ClaimKind::Organisation),
    claim("confirmedBy", "Confirmed by", true, ClaimKind::Text),
    claim("confirmedOn", "Confirmed on", true, ClaimKind::Date),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configuration_names_round_trip() {
        for configuration in Configuration::in_formats(&CredentialType::ALL, &Format::ALL) {
            assert_eq!(configuration.to_string().parse(), Ok(configuration));
        }
        assert_eq!(
            Configuration::new(CredentialType::StaffIdentity, Format::SdJwt).to_string(),
            "StaffIdentity_dc_sd-jwt"
        );
        for wrong in ["", "StaffIdentity", "StaffIdentity_jwt_vc_json", "staffidentity_ldp_vc"] {
            assert_eq!(wrong.parse::<Configuration>(), Err(UnknownConfiguration), "{wrong}");
        }
    }
}
