//! SD-JWT VCs: as issuers and wallets make them, and with one change.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::super::later;
use super::{Case, DESK, NONCE, REVOKED, SUSPENDED, Scene, encoded};
use crate::world::Staff;

impl Scene {
    /// SD-JWT VCs as issuers and wallets make them.
    pub(super) async fn sd_jwts(&self) -> Vec<Case> {
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
    pub(super) async fn changed_sd_jwts(&self) -> Vec<Case> {
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
}
