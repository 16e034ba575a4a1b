//! What both are given: good things, and one change at a time.

mod sd_jwts;
mod w3c;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::{Clock as _, Timestamp};
use keys::{PublicKey, Signer as _};
use serde_json::json;
use verification::Policy;
use wire::anchors::Receipt;

use super::receipts::{self, Anchored};
use super::{later, policies};
use crate::node::{Node, build, policy};
use crate::world::{Copy, Holder, Issuer, STAFF, Staff, World};

pub const NONCE: &str = "n-0S6_WzA2Mj";
pub const DESK: &str = "decentralized_identifier:did:passerelle:desk";

pub struct Held {
    pub name: String,
    pub file: Vec<u8>,
    pub trusted: PublicKey,
}

pub struct Case {
    pub name: String,
    pub pack: String,
    pub text: String,
    /// The desk's nonce and audience.
    pub code: Option<(String, String)>,
    pub receipt: Option<Receipt>,
    pub now: Timestamp,
    /// The binary's outcome, or why it refuses.
    pub expected: &'static str,
    /// The page cannot check it and must leave it open.
    pub only_binary: bool,
}

/// Organisations in every standing, and packs of one moment.
pub struct Scene {
    pub world: World,
    pub packs: Vec<Held>,
    pub undp: Issuer,
    /// Known to the pack, since it signs it, and accredited for nothing.
    wfp: Issuer,
    /// Its accreditation was withdrawn.
    fao: Issuer,
    /// Its first keys, which were stolen and replaced.
    unhcr_before: Issuer,
    /// Its first keys, which were replaced.
    who_before: Issuer,
    pub holder: Holder,
    thief: Holder,
    pub anchored: Vec<Anchored>,
    now: Timestamp,
}

pub const REVOKED: usize = 7;
const SUSPENDED: usize = 8;

fn asking_for(format: &str) -> Policy {
    let mut policy = policy("staff-identity");
    let query = json!({"credentials": [{
        "id": "staff", "format": format, "meta": {"type_values": [[STAFF]]},
        "claims": [{"path": ["credentialSubject", "givenName"]}, {"path": ["credentialSubject", "worksFor", "id"]}],
    }]});
    policy.query = Some(serde_json::from_value(query).unwrap());
    policy
}

impl Scene {
    pub async fn new() -> Self {
        let world = World::new();
        let undp = world.organisation("undp").await;
        let wfp = world.organisation("wfp").await;
        let fao = world.organisation("fao").await;
        let unhcr_before = world.organisation("unhcr").await;
        let who_before = world.organisation("who").await;
        for issuer in [&undp, &fao, &unhcr_before, &who_before] {
            world.accredit(issuer, STAFF, &[&issuer.did]);
        }
        policies::prepare(&world, &undp);
        let (holder, thief) = (world.holder(), world.holder());
        let issuers = [
            ("good", &undp),
            ("withdrawn since", &fao),
            ("stolen since", &unhcr_before),
            ("rotated since", &who_before),
        ];
        let anchored = receipts::before(&world, &holder, issuers).await;
        world.advance(3_600);
        world.publish(&undp, &[REVOKED], &[SUSPENDED]).await;
        world.withdraw(&fao, STAFF);
        world.rotate(&mut unhcr_before.clone(), true);
        world.rotate(&mut who_before.clone(), false);
        let mut node = Node::new();
        node.commit(&world);
        let now = later(world.clock.now(), 600);
        world.clock.set(now);
        let mut packs = Vec::new();
        let mut strict = policy("staff-identity");
        strict.rules.status_max_age_seconds = Some(60);
        let mut recent = policy("staff-identity-anchored");
        recent.rules.validity.max_since_issue_seconds = Some(60);
        let named = [
            ("staff", policy("staff-identity")),
            ("anchored", policy("staff-identity-anchored")),
            ("open", policy("open")),
            ("strict", strict),
            ("recent", recent),
            ("vc+jwt", asking_for("vc+jwt")),
            ("vc+sd-jwt", asking_for("vc+sd-jwt")),
        ];
        for (name, policy) in named.into_iter().chain(policies::policies()) {
            let file = build(&world, &node, &wfp, &policy).await;
            packs.push(Held { name: name.to_owned(), file, trusted: *wfp.p256.public_key() });
        }
        let mut changed = packs[0].file.clone();
        let last = changed.len() - 40;
        changed[last] ^= 1;
        packs.push(Held { name: "changed".to_owned(), file: changed, trusted: *wfp.p256.public_key() });
        let mut manifest = packs[0].file.clone();
        manifest[80] ^= 1;
        packs.push(Held {
            name: "other manifest".to_owned(),
            file: manifest,
            trusted: *wfp.p256.public_key(),
        });
        let unknown = policies::with_unknown_rule(&packs[0].file, &wfp.p256);
        packs.push(Held { name: "unknown rule".to_owned(), file: unknown, trusted: *wfp.p256.public_key() });
        let other = Held {
            name: "stranger's".to_owned(),
            file: packs[0].file.clone(),
            trusted: *undp.p256.public_key(),
        };
        packs.push(other);
        Self { world, packs, undp, wfp, fao, unhcr_before, who_before, holder, thief, anchored, now }
    }

    pub async fn cases(&self) -> Vec<Case> {
        let mut cases = self.sd_jwts().await;
        cases.extend(self.changed_sd_jwts().await);
        cases.extend(self.packs().await);
        cases.extend(self.data_integrity().await);
        cases.extend(self.envelopes().await);
        cases.extend(self.of_policies().await);
        cases.extend(self.receipts().await);
        cases.extend(self.no_credentials());
        cases
    }

    pub fn case(&self, name: &str, pack: &str, text: String, expected: &'static str) -> Case {
        Case {
            name: name.to_owned(),
            pack: pack.to_owned(),
            text,
            code: Some((NONCE.to_owned(), DESK.to_owned())),
            receipt: None,
            now: self.now,
            expected,
            only_binary: false,
        }
    }

    pub fn staff(&self) -> Staff {
        self.world.staff(&self.undp)
    }

    async fn sd_jwt(&self, issuer: &Issuer, staff: &Staff) -> String {
        let Copy::Compact(text) = self.world.issue_compact(issuer, &self.holder, staff).await else {
            panic!()
        };
        text
    }

    pub async fn shown(&self, credential: &str, by: &Holder, nonce: &str, audience: &str) -> String {
        let shown = self.world.present(by, &Copy::Compact(credential.to_owned()), nonce, audience).await;
        shown.as_str().unwrap().to_owned()
    }

    pub async fn answer(&self, issuer: &Issuer, staff: &Staff) -> String {
        self.shown(&self.sd_jwt(issuer, staff).await, &self.holder, NONCE, DESK).await
    }

    /// Packs that are not to be used.
    async fn packs(&self) -> Vec<Case> {
        let answer = self.answer(&self.undp, &self.staff()).await;
        let day = 86_400;
        vec![
            self.case("changed pack", "changed", answer.clone(), "changed"),
            self.case("changed manifest", "other manifest", answer.clone(), "changed"),
            self.case("stranger's pack", "stranger's", answer.clone(), "otherSigner"),
            Case { now: later(self.now, day), ..self.case("pack too old", "staff", answer, "tooOld") },
        ]
    }

    /// Things that are nothing.
    fn no_credentials(&self) -> Vec<Case> {
        let unreadable = ["", "nothing", "{", "[]", r#"{"a":1,"a":2}"#, "a.b", r#""text""#];
        let mut cases: Vec<_> = unreadable
            .map(|text| self.case(&format!("unreadable {text:?}"), "staff", text.to_owned(), "unreadable"))
            .into();
        for text in ["{}", "a.b.c", "~", "a.b.c~"] {
            cases.push(self.case(&format!("nothing in {text:?}"), "staff", text.to_owned(), "invalid"));
        }
        cases
    }
}

/// Base64url text with a change to what it says.
fn encoded(text: &str, change: impl Fn(&str) -> String) -> String {
    let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
    let changed = change(&decoded);
    assert_ne!(changed, decoded, "the change changes something");
    URL_SAFE_NO_PAD.encode(changed)
}
