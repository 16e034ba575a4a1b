//! From what an agency writes to a policy, or to everything that is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use wire::policies::{CredentialWanted, PolicyDraft, PolicyFault, Predicate, Purpose};
use wire::verifications::{CheckName, MAX_PURPOSE};
use wire::vp::dcql::{
    ClaimsPath, ClaimsQuery, CredentialQuery, CredentialSetQuery, Meta, PathElement, Query,
};

use super::purposes::{allows, allows_type, covers};
use super::{MAX_RETENTION_SECONDS, Policy, Purposes, Rules};
use crate::predicates;

const FORMATS: [&str; 5] = ["dc+sd-jwt", "ldp_vc", "vc+jwt", "vc+sd-jwt", "vc+cose"];
const DEFAULT_FORMATS: [&str; 2] = ["dc+sd-jwt", "ldp_vc"];
const MAX_NAME: usize = 64;
const MAX_TITLE: usize = 100;
const MAX_DESCRIPTION: usize = 500;
const MAX_TYPES: usize = 3;
const MAX_CLAIMS: usize = 32;
const MAX_LISTED: usize = 32;
const MAX_DID: usize = 512;
const MAX_WITHIN_DAYS: u32 = 36_525;
const STATUS_AGES: std::ops::RangeInclusive<u32> = 60..=2_592_000;
const CHAIN_AGES: std::ops::RangeInclusive<u32> = 5..=86_400;

impl Policy {
    /// The policy that a draft describes. Every fault is told, not the first one only.
    pub fn of_draft(
        draft: &PolicyDraft,
        version: u32,
        purposes: &Purposes,
    ) -> Result<Self, Vec<PolicyFault>> {
        let mut faults = Faults(Vec::new());
        faults.texts(draft);
        faults.purpose(draft, purposes);
        faults.issuers(draft);
        faults.ages(draft);
        faults.predicates(draft);
        if faults.0.is_empty() { Ok(compiled(draft, version)) } else { Err(faults.0) }
    }
}

fn compiled(draft: &PolicyDraft, version: u32) -> Policy {
    let mut required = BTreeSet::from([
        CheckName::Form,
        CheckName::Proof,
        CheckName::IssuerKey,
        CheckName::Schema,
        CheckName::Validity,
        CheckName::Policy,
    ]);
    let optional = [
        (CheckName::Accreditation, draft.issuers.is_none()),
        (CheckName::Status, draft.status),
        (CheckName::HolderBinding, draft.holder_binding),
    ];
    required.extend(optional.into_iter().filter(|(_, wanted)| *wanted).map(|(name, _)| name));
    Policy {
        name: draft.name.clone(),
        version,
        title: draft.title.trim().to_owned(),
        description: draft.description.trim().to_owned(),
        purpose: draft.purpose.trim().to_owned(),
        purpose_code: Some(draft.purpose_code.clone()),
        required,
        status_entry: draft.status,
        anchored: draft.anchored,
        claims_retention_seconds: u64::from(draft.claims_retention_seconds),
        query: Some(query(draft)),
        rules: Rules {
            issuers: draft.issuers.clone(),
            status_max_age_seconds: draft.status_max_age_seconds,
            chain_max_age_seconds: draft.chain_max_age_seconds,
            validity: draft.validity.clone(),
            predicates: draft.predicates.clone(),
            holder_assurance: draft.holder_assurance.clone(),
            representative: draft.representative,
        },
    }
}

/// Every credential is asked for, in any one of its formats.
fn query(draft: &PolicyDraft) -> Query {
    let mut credentials = Vec::new();
    let mut sets = Vec::new();
    for (position, wanted) in draft.credentials.iter().enumerate() {
        let of_type: Vec<_> =
            formats(wanted).map(|format| credential_query(draft, wanted, position, format)).collect();
        sets.push(CredentialSetQuery {
            options: of_type.iter().map(|one| vec![one.id.clone()]).collect(),
            required: true,
        });
        credentials.extend(of_type);
    }
    Query { credentials, credential_sets: Some(sets) }
}

fn formats(wanted: &CredentialWanted) -> impl Iterator<Item = &str> {
    let chosen = wanted.formats.iter().flatten().map(String::as_str);
    let default = DEFAULT_FORMATS.into_iter().filter(|_| wanted.formats.is_none());
    chosen.chain(default)
}

fn credential_query(
    draft: &PolicyDraft,
    wanted: &CredentialWanted,
    position: usize,
    format: &str,
) -> CredentialQuery {
    let flat = format == "dc+sd-jwt";
    let types = vec![wanted.type_iri.clone()];
    let meta = if flat {
        Meta { vct_values: Some(types), ..Meta::default() }
    } else {
        Meta { type_values: Some(vec![types]), ..Meta::default() }
    };
    let path = |claim: &String| {
        let subject = (!flat).then_some("credentialSubject");
        ClaimsPath(
            subject.into_iter().chain(claim.split('.')).map(|key| PathElement::Key(key.to_owned())).collect(),
        )
    };
    let claims =
        wanted.claims.iter().map(|claim| ClaimsQuery { id: None, path: path(claim), values: None }).collect();
    CredentialQuery {
        id: format!("c{position}_{}", format.replace('+', "_")),
        format: format.to_owned(),
        multiple: false,
        meta,
        trusted_authorities: None,
        require_cryptographic_holder_binding: draft.holder_binding,
        claims: Some(claims),
        claim_sets: None,
    }
}

/// Collects what is wrong, each with its place in the draft.
struct Faults(Vec<PolicyFault>);

impl Faults {
    fn add(&mut self, path: impl Into<String>, code: &str, detail: impl Into<String>) {
        self.0.push(PolicyFault { path: path.into(), code: code.to_owned(), detail: detail.into() });
    }

    fn texts(&mut self, draft: &PolicyDraft) {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if draft.name.is_empty() || draft.name.len() > MAX_NAME || !draft.name.bytes().all(plain) {
            self.add("/name", "name", "A name has 1 to 64 lower-case letters, digits and hyphens.");
        }
        for (path, text, longest) in [
            ("/title", &draft.title, MAX_TITLE),
            ("/description", &draft.description, MAX_DESCRIPTION),
            ("/purpose", &draft.purpose, MAX_PURPOSE),
        ] {
            if !readable(text, longest) {
                let detail = format!(
                    "This text has 1 to {longest} characters, and neither control characters nor direction marks."
                );
                self.add(path, "text", detail);
            }
        }
    }

    fn purpose(&mut self, draft: &PolicyDraft, purposes: &Purposes) {
        let purpose = purposes.find(&draft.purpose_code);
        if purpose.is_none() {
            self.add("/purposeCode", "purposeUnknown", "GET /v1/purposes lists the purposes there are.");
        }
        if !(1..=MAX_TYPES).contains(&draft.credentials.len()) {
            self.add("/credentials", "count", format!("A policy asks for 1 to {MAX_TYPES} credentials."));
        }
        if draft.never_ask.len() > MAX_CLAIMS {
            self.add("/neverAsk", "count", format!("At most {MAX_CLAIMS} claims can be named."));
        }
        for (position, claim) in draft.never_ask.iter().enumerate() {
            if !is_claim(claim) {
                self.add(format!("/neverAsk/{position}"), "claimName", CLAIM_NAME);
            }
        }
        let mut seen = BTreeSet::new();
        for (position, wanted) in draft.credentials.iter().enumerate().take(MAX_TYPES) {
            let path = format!("/credentials/{position}");
            if !seen.insert(wanted.type_iri.as_str()) {
                self.add(format!("{path}/type"), "duplicate", "This type is asked for already.");
            }
            self.formats(&path, wanted);
            self.claims(&path, wanted, draft, purpose);
        }
    }

    fn formats(&mut self, path: &str, wanted: &CredentialWanted) {
        let Some(formats) = &wanted.formats else { return };
        let mut seen = BTreeSet::new();
        if formats.is_empty() {
            self.add(format!("{path}/formats"), "count", "Name a format, or leave the member out.");
        }
        for (position, format) in formats.iter().enumerate().take(FORMATS.len() + 1) {
            if !FORMATS.contains(&format.as_str()) || !seen.insert(format) {
                let detail = format!("The formats are {}, each once.", FORMATS.join(", "));
                self.add(format!("{path}/formats/{position}"), "format", detail);
            }
        }
    }

    fn claims(
        &mut self,
        path: &str,
        wanted: &CredentialWanted,
        draft: &PolicyDraft,
        purpose: Option<&Purpose>,
    ) {
        let type_iri = wanted.type_iri.as_str();
        let of_purpose = purpose.filter(|purpose| allows_type(purpose, type_iri));
        if purpose.is_some() && of_purpose.is_none() {
            let detail = format!("The purpose {} does not allow this type.", draft.purpose_code);
            self.add(format!("{path}/type"), "typeNotForPurpose", detail);
        }
        if !(1..=MAX_CLAIMS).contains(&wanted.claims.len()) {
            self.add(format!("{path}/claims"), "count", format!("Ask for 1 to {MAX_CLAIMS} claims."));
        }
        let mut seen = BTreeSet::new();
        for (position, claim) in wanted.claims.iter().enumerate().take(MAX_CLAIMS) {
            let path = format!("{path}/claims/{position}");
            if !is_claim(claim) {
                self.add(path, "claimName", CLAIM_NAME);
            } else if !seen.insert(claim) {
                self.add(path, "duplicate", "This claim is asked for already.");
            } else if draft.never_ask.iter().any(|never| covers(never, claim) || covers(claim, never)) {
                self.add(
                    path,
                    "claimForbidden",
                    "The policy itself says that this claim is never asked for.",
                );
            } else if of_purpose.is_some_and(|purpose| !allows(purpose, type_iri, claim)) {
                let detail = format!("The purpose {} does not allow this claim.", draft.purpose_code);
                self.add(path, "claimNotForPurpose", detail);
            }
        }
    }

    fn issuers(&mut self, draft: &PolicyDraft) {
        let Some(issuers) = &draft.issuers else { return };
        if !(1..=MAX_LISTED).contains(&issuers.len()) {
            let detail = format!("Name 1 to {MAX_LISTED} issuers, or leave the member out.");
            self.add("/issuers", "count", detail);
        }
        for (position, issuer) in issuers.iter().enumerate().take(MAX_LISTED) {
            if !is_did(issuer) {
                self.add(format!("/issuers/{position}"), "did", "An issuer is named by its DID.");
            }
        }
    }

    fn ages(&mut self, draft: &PolicyDraft) {
        self.range("/statusMaxAgeSeconds", draft.status_max_age_seconds, &STATUS_AGES);
        self.range("/chainMaxAgeSeconds", draft.chain_max_age_seconds, &CHAIN_AGES);
        if draft.status_max_age_seconds.is_some() && !draft.status {
            self.add(
                "/statusMaxAgeSeconds",
                "withoutStatus",
                "This policy needs no status, so it has no age.",
            );
        }
        if draft.validity.max_since_issue_seconds.is_some() && !draft.anchored {
            let detail = "Only a receipt proves the time of issue: set anchored.";
            self.add("/validity/maxSinceIssueSeconds", "notAnchored", detail);
        }
        if u64::from(draft.claims_retention_seconds) > MAX_RETENTION_SECONDS {
            self.add("/claimsRetentionSeconds", "range", "Claims are kept for at most 30 days.");
        }
    }

    fn range(&mut self, path: &str, value: Option<u32>, range: &std::ops::RangeInclusive<u32>) {
        if value.is_some_and(|value| !range.contains(&value)) {
            self.add(path, "range", format!("{} to {} seconds.", range.start(), range.end()));
        }
    }

    /// A predicate is answered from what is revealed, so the policy must ask for what it reads.
    fn predicates(&mut self, draft: &PolicyDraft) {
        if draft.predicates.len() > MAX_TYPES * 2 {
            self.add("/predicates", "count", format!("At most {} predicates.", MAX_TYPES * 2));
        }
        let asked: BTreeMap<&str, &CredentialWanted> =
            draft.credentials.iter().map(|wanted| (wanted.type_iri.as_str(), wanted)).collect();
        for (position, predicate) in draft.predicates.iter().enumerate().take(MAX_TYPES * 2) {
            let path = format!("/predicates/{position}");
            if let Predicate::Trained { course, within_days } = predicate {
                if !readable(course, MAX_TITLE) {
                    self.add(format!("{path}/trained/course"), "text", "Name the code of a course.");
                }
                if !(1..=MAX_WITHIN_DAYS).contains(within_days) {
                    let detail = format!("1 to {MAX_WITHIN_DAYS} days.");
                    self.add(format!("{path}/trained/withinDays"), "range", detail);
                }
            }
            let answered = predicates::reads(predicate).iter().any(|(type_iri, claims)| {
                asked.get(type_iri).is_some_and(|wanted| {
                    claims.iter().all(|claim| wanted.claims.iter().any(|one| one == claim))
                })
            });
            if !answered {
                self.add(path, "predicateUnanswerable", predicates::needs(predicate));
            }
        }
    }
}

const CLAIM_NAME: &str = "A claim is named by its members below the subject, joined by dots.";

fn is_claim(claim: &str) -> bool {
    let plain = |character: char| character.is_alphanumeric() || character == '_' || character == '-';
    claim.len() <= 200
        && claim.split('.').count() <= 8
        && claim.split('.').all(|key| !key.is_empty() && key.chars().all(plain))
}

/// DID Core 1.0, 3.1, without a path, a query or a fragment.
fn is_did(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:%".contains(&byte);
    let mut parts = text.splitn(3, ':');
    let (scheme, method, id) = (parts.next(), parts.next(), parts.next());
    text.len() <= MAX_DID
        && scheme == Some("did")
        && method.is_some_and(|name| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
        && id.is_some_and(|id| !id.is_empty() && id.bytes().all(plain))
}

/// Whether a text can be shown: direction marks could make it read as something else.
#[must_use]
pub fn readable(text: &str, longest: usize) -> bool {
    let odd = |character: char| {
        character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let text = text.trim();
    !text.is_empty() && text.chars().count() <= longest && !text.chars().any(odd)
}

#[cfg(test)]
#[path = "draft_tests.rs"]
mod tests;
