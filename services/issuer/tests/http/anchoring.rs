use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use issuance::Format;
use serde_json::Value;

use crate::ledger::Fault;
use crate::support::{Holder, LDP, SD_JWT, UNDP, World, json, problem, start_time};

fn bytes(value: &Value) -> [u8; 32] {
    URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap().try_into().unwrap()
}

/// Checks a receipt as a verifier does: the leaf of this very copy leads to the root on the chain.
fn verify(world: &World, receipt: &Value, format: Format, document: &str) {
    let digest = issuance::build::digest(format, document).unwrap();
    let leaf = merkle::leaf(&bytes(&receipt["salt"]), &digest);
    let path: Vec<[u8; 32]> = receipt["path"].as_array().unwrap().iter().map(bytes).collect();
    let number = |name: &str| receipt[name].as_u64().unwrap();
    let anchored = world.ledger.with(|state| state.anchors[&(UNDP.to_owned(), number("sequence"))]);
    let (index, count) = (number("leafIndex"), number("leafCount"));
    let (index, count) = (u32::try_from(index).unwrap(), u32::try_from(count).unwrap());
    merkle::verify(&leaf, index, count, &path, &anchored.root).unwrap();
    assert_eq!(receipt["issuer"], UNDP);
    assert_eq!(count, 16, "padded");
}

fn roots(world: &World) -> Vec<(u64, [u8; 32])> {
    world.ledger.with(|state| state.anchors.iter().map(|((_, at), it)| (*at, it.root)).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_prove_the_anchor_of_each_copy() {
    let world = World::start().await;
    world.ledger.with(|state| state.time = start_time());
    let (link, holder) = (world.offer().await, Holder::new(1));
    let ldp = world.credential(&link, LDP, &holder).await["credentials"][0].clone();
    let sd_jwt = world.credential(&link, SD_JWT, &holder).await["credentials"][0].clone();
    let address = |credential: &Value| credential["receipt_uri"].as_str().unwrap().to_owned();
    let pending = world.get(&address(&ldp)).await;
    assert_eq!((pending.status, json(&pending)["state"].as_str()), (202, Some("pending")));
    world.issuer.anchor(world.tenant("undp")).await.unwrap();
    let receipt = world.get(&address(&ldp)).await;
    assert_eq!(receipt.status, 200);
    verify(&world, &json(&receipt), Format::LDP_VC, &ldp["credential"].to_string());
    let receipt = json(&world.get(&address(&sd_jwt)).await);
    verify(&world, &receipt, Format::SdJwt, sd_jwt["credential"].as_str().unwrap());
    let page = world.issuer.subject_page(world.tenant("undp"), "s-10023").await.unwrap();
    assert!(page.copies.iter().all(|view| view.anchored_at == Some(start_time())));
    assert_eq!(problem(&world.get("/t/undp/receipts/unknown").await), (404, "not-found".into()));
    let foreign = address(&ldp).replace("/undp/", "/wfp/");
    assert_eq!(problem(&world.get(&foreign).await), (404, "not-found".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_waiting_means_nothing_sent() {
    let world = World::start().await;
    let writes = world.ledger.with(|state| state.writes);
    world.issuer.anchor(world.tenant("undp")).await.unwrap();
    assert_eq!(world.ledger.with(|state| state.writes), writes);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anchoring_cut_off_at_either_side_is_finished_with_the_same_batch() {
    for fault in [Fault::Lost, Fault::AnswerLost] {
        let world = World::start().await;
        let (link, holder) = (world.offer().await, Holder::new(1));
        let credential = world.credential(&link, LDP, &holder).await["credentials"][0].clone();
        world.ledger.fail_next(fault);
        assert!(world.issuer.anchor(world.tenant("undp")).await.is_err());
        let receipt_uri = credential["receipt_uri"].as_str().unwrap();
        assert_eq!(world.get(receipt_uri).await.status, 202, "not before it is confirmed");
        let before = roots(&world);
        let world = world.restart().await;
        // Another copy in between does not come into the batch that was cut off.
        world.credential(&link, SD_JWT, &holder).await;
        world.issuer.anchor(world.tenant("undp")).await.unwrap();
        let after = roots(&world);
        assert_eq!(after.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [1, 2], "{fault:?}");
        assert!(before.iter().all(|known| after.contains(known)), "{fault:?}");
        let receipt = json(&world.get(receipt_uri).await);
        assert_eq!(receipt["sequence"], 1);
        verify(&world, &receipt, Format::LDP_VC, &credential["credential"].to_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_root_in_our_place_moves_the_batch() {
    let world = World::start().await;
    let foreign = issuer::app::Anchored { root: [9; 32], height: 1, block_time: start_time() };
    for sequence in [1, 2] {
        world.ledger.with(|state| state.anchors.insert((UNDP.to_owned(), sequence), foreign));
    }
    let (link, holder) = (world.offer().await, Holder::new(1));
    let credential = world.credential(&link, LDP, &holder).await["credentials"][0].clone();
    world.issuer.anchor(world.tenant("undp")).await.unwrap();
    let receipt = json(&world.get(credential["receipt_uri"].as_str().unwrap()).await);
    assert_eq!(receipt["sequence"], 3);
    verify(&world, &receipt, Format::LDP_VC, &credential["credential"].to_string());
}
