//! Credentials of the W3C data model, with proofs and in envelopes.

use credential::data_integrity::Suite;
use credential::enveloped::Envelope;
use serde_json::{Value, json};

use super::super::later;
use super::super::secured::{by_suite, in_envelope, present, present_envelope, text, unsecured};
use super::{Case, DESK, NONCE, REVOKED, Scene, encoded};
use crate::world::Holder;

impl Scene {
    pub(super) async fn data_integrity(&self) -> Vec<Case> {
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

    pub(super) async fn envelopes(&self) -> Vec<Case> {
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
}
