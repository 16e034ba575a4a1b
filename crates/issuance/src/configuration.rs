//! The credential types this issuer knows, the claims of each, and the configurations offered over OID4VCI.

use std::fmt;
use std::str::FromStr;

use credential::data_integrity::Suite;

/// Base of our vocabulary, contexts and schemas.
pub const VOCABULARY: &str = "https://schemas.passerelle.example/v1";

/// What a credential says; one accreditation on the chain for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum CredentialType {
    StaffIdentity,
    Employment,
    /// A course that was completed, such as BSAFE.
    TrainingCompletion,
    SecurityClearance,
    MedicalClearance,
    /// That and how somebody's service ended.
    Separation,
    DigitalCertificateOfEntitlement,
}

/// How a credential is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// W3C VC 2.0 with a Data Integrity proof of the cryptosuite.
    LdpVc(Suite),
    /// SD-JWT VC.
    SdJwt,
    /// W3C VC 2.0 as a JWT (`vc+jwt`).
    VcJwt,
    /// W3C VC 2.0 as an SD-JWT (`vc+sd-jwt`).
    VcSdJwt,
    /// W3C VC 2.0 in a COSE_Sign1 (`vc+cose`).
    VcCose,
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
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `{id, name}` of the organisation spoken for. It comes from the tenant, never from a record, and is always
    /// disclosed, because the verifier compares it with the accreditation.
    Organisation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown credential configuration")]
pub struct UnknownConfiguration;

impl CredentialType {
    pub const ALL: [Self; 7] = [
        Self::StaffIdentity,
        Self::Employment,
        Self::TrainingCompletion,
        Self::SecurityClearance,
        Self::MedicalClearance,
        Self::Separation,
        Self::DigitalCertificateOfEntitlement,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StaffIdentity => "StaffIdentity",
            Self::Employment => "Employment",
            Self::TrainingCompletion => "TrainingCompletion",
            Self::SecurityClearance => "SecurityClearance",
            Self::MedicalClearance => "MedicalClearance",
            Self::Separation => "Separation",
            Self::DigitalCertificateOfEntitlement => "DigitalCertificateOfEntitlement",
        }
    }

    /// For people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::StaffIdentity => "Staff identity",
            Self::Employment => "Employment",
            Self::TrainingCompletion => "Training completion",
            Self::SecurityClearance => "Security clearance",
            Self::MedicalClearance => "Medical clearance",
            Self::Separation => "Separation",
            Self::DigitalCertificateOfEntitlement => "Digital certificate of entitlement",
        }
    }

    const fn slug(self) -> &'static str {
        match self {
            Self::StaffIdentity => "staff-identity",
            Self::Employment => "employment",
            Self::TrainingCompletion => "training-completion",
            Self::SecurityClearance => "security-clearance",
            Self::MedicalClearance => "medical-clearance",
            Self::Separation => "separation",
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

    /// Whether the person's portrait belongs to it.
    #[must_use]
    pub const fn has_portrait(self) -> bool {
        matches!(self, Self::StaffIdentity)
    }

    /// Claims that come with the credential and not from the person's record, so that an officer enters them.
    pub fn entered(self) -> impl Iterator<Item = &'static Claim> {
        let entered: &[&str] = match self {
            Self::StaffIdentity | Self::Employment | Self::DigitalCertificateOfEntitlement => &[],
            Self::TrainingCompletion => &["courseName", "courseCode", "completedOn", "expiresOn"],
            Self::SecurityClearance => &["clearanceLevel", "clearedOn", "expiresOn"],
            Self::MedicalClearance => &["clearedFor", "clearedOn", "expiresOn"],
            Self::Separation => &["startDate", "separatedOn", "separationType"],
        };
        self.claims().iter().filter(|claim| entered.contains(&claim.name))
    }

    /// The claims in the order in which a wallet shows them.
    #[must_use]
    pub const fn claims(self) -> &'static [Claim] {
        match self {
            Self::StaffIdentity => &STAFF_IDENTITY,
            Self::Employment => &EMPLOYMENT,
            Self::TrainingCompletion => &TRAINING,
            Self::SecurityClearance => &SECURITY,
            Self::MedicalClearance => &MEDICAL,
            Self::Separation => &SEPARATION,
            Self::DigitalCertificateOfEntitlement => &ENTITLEMENT,
        }
    }
}

impl Format {
    /// The usual form of a W3C VC 2.0.
    pub const LDP_VC: Self = Self::LdpVc(Suite::EddsaRdfc2022);

    pub const ALL: [Self; 10] = [
        Self::LDP_VC,
        Self::SdJwt,
        Self::VcJwt,
        Self::LdpVc(Suite::EddsaJcs2022),
        Self::LdpVc(Suite::EcdsaRdfc2019),
        Self::LdpVc(Suite::EcdsaJcs2019),
        Self::LdpVc(Suite::EcdsaSd2023),
        Self::LdpVc(Suite::Bbs2023),
        Self::VcSdJwt,
        Self::VcCose,
    ];
    /// What is offered where nobody says otherwise.
    pub const USUAL: [Self; 2] = [Self::LDP_VC, Self::SdJwt];

    /// The format identifier of OID4VCI 1.0, appendix A. It has none for the envelopes of JOSE and COSE: its `jwt_vc_json` is
    /// the form of version 1.1, with a `vc` claim that version 2.0 forbids. Ours are the names that `typ` has.
    #[must_use]
    pub const fn identifier(self) -> &'static str {
        match self {
            Self::LdpVc(_) => "ldp_vc",
            Self::SdJwt => "dc+sd-jwt",
            Self::VcJwt => "vc+jwt",
            Self::VcSdJwt => "vc+sd-jwt",
            Self::VcCose => "vc+cose",
        }
    }

    /// The name that a configuration file gives it: the identifier, and behind it the cryptosuite where that is not the usual
    /// one of several.
    #[must_use]
    pub fn name(self) -> String {
        match self.further_suite() {
            Some(suite) => format!("{}/{suite}", self.identifier()),
            None => self.identifier().to_owned(),
        }
    }

    /// Reads such a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// For people who look at lists of credentials.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::LdpVc(suite) if suite.is_selective() => "W3C Verifiable Credential, shown in parts",
            Self::LdpVc(_) => "W3C Verifiable Credential",
            Self::SdJwt => "SD-JWT VC",
            Self::VcJwt => "W3C Verifiable Credential (JWT)",
            Self::VcSdJwt => "W3C Verifiable Credential (SD-JWT)",
            Self::VcCose => "W3C Verifiable Credential (COSE)",
        }
    }

    fn further_suite(self) -> Option<Suite> {
        match self {
            Self::LDP_VC | Self::SdJwt | Self::VcJwt | Self::VcSdJwt | Self::VcCose => None,
            Self::LdpVc(suite) => Some(suite),
        }
    }

    fn suffix(self) -> String {
        match (self, self.further_suite()) {
            (_, Some(suite)) => format!("ldp_vc_{suite}"),
            (Self::LdpVc(_), None) => "ldp_vc".to_owned(),
            (Self::SdJwt, None) => "dc_sd-jwt".to_owned(),
            (Self::VcJwt, None) => "vc_jwt".to_owned(),
            (Self::VcSdJwt, None) => "vc_sd-jwt".to_owned(),
            (Self::VcCose, None) => "vc_cose".to_owned(),
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

const TRAINING: [Claim; 8] = [
    claim("identifier", "Staff number", true, ClaimKind::Text),
    claim("givenName", "Given name", true, ClaimKind::Text),
    claim("familyName", "Family name", true, ClaimKind::Text),
    claim("recognizedBy", "Stated by", true, ClaimKind::Organisation),
    claim("courseName", "Course", true, ClaimKind::Text),
    claim("courseCode", "Course code", false, ClaimKind::Text),
    claim("completedOn", "Completed on", true, ClaimKind::Date),
    claim("expiresOn", "Valid through", false, ClaimKind::Date),
];

const SECURITY: [Claim; 7] = [
    claim("identifier", "Staff number", true, ClaimKind::Text),
    claim("givenName", "Given name", true, ClaimKind::Text),
    claim("familyName", "Family name", true, ClaimKind::Text),
    claim("recognizedBy", "Stated by", true, ClaimKind::Organisation),
    claim("clearanceLevel", "Level", true, ClaimKind::Choice(&CLEARANCE_LEVELS)),
    claim("clearedOn", "Cleared on", true, ClaimKind::Date),
    claim("expiresOn", "Valid through", true, ClaimKind::Date),
];

const MEDICAL: [Claim; 7] = [
    claim("identifier", "Staff number", true, ClaimKind::Text),
    claim("givenName", "Given name", true, ClaimKind::Text),
    claim("familyName", "Family name", true, ClaimKind::Text),
    claim("recognizedBy", "Stated by", true, ClaimKind::Organisation),
    claim("clearedFor", "Cleared for", true, ClaimKind::Choice(&["service", "field-service", "travel"])),
    claim("clearedOn", "Cleared on", true, ClaimKind::Date),
    claim("expiresOn", "Valid through", true, ClaimKind::Date),
];

const SEPARATION: [Claim; 8] = [
    claim("identifier", "Staff number", true, ClaimKind::Text),
    claim("givenName", "Given name", true, ClaimKind::Text),
    claim("familyName", "Family name", true, ClaimKind::Text),
    claim("birthDate", "Date of birth", false, ClaimKind::Date),
    claim("separatedFrom", "Organisation", true, ClaimKind::Organisation),
    claim("startDate", "Start of service", true, ClaimKind::Date),
    claim("separatedOn", "End of service", true, ClaimKind::Date),
    claim("separationType", "Kind of separation", true, ClaimKind::Choice(&SEPARATION_TYPES)),
];

const CLEARANCE_LEVELS: [&str; 3] = ["unclassified", "confidential", "strictly-confidential"];
const SEPARATION_TYPES: [&str; 7] = [
    "retirement",
    "early-retirement",
    "resignation",
    "end-of-appointment",
    "termination",
    "transfer",
    "disability",
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
        assert_eq!(
            Configuration::new(CredentialType::Employment, Format::LdpVc(Suite::EcdsaSd2023)).to_string(),
            "Employment_ldp_vc_ecdsa-sd-2023"
        );
        for wrong in [
            "",
            "StaffIdentity",
            "StaffIdentity_jwt_vc_json",
            "staffidentity_ldp_vc",
            "StaffIdentity_ldp_vc_eddsa-rdfc-2022",
            "StaffIdentity_ldp_vc_ecdsa-sd-2026",
        ] {
            assert_eq!(wrong.parse::<Configuration>(), Err(UnknownConfiguration), "{wrong}");
        }
    }

    #[test]
    fn a_format_is_named_in_one_way() {
        for format in Format::ALL {
            assert_eq!(Format::parse(&format.name()), Some(format));
        }
        assert_eq!(Format::parse("ldp_vc/bbs-2023"), Some(Format::LdpVc(Suite::Bbs2023)));
        assert_eq!(Format::parse("ldp_vc"), Some(Format::LDP_VC));
        for wrong in ["ldp_vc/eddsa-rdfc-2022", "ldp_vc/", "bbs-2023", "vc+jwt/ES256", ""] {
            assert_eq!(Format::parse(wrong), None, "{wrong}");
        }
    }
}
