//! What payroll is told: who is held, who is paid again, who is paid no more.

use entitlement::cycle::HoldKind;
use issuer::app::{FundError, NewHold};
use serde_json::Value;

use super::{BORIS, approved_list, at, import, night, officer, person, prove, silent, unposted};

/// Everything is as it should be but for the form, which lies in the house or left too late.
#[tokio::test(flavor = "multi_thread")]
async fn list_spares_whose_form_was_not_posted_or_has_not_had_its_days() {
    let (world, amina) = unposted().await;
    let mut tx = world.issuer.store().write("test").await.unwrap();
    for kind in ["mail-paper", "send-notice"] {
        for asked in tx.list_open_fund_effects("unjspf", kind, "", 9).await.unwrap() {
            let on = if kind == "mail-paper" { at("2027-04-18", 9) } else { asked.asked_at };
            if asked.person == amina || kind == "send-notice" {
                tx.finish_fund_effect("unjspf", &asked.key, "mailing of a test", on).await.unwrap();
            }
        }
    }
    tx.commit().await.unwrap();
    let payroll = "2027-06-01".parse().unwrap();
    let list = world.issuer.prepare_list(&officer("clerk"), 2026, payroll).await.unwrap();
    let list = world.issuer.fund_list("unjspf", &list).await.unwrap().list;
    let mut why: Vec<&str> = list.held_out.iter().map(|held| held.why.as_str()).collect();
    why.sort_unstable();
    assert_eq!(list.entries, []);
    assert_eq!(
        why,
        ["no form of the year has left yet", "the form left on 2027-04-18 and is asked back by 2027-06-02"]
    );
}

/// What a JWS says.
pub fn payload(jws: &str) -> Value {
    use base64::Engine as _;
    let part = jws.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// What spares a person by then spares them in the early file too.
#[tokio::test(flavor = "multi_thread")]
async fn early_payroll_file_spares_whom_the_coming_nights_will_spare() {
    let (world, amina) = silent().await;
    let id = approved_list(&world).await;
    let hold = NewHold {
        person: amina.clone(),
        kind: HoldKind::Hospital,
        reason: "a stroke".into(),
        until: Some("2027-05-25".parse().unwrap()),
    };
    world.issuer.place_hold(&officer("ann"), &hold).await.unwrap();
    let csv = String::from_utf8(world.issuer.payroll_file(&officer("ben"), &id).await.unwrap().csv).unwrap();
    assert!(csv.contains("100000002") && !csv.contains("100000001"), "{csv}");
    let standing = world.issuer.list_standing("unjspf", &id).await.unwrap();
    assert_eq!((standing.held, standing.ahead, standing.off.len()), (1, 1, 1));
    night(&world, "2027-06-01").await;
    let now = world.issuer.list_standing("unjspf", &id).await.unwrap();
    assert_eq!((now.held, now.ahead, now.off), (1, 0, standing.off), "as it was foreseen");
}

#[tokio::test(flavor = "multi_thread")]
async fn payroll_is_told_each_change_once_until_it_has_it() {
    let (world, amina) = silent().await;
    let by = officer("payroll");
    assert!(world.issuer.make_payroll_changes(&by).await.unwrap().is_none(), "nothing to tell");
    approved_list(&world).await;
    night(&world, "2027-06-01").await;
    let made = world.issuer.make_payroll_changes(&by).await.unwrap().unwrap();
    assert_eq!((made.row.changes, made.changes[0].change.as_str()), (2, "hold"));
    world.clock.set(at("2027-06-10", 12));
    prove(&world, &amina, 1, "2027-06-09").await;
    // Until payroll has it the file is the same, whoever asks.
    let again = world.issuer.make_payroll_changes(&officer("eve")).await.unwrap().unwrap();
    assert_eq!((again.row.id.as_str(), again.changes), (made.row.id.as_str(), made.changes));
    assert_eq!(world.issuer.payroll_changes_waiting("unjspf").await.unwrap(), 1);
    for _ in 0..2 {
        world.issuer.acknowledge_payroll_changes(&by, &made.row.id).await.unwrap();
    }
    let boris = person(&world, "100000002").await;
    let row = BORIS.trim_end_matches(',').to_owned() + ",,2027-06-05";
    import(&world, &[&row]).await;
    night(&world, "2027-06-11").await;
    let next = world.issuer.make_payroll_changes(&by).await.unwrap().unwrap();
    let told: Vec<_> = next
        .changes
        .iter()
        .map(|it| (it.change.as_str(), it.person.as_str(), it.effective_on.to_string(), it.reason.as_str()))
        .collect();
    assert_eq!(
        told[..2],
        [
            ("resume", amina.as_str(), "2027-06-10".to_owned(), "reinstated-to-same-account"),
            ("stop", boris.as_str(), "2027-06-05".to_owned(), "death-confirmed"),
        ]
    );
    let file = world.issuer.payroll_changes_file(&by, &next.row.id).await.unwrap();
    let csv = String::from_utf8(file.csv).unwrap();
    assert!(csv.contains("uid,person,change,effective_on,reason,year,reference"), "{csv}");
    assert!(csv.contains(&format!("100000001,{amina},resume,2027-06-10")), "{csv}");
    assert_eq!(payload(&file.jws)["changes"].as_array().unwrap().len(), next.changes.len());
    let open = async || {
        let page = world.issuer.fund_person_page("unjspf", &boris).await.unwrap();
        page.effects.iter().filter(|it| it.kind == "stop-payment" && it.done_at.is_none()).count()
    };
    assert!(open().await > 0);
    world.issuer.acknowledge_payroll_changes(&by, &next.row.id).await.unwrap();
    assert_eq!(open().await, 0, "what it ended is done");
    assert!(world.issuer.make_payroll_changes(&by).await.unwrap().is_none());
    assert!(matches!(
        world.issuer.acknowledge_payroll_changes(&by, "unknown").await,
        Err(FundError::Unknown)
    ));
}
