#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use image::codecs::jpeg::JpegEncoder;
use proptest::prelude::*;

use super::*;

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([x.to_le_bytes()[0], y.to_le_bytes()[0], 90])
    });
    let mut bytes = Vec::new();
    JpegEncoder::new(&mut bytes).encode_image(&picture).unwrap();
    bytes
}

/// Writes another size into the frame header (SOF0: length, precision, height, width).
fn lies(mut bytes: Vec<u8>, width: u16, height: u16) -> Vec<u8> {
    let at = bytes.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap() + 5;
    bytes[at..at + 2].copy_from_slice(&height.to_be_bytes());
    bytes[at + 2..at + 4].copy_from_slice(&width.to_be_bytes());
    bytes
}

#[test]
fn jpeg_is_decoded_to_its_size() {
    let picture = Picture::from_jpeg(&jpeg(64, 48), Limits::default()).unwrap();
    assert_eq!((picture.width(), picture.height()), (64, 48));
    assert!(picture.pixel(63, 47).is_some());
    assert_eq!((picture.pixel(64, 0), picture.pixel(-1, 0)), (None, None));
    assert_eq!(format!("{picture:?}"), "Picture(64 x 48)");
}

#[test]
fn size_in_the_header_is_judged_before_memory_is_taken() {
    let huge = lies(jpeg(64, 48), 65_000, 65_000);
    assert_eq!(Picture::from_jpeg(&huge, Limits::default()), Err(PictureFault::TooLarge(4096)));
    let wide = lies(jpeg(64, 48), 4097, 48);
    assert_eq!(Picture::from_jpeg(&wide, Limits::default()), Err(PictureFault::TooLarge(4096)));
}

#[test]
fn each_bad_picture_is_refused() {
    let (good, limits) = (jpeg(64, 48), Limits::default());
    let fault = |bytes: &[u8]| Picture::from_jpeg(bytes, limits).unwrap_err();
    assert_eq!(fault(&[]), PictureFault::Unreadable);
    assert_eq!(fault(b"\x89PNG\r\n\x1a\n"), PictureFault::Unreadable);
    assert_eq!(fault(&good[..20]), PictureFault::Unreadable);
    assert_eq!(fault(&vec![0xff; limits.bytes + 1]), PictureFault::TooLong(limits.bytes));
    assert_eq!(fault(&jpeg(20, 20)), PictureFault::TooSmall(32));
    let short = Limits { bytes: good.len() - 1, ..limits };
    assert_eq!(Picture::from_jpeg(&good, short), Err(PictureFault::TooLong(short.bytes)));
    assert_eq!(Picture::from_rgb(64, 48, vec![0; 7]), Err(PictureFault::Unreadable));
    assert_eq!(Picture::from_rgb(usize::MAX, usize::MAX, vec![]), Err(PictureFault::Unreadable));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Bytes of a stranger never do more than fail.
    #[test]
    fn damaged_pictures_do_no_harm(at in 0usize..2000, value: u8, cut in 0usize..2000) {
        let mut bytes = jpeg(64, 48);
        let length = bytes.len();
        bytes[at % length] = value;
        bytes.truncate(length - cut % length);
        if let Ok(picture) = Picture::from_jpeg(&bytes, Limits::default()) {
            prop_assert!(picture.width() <= 4096 && picture.height() <= 4096);
        }
    }
}
