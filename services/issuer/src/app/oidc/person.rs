//! Sign-in of persons at the authorization endpoint by their organisation's OpenID provider.
//!
//! The provider says who somebody is by one claim of its ID token, which is the staff number here. Nothing is remembered
//! of a person of the provider: the claim counts each time, so whoever loses it there is nobody here at once.

use issuance::audit::Act;
use issuance::fingerprint;
use issuance::oidc::IdTokenError;
use store_issuer::PersonOidcRequest;
use url::form_urlencoded;

use super::{Departure, Journey, OidcError, REQUEST_MINUTES, Return, Secret};
use crate::app::authorization::person;
use crate::app::{AuthorizeError, Issuer, Tenant};

/// Why somebody who came back from a provider gets no further.
#[derive(Debug, thiserror::Error)]
pub enum PersonProviderError {
    #[error(transparent)]
    Provider(#[from] OidcError),
    #[error(transparent)]
    Authorize(#[from] AuthorizeError),
    #[error(transparent)]
    Store(#[from] store_issuer::Error),
}

/// Why a person who came back is shown the page again: nothing is wrong with the answer, and they may go another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderRefusal {
    /// They went away there, or may not use this service.
    Declined,
    /// They signed in too long ago.
    Old,
    /// They signed in without what is asked for, such as a second factor.
    Weak,
    /// They have no staff number that is on the list here.
    Unknown,
}

impl ProviderRefusal {
    pub const ALL: [Self; 4] = [Self::Declined, Self::Old, Self::Weak, Self::Unknown];

    /// The word in the page's address.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Old => "old",
            Self::Weak => "weak",
            Self::Unknown => "unknown",
        }
    }

    fn of(error: &OidcError) -> Option<Self> {
        match error {
            OidcError::Declined => Some(Self::Declined),
            OidcError::Token(IdTokenError::Age) => Some(Self::Old),
            OidcError::Token(IdTokenError::Strength) => Some(Self::Weak),
            OidcError::Unknown => Some(Self::Unknown),
            OidcError::NoProvider
            | OidcError::Request
            | OidcError::Issuer
            | OidcError::Token(_)
            | OidcError::Bound
            | OidcError::Unreachable(_)
            | OidcError::Answer(..)
            | OidcError::SignIn(_)
            | OidcError::Store(_) => None,
        }
    }
}

impl Issuer {
    /// What the button says, where persons of an organisation may sign in at a provider.
    #[must_use]
    pub fn person_provider(&self, tenant: &Tenant) -> Option<&str> {
        self.person_providers.of(&tenant.id).ok().map(|provider| provider.name.as_str())
    }

    /// The address to which an organisation's provider sends its persons back.
    #[must_use]
    pub fn person_redirect(&self, tenant: &Tenant) -> String {
        format!("{}/t/{}/authorize/callback", self.settings.origin, tenant.id)
    }

    /// Begins the sign-in of a person for one pushed request. A second one for the same request takes the first one's
    /// place, so that requests bound what is kept.
    pub async fn start_person_oidc(
        &self,
        tenant: &Tenant,
        request_uri: &str,
    ) -> Result<Departure, PersonProviderError> {
        let (request, pushed) = self.pushed(&mut self.store.read().await?, tenant, request_uri).await?;
        let (state, browser) = (self.new_token(), self.new_token());
        let page = Some(page(tenant, &pushed.client_id, request_uri));
        let (secret, redirect_uri) = (Secret { page, ..self.new_journey() }, self.person_redirect(tenant));
        let journey =
            Journey { tenant: &tenant.id, redirect_uri: &redirect_uri, state: &state, secret: &secret };
        let to = self.person_providers.destination(journey).await?;
        let kept = PersonOidcRequest {
            fingerprint: fingerprint(&state),
            browser: fingerprint(&browser),
            sealed: self.seal_journey(&purpose(tenant, &state), &secret),
            request,
            expires_at: self.now() + chrono::Duration::minutes(REQUEST_MINUTES),
        };
        sql::retry(|| async {
            let mut tx = self.store.write("start_person_oidc").await?;
            tx.put_person_oidc_request(&tenant.id, &kept, self.now()).await?;
            tx.commit().await
        })
        .await?;
        Ok(Departure { to, browser })
    }

    /// Ends it in the same browser and decides on the pushed request. Answers the path at which the browser goes on: towards
    /// the wallet, or to the page with the reason why not yet.
    pub async fn finish_person_oidc(
        &self,
        tenant: &Tenant,
        back: &Return,
        browser: Option<&str>,
    ) -> Result<String, PersonProviderError> {
        let taken = sql::retry(|| async {
            let mut tx = self.store.write("take_person_oidc").await?;
            let taken =
                tx.take_person_oidc_request(&tenant.id, &fingerprint(&back.state), self.now()).await?;
            tx.commit().await?;
            Ok::<_, store_issuer::Error>(taken)
        })
        .await?;
        // Somebody else's answer in this browser would give this request's wallet somebody else's credentials.
        let same = |kept: &PersonOidcRequest| browser.is_some_and(|it| fingerprint(it) == kept.browser);
        let kept = taken.filter(same).ok_or(OidcError::Request)?;
        let secret = self.open_journey(&purpose(tenant, &back.state), &kept.sealed)?;
        let redirect_uri = self.person_redirect(tenant);
        let journey =
            Journey { tenant: &tenant.id, redirect_uri: &redirect_uri, state: &back.state, secret: &secret };
        let arrived = match self.person_providers.arrive(journey, back, self.now()).await {
            Ok(signed_in) => signed_in.identity.staff_number.ok_or(OidcError::Unknown),
            Err(error) => Err(error),
        };
        let decided = match arrived {
            Ok(number) => self.decide_for_number(tenant, &kept.request, &number).await,
            Err(error) => Err(error.into()),
        };
        let Err(PersonProviderError::Provider(error)) = decided else { return decided };
        match (ProviderRefusal::of(&error), &secret.page) {
            (Some(refusal), Some(page)) => Ok(format!("{page}&refused={}", refusal.as_str())),
            _ => Err(error.into()),
        }
    }

    async fn decide_for_number(
        &self,
        tenant: &Tenant,
        id: &str,
        number: &str,
    ) -> Result<String, PersonProviderError> {
        sql::retry(|| async {
            let now = self.now();
            let mut tx = self.store.write("finish_person_oidc").await?;
            let request = tx.find_authorization_request(&tenant.id, id, now).await?;
            let request = request.ok_or(AuthorizeError::Request)?;
            let subject = tx.find_subject_by_number(&tenant.id, number).await?;
            let subject = subject.ok_or(OidcError::Unknown)?.id;
            let act = Act { action: "person.sign-in", target: &subject, detail: "oidc" };
            tx.audit(&person(tenant), act, now).await?;
            let next = self.decide_request(&mut tx, tenant, &subject, (id, &request)).await?;
            tx.commit().await?;
            Ok(next)
        })
        .await
    }
}

fn page(tenant: &Tenant, client_id: &str, request_uri: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("client_id", client_id).append_pair("request_uri", request_uri);
    format!("/t/{}/authorize?{}", tenant.id, query.finish())
}

/// Other than that of officers, so that neither's secrets open as the other's.
fn purpose(tenant: &Tenant, state: &str) -> Vec<u8> {
    format!("sign-in of a person of {}/{}", tenant.id, fingerprint(state)).into_bytes()
}
