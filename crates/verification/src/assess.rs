//! One credential under one policy: every check, in an order in which nothing unsigned causes a request.

use clock::Timestamp;
use credential::{Fault, Format, ISSUER_WITHOUT_DID, Outcome};
use did::Resolver;
use futures_util::future::join3;
use registry_client::Proven;
use registry_types::DidRecord;
use serde_json::Value;
use wire::anchors::Receipt;
use wire::verifications::{Check, CheckName, CredentialSummary};
use wire::vp::dcql::CredentialQuery;
use wire::vp::dcql::authorities::Authorities;

use crate::delegation;
use crate::enforce;
use crate::faults;
use crate::finding::{Finding, NOT_REACHED, hex, instant, milliseconds, rfc3339};
use crate::issue_time::{self, IssueTime};
use crate::issuer::{self, AsOf};
use crate::policy::Policy;
use crate::ports::{Chain, ChainError, Fetch, Header};
use crate::schema::Schemas;
use crate::status::{Sources, StatusLists};
use crate::vocabulary;

/// DIDs of this method have their keys and accreditations on the chain.
const CHAIN_METHOD: &str = "did:passerelle:";

/// What one assessment needs from outside.
#[derive(Clone, Copy)]
pub(crate) struct World<'a> {
    pub chain: &'a dyn Chain,
    pub fetch: &'a dyn Fetch,
    pub resolver: &'a dyn Resolver,
    pub lists: &'a StatusLists,
    pub schemas: &'a Schemas,
    pub now: Timestamp,
}

/// A credential to assess, with what is already known of it.
pub(crate) struct Candidate<'a> {
    pub outcome: Outcome,
    pub receipt: Option<&'a Receipt>,
    /// The query it answers.
    pub query: Option<&'a CredentialQuery>,
    pub holder_binding: Finding,
    /// Identifiers of the keys of authorities in its certificates.
    pub authorities: Vec<String>,
    /// A fault of the answer around it, such as two presentations where one was asked for.
    pub answer_fault: Option<Finding>,
}

/// All nine checks of one credential.
pub(crate) struct Assessed {
    pub summary: CredentialSummary,
    pub checks: Vec<Check>,
    pub claims: Option<Value>,
}

impl World<'_> {
    pub(crate) async fn assess(&self, policy: &Policy, candidate: Candidate<'_>) -> Assessed {
        let outcome = &candidate.outcome;
        let form = faults::finding(CheckName::Form, &outcome.faults, || {
            Finding::pass("wellFormed", "The credential is written as the standard demands.")
        });
        let proof = proof(outcome);
        let validity = validity(outcome, self.now);
        // Nothing is fetched for, and no claim repeated from, what the issuer did not sign.
        let of_issuer = !outcome.faults.iter().any(is_key_fault);
        let authentic = form.passed() && proof.passed() && of_issuer;
        let mut looked_up =
            if authentic { self.look_up(policy, &candidate).await } else { LookedUp::not_reached() };
        let policy_check = if authentic {
            policy_finding(policy, &candidate, &looked_up.issued)
        } else {
            candidate.answer_fault.clone().unwrap_or_else(not_reached)
        };
        let validity = match looked_up.issued {
            IssueTime::Proven { at_ms, .. } => validity.with_time("issuedAt", instant(at_ms)),
            IssueTime::NoReceipt | IssueTime::Contradicted(_) | IssueTime::Unavailable(_) => validity,
        };
        let claims = authentic.then(|| asked_claims(outcome, candidate.query));
        let summary = summary(&candidate, &looked_up);
        let mut findings = [
            (CheckName::Form, form),
            (CheckName::Proof, proof),
            (CheckName::IssuerKey, looked_up.take_key(outcome)),
            (CheckName::Accreditation, looked_up.accreditation),
            (CheckName::Schema, looked_up.schema),
            (CheckName::Validity, validity),
            (CheckName::Status, looked_up.status),
            (CheckName::HolderBinding, candidate.holder_binding),
            (CheckName::Policy, policy_check),
        ];
        if authentic {
            enforce::enforce(policy, outcome, &looked_up.issued, self.now, &mut findings);
        }
        let checks = findings
            .into_iter()
            .map(|(name, finding)| {
                // Asked for by the caller, who knows that such an issuer cannot be known (`ControllerPolicy`).
                let left_open = finding.code == ISSUER_WITHOUT_DID;
                finding.into_check(name, policy.requires(name) && !left_open)
            })
            .collect();
        Assessed { summary, checks, claims }
    }

    /// The checks that ask the chain or the network.
    async fn look_up(&self, policy: &Policy, candidate: &Candidate<'_>) -> LookedUp {
        let outcome = &candidate.outcome;
        let issuer = outcome.issuer.as_deref().unwrap_or_default();
        let on_chain = issuer.starts_with(CHAIN_METHOD);
        let sources = Sources {
            chain: self.chain,
            fetch: self.fetch,
            resolver: self.resolver,
            now: self.now,
            on_chain,
        };
        let ((issued, record, issuer_name), schema, status) = join3(
            self.issuer_facts(issuer, on_chain, outcome, candidate.receipt),
            self.schemas.check(outcome, on_chain, self.chain, self.fetch, self.now),
            self.lists.check(outcome, policy.status_entry, &sources),
        )
        .await;
        let key = self.key(outcome, record.as_ref(), &issued);
        let accreditation = self.accreditation(policy, outcome, record.is_some(), &issued).await;
        LookedUp { issued, key: Some(key), accreditation, schema, status, issuer_name }
    }

    async fn issuer_facts(
        &self,
        issuer: &str,
        on_chain: bool,
        outcome: &Outcome,
        receipt: Option<&Receipt>,
    ) -> (IssueTime, Option<Result<Proven<DidRecord>, ChainError>>, Option<String>) {
        if !on_chain {
            let issued =
                receipt.map_or(IssueTime::NoReceipt, |_| IssueTime::Contradicted("receiptOfAnotherIssuer"));
            return (issued, None, None);
        }
        let issued = issue_time::prove(self.chain, issuer, &outcome.digest, receipt).await;
        let record = self.chain.did(issuer).await;
        let organisation = match &record {
            Ok(Proven { value: Some(record), .. }) => {
                self.chain.organisation(&record.organisation).await.ok()
            }
            _ => None,
        };
        (
            issued,
            Some(record),
            organisation.and_then(|proven| proven.value).map(|organisation| organisation.name),
        )
    }

    fn key(
        &self,
        outcome: &Outcome,
        record: Option<&Result<Proven<DidRecord>, ChainError>>,
        issued: &IssueTime,
    ) -> Finding {
        let finding = faults::finding(CheckName::IssuerKey, &outcome.faults, || {
            Finding::pass(
                "keyOfIdentifier",
                "The signature is by the key that the issuer's identifier names.",
            )
        });
        let finding = match (finding.passed(), record, &outcome.public_key) {
            (false, ..) | (true, None, _) => finding,
            (true, Some(Err(error)), _) => Finding::without_chain(*error),
            (true, Some(Ok(_)), None) => Finding::fail(
                "keyNotIssuers",
                "The signature was made with a key that never belonged to the issuer.",
            ),
            (true, Some(Ok(proven)), Some(key)) => {
                let header = Header::of(proven);
                issuer::key(proven.value.as_ref(), &key.to_multikey(), self.as_of(issued, header))
                    .resting_on(header, self.now)
            }
        };
        let finding = match issued {
            IssueTime::Proven { at_ms, sequence, anchor_height, header } => finding
                .with_time("issuedAt", instant(*at_ms))
                .with("anchorSequence", *sequence)
                .with("anchorHeight", *anchor_height)
                .with("anchorHeaderHash", hex(&header.hash)),
            IssueTime::NoReceipt | IssueTime::Contradicted(_) | IssueTime::Unavailable(_) => finding,
        };
        match &outcome.verification_method {
            Some(method) => finding.with("verificationMethod", method.clone()),
            None => finding,
        }
    }

    async fn accreditation(
        &self,
        policy: &Policy,
        outcome: &Outcome,
        on_chain: bool,
        issued: &IssueTime,
    ) -> Finding {
        let required = policy.requires(CheckName::Accreditation);
        if !on_chain {
            return if required {
                Finding::fail(
                    "notAccredited",
                    "The issuer is not in the registry, so nobody says that it may issue this.",
                )
            } else {
                Finding::not_checked(
                    "accreditationOptional",
                    "Whether the issuer was entitled to issue this was not checked: that is optional here, and the issuer is not in the registry.",
                )
            };
        }
        let wanted = policy.types();
        let types: Vec<_> = outcome
            .types
            .iter()
            .filter(|one| *one != vocabulary::VERIFIABLE_CREDENTIAL)
            .filter(|one| wanted.is_empty() || wanted.contains(*one))
            .collect();
        let mut worst = None;
        for type_iri in types {
            let finding =
                self.accreditation_for(type_iri, outcome, issued).await.with("type", type_iri.clone());
            let passed = finding.passed();
            worst = Some(finding);
            if !passed {
                break;
            }
        }
        let finding = worst.unwrap_or_else(|| {
            Finding::fail("noType", "The credential is of no kind for which an issuer could be accredited.")
        });
        if required || finding.passed() {
            return finding;
        }
        // Where accreditation is optional its absence must not make the answer worse, but it is told.
        let says = finding.code;
        Finding {
            evidence: finding.evidence,
            ..Finding::not_checked(
                "accreditationOptional",
                "The registry does not say that the issuer was entitled to issue this; that is optional here.",
            )
        }
        .with("registrySays", says)
    }

    async fn accreditation_for(&self, type_iri: &str, outcome: &Outcome, issued: &IssueTime) -> Finding {
        let issuer = outcome.issuer.as_deref().unwrap_or_default();
        match self.chain.accreditation(issuer, type_iri).await {
            Err(error) => Finding::without_chain(error),
            Ok(proven) => {
                let header = Header::of(&proven);
                let organisation = vocabulary::organisation(type_iri, &outcome.claims);
                let when = self.as_of(issued, header);
                let own = issuer::accreditation(proven.value.as_ref(), organisation, when);
                let finding =
                    if own.passed() { self.whole_chain(own, issuer, type_iri, when).await } else { own };
                let finding = finding.resting_on(header, self.now);
                match organisation {
                    Some(organisation) => finding.with("speaksFor", organisation),
                    None => finding,
                }
            }
        }
    }

    /// The issuer's own accreditation holds; so must those it hangs on, the membership and the absence of a stop.
    async fn whole_chain(&self, own: Finding, issuer: &str, type_iri: &str, when: AsOf) -> Finding {
        match delegation::follow(self.chain, issuer, type_iri, when.milliseconds()).await {
            Err(error) => Finding::without_chain(error),
            Ok(Err(why)) => delegation::broken(&why),
            Ok(Ok(through)) if through.is_empty() => own,
            Ok(Ok(through)) => own.with("through", through),
        }
    }

    fn as_of(&self, issued: &IssueTime, header: Header) -> AsOf {
        match issued {
            IssueTime::Proven { at_ms, .. } => AsOf::Issue(*at_ms),
            // Block time may run a little ahead of our clock: what the header shows holds now.
            IssueTime::NoReceipt | IssueTime::Contradicted(_) | IssueTime::Unavailable(_) => {
                AsOf::Now(milliseconds(self.now.max(header.time)))
            }
        }
    }
}

struct LookedUp {
    issued: IssueTime,
    key: Option<Finding>,
    accreditation: Finding,
    schema: Finding,
    status: Finding,
    issuer_name: Option<String>,
}

impl LookedUp {
    fn not_reached() -> Self {
        Self {
            issued: IssueTime::NoReceipt,
            key: None,
            accreditation: not_reached(),
            schema: not_reached(),
            status: not_reached(),
            issuer_name: None,
        }
    }

    fn take_key(&mut self, outcome: &Outcome) -> Finding {
        self.key.take().unwrap_or_else(|| faults::finding(CheckName::IssuerKey, &outcome.faults, not_reached))
    }
}

fn not_reached() -> Finding {
    Finding::not_checked(NOT_REACHED, "This was not looked at because the credential is not authentic.")
}

/// An issuer that is no DID is no fault of the key: nothing says which keys are its own.
fn is_key_fault(fault: &Fault) -> bool {
    fault.check == credential::CheckName::IssuerKey && fault.code != ISSUER_WITHOUT_DID
}

/// Without the issuer's key there was nothing to check the signature with, whatever else is in order.
fn proof(outcome: &Outcome) -> Finding {
    let without_fault = if outcome.public_key.is_some() {
        || Finding::pass("proofHolds", "The signature fits: nothing was changed since it was made.")
    } else {
        || {
            Finding::not_checked(
                "noKey",
                "The signature could not be checked because the issuer's key was not found.",
            )
        }
    };
    faults::finding(CheckName::Proof, &outcome.faults, without_fault)
}

fn validity(outcome: &Outcome, now: Timestamp) -> Finding {
    let finding = faults::finding(CheckName::Validity, &outcome.faults, || {
        Finding::pass("inForce", "Today is within the dates of the credential.")
    });
    let finding = finding.with_time("checkedAt", now);
    let finding = match outcome.valid_from {
        Some(from) => finding.with_time("validFrom", from),
        None => finding,
    };
    match outcome.valid_until {
        Some(until) => finding.with_time("validUntil", until),
        None => finding,
    }
}

fn policy_finding(policy: &Policy, candidate: &Candidate<'_>, issued: &IssueTime) -> Finding {
    if let Some(fault) = &candidate.answer_fault {
        return fault.clone();
    }
    let outcome = &candidate.outcome;
    if let Some(query) = candidate.query {
        if query.format != outcome.format.as_str() {
            return Finding::fail("otherFormat", "The credential is in another format than was asked for.");
        }
        if !query.meta.accepts(&query.format, &outcome.types) {
            return Finding::fail("otherType", "This is another kind of credential than was asked for.");
        }
        let known = Authorities { key_ids: &candidate.authorities, issuer: outcome.issuer.as_deref() };
        if !query.trusts(known) {
            return Finding::fail(
                "otherAuthority",
                "The credential is not by an issuer under the authorities that were named.",
            );
        }
        if query.select_claims(&outcome.credential).is_none() {
            return Finding::fail(
                "claimsMissing",
                "The credential does not show everything that was asked for.",
            );
        }
    } else if policy.query.is_some() {
        return Finding::fail("otherType", "This is another kind of credential than was asked for.");
    }
    match issued {
        // Whoever sends a receipt that does not fit is not given the benefit of the doubt.
        IssueTime::Contradicted(code) => {
            Finding::fail(code, "The receipt does not prove when this credential was issued.")
        }
        IssueTime::Unavailable(error) if policy.anchored => Finding::without_chain(*error),
        IssueTime::NoReceipt if policy.anchored => Finding::fail(
            "timeOfIssueNotProven",
            "Nothing proves when the credential was issued, which this policy demands.",
        ),
        IssueTime::Proven { .. } | IssueTime::NoReceipt | IssueTime::Unavailable(_) => {
            Finding::pass("policyHolds", "The credential is what was asked for.")
        }
    }
}

/// Only what was asked for is kept, although a format without selective disclosure shows more.
fn asked_claims(outcome: &Outcome, query: Option<&CredentialQuery>) -> Value {
    let Some(claims) = query.and_then(|query| query.claims.as_ref()) else { return outcome.claims.clone() };
    let asked: Vec<&str> = claims
        .iter()
        .filter_map(|claim| {
            // A path may go on into arrays; what is kept is the claim it begins with.
            match outcome.format {
                Format::LdpVc | Format::VcJwt | Format::VcSdJwt | Format::VcCose => claim.path.key_at(1),
                Format::SdJwtVc => claim.path.key_at(0),
            }
        })
        .collect();
    match &outcome.claims {
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| asked.contains(&name.as_str()))
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect(),
        // Several subjects cannot answer a query about one.
        _ => Value::Null,
    }
}

fn summary(candidate: &Candidate<'_>, looked_up: &LookedUp) -> CredentialSummary {
    let outcome = &candidate.outcome;
    CredentialSummary {
        query_id: candidate.query.map(|query| query.id.clone()),
        format: outcome.format.as_str().to_owned(),
        issuer: outcome.issuer.clone().unwrap_or_default(),
        issuer_name: looked_up.issuer_name.clone(),
        types: outcome.types.clone(),
        valid_from: outcome.valid_from.map(rfc3339),
        valid_until: outcome.valid_until.map(rfc3339),
        issued_at: looked_up.issued.at_ms().map(|at| rfc3339(instant(at))),
    }
}
