//! From a file that somebody chose to the small picture that a credential carries.
//!
//! Nothing of the file survives but its pixels: what is kept is encoded anew, so that neither the place and camera in its
//! metadata nor anything hidden behind the picture reaches a wallet.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, Rgb, RgbImage};

/// What a portrait is shown at, in pixels: three by four, as in travel documents.
pub(super) const WIDTH: u32 = 240;
pub(super) const HEIGHT: u32 = 320;
/// Of the picture that is kept. Each copy of a credential carries it.
pub(super) const MOST_KEPT_BYTES: usize = 20 * 1000;
/// Of the file that is handed in.
pub(crate) const MOST_BYTES: usize = 5 * 1024 * 1024;
/// Of either side, and of the whole: 24 megapixels are more than phones make by default.
const MOST_SIDE: u32 = 8_000;
const MOST_PIXELS: u64 = 24_000_000;
/// What decoding may allocate: four bytes a pixel and what the decoder needs itself.
const MOST_ALLOCATED: u64 = 160 * 1024 * 1024;
/// Smaller ones are not recognised by anybody.
const LEAST_SIDE: u32 = 120;
/// Tried one after the other until the picture is small enough.
const QUALITIES: [u8; 6] = [85, 75, 65, 50, 35, 20];

/// Why a file is no portrait. What is wrong with it is told in words a person can act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureFault {
    #[error("choose a file first")]
    Empty,
    #[error("the file is larger than 5 MB")]
    TooLarge,
    #[error("the file is no JPEG and no PNG picture")]
    Format,
    #[error("the picture is larger than 24 megapixels")]
    TooManyPixels,
    #[error("the picture is smaller than 120 pixels")]
    TooSmall,
    #[error("the picture is damaged")]
    Damaged,
    #[error("the picture cannot be made small enough; choose one with a plain background")]
    TooDetailed,
}

/// A JPEG of [`WIDTH`] by [`HEIGHT`] and at most [`MOST_KEPT_BYTES`], out of the middle of a JPEG or PNG file. Sizes are read
/// from the header and refused before any pixel is decoded.
pub(super) fn portrait(file: &[u8]) -> Result<Vec<u8>, PictureFault> {
    if file.is_empty() {
        return Err(PictureFault::Empty);
    }
    if file.len() > MOST_BYTES {
        return Err(PictureFault::TooLarge);
    }
    let picture = decoded(file)?;
    let small = picture.resize_to_fill(WIDTH, HEIGHT, FilterType::Triangle);
    encoded(&on_white(&small))
}

/// Upright: phones store how the camera was held beside the pixels.
fn decoded(file: &[u8]) -> Result<DynamicImage, PictureFault> {
    let format = match image::guess_format(file) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png)) => format,
        _ => return Err(PictureFault::Format),
    };
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(MOST_ALLOCATED);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| fault(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(PictureFault::TooManyPixels);
    }
    if width.min(height) < LEAST_SIDE {
        return Err(PictureFault::TooSmall);
    }
    let orientation = decoder.orientation().map_err(|error| fault(&error))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| fault(&error))?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn fault(error: &ImageError) -> PictureFault {
    match error {
        ImageError::Limits(_) => PictureFault::TooManyPixels,
        ImageError::Unsupported(_) => PictureFault::Format,
        _ => PictureFault::Damaged,
    }
}

/// JPEG has no transparency; what is transparent would otherwise turn black.
fn on_white(picture: &DynamicImage) -> RgbImage {
    let rgba = picture.to_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [red, green, blue, alpha] = rgba.get_pixel(x, y).0;
        let mixed = |colour: u8| {
            let (colour, alpha) = (u16::from(colour), u16::from(alpha));
            u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        };
        Rgb([mixed(red), mixed(green), mixed(blue)])
    })
}

fn encoded(picture: &RgbImage) -> Result<Vec<u8>, PictureFault> {
    for quality in QUALITIES {
        let mut bytes = Vec::with_capacity(MOST_KEPT_BYTES);
        let written = JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture);
        written.map_err(|_| PictureFault::Damaged)?;
        if bytes.len() <= MOST_KEPT_BYTES {
            return Ok(bytes);
        }
    }
    Err(PictureFault::TooDetailed)
}

#[cfg(test)]
#[path = "picture_tests.rs"]
mod tests;
