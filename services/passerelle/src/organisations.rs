use std::sync::Arc;

use anyhow::Context as _;
use clock::SystemEntropy;
use keys::{Algorithm, KeyStore, PublicKey, SealingKey, Signer};
use registry::setup::{self, OrganisationKeys};
use registry_types::{DidRole, Operation};

use crate::files;
use crate::plan::Plan;

/// An organisation of the demonstration that issues credentials.
#[derive(Clone, Copy, Debug)]
pub struct Issuing {
    pub id: &'static str,
    pub short: &'static str,
    pub name: &'static str,
    /// The same in Arabic, Spanish, French, Russian and Chinese.
    pub names: [(&'static str, &'static str); 5],
    /// The types it may issue, for itself.
    pub types: &'static [&'static str],
}

/// The body that governs the registry; its govern key admits and accredits.
pub const GOVERNOR: (&str, &str) = ("unsscb", "UN System Registry Board");

/// Which checks what others issue, too.
pub const WFP: Issuing = Issuing {
    id: "wfp",
    short: "WFP",
    name: "World Food Programme",
    names: [
        ("ar", "برنامج الأغذية العالمي"),
        ("es", "Programa Mundial de Alimentos"),
        ("fr", "Programme alimentaire mondial"),
        ("ru", "Всемирная продовольственная программа"),
        ("zh", "世界粮食计划署"),
    ],
    types: &["StaffIdentity", "Employment"],
};

pub const ISSUING: [Issuing; 3] = [
    Issuing {
        id: "undp",
        short: "UNDP",
        name: "United Nations Development Programme",
        names: [
            ("ar", "برنامج الأمم المتحدة الإنمائي"),
            ("es", "Programa de las Naciones Unidas para el Desarrollo"),
            ("fr", "Programme des Nations Unies pour le développement"),
            ("ru", "Программа развития Организации Объединенных Наций"),
            ("zh", "联合国开发计划署"),
        ],
        types: &[
            "StaffIdentity",
            "Employment",
            "TrainingCompletion",
            "SecurityClearance",
            "MedicalClearance",
            "Separation",
        ],
    },
    WFP,
    Issuing {
        id: "unjspf",
        short: "Pension Fund",
        name: "United Nations Joint Staff Pension Fund",
        names: [
            ("ar", "الصندوق المشترك للمعاشات التقاعدية لموظفي الأمم المتحدة"),
            ("es", "Caja Común de Pensiones del Personal de las Naciones Unidas"),
            ("fr", "Caisse commune des pensions du personnel des Nations Unies"),
            ("ru", "Объединенный пенсионный фонд персонала Организации Объединенных Наций"),
            ("zh", "联合国合办工作人员养恤基金"),
        ],
        types: &["DigitalCertificateOfEntitlement"],
    },
];

/// Whose desk the verifier is.
pub const VERIFYING: &str = "wfp";
pub const VERIFIER_KEY: &str = "verifier.key-p256-1";
/// What the Fund shows to the verifier, to have Separation credentials checked.
pub const ENROLMENT_KEY: &str = "enrolment-client.key-ed25519-1";

/// The signing keys of one issuing organisation, and the DID that follows from them.
pub struct Keys {
    pub organisation: Issuing,
    pub govern: Arc<dyn Signer>,
    pub did_key: Arc<dyn Signer>,
    pub operate: Arc<dyn Signer>,
    pub did: String,
    pub create_did: Operation,
}

/// Every key the first start makes; later starts load the same ones.
pub struct Everyone {
    pub governor: Arc<dyn Signer>,
    governor_keys: OrganisationKeys,
    pub issuing: Vec<Keys>,
    pub verifier_did: String,
    pub verifier_key: PublicKey,
    pub enrolment_key: PublicKey,
    pub create_verifier_did: Operation,
}

impl Everyone {
    pub fn load_or_create(plan: &Plan) -> anyhow::Result<Self> {
        let files = key_files(plan)?;
        let make = |name: &str, algorithm| {
            let key = files.load_or_create(name, algorithm, &SystemEntropy);
            key.with_context(|| format!("cannot use the key file {name}"))
        };
        let governor = make(&format!("{}.govern", GOVERNOR.0), Algorithm::Ed25519)?;
        let governor_did = make(&format!("{}.did", GOVERNOR.0), Algorithm::Ed25519)?;
        let mut issuing = Vec::new();
        for organisation in ISSUING {
            let id = organisation.id;
            let did_key = make(&format!("{id}.did"), Algorithm::Ed25519)?;
            let ed25519 = make(&format!("{id}.key-ed25519-1"), Algorithm::Ed25519)?;
            let p256 = make(&format!("{id}.key-p256-1"), Algorithm::P256)?;
            let document = [("key-ed25519-1", ed25519.public_key()), ("key-p256-1", p256.public_key())];
            let (did, create_did) =
                setup::create_did(id, DidRole::Organisation, did_key.public_key(), &document, &[])?;
            issuing.push(Keys {
                organisation,
                govern: make(&format!("{id}.govern"), Algorithm::Ed25519)?,
                operate: make(&format!("{id}.operate-issuer"), Algorithm::Ed25519)?,
                did_key,
                did,
                create_did,
            });
        }
        let verifier = make(VERIFIER_KEY, Algorithm::P256)?;
        let owner = issuing.iter().find(|keys| keys.organisation.id == VERIFYING);
        let owner = owner.context("the verifier's organisation is not among the members")?;
        let (verifier_did, create_verifier_did) = setup::create_did(
            VERIFYING,
            DidRole::Service,
            owner.did_key.public_key(),
            &[("key-p256-1", verifier.public_key())],
            &[],
        )?;
        let governor_keys = OrganisationKeys {
            govern: vec![*governor.public_key()],
            did: vec![*governor_did.public_key()],
            operate: Vec::new(),
        };
        let verifier_key = *verifier.public_key();
        let enrolment_key = *make(ENROLMENT_KEY, Algorithm::Ed25519)?.public_key();
        Ok(Self {
            governor,
            governor_keys,
            issuing,
            verifier_did,
            verifier_key,
            enrolment_key,
            create_verifier_did,
        })
    }

    pub fn governor_keys(&self) -> &OrganisationKeys {
        &self.governor_keys
    }

    pub fn did(&self, organisation: &str) -> Option<&str> {
        self.issuing.iter().find(|keys| keys.organisation.id == organisation).map(|keys| keys.did.as_str())
    }
}

impl Keys {
    pub fn registered(&self) -> OrganisationKeys {
        OrganisationKeys {
            govern: vec![*self.govern.public_key()],
            did: vec![*self.did_key.public_key()],
            operate: vec![*self.operate.public_key()],
        }
    }
}

/// One folder for all keys of the demonstration. In production each organisation has its own, and the govern keys
/// are kept offline.
pub fn key_files(plan: &Plan) -> anyhow::Result<KeyStore> {
    files::folder(&plan.path("keys"))?;
    let sealing = SealingKey::load_or_create(plan.path("keys/sealing.key"))?;
    Ok(KeyStore::open(plan.path("keys"), sealing, None)?)
}
