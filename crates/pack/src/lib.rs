//! What a verifier without a network must know, in one signed and dated file.
//!
//! A pack holds a certified header of the registry chain, the records of the issuers that answer one policy with the
//! proof of all of them under that header, and the status lists and schemas whose digests those records name. The
//! reader believes none of it by the signer's word: [`Pack`] answers as a registry node would, and the light client of
//! `registry-client` checks header, validators and proofs as it does online. So the rules of `verification` give the
//! same report, with the age of the header in its evidence. This crate opens no socket and no file. Read [`Pack`],
//! [`collect`] and [`Manifest`] first; the file's form is in README.md.

mod anchors;
mod collect;
mod content;
mod difference;
mod file;
mod manifest;
mod node;
mod plain;
mod reader;
mod tree;

pub use collect::{CollectError, Collected, Source, Wanted, collect};
pub use content::{Content, Document, Record};
pub use difference::{DifferenceError, apply, difference};
pub use file::{PackError, seal};
pub use manifest::{Manifest, SignedBy};
pub use reader::{OpenError, Pack, Trust};
pub use tree::Tree;
