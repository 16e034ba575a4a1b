//! The desk page in a real headless Chromium without a network (`tests/browser/desk.mjs`).

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use image::{GrayImage, ImageFormat, Luma, imageops};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

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
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/browser");
    let input = json!({
        "desk": desk.origin().replace("127.0.0.1", "localhost"),
        "camera": camera,
        "credential": credential,
        "shots": format!("{root}/shots/desk"),
    });
    let file = folder.path().join("desk.json");
    std::fs::write(&file, input.to_string()).unwrap();
    let mut node = Command::new("node")
        .arg(format!("{root}/desk.mjs"))
        .arg(&file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut answers = node.stdin.take().unwrap();
    let mut lines = BufReader::new(node.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some(wanted) = line.strip_prefix("answer ") {
            let reply = json!(pictures(folder.path(), "answer", &answer(&desk, &copy, wanted).await));
            answers.write_all(format!("{reply}\n").as_bytes()).await.unwrap();
        }
    }
    assert!(node.wait().await.unwrap().success(), "tests/browser/desk.mjs failed (npm ci in tests/browser?)");
}

/// What the wallet signs for the code that Chromium shows.
async fn answer(desk: &Served, copy: &Copy, wanted: &str) -> String {
    let wanted: Value = serde_json::from_str(wanted).unwrap();
    let text = |name: &str| wanted[name].as_str().unwrap().to_owned();
    desk.answer(copy, &text("nonce"), &text("audience")).await
}
