//! What of a credential goes out: which claims are shown, and the SD-JWT or the derived proof that shows no more.

use credential::data_integrity;
use credential::sd_jwt::{self, PathElement};
use holding::path::{ConcretePath, Step as PathStep};
use holding::presentation::{PreparedItem, Presentation};
use holding::securing::{self, Securing};
use holding::transaction::{self, Transaction};
use serde_json::Value;

use super::credentials::Kept;
use super::fault::Fault;
use super::holder_binding::signs;

/// What a person is told was shown.
pub fn shared_labels(kept: &Kept, disclose: &[ConcretePath]) -> Vec<String> {
    let claims = kept.held.claims();
    if kept.held.is_whole() {
        return claims.into_iter().map(|claim| claim.label).collect();
    }
    let withheld = withheld_paths(kept);
    claims
        .into_iter()
        .filter(|claim| is_shown(&claim.path, disclose, &withheld))
        .map(|claim| claim.label)
        .collect()
}

/// Whether a claim goes out: asked for itself or inside something asked for, or never withheld at all.
pub fn is_shown(path: &[PathStep], disclose: &[ConcretePath], withheld: &[ConcretePath]) -> bool {
    is_asked(path, disclose) || !withheld.iter().any(|held_back| path.starts_with(held_back))
}

/// Whether a claim is asked for, itself or with what it stands in.
pub fn is_asked(path: &[PathStep], disclose: &[ConcretePath]) -> bool {
    disclose.iter().any(|wanted| path.starts_with(wanted) || wanted.starts_with(path))
}

/// The claims that its holder may withhold.
pub fn withheld_paths(kept: &Kept) -> Vec<ConcretePath> {
    match (kept.held.securing(), &kept.held.credential) {
        (Securing::SdJwt, Value::String(text)) => {
            let Ok(parsed) = sd_jwt::parse(text) else { return Vec::new() };
            parsed.disclosable.iter().map(|path| path.iter().map(from_element).collect()).collect()
        }
        (Securing::Proof, document) => data_integrity::mandatory_pointers(document)
            .map_or_else(Vec::new, |mandatory| securing::left_out(document, &mandatory)),
        _ => Vec::new(),
    }
}

/// What is shown of a credential with a base proof: a proof over what is disclosed and what its issuer made mandatory. Nothing
/// of any other credential.
pub async fn derived(kept: &Kept, disclose: &[ConcretePath]) -> Result<Option<Value>, Fault> {
    if !kept.held.has_base_proof() {
        return Ok(None);
    }
    let pointers: Vec<String> = disclose.iter().map(|path| securing::pointer(path)).collect();
    let derived = data_integrity::derive(&kept.held.credential, &pointers).await;
    derived.map(Some).map_err(|error| Fault::Prepare(error.to_string()))
}

/// What goes into a presentation, or out by itself: the credential, or what was derived from it. A base proof never goes out.
pub fn outgoing<'a>(kept: &'a Kept, item: &'a PreparedItem) -> Result<&'a Value, Fault> {
    match &item.derived {
        Some(derived) => Ok(derived),
        None if kept.held.has_base_proof() => Err(Fault::Prepare("nothing was derived".to_owned())),
        None => Ok(&kept.held.credential),
    }
}

pub fn prepare_sd_jwt(
    asked: &Presentation,
    kept: &Kept,
    item: &PreparedItem,
) -> Result<sd_jwt::PreparedPresentation, Fault> {
    let text = kept.held.credential.as_str().unwrap_or_default();
    let reveal: Vec<Vec<PathElement>> = item.disclose.iter().map(|path| to_elements(path)).collect();
    let request = &asked.request;
    let authorised: Vec<&Transaction> =
        item.transactions.iter().filter_map(|position| request.transactions.get(*position)).collect();
    let binding = sd_jwt::KeyBinding {
        nonce: &request.nonce,
        audience: &request.client_id,
        issued_at: item.created,
        further: transaction::key_binding_claims(&authorised),
    };
    let prepared = sd_jwt::present_named(text, &reveal, binding, signs(&kept.held, request));
    prepared.map_err(|fault| Fault::Prepare(fault.code.to_owned()))
}

pub fn select(kept: &Kept, item: &PreparedItem) -> Result<String, Fault> {
    let text = kept.held.credential.as_str().unwrap_or_default();
    let reveal: Vec<Vec<PathElement>> = item.disclose.iter().map(|path| to_elements(path)).collect();
    sd_jwt::select(text, &reveal).map_err(|fault| Fault::Prepare(fault.code.to_owned()))
}

pub(super) fn to_elements(path: &[PathStep]) -> Vec<PathElement> {
    path.iter()
        .filter_map(|step| match step {
            PathStep::Key(key) => Some(PathElement::Name(key.clone())),
            PathStep::Index(index) => usize::try_from(*index).ok().map(PathElement::Index),
            PathStep::All => None,
        })
        .collect()
}

fn from_element(element: &PathElement) -> PathStep {
    match element {
        PathElement::Name(name) => PathStep::Key(name.clone()),
        PathElement::Index(index) => PathStep::Index(u64::try_from(*index).unwrap_or(u64::MAX)),
    }
}
