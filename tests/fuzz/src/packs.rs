//! Two packs of one issuer, and the parts of a pack's file (crates/pack/README.md), cut and put together without the code
//! under test.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use pack::{Collected, Trust, seal};

use crate::node::{self, Node};
use crate::scene::{Scene, now};

/// Magic and version.
pub const HEAD: usize = 9;

/// A pack, and one of a minute later with another status list.
pub struct Packs {
    pub scene: Scene,
    /// The trust of a reader who has the genesis of the chain.
    pub genesis: Trust,
    pub old: Vec<u8>,
    pub new: Vec<u8>,
    /// What the newer one was made from.
    pub collected: Collected,
}

impl Packs {
    #[must_use]
    pub fn new() -> Self {
        let scene = Scene::new();
        let (world, issuer) = (&scene.world, &scene.issuer);
        let (mut node, policy) = (Node::new(), node::policy("staff-identity"));
        publish(&scene, &[]);
        node.commit(world);
        let old = sealed(&scene, &now(node::gather(world, &node, issuer, &policy)));
        world.advance(60);
        publish(&scene, &[3]);
        node.commit(world);
        let collected = now(node::gather(world, &node, issuer, &policy));
        let new = sealed(&scene, &collected);
        let genesis = Trust::Genesis(Box::new(node.genesis()));
        Self { scene, genesis, old, new, collected }
    }
}

impl Default for Packs {
    fn default() -> Self {
        Self::new()
    }
}

/// Status lists by the one key whose signatures are the same in every process.
fn publish(scene: &Scene, revoked: &[usize]) {
    let (world, issuer) = (&scene.world, &scene.issuer);
    now(world.publish(issuer, revoked, &[]));
    let list = issuer.list("token");
    let bytes = scene.token_list(revoked).into_bytes();
    world.register(issuer, &list, &bytes);
    world.show(&list, bytes);
}

/// By the same key.
fn sealed(scene: &Scene, Collected { manifest, content }: &Collected) -> Vec<u8> {
    now(seal(manifest.clone(), content, scene.issuer.ed25519.as_ref())).expect("a key in memory")
}

/// Manifest and signature with their lengths.
#[must_use]
pub fn signed(file: &[u8]) -> &[u8] {
    &file[HEAD..end(file)]
}

/// The content, uncompressed.
#[must_use]
pub fn content(file: &[u8]) -> Vec<u8> {
    gunzip(&file[end(file)..])
}

/// The pieces of a difference, uncompressed.
#[must_use]
pub fn pieces(difference: &[u8]) -> Vec<u8> {
    // The digest of the old content and the lengths of the pieces and of what they make stand before the manifest.
    gunzip(&difference[after(difference, after(difference, HEAD + 40))..])
}

fn end(file: &[u8]) -> usize {
    after(file, after(file, HEAD))
}

/// Where the part ends whose length stands there.
fn after(file: &[u8], at: usize) -> usize {
    let length = file[at..].first_chunk::<4>().expect("a length");
    at + 4 + u32::from_be_bytes(*length) as usize
}

#[must_use]
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("writing to memory")
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut content).expect("our own file");
    content
}
