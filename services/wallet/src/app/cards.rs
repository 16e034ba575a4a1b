//! A printed card: what the person chose of a credential as codes (`crates/paper`), for times without any device.
//!
//! Nothing is signed for one reader and moment, so whoever has the card, or a picture of it, can show it until it ends or is
//! withdrawn. That is why it wants a fresh proof of the person, why nothing is chosen beforehand, and why it is a copy of its own
//! where there are copies: who reads the card does not know its holder again elsewhere by the key.

use credential::sd_jwt::{self, PathElement};
use holding::account::StepUp;
use holding::activity::Activity;
use holding::assurance::Act;
use holding::labels::ShownClaim;
use holding::path::Step;
use serde_json::Value;

use super::credentials::{CredentialError, Kept};
use super::disclosure::{derived, is_shown, to_elements, withheld_paths};
use super::fault::Fault;
use super::{Person, Wallet};

/// In the place of a verifier's identifier: every card of a credential is of the same copy.
const CARDS: &str = "printed card";
const MAX_CHOSEN: usize = 64;
/// More than this nobody holds before a camera one after the other; two sides of a folded sheet.
const MOST_CODES: usize = 8;

/// Why there is no card.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("there is no such credential")]
    Unknown,
    #[error(transparent)]
    StepUp(#[from] StepUp),
    #[error("something is chosen that the credential does not let be chosen")]
    Choice,
    #[error("it takes more codes than a card has room for")]
    TooLong,
}

/// What stands on a card.
pub struct PrintedCard {
    pub kept: Kept,
    pub claims: Vec<ShownClaim>,
    /// Texts of QR codes.
    pub codes: Vec<String>,
}

impl Wallet {
    /// Makes a card that says these claims, by name, and whatever cannot be withheld.
    pub async fn print_card(
        &self,
        person: &Person,
        id: &str,
        chosen: &[String],
    ) -> Result<PrintedCard, CardError> {
        self.may(person, Act::PrintCard).await??;
        let first = match self.credential(person, id).await {
            Err(CredentialError::Unknown) => return Err(CardError::Unknown),
            Err(CredentialError::Fault(fault)) => return Err(fault.into()),
            Ok(kept) => kept,
        };
        // Looked at before a copy is taken for it.
        said(&first, chosen).await?;
        let kept = self.copy_for(person, id, CARDS).await?.unwrap_or(first);
        let (text, claims) = said(&kept, chosen).await?;
        let codes = paper::parts(&text).map_err(|_| CardError::TooLong)?;
        let activity = Activity::CardPrinted {
            name: kept.held.name.clone(),
            claims: claims.iter().map(|claim| claim.label.clone()).collect(),
        };
        let entry = self.entry_by(person, &activity)?;
        let mut tx = self.store.write("print_card").await?;
        tx.insert_entry(&person.account, &entry).await?;
        tx.commit().await?;
        Ok(PrintedCard { kept, claims, codes })
    }
}

/// The claims that may be chosen or left out, by name.
#[must_use]
pub fn choices(kept: &Kept) -> Vec<(String, ShownClaim)> {
    let withheld = withheld_paths(kept);
    let claims = kept.held.claims();
    let named = withheld.iter().filter_map(|path| Some((claim_name(kept, path)?, path)));
    let found = named.filter_map(|(name, path)| {
        let place = claims.iter().position(|claim| claim.path.starts_with(path))?;
        Some((place, (name.to_owned(), claims.get(place)?.clone())))
    });
    // As the page of the credential has them: disclosures come in whatever order their issuer liked.
    let mut choices: Vec<_> = found.collect();
    choices.sort_by_key(|(place, _)| *place);
    choices.into_iter().map(|(_, choice)| choice).collect()
}

/// The name of a claim of the person that can be left out; those of the VC Data Model stand in its subject.
pub(super) fn claim_name<'a>(kept: &Kept, path: &'a [Step]) -> Option<&'a str> {
    match (kept.held.is_w3c(), path) {
        (false, [Step::Key(name)]) => Some(name),
        (true, [Step::Key(subject), Step::Key(name)]) if subject == "credentialSubject" => Some(name),
        _ => None,
    }
}

/// The text of the codes and what it says; one that is too long is refused.
async fn said(kept: &Kept, chosen: &[String]) -> Result<(String, Vec<ShownClaim>), CardError> {
    let claims = kept.held.claims();
    if kept.held.is_whole() {
        if !chosen.is_empty() {
            return Err(CardError::Choice);
        }
        let text = match &kept.held.credential {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        return bounded(text, claims);
    }
    let withheld = withheld_paths(kept);
    let known = |name: &String| withheld.iter().any(|path| claim_name(kept, path) == Some(name));
    if chosen.len() > MAX_CHOSEN || !chosen.iter().all(known) {
        return Err(CardError::Choice);
    }
    // What stands in a chosen claim goes with it.
    let depth = if kept.held.is_w3c() { 2 } else { 1 };
    let wanted = |path: &Vec<Step>| {
        let name = path.get(..depth).and_then(|first| claim_name(kept, first));
        name.is_some_and(|name| chosen.iter().any(|one| one == name))
    };
    let disclose: Vec<Vec<Step>> = withheld.iter().filter(|path| wanted(path)).cloned().collect();
    let shown = claims.into_iter().filter(|claim| is_shown(&claim.path, &disclose, &withheld)).collect();
    if let Some(part) = derived(kept, &disclose).await? {
        return bounded(part.to_string(), shown);
    }
    let reveal: Vec<Vec<PathElement>> = disclose.iter().map(|path| to_elements(path)).collect();
    let compact = kept.held.credential.as_str().unwrap_or_default();
    let text = sd_jwt::select(compact, &reveal).map_err(|fault| Fault::Prepare(fault.code.to_owned()))?;
    bounded(text, shown)
}

fn bounded(text: String, claims: Vec<ShownClaim>) -> Result<(String, Vec<ShownClaim>), CardError> {
    match paper::parts(&text) {
        Ok(codes) if codes.len() <= MOST_CODES => Ok((text, claims)),
        _ => Err(CardError::TooLong),
    }
}
