//! Presenting: OID4VP 1.0 with `direct_post` and `direct_post.jwt`. A request is fetched once, an answer is stored before it
//! is sent, and what is sent again is always the same bytes.

mod sending;

use std::collections::BTreeMap;

use credential::Input;
use credential::data_integrity::{self, ProofOptions, Purpose as ProofPurpose, Suite};
use credential::enveloped::{self, Binding, Content, Envelope};
use credential::x509::authority_key_ids_of;
use holding::account::StepUp;
use holding::assurance::{Act, Assurance};
use holding::dcql::{self, Candidate, ClaimSets, Evaluation, Selection, SelectionFault};
use holding::key_kind::holder_did;
use holding::presentation::{Answer, AnswerKind, PreparedItem, Presentation, Progress, StepFault};
use holding::request::{Request, RequestFault};
use holding::securing::Securing;
use holding::sharing::SharedCredential;
use holding::signing::{self, SignatureFault, ToSign};
use holding::transaction;
use serde_json::{Value, json};
use store_wallet::records::{Record, Table};
use wire::vp::dcql::Query;
use wire::vp::dcql::authorities::Authorities;
use wire::vp::{EncryptedAnswer, ErrorCode};

pub(super) use self::sending::later;
use super::credentials::Kept;
use super::disclosure::{derived, outgoing, prepare_sd_jwt, select, shared_labels};
use super::fault::{Fault, RemoteFault};
use super::holder_binding::{may_answer, signs, subject};
use super::mandates::InPerson;
use super::signing::Signatures;
use super::verifiers::Link;
use super::{Person, Wallet};

/// Why a request cannot be shown or answered.
#[derive(Debug, thiserror::Error)]
pub enum PresentationError {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("there is no such request")]
    Unknown,
    #[error(transparent)]
    Refused(#[from] RequestFault),
    #[error("the verifier cannot be asked")]
    Verifier(#[from] RemoteFault),
    #[error("the request is over, or was answered by another wallet")]
    Gone,
    #[error("the signature of the request is not the verifier's")]
    Signature,
    #[error(transparent)]
    Selection(#[from] SelectionFault),
    #[error(transparent)]
    Step(#[from] StepFault),
    #[error(transparent)]
    DeviceSignature(#[from] SignatureFault),
    #[error("the key this credential is bound to is not usable any more")]
    DeviceKey,
    /// Whom nothing names is shown something only by a person who proved themselves just now.
    #[error(transparent)]
    StepUp(#[from] StepUp),
    #[error(transparent)]
    InPerson(#[from] InPerson),
}

/// A request, what of the person's would answer it, and the credentials that this is about.
pub struct Asked {
    pub record: Record,
    pub presentation: Presentation,
    pub evaluation: Evaluation,
    pub credentials: Vec<Kept>,
}

impl Wallet {
    /// Opens a request. The same link leads to the same request; `true` beside it when it is new.
    pub async fn open_presentation(
        &self,
        person: &Person,
        link: &Link,
    ) -> Result<(Asked, bool), PresentationError> {
        let key = link.key();
        if let Some((record, presentation)) = self.find_by_source(person, Table::Presentations, &key).await? {
            return Ok((self.asked(person, record, presentation).await?, false));
        }
        let presentation = self.read_request(link).await?;
        let record =
            self.new_record(person, Table::Presentations, &key, presentation.state(), &presentation)?;
        let mut tx = self.store.write("open_presentation").await?;
        let new = tx.insert_record(Table::Presentations, &record).await?;
        tx.commit().await?;
        if new {
            return Ok((self.asked(person, record, presentation).await?, true));
        }
        let found = self.find_by_source(person, Table::Presentations, &key).await?;
        let (record, presentation) = found.ok_or(PresentationError::Unknown)?;
        Ok((self.asked(person, record, presentation).await?, false))
    }

    pub async fn presentation(&self, person: &Person, id: &str) -> Result<Asked, PresentationError> {
        let found = self.find(person, Table::Presentations, id).await?;
        let (record, presentation) = found.ok_or(PresentationError::Unknown)?;
        self.asked(person, record, presentation).await
    }

    /// The person consents: fixes what is shown and gives the page the bytes to sign.
    pub async fn prepare_presentation(
        &self,
        person: &Person,
        id: &str,
        (selection, sets): (Option<Selection>, ClaimSets),
    ) -> Result<(Asked, Vec<ToSign>), PresentationError> {
        let mut asked = self.presentation(person, id).await?;
        asked.presentation.may_decide(self.now())?;
        let verifier = &asked.presentation.verifier;
        if !verifier.is_proven() && !verifier.is_certified() {
            self.may(person, Act::PresentToUnproven).await??;
        }
        // What would be refused over there stays here.
        if asked.presentation.request.refuses_representative && person.representative().is_some() {
            return Err(InPerson.into());
        }
        if asked.presentation.request.wants_passkey && person.session.assurance < Assurance::Passkey {
            return Err(StepUp::Weak.into());
        }
        let selection = match selection {
            Some(selection) => selection,
            None => asked.evaluation.proposed().ok_or(SelectionFault::Incomplete)?,
        };
        let created = self.now();
        let mut authorising = transaction::assign(&asked.presentation.request.transactions, &selection);
        let mut items = Vec::new();
        let audience = asked.presentation.request.client_id.clone();
        for chosen in asked.evaluation.check(&selection)? {
            let first = find_kept(&asked.credentials, &chosen.matched.credential)?;
            // Also where no key signs: the key stands in the credential, and would be known again by it.
            let copy = self.copy_for(person, &first.row.id, &audience).await?;
            let kept = copy.as_ref().unwrap_or(first);
            let mut item = PreparedItem {
                query: chosen.query.id.clone(),
                credential: kept.row.id.clone(),
                holder_thumbprint: kept.held.holder_thumbprint.clone(),
                derived: derived(kept, chosen.disclose(&sets)?).await?,
                disclose: chosen.disclose(&sets)?.to_vec(),
                transactions: take(&mut authorising, &chosen.query.id),
                created,
                to_sign: None,
            };
            if chosen.query.holder_binding {
                self.signing_key(kept).await?.ok_or(PresentationError::DeviceKey)?;
                let input = self.to_sign(&asked.presentation, kept, &item).await?;
                item.to_sign = Some(ToSign {
                    id: items.len().to_string(),
                    input,
                    key: kept.held.copy.as_ref().map(|_| kept.held.holder_thumbprint.clone()),
                });
            }
            items.push(item);
        }
        let to_sign = items.iter().filter_map(|item| item.to_sign.clone()).collect();
        asked.presentation.progress = Progress::Prepared { selection, items };
        let moved = self.moved(
            &person.data_key,
            Table::Presentations,
            &asked.record,
            asked.presentation.state(),
            &asked.presentation,
        )?;
        asked.record = self.replace("prepare_presentation", Table::Presentations, moved).await?;
        Ok((asked, to_sign))
    }

    /// Completes the answer with the page's signatures, stores it, sends it. An answer that is stored already
    /// is sent again as it is.
    pub async fn submit_presentation(
        &self,
        person: &Person,
        id: &str,
        signatures: &Signatures,
    ) -> Result<Asked, PresentationError> {
        let asked = self.presentation(person, id).await?;
        let items = match &asked.presentation.progress {
            Progress::Asked => return Err(StepFault::NotPrepared.into()),
            Progress::Sending { .. } => return self.send_now(person, asked).await,
            Progress::Sent { .. } | Progress::Refused { .. } | Progress::Failed { .. } => return Ok(asked),
            Progress::Prepared { items, .. } => items.clone(),
        };
        asked.presentation.may_decide(self.now())?;
        let answer = self.answer(person, &asked, &items, signatures).await?;
        let asked = self.keep_answer(person, asked, answer).await?;
        self.send_now(person, asked).await
    }

    /// One tap says no: the verifier learns only that (OID4VP 8.5).
    pub async fn refuse_presentation(&self, person: &Person, id: &str) -> Result<Asked, PresentationError> {
        let asked = self.presentation(person, id).await?;
        match &asked.presentation.progress {
            Progress::Asked | Progress::Prepared { .. } => {}
            Progress::Sending { .. } => return self.send_now(person, asked).await,
            Progress::Sent { .. } | Progress::Refused { .. } | Progress::Failed { .. } => return Ok(asked),
        }
        let refusal = EncryptedAnswer {
            error: Some(refusal_code(&asked).as_str().to_owned()),
            ..EncryptedAnswer::default()
        };
        let form = self.answer_form(&asked.presentation.request, refusal)?;
        let answer = Answer {
            form,
            kind: AnswerKind::Refusal,
            claims: Vec::new(),
            credentials: Vec::new(),
            approved: Vec::new(),
            officer: person.officer().map(str::to_owned),
            representative: person.representative().cloned(),
        };
        let asked = self.keep_answer(person, asked, answer).await?;
        self.send_now(person, asked).await
    }

    async fn asked(
        &self,
        person: &Person,
        record: Record,
        presentation: Presentation,
    ) -> Result<Asked, PresentationError> {
        let mut credentials = self.credentials(person).await?;
        // What can be shown at all comes first; the newest of equals before the older.
        let now = self.now();
        let lost: Vec<String> = {
            let mut tx = self.store.read().await?;
            let known = tx.list_device_keys(&person.account).await?;
            known.into_iter().filter(|key| key.lost_at.is_some()).map(|key| key.thumbprint).collect()
        };
        credentials.retain(|kept| !lost.iter().any(|lost| lost == kept.held.device_key()));
        credentials.retain(|kept| may_answer(&kept.held, &presentation.request));
        // Of equals first what shows less.
        credentials.sort_by_key(|kept| (rank(kept.held.standing(&kept.annex, now)), kept.held.is_whole()));
        let query = &presentation.request.query;
        let key_ids: Vec<Vec<String>> = credentials.iter().map(|kept| key_ids(query, kept)).collect();
        let candidates: Vec<Candidate<'_>> = credentials
            .iter()
            .zip(&key_ids)
            .filter(|(kept, _)| kept.held.is_read_with(suites(&presentation.request)))
            .map(|(kept, key_ids)| Candidate {
                id: &kept.row.id,
                format: &kept.held.format,
                types: &kept.held.types,
                root: &kept.held.root,
                authorities: Authorities { key_ids, issuer: kept.held.issuer.did.as_deref() },
            })
            .collect();
        let evaluation = dcql::evaluate(query, &candidates);
        let evaluation = transaction::authorising(evaluation, &presentation.request.transactions);
        Ok(Asked { record, presentation, evaluation, credentials })
    }

    /// The bytes for the device key. Made again from the same item, they are the same.
    async fn to_sign(
        &self,
        asked: &Presentation,
        kept: &Kept,
        item: &PreparedItem,
    ) -> Result<Vec<u8>, PresentationError> {
        match kept.held.securing() {
            Securing::Envelope => Ok(self.prepare_vp_jwt(asked, kept, item).await?.to_sign),
            Securing::Proof => Ok(self.prepare_vp(asked, kept, item).await?.to_sign),
            Securing::SdJwt => Ok(prepare_sd_jwt(asked, kept, item)?.to_sign),
        }
    }

    /// A presentation as JWT around the credential, which stays in its own envelope (Securing Verifiable Credentials using JOSE
    /// and COSE, 3.1.2; VC Data Model 2.0, 4.13).
    async fn prepare_vp_jwt(
        &self,
        asked: &Presentation,
        kept: &Kept,
        item: &PreparedItem,
    ) -> Result<enveloped::Prepared, PresentationError> {
        let key = self.signing_key(kept).await?;
        let key = key.ok_or(PresentationError::DeviceKey)?;
        let (did, method) = holder_did(&key, subject(&kept.held));
        let held = Input::from_value(kept.held.credential.clone());
        let credential = held.ok().and_then(|input| enveloped::wrap(&input, Content::Credential));
        let document = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "holder": did,
            "verifiableCredential": [credential],
        });
        let binding = Binding {
            nonce: asked.request.nonce.clone(),
            audience: asked.request.client_id.clone(),
            made_at: item.created,
        };
        let entropy = self.entropy.as_ref();
        let prepared = enveloped::prepare_presentation(
            &document,
            Envelope::Jwt,
            &method,
            key.algorithm(),
            Some(&binding),
            entropy,
        );
        Ok(prepared.await.map_err(|error| Fault::Prepare(error.to_string()))?)
    }

    async fn prepare_vp(
        &self,
        asked: &Presentation,
        kept: &Kept,
        item: &PreparedItem,
    ) -> Result<data_integrity::Prepared, PresentationError> {
        let key = self.signing_key(kept).await?;
        let key = key.ok_or(PresentationError::DeviceKey)?;
        let (did, method) = holder_did(&key, subject(&kept.held));
        let suite = signs(&kept.held, &asked.request).and_then(Suite::parse);
        let suite = suite.ok_or(PresentationError::DeviceKey)?;
        let document = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "holder": did,
            "verifiableCredential": [outgoing(kept, item)?],
        });
        let options = ProofOptions {
            created: Some(item.created),
            purpose: ProofPurpose::Authentication,
            challenge: Some(asked.request.nonce.clone()),
            domain: Some(asked.request.client_id.clone()),
            expires: None,
        };
        let prepared = data_integrity::prepare(&document, suite, &method, &options).await;
        Ok(prepared.map_err(|error| Fault::Prepare(error.to_string()))?)
    }

    async fn answer(
        &self,
        person: &Person,
        asked: &Asked,
        items: &[PreparedItem],
        signatures: &Signatures,
    ) -> Result<Answer, PresentationError> {
        let mut token: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let mut receipts: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let (mut claims, mut credentials) = (Vec::new(), Vec::new());
        for item in items {
            let kept = &self.shown(person, asked, &item.credential).await?;
            let presentation = match &item.to_sign {
                None if kept.held.securing() == Securing::SdJwt => Value::String(select(kept, item)?),
                None => outgoing(kept, item)?.clone(),
                Some(to_sign) => {
                    let key = self.signing_key(kept).await?;
                    let key = key.ok_or(PresentationError::DeviceKey)?;
                    let checked = signing::check(std::slice::from_ref(to_sign), signatures, &key)?;
                    let signature = checked.get(&to_sign.id).ok_or(SignatureFault::Missing)?;
                    match kept.held.securing() {
                        Securing::Envelope => {
                            let prepared = self.prepare_vp_jwt(&asked.presentation, kept, item).await?;
                            as_text(prepared.finish(signature))
                        }
                        Securing::Proof => {
                            self.prepare_vp(&asked.presentation, kept, item).await?.finish(signature)
                        }
                        Securing::SdJwt => {
                            Value::String(prepare_sd_jwt(&asked.presentation, kept, item)?.finish(signature))
                        }
                    }
                }
            };
            token.entry(item.query.clone()).or_default().push(presentation);
            receipts.entry(item.query.clone()).or_default().push(
                kept.annex.receipt.clone().filter(|_| kept.held.shows_receipts()).unwrap_or(Value::Null),
            );
            let shown = shared_labels(kept, &item.disclose);
            credentials.push(SharedCredential {
                name: kept.held.name.clone(),
                issuer: kept.held.issuer.name().to_owned(),
                claims: shown.clone(),
            });
            claims.extend(shown);
        }
        let request = &asked.presentation.request;
        let shown = EncryptedAnswer {
            vp_token: Some(serde_json::to_value(&token)?),
            anchor_receipts: request.anchor_receipts.then(|| serde_json::to_value(&receipts)).transpose()?,
            amr: person.session.assurance.told().map(Value::from),
            // That somebody acted for the person lowers trust, so it is said; who it was is in the person's own record.
            representative: person.representative().map(|one| one.kind.as_str().to_owned()),
            ..EncryptedAnswer::default()
        };
        let form = self.answer_form(request, shown)?;
        claims.dedup();
        let approved: Vec<String> =
            request.transactions.iter().map(|one| one.approval.title.clone()).collect();
        claims.extend(approved.iter().map(|title| format!("Approved: {title}")));
        let officer = person.officer().map(str::to_owned);
        let representative = person.representative().cloned();
        Ok(Answer {
            form,
            kind: AnswerKind::Presentation,
            claims,
            credentials,
            approved,
            officer,
            representative,
        })
    }
}

/// Which cryptosuites the verifier says that it understands.
fn suites(request: &Request) -> &[String] {
    request.formats.ldp_vc.as_ref().map_or(&[], |known| known.cryptosuite_values.as_slice())
}

/// A presentation in a JWT, as `vp_token` holds it.
fn as_text(presentation: Input) -> Value {
    match presentation {
        Input::Jwt(text) | Input::Compact(text) => Value::String(text),
        Input::Json(value) => value,
        // Nothing is prepared in COSE for a vp_token.
        Input::Cose(_) => Value::Null,
    }
}

/// The transactions that the first credential of a query authorises; another one of the same query authorises none again.
fn take(authorising: &mut Vec<(String, usize)>, query: &str) -> Vec<usize> {
    let (taken, left): (Vec<_>, Vec<_>) = authorising.drain(..).partition(|(id, _)| id == query);
    *authorising = left;
    taken.into_iter().map(|(_, position)| position).collect()
}

fn find_kept<'a>(credentials: &'a [Kept], id: &str) -> Result<&'a Kept, PresentationError> {
    credentials.iter().find(|kept| kept.row.id == id).ok_or(SelectionFault::NotAMatch.into())
}

/// 8.5: a transaction that no credential here could authorise has a code of its own; everything else is a no.
fn refusal_code(asked: &Asked) -> ErrorCode {
    // `transaction::authorising` leaves nothing to choose in that case, and a query always gives something.
    if asked.evaluation.choices.is_empty() {
        ErrorCode::InvalidTransactionData
    } else {
        ErrorCode::AccessDenied
    }
}

/// Identifiers of the authorities over a credential, where the request asks for such.
fn key_ids(query: &Query, kept: &Kept) -> Vec<String> {
    let asked = query.credentials.iter().any(|one| one.trusted_authorities.is_some());
    let token = kept.held.credential.as_str().filter(|_| asked);
    token.map(authority_key_ids_of).unwrap_or_default()
}

fn rank(standing: holding::held::Standing) -> u8 {
    use holding::held::Standing;
    match standing {
        Standing::Valid | Standing::Unknown => 0,
        Standing::NotYetValid | Standing::Suspended => 1,
        Standing::Expired | Standing::Revoked => 2,
    }
}
