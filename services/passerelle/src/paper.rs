//! `passerelle paper`: a credential as QR codes to print.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::Args;
use credential::Input;

use crate::{files, say};

/// Write a credential as QR codes, one or several, that a desk reads back from paper
///
/// The codes hold the credential itself, unchanged. Whoever has a copy of the paper can show it until the credential
/// expires or is revoked.
#[derive(Debug, Args)]
pub struct Paper {
    /// The credential as text: an SD-JWT, a JWT or JSON
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Where the codes go: NAME-1.png, NAME-2.png and so on
    #[arg(long, value_name = "NAME")]
    output: PathBuf,
    /// Pixels a module of the code
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(2..=32))]
    scale: u32,
}

pub fn run(args: &Paper) -> anyhow::Result<()> {
    let cannot = || format!("cannot read {}", args.input.display());
    let length = args.input.metadata().with_context(cannot)?.len();
    let limit = u64::try_from(::paper::MAX_TEXT_BYTES)?;
    ensure!(length <= limit, "{} is longer than {limit} bytes", args.input.display());
    let text = std::fs::read_to_string(&args.input).with_context(cannot)?;
    let text = text.trim();
    Input::parse(text).with_context(|| format!("{} is no credential", args.input.display()))?;
    for (number, code) in (1..).zip(::paper::parts(text)?) {
        let mut name = args.output.clone().into_os_string();
        name.push(format!("-{number}.png"));
        let path = PathBuf::from(name);
        files::replace(&path, &::paper::png(&code, args.scale)?)?;
        say::line(path.display().to_string());
    }
    Ok(())
}
