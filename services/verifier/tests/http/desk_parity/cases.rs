//! What both are given: good things, and one change at a time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::{Clock as _, Timestamp};
use credential::data_integrity::Suite;
use credential::enveloped::Envelope;
use keys::{PublicKey, Signer as _};
use serde_json::{Value, json};
use verification::Policy;
use wire::anchors::Receipt;

use super::receipts::{self, Anchored};
use super::secured::{by_suite, in_envelope, present, present_envelope, text, unsecured};
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

    /// SD-JWT VCs as issuers and wallets make them.
    async fn sd_jwts(&self) -> Vec<Case> {
        let good = self.sd_jwt(&self.undp, &self.staff()).await;
        let answer = self.shown(&good, &self.holder, NONCE, DESK).await;
        let with = |change: fn(&mut Staff)| {
            let mut staff = self.staff();
            change(&mut staff);
            staff
        };
        let expired = |staff: &mut Staff| staff.valid_until = staff.valid_from;
        let mut early = self.staff();
        early.valid_from = Some(later(self.now, 3_600));
        let mut odd = self.staff();
        odd.extra.insert("jobTitle".to_owned(), json!(""));
        let mut other = self.staff();
        other.works_for.clone_from(&self.wfp.did);
        let mut forged = self.undp.clone();
        forged.p256 = self.thief.key.clone();
        let mut cases = vec![
            self.case("good", "staff", answer.clone(), "valid"),
            self.case("no rules", "open", answer.clone(), "valid"),
            self.case("time of issue wanted", "anchored", answer.clone(), "invalid"),
            self.case("list too old", "strict", answer.clone(), "undetermined"),
            self.case("by itself", "staff", good.clone(), "undetermined"),
            self.case(
                "no key binding",
                "staff",
                format!("{}~", answer.rsplit_once('~').unwrap().0),
                "undetermined",
            ),
            self.case(
                "another nonce",
                "staff",
                self.shown(&good, &self.holder, "other", DESK).await,
                "invalid",
            ),
            self.case(
                "another audience",
                "staff",
                self.shown(&good, &self.holder, NONCE, "other").await,
                "invalid",
            ),
            self.case(
                "another holder",
                "staff",
                self.shown(&good, &self.thief, NONCE, DESK).await,
                "invalid",
            ),
            self.case(
                "revoked",
                "staff",
                self.answer(&self.undp, &with(|it| it.index = REVOKED)).await,
                "invalid",
            ),
            self.case(
                "suspended",
                "staff",
                self.answer(&self.undp, &with(|it| it.index = SUSPENDED)).await,
                "invalid",
            ),
            self.case(
                "beyond the list",
                "staff",
                self.answer(&self.undp, &with(|it| it.index = 131_072)).await,
                "invalid",
            ),
            self.case(
                "no status",
                "staff",
                self.answer(&self.undp, &with(|it| it.status = false)).await,
                "invalid",
            ),
            self.case("expired", "staff", self.answer(&self.undp, &with(expired)).await, "invalid"),
            self.case("not yet valid", "staff", self.answer(&self.undp, &early).await, "invalid"),
            self.case("against the schema", "staff", self.answer(&self.undp, &odd).await, "invalid"),
            self.case("other organisation", "staff", self.answer(&self.undp, &other).await, "invalid"),
            self.case(
                "other type",
                "staff",
                self.answer(&self.undp, &with(|it| it.type_name = "Employment")).await,
                "invalid",
            ),
            self.case("wrong key", "staff", self.answer(&forged, &self.staff()).await, "invalid"),
            self.case(
                "unaccredited",
                "staff",
                self.answer(&self.wfp, &self.world.staff(&self.wfp)).await,
                "undetermined",
            ),
            self.case(
                "withdrawn",
                "staff",
                self.answer(&self.fao, &self.world.staff(&self.fao)).await,
                "invalid",
            ),
            self.case(
                "stolen key",
                "staff",
                self.answer(&self.unhcr_before, &self.world.staff(&self.unhcr_before)).await,
                "invalid",
            ),
            self.case(
                "retired key",
                "staff",
                self.answer(&self.who_before, &self.world.staff(&self.who_before)).await,
                "invalid",
            ),
        ];
        cases.push(Case { code: None, ..self.case("replayed", "staff", answer.clone(), "undetermined") });
        cases.push(Case { now: later(self.now, 700), ..self.case("late", "staff", answer, "invalid") });
        cases
    }

    /// One change to an answer that is accepted.
    async fn changed_sd_jwts(&self) -> Vec<Case> {
        let answer = self.answer(&self.undp, &self.staff()).await;
        let parts: Vec<&str> = answer.split('~').collect();
        let joined = |parts: &[&str]| parts.join("~");
        let extra = URL_SAFE_NO_PAD.encode(r#"["c2FsdA","gradeLevel","USG"]"#);
        let renamed = encoded(parts[1], |text| text.replace("\"]", "x\"]"));
        let twice = [&parts[..2], &parts[1..]].concat();
        let (head, rest) = answer.split_once('.').unwrap();
        let header = |change: fn(&str) -> String| format!("{}.{rest}", encoded(head, change));
        let signature_end = answer.find('~').unwrap();
        vec![
            self.case(
                "changed disclosure",
                "staff",
                joined(&[&[parts[0], &renamed], &parts[2..]].concat()),
                "invalid",
            ),
            self.case(
                "foreign disclosure",
                "staff",
                joined(&[&[parts[0], &extra], &parts[1..]].concat()),
                "invalid",
            ),
            self.case("disclosure twice", "staff", joined(&twice), "invalid"),
            self.case("withheld", "staff", joined(&[&parts[..1], &parts[2..]].concat()), "invalid"),
            self.case("alg none", "staff", header(|text| text.replace("ES256", "none")), "invalid"),
            self.case("alg EdDSA", "staff", header(|text| text.replace("ES256", "EdDSA")), "invalid"),
            self.case("alg HS256", "staff", header(|text| text.replace("ES256", "HS256")), "invalid"),
            self.case("typ", "staff", header(|text| text.replace("dc+sd-jwt", "vc+sd-jwt")), "invalid"),
            self.case("crit", "staff", header(|text| text.replacen('{', r#"{"crit":["x"],"#, 1)), "invalid"),
            self.case(
                "member twice",
                "staff",
                header(|text| text.replacen('{', r#"{"alg":"ES256","#, 1)),
                "invalid",
            ),
            self.case(
                "other kid",
                "staff",
                header(|text| text.replace("#key-p256-1", "#key-p256-9")),
                "invalid",
            ),
            self.case(
                "no signature",
                "staff",
                format!("{}{}", &answer[..signature_end - 86], &answer[signature_end..]),
                "invalid",
            ),
            self.case(
                "padded",
                "staff",
                format!("{}={}", &answer[..signature_end], &answer[signature_end..]),
                "invalid",
            ),
        ]
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

    async fn data_integrity(&self) -> Vec<Case> {
        let document = unsecured(&self.world, &self.undp, &self.holder, &self.staff()).await;
        let eddsa = by_suite(&self.world, &self.undp, &document, Suite::EddsaJcs2022).await;
        let ecdsa = by_suite(&self.world, &self.undp, &document, Suite::EcdsaJcs2019).await;
        let rdfc = by_suite(&self.world, &self.undp, &document, Suite::EddsaRdfc2022).await;
        let show = async |credential: &Value, by: &Holder, code| {
            present(&self.world, by, credential, code).await.to_string()
        };
        let good = (NONCE, DESK);
        let mut revoked = document.clone();
        revoked["credentialStatus"][0]["statusListIndex"] = json!(REVOKED.to_string());
        let revoked = by_suite(&self.world, &self.undp, &revoked, Suite::EcdsaJcs2019).await;
        let mut over = document.clone();
        over["validUntil"] = over["validFrom"].clone();
        let over = by_suite(&self.world, &self.undp, &over, Suite::EddsaJcs2022).await;
        let mut odd = document.clone();
        odd["credentialSubject"]["favouriteColour"] = json!("blue");
        let odd = by_suite(&self.world, &self.undp, &odd, Suite::EddsaJcs2022).await;
        let changed = |pointer: &str, value: Value| {
            let mut changed = eddsa.clone();
            *changed.pointer_mut(pointer).unwrap() = value;
            changed
        };
        let mut bare = eddsa.clone();
        bare.as_object_mut().unwrap().remove("proof");
        let forged = changed("/credentialSubject/givenName", json!("Amira"));
        let other_suite = changed("/proof/cryptosuite", json!("ecdsa-jcs-2019"));
        let unknown_suite = changed("/proof/cryptosuite", json!("none-2026"));
        let purpose = changed("/proof/proofPurpose", json!("authentication"));
        let issuer = changed("/issuer", json!(self.wfp.did));
        let number = changed("/credentialSubject/givenName", json!(1));
        let mut relative = document.clone();
        relative["credentialSubject"]["worksFor"]["id"] = json!("undp");
        let relative = by_suite(&self.world, &self.undp, &relative, Suite::EddsaJcs2022).await;
        let mut cases = vec![
            self.case("JCS, Ed25519", "staff", show(&eddsa, &self.holder, good).await, "valid"),
            self.case("JCS, P-256", "staff", show(&ecdsa, &self.holder, good).await, "valid"),
            self.case("JCS by itself", "staff", eddsa.to_string(), "undetermined"),
            self.case("JCS without a policy's query", "open", eddsa.to_string(), "valid"),
            self.case(
                "JCS, another challenge",
                "staff",
                show(&eddsa, &self.holder, ("other", DESK)).await,
                "invalid",
            ),
            self.case(
                "JCS, another domain",
                "staff",
                show(&eddsa, &self.holder, (NONCE, "other")).await,
                "invalid",
            ),
            self.case("JCS, another holder", "staff", show(&eddsa, &self.thief, good).await, "invalid"),
            self.case("JCS revoked", "staff", show(&revoked, &self.holder, good).await, "invalid"),
            self.case("JCS expired", "staff", show(&over, &self.holder, good).await, "invalid"),
            self.case("JCS, undefined term", "staff", show(&odd, &self.holder, good).await, "invalid"),
        ];
        for (name, credential) in [
            ("JCS, no proof", bare),
            ("JCS, changed", forged),
            ("JCS, other suite", other_suite),
            ("JCS, unknown suite", unknown_suite),
            ("JCS, other purpose", purpose),
            ("JCS, other issuer", issuer),
            ("JCS, a number", number),
        ] {
            cases.push(self.case(name, "staff", show(&credential, &self.holder, good).await, "invalid"));
        }
        // What the library finds out about an identifier of another form, the page leaves to it.
        let relative = show(&relative, &self.holder, good).await;
        cases.push(Case {
            only_binary: true,
            ..self.case("JCS, relative identifier", "staff", relative, "invalid")
        });
        let encoded = changed("/credentialSubject/jobTitle", json!("urn:%FF"));
        let encoded = encoded.to_string();
        cases.push(self.case("JCS, an identifier that is no text", "staff", encoded, "invalid"));
        let mut far = document.clone();
        far["validUntil"] = json!("262142-12-31T23:59:59Z");
        let far = by_suite(&self.world, &self.undp, &far, Suite::EcdsaJcs2019).await;
        cases.push(self.case("JCS, the last year", "staff", show(&far, &self.holder, good).await, "valid"));
        let beyond = changed("/validUntil", json!("262143-01-01T00:00:00Z"));
        cases.push(self.case("JCS, beyond it", "staff", show(&beyond, &self.holder, good).await, "invalid"));
        let shown = show(&rdfc, &self.holder, good).await;
        cases.push(Case { only_binary: true, ..self.case("RDFC", "staff", shown, "valid") });
        cases
    }

    async fn envelopes(&self) -> Vec<Case> {
        let document = unsecured(&self.world, &self.undp, &self.holder, &self.staff()).await;
        let mut cases = Vec::new();
        for (envelope, pack) in [(Envelope::Jwt, "vc+jwt"), (Envelope::SdJwt, "vc+sd-jwt")] {
            let credential = in_envelope(&self.world, &self.undp, &document, envelope).await;
            let show = async |code, by| present_envelope(&self.world, by, &credential, envelope, code).await;
            let good = show((NONCE, DESK), &self.holder).await;
            let (head, rest) = good.split_once('.').unwrap();
            let none = format!("{}.{rest}", encoded(head, |text| text.replace("ES256", "none")));
            let alone = text(&credential);
            let (alone_head, alone_rest) = alone.split_once('.').unwrap();
            let typ = format!(
                "{}.{alone_rest}",
                encoded(alone_head, |text| text.replace("\"typ\":\"vc+", "\"typ\":\"vp+"))
            );
            for (name, text, expected) in [
                ("good", good.clone(), "valid"),
                ("another nonce", show(("other", DESK), &self.holder).await, "invalid"),
                ("another audience", show((NONCE, "other"), &self.holder).await, "invalid"),
                ("another holder", show((NONCE, DESK), &self.thief).await, "invalid"),
                ("alg none", none, "invalid"),
                ("by itself", alone.clone(), "undetermined"),
                ("credential as presentation", typ, "invalid"),
            ] {
                cases.push(self.case(&format!("{pack}, {name}"), pack, text, expected));
            }
            cases.push(Case {
                now: later(self.now, 700),
                ..self.case(&format!("{pack}, late"), pack, good, "invalid")
            });
        }
        cases
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
