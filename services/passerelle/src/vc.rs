//! `passerelle vc`: credentials and presentations in the envelopes of JOSE and COSE, made and verified with a
//! key from a file, as W3C's test suite for them drives an implementation.
//!
//! The answer is a JSON object in the output file: `result` and `data`. Whether the key is the issuer's, whether
//! the dates hold and whether the credential was revoked are not asked here: that is the verifier's work.

mod path;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use clap::{Args, Subcommand, ValueEnum};
use clock::{Clock as _, SystemClock, SystemEntropy};
use credential::Input;
use credential::enveloped::{Content, Envelope, PrivateJwk, PublicJwk, Refused, secure_with, verify_with};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::files;

#[derive(Debug, Subcommand)]
pub enum Vc {
    /// Put a credential or presentation into an envelope and sign it
    Issue(Issue),
    /// Verify the signature and the form of an envelope
    Verify(Common),
}

#[derive(Debug, Args)]
pub struct Issue {
    #[command(flatten)]
    common: Common,
    /// What the holder may withhold, as a JSON list of paths such as ["credentialSubject.phoneNumbers[0]"]
    #[arg(long, value_name = "JSON")]
    sd: Option<String>,
}

#[derive(Debug, Args)]
pub struct Common {
    /// The JSON document to secure; the envelope to verify, as text or base64 for COSE, or what `issue` wrote
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// A verification method with `id` and `publicKeyJwk`, and `secretKeyJwk` for signing
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[arg(long)]
    feature: Feature,
    /// Where the answer goes
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Feature {
    CredentialJose,
    #[value(name = "credential_sdjwt")]
    CredentialSdJwt,
    CredentialCose,
    PresentationJose,
    #[value(name = "presentation_sdjwt")]
    PresentationSdJwt,
    PresentationCose,
}

impl Feature {
    fn form(self) -> (Envelope, Content) {
        match self {
            Self::CredentialJose => (Envelope::Jwt, Content::Credential),
            Self::CredentialSdJwt => (Envelope::SdJwt, Content::Credential),
            Self::CredentialCose => (Envelope::Cose, Content::Credential),
            Self::PresentationJose => (Envelope::Jwt, Content::Presentation),
            Self::PresentationSdJwt => (Envelope::SdJwt, Content::Presentation),
            Self::PresentationCose => (Envelope::Cose, Content::Presentation),
        }
    }
}

/// A verification method (Controlled Identifiers 1.0, 2.2) with the private half beside it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyFile {
    id: String,
    public_key_jwk: Option<Value>,
    secret_key_jwk: Option<Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    result: Outcome,
    data: String,
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Success,
    Failure,
    /// The key is of a kind that is not known here.
    Indeterminate,
}

/// The answer is in the output file; what is refused is also told by the exit code.
pub async fn run(command: Vc) -> anyhow::Result<std::process::ExitCode> {
    let (output, answered) = match &command {
        Vc::Issue(issue) => (&issue.common.output, self::issue(issue).await?),
        Vc::Verify(common) => (&common.output, verify(common).await?),
    };
    let answer = match answered {
        Ok(data) => Answer { result: Outcome::Success, data },
        Err(Refused::Key(credential::enveloped::KeyError::Unsupported)) => {
            Answer { result: Outcome::Indeterminate, data: "the kind of key is not known here".to_owned() }
        }
        Err(refused) => Answer { result: Outcome::Failure, data: refused.to_string() },
    };
    let text = serde_json::to_vec(&answer)?;
    files::replace(output, &text).with_context(|| format!("cannot write {}", output.display()))?;
    Ok(match answer.result {
        Outcome::Success => std::process::ExitCode::SUCCESS,
        Outcome::Failure | Outcome::Indeterminate => std::process::ExitCode::FAILURE,
    })
}

type Answered = Result<String, Refused>;

async fn issue(args: &Issue) -> anyhow::Result<Answered> {
    let (document, key): (Value, KeyFile) = (json(&args.common.input)?, json(&args.common.key)?);
    let paths: Vec<String> = match &args.sd {
        Some(sd) => serde_json::from_str(sd).context("--sd is a JSON list of paths")?,
        None => Vec::new(),
    };
    let paths = paths.iter().map(|text| path::parse(text)).collect::<anyhow::Result<Vec<_>>>()?;
    let secret = key.secret_key_jwk.context("the key file has no secretKeyJwk")?;
    let secret = match PrivateJwk::parse(&secret) {
        Ok(secret) => secret,
        Err(error) => return Ok(Err(error.into())),
    };
    let occasion = (SystemClock.now(), &SystemEntropy as &dyn clock::Entropy);
    let made = secure_with(&secret, &key.id, &document, args.common.feature.form(), &paths, occasion).await;
    Ok(made.map(|input| match input {
        Input::Jwt(text) | Input::Compact(text) => text,
        Input::Cose(bytes) => STANDARD_NO_PAD.encode(bytes),
        Input::Json(value) => value.to_string(),
    }))
}

async fn verify(args: &Common) -> anyhow::Result<Answered> {
    let key: KeyFile = json(&args.key)?;
    let public = match PublicJwk::parse(&key.public_key_jwk.context("the key file has no publicKeyJwk")?) {
        Ok(public) => public,
        Err(error) => return Ok(Err(error.into())),
    };
    let text = envelope_in(read(&args.input)?);
    let text = text.trim();
    let (envelope, content) = args.feature.form();
    let input = match envelope {
        // What is not base64 is an empty COSE_Sign1, which is refused as such.
        Envelope::Cose => Input::Cose(STANDARD_NO_PAD.decode(text).unwrap_or_default()),
        Envelope::Jwt => Input::Jwt(text.to_owned()),
        Envelope::SdJwt => Input::Compact(text.to_owned()),
    };
    Ok(verify_with(&public, &input, (envelope, content)).await.map(|document| document.to_string()))
}

/// What `issue` wrote is taken as it is, so that one command reads what the other made.
fn envelope_in(text: String) -> String {
    match serde_json::from_str(&text) {
        Ok(Answer { result: Outcome::Success, data }) => data,
        _ => text,
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

fn json<T: serde::de::DeserializeOwned>(file: &Path) -> anyhow::Result<T> {
    serde_json::from_str(&read(file)?)
        .with_context(|| format!("{} is not the JSON it should be", file.display()))
}
