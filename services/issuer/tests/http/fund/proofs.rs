//! Proofs that officers enter: accepted, waiting, refused.

use entitlement::cycle::{Channel, StageName};
use issuer::app::{FundError, NewProof, Receipt};

use super::{AMINA, BORIS, at, fund, night, officer, person, proof, prove, silent, stages};

#[tokio::test(flavor = "multi_thread")]
async fn every_channel_of_an_officer_ends_in_the_same_receipt() {
    let channels = [
        Channel::Paper,
        Channel::Upload,
        Channel::Letter,
        Channel::Visit,
        Channel::VideoCall,
        Channel::Authority,
    ];
    for (digest, channel) in (1..).zip(channels) {
        let world = fund(&[AMINA]).await;
        world.clock.set(at("2026-07-20", 12));
        let amina = person(&world, "100000001").await;
        let new = NewProof { channel, ..proof(&amina, digest, "2026-07-18") };
        let receipt = world.issuer.enter_proof(&officer("ann"), &new).await.unwrap();
        assert_eq!(
            (receipt.state.as_str(), receipt.years.as_slice()),
            ("accepted", &[2026][..]),
            "{channel:?}"
        );
        assert_eq!(receipt.valid_until, Some("2027-12-31".parse().unwrap()));
        assert_eq!(receipt.reference.len(), 9);
        assert_eq!(stages(&world, &amina).await, [(2026, StageName::Closed)]);
        let again = world.issuer.enter_proof(&officer("ben"), &new).await.unwrap();
        assert!(again.again);
        assert_eq!(Receipt { again: false, ..again }, receipt);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_proof_closes_the_year_and_the_missed_one_before() {
    let (world, amina) = silent().await;
    let receipt = prove(&world, &amina, 1, "2027-05-20").await;
    let page = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    let open: Vec<_> = page.effects.iter().filter(|effect| effect.done_at.is_none()).collect();
    assert_eq!(
        open.iter().map(|it| it.kind.as_str()).collect::<Vec<_>>(),
        ["send-receipt"],
        "no letter leaves"
    );
    assert_eq!(receipt.years, [2026, 2027]);
    assert_eq!(receipt.valid_until, Some("2028-12-31".parse().unwrap()));
    assert_eq!(stages(&world, &amina).await, [(2026, StageName::Closed), (2027, StageName::Closed)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_that_are_none_are_refused_with_a_reason() {
    let world = fund(&[AMINA, BORIS]).await;
    world.clock.set(at("2026-07-20", 12));
    let (amina, boris) = (person(&world, "100000001").await, person(&world, "100000002").await);
    let enter = async |new: NewProof| world.issuer.enter_proof(&officer("ann"), &new).await.unwrap_err();
    let good = proof(&amina, 1, "2026-07-18");
    let unknown = enter(NewProof { person: "NOBOD-YHERE".into(), ..good.clone() }).await;
    assert!(matches!(unknown, FundError::Unknown));
    let later = enter(NewProof { captured_at: at("2026-07-25", 9), ..good.clone() }).await;
    assert!(matches!(later, FundError::Evidence(_)), "{later}");
    let later = enter(NewProof { received_at: Some(at("2026-07-21", 9)), ..good.clone() }).await;
    assert!(matches!(later, FundError::Form(_)), "{later}");
    let bare = enter(NewProof { digests: vec![], ..good.clone() }).await;
    assert!(matches!(bare, FundError::Evidence(_)), "{bare}");
    prove(&world, &amina, 1, "2026-07-18").await;
    let stolen = enter(NewProof { person: boris, ..good }).await;
    assert!(matches!(stolen, FundError::OfAnother), "{stolen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_proof_stops_letters_and_a_refusal_offers_another_way() {
    let world = fund(&[AMINA]).await;
    night(&world, "2026-01-06").await;
    world.clock.set(at("2026-06-20", 12));
    let amina = person(&world, "100000001").await;
    let new = NewProof { accept: false, ..proof(&amina, 1, "2026-06-18") };
    let receipt = world.issuer.enter_proof(&officer("ann"), &new).await.unwrap();
    assert_eq!((receipt.state.as_str(), receipt.years.len()), ("waiting", 0));
    night(&world, "2026-06-30").await;
    assert_eq!(stages(&world, &amina).await, [(2026, StageName::Open)]);
    let refused = world.issuer.decide_proof(&officer("ben"), &receipt.id, false, " ").await.unwrap_err();
    assert!(matches!(refused, FundError::Form(_)), "{refused}");
    let words = "the signature is another person's";
    world.issuer.decide_proof(&officer("ben"), &receipt.id, false, words).await.unwrap();
    let page = world.issuer.fund_person_page("unjspf", &amina).await.unwrap();
    let kinds: Vec<&str> = page.effects.iter().map(|effect| effect.kind.as_str()).collect();
    assert!(kinds.contains(&"offer-another-channel") && kinds.contains(&"mail-paper"), "{kinds:?}");
    assert_eq!(page.notes[0].1, words);
    let twice = world.issuer.decide_proof(&officer("eve"), &receipt.id, true, "").await.unwrap_err();
    assert!(matches!(twice, FundError::Decided), "{twice}");
}
