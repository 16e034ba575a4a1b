//! HR systems and portals over REST. Who asks is looked at before anything that was sent.

mod erasure;
mod lists;
mod message;
mod people;

use issuance::{Actor, Scope};
use utoipa_actix_web::scope;
use web::{Problem, ServiceConfig};

use super::extract::Of;
use super::fund::Token;
use crate::app::Issuer;
pub(super) use message::outcome;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/v1/hr/{tenant}")
            .service(people::find_staff)
            .service(people::find_person_life)
            .service(people::change_person_status)
            .service(erasure::propose_erasure)
            .service(people::make_offer)
            .service(people::withdraw_offer)
            .service(lists::upload_staff_list)
            .service(lists::find_staff_list)
            .service(lists::list_staff_faults)
            .service(lists::confirm_staff_list)
            .service(lists::pause_staff_list)
            .service(lists::resume_staff_list)
            .service(lists::find_list_links),
    );
}

async fn machine(app: &Issuer, of: &Of, token: &Token, scope: Scope) -> Result<Actor, Problem> {
    Ok(app.authorize_hr(&of.0, token.as_deref(), scope).await?)
}
