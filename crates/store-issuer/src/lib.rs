//! The issuer's tables on SQLite and PostgreSQL: SQL, migrations and row mapping, no decisions.
//!
//! Every method runs inside a [`Transaction`] that the use case opens and commits. Each statement names the tenant, so
//! nothing of one organisation is reachable from another. Read [`Store`], [`Transaction`] and `migrations/` first.

mod anchors;
mod api_status;
mod appeals;
mod appointments;
mod approvals;
mod audit;
mod authorization;
mod calendar;
mod captures;
mod cards;
mod codes;
mod copies;
mod deferrals;
mod documents;
mod enrolment_languages;
mod enrolment_stations;
mod enrolments;
mod error;
mod existence;
pub mod fund;
mod import;
mod key_acts;
mod key_holders;
mod legal_holds;
mod live;
mod messages;
mod offers;
mod officers;
mod oidc;
mod overview;
mod person_erasures;
mod person_oidc;
mod person_passkeys;
mod picture_erasures;
mod picture_keys;
mod portraits;
mod reissue;
mod renewals;
mod review;
mod row;
mod scim;
mod second_words;
mod secrets;
mod separations;
mod service;
mod service_clients;
mod stations;
mod status;
mod subjects;
mod templates;
mod webhook_outbox;
mod webhooks;

pub use anchors::{BatchRow, LeafPlace};
pub use api_status::ApiList;
pub use appeals::AppealRow;
pub use appointments::{AppointmentRow, SignalRow, SlotRow};
pub use audit::AuditQuery;
pub use authorization::{Decided, PersonCeremony};
pub use calendar::{EndingRow, Unclaimed};
pub use captures::StoredCapture;
pub use cards::CardRow;
pub use codes::AccessToken;
pub use copies::StatusChange;
pub use documents::DocumentRow;
pub use enrolment_stations::StationWordRow;
pub use enrolments::{BoundKey, EnrolmentNote, EnrolmentRow};
pub use error::Error;
pub use existence::{BeneficiaryRow, ExistenceRow};
pub use key_holders::KeyHolder;
pub use legal_holds::LegalHoldRow;
pub use live::LiveCopy;
pub use messages::{ContactRow, DueRow, MessageRow, MessageState};
pub use officers::{Ceremony, CeremonyKind, Officer, OfficerLink, Session};
pub use oidc::OidcRequest;
pub use overview::{Overview, StuckOffer};
pub use person_erasures::ErasedPerson;
pub use person_oidc::PersonOidcRequest;
pub use person_passkeys::PersonPasskey;
pub use picture_erasures::PictureErasureRow;
pub use picture_keys::PictureKind;
pub use reissue::{ReissueCounts, ReissueOutcome, ReissueRow, ReissueRun};
pub use review::{Claim, Lane, WaitingAnswer, WaitingCounts};
pub use scim::ScimUser;
pub use second_words::ExistenceWord;
pub use separations::{SeparationRow, SeparationUse};
pub use service::EndedService;
pub use service_clients::ServiceClient;
use sql::{Database, Migration, Tx};
pub use stations::StationRow;
pub use status::{ListRow, ListVersion};
pub use subjects::{Filter, Page, PersonState, SubjectRow};
pub use templates::TemplateRow;
pub use webhook_outbox::{DeliveryState, UntakenOffer, WebhookDelivery};
pub use webhooks::{Webhook, WebhookHealth};

/// The issuer's database. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Store {
    database: Database,
}

/// One open transaction; dropped before [`Transaction::commit`], it rolls back.
#[derive(Debug)]
pub struct Transaction {
    pub(crate) tx: Tx,
}

impl Store {
    /// Opens and migrates the database. `schema` names the PostgreSQL schema.
    pub async fn open(url: &str, schema: &str) -> Result<Self, Error> {
        Ok(Self { database: Database::open(url, schema, &migrations()).await? })
    }

    /// A consistent view for reading.
    pub async fn read(&self) -> Result<Transaction, Error> {
        Ok(Transaction { tx: self.database.read().await? })
    }

    /// Holds the write lock on SQLite from here on; `name` is for the metrics.
    pub async fn write(&self, name: &'static str) -> Result<Transaction, Error> {
        Ok(Transaction { tx: self.database.write(name).await? })
    }

    /// `sqlite` or `postgres`.
    #[must_use]
    pub const fn engine(&self) -> &'static str {
        self.database.engine()
    }

    /// After something was deleted that must be in no file any more. False while somebody reads what was there before; then it is
    /// asked for again.
    pub async fn empty_log(&self) -> Result<bool, Error> {
        Ok(self.database.empty_log().await?)
    }

    pub async fn close(&self) {
        self.database.close().await;
    }
}

impl Transaction {
    pub async fn commit(self) -> Result<(), Error> {
        Ok(self.tx.commit().await?)
    }
}

/// Each part of the service numbers its own steps: issuing from 1, officers and the life of credentials from 100,
/// authorization from 151, batches and deferred issuance from 160, import from 200, existence from 300, documents from 400,
/// the VC API from 500, the sources of HR and webhooks from 700, sign-in of persons by a provider from 710, messages,
/// sign-in by a provider and cards from 720, keys and portraits from 730, renewals from 740, the Fund's register and cycle from
/// 800, pictures of proofs from 820, the Fund's letters and messages from 830, enrolments from 840, stations from 850, what
/// auditors of the Fund see from 860, what people say against decisions of the Fund from 870, kinds of devices and languages from 880,
/// enrolment by credential and at a station, what becomes of pictures, and what payroll is told, from 890; what a second officer
/// confirms from 900, erasing people and languages of people from 920, what officers work through from 940, letters by parts and
/// follow-up from 950.
fn migrations() -> Vec<Migration> {
    let issuing = Migration { version: 1, name: "issuing", sql: include_str!("migrations/0001_issuing.sql") };
    [
        &[issuing],
        officers::MIGRATIONS,
        service::MIGRATIONS,
        authorization::MIGRATIONS,
        copies::MIGRATIONS,
        deferrals::MIGRATIONS,
        import::MIGRATIONS,
        existence::MIGRATIONS,
        documents::MIGRATIONS,
        api_status::MIGRATIONS,
        service_clients::MIGRATIONS,
        scim::MIGRATIONS,
        reissue::MIGRATIONS,
        webhooks::MIGRATIONS,
        person_oidc::MIGRATIONS,
        messages::MIGRATIONS,
        oidc::MIGRATIONS,
        cards::MIGRATIONS,
        key_acts::MIGRATIONS,
        portraits::MIGRATIONS,
        person_passkeys::MIGRATIONS,
        renewals::MIGRATIONS,
        fund::MIGRATIONS,
        captures::MIGRATIONS,
        fund::MAIL_MIGRATIONS,
        enrolments::MIGRATIONS,
        stations::MIGRATIONS,
        fund::AUDIT_MIGRATIONS,
        appeals::MIGRATIONS,
        fund::PAYMENT_MIGRATIONS,
        fund::UPLOAD_MIGRATIONS,
        fund::DEVICE_MIGRATIONS,
        enrolment_languages::MIGRATIONS,
        separations::MIGRATIONS,
        enrolment_stations::MIGRATIONS,
        picture_keys::MIGRATIONS,
        fund::sendings::MIGRATIONS,
        legal_holds::MIGRATIONS,
        key_holders::MIGRATIONS,
        fund::payroll::MIGRATIONS,
        second_words::MIGRATIONS,
        person_erasures::MIGRATIONS,
        authorization::LANGUAGE_MIGRATIONS,
        fund::records::MIGRATIONS,
        review::MIGRATIONS,
        fund::changes::MIGRATIONS,
        fund::directory::MIGRATIONS,
        fund::mailing_parts::MIGRATIONS,
        fund::follow_up::MIGRATIONS,
        fund::asking::MIGRATIONS,
        fund::payroll::ORDER_MIGRATIONS,
        fund::changes::END_MIGRATIONS,
    ]
    .concat()
}
