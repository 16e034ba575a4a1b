//! Attacks on what stands around a credential: keys, accreditations, schemas, status lists, the chain.

use registry_types::record::{Stop, Suspension};
use verification::ChainError;
use wire::verifications::CheckName::{self, Accreditation, IssuerKey, Schema, Status};

use crate::world::{STAFF, STAFF_SCHEMA};
use crate::{Scene, Tally};

/// What happens in the world after the credential was issued.
const CHANGES: &[(&str, CheckName)] = &[
    ("revoked", Status),
    ("suspended", Status),
    ("list swapped for another issuer's", Status),
    ("list of before the revocation", Status),
    ("list never registered", Status),
    ("list out of reach", Status),
    ("list no list", Status),
    ("list empty", Status),
    ("list signed by a thief", Status),
    ("list bomb", Status),
    ("key retired", IssuerKey),
    ("key stolen", IssuerKey),
    ("key stopped", IssuerKey),
    ("issuer stopped", IssuerKey),
    ("issuer gave up its identifier", IssuerKey),
    ("issuer unknown", IssuerKey),
    ("accreditation withdrawn", Accreditation),
    ("accreditation suspended", Accreditation),
    ("accreditation never given", Accreditation),
    ("accreditation for another organisation", Accreditation),
    ("membership ended", Accreditation),
    ("schema unknown", Schema),
    ("schema another", Schema),
    ("chain out of reach", Accreditation),
    ("chain too old", Accreditation),
    ("chain without proof", Accreditation),
];

pub async fn run(tally: &mut Tally) {
    for format in ["ldp_vc", "dc+sd-jwt"] {
        for (name, check) in CHANGES {
            let mut scene = Scene::new().await;
            happen(&mut scene, name).await;
            let text = match format {
                "ldp_vc" => scene.json.to_string(),
                _ => scene.compact.clone(),
            };
            tally.attack(format!("{format}: {name}"), *check, scene.hand_over(&text)).await;
        }
    }
}

async fn happen(scene: &mut Scene, what: &str) {
    let index = scene.world.staff(&scene.undp).index;
    let lists = ["revocation", "suspension", "token"].map(|name| (name, scene.undp.list(name)));
    match what {
        "revoked" => scene.world.publish(&scene.undp, &[index], &[]).await,
        "suspended" => scene.world.publish(&scene.undp, &[], &[index]).await,
        "list of before the revocation" => {
            let old = scene.world.web.pages.lock().unwrap().clone();
            scene.world.advance(60);
            scene.world.publish(&scene.undp, &[index], &[]).await;
            *scene.world.web.pages.lock().unwrap() = old;
        }
        "list never registered" => scene.world.chain.change(|ledger| ledger.statuses.clear()),
        "list out of reach" => scene.world.web.pages.lock().unwrap().clear(),
        _ if what.starts_with("list ") => {
            for (name, url) in lists {
                let shown = match what {
                    "list swapped for another issuer's" => {
                        scene.world.web.pages.lock().unwrap()[&scene.wfp.list(name)].clone()
                    }
                    "list no list" => b"{\"a\":1}".to_vec(),
                    "list empty" => Vec::new(),
                    "list bomb" => bomb(),
                    _ => {
                        let mut thief = scene.undp.clone();
                        (thief.ed25519, thief.p256) = (scene.wfp.ed25519.clone(), scene.wfp.p256.clone());
                        match name {
                            "token" => scene.world.token_list(&thief, &[], &[]).await,
                            _ => scene.world.bitstring(&thief, name, &[]).await,
                        }
                    }
                };
                // The issuer's operator is in the plot: the digest on the chain is that of what is shown.
                scene.world.register(&scene.undp, &url, &shown);
                scene.world.show(&url, shown);
            }
        }
        "key retired" => scene.world.rotate(&mut scene.undp, false),
        "key stolen" => scene.world.rotate(&mut scene.undp, true),
        "accreditation withdrawn" => scene.world.withdraw(&scene.undp, STAFF),
        "accreditation for another organisation" => {
            scene.world.accredit(&scene.undp, STAFF, &[&scene.wfp.did])
        }
        _ => on_the_chain(scene, what),
    }
    scene.world.advance(1);
}

fn on_the_chain(scene: &Scene, what: &str) {
    let (did, now) = (scene.undp.did.clone(), scene.world.now_ms());
    let keys = [&scene.undp.ed25519, &scene.undp.p256].map(|key| {
        use keys::Signer as _;
        key.public_key().to_multikey()
    });
    let stop = |multikey: Option<String>| Stop { multikey, from_ms: now, until_ms: None, confirmed_ms: None };
    scene.world.chain.change(|ledger| match what {
        "key stopped" => {
            let record = ledger.dids.get_mut(&did).unwrap();
            record.stops = keys.into_iter().map(|key| stop(Some(key))).collect();
        }
        "issuer stopped" => ledger.dids.get_mut(&did).unwrap().stops = vec![stop(None)],
        "issuer gave up its identifier" => ledger.dids.get_mut(&did).unwrap().deactivated_ms = Some(now),
        "issuer unknown" => drop(ledger.dids.remove(&did)),
        "accreditation suspended" => {
            let record = ledger.accreditations.get_mut(&(did, STAFF.to_owned())).unwrap();
            record.suspensions = vec![Suspension { from_ms: now, until_ms: None, by_governors: true }];
        }
        "accreditation never given" => ledger.accreditations.clear(),
        "membership ended" => {
            let organisation = ledger.organisations.get_mut(&scene.undp.id).unwrap();
            let status = registry_types::MemberStatus::Suspended;
            organisation.status = status;
            organisation.standings.push(registry_types::record::Standing { status, from_ms: now });
        }
        "schema unknown" => ledger.schemas.clear(),
        "schema another" => ledger.schemas.get_mut(STAFF_SCHEMA).unwrap().digest = [1; 32],
        "chain out of reach" => ledger.fault = Some(ChainError::Unreachable),
        "chain too old" => ledger.fault = Some(ChainError::Stale),
        "chain without proof" => ledger.fault = Some(ChainError::Unproven),
        other => panic!("nobody wrote what happens: {other}"),
    });
}

/// A long run of one letter where a signed list should be.
fn bomb() -> Vec<u8> {
    let encoded = "A".repeat(900_000);
    format!("{{\"credentialSubject\":{{\"encodedList\":\"u{encoded}\"}}}}").into_bytes()
}
