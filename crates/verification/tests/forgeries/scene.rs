//! An organisation that is accredited, a person of its staff, a thief, and what is accepted of them.

use std::collections::BTreeMap;

use clock::Clock as _;
use credential::data_integrity::{ProofOptions, SigningKey, Suite, secure};
use serde_json::{Value, json};
use verification::{Occasion, Policies, Policy, Receipts, Request};
use wire::verifications::{CheckName, Outcome, Report};
use wire::vp::VpToken;

use crate::by_hand;
use crate::world::{Copy, Holder, Issuer, STAFF, World};

pub const NONCE: &str = "wT9wJ3n4kq2mVYb1sXc7dQ";
pub const AUDIENCE: &str = "decentralized_identifier:did:passerelle:desk";

/// One changed input, the query that it answers, and the check that must refuse it.
pub struct Attack {
    pub name: String,
    pub format: &'static str,
    pub stopped_by: CheckName,
    pub presentation: Value,
}

pub struct Scene {
    pub world: World,
    pub undp: Issuer,
    /// Accredited for its own staff too, so that only the mixing of the two is wrong.
    pub wfp: Issuer,
    pub holder: Holder,
    pub thief: Holder,
}

impl Scene {
    pub async fn new() -> Self {
        let world = World::new();
        let (undp, wfp) = (world.organisation("undp").await, world.organisation("wfp").await);
        world.accredit(&undp, STAFF, &[&undp.did]);
        world.accredit(&wfp, STAFF, &[&wfp.did]);
        world.advance(3600);
        let (holder, thief) = (world.holder(), world.holder());
        Self { world, undp, wfp, holder, thief }
    }

    /// Without this, a refusal below would prove nothing.
    pub async fn accepts_what_is_untouched(&self) {
        for (name, format, presentation) in [
            ("eddsa-rdfc-2022", "ldp_vc", self.shown(self.staff(Suite::EddsaRdfc2022).await).await),
            ("eddsa-jcs-2022", "ldp_vc", self.shown(self.staff(Suite::EddsaJcs2022).await).await),
            ("dc+sd-jwt", "dc+sd-jwt", crate::sd_jwt::untouched(self).await),
            ("vc+jwt", "vc+jwt", crate::jws::untouched(self).await),
        ] {
            let report = self.answer(format, presentation).await;
            assert_eq!(report.outcome, Outcome::Valid, "{name}: {report:#?}");
        }
    }

    pub async fn answer(&self, format: &str, presentation: Value) -> Report {
        let token = VpToken(BTreeMap::from([("staff".to_owned(), vec![presentation])]));
        let occasion = Occasion { report_id: "r", now: self.world.clock.now() };
        let request = Request { nonce: NONCE, audience: AUDIENCE };
        self.world.verifier.answer(&policy(format), request, &token, &Receipts::new(), occasion).await
    }

    /// The ordinary credential before it is secured.
    pub async fn unsecured(&self) -> Value {
        let staff = self.world.staff(&self.undp);
        let Copy::Json(mut document) = self.world.issue_json(&self.undp, &self.holder, &staff).await else {
            panic!("not JSON");
        };
        document.as_object_mut().unwrap().remove("proof");
        document
    }

    pub async fn staff(&self, suite: Suite) -> Value {
        let options = ProofOptions::assertion(self.world.clock.now());
        secure(&self.unsecured().await, suite, &self.key(&self.undp), &options).await.unwrap()
    }

    pub fn key(&self, issuer: &Issuer) -> SigningKey {
        SigningKey { verification_method: issuer.method("ed25519"), signer: issuer.ed25519.clone() }
    }

    pub fn key_of(&self, holder: &Holder) -> SigningKey {
        SigningKey { verification_method: format!("{}#0", holder.did()), signer: holder.key.clone() }
    }

    /// A good presentation of whatever is in it.
    pub async fn shown(&self, credential: Value) -> Value {
        self.shown_by(&self.holder, credential).await
    }

    pub async fn shown_by(&self, holder: &Holder, credential: Value) -> Value {
        let presentation = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "holder": holder.did(),
            "verifiableCredential": [credential],
        });
        let options = ProofOptions::presentation(self.world.clock.now(), NONCE, AUDIENCE);
        by_hand::secure(&presentation, &self.key_of(holder), &options).await
    }
}

/// The demonstration's policy, asking for one format only.
fn policy(format: &str) -> Policy {
    let mut policy = Policies::embedded().unwrap().find("staff-identity").unwrap().clone();
    let (meta, prefix) = match format {
        "dc+sd-jwt" => (json!({"vct_values": [STAFF]}), None),
        _ => (json!({"type_values": [[STAFF]]}), Some("credentialSubject")),
    };
    let path = |name: &'static str| json!({"path": prefix.into_iter().chain([name]).collect::<Vec<_>>()});
    let claims = ["givenName", "familyName", "worksFor", "dutyStation"].map(path);
    let query = json!({"credentials": [{"id": "staff", "format": format, "meta": meta, "claims": claims}]});
    policy.query = Some(serde_json::from_value(query).unwrap());
    policy
}
