//! The year over REST.

use entitlement::journal::verify;
use issuance::{Actor, Scope};
use issuer::app::FundError;
use outbound::Reply;
use serde_json::{Value, json};

use super::{AMINA, BORIS, HEAD, at, fund, officer, person, send};
use crate::support::{World, json as body, problem};

#[tokio::test(flavor = "multi_thread")]
async fn machines_do_the_whole_year_over_rest() {
    let world = World::start().await;
    world.clock.set(at("2026-01-05", 12));
    let token =
        world.issuer.create_service_client(&officer("admin"), "Pension system", &Scope::ALL).await.unwrap();
    let call = async |method: &str, path: &str, sent: &Value| -> (u16, Value) {
        let sent = if sent.is_null() { String::new() } else { sent.to_string() };
        let (status, body) = send(&world, method, path, &token, "application/json", &sent).await;
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    };
    let people = json!({"people": [
        {"uid": "100000001", "givenName": "Amina", "familyName": "D", "birthDate": "1950-05-05", "country": "SEN", "inPaymentSince": "2012-01-01"},
        {"uid": "1", "familyName": "Bad", "birthDate": "1950-05-05", "country": "SEN"}]});
    let (status, import) = call("POST", "register/imports", &people).await;
    assert_eq!(
        (status, &import["new"], &import["bad"], &import["faults"][0]["line"]),
        (201, &json!(1), &json!(1), &json!(2))
    );
    assert_eq!(call("POST", "register/imports", &people).await.1["id"], import["id"], "the same again");
    let id = import["id"].as_str().unwrap().to_owned();
    assert_eq!(call("POST", &format!("register/imports/{id}/confirmation"), &Value::Null).await.0, 200);
    world.issuer.work_off_registers().await.unwrap();
    let (_, done) = call("GET", &format!("register/imports/{id}"), &Value::Null).await;
    assert_eq!((&done["state"], &done["done"]), (&json!("finished"), &json!(1)));
    let (status, csv) =
        send(&world, "GET", &format!("register/imports/{id}/rows-to-correct.csv"), &token, "", "").await;
    assert!(status == 200 && String::from_utf8(csv).unwrap().contains("nine digits"));
    let csv = format!("{HEAD}\n{BORIS}\n");
    let (status, _) = send(&world, "POST", "register/imports", &token, "text/csv", &csv).await;
    assert_eq!(status, 201);

    world.clock.set(at("2026-07-20", 12));
    let (status, run) = call("POST", "nights", &Value::Null).await;
    assert_eq!((status, &run["lookedAt"], &run["faults"]), (200, &json!(1), &json!(0)));
    assert_eq!(call("GET", "nights", &Value::Null).await.1.as_array().unwrap().len(), 1);
    let (status, found) = call("POST", "people/search", &json!({"uid": "100000001"})).await;
    assert_eq!((status, &found["years"][0]["stage"]), (200, &json!("mailed")));
    assert_eq!(call("POST", "people/search", &json!({"uid": "999999999"})).await.0, 404);
    let person = found["person"].as_str().unwrap().to_owned();
    let entry = json!({"uid": "100000001", "channel": "letter", "capturedAt": "2026-07-18T09:00:00Z",
        "digests": ["ab".repeat(32)], "accept": true});
    let (status, receipt) = call("POST", "proofs", &entry).await;
    assert_eq!((status, &receipt["years"], &receipt["again"]), (200, &json!([2026]), &json!(false)));
    assert_eq!(call("POST", "proofs", &entry).await.1["reference"], receipt["reference"]);
    let wrong =
        json!({"uid": "100000001", "channel": "pigeon", "capturedAt": "2026-07-18T09:00:00Z", "digests": []});
    assert_eq!(call("POST", "proofs", &wrong).await.0, 400);
    let (_, standing) = call("GET", &format!("people/{person}"), &Value::Null).await;
    assert_eq!(
        (&standing["years"][0]["stage"], &standing["receipts"][0]["channel"]),
        (&json!("closed"), &json!("letter"))
    );
    assert!(!standing.to_string().contains("Amina"));
    let (_, numbers) = call("GET", "counts/2026", &Value::Null).await;
    assert_eq!((&numbers["total"], &numbers["stages"]["closed"]), (&json!(1), &json!(1)));
    let (status, list) =
        call("POST", "suspension-lists", &json!({"year": 2026, "payroll": "2027-06-01"})).await;
    assert_eq!((status, &list["entries"], &list["approvals"]), (201, &json!([]), &json!(0)));
    let list = list["id"].as_str().unwrap();
    assert_eq!(call("GET", &format!("suspension-lists/{list}"), &Value::Null).await.0, 200);
    assert_eq!(
        call("GET", &format!("suspension-lists/{list}/payroll.csv"), &Value::Null).await.0,
        409,
        "not approved"
    );
    assert_eq!(call("POST", "payments", &json!({"person": person, "on": "2026-07-20"})).await.0, 204);
    assert_eq!(call("POST", "payroll-changes", &Value::Null).await.0, 204, "nothing to tell");
    assert_eq!(call("GET", "payroll-changes", &Value::Null).await.1, json!([]));
    assert_eq!(call("GET", "payroll-changes/x/changes.csv", &Value::Null).await.0, 404);
    assert_eq!(call("POST", "payroll-changes/x/acknowledgement", &Value::Null).await.0, 404);
    let (_, calendars) = call("GET", "calendars", &Value::Null).await;
    let mut calendar = calendars[0].clone();
    calendar["dates"]["due"] = json!("2026-12-30");
    assert_eq!(call("PUT", "calendars/2026", &calendar).await.0, 204);
    assert_eq!(call("PUT", "calendars/2027", &calendar).await.0, 400);
    calendar["dates"]["notice-days"] = json!(0);
    assert_eq!(call("PUT", "calendars/2026", &calendar).await.0, 400);
    let (status, journal) = call("GET", &format!("journals/{person}"), &Value::Null).await;
    assert_eq!(status, 200);
    assert!(verify(&serde_json::from_value(journal).unwrap()).holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn machine_does_what_its_scope_says_and_nothing_of_another_organisation() {
    let world = fund(&[AMINA]).await;
    let amina = person(&world, "100000001").await;
    let make = async |tenant: &str, scopes: &[Scope]| {
        let by = Actor { tenant: tenant.into(), officer: "admin".into() };
        world.issuer.create_service_client(&by, "m", scopes).await.unwrap()
    };
    let registrar = make("unjspf", &[Scope::FundRegister]).await;
    let auditor = make("unjspf", &[Scope::FundAudit]).await;
    let foreign = make("undp", &Scope::ALL).await;
    let journal = format!("journals/{amina}");
    let status = async |token: &str, method: &str, path: &str| {
        send(&world, method, path, token, "application/json", "{}").await.0
    };
    assert_eq!(status(&registrar, "POST", "nights").await, 401);
    assert_eq!(status(&registrar, "GET", &journal).await, 401);
    assert_eq!(status(&auditor, "GET", &journal).await, 200);
    assert_eq!(status(&auditor, "POST", "register/imports").await, 401);
    assert_eq!(status(&foreign, "GET", &journal).await, 401);
    assert_eq!(status(&foreign, "POST", "nights").await, 401);
    // At an organisation that pays no pensions there is nothing of this.
    let reply: Reply = world.post("/v1/fund/undp/nights", &json!({}), Some(&foreign)).await;
    assert_eq!(problem(&reply), (404, "not-found".into()));
    let undp = Actor { tenant: "undp".into(), officer: "o".into() };
    assert!(matches!(world.issuer.export_journal(&undp, &amina).await, Err(FundError::NotTheFund)));
    assert!(body(&reply)["detail"].is_string() || body(&reply)["title"].is_string());
}
