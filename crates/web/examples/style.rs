//! Every piece of the design system on one page: `cargo run -p web --example style`, then http://localhost:7199/.

use std::sync::Arc;

use actix_web::{HttpResponse, get};
use askama::Template;
use web::page::{self, Shell};
use web::{HttpConfig, Problem, Ready, qr};

#[derive(Template)]
#[template(path = "style.html")]
struct Style {
    shell: Shell,
    qr: String,
}

struct Always;

#[async_trait::async_trait]
impl Ready for Always {
    async fn ready(&self) -> Result<(), String> {
        Ok(())
    }
}

#[get("/")]
async fn sample() -> Result<HttpResponse, Problem> {
    let shell = Shell::new("Issuer console")
        .place("UNDP")
        .signed_in_as("Maria Santos")
        .notice("Demonstration: every person here is invented.")
        .link("/", "People", true)
        .link("/imports", "Imports", false)
        .link("/activity", "Activity", false);
    page::html(&Style { shell, qr: qr::svg("http://wallet.localhost:7102/offer?credential_offer_uri=x") })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let http = HttpConfig {
        listen: vec!["127.0.0.1:7199".parse()?],
        public_url: "http://localhost:7199".parse()?,
        tls: None,
        workers: Some(1),
    };
    let openapi = utoipa::openapi::OpenApi::default();
    let mut running = web::serve("style", &http, openapi, Arc::new(Always), |config| {
        config.map(|config| config.service(sample));
    })
    .await?;
    running.wait().await;
    Ok(())
}
