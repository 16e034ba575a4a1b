//! Organisations and their keys, as the chain knows them.

use std::sync::Arc;

use keys::{Algorithm, PublicKey, Signer as _, SoftwareKey};
use registry_types::record::Standing;
use registry_types::{
    Accreditation, AccreditationInterval, DidKey, DidRecord, DidRole, DidVersion, MemberStatus, Organisation,
    Relationship, Seats,
};

use super::{World, sha256};

/// An organisation with its keys of both kinds.
#[derive(Clone)]
pub struct Issuer {
    pub id: String,
    pub did: String,
    pub ed25519: Arc<SoftwareKey>,
    pub p256: Arc<SoftwareKey>,
    /// Part of the names of the keys: a new key gets a new name.
    pub generation: u32,
}

impl World {
    /// A member organisation with a DID, without any accreditation, and with empty status lists.
    pub async fn organisation(&self, id: &str) -> Issuer {
        let did = format!("did:passerelle:{}", bs58::encode(sha256(id.as_bytes())).into_string());
        let issuer = Issuer {
            id: id.into(),
            did: did.clone(),
            ed25519: Arc::new(SoftwareKey::generate(Algorithm::Ed25519, &self.entropy)),
            p256: Arc::new(SoftwareKey::generate(Algorithm::P256, &self.entropy)),
            generation: 1,
        };
        let now = self.now_ms();
        let organisation = Organisation {
            id: id.into(),
            name: format!("Organisation {id}"),
            status: MemberStatus::Active,
            seats: Seats::default(),
            keys: Vec::new(),
            did: Some(did.clone()),
            admitted_ms: now,
            admitted_by: "genesis".into(),
            charter: 1,
            standings: vec![Standing { status: MemberStatus::Active, from_ms: now }],
        };
        let version =
            DidVersion { from_ms: now, until_ms: None, keys: issuer.did_keys(), services: Vec::new() };
        let record = DidRecord {
            organisation: id.into(),
            role: DidRole::Organisation,
            versions: vec![version],
            deactivated_ms: None,
            stops: Vec::new(),
            recovered: Vec::new(),
        };
        self.chain.change(|ledger| {
            ledger.organisations.insert(id.into(), organisation);
            ledger.dids.insert(did, record);
        });
        self.publish(&issuer, &[], &[]).await;
        issuer
    }

    pub fn accredit(&self, issuer: &Issuer, type_iri: &str, speaks_for: &[&str]) {
        let interval = AccreditationInterval {
            from_ms: self.now_ms(),
            until_ms: None,
            speaks_for: speaks_for.iter().map(|did| (*did).to_owned()).collect(),
            granted_by: "unsscb".into(),
            parent: None,
            delegation: 0,
        };
        let record = Accreditation {
            issuer: issuer.did.clone(),
            type_iri: type_iri.into(),
            intervals: vec![interval],
            suspensions: Vec::new(),
        };
        self.chain.change(|ledger| {
            ledger.accreditations.insert((issuer.did.clone(), type_iri.into()), record);
        });
    }

    pub fn withdraw(&self, issuer: &Issuer, type_iri: &str) {
        let now = self.now_ms();
        self.chain.change(|ledger| {
            let record = ledger.accreditations.get_mut(&(issuer.did.clone(), type_iri.into())).unwrap();
            record.intervals.last_mut().unwrap().until_ms = Some(now);
        });
    }

    /// Replaces the issuer's keys by new ones; the old ones may be marked as stolen.
    /// The new keys take over the old ones' fragments.
    pub fn rotate_in_place(&self, issuer: &mut Issuer) {
        issuer.generation -= 1;
        self.rotate(issuer, false);
    }

    pub fn rotate(&self, issuer: &mut Issuer, compromised: bool) {
        let now = self.now_ms();
        issuer.ed25519 = Arc::new(SoftwareKey::generate(Algorithm::Ed25519, &self.entropy));
        issuer.p256 = Arc::new(SoftwareKey::generate(Algorithm::P256, &self.entropy));
        issuer.generation += 1;
        self.chain.change(|ledger| {
            let record = ledger.dids.get_mut(&issuer.did).unwrap();
            let last = record.versions.last_mut().unwrap();
            last.until_ms = Some(now);
            if compromised {
                last.keys.iter_mut().for_each(|key| key.compromised_at = Some(now));
            }
            record.versions.push(DidVersion {
                from_ms: now,
                until_ms: None,
                keys: issuer.did_keys(),
                services: Vec::new(),
            });
        });
    }
}

impl Issuer {
    pub fn list(&self, name: &str) -> String {
        format!("https://issuer.example/t/{}/status/{name}", self.id)
    }

    pub fn method(&self, kind: &str) -> String {
        format!("{}#key-{kind}-{}", self.did, self.generation)
    }

    fn did_keys(&self) -> Vec<DidKey> {
        let key = |fragment: &str, key: &PublicKey| DidKey {
            fragment: fragment.into(),
            multikey: key.to_multikey(),
            relationships: vec![Relationship::AssertionMethod, Relationship::Authentication],
            compromised_at: None,
        };
        let name = |kind: &str| format!("key-{kind}-{}", self.generation);
        vec![key(&name("ed25519"), self.ed25519.public_key()), key(&name("p256"), self.p256.public_key())]
    }
}
