//! The desk page in a real headless Chromium without a network (`tests/browser/desk.mjs`).

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use image::{GrayImage, ImageFormat, Luma, imageops};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::desk::{Served, desk};
use crate::world::Copy;

/// What Chromium's pretended camera shows; codes stand in the middle of it.
const FRAME: (u32, u32) = (1_280, 960);
/// Each code stays before the camera for a while.
const FRAMES_EACH: usize = 20;

pub fn pictures(folder: &Path, name: &str, text: &str) -> Vec<PathBuf> {
    let codes = paper::parts(text).unwrap();
    let write = |(number, code): (usize, &String)| {
        let path = folder.join(format!("{name}-{number}.png"));
        std::fs::write(&path, paper::png(code, 6).unwrap()).unwrap();
        path
    };
    codes.iter().enumerate().map(write).collect()
}

/// Pictures one after the other as Motion JPEG.
pub fn film(pictures: &[PathBuf]) -> Vec<u8> {
    let mut film = Vec::new();
    for path in pictures {
        let code = image::open(path).unwrap().into_luma8();
        let mut frame = GrayImage::from_pixel(FRAME.0, FRAME.1, Luma([200]));
        let middle = |frame: u32, code: u32| i64::from(frame / 2) - i64::from(code / 2);
        imageops::replace(&mut frame, &code, middle(FRAME.0, code.width()), middle(FRAME.1, code.height()));
        let mut jpeg = Cursor::new(Vec::new());
        image::DynamicImage::ImageLuma8(frame).to_rgb8().write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
        film.extend(jpeg.into_inner().repeat(FRAMES_EACH));
    }
    film
}

#[actix_web::test]
async fn the_desk_works_in_chromium_without_a_network() {
    let desk = desk().await;
    let [_, copy] = desk.copies().await;
    let Copy::Compact(credential) = &copy else { panic!("an SD-JWT") };
    let folder = tempfile::tempdir().unwrap();
    let camera = folder.path().join("camera.mjpeg");
    std::fs::write(&camera, film(&pictures(folder.path(), "paper", credential))).unwrap();
    let input = json!({
        "desk": desk.origin().replace("127.0.0.1", "localhost"),
        "camera": camera,
        "credential": credential,
    });
    let mut script = Script::start("desk", folder.path(), input);
    while let Some(line) = script.line().await {
        if let Some(wanted) = line.strip_prefix("answer ") {
            let reply = json!(pictures(folder.path(), "answer", &answer(&desk, &copy, wanted).await));
            script.tell(&reply).await;
        }
    }
    script.end().await;
}

/// A script of `tests/browser`, which asks by its output for what it needs.
pub struct Script {
    name: &'static str,
    node: Child,
    replies: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Script {
    /// Its pictures go to `tests/browser/shots`; its input is written into `folder`.
    pub fn start(name: &'static str, folder: &Path, mut input: Value) -> Self {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/browser");
        input["shots"] = json!(format!("{root}/shots/{name}"));
        let file = folder.join("input.json");
        std::fs::write(&file, input.to_string()).unwrap();
        let mut node = Command::new("node")
            .arg(format!("{root}/{name}.mjs"))
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let replies = node.stdin.take().unwrap();
        let lines = BufReader::new(node.stdout.take().unwrap()).lines();
        Self { name, node, replies, lines }
    }

    pub async fn line(&mut self) -> Option<String> {
        self.lines.next_line().await.unwrap()
    }

    pub async fn tell(&mut self, reply: &Value) {
        self.replies.write_all(format!("{reply}\n").as_bytes()).await.unwrap();
    }

    pub async fn end(mut self) {
        let succeeded = self.node.wait().await.unwrap().success();
        assert!(succeeded, "tests/browser/{}.mjs failed (npm ci in tests/browser?)", self.name);
    }
}

/// What the wallet signs for the code that Chromium shows.
async fn answer(desk: &Served, copy: &Copy, wanted: &str) -> String {
    let wanted: Value = serde_json::from_str(wanted).unwrap();
    let text = |name: &str| wanted[name].as_str().unwrap().to_owned();
    desk.answer(copy, &text("nonce"), &text("audience")).await
}
