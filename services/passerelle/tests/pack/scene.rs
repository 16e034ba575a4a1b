//! A folder with packs, credentials and the program that is tried on them.

use std::path::PathBuf;
use std::process::{Command, Output};

use chrono::Duration;
use clock::{Clock as _, SystemClock};
use keys::Signer as _;
use serde_json::Value;

use crate::node::{Node, build, policy};
use crate::world::{Copy, Holder, Issuer, STAFF, Staff, World};

/// What the desk's wallet signs.
pub const NONCE: &str = "n-0S6_WzA2Mj";
pub const DESK: &str = "https://desk.example";

/// The program in a folder of its own.
pub struct Shell(pub tempfile::TempDir);

impl Shell {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Writes the file with one bit changed in its middle.
    pub fn write_changed(&self, name: &str, mut content: Vec<u8>) {
        let middle = content.len() / 2;
        content[middle] ^= 1;
        self.write(name, content);
    }

    pub fn output(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passerelle"));
        command.args(words).current_dir(self.0.path()).env("RUST_LOG", "warn").output().unwrap()
    }

    /// What it answers when all is well.
    pub fn run(&self, words: &[&str]) -> String {
        let (code, told) = self.told(words);
        assert_eq!(code, 0, "{words:?}: {told}");
        told
    }

    /// Its exit code, and what it says: the answer, or why there is none.
    pub fn told(&self, words: &[&str]) -> (i32, String) {
        let output = self.output(words);
        let streams = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        (output.status.code().expect("it ends by itself"), streams.concat())
    }
}

/// UNDP with its staff's lists, WFP that signs the packs, a person, and `staff.pack` of the present moment.
pub struct Scene {
    pub shell: Shell,
    pub world: World,
    pub node: Node,
    pub undp: Issuer,
    pub wfp: Issuer,
    pub holder: Holder,
}

impl Scene {
    pub async fn new() -> Self {
        let world = World::new();
        // The program asks the machine's clock.
        world.advance((SystemClock.now() - world.clock.now()).num_seconds());
        let undp = world.organisation("undp").await;
        world.accredit(&undp, STAFF, &[&undp.did]);
        let wfp = world.organisation("wfp").await;
        let holder = world.holder();
        let scene = Self { shell: Shell::new(), world, node: Node::new(), undp, wfp, holder };
        let genesis = serde_json::to_vec(&scene.node.genesis()).unwrap();
        scene.shell.write("genesis.json", genesis);
        scene.with_pack("staff.pack").await
    }

    /// Writes a pack of what holds now.
    pub async fn with_pack(self, name: &str) -> Self {
        self.with_pack_for("staff-identity", name).await
    }

    /// The same for another policy.
    pub async fn with_pack_for(mut self, policy_name: &str, name: &str) -> Self {
        self.node.commit(&self.world);
        let file = build(&self.world, &self.node, &self.wfp, &policy(policy_name)).await;
        self.shell.write(name, file);
        self
    }

    /// The key that `--signer` takes.
    pub fn signer(&self) -> String {
        self.wfp.p256.public_key().to_multikey()
    }

    pub async fn issue(&self, issuer: &Issuer) -> [Copy; 2] {
        self.world.issue(issuer, &self.holder, &self.world.staff(issuer)).await
    }

    pub fn staff(&self) -> Staff {
        self.world.staff(&self.undp)
    }

    /// Writes the holder's answer to the desk's code.
    pub async fn write_answer(&self, name: &str, copy: &Copy) {
        let answer = self.world.present(&self.holder, copy, NONCE, DESK).await;
        self.shell.write(name, text(&answer));
    }

    /// Exit code and words of `verify` with a pack, as an answer to the desk's code.
    pub fn verify(&self, pack: &str, inputs: &[&str], more: &[&str]) -> (i32, String) {
        let signer = self.signer();
        let mut words = vec!["verify", "--pack", pack, "--signer", &signer];
        inputs.iter().for_each(|input| words.extend(["--input", input]));
        words.extend(more);
        self.shell.told(&words)
    }

    pub fn verify_answer(&self, pack: &str, inputs: &[&str]) -> (i32, String) {
        self.verify(pack, inputs, &["--nonce", NONCE, "--audience", DESK])
    }

    /// A pack of the same content whose stated time is over.
    pub async fn write_ended_pack(&self, name: &str) {
        let policy = policy("staff-identity");
        let mut collected = crate::node::gather(&self.world, &self.node, &self.wfp, &policy).await;
        collected.manifest.usable_until = self.world.clock.now() - Duration::seconds(1);
        let file = pack::seal(collected.manifest, &collected.content, self.wfp.p256.as_ref()).await.unwrap();
        self.shell.write(name, file);
    }
}

/// A credential or presentation as it stands in a file.
pub fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub fn text_of(copy: &Copy) -> String {
    match copy {
        Copy::Json(value) => value.to_string(),
        Copy::Compact(text) => text.clone(),
    }
}
