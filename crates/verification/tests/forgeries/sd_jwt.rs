//! SD-JWT VCs (RFC 9901): the issuer's JWT, the disclosures, the key binding.

use chrono::Duration;
use clock::Clock as _;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use wire::verifications::CheckName::{
    self, Accreditation, Form, HolderBinding, IssuerKey, Policy, Proof, Schema, Status, Validity,
};

use crate::jose::Parts;
use crate::scene::{AUDIENCE, Attack, NONCE, Scene};
use crate::world::{Copy, base64url};

/// On the JWT, which keeps its signature.
type Text = fn(&mut Parts);
/// On claims or header, signed by the issuer afterwards.
type Change = fn(&mut Parts);
/// On the disclosures, which are as they are in the text.
type Disclosures = fn(&mut Vec<String>);

const UNSIGNED: &[(&str, CheckName, Text)] = &[
    ("another claim", Proof, |it| it.claims["worksFor"]["name"] = "Another".into()),
    ("longer validity", Proof, |it| it.claims["exp"] = json!(4_000_000_000_u64)),
    ("no status", Proof, |it| {
        it.claims.remove("status");
    }),
    ("another holder's key", Proof, |it| it.claims["cnf"]["jwk"]["x"] = base64url(&[7; 32]).into()),
    ("alg none with a signature", Form, |it| it.header["alg"] = "none".into()),
    ("alg none without one", Form, |it| {
        it.header["alg"] = "none".into();
        it.signature.clear();
    }),
    ("alg NONE", Form, |it| it.header["alg"] = "NoNe".into()),
    ("a symmetric algorithm", Form, |it| it.header["alg"] = "HS256".into()),
    ("the algorithm of another curve", Form, |it| it.header["alg"] = "ES384".into()),
    ("the algorithm of another kind of key", Proof, |it| it.header["alg"] = "EdDSA".into()),
    ("no algorithm", Form, |it| {
        it.header.remove("alg");
    }),
    ("no signature", Proof, |it| it.signature.clear()),
    ("a signature of zeros", Proof, |it| it.signature = base64url(&[0; 64])),
    ("half a signature", Proof, |it| it.signature.truncate(44)),
    ("a signature of a megabyte", Form, |it| it.signature = "A".repeat(1 << 20)),
    ("a padded signature", Form, |it| it.signature.push_str("==")),
    ("a signature with a space", Form, |it| it.signature.insert(10, ' ')),
    ("another key of the issuer", Proof, |it| {
        let kid = it.header["kid"].as_str().unwrap().replace("p256", "ed25519");
        it.header["kid"] = kid.into();
    }),
];

const SIGNED: &[(&str, CheckName, Change)] = &[
    ("another type of token", Form, |it| it.header["typ"] = "JWT".into()),
    ("no type of token", Form, |it| {
        it.header.remove("typ");
    }),
    ("the type of a status list", Form, |it| it.header["typ"] = "statuslist+jwt".into()),
    ("a critical extension", Form, |it| {
        it.header.insert("crit".into(), json!(["exp"]));
    }),
    ("a key that the issuer never had", IssuerKey, |it| it.header["kid"] = "#key-p256-9".into()),
    ("no key", IssuerKey, |it| {
        it.header.remove("kid");
    }),
    ("no type of credential", Form, |it| {
        it.claims.remove("vct");
    }),
    ("another type of credential", Policy, |it| {
        it.claims["vct"] = "https://schemas.passerelle.example/v1#Separation".into();
    }),
    ("ended", Validity, |it| it.claims["exp"] = json!(1_700_000_000)),
    ("begins later", Validity, |it| {
        it.claims.insert("nbf".into(), json!(3_900_000_000_u64));
    }),
    ("an end that is a text", Validity, |it| it.claims["exp"] = "2099-01-01T00:00:00Z".into()),
    ("an end that is no time", Validity, |it| it.claims["exp"] = json!(1e300)),
    ("another issuer", IssuerKey, |it| it.claims["iss"] = "did:passerelle:another".into()),
    ("nobody's", HolderBinding, |it| {
        it.claims.remove("cnf");
    }),
    ("a holder's key that is none", Form, |it| it.claims["cnf"] = json!({"jwk": {"kty": "RSA"}})),
    ("a weak hash", Form, |it| it.claims["_sd_alg"] = "md5".into()),
    ("no status", Status, |it| {
        it.claims.remove("status");
    }),
    ("a status list on another host", Status, |it| {
        it.claims["status"]["status_list"]["uri"] = "https://mallory.example/status/1".into();
    }),
    ("a place outside of the list", Status, |it| {
        it.claims["status"]["status_list"]["idx"] = json!(99_999_999)
    }),
    ("the staff of another organisation", Accreditation, |it| {
        it.claims["worksFor"]["id"] = "did:passerelle:another".into();
    }),
    ("a digest twice", Form, |it| {
        let digests = it.claims["_sd"].as_array_mut().unwrap();
        digests.push(digests[0].clone());
    }),
    ("a claim in clear that is disclosed too", Form, |it| {
        it.claims.insert("givenName".into(), "Mallory".into());
    }),
    ("nested a hundred deep", Form, |it| {
        it.claims.insert("x".into(), (0..100).fold(json!(1), |inner, _| json!([inner])));
    }),
    ("a claim against the schema", Schema, |it| {
        it.claims["worksFor"] = json!({"id": it.claims["worksFor"]["id"], "name": ""});
    }),
];

const DISCLOSURES: &[(&str, CheckName, Disclosures)] = &[
    ("a disclosure changed", Form, |it| it[0] = disclosure(&json!(["salt", "givenName", "Mallory"]))),
    ("a disclosure added", Form, |it| it.push(disclosure(&json!(["salt", "gradeLevel", "D-2"])))),
    ("a disclosure twice", Form, |it| it.push(it[0].clone())),
    ("a disclosure of a reserved name", Form, |it| it.push(disclosure(&json!(["salt", "_sd", []])))),
    ("a disclosure of four", Form, |it| it.push(disclosure(&json!(["salt", "a", "b", "c"])))),
    ("a disclosure of one", Form, |it| it.push(disclosure(&json!(["salt"])))),
    ("a disclosure that is no list", Form, |it| it.push(disclosure(&json!({"a": 1})))),
    ("a disclosure that is no text", Form, |it| it.push("!!!".into())),
    ("an empty disclosure", Form, |it| it.push(String::new())),
    ("three thousand disclosures", Form, |it| {
        it.extend((0..3_000).map(|n| disclosure(&json!([n.to_string(), format!("c{n}"), n]))));
    }),
    ("the names withheld", Policy, |it| it.retain(|one| !said(one).contains("Name"))),
];

/// Claims of a key binding JWT, and its header.
const BINDINGS: &[(&str, CheckName, Change)] = &[
    ("of an earlier request", HolderBinding, |it| it.claims["nonce"] = "earlier".into()),
    ("for another verifier", HolderBinding, |it| it.claims["aud"] = "somebody".into()),
    ("for several verifiers", HolderBinding, |it| it.claims["aud"] = json!([AUDIENCE, "somebody"])),
    ("without a nonce", HolderBinding, |it| {
        it.claims.remove("nonce");
    }),
    ("without an audience", HolderBinding, |it| {
        it.claims.remove("aud");
    }),
    ("of another presentation", HolderBinding, |it| it.claims["sd_hash"] = base64url(&[7; 32]).into()),
    ("of no presentation", HolderBinding, |it| {
        it.claims.remove("sd_hash");
    }),
    ("made yesterday", HolderBinding, |it| {
        it.claims["iat"] = json!(it.claims["iat"].as_i64().unwrap() - 86_400);
    }),
    ("made tomorrow", HolderBinding, |it| {
        it.claims["iat"] = json!(it.claims["iat"].as_i64().unwrap() + 86_400);
    }),
    ("at no time", HolderBinding, |it| {
        it.claims.remove("iat");
    }),
    ("of another type", HolderBinding, |it| it.header["typ"] = "JWT".into()),
    ("alg none", HolderBinding, |it| it.header["alg"] = "none".into()),
    ("another algorithm", HolderBinding, |it| it.header["alg"] = "ES384".into()),
];

pub async fn untouched(scene: &Scene) -> Value {
    bound(scene, &issued(scene).await).await
}

pub async fn attacks(scene: &Scene) -> Vec<Attack> {
    let text = issued(scene).await;
    let (jwt, rest) = text.split_once('~').unwrap();
    let mut attacks = Vec::new();
    for (name, stopped_by, change) in UNSIGNED {
        let mut parts = Parts::of(jwt);
        change(&mut parts);
        attacks.push(attack(name, *stopped_by, bound(scene, &format!("{}~{rest}", parts.text())).await));
    }
    for (name, stopped_by, change) in SIGNED {
        let mut parts = Parts::of(jwt);
        change(&mut parts);
        let signed = parts.signed(scene.undp.p256.as_ref()).await;
        attacks.push(attack(name, *stopped_by, bound(scene, &format!("{signed}~{rest}")).await));
    }
    let by_another = Parts::of(jwt).signed(scene.wfp.p256.as_ref()).await;
    attacks.push(attack("signed by another", Proof, bound(scene, &format!("{by_another}~{rest}")).await));
    for (name, stopped_by, change) in DISCLOSURES {
        let mut disclosures: Vec<_> = rest.split_terminator('~').map(str::to_owned).collect();
        change(&mut disclosures);
        let changed: String = disclosures.iter().map(|one| format!("{one}~")).collect();
        attacks.push(attack(name, *stopped_by, bound(scene, &format!("{jwt}~{changed}")).await));
    }
    attacks.extend(bindings(scene, &text).await);
    attacks
}

async fn bindings(scene: &Scene, text: &str) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (name, stopped_by, change) in BINDINGS {
        let mut parts = binding(scene, text);
        change(&mut parts);
        let signed = parts.signed(scene.holder.key.as_ref()).await;
        attacks.push(attack(&format!("binding {name}"), *stopped_by, format!("{text}{signed}").into()));
    }
    let by_thief = binding(scene, text).signed(scene.thief.key.as_ref()).await;
    let own = binding(scene, text).signed(scene.holder.key.as_ref()).await;
    let fewer = text.split_once('~').map(|(jwt, rest)| format!("{jwt}~{}", rest.split_once('~').unwrap().1));
    attacks.extend([
        attack("binding by a thief", HolderBinding, format!("{text}{by_thief}").into()),
        attack("no binding", HolderBinding, text.into()),
        attack("two bindings", Form, format!("{text}{own}~{own}").into()),
        attack("a binding of more disclosures", HolderBinding, format!("{}{own}", fewer.unwrap()).into()),
        attack("an object for a text", Form, json!({"sd_jwt": text})),
    ]);
    attacks
}

async fn issued(scene: &Scene) -> String {
    let staff = scene.world.staff(&scene.undp);
    let Copy::Compact(text) = scene.world.issue_compact(&scene.undp, &scene.holder, &staff).await else {
        panic!("not compact");
    };
    text
}

async fn bound(scene: &Scene, text: &str) -> Value {
    format!("{text}{}", binding(scene, text).signed(scene.holder.key.as_ref()).await).into()
}

fn binding(scene: &Scene, text: &str) -> Parts {
    let object = |value: Value| -> Map<String, Value> { value.as_object().unwrap().clone() };
    let made_at = scene.world.clock.now() - Duration::seconds(1);
    Parts {
        header: object(json!({"typ": "kb+jwt", "alg": "ES256"})),
        claims: object(json!({
            "iat": made_at.timestamp(), "aud": AUDIENCE, "nonce": NONCE,
            "sd_hash": base64url(&Sha256::digest(text)),
        })),
        signature: String::new(),
    }
}

fn disclosure(content: &Value) -> String {
    base64url(content.to_string().as_bytes())
}

fn said(disclosure: &str) -> String {
    String::from_utf8(crate::jose::decoded(disclosure)).unwrap()
}

fn attack(name: &str, stopped_by: CheckName, presentation: Value) -> Attack {
    Attack { name: name.to_owned(), format: "dc+sd-jwt", stopped_by, presentation }
}
