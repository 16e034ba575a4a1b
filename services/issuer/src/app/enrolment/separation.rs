//! Enrolment by a Separation credential in the place of number, invitation code and identity document.
//!
//! The wallet presents it by OpenID4VP to the Fund's verifier. Only the wallet that answered learns the response code (OpenID4VP
//! 1.0, 14.2), and only with its own secret does the code open anything here: whoever sends somebody a request gets nothing of
//! what that person shows. The register says whose it is; a name never does. Call, reference picture and the two officers stay.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use clock::Timestamp;
use entitlement::enrolment::{Enrolment, RegisterFacts, SEPARATION, Separation, SeparationFault};
use issuance::audit::Act;
use issuance::{Actor, Subject, fingerprint};
use serde::{Deserialize, Serialize};
use store_issuer::{EnrolmentRow, SeparationRow, SeparationUse, Transaction};
use wire::enrolment::{EnrolmentStatus, SeparationStart, SeparationStarted};
use wire::verifications::Report;

use super::super::NotAccepted;
use super::super::verifier::{Verifier, is_request_link, return_url};
use super::{BAD_SECRET, EnrolmentError, Issuer, SECRET_BYTES, Tenant};

/// Requests that may wait for an answer at the same time, at one organisation.
const MOST_WAITING: u64 = 2_000;
/// What can be answered for less than this is asked anew.
const LEAST_LEFT_SECONDS: i64 = 120;
/// Requests that nobody answered are erased so long after their end.
pub(in crate::app) const UNANSWERED_KEPT_HOURS: i64 = 24;
const LONGEST_RESPONSE_CODE: usize = 256;

/// What stands in the place of the identity document: what the credential said, and who checked it when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeparationSeen {
    pub separation: Separation,
    /// DID of the issuer, whose accreditation was proven from the registry.
    pub issuer: String,
    /// As the registry proves it.
    pub issuer_name: Option<String>,
    /// The number of the verifier's report.
    pub report: String,
    pub checked_at: String,
}

impl SeparationSeen {
    /// For people.
    #[must_use]
    pub fn organisation(&self) -> &str {
        self.issuer_name.as_deref().unwrap_or(&self.issuer)
    }
}

impl Issuer {
    /// Asks the verifier for a presentation. The same secret gets the same request while it can be answered.
    pub async fn begin_separation(
        &self,
        tenant: &str,
        start: &SeparationStart,
    ) -> Result<SeparationStarted, EnrolmentError> {
        let tenant = self.enrolling(tenant)?;
        let verifier = self.verifier.as_ref().ok_or(EnrolmentError::NoVerifier)?;
        let secret = URL_SAFE_NO_PAD.decode(&start.secret).map_err(|_| BAD_SECRET)?;
        if secret.len() != SECRET_BYTES {
            return Err(BAD_SECRET);
        }
        let mark = fingerprint(&start.secret);
        let before = match self.begun(tenant, &mark).await? {
            Begun::Waits(started) => return Ok(started),
            Begun::Over(row) => Some(row),
            Begun::New => None,
        };
        let row = self.asked(tenant, verifier, &mark, before.as_ref()).await?;
        let mut tx = self.store.write("begin_separation").await?;
        match &before {
            None => tx.insert_separation(&tenant.id, &row).await?,
            Some(before) => tx.renew_separation(&tenant.id, before, &row).await?,
        }
        tx.commit().await?;
        Ok(started(&row))
    }

    async fn begun(&self, tenant: &Tenant, mark: &str) -> Result<Begun, EnrolmentError> {
        let now = self.now();
        let mut tx = self.store.read().await?;
        let found = tx.find_separation(&tenant.id, mark).await?;
        match found {
            Some(row) if row.used.is_some() => Err(entitlement::enrolment::EnrolmentFault::UnderWay.into()),
            Some(row) if row.expires_at > now + Duration::seconds(LEAST_LEFT_SECONDS) => {
                Ok(Begun::Waits(started(&row)))
            }
            _ if tx.find_enrolment_by_secret(&tenant.id, mark).await?.is_some() => {
                Err(EnrolmentError::Form("this secret is that of another enrolment; make a new one"))
            }
            _ if tx.count_waiting_separations(&tenant.id, now).await? >= MOST_WAITING => {
                Err(EnrolmentError::Crowded)
            }
            Some(row) => Ok(Begun::Over(row)),
            None => Ok(Begun::New),
        }
    }

    async fn asked(
        &self,
        tenant: &Tenant,
        verifier: &Verifier,
        mark: &str,
        before: Option<&SeparationRow>,
    ) -> Result<SeparationRow, EnrolmentError> {
        let now = self.now();
        let back = return_url(&self.settings.wallet_url).ok_or(EnrolmentError::NoVerifier)?;
        let name: String = tenant.name.chars().take(100).collect();
        // The verifier says for how long it keeps what is shown; the Fund keeps it longer, and the person is to know before.
        let kept = "It stays, sealed, with your enrolment.";
        let purpose = format!("To enrol you at {name} by what your organisation says. {kept}");
        let once = self.new_id();
        let asked = verifier.start((&purpose, &back), (now, &self.new_token(), &once)).await?;
        let expires_at = asked.expires_at.parse::<Timestamp>().ok();
        let expires_at = expires_at.filter(|it| *it > now && is_request_link(&asked.openid_link));
        Ok(SeparationRow {
            id: before.map_or_else(|| self.new_id(), |row| row.id.clone()),
            secret_mark: mark.to_owned(),
            verification: asked.id,
            link: asked.openid_link,
            begun_at: now,
            expires_at: expires_at.ok_or(super::super::VerifierFault::Form)?,
            used: None,
        })
    }

    /// Whether a secret is that of a wallet that presents here, looked at before anything that was sent.
    pub async fn may_present(&self, tenant: &Tenant, secret: Option<&str>) -> Result<(), EnrolmentError> {
        let mark = fingerprint(secret.ok_or(EnrolmentError::Unauthorized)?);
        let found = self.store.read().await?.find_separation(&tenant.id, &mark).await?;
        found.map(|_| ()).ok_or(EnrolmentError::Unauthorized)
    }

    /// The wallet is back from the presentation. The same again, with the same secret, gets the same answer.
    pub async fn enrol_by_separation(
        &self,
        tenant: &str,
        secret: Option<&str>,
        response_code: &str,
    ) -> Result<EnrolmentStatus, EnrolmentError> {
        let tenant = self.enrolling(tenant)?;
        let verifier = self.verifier.as_ref().ok_or(EnrolmentError::NoVerifier)?;
        let mark = fingerprint(secret.ok_or(EnrolmentError::Unauthorized)?);
        if !(1..=LONGEST_RESPONSE_CODE).contains(&response_code.len()) {
            return Err(EnrolmentError::Form("responseCode has 1 to 256 characters"));
        }
        let found = self.store.read().await?.find_separation(&tenant.id, &mark).await?;
        let row = found.ok_or(EnrolmentError::Unauthorized)?;
        if row.used.is_some() {
            return self.view_enrolment(&tenant.id, secret).await;
        }
        let asked = (row.verification.as_str(), response_code);
        let view = verifier.find(asked, (self.now(), &self.new_token())).await?;
        let is_final = view.state.is_final();
        let opened = match verifier.accepted(view, SEPARATION) {
            Ok(report) => self.open_by_report(tenant, &row, &mark, &report).await,
            Err(why) => Err(why.into()),
        };
        match opened {
            Ok(enrolment) => self.enrolment_status(tenant, &enrolment).await,
            Err(error) => {
                if is_final {
                    let mut tx = self.store.write("end_separation").await?;
                    tx.end_separation(&tenant.id, &row, self.now()).await?;
                    tx.commit().await?;
                }
                if error.is_about_the_credential() {
                    self.note_refusal(tenant, "separation").await;
                }
                Err(error)
            }
        }
    }

    async fn open_by_report(
        &self,
        tenant: &Tenant,
        row: &SeparationRow,
        mark: &str,
        report: &Report,
    ) -> Result<EnrolmentRow, EnrolmentError> {
        let credential = report.credential.as_ref().ok_or(SeparationFault::Claims)?;
        let seen = SeparationSeen {
            // The verifier erases what was shown after a while.
            separation: Separation::of_claims(report.claims.as_ref().ok_or(NotAccepted::Unanswered)?)?,
            issuer: credential.issuer.clone(),
            issuer_name: credential.issuer_name.clone(),
            report: report.id.clone(),
            checked_at: report.checked_at.clone(),
        };
        let service = self.secrets.register_mark(&tenant.id, "ended service", &seen.separation.service_key());
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("enrol_by_separation").await?;
            let subject = self.whose(&mut tx, tenant, &seen.separation).await?;
            if tx.take_service(&tenant.id, &service, &subject.id, now).await? != subject.id {
                return Err(EnrolmentError::CredentialUsed);
            }
            let known = tx.list_enrolments_of(&tenant.id, &subject.id).await?;
            let open = known.into_iter().find(|it| it.enrolment.is_open());
            let mut enrolment = match open {
                Some(open) => open,
                // Nobody was invited: no code fits it.
                None => {
                    let (mark, by) = (fingerprint(&self.new_token()), Actor::person(&tenant.id));
                    let invited = Enrolment::invited(now);
                    self.new_enrolment(&mut tx, tenant, &subject, (invited, mark, &by.officer)).await?
                }
            };
            enrolment.enrolment = enrolment.enrolment.presented()?;
            (enrolment.secret_mark, enrolment.claimed_at) = (Some(mark.to_owned()), Some(now));
            tx.replace_enrolment(&tenant.id, &enrolment).await?;
            let used = SeparationUse {
                enrolment: enrolment.id.clone(),
                at: now,
                sealed: self.seal_for("enrolment separation", &tenant.id, &row.id, &seen),
            };
            tx.use_separation(&tenant.id, row, &used).await?;
            let act = Act { action: "enrolment.claim", target: &enrolment.id, detail: "separation" };
            tx.audit(&Actor::system(&tenant.id), act, now).await?;
            tx.commit().await?;
            Ok(EnrolmentRow { revision: enrolment.revision + 1, ..enrolment })
        })
        .await
    }

    /// The beneficiary whom the register has under organisation and staff number.
    async fn whose(
        &self,
        tx: &mut Transaction,
        tenant: &Tenant,
        separation: &Separation,
    ) -> Result<Subject, EnrolmentError> {
        let key = Separation::register_key(&separation.organisation, &separation.staff_number);
        let mark = self.secrets.register_mark(&tenant.id, "staff number", &key);
        let person = tx.find_fund_person_by_staff_mark(&tenant.id, &mark).await?;
        let person = person.ok_or(SeparationFault::NotOnRegister)?;
        let registered = self.open_fund_person(&tenant.id, &person).map_err(|_| EnrolmentError::Damaged)?;
        let registered = registered.registered;
        let facts = RegisterFacts {
            birth_date: registered.birth_date,
            died_on: registered.died_on,
            benefit_until: registered.benefit_until,
        };
        separation.fits(&facts, self.today())?;
        let subject = tx.find_subject_by_number(&tenant.id, &registered.uid).await?;
        Ok(subject.ok_or(SeparationFault::NotOnRegister)?)
    }

    /// What opened an enrolment in the place of a code and a document, where a credential did.
    pub(super) async fn separation_of(
        &self,
        tx: &mut Transaction,
        tenant: &str,
        enrolment: &str,
    ) -> Result<Option<SeparationSeen>, EnrolmentError> {
        let Some(row) = tx.find_separation_of(tenant, enrolment).await? else { return Ok(None) };
        let Some(used) = row.used else { return Ok(None) };
        let seen = self.open_for("enrolment separation", tenant, &row.id, &used.sealed);
        seen.map(Some).map_err(|_| EnrolmentError::Damaged)
    }
}

enum Begun {
    New,
    /// Still to be answered.
    Waits(SeparationStarted),
    /// Nobody answered in time.
    Over(SeparationRow),
}

fn started(row: &SeparationRow) -> SeparationStarted {
    SeparationStarted { link: row.link.clone(), expires_at: row.expires_at }
}

impl EnrolmentError {
    /// As opposed to what has nothing to do with who presents what.
    const fn is_about_the_credential(&self) -> bool {
        matches!(self, Self::NotAccepted(_) | Self::Separation(_) | Self::CredentialUsed)
    }
}
