//! QR codes as pictures, with the quiet zone that scanners need.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};
use qrcode::types::Color;
use qrcode::{EcLevel, QrCode};

/// Modules of white around a code (ISO/IEC 18004, 9.1).
const QUIET: u32 = 4;

/// Why no picture was made.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    #[error("the text does not fit a QR code")]
    TooLong(#[from] qrcode::types::QrError),
    #[error("the picture cannot be written")]
    Picture(#[from] image::ImageError),
}

/// A PNG with `scale` pixels a module.
pub fn png(text: &str, scale: u32) -> Result<Vec<u8>, DrawError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
    let width = u32::try_from(code.width()).unwrap_or(u32::MAX).min(177);
    let side = (width + 2 * QUIET) * scale;
    let mut picture = GrayImage::from_pixel(side, side, Luma([255]));
    for (at, color) in (0u32..).zip(code.to_colors()) {
        if color == Color::Dark {
            fill(&mut picture, (at % width + QUIET) * scale, (at / width + QUIET) * scale, scale);
        }
    }
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

fn fill(picture: &mut GrayImage, left: u32, top: u32, size: u32) {
    for y in top..top + size {
        for x in left..left + size {
            picture.put_pixel(x, y, Luma([0]));
        }
    }
}
