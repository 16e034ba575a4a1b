#![allow(clippy::unwrap_used)]

use image::RgbaImage;

use super::*;

fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Red above, blue below.
fn two_halves(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(
        width,
        height,
        |_, y| if y < height / 2 { Rgb([200, 20, 20]) } else { Rgb([20, 20, 200]) },
    )
    .into()
}

fn pixel(portrait: &[u8], x: u32, y: u32) -> [u8; 3] {
    image::load_from_memory_with_format(portrait, ImageFormat::Jpeg).unwrap().to_rgb8().get_pixel(x, y).0
}

fn is_red([red, _, blue]: [u8; 3]) -> bool {
    red > 150 && blue < 80
}

/// The same file with a segment of metadata (`APP1`) behind its first marker.
fn with_exif(jpeg: &[u8], tiff: &[u8]) -> Vec<u8> {
    let mut segment = b"Exif\0\0".to_vec();
    segment.extend_from_slice(tiff);
    let length = u16::try_from(segment.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &segment, &jpeg[2..]].concat()
}

/// A TIFF header with one entry: the orientation.
fn orientation(value: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x01\0".to_vec();
    tiff.extend_from_slice(&[0x12, 0x01, 3, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0]);
    tiff
}

#[test]
fn whatever_comes_in_a_small_jpeg_of_one_size_goes_out() {
    for (width, height) in [(240, 320), (3000, 4000), (4000, 1200), (120, 400)] {
        for format in [ImageFormat::Jpeg, ImageFormat::Png] {
            let made = portrait(&file(&two_halves(width, height), format)).unwrap();
            let size = image::load_from_memory_with_format(&made, ImageFormat::Jpeg).unwrap();
            assert_eq!((size.width(), size.height()), (WIDTH, HEIGHT));
            assert!(made.len() <= MOST_KEPT_BYTES, "{}", made.len());
            assert!(is_red(pixel(&made, 120, 20)) && !is_red(pixel(&made, 120, 300)), "{width}x{height}");
        }
    }
}

#[test]
fn a_picture_is_turned_as_the_camera_was_held_and_its_metadata_is_gone() {
    let plain = file(&two_halves(400, 400), ImageFormat::Jpeg);
    let place = [orientation(3), b"GPS 1.2921 S 36.8219 E".to_vec()].concat();
    let turned = portrait(&with_exif(&plain, &place)).unwrap();
    assert!(!is_red(pixel(&turned, 120, 20)) && is_red(pixel(&turned, 120, 300)), "upside down");
    let holds = |needle: &[u8]| turned.windows(needle.len()).any(|window| window == needle);
    assert!(!holds(b"Exif") && !holds(b"GPS"));
    // What hides behind the picture is gone as well.
    let polyglot = [plain, b"<script>alert(1)</script>".to_vec()].concat();
    let made = portrait(&polyglot).unwrap();
    assert!(!made.windows(8).any(|window| window == b"<script>"));
}

#[test]
fn what_is_transparent_becomes_white() {
    let clear: DynamicImage = RgbaImage::from_pixel(300, 400, image::Rgba([0, 0, 0, 0])).into();
    let made = portrait(&file(&clear, ImageFormat::Png)).unwrap();
    assert!(pixel(&made, 120, 160).iter().all(|colour| *colour > 250));
}

#[test]
fn what_is_no_picture_or_another_kind_is_refused() {
    let png = file(&two_halves(300, 400), ImageFormat::Png);
    let jpeg = file(&two_halves(300, 400), ImageFormat::Jpeg);
    for (name, bytes, expected) in [
        ("empty", Vec::new(), PictureFault::Empty),
        ("text", b"portrait".to_vec(), PictureFault::Format),
        ("svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), PictureFault::Format),
        ("gif", b"GIF89a\x01\0\x01\0".to_vec(), PictureFault::Format),
        ("webp", b"RIFF\x24\0\0\0WEBPVP8 ".to_vec(), PictureFault::Format),
        ("only a signature", png[..8].to_vec(), PictureFault::Damaged),
        ("half a PNG", png[..png.len() / 2].to_vec(), PictureFault::Damaged),
        ("a JPEG of a header", jpeg[..20].to_vec(), PictureFault::Damaged),
        ("too large", vec![0xff; MOST_BYTES + 1], PictureFault::TooLarge),
        ("too small", file(&two_halves(119, 400), ImageFormat::Png), PictureFault::TooSmall),
    ] {
        assert_eq!(portrait(&bytes).unwrap_err(), expected, "{name}");
    }
}

/// A PNG of a few hundred bytes that says it has more pixels than memory.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut png = file(&two_halves(120, 120), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc(&png[12..29]).to_be_bytes();
    png[29..33].copy_from_slice(&checksum);
    png
}

/// CRC-32 of ISO 3309, as a chunk of PNG ends with it.
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(!0u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[test]
fn a_size_that_would_fill_the_memory_is_refused_before_it_is_decoded() {
    for (width, height) in [(60_000, 60_000), (8_000, 8_000), (u32::MAX >> 1, 1)] {
        assert_eq!(portrait(&bomb(width, height)), Err(PictureFault::TooManyPixels), "{width}x{height}");
    }
    assert_eq!(
        portrait(&bomb(4_000, 4_000)),
        Err(PictureFault::Damaged),
        "a size like any, without its pixels"
    );
}

#[test]
fn no_flipped_byte_makes_it_panic_or_grow() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png] {
        let good = file(&two_halves(130, 130), format);
        for at in 0..good.len().min(400) {
            let mut bytes = good.clone();
            bytes[at] ^= 0x5a;
            if let Ok(made) = portrait(&bytes) {
                assert!(made.len() <= MOST_KEPT_BYTES);
            }
        }
    }
}
