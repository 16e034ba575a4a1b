//! `passerelle keys`: a look into a token, and what a compromised key leaves to do.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use clock::{Clock as _, SystemClock};
use issuer::{Reissue, reissue_plan};
use keys::{Token, TokenConfig};

use crate::cli::{Keys, ReissuePlan};
use crate::config::read;
use crate::{certificate_request, files, say};

pub async fn run(command: Keys) -> anyhow::Result<()> {
    match command {
        Keys::Token { file } => token(&file),
        Keys::ReissuePlan(args) => plan(&args).await,
        Keys::CertificateRequest(args) => certificate_request::run(args).await,
    }
}

fn token(file: &Path) -> anyhow::Result<()> {
    let config: TokenConfig = read(file)?;
    let token = Token::open(&config)?;
    let labels = token.list()?;
    let mut text =
        format!("The token {:?} takes the PIN and has {} private keys.\n", token.label(), labels.len());
    for label in labels {
        // Found as a service would find it, with a first signature.
        let key = match token.find(&label) {
            Ok(Some(key)) => key.public_key().to_multikey(),
            Ok(None) => "gone meanwhile".to_owned(),
            Err(error) => format!("not usable: {error}"),
        };
        let _ = write!(text, "\n  {label:<40} {key}");
    }
    say::line(text);
    Ok(())
}

async fn plan(args: &ReissuePlan) -> anyhow::Result<()> {
    let config: issuer::Config = read(&args.config)?;
    let planned = reissue_plan(&config, &args.tenant, &args.key, args.since, SystemClock.now()).await?;
    let without = planned.iter().filter(|it| it.anchored_at.is_none()).count();
    let people: std::collections::BTreeSet<_> = planned.iter().map(|it| &it.subject_id).collect();
    let doubtful = planned.iter().filter(|it| it.signed_with.is_none()).count();
    if let Some(out) = &args.out {
        files::replace(out, table(&planned).as_bytes())
            .with_context(|| format!("cannot write {}", out.display()))?;
    }
    say::line(format!(
        "{} live credentials of {} people were signed by {}.\n\n  {} have no anchor yet: they stop verifying when the \
         key is marked as compromised\n  {} are anchored: they verify on, and are to be replaced in turn\n  {doubtful} do \
         not name their key and are counted as its own",
        planned.len(),
        people.len(),
        args.key,
        without,
        planned.len() - without,
    ));
    Ok(())
}

/// RFC 4180; no value has a comma or a quote that is not quoted here.
fn table(planned: &[Reissue]) -> String {
    let mut text =
        "copy,subject,number,configuration,status,issuedAt,validUntil,anchoredAt,signedWith\r\n".to_owned();
    for it in planned {
        let time = |time: clock::Timestamp| time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let fields = [
            it.copy_id.clone(),
            it.subject_id.clone(),
            it.subject_number.clone(),
            it.configuration.clone(),
            it.status.to_owned(),
            time(it.issued_at),
            time(it.valid_until),
            it.anchored_at.map(time).unwrap_or_default(),
            it.signed_with.clone().unwrap_or_default(),
        ];
        text.push_str(&fields.map(quoted).join(","));
        text.push_str("\r\n");
    }
    text
}

/// Numbers of people come from outside: they are neither to break a row nor to start a formula.
fn quoted(field: String) -> String {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let field = if formula { format!("'{field}") } else { field };
    if field.contains([',', '"', '\r', '\n']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_stays_in_its_cell() {
        assert_eq!(quoted("10023".to_owned()), "10023");
        assert_eq!(quoted("a,\"b\"".to_owned()), "\"a,\"\"b\"\"\"");
        assert_eq!(quoted("=1+1".to_owned()), "'=1+1");
    }
}
