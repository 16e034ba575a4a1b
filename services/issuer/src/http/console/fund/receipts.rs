//! The receipt of a proof, whatever its channel: a page, a letter, a file, and the certificate for a wallet.

use actix_web::web::{Data, Path, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use issuance::Permission;
use web::Problem;
use web::page::{Shell, html, see_other};

use super::register::attachment;
use crate::app::{Issuer, ReceiptState, ReceiptView};
use crate::http::console::names;
use crate::http::console::session::{Issue, May, SeePeople};
use crate::http::console::view::{Badge, Place, shell};
use crate::http::fund::receipts::receipt_file;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(receipt_pdf).service(receipt_json).service(receipt_page).service(offer_certificate);
}

#[derive(Template)]
#[template(path = "console/fund_receipt.html")]
struct ReceiptPage {
    shell: Shell,
    proof: String,
    person: String,
    name: String,
    reference: String,
    badge: Badge,
    facts: Vec<(&'static str, String)>,
    /// For colleagues.
    remark: String,
    written: bool,
    refused: bool,
    chain: String,
    offer: Option<String>,
    /// Whether a certificate can be offered.
    wallet: bool,
    /// The wallet's own answer to the Fund has its certificate already.
    own_device: bool,
    issues: bool,
}

#[get("/fund/receipts/{proof}")]
async fn receipt_page(
    officer: May<SeePeople>,
    proof: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let view = app.fund_receipt(&officer.tenant.id, &proof).await?;
    let remark = app.proof_remark(&officer.tenant.id, &proof).await?;
    html(&ReceiptPage {
        remark,
        shell: shell(&officer, Place::Fund),
        proof: view.receipt.id.clone(),
        person: view.person.id.clone(),
        name: format!("{} {}", view.person.registered.given_name, view.person.registered.family_name),
        reference: view.receipt.reference.clone(),
        badge: match view.receipt.state.as_str() {
            "accepted" => Badge { class: "success", text: "Accepted" },
            "refused" => Badge { class: "error", text: "Refused" },
            _ => Badge { class: "waiting", text: "Waits" },
        },
        facts: facts(&view),
        written: view.document.is_some(),
        refused: view.receipt.state == "refused",
        chain: match &view.anchor {
            ReceiptState::Anchored(receipt) => {
                format!("Its commitment is on the chain, under anchor {}.", receipt.sequence)
            }
            ReceiptState::Pending => "Its commitment is on its way to the chain.".to_owned(),
        },
        wallet: view.beneficiary.is_some(),
        own_device: view.receipt.channel == "own-device",
        offer: view.offer,
        issues: officer.roles.may(Permission::Issue),
    })
}

fn facts(view: &ReceiptView) -> Vec<(&'static str, String)> {
    let receipt = &view.receipt;
    let minute = |at: clock::Timestamp| at.format("%-d %b %Y, %H:%M UTC").to_string();
    let years: Vec<String> = receipt.years.iter().map(ToString::to_string).collect();
    let mut facts = vec![
        ("What the Fund holds", format!("a proof of life. {}", names::channel(&receipt.channel))),
        ("Made", minute(receipt.captured_at)),
        ("Received", minute(receipt.received_at)),
        ("Counts for", if years.is_empty() { "no year of its own".to_owned() } else { years.join(", ") }),
    ];
    if let Some(document) = &view.document {
        facts.extend(document.valid_until.map(|until| ("Covered until", names::date(until))));
        facts.push(("Next window opens", names::date(document.next_opens)));
        facts.push(("Things seen", document.evidence.len().to_string()));
    }
    facts
}

#[get("/fund/receipts/{proof}/receipt.pdf")]
async fn receipt_pdf(
    officer: May<SeePeople>,
    proof: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    Ok(attachment("application/pdf", "receipt.pdf", app.receipt_pdf(&officer.actor(), &proof).await?))
}

#[get("/fund/receipts/{proof}/receipt.json")]
async fn receipt_json(
    officer: May<SeePeople>,
    proof: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let view = app.fund_receipt(&officer.tenant.id, &proof).await?;
    let bytes = serde_json::to_vec_pretty(&receipt_file(&view)).map_err(|error| Problem::internal(&error))?;
    Ok(attachment("application/json", "receipt.json", bytes))
}

#[post("/fund/receipts/{proof}/certificate")]
async fn offer_certificate(
    officer: May<Issue>,
    proof: Path<String>,
    app: Data<Issuer>,
) -> Result<HttpResponse, Problem> {
    let offer = app.offer_certificate(&officer.actor(), &proof).await?;
    Ok(see_other(&format!("/console/offers/{offer}")))
}
