//! Who asks: a request is fetched and its signature checked as the prefix of its client identifier says (OpenID4VP 1.0, 5.9.3
//! and 5.10), or it is read from the link and nobody is proven.

use credential::KeyState;
use credential::jwe::Recipient;
use credential::x509::CertificateChain;
use holding::look_alike::mixes_alphabets;
use holding::party::{Certified, Party};
use holding::presentation::{Presentation, Progress};
use holding::request::{self, Came, Request, RequestFault, RequestHeader, plain_text};
use serde_json::{Map, Value};
use url::Url;
use wire::vp::client_id::ClientId;
use wire::vp::{ErrorCode, REQUEST_OBJECT_MEDIA_TYPE, REQUEST_OBJECT_TYPE, RequestObject, by_value};

use super::Wallet;
use super::fault::RemoteFault;
use super::issuers::{host_of, own_names, parse};
use super::presentations::PresentationError;

/// What a link says, before anything is asked of anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// The request is fetched, and signed.
    ByReference { client_id: String, request_uri: String, by_post: bool },
    /// The request is the query of the link, and unsigned.
    ByValue { query: String },
}

/// A request whose signature holds, and whose it is.
struct Authentic {
    object: RequestObject,
    verifier: Party,
}

impl Link {
    /// The same link leads to the same request.
    pub(super) fn key(&self) -> String {
        match self {
            Self::ByReference { client_id, request_uri, .. } => format!("{client_id} {request_uri}"),
            Self::ByValue { query } => query.clone(),
        }
    }
}

impl Wallet {
    /// A request that may be shown. One that is the verifier's and cannot be used is answered with the reason.
    pub(super) async fn read_request(&self, link: &Link) -> Result<Presentation, PresentationError> {
        match link {
            Link::ByReference { client_id, request_uri, by_post } => {
                self.fetch_request(client_id, &parse(request_uri)?, *by_post).await
            }
            Link::ByValue { query } => {
                let object = by_value::from_query(query).map_err(|_| RequestFault::Query)?;
                let client_id = object.client_id.clone();
                let came =
                    Came { client_id: &client_id, request_uri: None, wallet_nonce: None, now: self.now() };
                let request = checked(object, came)?;
                let verifier = Party::unverified(&host_of(&request.response_uri));
                Ok(Presentation { request, verifier, progress: Progress::Asked })
            }
        }
    }

    /// OpenID4VP 1.0, 5: the request object by its reference.
    async fn fetch_request(
        &self,
        client_id: &str,
        url: &Url,
        by_post: bool,
    ) -> Result<Presentation, PresentationError> {
        let id = request::client_id(client_id)?;
        if matches!(id, ClientId::RedirectUri(_)) {
            return Err(RequestFault::ClientIdPrefix.into());
        }
        let wallet_nonce = by_post.then(|| clock::token(self.entropy.as_ref()));
        let token = self.fetch_request_object(url, wallet_nonce.as_deref()).await?;
        let Authentic { object, verifier } = self.authenticate(&token, id, url).await?;
        let came = Came {
            client_id,
            request_uri: Some(url),
            wallet_nonce: wallet_nonce.as_deref(),
            now: self.now(),
        };
        let error_address = request::error_address(&object, came);
        match checked(object, came) {
            Ok(request) => Ok(Presentation { request, verifier, progress: Progress::Asked }),
            Err(fault) => {
                if let (Some(code), Some((to, state))) = (fault.code(), error_address) {
                    self.tell(&to, code, &fault, state.as_deref()).await;
                }
                Err(fault.into())
            }
        }
    }

    async fn fetch_request_object(
        &self,
        url: &Url,
        wallet_nonce: Option<&str>,
    ) -> Result<String, PresentationError> {
        let reply = match wallet_nonce {
            Some(nonce) => {
                let headers = [("accept", REQUEST_OBJECT_MEDIA_TYPE)];
                self.outbound.post_form(url, &[("wallet_nonce", nonce)], &headers).await
            }
            None => self.outbound.get(url, REQUEST_OBJECT_MEDIA_TYPE, None).await,
        };
        let reply = reply.map_err(RemoteFault::from)?;
        match reply.status {
            200 => {}
            404 | 409 | 410 => return Err(PresentationError::Gone),
            status => return Err(RemoteFault::Status { status, code: None }.into()),
        }
        let token = std::str::from_utf8(&reply.body).map_err(|_| RemoteFault::Form("request object"))?;
        Ok(token.trim().to_owned())
    }

    async fn authenticate(
        &self,
        token: &str,
        id: ClientId<'_>,
        url: &Url,
    ) -> Result<Authentic, PresentationError> {
        let unverified = credential::jwt::decode(token).map_err(|_| RemoteFault::Form("request object"))?;
        let header: RequestHeader = serde_json::from_value(Value::Object(unverified.header))
            .map_err(|_| RemoteFault::Form("request object"))?;
        request::check_header(&header)?;
        match id {
            ClientId::DecentralizedIdentifier(did) => {
                request::check_key(&header, did)?;
                let claims = self.verified_by_did(token).await?;
                let organisation = self.chain.organisation(did).await.map_err(|_| RemoteFault::Registry)?;
                let object = object(claims)?;
                // Of one that nobody registered they would not be shown.
                let names = object.client_metadata.as_ref().filter(|_| organisation.is_some());
                let names = names.map(|it| own_names(it.names())).unwrap_or_default();
                let verifier = Party {
                    did: Some(did.to_owned()),
                    organisation,
                    names,
                    ..Party::unverified(&host_of(url))
                };
                Ok(Authentic { object, verifier })
            }
            ClientId::X509SanDns(_) | ClientId::X509Hash(_) => {
                let x5c = header.x5c.as_ref().ok_or(RequestFault::Certificate)?;
                let chain = CertificateChain::from_header(x5c).map_err(|_| RequestFault::Certificate)?;
                self.check_certificate(&chain, id)?;
                let verified = credential::jwt::verify_with_key(
                    token,
                    REQUEST_OBJECT_TYPE,
                    chain.leaf_key(),
                    self.now(),
                );
                let claims = verified.map_err(|fault| refused(&fault))?.claims;
                let certified = Certified {
                    // One that is made to look like another's does not stand for anybody: the host does.
                    organisation: chain
                        .organisation()
                        .map(|name| plain_text(&name, 200))
                        .filter(|name| !mixes_alphabets(name)),
                    hosts: chain.dns_names(),
                };
                let verifier = Party::certified(&host_of(url), certified);
                Ok(Authentic { object: object(claims)?, verifier })
            }
            ClientId::RedirectUri(_) => Err(RequestFault::ClientIdPrefix.into()),
        }
    }

    async fn verified_by_did(&self, token: &str) -> Result<Map<String, Value>, PresentationError> {
        let resolver = self.resolver.as_ref();
        let verified = credential::jwt::verify(token, REQUEST_OBJECT_TYPE, resolver, self.now()).await;
        let verified = verified.map_err(|fault| refused(&fault))?;
        if verified.key_state == KeyState::Current {
            Ok(verified.claims)
        } else {
            Err(PresentationError::Signature)
        }
    }

    /// The certificate is trusted, by an authority and not by itself (HAIP 1.0, 5), and is the one the identifier names.
    fn check_certificate(&self, chain: &CertificateChain, id: ClientId<'_>) -> Result<(), RequestFault> {
        let trusted = self.verifier_anchors.verify(chain, self.now()).is_ok() && !chain.is_self_signed();
        if !trusted {
            return Err(RequestFault::Certificate);
        }
        let named = match id {
            ClientId::X509SanDns(host) => chain.dns_names().contains(&host.to_ascii_lowercase()),
            ClientId::X509Hash(hash) => chain.leaf_hash() == hash,
            ClientId::DecentralizedIdentifier(_) | ClientId::RedirectUri(_) => false,
        };
        if named { Ok(()) } else { Err(RequestFault::ForeignKey) }
    }

    /// Tells a verifier why its request is not shown to anybody (8.5). Whether it hears that changes nothing here.
    async fn tell(&self, to: &Url, code: ErrorCode, why: &RequestFault, state: Option<&str>) {
        let why = why.to_string();
        let mut form = vec![("error", code.as_str()), ("error_description", why.as_str())];
        form.extend(state.map(|state| ("state", state)));
        if let Err(error) = self.outbound.post_form(to, &form, &[("accept", "application/json")]).await {
            tracing::info!(
                error = &error as &dyn std::error::Error,
                "a verifier was not told of its mistake"
            );
        }
    }
}

/// The rules, and that the key for the answer is one: its point is on the curve.
fn checked(object: RequestObject, came: Came<'_>) -> Result<Request, RequestFault> {
    let request = request::check(object, came)?;
    match &request.encryption {
        Some(to) if Recipient::from_jwk(&to.jwk).is_err() => Err(RequestFault::Encryption),
        _ => Ok(request),
    }
}

fn object(claims: Map<String, Value>) -> Result<RequestObject, RequestFault> {
    serde_json::from_value(Value::Object(claims)).map_err(|_| RequestFault::Query)
}

fn refused(fault: &credential::Fault) -> PresentationError {
    match (fault.unfinished, fault.code) {
        (true, _) => PresentationError::Verifier(RemoteFault::Registry),
        (false, "expired") => RequestFault::Expired.into(),
        (false, _) => PresentationError::Signature,
    }
}
