//! Translate, call, translate back.

mod evidence;
mod explorer;
mod headers;
mod identifiers;
mod peers;
mod problem;
mod records;
mod snapshots;
mod transactions;
mod views;

use std::sync::Arc;

use actix_web::web::Data;
use utoipa::OpenApi as _;

use crate::engine::Health;
use crate::node::Node;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Passerelle registry",
        description = "A node of the registry chain. Anyone may read every record, with a proof that leads to a \
                       header signed by the validators; members write by signed transactions.",
    ),
    tags(
        (name = "transactions", description = "Hand in signed transactions and follow them."),
        (name = "records", description = "The state of the chain, with proofs of presence and absence."),
        (name = "chain", description = "Headers, blocks, validators and the genesis."),
        (name = "identifiers", description = "DID resolution (DID Resolution, HTTP(S) binding)."),
    )
)]
struct Api;

pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = web::document(Api::openapi(), routes);
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document
}

pub async fn serve(config: &web::HttpConfig, node: Node) -> Result<web::Running, web::ServeError> {
    let ready = Arc::new(Readiness(node.clone()));
    let data = Data::new(node);
    web::serve("registry", config, openapi(), ready, move |app| {
        app.app_data(data.clone());
        app.app_data(web::ProblemPages(problem::PAGES));
        app.app_data(explorer::ASSETS);
        routes(app);
    })
    .await
}

fn routes(app: &mut web::ServiceConfig<'_>) {
    app.service(transactions::post_transaction)
        .service(transactions::find_transaction)
        .service(peers::push_transactions)
        .service(records::find_record)
        .service(records::list_records)
        .service(headers::latest_header)
        .service(headers::find_checkpoint)
        .service(headers::find_header)
        .service(headers::find_block)
        .service(headers::list_validator_changes)
        .service(headers::load_genesis)
        .service(evidence::list_evidence)
        .service(snapshots::latest_snapshot)
        .service(snapshots::find_chunk)
        .service(identifiers::resolve)
        .map(|app| app.configure(explorer::configure));
}

/// Ready when the loop runs and there is a header to prove things with.
struct Readiness(Node);

#[async_trait::async_trait]
impl web::Ready for Readiness {
    async fn ready(&self) -> Result<(), String> {
        if self.0.health() == Health::Failed {
            return Err("the node has stopped taking part in the chain; its log says why".to_owned());
        }
        if self.0.snapshot().head().is_none() {
            return Err("there is no block yet".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_every_route() {
        let document = openapi();
        let paths: Vec<_> = document.paths.paths.keys().map(String::as_str).collect();
        for path in [
            "/v1/transactions",
            "/v1/transactions/{id}",
            "/v1/records/{kind}",
            "/v1/records/{kind}/{key}",
            "/v1/headers/latest",
            "/v1/checkpoint",
            "/v1/headers/{height}",
            "/v1/blocks/{height}",
            "/v1/validators/changes",
            "/v1/genesis",
            "/v1/evidence",
            "/v1/peers/transactions",
            "/v1/snapshots/latest",
            "/v1/snapshots/{height}/{chunk}",
            "/1.0/identifiers/{did}",
        ] {
            assert!(paths.contains(&path), "{path} in {paths:?}");
        }
    }
}
