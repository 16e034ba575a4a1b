//! From a photograph or a scan back to text.

use std::io::Cursor;

use image::imageops::FilterType;
use image::{GrayImage, ImageFormat, ImageReader, Limits, imageops};
use rqrr::PreparedImage;

use crate::parts::{Joining, PartsError};

/// Longer files are refused unread.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// A scan of a page at 1,200 dots an inch.
const MAX_SIDE: u32 = 14_100;
/// What decoding may take, whatever the picture's header says.
const MAX_MEMORY_BYTES: u64 = 256 * 1024 * 1024;
/// The sizes at which codes are looked for: noise goes away in smaller ones, dense codes are lost in them.
const LONGEST_SIDES: [u32; 3] = [2_400, 1_200, 700];
/// Codes in one picture.
const MAX_CODES: usize = 64;

/// Why a picture gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    #[error("the file is longer than {MAX_BYTES} bytes")]
    TooLong,
    #[error("neither a PNG nor a JPEG picture")]
    Format,
    #[error("the picture cannot be read")]
    Picture(#[source] image::ImageError),
    #[error("no QR code was found in the picture")]
    NoCode,
}

/// Why files gave no text.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    Scan(#[from] ScanError),
    #[error("the codes make no text")]
    Parts(#[from] PartsError),
    #[error("{have} of {count} codes are there; the others are missing")]
    Missing { have: usize, count: usize },
    #[error("neither text nor a picture")]
    OtherKind,
}

/// The text in one or several files: pictures of QR codes, whose parts are put together, or a file of text.
pub fn text_of<'a>(files: impl IntoIterator<Item = &'a [u8]>) -> Result<String, ReadError> {
    let mut joining = Joining::default();
    for file in files {
        let codes = match format(file) {
            Some(_) => scan(file)?,
            None => vec![std::str::from_utf8(file).map_err(|_| ReadError::OtherKind)?.trim().to_owned()],
        };
        for code in codes {
            if let Some(text) = joining.add(&code)? {
                return Ok(text);
            }
        }
    }
    let (have, count) = joining.progress();
    Err(ReadError::Missing { have, count })
}

/// The texts of the QR codes in a PNG or JPEG picture.
pub fn scan(file: &[u8]) -> Result<Vec<String>, ScanError> {
    let picture = decode(file)?;
    for longest in LONGEST_SIDES {
        let codes = codes(&at_most(&picture, longest));
        if !codes.is_empty() {
            return Ok(codes);
        }
    }
    Err(ScanError::NoCode)
}

fn format(file: &[u8]) -> Option<ImageFormat> {
    let guessed = image::guess_format(file).ok()?;
    matches!(guessed, ImageFormat::Png | ImageFormat::Jpeg).then_some(guessed)
}

fn decode(file: &[u8]) -> Result<GrayImage, ScanError> {
    if file.len() > MAX_BYTES {
        return Err(ScanError::TooLong);
    }
    let format = format(file).ok_or(ScanError::Format)?;
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY_BYTES);
    reader.limits(limits);
    Ok(reader.decode().map_err(ScanError::Picture)?.into_luma8())
}

/// The picture, made smaller where a side is longer.
fn at_most(picture: &GrayImage, longest: u32) -> GrayImage {
    let side = picture.width().max(picture.height());
    if side <= longest {
        return picture.clone();
    }
    let scaled = |length: u32| {
        u32::try_from(u64::from(length) * u64::from(longest) / u64::from(side)).unwrap_or(longest).max(1)
    };
    imageops::resize(picture, scaled(picture.width()), scaled(picture.height()), FilterType::Triangle)
}

fn codes(picture: &GrayImage) -> Vec<String> {
    let (width, height) = (picture.width(), picture.height());
    let (Ok(wide), Ok(high)) = (usize::try_from(width), usize::try_from(height)) else { return Vec::new() };
    let mut prepared = PreparedImage::prepare_from_greyscale(wide, high, |x, y| {
        let place = (u32::try_from(x).unwrap_or(0), u32::try_from(y).unwrap_or(0));
        picture.get_pixel_checked(place.0, place.1).map_or(255, |pixel| pixel.0[0])
    });
    let grids = prepared.detect_grids();
    grids.iter().take(MAX_CODES).filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}
