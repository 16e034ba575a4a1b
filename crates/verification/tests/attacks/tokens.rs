//! Attacks on an SD-JWT VC (`dc+sd-jwt`), and on `vc+jwt`, `vc+sd-jwt` and `vc+cose`: header, payload, signature,
//! disclosures.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use wire::verifications::CheckName::{self, Form, IssuerKey, Policy, Proof, Status, Validity};

use crate::{Scene, Tally};

/// A token taken apart; what follows the first tilde stays as it is.
#[derive(Clone)]
struct Parts {
    header: Value,
    payload: Value,
    signature: Vec<u8>,
    disclosures: Vec<String>,
}

impl Parts {
    fn of(text: &str) -> Self {
        let mut pieces = text.split('~');
        let token: Vec<_> = pieces.next().unwrap().split('.').collect();
        let disclosures = pieces.map(str::to_owned).collect();
        let read = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        Self {
            header: read(token[0]),
            payload: read(token[1]),
            signature: URL_SAFE_NO_PAD.decode(token[2]).unwrap(),
            disclosures,
        }
    }

    fn signed_part(&self) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", part(&self.header), part(&self.payload))
    }

    fn text(&self) -> String {
        let token = format!("{}.{}", self.signed_part(), URL_SAFE_NO_PAD.encode(&self.signature));
        std::iter::once(token).chain(self.disclosures.iter().cloned()).collect::<Vec<_>>().join("~")
    }
}

type Change = fn(&mut Parts);
type ByteChange = fn(&mut Vec<u8>);

/// Changes to header and signature, which both kinds of token have.
const OF_BOTH: &[(&str, CheckName, Change)] = &[
    ("algorithm none", Form, |p| {
        p.header["alg"] = json!("none");
        p.signature.clear();
    }),
    ("algorithm none in other case", Form, |p| p.header["alg"] = json!("NoNe")),
    ("algorithm with a shared secret", Form, |p| p.header["alg"] = json!("HS256")),
    ("algorithm of another key", Proof, |p| p.header["alg"] = json!("EdDSA")),
    ("algorithm of another curve", Form, |p| p.header["alg"] = json!("ES512")),
    ("algorithm lost", Form, |p| drop(p.header.as_object_mut().unwrap().remove("alg"))),
    ("algorithm a number", Form, |p| p.header["alg"] = json!(256)),
    ("type of another token", Form, |p| p.header["typ"] = json!("kb+jwt")),
    ("type any", Form, |p| p.header["typ"] = json!("JWT")),
    ("type lost", Form, |p| drop(p.header.as_object_mut().unwrap().remove("typ"))),
    ("key unknown", IssuerKey, |p| p.header["kid"] = json!(format!("{}#nobody", p.payload_issuer()))),
    ("key of a stranger", IssuerKey, |p| {
        p.header["kid"] = json!(
            "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK#z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
        );
    }),
    ("key without a fragment", IssuerKey, |p| p.header["kid"] = json!(p.payload_issuer())),
    ("key of the web", IssuerKey, |p| p.header["kid"] = json!("https://evil.example/key")),
    ("critical extension", Form, |p| p.header["crit"] = json!(["exp"])),
    ("payload not encoded", Form, |p| {
        p.header["b64"] = json!(false);
        p.header["crit"] = json!(["b64"]);
    }),
    ("header member added", Proof, |p| p.header["jku"] = json!("https://evil.example/keys")),
    ("key beside it", Proof, |p| p.header["jwk"] = json!({ "kty": "EC", "crv": "P-256" })),
    ("signature flipped", Proof, |p| p.signature[10] ^= 1),
    ("signature empty", Proof, |p| p.signature.clear()),
    ("signature cut", Proof, |p| p.signature.truncate(63)),
    ("signature longer", Proof, |p| p.signature.push(0)),
    ("signature of zeros", Proof, |p| p.signature = vec![0; 64]),
    ("signature halves swapped", Proof, |p| p.signature.rotate_left(32)),
    ("issuer changed", Proof, |p| {
        p.set_issuer("did:passerelle:3vjyGDjzUmwMi2UkAYR6xaw4FkjYYbQdsmuNKWFyTeFd")
    }),
    ("payload a list", Form, |p| p.payload = json!([1])),
    ("payload empty", Form, |p| p.payload = json!({})),
];

/// Changes to what an SD-JWT says and discloses.
const OF_SD_JWT: &[(&str, CheckName, Change)] = &[
    ("kind changed", Proof, |p| {
        p.payload["vct"] = json!("https://schemas.passerelle.example/v1#SecurityClearance")
    }),
    ("kind lost", Form, |p| drop(p.payload.as_object_mut().unwrap().remove("vct"))),
    ("end moved", Proof, |p| p.payload["exp"] = json!(4_070_908_800_u64)),
    ("end lost", Proof, |p| drop(p.payload.as_object_mut().unwrap().remove("exp"))),
    ("end a text", Proof, |p| p.payload["exp"] = json!("never")),
    ("organisation changed", Proof, |p| p.payload["worksFor"]["id"] = json!("did:passerelle:wfp")),
    ("holder changed", Proof, |p| p.payload["cnf"]["jwk"]["x"] = json!("A".repeat(43))),
    ("holder lost", Proof, |p| drop(p.payload.as_object_mut().unwrap().remove("cnf"))),
    ("status lost", Proof, |p| drop(p.payload.as_object_mut().unwrap().remove("status"))),
    ("status index moved", Proof, |p| p.payload["status"]["status_list"]["idx"] = json!(7)),
    ("status list on another host", Proof, |p| {
        p.payload["status"]["status_list"]["uri"] = json!("https://evil.example/list")
    }),
    ("claim in clear", Form, |p| p.payload["jobTitle"] = json!("Director")),
    ("digest added", Proof, |p| p.payload["_sd"].as_array_mut().unwrap().push(json!("A".repeat(43)))),
    ("digest removed", Form, |p| drop(p.payload["_sd"].as_array_mut().unwrap().drain(..))),
    ("digest twice", Form, |p| {
        let first = p.payload["_sd"][0].clone();
        p.payload["_sd"].as_array_mut().unwrap().push(first);
    }),
    ("digests no list", Form, |p| p.payload["_sd"] = json!("all")),
    ("hash weak", Form, |p| p.payload["_sd_alg"] = json!("sha-1")),
    ("disclosure changed", Form, |p| {
        p.disclosures[0] = disclosure(&json!(["c2FsdHNhbHRzYWx0", "givenName", "Mallory"]))
    }),
    ("disclosure injected", Form, |p| {
        p.disclosures.insert(0, disclosure(&json!(["c2FsdHNhbHRzYWx0", "clearanceLevel", "all"])))
    }),
    ("disclosure twice", Form, |p| p.disclosures.insert(0, p.disclosures[0].clone())),
    ("disclosure of a reserved name", Form, |p| {
        p.disclosures[0] = disclosure(&json!(["c2FsdA", "_sd", ["A"]]))
    }),
    ("disclosure of dots", Form, |p| p.disclosures[0] = disclosure(&json!(["c2FsdA", "...", "A"]))),
    ("disclosure without a salt", Form, |p| p.disclosures[0] = disclosure(&json!(["givenName", "Mallory"]))),
    ("disclosure with too much", Form, |p| {
        p.disclosures[0] = disclosure(&json!(["c2FsdA", "givenName", "Mallory", 1]))
    }),
    ("disclosure an object", Form, |p| p.disclosures[0] = disclosure(&json!({ "givenName": "Mallory" }))),
    ("disclosure not JSON", Form, |p| p.disclosures[0] = URL_SAFE_NO_PAD.encode("[\"salt\", \"giv")),
    ("disclosure not base64", Form, |p| p.disclosures[0] = "***".into()),
    ("disclosure padded", Form, |p| p.disclosures[0].push('=')),
    ("disclosure empty", Form, |p| p.disclosures.insert(0, String::new())),
    ("disclosure of the issuer", Form, |p| {
        p.disclosures[0] = disclosure(&json!(["c2FsdA", "iss", "did:example:mallory"]))
    }),
    ("ten thousand disclosures", Form, |p| {
        p.disclosures.splice(0..0, vec!["WyJhIl0".to_owned(); 10_000]).for_each(drop)
    }),
    ("disclosure nested deep", Form, |p| {
        p.disclosures[0] = URL_SAFE_NO_PAD.encode(format!("[\"a\",\"b\",{}", "[".repeat(50_000)))
    }),
    ("disclosure withheld", Policy, |p| drop(p.disclosures.remove(0))),
    ("disclosures all withheld", Policy, |p| p.disclosures = vec![String::new()]),
];

/// Changes to what a `vc+jwt` says.
const OF_JWT: &[(&str, CheckName, Change)] = &[
    ("name changed", Proof, |p| p.payload["credentialSubject"]["givenName"] = json!("Mallory")),
    ("credential in a claim", Form, |p| p.payload["vc"] = json!({ "type": ["VerifiableCredential"] })),
    ("presentation in a claim", Form, |p| p.payload["vp"] = json!({})),
    ("type another", Form, |p| p.payload["type"][1] = json!("SecurityClearance")),
    ("context unknown", Form, |p| p.payload["@context"][1] = json!("https://evil.example/context")),
    ("end moved", Proof, |p| p.payload["validUntil"] = json!("2099-01-01T00:00:00Z")),
    ("issued by one and signed by another", IssuerKey, |p| p.payload["iss"] = json!("did:example:mallory")),
    ("proof inside", Form, |p| p.payload["proof"] = json!({ "type": "DataIntegrityProof" })),
];

/// What the issuer itself signs as an SD-JWT, and must not be accepted.
const ISSUED: &[(&str, CheckName, Change)] = &[
    ("issued expired", Validity, |p| p.payload["exp"] = json!(1_700_000_000)),
    ("issued for later", Validity, |p| p.payload["nbf"] = json!(4_000_000_000_u64)),
    ("issued without a status", Status, |p| drop(p.payload.as_object_mut().unwrap().remove("status"))),
    ("issued with an index outside the list", Status, |p| {
        p.payload["status"]["status_list"]["idx"] = json!(131_072)
    }),
    ("issued with a list never registered", Status, |p| {
        p.payload["status"]["status_list"]["uri"] = json!("https://issuer.example/another")
    }),
    ("issued as another kind", Policy, |p| {
        p.payload["vct"] = json!("https://schemas.passerelle.example/v1#Employment")
    }),
    ("issued in another's name", IssuerKey, |p| {
        p.payload["iss"] = json!("did:passerelle:3vjyGDjzUmwMi2UkAYR6xaw4FkjYYbQdsmuNKWFyTeFd")
    }),
    ("issued for another organisation", CheckName::Accreditation, |p| {
        p.payload["worksFor"]["id"] = json!("did:passerelle:wfp")
    }),
    ("issued with a digest twice", Form, |p| {
        let first = p.payload["_sd"][0].clone();
        p.payload["_sd"].as_array_mut().unwrap().push(first);
    }),
    ("issued with an unknown hash", Form, |p| p.payload["_sd_alg"] = json!("md5")),
    ("issued with an end that is no number", Validity, |p| p.payload["exp"] = json!("2099")),
];

impl Parts {
    fn payload_issuer(&self) -> String {
        let issuer = self.payload.get("iss").or_else(|| self.payload.get("issuer"));
        issuer.and_then(Value::as_str).unwrap().to_owned()
    }

    fn set_issuer(&mut self, did: &str) {
        for name in ["iss", "issuer"] {
            if let Some(member) = self.payload.get_mut(name) {
                *member = json!(did);
            }
        }
    }
}

fn disclosure(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

pub async fn run(scene: &Scene, tally: &mut Tally) {
    let kinds = [
        ("dc+sd-jwt", "", &scene.compact, OF_SD_JWT),
        ("vc+jwt", "vc+jwt", &scene.jwt, OF_JWT),
        ("vc+sd-jwt", "vc+sd-jwt", &scene.sd_jwt, &[]),
    ];
    for (format, asked, text, own) in kinds {
        let parts = Parts::of(text);
        for (name, check, change) in OF_BOTH.iter().chain(own) {
            let mut changed = parts.clone();
            change(&mut changed);
            let text = changed.text();
            tally.attack(format!("{format}: {name}"), *check, scene.hand_over_as(asked, &text)).await;
        }
        let mut forged = parts.clone();
        forged.signature = scene.wfp.p256.sign_now(forged.signed_part().as_bytes()).unwrap();
        let text = forged.text();
        let name = format!("{format}: signed by a thief in the issuer's name");
        tally.attack(name, Proof, scene.hand_over_as(asked, &text)).await;
        forged.header["kid"] = json!(scene.wfp.method("p256"));
        forged.signature = scene.wfp.p256.sign_now(forged.signed_part().as_bytes()).unwrap();
        let text = forged.text();
        tally
            .attack(
                format!("{format}: signed by another member"),
                IssuerKey,
                scene.hand_over_as(asked, &text),
            )
            .await;
        for (name, damaged) in [
            ("without a signature", text.rsplit_once('.').unwrap().0.to_owned()),
            ("with a part too many", text.replacen('.', ".e30.", 1)),
            ("with a byte that is no text", text.replacen('e', "\u{fffd}", 1)),
        ] {
            tally.attack(format!("{format}: {name}"), Form, scene.hand_over_as(asked, &damaged)).await;
        }
    }
    for (name, check, change) in ISSUED {
        let mut issued = Parts::of(&scene.compact);
        change(&mut issued);
        issued.signature = scene.undp.p256.sign_now(issued.signed_part().as_bytes()).unwrap();
        let text = issued.text();
        tally.attack(format!("dc+sd-jwt: {name}"), *check, scene.hand_over(&text)).await;
    }
}

/// Changes to the bytes of a COSE_Sign1.
const OF_COSE: &[(&str, CheckName, ByteChange)] = &[
    ("signature flipped", Proof, |bytes| *bytes.last_mut().unwrap() ^= 1),
    ("payload flipped", Proof, |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    }),
    ("cut", Form, |bytes| bytes.truncate(bytes.len() - 1)),
    ("longer", Form, |bytes| bytes.push(0)),
    ("empty", Form, Vec::clear),
    ("one byte", Form, |bytes| bytes.truncate(1)),
    ("another tag", Form, |bytes| bytes[0] = 0xd1),
    ("lengths without end", Form, |bytes| {
        *bytes = vec![0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
    }),
    ("ten thousand arrays", Form, |bytes| *bytes = vec![0x81; 10_000]),
];

pub async fn run_cose(scene: &Scene, tally: &mut Tally) {
    for (name, check, change) in OF_COSE {
        let mut changed = scene.cose.clone();
        change(&mut changed);
        let run = scene.check("vc+cose", credential::Input::Cose(changed));
        tally.attack(format!("vc+cose: {name}"), *check, run).await;
    }
}
