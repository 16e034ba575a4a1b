//! Receipts: credentials of issuers whose key or right ended since, of the time of each anchor.

use credential::data_integrity::Suite;
use serde_json::{Value, json};
use wire::anchors::Receipt;

use super::cases::{Case, DESK, NONCE, Scene};
use super::secured::{by_suite, present, unsecured};
use crate::world::{Copy, Holder, Issuer, World};

/// A credential of that time with its receipt.
pub struct Anchored {
    name: &'static str,
    copy: Copy,
    receipt: Receipt,
}

/// Made while everybody still had their keys and rights.
pub async fn before(world: &World, holder: &Holder, issuers: [(&'static str, &Issuer); 4]) -> Vec<Anchored> {
    let mut made = Vec::new();
    for (name, issuer) in issuers {
        let copy = world.issue_compact(issuer, holder, &world.staff(issuer)).await;
        let receipt = world.anchor(issuer, &copy, 1);
        made.push(Anchored { name, copy, receipt });
    }
    let (_, undp) = issuers[0];
    let document = unsecured(world, undp, holder, &world.staff(undp)).await;
    for (name, suite, sequence) in
        [("JCS, Ed25519", Suite::EddsaJcs2022, 2), ("JCS, P-256", Suite::EcdsaJcs2019, 3)]
    {
        let copy = Copy::Json(by_suite(world, undp, &document, suite).await);
        let receipt = world.anchor(undp, &copy, sequence);
        made.push(Anchored { name, copy, receipt });
    }
    made
}

impl Scene {
    pub async fn receipts(&self) -> Vec<Case> {
        let mut cases = Vec::new();
        for one in &self.anchored {
            let text = self.shown_copy(&one.copy).await;
            // The list of the one whose keys were stolen is signed with one of these.
            let expected = if one.name == "stolen since" { "invalid" } else { "valid" };
            cases.push(self.with_receipt(one.name, "anchored", &text, &one.receipt, expected));
            // A pack without anchors knows no time of issue, so key and right must hold now.
            let expected = if one.receipt.issuer == self.undp.did { "valid" } else { "invalid" };
            cases.push(self.with_receipt(one.name, "staff", &text, &one.receipt, expected));
        }
        cases.extend(self.changed_receipts().await);
        cases
    }

    /// One change to a good receipt each.
    async fn changed_receipts(&self) -> Vec<Case> {
        let [first, other, ..] = &self.anchored[..] else { panic!("several") };
        let text = self.shown_copy(&first.copy).await;
        let changed = |name: &'static str, change: Value| {
            let mut receipt = serde_json::to_value(&first.receipt).unwrap();
            receipt.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            (name, serde_json::from_value::<Receipt>(receipt).unwrap())
        };
        let mut reversed = first.receipt.path.clone();
        reversed.reverse();
        let short = &first.receipt.path[1..];
        let receipts = [
            changed("version", json!({ "version": 2 })),
            changed("another issuer", json!({ "issuer": other.receipt.issuer })),
            changed("another batch", json!({ "sequence": 2 })),
            changed("a batch that nobody knows", json!({ "sequence": 77 })),
            changed("another place", json!({ "leafIndex": 1 })),
            changed("outside", json!({ "leafIndex": 16 })),
            changed("another count", json!({ "leafCount": 17 })),
            changed("a short path", json!({ "path": short })),
            changed("another path", json!({ "path": reversed })),
            changed("a long path", json!({ "path": vec![&first.receipt.path[0]; 33] })),
            changed("a broken path", json!({ "path": ["abc"] })),
            changed("another salt", json!({ "salt": first.receipt.path[0] })),
            changed("a broken salt", json!({ "salt": "=" })),
            ("of another credential", other.receipt.clone()),
        ];
        let mut cases = Vec::new();
        for (name, receipt) in &receipts {
            let expected = if *name == "a batch that nobody knows" { "undetermined" } else { "invalid" };
            cases.push(self.with_receipt(name, "anchored", &text, receipt, expected));
        }
        cases.push(self.with_receipt("too long ago", "recent", &text, &first.receipt, "invalid"));
        cases
    }

    fn with_receipt(
        &self,
        name: &str,
        pack: &str,
        text: &str,
        receipt: &Receipt,
        expected: &'static str,
    ) -> Case {
        let receipt = Some(receipt.clone());
        Case { receipt, ..self.case(&format!("receipt: {name}, {pack}"), pack, text.to_owned(), expected) }
    }

    async fn shown_copy(&self, copy: &Copy) -> String {
        match copy {
            Copy::Json(document) => {
                present(&self.world, &self.holder, document, (NONCE, DESK)).await.to_string()
            }
            Copy::Compact(text) => self.shown(text, &self.holder, NONCE, DESK).await,
        }
    }
}
