//! Writes a first corpus of well-formed inputs: `seeds FOLDER`. From there the fuzzer finds its own.

#[path = "seeds/chain.rs"]
mod chain;
#[path = "seeds/credentials.rs"]
mod credentials;
#[path = "seeds/handed_in.rs"]
mod handed_in;
#[path = "seeds/requests.rs"]
mod requests;
#[path = "seeds/wallets.rs"]
mod wallets;

use std::path::Path;
use std::{fs, io};

/// Takes the target, the name of the input, and its bytes.
type Write<'a> = dyn Fn(&str, &str, &[u8]) -> io::Result<()> + 'a;

fn main() -> io::Result<()> {
    let folder = std::env::args().nth(1).expect("usage: seeds FOLDER");
    let write = |target: &str, name: &str, bytes: &[u8]| {
        let folder = Path::new(&folder).join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), bytes)
    };
    chain::write(&write)?;
    requests::write(&write)?;
    credentials::write(&write)?;
    wallets::write(&write)?;
    handed_in::write(&write)
}

/// An input of a target that reads several kinds: the kind in its first byte.
fn of_kind(kind: u8, bytes: &[u8]) -> Vec<u8> {
    [&[kind], bytes].concat()
}
