//! Codes come back from pictures as phones and scanners make them: turned, noisy, dark, compressed.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};
use paper::{ReadError, ScanError, parts, png, scan, text_of};

/// About as long as an SD-JWT with seven disclosures, and as hard to compress.
fn credential() -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut state = 7u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(alphabet[usize::try_from(state >> 58).unwrap()])
    };
    std::iter::repeat_with(next).take(1_500).collect()
}

fn picture(code: &str) -> GrayImage {
    image::load_from_memory(&png(code, 6).unwrap()).unwrap().into_luma8()
}

/// Turned by an angle on a grey table, with the light falling off to one side and noise on every pixel.
fn photograph(code: &GrayImage, degrees: f64, noise: i32) -> GrayImage {
    let side = code.width() * 3 / 2;
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (middle, half) = (f64::from(side) / 2.0, f64::from(code.width()) / 2.0);
    let mut state = 99u32;
    GrayImage::from_fn(side, side, |x, y| {
        let (dx, dy) = (f64::from(x) - middle, f64::from(y) - middle);
        let (from_x, from_y) = (cosine * dx + sine * dy + half, cosine * dy - sine * dx + half);
        let inside = from_x >= 0.0 && from_y >= 0.0;
        let pixel = if inside { code.get_pixel_checked(from_x as u32, from_y as u32) } else { None };
        let base = pixel.map_or(170, |pixel| i32::from(pixel.0[0]) * 3 / 4 + 20);
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let speck = i32::try_from(state >> 16).unwrap() % (2 * noise + 1) - noise;
        let light = 20 - i32::try_from(40 * x / side).unwrap();
        Luma([u8::try_from((base + speck + light).clamp(0, 255)).unwrap()])
    })
}

fn written(picture: &GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[test]
fn photographs_of_every_code_give_the_credential() {
    let text = credential();
    let codes = parts(&text).unwrap();
    assert!(codes.len() > 1, "a sequence");
    for (degrees, noise) in [(0.0, 0), (7.0, 20), (-31.0, 30), (90.0, 30), (180.0, 10), (45.0, 20)] {
        let files: Vec<Vec<u8>> = codes
            .iter()
            .map(|code| written(&photograph(&picture(code), degrees, noise), ImageFormat::Jpeg))
            .collect();
        let read = text_of(files.iter().map(Vec::as_slice));
        assert_eq!(read.unwrap(), text, "turned by {degrees}, noise {noise}");
    }
}

#[test]
fn several_codes_on_one_page_are_read_together() {
    let text = credential();
    let pictures: Vec<GrayImage> = parts(&text).unwrap().iter().map(|code| picture(code)).collect();
    let width = pictures.iter().map(GrayImage::width).sum();
    let height = pictures.iter().map(GrayImage::height).max().unwrap();
    let mut page = GrayImage::from_pixel(width, height, Luma([255]));
    let mut left = 0;
    for one in &pictures {
        image::imageops::replace(&mut page, one, left, 0);
        left += i64::from(one.width());
    }
    assert_eq!(text_of([written(&page, ImageFormat::Png).as_slice()]).unwrap(), text);
}

#[test]
fn a_missing_code_is_named_as_missing() {
    let codes = parts(&credential()).unwrap();
    let file = png(&codes[0], 4).unwrap();
    let read = text_of([file.as_slice(), file.as_slice()]);
    assert!(matches!(read, Err(ReadError::Missing { have: 1, count }) if count == codes.len()));
}

#[test]
fn what_is_no_picture_of_a_code_is_refused() {
    let blank = written(&GrayImage::from_pixel(300, 300, Luma([200])), ImageFormat::Png);
    assert!(matches!(scan(&blank), Err(ScanError::NoCode)));
    assert!(matches!(scan(b"GIF89a"), Err(ScanError::Format)));
    assert!(matches!(scan(&blank[..blank.len() / 2]), Err(ScanError::Picture(_) | ScanError::NoCode)));
    assert!(matches!(scan(&vec![0; 17 * 1024 * 1024]), Err(ScanError::TooLong)));
    assert!(matches!(text_of([&[0xff_u8, 0xfe, 0][..]]), Err(ReadError::OtherKind)));
    assert_eq!(text_of([&b" eyJ0.e30.c2ln~\n"[..]]).unwrap(), "eyJ0.e30.c2ln~");
}

#[test]
fn a_picture_that_claims_to_be_huge_is_refused_before_it_is_decoded() {
    // A PNG header of its own size; the bytes behind it do not matter.
    for (width, height) in
        [(60_000u32, 60_000u32), (14_101, 1), (6_001, 6_000), (u32::MAX >> 1, u32::MAX >> 1)]
    {
        let mut file = written(&GrayImage::from_pixel(8, 8, Luma([0])), ImageFormat::Png);
        file[16..20].copy_from_slice(&width.to_be_bytes());
        file[20..24].copy_from_slice(&height.to_be_bytes());
        let crc = crc32(&file[12..29]);
        file[29..33].copy_from_slice(&crc.to_be_bytes());
        let refused = scan(&file);
        assert!(
            matches!(refused, Err(ScanError::TooLarge | ScanError::Picture(_))),
            "{width}x{height}: {refused:?}"
        );
    }
    for (at, side) in [(16, 0u32), (20, 0)] {
        let mut file = written(&GrayImage::from_pixel(8, 8, Luma([0])), ImageFormat::Png);
        file[at..at + 4].copy_from_slice(&side.to_be_bytes());
        let crc = crc32(&file[12..29]);
        file[29..33].copy_from_slice(&crc.to_be_bytes());
        assert!(matches!(scan(&file), Err(ScanError::Picture(_))), "a side of nothing");
    }
}

/// PNG, annex D: so that a header that was changed is not refused for its checksum.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 },
        )
    })
}
