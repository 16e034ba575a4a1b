//! The staff credential in every further form: other cryptosuites, and envelopes.

use credential::Input;
use credential::data_integrity::{ProofOptions, Suite, derive, secure, secure_base};
use credential::enveloped::{Content, Envelope, EnvelopeOptions, secure_credential, wrap};
use credential::sd_jwt::PathElement;
use keys::PublicKey;
use serde_json::{Value, json};

use super::World;
use super::credentials::{staff_claims, unsecured};
use crate::world::Organisation;

/// A form of the data model.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    Proof(Suite),
    Envelope(Envelope),
    /// Nobody knows it.
    Unknown,
}

/// By the end of the configuration's name.
const ALL: [(&str, Form); 10] = [
    ("ldp_vc_eddsa-jcs-2022", Form::Proof(Suite::EddsaJcs2022)),
    ("ldp_vc_ecdsa-rdfc-2019", Form::Proof(Suite::EcdsaRdfc2019)),
    ("ldp_vc_ecdsa-jcs-2019", Form::Proof(Suite::EcdsaJcs2019)),
    ("ldp_vc_ecdsa-sd-2023", Form::Proof(Suite::EcdsaSd2023)),
    ("ldp_vc_bbs-2023", Form::Proof(Suite::Bbs2023)),
    ("ldp_vc_eddsa-rdfc-2022", Form::Proof(Suite::EddsaRdfc2022)),
    ("vc_jwt_2", Form::Envelope(Envelope::Jwt)),
    ("vc_sd-jwt", Form::Envelope(Envelope::SdJwt)),
    ("vc_cose", Form::Envelope(Envelope::Cose)),
    ("ldp_vc_quantum-2030", Form::Unknown),
];

/// All that a wallet keeps: the name's end, the format, the cryptosuite, and whether it is shown in parts.
pub const FORMS: [(&str, &str, &str, bool); 9] = [
    ("ldp_vc_eddsa-rdfc-2022", "ldp_vc", "eddsa-rdfc-2022", false),
    ("ldp_vc_eddsa-jcs-2022", "ldp_vc", "eddsa-jcs-2022", false),
    ("ldp_vc_ecdsa-rdfc-2019", "ldp_vc", "ecdsa-rdfc-2019", false),
    ("ldp_vc_ecdsa-jcs-2019", "ldp_vc", "ecdsa-jcs-2019", false),
    ("ldp_vc_ecdsa-sd-2023", "ldp_vc", "ecdsa-sd-2023", true),
    ("ldp_vc_bbs-2023", "ldp_vc", "bbs-2023", true),
    ("vc_jwt_2", "vc+jwt", "", false),
    ("vc_sd-jwt", "vc+sd-jwt", "", true),
    ("vc_cose", "vc+cose", "", false),
];

pub(super) fn of_configuration(configuration: &str) -> Option<Form> {
    let end = configuration.strip_prefix("StaffIdentity_")?;
    ALL.iter().find(|(known, _)| *known == end).map(|(_, form)| *form)
}

/// Puts them into the metadata, each like the usual one.
pub(super) fn describe(all: &mut Value, ends: &[&str]) {
    for end in ends {
        let name = format!("StaffIdentity_{end}");
        let (format, algorithm) = match of_configuration(&name).unwrap() {
            Form::Proof(suite) => ("ldp_vc", json!(suite.as_str())),
            Form::Envelope(Envelope::Jwt) => ("vc+jwt", json!("ES256")),
            Form::Envelope(Envelope::SdJwt) => ("vc+sd-jwt", json!("ES256")),
            Form::Envelope(Envelope::Cose) => ("vc+cose", json!(-7)),
            Form::Unknown => ("ldp_vc", json!("quantum-2030")),
        };
        let mut one = all["StaffIdentity_ldp_vc"].clone();
        one["format"] = format.into();
        one["credential_signing_alg_values_supported"] = json!([algorithm]);
        all[name] = one;
    }
}

impl Form {
    pub(super) async fn make(self, world: &World, by: &Organisation, holder: &PublicKey) -> Value {
        let (tamper, derived_already) = {
            let knobs = world.knobs();
            (knobs.tamper, knobs.derived_already)
        };
        let document = unsecured(world, by, holder);
        let options = ProofOptions::assertion(world.now());
        let mut made = match self {
            Self::Proof(suite) if suite.is_selective() => {
                let key = if suite == Suite::Bbs2023 { by.bls12381_key() } else { by.p256_key() };
                let mandatory = [
                    "/issuer",
                    "/validFrom",
                    "/credentialStatus",
                    "/credentialSubject/id",
                    "/credentialSubject/worksFor",
                ];
                let mandatory = mandatory.map(str::to_owned);
                secure_base(&document, &key, &options, &mandatory, &world.entropy).await.unwrap()
            }
            Self::Proof(suite) => {
                let eddsa = matches!(suite, Suite::EddsaRdfc2022 | Suite::EddsaJcs2022);
                let key = if eddsa { by.ed25519_key() } else { by.p256_key() };
                secure(&document, suite, &key, &options).await.unwrap()
            }
            Self::Envelope(envelope) => enveloped(world, by, &document, (envelope, *holder)).await,
            Self::Unknown => panic!("nobody asks for it"),
        };
        if derived_already && let Self::Proof(_) = self {
            made = derive(&made, &["/credentialSubject".to_owned()]).await.unwrap();
        }
        if tamper {
            made["credentialSubject"]["gradeLevel"] = json!("D-2");
        }
        made
    }
}

async fn enveloped(
    world: &World,
    by: &Organisation,
    document: &Value,
    (envelope, holder): (Envelope, PublicKey),
) -> Value {
    let mut options = EnvelopeOptions { holder_key: Some(holder), ..EnvelopeOptions::at(world.now()) };
    if envelope == Envelope::SdJwt {
        let claims = staff_claims(world).as_object().unwrap().clone();
        let of_person = claims.keys().filter(|name| *name != "worksFor");
        let path = |name: &String| ["credentialSubject", name].map(|it| PathElement::Name(it.to_owned()));
        options.disclosable = of_person.map(|name| path(name).to_vec()).collect();
        options.decoys = 2;
    }
    let made = secure_credential(document, envelope, &by.p256_key(), &options, &world.entropy).await.unwrap();
    match made {
        Input::Jwt(text) | Input::Compact(text) => Value::String(text),
        other => wrap(&other, Content::Credential).unwrap(),
    }
}
