//! Frames, challenges and doubles for the tests of the engine.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::Cursor;
use std::path::Path;
use std::sync::LazyLock;

use clock::Timestamp;
use image::codecs::jpeg::JpegEncoder;
use image::{RgbImage, imageops};
use presence::{
    AttackDetector, AttackFault, AttackScore, Automatic, Challenge, Decision, EmbeddedEngine, Evaluation,
    FaceEngine as _, Frame, Judge, Limits, Picture, Presented, Prompt, Reason, RiskSignature,
    ServerChallenge, Template, Thresholds,
};

static ENGINE: LazyLock<EmbeddedEngine> = LazyLock::new(|| EmbeddedEngine::load(1).unwrap());

pub fn engine() -> &'static EmbeddedEngine {
    &ENGINE
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap()
}

/// A photo as JPEG, whatever it is stored as.
pub fn photo(name: &str) -> Vec<u8> {
    match name.ends_with(".jpg") {
        true => fixture(name),
        false => jpeg(&image::load_from_memory(&fixture(name)).unwrap().to_rgb8()),
    }
}

pub fn still(number: usize) -> Vec<u8> {
    nearer(&frame("astronaut-still.mjpeg", number))
}

/// Frame 0 is quiet, 31 turned right, 53 between, 70 turned left, 92 quiet again.
pub fn turn(number: usize) -> Vec<u8> {
    nearer(&frame("astronaut-turn.mjpeg", number))
}

fn frame(name: &str, number: usize) -> Vec<u8> {
    let bytes = fixture(name);
    let start = |w: &(usize, &[u8])| w.1 == [0xff, 0xd8, 0xff];
    let starts: Vec<usize> = bytes.windows(3).enumerate().filter(start).map(|(at, _)| at).collect();
    let end = starts.get(number + 1).copied().unwrap_or(bytes.len());
    bytes[starts[number]..end].to_vec()
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 92).encode_image(picture).unwrap();
    bytes
}

fn decoded(jpeg: &[u8]) -> RgbImage {
    image::load(Cursor::new(jpeg), image::ImageFormat::Jpeg).unwrap().to_rgb8()
}

pub fn beside(one: &[u8], other: &[u8]) -> Vec<u8> {
    let (one, other) = (decoded(one), decoded(other));
    let mut both = RgbImage::new(one.width() + other.width(), one.height().max(other.height()));
    imageops::replace(&mut both, &one, 0, 0);
    imageops::replace(&mut both, &other, i64::from(one.width()), 0);
    jpeg(&both)
}

pub fn empty() -> Vec<u8> {
    jpeg(&RgbImage::from_fn(640, 480, |x, y| image::Rgb([(x / 3) as u8, (y / 2) as u8, 120])))
}

pub fn darker(picture: &[u8], part: f32) -> Vec<u8> {
    let mut picture = decoded(picture);
    picture.pixels_mut().for_each(|pixel| pixel.0 = pixel.0.map(|value| (f32::from(value) * part) as u8));
    jpeg(&picture)
}

pub fn blurred(picture: &[u8], sigma: f32) -> Vec<u8> {
    jpeg(&imageops::blur(&decoded(picture), sigma))
}

pub fn smaller(picture: &[u8], times: u32) -> Vec<u8> {
    let picture = decoded(picture);
    let (width, height) = (picture.width() / times, picture.height() / times);
    jpeg(&imageops::resize(&picture, width, height, imageops::FilterType::Triangle))
}

/// The fixtures' face is 93 pixels wide, less than the gate asks for: the phone is held nearer.
fn nearer(picture: &[u8]) -> Vec<u8> {
    enlarged(picture, 78)
}

pub fn closer(picture: &[u8]) -> Vec<u8> {
    enlarged(picture, 70)
}

/// This much of the upper middle of the picture, where the face is, in hundredths, as large as the whole was.
fn enlarged(picture: &[u8], part: u32) -> Vec<u8> {
    let picture = decoded(picture);
    let (width, height) = picture.dimensions();
    let (w, h) = (width * part / 100, height * part / 100);
    let middle = imageops::crop_imm(&picture, (width - w) / 2, 0, w, h).to_image();
    jpeg(&imageops::resize(&middle, width, height, imageops::FilterType::Triangle))
}

/// A proof in the making.
pub struct Scene {
    pub reference: Template,
    pub challenge: Challenge,
    pub frames: Vec<Frame>,
    pub received_at: Timestamp,
}

impl Scene {
    pub fn of(jpegs: Vec<Vec<u8>>) -> Self {
        let reference = Picture::from_jpeg(&photo("astronaut.png"), Limits::default()).unwrap();
        let received_at = "2026-05-01T10:00:30Z".parse().unwrap();
        Self {
            reference: engine().look(&reference).unwrap().template,
            challenge: Challenge {
                id: "c".into(),
                prompts: [Prompt::Right, Prompt::Left, Prompt::Closer],
                expires_at: "2026-05-01T10:01:30Z".parse().unwrap(),
            },
            frames: (0..).zip(jpegs).map(|(at, jpeg)| Frame { millis: at * 900, jpeg }).collect(),
            received_at,
        }
    }

    /// The fixture's turns, and then a step closer.
    pub fn turning() -> Self {
        let mut jpegs = [0, 31, 53, 70, 92].map(turn).to_vec();
        jpegs.extend([closer(&turn(92)), turn(92)]);
        Self::of(jpegs)
    }

    pub fn decide(&self) -> Decision {
        self.decide_with(Automatic::Off)
    }

    pub fn decide_with(&self, automatic: Automatic<'_>) -> Decision {
        let verification = ServerChallenge::default();
        let judge = Judge {
            engine: engine(),
            verification: &verification,
            thresholds: Thresholds::default(),
            limits: Limits::default(),
            automatic,
        };
        judge.decide(&Presented {
            reference: &self.reference,
            challenge: &self.challenge,
            frames: &self.frames,
            received_at: self.received_at,
        })
    }

    pub fn reason(&self) -> Reason {
        self.decide().reasons[0]
    }
}

/// An operator's detector that always says the same.
pub struct Detector(Evaluation, AttackScore);

impl Detector {
    pub fn saying(score: AttackScore) -> Self {
        let evaluation = Evaluation {
            detector: "double".into(),
            version: "1.0".into(),
            report: "test laboratory, report 1".into(),
            method: "for tests".into(),
        };
        Self(evaluation, score)
    }
}

impl AttackDetector for Detector {
    fn evaluation(&self) -> &Evaluation {
        &self.0
    }

    fn score(&self, _frames: &[Picture]) -> Result<AttackScore, AttackFault> {
        Ok(self.1)
    }
}

pub fn signature() -> RiskSignature {
    RiskSignature {
        detector: "double".into(),
        version: "1.0".into(),
        signer: "chief risk officer".into(),
        document_sha256: "a".repeat(64),
    }
}
