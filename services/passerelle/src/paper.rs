//! `passerelle paper`: a credential as QR codes to print, or as a certificate.

mod certificate;

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::Args;
use clock::{Clock as _, SystemClock};
use credential::Input;
use verification::{Language, Words};

use crate::{files, say};

/// Write a credential as QR codes, one or several, that a desk reads back from paper, or as a certificate
///
/// The codes hold the credential itself, unchanged; a certificate (--pdf, PDF/A-3) also embeds it. Whoever has a copy of the paper can show it until the credential
/// expires or is revoked.
#[derive(Debug, Args)]
pub struct Paper {
    /// The credential as text: an SD-JWT, a JWT or JSON
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Where the codes go: NAME-1.png, NAME-2.png and so on; with --pdf NAME.pdf
    #[arg(long, value_name = "NAME")]
    output: PathBuf,
    /// Pixels a module of the code
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(2..=32))]
    scale: u32,
    /// Write a page for people with the codes on it and the credential embedded
    #[arg(long, conflicts_with = "scale")]
    pdf: bool,
    /// Language of the certificate: ar, en, es, fr, ru or zh
    #[arg(long, value_name = "CODE", default_value = "en", requires = "pdf", value_parser = language)]
    lang: Language,
}

fn language(code: &str) -> Result<Language, String> {
    Language::parse(code).ok_or_else(|| "one of ar, en, es, fr, ru and zh".to_owned())
}

pub async fn run(args: &Paper) -> anyhow::Result<()> {
    let cannot = || format!("cannot read {}", args.input.display());
    let length = args.input.metadata().with_context(cannot)?.len();
    let limit = u64::try_from(::paper::MAX_TEXT_BYTES)?;
    ensure!(length <= limit, "{} is longer than {limit} bytes", args.input.display());
    let text = std::fs::read_to_string(&args.input).with_context(cannot)?;
    let text = text.trim();
    Input::parse(text).with_context(|| format!("{} is no credential", args.input.display()))?;
    if args.pdf {
        return put(args, ".pdf", &certificate::write(text, Words(args.lang), SystemClock.now()).await?);
    }
    for (number, code) in (1..).zip(::paper::parts(text)?) {
        put(args, &format!("-{number}.png"), &::paper::png(&code, args.scale)?)?;
    }
    Ok(())
}

fn put(args: &Paper, ending: &str, content: &[u8]) -> anyhow::Result<()> {
    let mut name = args.output.clone().into_os_string();
    name.push(ending);
    let path = PathBuf::from(name);
    files::replace(&path, content)?;
    say::line(path.display().to_string());
    Ok(())
}
