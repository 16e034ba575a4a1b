//! Who acted for a person, a colleague's word about a proof, and the year that officers look at.

use entitlement::cycle::HelperRole;
use issuer::app::{FundError, NewHelper, NewProof};

use crate::console::Browser;
use crate::fund::{AMINA, fund, night, officer, person, proof, silent};

#[tokio::test(flavor = "multi_thread")]
async fn helper_is_named_in_the_evidence_and_the_name_stays_out_of_the_journal() {
    let world = fund(&[AMINA]).await;
    night(&world, "2026-01-06").await;
    let amina = person(&world, "100000001").await;
    let helper = Some(NewHelper {
        role: HelperRole::PowerOfAttorney,
        name: "Ousmane Diallomensah, deed of 3 May 2024".into(),
    });
    let new = NewProof { helper, ..proof(&amina, 1, "2026-01-05") };
    let receipt = world.issuer.enter_proof(&officer("ann"), &new).await.unwrap();
    assert_eq!(receipt.years, [2026], "a proof like any other");
    let flo = Browser::officer(&world, "unjspf", "Flo").await;
    let page = flo.get(&format!("/console/fund/people/{amina}")).await.text();
    assert!(
        page.contains("Ousmane Diallomensah, deed of 3 May 2024")
            && page.contains("with a power of attorney")
    );
    let export = world.issuer.export_journal(&officer("eve"), &amina).await.unwrap();
    let journal = serde_json::to_string(&export).unwrap();
    assert!(journal.contains("powerOfAttorney") && !journal.contains("Ousmane"), "{journal}");
    assert!(entitlement::journal::verify(&export).holds());
    for (role, name) in [("guardian", " "), ("nephew", "Ousmane"), ("", "Ousmane")] {
        assert!(matches!(NewHelper::of(role, name), Err(FundError::Form(_))), "{role} {name}");
    }
    assert!(NewHelper::of("", " ").unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_colleague_decides_is_not_decided_by_who_wrote_it_down() {
    let world = fund(&[AMINA]).await;
    night(&world, "2026-01-06").await;
    let amina = person(&world, "100000001").await;
    let new = NewProof { accept: false, ..proof(&amina, 1, "2026-01-05") };
    let waits = world.issuer.enter_proof(&officer("ann"), &new).await.unwrap();
    let own = world.issuer.decide_proof(&officer("ann"), &waits.id, true, "").await;
    assert!(matches!(own, Err(FundError::OwnProof)), "{own:?}");
    let decided = world.issuer.decide_proof(&officer("ben"), &waits.id, true, "").await.unwrap();
    assert_eq!(decided.years, [2026]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_show_the_year_in_which_somebody_is_late() {
    let (world, _) = silent().await;
    assert_eq!(world.issuer.fund_year_in_work("unjspf", &[2026, 2027]).await.unwrap(), Some(2026));
    let flo = Browser::officer(&world, "unjspf", "Flo").await;
    for page in ["/console/fund", "/console/fund/figures", "/console/fund/follow-up"] {
        assert!(flo.get(page).await.text().contains("2026"), "{page}");
    }
    let calm = fund(&[AMINA]).await;
    night(&calm, "2026-01-06").await;
    assert_eq!(calm.issuer.fund_year_in_work("unjspf", &[2025, 2026]).await.unwrap(), Some(2026));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_missed_the_first_mailing_gets_one_form_and_not_two() {
    let rows = ["100000001,Amina,Diallomensah,1950-05-05,SEN,fr,one,2012-01-01,,"];
    let world = fund(&rows).await;
    for day in ["2026-01-06", "2026-06-30", "2026-10-31"] {
        night(&world, day).await;
    }
    let new = issuer::app::NewMailing {
        kinds: vec!["mail-paper".into()],
        telephone: "+1 212 963 6931".into(),
        return_address: "New York".into(),
    };
    let id = world.issuer.make_mailing(&officer("clerk"), &new).await.unwrap();
    world.issuer.gather_mailings(world.tenant("unjspf")).await.unwrap();
    let view = world.issuer.mailing("unjspf", &id).await.unwrap();
    // She has no address, so the one form is left out with the reason; the first is asked for no more.
    assert_eq!((view.row.letters, view.row.left_out), (0, 1));
    let amina = person(&world, "100000001").await;
    let effects = world.issuer.fund_person_page("unjspf", &amina).await.unwrap().effects;
    let forms: Vec<_> = effects.iter().filter(|it| it.kind == "mail-paper").collect();
    assert_eq!(forms.iter().map(|it| it.done_at.is_some()).collect::<Vec<_>>(), [true, false]);
}

/// Signed by a guardian on the paper: the officer who reads the form names them, and so does the evidence.
#[tokio::test(flavor = "multi_thread")]
async fn form_that_somebody_signed_for_the_person_names_them_in_the_evidence() {
    use crate::post::{gathered, raster, scanned, words};
    let world = crate::support::World::start().await;
    crate::post::register(&world, &[crate::post::AMINA]).await;
    night(&world, "2026-07-01").await;
    let id = gathered(&world).await;
    let pdf = world.issuer.mailing_piece(&officer("clerk"), &id, 1).await.unwrap();
    let text = words(&pdf);
    for expected in ["j’agis pour cette personne", "Tuteur", "Procuration"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    world.clock.set(crate::post::at("2026-08-03", 9));
    let read = world.issuer.read_scan(&officer("clerk"), scanned(&raster(&pdf, 0), true, 2)).await.unwrap();
    let scan = read[0].scan.id.clone();
    let flo = Browser::officer(&world, "unjspf", "Flo").await;
    let fields = [
        ("accept", "yes"),
        ("on", "2026-07-20"),
        ("helper_role", "guardian"),
        ("helper_name", "Ousmane Diallo, order of the court of Dakar"),
    ];
    let done = flo.post(&format!("/console/fund/scans/{scan}/decision"), &fields).await;
    assert_eq!(done.status, 303, "{}", done.text());
    let amina = person(&world, "100000001").await;
    let page = flo.get(&format!("/console/fund/people/{amina}")).await.text();
    assert!(
        page.contains("Ousmane Diallo, order of the court of Dakar") && page.contains("guardian"),
        "{page}"
    );
    let export = world.issuer.export_journal(&officer("eve"), &amina).await.unwrap();
    let journal = serde_json::to_string(&export).unwrap();
    assert!(journal.contains("guardian") && !journal.contains("Ousmane"), "{journal}");
}
