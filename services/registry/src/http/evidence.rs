use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;

use crate::evidence::{DoubleSign, SignedKind};
use crate::node::Node;

const MOST: usize = 1_000;

/// Two statements that one validator signed where an honest one signs a single one.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DoubleSignView {
    /// Address of the validator, hexadecimal.
    validator: String,
    height: u64,
    round: Option<u32>,
    /// `proposal`, `prevote` or `precommit`.
    kind: &'static str,
    statements: Vec<StatementView>,
}

/// Both hexadecimal; the signature is Ed25519 by the validator's key.
#[derive(Serialize, ToSchema)]
pub struct StatementView {
    bytes: String,
    signature: String,
}

impl From<DoubleSign> for DoubleSignView {
    fn from(double: DoubleSign) -> Self {
        let statements = double.statements.iter().map(|statement| StatementView {
            bytes: hex::encode(&statement.bytes),
            signature: hex::encode(statement.signature),
        });
        Self {
            validator: hex::encode(double.validator),
            height: double.height,
            round: double.round,
            kind: match double.kind {
                SignedKind::Proposal => "proposal",
                SignedKind::Prevote => "prevote",
                SignedKind::Precommit => "precommit",
            },
            statements: statements.collect(),
        }
    }
}

/// What this node saw of validators that signed two different things; others may have seen more.
#[utoipa::path(tag = "chain", responses((status = 200, body = Vec<DoubleSignView>)))]
#[get("/v1/evidence")]
pub async fn list_evidence(node: Data<Node>) -> Result<HttpResponse, Problem> {
    let found = node.evidence(MOST)?.into_iter().map(DoubleSignView::from);
    Ok(HttpResponse::Ok().json(found.collect::<Vec<_>>()))
}
