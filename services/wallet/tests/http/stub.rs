//! The other side of each protocol, plainly written against its specification.

mod credentials;
mod forms;
mod fund;
mod issuer;
mod proofs;
mod verifier;

use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{App, HttpServer, web};
use serde_json::{Map, Value, json};

use crate::sign_in_stub;
use crate::world::{Knobs, Others};

pub use credentials::{STAFF, status_list, tree};
pub use forms::FORMS;

use credentials::{receipt, status};
use fund::{
    enrolment, enrolment_step, enrolment_times, existence, existence_ahead, existence_answer,
    existence_appeal, existence_form, existence_place, existence_receipt, year,
};
use issuer::{deferred, issue, logo, metadata, nonce, notification, offer, server_metadata, token};
use verifier::{request_object, request_object_by_post, response, verifier_receipt};

type World = Data<Others>;

pub fn serve(listener: std::net::TcpListener, others: Arc<Others>) {
    let data = Data::from(others);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .wrap(actix_web::middleware::from_fn(crate::stub_oauth::guard))
            .route("/.well-known/openid-credential-issuer/t/{tenant}", web::get().to(metadata))
            .route("/.well-known/oauth-authorization-server/t/{tenant}", web::get().to(server_metadata))
            .route("/t/{tenant}/offers/{id}", web::get().to(offer))
            .route("/logo", web::get().to(logo))
            .route("/t/{tenant}/token", web::post().to(token))
            .route("/t/{tenant}/par", web::post().to(sign_in_stub::push))
            .route("/t/{tenant}/nonce", web::post().to(nonce))
            .route("/t/{tenant}/credential", web::post().to(issue))
            .route("/t/{tenant}/deferred_credential", web::post().to(deferred))
            .route("/t/{tenant}/notification", web::post().to(notification))
            .route("/t/{tenant}/receipts/{id}", web::get().to(receipt))
            .route("/t/{tenant}/status/{list}", web::get().to(status))
            .route("/t/unjspf/existence/{id}", web::get().to(existence))
            .route("/t/unjspf/existence/{id}/offline-challenge", web::post().to(existence_ahead))
            .route("/t/unjspf/existence/{id}/answer", web::post().to(existence_answer))
            .route("/t/unjspf/existence/{id}/appeal", web::post().to(existence_appeal))
            .route("/t/unjspf/existence/{id}/receipt", web::get().to(existence_receipt))
            .route("/t/unjspf/existence/{id}/form", web::post().to(existence_form))
            .route("/t/unjspf/existence/{id}/place", web::post().to(existence_place))
            .route("/t/unjspf/existence/{act}", web::post().to(year))
            .route("/t/{tenant}/enrolment", web::get().to(enrolment))
            .route("/t/{tenant}/enrolment", web::post().to(enrolment_step))
            .route("/t/{tenant}/enrolment/times", web::get().to(enrolment_times))
            .route("/t/{tenant}/enrolment/{step}", web::post().to(enrolment_step))
            .route("/t/{tenant}/enrolment/separation/{step}", web::post().to(enrolment_step))
            .route("/oid4vp/requests/{id}", web::get().to(request_object))
            .route("/oid4vp/requests/{id}", web::post().to(request_object_by_post))
            .route("/oid4vp/responses/{id}", web::post().to(response))
            .route("/oid4vp/receipts/{id}/jwt", web::get().to(verifier_receipt))
    })
    .workers(1)
    .disable_signals()
    .listen(listener)
    .unwrap()
    .run();
    tokio::spawn(server);
}

fn header(typ: &str, kid: &str) -> Map<String, Value> {
    json!({"typ": typ, "kid": kid}).as_object().unwrap().clone()
}

/// The status of an answer, which takes its time where the test says so. Others that come meanwhile are put off.
async fn slow(world: &World, status: fn(&mut Knobs) -> &mut u16) -> u16 {
    let before = *status(&mut world.knobs());
    let gate = world.knobs().answer_waits.take();
    if let Some(gate) = gate {
        *status(&mut world.knobs()) = 503;
        gate.notified().await;
        *status(&mut world.knobs()) = before;
    }
    before
}
