use std::collections::{BTreeMap, BTreeSet};

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use askama::Template;
use registry_types::record::Term;
use registry_types::{Address, Validator, ValidatorRecord, state_key};
use web::page::Shell;
use web::{Problem, page};

use super::concentration::{Concern, Reach, concerns};
use super::words::{Named, organisation};
use super::{Place, find, proof_link, shell};
use crate::http::views::time;
use crate::node::Node;
use crate::store::Snapshot;

/// How many of the latest blocks are asked who signed them.
const RECENT: u64 = 100;
/// How many of them are shown one by one.
const SHOWN: usize = 20;
/// Validators that were, and are no more.
const FORMER: usize = 200;

#[derive(Template)]
#[template(path = "validators.html")]
struct ValidatorsPage {
    shell: Shell,
    warnings: Vec<Warning>,
    validators: Vec<Line>,
    former: Vec<Former>,
    counted: u64,
    shown: usize,
    total_power: u64,
    proof: String,
}

/// A concentration of power, in words.
pub struct Warning {
    pub severe: bool,
    pub title: String,
    pub text: &'static str,
}

struct Line {
    owner: Named,
    host: String,
    power: u64,
    share: String,
    address: String,
    signed: u64,
    proposed: u64,
    last_signed: Option<(u64, String)>,
    /// Signed fewer than two of three recent blocks.
    absent: bool,
    /// The latest blocks, oldest first, and whether it signed.
    marks: Vec<(u64, bool)>,
    /// The height from which it decides.
    since: Option<u64>,
    audit: Option<AuditLine>,
    proof: String,
}

/// The last independent audit, as the owner stated it.
struct AuditLine {
    date: String,
    auditor: String,
    digest: String,
}

struct Former {
    owner: Named,
    host: String,
    key: String,
    terms: Vec<String>,
    proof: String,
}

#[get("/validators")]
pub async fn show_validators(node: Data<Node>) -> Result<HttpResponse, Problem> {
    let snapshot = node.snapshot();
    let set = &snapshot.tip().validators;
    let recent = Recent::load(&snapshot)?;
    let total = set.total_power();
    let lines = set.validators().iter().map(|validator| line(&snapshot, validator, total, &recent));
    page::html(&ValidatorsPage {
        shell: shell(&node, Place::Validators),
        warnings: warnings(&snapshot, &concerns(set))?,
        validators: lines.collect::<Result<_, _>>()?,
        former: former(&snapshot)?,
        counted: recent.counted,
        shown: recent.signers.len().min(SHOWN),
        total_power: total,
        proof: proof_link("validators", "-"),
    })
}

/// What the latest blocks' certificates say about each validator.
#[derive(Default)]
struct Recent {
    counted: u64,
    signed: BTreeMap<Address, u64>,
    proposed: BTreeMap<Address, u64>,
    last: BTreeMap<Address, (u64, u64)>,
    /// Heights, newest first, with those who signed.
    signers: Vec<(u64, BTreeSet<Address>)>,
}

impl Recent {
    /// Only blocks that the present set decided: nobody is blamed for heights at which they had no vote.
    fn load(snapshot: &Snapshot) -> Result<Self, Problem> {
        let tip = snapshot.tip();
        let present = tip.validators.hash();
        let mut recent = Self::default();
        for height in (tip.height.saturating_sub(RECENT - 1).max(1)..=tip.height).rev() {
            let header = snapshot.header(height)?;
            let Some(header) = header.filter(|header| header.validators_hash == present) else { break };
            let Some(certificate) = snapshot.certificate(height)? else { break };
            recent.counted += 1;
            *recent.proposed.entry(header.proposer).or_default() += 1;
            let signers = certificate.signatures.iter().map(|commit| commit.validator);
            recent.signers.push((height, signers.collect()));
            for commit in &certificate.signatures {
                *recent.signed.entry(commit.validator).or_default() += 1;
                recent.last.entry(commit.validator).or_insert((height, header.time_ms));
            }
        }
        Ok(recent)
    }
}

fn line(snapshot: &Snapshot, validator: &Validator, total: u64, recent: &Recent) -> Result<Line, Problem> {
    let address = validator.address();
    let signed = recent.signed.get(&address).copied().unwrap_or(0);
    let record: Option<ValidatorRecord> = find(snapshot, &state_key::validator(&validator.public_key))?;
    let marks = recent.signers.iter().take(SHOWN).rev();
    Ok(Line {
        marks: marks.map(|(height, signers)| (*height, signers.contains(&address))).collect(),
        since: record.as_ref().and_then(|record| record.terms.last()).map(|term| term.from_height),
        audit: record.and_then(|record| record.audits.into_iter().max_by_key(|audit| audit.date_ms)).map(
            |audit| AuditLine {
                date: time(audit.date_ms),
                auditor: audit.auditor,
                digest: hex::encode(audit.digest),
            },
        ),
        proof: proof_link("validator", &hex::encode(validator.public_key)),
        owner: organisation(snapshot, &validator.owner)?,
        host: validator.host.clone(),
        power: validator.power,
        share: share(validator.power, total),
        address: hex::encode(address),
        signed,
        proposed: recent.proposed.get(&address).copied().unwrap_or(0),
        last_signed: recent.last.get(&address).map(|(height, at)| (*height, time(*at))),
        absent: signed.saturating_mul(3) < recent.counted.saturating_mul(2),
    })
}

/// Validators whose last term has ended, or whose first is still to come.
fn former(snapshot: &Snapshot) -> Result<Vec<Former>, Problem> {
    let set = snapshot.tip().validators.validators();
    let mut lines = Vec::new();
    for key in snapshot.listed("validator/", None, FORMER)? {
        let Some(record) = find::<ValidatorRecord>(snapshot, &key)? else { continue };
        if set.iter().any(|present| present.public_key == record.public_key) {
            continue;
        }
        let key = hex::encode(record.public_key);
        lines.push(Former {
            owner: organisation(snapshot, &record.owner)?,
            host: record.host,
            terms: record.terms.iter().map(term).collect(),
            proof: proof_link("validator", &key),
            key,
        });
    }
    Ok(lines)
}

fn term(term: &Term) -> String {
    match term.until_height {
        Some(until) => format!("blocks {} to {until}", term.from_height),
        None => format!("from block {}", term.from_height),
    }
}

pub fn warnings(snapshot: &Snapshot, concerns: &[Concern]) -> Result<Vec<Warning>, Problem> {
    concerns
        .iter()
        .map(|concern| {
            let who = organisation(snapshot, &concern.who)?.name;
            let verb = if concern.as_what == "owner" { "owns" } else { "hosts" };
            let share = share(concern.power, concern.total);
            Ok(Warning {
                severe: concern.reach == Reach::Decide,
                title: format!("{who} {verb} {share} of the voting power."),
                text: match concern.reach {
                    Reach::Halt => "A third is enough to halt the chain: without it nothing is decided.",
                    Reach::Decide => {
                        "More than two thirds decide alone: whoever holds them could write any block. Records are \
                         what the members vouch for together only when power is spread."
                    }
                },
            })
        })
        .collect()
}

fn share(power: u64, total: u64) -> String {
    let tenths = u128::from(power) * 1_000 / u128::from(total.max(1));
    match tenths % 10 {
        0 => format!("{}%", tenths / 10),
        rest => format!("{}.{rest}%", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_cut_and_never_rounded_up() {
        assert_eq!(share(1, 1), "100%");
        assert_eq!(share(1, 3), "33.3%");
        assert_eq!(share(2, 3), "66.6%");
    }
}
