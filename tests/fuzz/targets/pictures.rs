//! Files that are handed in as somebody's portrait.
#![no_main]

// Inside of the service it belongs to this is private, and the service takes a quarter of an hour to build instrumented.
#[path = "../../../services/issuer/src/app/portraits/picture.rs"]
#[allow(dead_code)]
mod picture;

use fuzz::bounds::within;
use image::ImageFormat;
use libfuzzer_sys::fuzz_target;

/// 24 megapixels as they are decoded, and upright.
const MOST_BYTES: usize = 400 * 1000 * 1000;

fuzz_target!(|data: &[u8]| {
    let Ok(kept) = within(MOST_BYTES, || picture::portrait(data)) else { return };
    assert!(kept.len() <= picture::MOST_KEPT_BYTES);
    let read = image::load_from_memory_with_format(&kept, ImageFormat::Jpeg).expect("our own picture");
    assert_eq!((read.width(), read.height()), (picture::WIDTH, picture::HEIGHT));
    // Nothing of the file survives but its pixels.
    assert!(!kept.windows(4).any(|window| window == b"Exif"), "metadata of the file is kept");
});
