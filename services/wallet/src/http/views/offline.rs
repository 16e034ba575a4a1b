//! A credential for the person's own phone, in every language, since the phone cannot ask for another one without a network.

use std::collections::BTreeMap;

use language::Language;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::ClaimView;
use crate::app::offline_copy::{Holder, OfflineCopy, Showing};
use crate::words::Words;

/// English, and each language that says it otherwise.
type Said = BTreeMap<&'static str, String>;

/// A credential as it was issued, and what a page without a network needs to show it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialCopy {
    /// Text, or an object for `ldp_vc` and `vc+cose`.
    #[schema(value_type = Object)]
    credential: Value,
    /// What it is called, by language: in English, and wherever that is another name.
    #[schema(value_type = Object)]
    names: Said,
    claims: Vec<ClaimCopy>,
    /// How the phone signs a showing by itself: `keyBinding`, `envelope` or `proof`. Absent where it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    showing: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<HolderView>,
}

/// A claim by language.
#[derive(Serialize, ToSchema)]
struct ClaimCopy {
    #[schema(value_type = Vec<String>)]
    path: Vec<Value>,
    #[schema(value_type = Object)]
    labels: Said,
    value: String,
    /// In the languages that say the value otherwise.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = Object)]
    values: Said,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'static str>,
}

/// Who signs a showing, and the key by which the phone finds its private half.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct HolderView {
    did: String,
    verification_method: String,
    #[schema(value_type = Object)]
    public_key: Value,
}

impl CredentialCopy {
    pub fn new(copy: OfflineCopy) -> Self {
        let OfflineCopy { kept, showing, holder } = copy;
        let names = by_language(&kept.held.name, |words| words.term(&kept.held.name));
        let claims = kept.held.claims().iter().map(|claim| ClaimCopy::new(&ClaimView::from(claim))).collect();
        Self {
            names,
            claims,
            showing: showing.map(Showing::as_str),
            holder: holder.map(HolderView::from),
            credential: kept.held.credential,
        }
    }
}

impl ClaimCopy {
    fn new(claim: &ClaimView) -> Self {
        let mut values = by_language(&claim.value, |words| claim.read(&words));
        values.retain(|_, said| *said != claim.value);
        Self {
            path: claim.path.clone(),
            labels: by_language(&claim.label, |words| words.term(&claim.label)),
            value: claim.value.clone(),
            values,
            region: claim.region,
        }
    }
}

impl From<Holder> for HolderView {
    fn from(holder: Holder) -> Self {
        let public_key = holder.key.to_jwk();
        Self { did: holder.did, verification_method: holder.verification_method, public_key }
    }
}

/// `given` is what a language that says nothing else is left out for, but for English, which all others fall back on.
fn by_language(given: &str, say: impl Fn(Words) -> String) -> Said {
    let said = Language::ALL.map(|language| (language.code(), say(Words(language))));
    said.into_iter().filter(|(code, said)| *code == Language::English.code() || said != given).collect()
}
