//! The Fund's year through its routes and use cases: register, nights, proofs, lists, journals.

mod at_rest;
mod console;
mod lists;
mod machines;
mod nights;
mod payroll;
mod people;
mod proofs;
mod record;
mod register;
mod taken_back;

use chrono::{NaiveDate, TimeZone as _, Utc};
use entitlement::cycle::{Channel, StageName};
use issuance::Actor;
use issuance::import::File;
use issuer::app::{NewProof, Receipt, RegisterSource};

use crate::support::World;

const HEAD: &str =
    "uid,given_name,family_name,birth_date,country,language,track,in_payment_since,benefit_until,died_on";
pub const AMINA: &str = "100000001,Amina,Diallomensah,1950-05-05,SEN,fr,one,2012-01-01,,";
pub const BORIS: &str = "100000002,Boris,Petrovskij,1940-02-01,RUS,ru,one,2003-01-01,,";

pub fn officer(name: &str) -> Actor {
    Actor { tenant: "unjspf".into(), officer: name.into() }
}

pub fn at(day: &str, hour: u32) -> clock::Timestamp {
    Utc.from_utc_datetime(&day.parse::<NaiveDate>().unwrap().and_hms_opt(hour, 0, 0).unwrap())
}

/// A world of 5 January 2026 in which these people are on the register.
pub async fn fund(rows: &[&str]) -> World {
    let world = World::start().await;
    world.clock.set(at("2026-01-05", 12));
    import(&world, rows).await;
    world
}

pub async fn upload(world: &World, rows: &[&str]) -> String {
    let text = format!("{HEAD}\n{}\n", rows.join("\n"));
    let file = File { bytes: text.as_bytes(), sheet: None };
    let source = RegisterSource::Sheet { name: "people.csv", file };
    world.issuer.upload_register(&officer("clerk"), source).await.unwrap()
}

pub async fn import(world: &World, rows: &[&str]) -> String {
    let id = upload(world, rows).await;
    world.issuer.confirm_register(&officer("clerk"), &id).await.unwrap();
    world.issuer.work_off_registers().await.unwrap();
    id
}

pub async fn person(world: &World, uid: &str) -> String {
    world.issuer.find_fund_person("unjspf", uid).await.unwrap().unwrap()
}

/// One night at two in the morning of this day.
pub async fn night(world: &World, day: &str) {
    world.clock.set(at(day, 2));
    let run = world.issuer.run_fund_night(&officer("system")).await.unwrap();
    assert_eq!((run.row.faults, run.faults), (0, vec![]));
    assert!(run.row.finished_at.is_some());
}

pub async fn stages(world: &World, person: &str) -> Vec<(i32, StageName)> {
    let page = world.issuer.fund_person_page("unjspf", person).await.unwrap();
    page.years.iter().map(|year| (year.year, year.stage.name())).collect()
}

pub fn proof(person: &str, digest: u8, day: &str) -> NewProof {
    NewProof {
        person: person.into(),
        channel: Channel::Paper,
        captured_at: at(day, 9),
        received_at: None,
        digests: vec![format!("{digest:064x}")],
        helper: None,
        operator: None,
        remark: String::new(),
        accept: true,
    }
}

pub async fn prove(world: &World, person: &str, digest: u8, day: &str) -> Receipt {
    world.issuer.enter_proof(&officer("ann"), &proof(person, digest, day)).await.unwrap()
}

/// Everybody silent until the list of June 2027 can be prepared.
pub async fn silent() -> (World, String) {
    let (world, amina) = unposted().await;
    notices_left(&world).await;
    (world, amina)
}

/// The same, but no letter has left the house.
async fn unposted() -> (World, String) {
    let world = fund(&[AMINA, BORIS]).await;
    for day in
        ["2026-01-06", "2026-06-30", "2026-10-31", "2027-01-04", "2027-05-14", "2027-05-19", "2027-05-20"]
    {
        night(&world, day).await;
    }
    let amina = person(&world, "100000001").await;
    assert_eq!(stages(&world, &amina).await[0], (2026, StageName::SuspensionProposed));
    (world, amina)
}

/// The post has every form and notice since the night that asked for it.
pub async fn notices_left(world: &World) {
    let mut tx = world.issuer.store().write("notices_left").await.unwrap();
    for kind in ["mail-paper", "send-notice"] {
        for asked in tx.list_open_fund_effects("unjspf", kind, "", 1000).await.unwrap() {
            tx.finish_fund_effect("unjspf", &asked.key, "mailing of a test", asked.asked_at).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
}

pub async fn approved_list(world: &World) -> String {
    let payroll = "2027-06-01".parse().unwrap();
    let id = world.issuer.prepare_list(&officer("clerk"), 2026, payroll).await.unwrap();
    let digest = world.issuer.fund_list("unjspf", &id).await.unwrap().row.digest;
    for name in ["ann", "ben"] {
        world.issuer.approve_list(&officer(name), &id, &digest).await.unwrap();
    }
    id
}

pub async fn send(
    world: &World,
    method: &str,
    path: &str,
    token: &str,
    kind: &str,
    sent: &str,
) -> (u16, Vec<u8>) {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
    let reply = testkit::Agent::new()
        .send(
            method.parse().unwrap(),
            world.url(&format!("/v1/fund/unjspf/{path}")),
            &headers,
            sent.as_bytes().to_vec(),
        )
        .await
        .unwrap();
    (reply.status, reply.body.to_vec())
}
