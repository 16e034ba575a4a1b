//! A catalogue of attacks: each is one change to an input that is accepted, and names the check that must not pass.
//!
//! None comes out as valid, and none takes more than 100 ms of CPU or 50 MB (measured, not estimated).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "attacks/around.rs"]
mod around;
#[path = "attacks/json.rs"]
mod json;
#[path = "attacks/measure.rs"]
mod measure;
#[path = "attacks/presented.rs"]
mod presented;
#[path = "attacks/tokens.rs"]
mod tokens;
mod world;

use std::collections::BTreeMap;

use clock::Clock as _;
use credential::Input;
use credential::data_integrity::SigningKey;
use credential::enveloped::{Envelope, EnvelopeOptions, secure_credential};
use serde_json::{Value, json};
use verification::{HandedOver, Occasion, Policies, Policy, Receipts, Request, Subject};
use wire::verifications::{CheckName, CheckResult, Outcome, Report};
use wire::vp::VpToken;
use world::{Copy, Holder, Issuer, STAFF, World};

const NONCE: &str = "wT9wJ3n4kq2mVYb1sXc7dQ";
const AUDIENCE: &str = "decentralized_identifier:did:passerelle:desk";
const MAX_CPU_MS: u128 = 100;
const MAX_MEMORY_KB: u64 = 50 * 1024;

/// UNDP, accredited for its own staff, one of its staff, and what was issued to them.
struct Scene {
    world: World,
    undp: Issuer,
    wfp: Issuer,
    holder: Holder,
    thief: Holder,
    /// `ldp_vc`.
    json: Value,
    /// `dc+sd-jwt`.
    compact: String,
    /// `vc+jwt`.
    jwt: String,
    /// `vc+sd-jwt`.
    sd_jwt: String,
    /// `vc+cose`.
    cose: Vec<u8>,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new();
        let undp = world.organisation("undp").await;
        let wfp = world.organisation("wfp").await;
        world.accredit(&undp, STAFF, &[&undp.did]);
        world.advance(3600);
        let (holder, thief) = (world.holder(), world.holder());
        let staff = world.staff(&undp);
        let [Copy::Json(json), Copy::Compact(compact)] = world.issue(&undp, &holder, &staff).await else {
            panic!("two formats");
        };
        let mut document = json.clone();
        document.as_object_mut().unwrap().remove("proof");
        let key = SigningKey { verification_method: undp.method("p256"), signer: undp.p256.clone() };
        let options = EnvelopeOptions::at(world.clock.now());
        let made = async |envelope| {
            secure_credential(&document, envelope, &key, &options, &world.entropy).await.unwrap()
        };
        let Input::Jwt(jwt) = made(Envelope::Jwt).await else { panic!("a JWT") };
        let Input::Compact(sd_jwt) = made(Envelope::SdJwt).await else { panic!("an SD-JWT") };
        let Input::Cose(cose) = made(Envelope::Cose).await else { panic!("a COSE_Sign1") };
        Self { world, undp, wfp, holder, thief, json, compact, jwt, sd_jwt, cose }
    }

    /// Checks a credential that was handed over as text. What cannot be read is refused before any check.
    async fn hand_over(&self, text: &str) -> Option<Report> {
        self.hand_over_as("", text).await
    }

    /// The same where a policy asks for a W3C credential in an envelope.
    async fn hand_over_as(&self, format: &str, text: &str) -> Option<Report> {
        self.check(format, Input::parse(text).ok()?).await
    }

    async fn check(&self, format: &str, input: Input) -> Option<Report> {
        let given = HandedOver {
            subject: Subject::Credential(input),
            receipt: None,
            challenge: None,
            domain: None,
            controller: credential::ControllerPolicy::Strict,
        };
        let occasion = Occasion { report_id: "r", now: self.world.clock.now() };
        Some(self.world.verifier.handed_over(&unbound(format), given, occasion).await)
    }

    /// Checks the answer of a wallet.
    async fn answer(&self, query: &str, presentation: Value) -> Report {
        let token = VpToken(BTreeMap::from([(query.to_owned(), vec![presentation])]));
        let occasion = Occasion { report_id: "r", now: self.world.clock.now() };
        let request = Request { nonce: NONCE, audience: AUDIENCE };
        let policy = Policies::embedded().unwrap().find("staff-identity").unwrap().clone();
        self.world.verifier.answer(&policy, request, &token, &Receipts::new(), occasion).await
    }
}

/// The demonstration's policy without the binding to a holder, so that a bare credential can be accepted.
fn unbound(format: &str) -> Policy {
    let mut policy = Policies::embedded().unwrap().find("staff-identity").unwrap().clone();
    policy.required.remove(&CheckName::HolderBinding);
    if format.starts_with("vc+") {
        let query = json!({"credentials": [{ "id": "staff", "format": format,
            "meta": {"type_values": [[STAFF]]},
            "claims": [{"path": ["credentialSubject", "givenName"]}] }]});
        policy.query = Some(serde_json::from_value(query).unwrap());
    }
    policy
}

/// What came of the attacks so far.
#[derive(Default)]
struct Tally {
    names: std::collections::BTreeSet<String>,
    wrong: Vec<String>,
    slowest: (u128, String),
    largest: (u64, String),
}

impl Tally {
    /// Runs one attack under measurement and compares what it came to.
    async fn attack(&mut self, name: String, expected: CheckName, run: impl Future<Output = Option<Report>>) {
        let before = measure::start();
        let report = run.await;
        let (cpu, memory_kb) = before.stop();
        self.slowest = self.slowest.clone().max((cpu.as_millis(), name.clone()));
        self.largest = self.largest.clone().max((memory_kb, name.clone()));
        match report {
            // What cannot be read has no report: the form is refused.
            None if expected == CheckName::Form => {}
            None => self.wrong.push(format!("{name}: {expected} expected, cannot be read")),
            Some(report) => {
                // Nothing is wrong with what could not be asked; everything else must fail, by the check named.
                let result = match report.outcome {
                    Outcome::Undetermined => CheckResult::NotChecked,
                    Outcome::Valid | Outcome::Invalid => CheckResult::Fail,
                };
                let check = report.checks.iter().find(|check| check.name == expected).unwrap();
                if report.outcome == Outcome::Valid || check.result != result {
                    self.wrong.push(format!("{name}: {expected} expected, found {:?}", told(&report)));
                }
            }
        }
        assert!(self.names.insert(name.clone()), "{name} is there twice");
    }

    #[expect(clippy::print_stdout, reason = "the figures are a result of the test")]
    fn assert(&self, at_least: usize) {
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        assert!(self.names.len() >= at_least, "{} attacks", self.names.len());
        println!(
            "{} attacks; slowest {:?} ms; largest {:?} kB",
            self.names.len(),
            self.slowest,
            self.largest
        );
        assert!(self.slowest.0 <= MAX_CPU_MS, "{:?} ms of CPU", self.slowest);
        assert!(self.largest.0 <= MAX_MEMORY_KB, "{:?} kB", self.largest);
    }
}

/// The checks that do not pass, with result and code.
fn told(report: &Report) -> Vec<String> {
    let not_passing = report.checks.iter().filter(|check| check.result != CheckResult::Pass);
    not_passing.map(|check| format!("{} {:?} {}", check.name, check.result, check.code)).collect()
}

#[tokio::test]
async fn what_is_attacked_is_accepted_unchanged() {
    let scene = Scene::new().await;
    let given = [
        ("", &scene.json.to_string()),
        ("", &scene.compact),
        ("vc+jwt", &scene.jwt),
        ("vc+sd-jwt", &scene.sd_jwt),
    ];
    let cose = scene.check("vc+cose", Input::Cose(scene.cose.clone())).await.unwrap();
    assert_eq!(cose.outcome, Outcome::Valid, "{cose:#?}");
    for (format, text) in given {
        let report = scene.hand_over_as(format, text).await.unwrap();
        assert_eq!(report.outcome, Outcome::Valid, "{report:#?}");
    }
    for copy in [Copy::Json(scene.json.clone()), Copy::Compact(scene.compact.clone())] {
        let presentation = scene.world.present(&scene.holder, &copy, NONCE, AUDIENCE).await;
        let report = scene.answer(copy.query_id(), presentation).await;
        assert_eq!(report.outcome, Outcome::Valid, "{report:#?}");
    }
}

#[tokio::test]
async fn no_attack_on_a_credential_of_data_integrity_succeeds() {
    let scene = Scene::new().await;
    let mut tally = Tally::default();
    json::run(&scene, &mut tally).await;
    tally.assert(110);
}

#[tokio::test]
async fn no_attack_on_a_token_succeeds() {
    let scene = Scene::new().await;
    let mut tally = Tally::default();
    tokens::run(&scene, &mut tally).await;
    tokens::run_cose(&scene, &mut tally).await;
    tally.assert(150);
}

#[tokio::test]
async fn no_attack_on_a_presentation_succeeds() {
    let scene = Scene::new().await;
    let mut tally = Tally::default();
    presented::run(&scene, &mut tally).await;
    tally.assert(40);
}

#[tokio::test]
async fn no_attack_on_what_stands_around_a_credential_succeeds() {
    let mut tally = Tally::default();
    around::run(&mut tally).await;
    tally.assert(50);
}
