use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use askama::Template;
use registry_types::{Address, Validator};
use web::page::Shell;
use web::{Problem, page};

use super::concentration::{Concern, Reach, concerns};
use super::words::{Named, organisation};
use super::{Place, proof_link, shell};
use crate::http::views::time;
use crate::node::Node;
use crate::store::Snapshot;

/// How many of the latest blocks are asked who signed them.
const RECENT: u64 = 100;

#[derive(Template)]
#[template(path = "validators.html")]
struct ValidatorsPage {
    shell: Shell,
    warnings: Vec<Warning>,
    validators: Vec<Line>,
    counted: u64,
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
        counted: recent.counted,
        total_power: total,
        proof: proof_link("validators", "-"),
    })
}

/// What the latest blocks' certificates say about each validator.
struct Recent {
    counted: u64,
    signed: BTreeMap<Address, u64>,
    proposed: BTreeMap<Address, u64>,
    last: BTreeMap<Address, (u64, u64)>,
}

impl Recent {
    /// Only blocks that the present set decided: nobody is blamed for heights at which they had no vote.
    fn load(snapshot: &Snapshot) -> Result<Self, Problem> {
        let tip = snapshot.tip();
        let present = tip.validators.hash();
        let mut recent =
            Self { counted: 0, signed: BTreeMap::new(), proposed: BTreeMap::new(), last: BTreeMap::new() };
        for height in (tip.height.saturating_sub(RECENT - 1).max(1)..=tip.height).rev() {
            let header = snapshot.header(height)?;
            let Some(header) = header.filter(|header| header.validators_hash == present) else { break };
            let Some(certificate) = snapshot.certificate(height)? else { break };
            recent.counted += 1;
            *recent.proposed.entry(header.proposer).or_default() += 1;
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
    Ok(Line {
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
