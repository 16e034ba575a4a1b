use registry::carry;

use super::args;
use super::audit::{data, genesis};
use super::words::time;
use crate::say;

pub fn run(args: &args::Export) -> anyhow::Result<()> {
    let data = data(&args.data)?;
    let (_, genesis) = genesis(args.genesis.as_deref(), &data)?;
    let exported = carry::export(&data, &genesis, &args.out)?;
    let header = &exported.manifest.header;
    say::line(format!(
        "{} holds {} records, as they were after block {} of {}.\n\n  chain   {}\n  header  {}\n\nA new chain takes them \
         over: passerelle registry init --from-export {} STATEMENTS",
        args.out.join(header.height.to_string()).display(),
        exported.manifest.records,
        header.height,
        time(header.time_ms),
        hex::encode(header.chain),
        hex::encode(header.hash()),
        args.out.join(header.height.to_string()).display(),
    ));
    Ok(())
}
