use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clock::{Clock as _, SystemClock};
use registry_client::{Checkpoint, Evidence, LightClient, Policy, Receipt, Verdict, verify_map_proof};
use registry_types::{AnchorRecord, Canonical as _, Genesis, Hash, Predecessor, ProvenRecord, SetChange};

use super::args::{Anchor, VerifyProof};
use super::proof_file::{ProofFile, read};
use super::words::{age, describe, time};
use crate::say;

/// Proofs of the past are as good as those of today unless somebody asks for fresh ones.
pub const ANY_AGE: Duration = Duration::from_secs(u64::MAX / 1_000);

/// The check was made, and the answer is no.
pub struct NotProven(pub String);

pub fn run(args: &VerifyProof) -> ExitCode {
    match verify(args) {
        Ok(Ok(lines)) => {
            lines.iter().for_each(say::line);
            ExitCode::SUCCESS
        }
        Ok(Err(NotProven(why))) => {
            say::line(format!("NOT PROVEN: {why}"));
            ExitCode::from(1)
        }
        Err(error) => {
            say::failure(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

type Answer = Result<Vec<String>, NotProven>;

fn verify(args: &VerifyProof) -> anyhow::Result<Answer> {
    let file = ProofFile::parse(&read(&args.file)?, args.key.as_deref())
        .with_context(|| format!("{} cannot be checked", args.file.display()))?;
    let max_age = args.max_age_seconds.map_or(ANY_AGE, Duration::from_secs);
    let now_ms = now_ms()?;
    let client = match client(&args.anchor, max_age, now_ms)? {
        Ok(client) => client,
        Err(refused) => return Ok(Err(refused)),
    };
    let changes = args.changes.as_deref().map(read).transpose()?;
    let changes = changes.map(|bytes| Vec::<SetChange>::from_bytes(&bytes)).transpose();
    let changes = changes.context("the changes of the validators cannot be read")?.unwrap_or_default();
    Ok(match file {
        ProofFile::Record { key, answer } => {
            let receipt = receipt(args, &key)?;
            let proven = match pinned(&args.anchor, &answer)? {
                Some(predecessor) => of_predecessor(&predecessor, &key, &answer),
                None => record(client, &changes, &key, &answer, now_ms),
            };
            proven.and_then(|lines| receipt.map_or(Ok(lines.clone()), |it| it.check(&answer, lines)))
        }
        ProofFile::Evidence(it) => evidence(client, &changes, &it, now_ms),
    })
}

/// What is believed. A checkpoint that fails its own check is not proven; one that cannot be read is an error.
pub fn client(
    anchor: &Anchor,
    max_age: Duration,
    now_ms: u64,
) -> anyhow::Result<Result<LightClient, NotProven>> {
    let policy =
        Policy { max_age, trust_period: Duration::from_secs(u64::from(anchor.trust_days) * 24 * 3_600) };
    if let Some(path) = &anchor.genesis {
        let genesis: Genesis = serde_json::from_slice(&read(path)?)
            .with_context(|| format!("{} is not a genesis", path.display()))?;
        let client = LightClient::from_genesis(&genesis, policy);
        return Ok(Ok(client.with_context(|| format!("{} is not sound", path.display()))?));
    }
    let path = anchor.checkpoint.as_deref().context("--genesis or --checkpoint is needed")?;
    let checkpoint =
        Checkpoint::from_json(&read(path)?).with_context(|| format!("{} cannot be used", path.display()))?;
    if let Some(pin) = &anchor.pin
        && let Err(error) = checkpoint.check_pin(&hash("--pin", pin)?)
    {
        return Ok(Err(NotProven(error.to_string())));
    }
    Ok(LightClient::from_checkpoint(&checkpoint, policy, now_ms)
        .map_err(|error| NotProven(format!("the checkpoint is not to be believed: {error}"))))
}

fn follow(client: &mut LightClient, changes: &[SetChange], until: u64, now_ms: u64) -> Result<(), NotProven> {
    for change in changes {
        if change.header.height < until && client.is_news(change) {
            client.follow(change, now_ms).map_err(|error| NotProven(error.to_string()))?;
        }
    }
    Ok(())
}

/// The header of another chain that the genesis names, when the proof leads to that one.
fn pinned(anchor: &Anchor, answer: &ProvenRecord) -> anyhow::Result<Option<Predecessor>> {
    let Some(path) = &anchor.genesis else { return Ok(None) };
    let genesis: Genesis = serde_json::from_slice(&read(path)?)?;
    let hash = answer.header.hash();
    Ok(genesis.continues.filter(|old| old.header_hash == hash && old.chain == answer.header.chain))
}

/// The hash of the header is in the genesis, so its signatures need not be asked for.
fn of_predecessor(old: &Predecessor, key: &str, answer: &ProvenRecord) -> Answer {
    let value = answer.value.as_deref();
    verify_map_proof(&old.state_root, key, value, &answer.map_proof)
        .map_err(|error| NotProven(error.to_string()))?;
    let mut lines = vec![
        format!("PROVEN at block {} of {}.", old.height, time(answer.header.time_ms)),
        format!(
            "Chain {}, header {}, which the genesis names as the last of the chain that it carries on.",
            hex::encode(old.chain),
            hex::encode(old.header_hash)
        ),
        String::new(),
    ];
    lines.extend(match value {
        None => vec![format!("There was no record {key}.")],
        Some(value) => describe(key, value),
    });
    Ok(lines)
}

fn record(
    mut client: LightClient,
    changes: &[SetChange],
    key: &str,
    answer: &ProvenRecord,
    now_ms: u64,
) -> Answer {
    follow(&mut client, changes, answer.header.height, now_ms)?;
    let proven = client.check(key, answer, 0, now_ms).map_err(|error| NotProven(error.to_string()))?;
    let mut lines = vec![
        format!(
            "PROVEN at block {} of {}, {}.",
            proven.height,
            time(proven.time_ms),
            age(proven.time_ms, now_ms)
        ),
        format!("Chain {}, header {}.", hex::encode(client.chain()), hex::encode(proven.hash)),
        format!(
            "Signed by {} of {} validators: {}.",
            answer.certificate.signatures.len(),
            client.validators().validators().len(),
            signers(&client, answer),
        ),
        String::new(),
    ];
    lines.extend(match &answer.value {
        None => vec![format!("There is no record {key}.")],
        Some(value) => describe(key, value),
    });
    Ok(lines)
}

fn signers(client: &LightClient, answer: &ProvenRecord) -> String {
    let mut owners: Vec<&str> = answer
        .certificate
        .signatures
        .iter()
        .filter_map(|it| client.validators().find(&it.validator))
        .map(|validator| validator.owner.as_str())
        .collect();
    owners.sort_unstable();
    owners.join(", ")
}

fn evidence(mut client: LightClient, changes: &[SetChange], it: &Evidence, now_ms: u64) -> Answer {
    follow(&mut client, changes, it.height(), now_ms)?;
    let verdict = it
        .verify(&client.chain(), std::slice::from_ref(client.validators()))
        .map_err(|error| NotProven(error.to_string()))?;
    let names: Vec<String> = verdict
        .validators()
        .iter()
        .map(|it| format!("  {} (run by {}), key {}", it.owner, it.host, hex::encode(it.public_key)))
        .collect();
    let mut lines = vec![
        format!("PROVEN: the chain forked at block {}.", it.height()),
        format!("  {}", hex::encode(it.header_a.hash())),
        format!("  {}", hex::encode(it.header_b.hash())),
        match verdict {
            Verdict::SameRound { .. } => "These signed both in one round and are at fault:".to_owned(),
            Verdict::OtherRounds { .. } => {
                "These signed both, in different rounds. A third of the validators is at fault and among them; each \
                 must show what allowed it to change its vote:"
                    .to_owned()
            }
        },
    ];
    lines.extend(names);
    Ok(lines)
}

/// A receipt and the digest of what it is for.
struct Anchored {
    receipt: Receipt,
    digest: Hash,
}

fn receipt(args: &VerifyProof, key: &str) -> anyhow::Result<Option<Anchored>> {
    let (Some(path), Some(digest)) = (&args.receipt, &args.digest) else { return Ok(None) };
    let receipt =
        Receipt::from_json(&read(path)?).with_context(|| format!("cannot use {}", path.display()))?;
    let needed = receipt.state_key();
    ensure!(key == needed, "the receipt needs the proof of {needed}, and this one is about {key}");
    Ok(Some(Anchored { receipt, digest: hash("--digest", digest)? }))
}

impl Anchored {
    fn check(&self, answer: &ProvenRecord, mut lines: Vec<String>) -> Answer {
        let no = |why: &str| NotProven(why.to_owned());
        let value =
            answer.value.as_deref().ok_or_else(|| no("the anchor that the receipt names does not exist"))?;
        let anchor = AnchorRecord::from_bytes(value).map_err(|_| no("the anchor cannot be read"))?;
        self.receipt.check(&self.digest, &anchor).map_err(|error| NotProven(error.to_string()))?;
        lines.push(format!(
            "The document with digest {} was anchored by {} at block {} of {}.",
            hex::encode(self.digest),
            self.receipt.issuer(),
            anchor.height,
            time(anchor.time_ms),
        ));
        Ok(lines)
    }
}

fn hash(option: &str, text: &str) -> anyhow::Result<Hash> {
    let mut bytes = [0u8; 32];
    hex::decode_to_slice(text, &mut bytes)
        .with_context(|| format!("{option} is not 64 hexadecimal digits"))?;
    Ok(bytes)
}

pub fn now_ms() -> anyhow::Result<u64> {
    u64::try_from(SystemClock.now().timestamp_millis()).context("the clock is before 1970")
}
