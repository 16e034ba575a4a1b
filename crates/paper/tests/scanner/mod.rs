//! What a scanner makes of a page.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, Luma, imageops};

/// Turned about its middle on white, blurred, with noise on every pixel, as a JPEG. `seed` is of the noise.
pub fn scanned(page: &GrayImage, degrees: f64, blur: f32, noise: i32, seed: u32) -> Vec<u8> {
    let (width, height) = (page.width(), page.height());
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (across, down) = (f64::from(width) / 2.0, f64::from(height) / 2.0);
    let turned = GrayImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (f64::from(x) - across, f64::from(y) - down);
        let (from_x, from_y) = (cosine * dx + sine * dy + across, cosine * dy - sine * dx + down);
        let inside = from_x >= 0.0 && from_y >= 0.0;
        let pixel = if inside { page.get_pixel_checked(from_x as u32, from_y as u32) } else { None };
        pixel.copied().unwrap_or(Luma([255]))
    });
    let mut scan = if blur > 0.0 { imageops::blur(&turned, blur) } else { turned };
    let mut state = seed;
    for pixel in scan.pixels_mut() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let speck = i32::try_from(state >> 16).unwrap() % (2 * noise + 1) - noise;
        // Paper is no pure white, and toner no pure black.
        let shade = 30 + i32::from(pixel.0[0]) * 4 / 5 + speck;
        pixel.0[0] = u8::try_from(shade.clamp(0, 255)).unwrap();
    }
    let mut bytes = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut bytes, 70).encode_image(&scan).unwrap();
    bytes.into_inner()
}
