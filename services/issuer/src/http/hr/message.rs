//! Messages from and to the use cases, and their errors.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use chrono::{Days, NaiveTime};
use issuance::{CredentialType, Reason, Reissue, StatusAct, StatusMove};
use web::Problem;
use wire::hr::{
    CredentialLife, ListLink, MadeOffer, OfferLife, OfferOrder, OrderOutcome, PersonLife, StaffList,
    StatusEntry, StatusOrder,
};

use crate::app::{
    AskedOffer, AskedStatus, CopyView, HrError, Invitation, OfferLink, Outcome, SubjectPage, UploadView,
};
use crate::http::problem;

const MOST_TYPES: usize = 7;
const LONGEST_NOTE: usize = 500;

pub(super) fn asked_offer(order: OfferOrder) -> Result<AskedOffer, HrError> {
    if order.types.is_empty() || order.types.len() > MOST_TYPES {
        return Err(HrError::Form("`types` names one to seven types"));
    }
    let types: Result<Vec<CredentialType>, _> = order.types.iter().map(|name| name.parse()).collect();
    let mut types = types.map_err(|_| HrError::Form("`types` names a type that is not known here"))?;
    types.sort();
    types.dedup();
    let why = match order.reason.as_deref() {
        None => Reissue::First,
        Some("renewal") => Reissue::Renewal,
        Some("data-changed") => Reissue::DataChanged,
        Some(_) => {
            return Err(HrError::Form(
                "`reason` is `renewal` or `data-changed`; after a lost phone an officer acts",
            ));
        }
    };
    Ok(AskedOffer { person: order.person, types, claims: order.claims, why })
}

pub(super) fn asked_status(person: String, order: StatusOrder) -> Result<AskedStatus, HrError> {
    let act = StatusAct::parse(&order.action);
    let act = act.ok_or(HrError::Form("`action` is `suspend`, `reinstate` or `revoke`"))?;
    let code = act.reason(&order.reason).ok_or(HrError::Form("`reason` does not fit the action"))?;
    let note = order.note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    if note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        return Err(HrError::Form("`note` has at most 500 characters"));
    }
    if order.until.is_some() && act != StatusAct::Suspend {
        return Err(HrError::Form("`until` is for a suspension"));
    }
    let until = order.until.map(|day| day.checked_add_days(Days::new(1)));
    let until = match until {
        Some(None) => return Err(HrError::Form("`until` is too far away")),
        Some(Some(next)) => Some(next.and_time(NaiveTime::MIN).and_utc()),
        None => None,
    };
    let only = order.credential_type.map(|name| name.parse::<CredentialType>()).transpose();
    let only = only.map_err(|_| HrError::Form("`credentialType` is not known here"))?;
    let change = StatusMove { until, ..StatusMove::new(act.status(), Reason { code, note }) };
    Ok(AskedStatus { person, act, change, only })
}

pub(super) fn made(link: OfferLink) -> MadeOffer {
    MadeOffer {
        offer: link.offer_id,
        credential_offer_uri: link.uri,
        wallet_link: link.wallet_link,
        openid_link: link.openid_link,
        transaction_code: link.transaction_code,
        expires_at: link.expires_at,
    }
}

pub(in crate::http) fn outcome(outcome: Outcome) -> HttpResponse {
    let (status, outcome, approval) = match outcome {
        Outcome::Done => (StatusCode::OK, "done", None),
        Outcome::Waits(approval) => (StatusCode::ACCEPTED, "waits", Some(approval)),
    };
    HttpResponse::build(status).json(OrderOutcome { outcome: outcome.to_owned(), approval })
}

pub(super) fn list(view: UploadView, approval: Option<String>) -> StaffList {
    StaffList {
        id: view.upload.id,
        state: view.upload.state.as_str().to_owned(),
        good: view.counts.good,
        bad: view.counts.bad,
        done: view.counts.done,
        unused: view.upload.unused,
        approval,
    }
}

pub(super) fn list_link(invitation: Invitation) -> ListLink {
    ListLink {
        staff_number: invitation.number,
        wallet_link: invitation.link,
        transaction_code: invitation.transaction_code,
    }
}

pub(super) fn life(page: SubjectPage) -> PersonLife {
    let credentials = page.copies.iter().map(|view| credential(view, &page)).collect();
    let offers = page.offers.into_iter().map(|offer| OfferLife {
        configurations: offer.configurations.iter().map(ToString::to_string).collect(),
        offer: offer.id,
        state: offer.state.as_str().to_owned(),
        created_by: offer.created_by,
        created_at: offer.created_at,
        expires_at: offer.expires_at,
    });
    PersonLife {
        person: page.subject.id,
        service_ended: page.ended.map(|ended| ended.how.as_str().to_owned()),
        offers: offers.collect(),
        credentials,
    }
}

fn credential(view: &CopyView, page: &SubjectPage) -> CredentialLife {
    let copy = &view.copy;
    let mut changes: Vec<_> = page.changes.iter().filter(|change| change.copy_id == copy.id).collect();
    changes.sort_by_key(|change| change.at);
    let changes = changes.into_iter().map(|change| StatusEntry {
        status: change.status.as_str().to_owned(),
        reason: change.reason.code.as_str().to_owned(),
        by: change.officer.clone(),
        approved_by: change.approved_by.clone(),
        until: change.until,
        at: change.at,
    });
    CredentialLife {
        credential: copy.id.clone(),
        offer: copy.offer_id.clone(),
        configuration: copy.configuration.to_string(),
        status: copy.status.as_str().to_owned(),
        published: view.published,
        delivery: copy.delivery.as_str().to_owned(),
        issued_at: copy.issued_at,
        valid_until: copy.valid_until,
        anchored_at: view.anchored_at,
        changes: changes.collect(),
    }
}

impl From<HrError> for Problem {
    fn from(error: HrError) -> Self {
        let said = problem::sentence(&error.to_string());
        match error {
            HrError::Unauthorized => Self::unauthorized().detail(said),
            HrError::Unknown => Self::not_found(),
            HrError::Form(_) | HrError::Claim(_) => Self::bad_request(said),
            HrError::Offer(error) => error.into(),
            HrError::Decide(error) => error.into(),
            HrError::Change(error) => error.into(),
            HrError::Directory(error) => error.into(),
            HrError::Store(error) => problem::store(&error),
        }
    }
}
