//! Whole answers: what a wallet sent for a request, or what somebody handed over.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use clock::Timestamp;
use credential::x509::authority_key_ids_of;
use credential::{ControllerPolicy, Expect, Fault, Input, Outcome, PresentationOutcome};
use did::Resolver;
use serde_json::Value;
use wire::amr::Methods;
use wire::anchors::Receipt;
use wire::representative::Representative;
use wire::verifications::{CheckName, Report};
use wire::vp::VpToken;
use wire::vp::dcql::{CredentialQuery, Query};

use crate::assess::{Assessed, Candidate, World};
use crate::assurance;
use crate::faults;
use crate::finding::Finding;
use crate::policy::Policy;
use crate::ports::{Chain, Fetch};
use crate::predicates;
use crate::report;
use crate::schema::Schemas;
use crate::status::StatusLists;
use crate::transaction;
use crate::unbound;

/// Verifies under policies. Clones share what was learnt.
#[derive(Clone)]
pub struct Verifier {
    chain: Arc<dyn Chain>,
    fetch: Arc<dyn Fetch>,
    resolver: Arc<dyn Resolver>,
    lists: Arc<StatusLists>,
    schemas: Arc<Schemas>,
}

/// Receipts by credential query id, in the order of the presentations.
pub type Receipts = BTreeMap<String, Vec<Option<Receipt>>>;

/// What a holder's proof must name.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub nonce: &'a str,
    /// The client identifier of the verifier.
    pub audience: &'a str,
}

/// A request that wanted transactions authorised.
#[derive(Clone, Copy, Debug)]
pub struct Authorising<'a> {
    pub request: Request<'a>,
    /// The strings of `transaction_data`, as they were sent.
    pub transactions: &'a [String],
    /// How the wallet says that it was opened.
    pub opened_by: &'a Methods,
    /// As what somebody acted for the holder, as the wallet says.
    pub representative: Option<&'a Representative>,
}

/// Something that was handed over outside a request.
pub struct HandedOver<'a> {
    pub subject: Subject,
    pub receipt: Option<&'a Receipt>,
    /// What the holder's proof must name, as far as the caller knows it.
    pub challenge: Option<&'a str>,
    pub domain: Option<&'a str>,
    pub controller: ControllerPolicy,
}

pub enum Subject {
    Credential(Input),
    Presentation(Input),
}

/// When and under which id a report is made.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    pub report_id: &'a str,
    pub now: Timestamp,
}

impl Verifier {
    #[must_use]
    pub fn new(chain: Arc<dyn Chain>, fetch: Arc<dyn Fetch>, resolver: Arc<dyn Resolver>) -> Self {
        Self { chain, fetch, resolver, lists: Arc::default(), schemas: Arc::default() }
    }

    /// Checks a wallet's answer to a request made under `policy`.
    pub async fn answer(
        &self,
        policy: &Policy,
        request: Request<'_>,
        token: &VpToken,
        receipts: &Receipts,
        occasion: Occasion<'_>,
    ) -> Report {
        let request =
            Authorising { request, transactions: &[], opened_by: &Methods::default(), representative: None };
        self.answer_authorising(policy, request, token, receipts, occasion).await
    }

    /// The same where the request wanted transactions authorised.
    pub async fn answer_authorising(
        &self,
        policy: &Policy,
        request: Authorising<'_>,
        token: &VpToken,
        receipts: &Receipts,
        occasion: Occasion<'_>,
    ) -> Report {
        let checked_at = occasion.now;
        let Some(query) = &policy.query else {
            let finding = Finding::not_checked("noQuery", "The policy asks for nothing.");
            return report::of_fault(occasion.report_id, policy, checked_at, CheckName::Policy, finding);
        };
        let fault =
            answer_fault(query, token).or_else(|| transaction::fault(query, request.transactions, token));
        if let Some(finding) = fault {
            return report::of_fault(occasion.report_id, policy, checked_at, CheckName::Policy, finding);
        }
        let expect = Expect::presentation(occasion.now, request.request.nonce, request.request.audience);
        let mut assessed = Vec::new();
        for (id, presentations) in &token.0 {
            for (position, presentation) in presentations.iter().enumerate() {
                let receipt = receipts.get(id).and_then(|list| list.get(position)).and_then(Option::as_ref);
                let asked = Asked { query: query.credential(id), receipt };
                match self.presentation(policy, presentation, &expect, asked, occasion.now).await {
                    Ok(one) => assessed.push(one),
                    Err((name, finding)) => {
                        return report::of_fault(occasion.report_id, policy, checked_at, name, finding);
                    }
                }
            }
        }
        let mut made = report::join(occasion.report_id, policy, checked_at, assessed);
        assurance::weigh(policy, (request.opened_by, request.representative), &mut made);
        made
    }

    /// Checks one presentation, which must hold exactly one credential.
    async fn presentation(
        &self,
        policy: &Policy,
        presentation: &Value,
        expect: &Expect,
        asked: Asked<'_>,
        now: Timestamp,
    ) -> Result<Assessed, (CheckName, Finding)> {
        let input = Input::from_value(presentation.clone()).map_err(|_| (CheckName::Form, unreadable()))?;
        let authorities = authorities_of(&input);
        if asked.may_be_unbound() && unbound::is_bare(&input) {
            let expect = Expect::credential(now);
            let outcome = credential::verify_credential(&input, self.resolver.as_ref(), &expect).await;
            let Asked { query, receipt } = asked;
            let holder_binding = unbound::finding();
            let candidate =
                Candidate { outcome, receipt, query, holder_binding, authorities, answer_fault: None };
            return Ok(self.world(now).assess(policy, candidate).await);
        }
        let mut presented = credential::verify_presentation(&input, self.resolver.as_ref(), expect).await;
        let holder_binding = holder_binding(&presented, true, true);
        let around = faults_around(&presented);
        let mut outcome = match (presented.credentials.pop(), presented.credentials.is_empty()) {
            (Some(outcome), true) => outcome,
            (None, _) => {
                return Err(match presented.faults.first() {
                    Some(fault) => (CheckName::Form, faults::of_fault(CheckName::Form, fault)),
                    None => {
                        (CheckName::Policy, Finding::fail("noCredential", "The answer holds no credential."))
                    }
                });
            }
            (Some(_), false) => {
                let finding = Finding::fail(
                    "tooManyCredentials",
                    "The answer holds more credentials than were asked for.",
                );
                return Err((CheckName::Policy, finding));
            }
        };
        outcome.faults.extend(around);
        let candidate = Candidate {
            outcome,
            receipt: asked.receipt,
            query: asked.query,
            holder_binding,
            authorities,
            answer_fault: None,
        };
        Ok(self.world(now).assess(policy, candidate).await)
    }

    /// Checks a credential or a presentation that somebody handed over.
    pub async fn handed_over(
        &self,
        policy: &Policy,
        given: HandedOver<'_>,
        occasion: Occasion<'_>,
    ) -> Report {
        let expect = |of_presentation: bool| {
            let base = Expect { controller: given.controller, ..Expect::credential(occasion.now) };
            if !of_presentation {
                return base;
            }
            let (challenge, domain) = (given.challenge.map(str::to_owned), given.domain.map(str::to_owned));
            Expect {
                purpose: credential::data_integrity::Purpose::Authentication,
                nonce: challenge.clone(),
                challenge,
                audience: domain.clone(),
                domain,
                holder_binding: policy.requires(CheckName::HolderBinding),
                ..base
            }
        };
        let mut assessed = Vec::new();
        match &given.subject {
            Subject::Credential(input) => {
                let outcome =
                    credential::verify_credential(input, self.resolver.as_ref(), &expect(false)).await;
                let holder_binding = Finding::not_checked(
                    "noPresentation",
                    "Nobody showed that the credential is theirs: it was handed over by itself.",
                );
                let candidate = Candidate {
                    authorities: authorities_of(input),
                    ..self.candidate(policy, outcome, given.receipt, holder_binding)
                };
                assessed.push(self.world(occasion.now).assess(policy, candidate).await);
            }
            Subject::Presentation(input) => {
                let presented =
                    credential::verify_presentation(input, self.resolver.as_ref(), &expect(true)).await;
                let required = policy.requires(CheckName::HolderBinding);
                let binding = holder_binding(&presented, given.challenge.is_some(), required);
                if presented.credentials.is_empty() {
                    return alone(policy, &presented, binding, occasion);
                }
                let around = faults_around(&presented);
                for mut outcome in presented.credentials {
                    outcome.faults.extend(around.iter().cloned());
                    let candidate = Candidate {
                        authorities: authorities_of(input),
                        ..self.candidate(policy, outcome, given.receipt, binding.clone())
                    };
                    assessed.push(self.world(occasion.now).assess(policy, candidate).await);
                }
            }
        }
        report::join(occasion.report_id, policy, occasion.now, assessed)
    }

    fn candidate<'a>(
        &self,
        policy: &'a Policy,
        outcome: Outcome,
        receipt: Option<&'a Receipt>,
        holder_binding: Finding,
    ) -> Candidate<'a> {
        let format = outcome.format.as_str();
        let query = policy.query.as_ref().and_then(|query| {
            let of_format = || query.credentials.iter().filter(|one| one.format == format);
            of_format().find(|one| one.meta.accepts(format, &outcome.types)).or_else(|| of_format().next())
        });
        Candidate { outcome, receipt, query, holder_binding, authorities: Vec::new(), answer_fault: None }
    }

    fn world(&self, now: Timestamp) -> World<'_> {
        World {
            chain: self.chain.as_ref(),
            fetch: self.fetch.as_ref(),
            resolver: self.resolver.as_ref(),
            lists: &self.lists,
            schemas: &self.schemas,
            now,
        }
    }
}

struct Asked<'a> {
    query: Option<&'a CredentialQuery>,
    receipt: Option<&'a Receipt>,
}

impl Asked<'_> {
    fn may_be_unbound(&self) -> bool {
        self.query.is_some_and(|query| !query.require_cryptographic_holder_binding)
    }
}

fn authorities_of(input: &Input) -> Vec<String> {
    match input {
        Input::Compact(text) | Input::Jwt(text) => authority_key_ids_of(text),
        Input::Json(_) | Input::Cose(_) => Vec::new(),
    }
}

/// A presentation without credentials proves who made it and nothing else. Only a policy that asks for nothing can
/// accept it, so the checks that a credential would need are not required.
fn alone(
    policy: &Policy,
    presented: &PresentationOutcome,
    binding: Finding,
    occasion: Occasion<'_>,
) -> Report {
    let of = |name| {
        faults::finding(name, &presented.faults, || {
            Finding::pass("holds", "This holds for the presentation itself.")
        })
    };
    let empty = policy.query.is_none();
    let signed = presented.holder_key.is_some();
    let mut checks = CheckName::ALL
        .into_iter()
        .map(|name| {
            let finding = match name {
                CheckName::Proof if !signed && of(name).passed() => Finding::not_checked(
                    "noKey",
                    "The signature could not be checked because the key of the person was not found.",
                ),
                CheckName::Form | CheckName::Proof | CheckName::Validity => of(name),
                CheckName::HolderBinding => binding.clone(),
                CheckName::Policy if empty => {
                    Finding::pass("policyHolds", "The policy asks for nothing more.")
                }
                CheckName::Policy => Finding::fail("noCredential", "The answer holds no credential."),
                CheckName::IssuerKey | CheckName::Accreditation | CheckName::Schema | CheckName::Status => {
                    Finding::not_checked("nothingToCheck", "There was no credential to check this on.")
                }
            };
            let required = policy.requires(name) && finding.code != "nothingToCheck";
            finding.into_check(name, required)
        })
        .collect::<Vec<_>>();
    let mut report = report::join(occasion.report_id, policy, occasion.now, Vec::new());
    // A policy that asks for no credential may still ask something that only one could answer.
    for check in checks.iter_mut().filter(|check| check.name == CheckName::Policy) {
        predicates::weigh(&report.predicates, check);
    }
    report.outcome = report::outcome(&checks);
    report.sentence = report::sentence(policy, report.outcome, &checks);
    report.checks = checks;
    report
}

/// Whether the presentation was made by the holder, and for this occasion.
fn holder_binding(presented: &PresentationOutcome, occasion_known: bool, required: bool) -> Finding {
    let fault = |fault: &&Fault| fault.check != credential::CheckName::Form;
    let first = presented.faults.iter().filter(fault).find(|fault| !fault.unfinished);
    if let Some(fault) = first.or_else(|| presented.faults.iter().find(fault)) {
        return faults::of_fault(CheckName::HolderBinding, fault);
    }
    if presented.holder_key.is_none() {
        return Finding::not_checked(
            "noPresentation",
            "Nobody showed that the credential is theirs: it was handed over by itself.",
        );
    }
    if !occasion_known {
        return Finding::not_checked(
            "replayable",
            "The presentation is signed by its holder, but nothing shows that it was made for this occasion.",
        );
    }
    // Where the policy requires the binding, its absence was a fault above.
    let bound = |credential: &Outcome| credential.holder_key == presented.holder_key;
    if required || presented.credentials.iter().all(bound) {
        Finding::pass(
            "holderBound",
            "The person presenting it holds the key that the credential was issued to.",
        )
    } else {
        Finding::not_checked(
            "presenterOnly",
            "The presentation was signed for this occasion; that the credential belongs to the person was not required.",
        )
    }
}

/// What is wrong with a presentation concerns every credential in it: a malformed one, and one whose signature could
/// not be checked, must not come out as valid even where the binding to the holder is optional.
fn faults_around(presented: &PresentationOutcome) -> Vec<Fault> {
    let of_form = presented.faults.iter().filter(|fault| fault.check == credential::CheckName::Form);
    let unfinished = presented.faults.iter().filter(|fault| fault.unfinished);
    let as_proof = |fault: &Fault| Fault { check: credential::CheckName::Proof, ..fault.clone() };
    of_form.cloned().chain(unfinished.map(as_proof)).collect()
}

/// What is wrong with an answer before any presentation is looked at (OID4VP 1.0, 8.1 and 6.4.2).
fn answer_fault(query: &Query, token: &VpToken) -> Option<Finding> {
    for (id, presentations) in &token.0 {
        let Some(asked) = query.credential(id) else {
            return Some(Finding::fail("notAskedFor", "The answer holds something that was not asked for."));
        };
        if presentations.len() > 1 && !asked.multiple {
            return Some(Finding::fail("tooManyPresentations", "The answer holds more than was asked for."));
        }
    }
    let answered: BTreeSet<&str> = token.0.keys().map(String::as_str).collect();
    let complete = query.satisfied_by(&answered);
    (!complete)
        .then(|| Finding::fail("incomplete", "The answer does not hold everything that was asked for."))
}

fn unreadable() -> Finding {
    Finding::fail("unreadable", "The answer is in no form that can be read.")
}
