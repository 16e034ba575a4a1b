//! Pictures of faces for tests: the fixtures of `presence`, and what may be wrong with a picture.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::Cursor;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::{RgbImage, imageops};

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../presence/fixtures").join(name)).unwrap()
}

/// A photo as JPEG, whatever it is stored as.
#[must_use]
pub fn photo(name: &str) -> Vec<u8> {
    match name.ends_with(".jpg") {
        true => fixture(name),
        false => jpeg(&image::load_from_memory(&fixture(name)).unwrap().to_rgb8()),
    }
}

/// A frame of the film in which nothing moves.
#[must_use]
pub fn still(number: usize) -> Vec<u8> {
    nearer(&frame("astronaut-still.mjpeg", number))
}

/// Frame 0 is quiet, 31 turned right, 53 between, 70 turned left, 92 quiet again.
#[must_use]
pub fn turn(number: usize) -> Vec<u8> {
    nearer(&frame("astronaut-turn.mjpeg", number))
}

/// A frame of a film as it is, the face 93 pixels wide.
#[must_use]
pub fn frame(name: &str, number: usize) -> Vec<u8> {
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

/// Two pictures as one.
#[must_use]
pub fn beside(one: &[u8], other: &[u8]) -> Vec<u8> {
    let (one, other) = (decoded(one), decoded(other));
    let mut both = RgbImage::new(one.width() + other.width(), one.height().max(other.height()));
    imageops::replace(&mut both, &one, 0, 0);
    imageops::replace(&mut both, &other, i64::from(one.width()), 0);
    jpeg(&both)
}

/// Nobody.
#[must_use]
pub fn empty() -> Vec<u8> {
    jpeg(&RgbImage::from_fn(640, 480, |x, y| image::Rgb([(x / 3) as u8, (y / 2) as u8, 120])))
}

/// So much of the light.
#[must_use]
pub fn darker(picture: &[u8], part: f32) -> Vec<u8> {
    let mut picture = decoded(picture);
    picture.pixels_mut().for_each(|pixel| pixel.0 = pixel.0.map(|value| (f32::from(value) * part) as u8));
    jpeg(&picture)
}

/// Out of focus.
#[must_use]
pub fn blurred(picture: &[u8], sigma: f32) -> Vec<u8> {
    jpeg(&imageops::blur(&decoded(picture), sigma))
}

/// So many times smaller.
#[must_use]
pub fn smaller(picture: &[u8], times: u32) -> Vec<u8> {
    let picture = decoded(picture);
    let (width, height) = (picture.width() / times, picture.height() / times);
    jpeg(&imageops::resize(&picture, width, height, imageops::FilterType::Triangle))
}

/// The fixtures' face is 93 pixels wide, less than the gate asks for: the phone is held nearer.
fn nearer(picture: &[u8]) -> Vec<u8> {
    enlarged(picture, 78)
}

/// The phone held nearer: the face is wider.
#[must_use]
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
