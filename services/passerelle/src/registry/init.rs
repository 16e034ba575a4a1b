use std::path::Path;

use anyhow::{Context as _, bail};
use registry::carry::Exported;
use registry_types::{Genesis, Joining, Params, Predecessor, SignedStatement};

use super::audit::scratch;
use super::member_args::Init;
use super::statement;
use super::verify_proof::now_ms;
use crate::say;

pub fn run(args: &Init) -> anyhow::Result<()> {
    let members: anyhow::Result<Vec<_>> = args.statements.iter().map(|path| statement::read(path)).collect();
    let mut members = members?;
    // The same members make the same genesis in whatever order they are named.
    members.sort_by(|a, b| a.statement.id.cmp(&b.statement.id));
    let mut genesis = assemble(members, params(args), now_ms()?)?;
    genesis.continues = args.from_export.as_deref().map(verified).transpose()?;
    write_new(&args.out, &serde_json::to_vec_pretty(&genesis)?)?;
    say::line(summary(&args.out, &genesis));
    Ok(())
}

/// The exported chain's last header, once it and every record are proven from its own genesis.
fn verified(folder: &Path) -> anyhow::Result<Predecessor> {
    let exported = Exported::open(folder)?;
    let scratch = scratch(None)?;
    let verified = exported.verify(scratch.path());
    let old = verified.with_context(|| format!("{} cannot be carried on", folder.display()))?;
    say::line(format!(
        "{} records of the chain \"{}\" are proven up to block {}. Compare its id with what its members know:\n\n  {}\n",
        exported.manifest.records,
        old.name,
        exported.manifest.header.height,
        hex::encode(old.chain_id()),
    ));
    Ok(exported.predecessor())
}

fn params(args: &Init) -> Params {
    let mut params = Params { heartbeat_ms: u64::from(args.heartbeat_seconds) * 1_000, ..Params::default() };
    params.governance.min_notice_ms = u64::from(args.notice_hours) * 60 * 60 * 1_000;
    params
}

fn assemble(members: Vec<SignedStatement>, params: Params, time_ms: u64) -> anyhow::Result<Genesis> {
    let first = &members.first().context("a genesis needs members")?.statement;
    let Joining::Genesis { network } = &first.joining else {
        bail!("{} made its statement for a running chain, not for a new network", first.id);
    };
    let genesis =
        Genesis { name: network.clone(), time_ms, params, charter: first.charter, members, continues: None };
    genesis.check().context("these statements make no genesis")?;
    Ok(genesis)
}

/// Never over another genesis: a chain may have begun with it.
fn write_new(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    match keys::write_new_private(path, content) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => bail!(
            "{} exists, and a chain may have begun with it: move it away, or write another with --out",
            path.display()
        ),
        done => done.with_context(|| format!("cannot write {}", path.display())),
    }
}

fn summary(path: &Path, genesis: &Genesis) -> String {
    let mut lines = vec![format!("{} begins the network \"{}\".", path.display(), genesis.name)];
    for member in genesis.members.iter().map(|signed| &signed.statement) {
        let seats = [
            (member.seats.governor, "governor"),
            (member.seats.validator, "validator"),
            (member.seats.issuer, "issuer"),
        ];
        let seats: Vec<_> = seats.into_iter().filter_map(|(held, seat)| held.then_some(seat)).collect();
        lines.push(format!("  {:<12} {} ({})", member.id, member.name, seats.join(", ")));
        lines.extend(
            member
                .validators
                .iter()
                .map(|own| format!("  {:<12} validator {} at {}", "", hex::encode(own.public_key), own.host)),
        );
    }
    if let Some(old) = &genesis.continues {
        lines.push(format!(
            "  It carries on the records of the chain {} after block {}: every node needs that exported folder beside \
             the\n  genesis, as `carried`.",
            hex::encode(old.chain),
            old.height
        ));
    }
    let id = hex::encode(genesis.chain_id());
    lines.push(format!(
        "\nThe chain's id:\n\n  {id}\n\nSend the file to every member, and the id by a second way: printed, or by \
         telephone. Each\noperator then runs `passerelle registry join --genesis … --chain {}…`.",
        id.get(..8).unwrap_or_default()
    ));
    lines.join("\n")
}
