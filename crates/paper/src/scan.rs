//! QR codes out of a photograph or a scan.

mod flat;
mod form;
mod threshold;

use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, GrayImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, imageops};
use rqrr::PreparedImage;

use self::threshold::{below_mean, black_and_white, by_surroundings};
use crate::kind::Kind;

pub use self::form::{MAX_FORM_FILE_BYTES, MAX_FORM_PAGES, PageFault, ScannedForm, ScannedPage, forms};

/// Longer files are refused unread.
pub const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;
/// A page of A4 scanned at 600 dots an inch has 34.8 million.
pub const MAX_PIXELS: u64 = 36_000_000;
/// A strip of paper may be long, but not endless.
const MAX_SIDE: u32 = 14_100;
/// What the pixels may take as they stand in the file: four bytes each.
const MAX_PIXEL_BYTES: u64 = 4 * MAX_PIXELS;
/// What a decoder may take beside them.
const MAX_MEMORY_BYTES: u64 = 256 * 1024 * 1024;
/// The sizes at which codes are looked for: noise goes away in smaller ones, dense codes are lost in them.
const LONGEST_SIDES: [u32; 3] = [PAGE_SIDE, 1_200, 700];
const PAGE_SIDE: u32 = 2_400;
/// The longest side of a page whose codes are also looked for in a copy that is half as large again: modules of a few
/// pixels lie better in it.
const COARSE_SIDE: u32 = 2_000;
/// Codes in one picture.
const MAX_CODES: usize = 64;

/// Why a picture gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    #[error("the file is longer than {MAX_FILE_BYTES} bytes")]
    TooLong,
    #[error("neither a PNG nor a JPEG picture")]
    Format,
    #[error("the picture has more than {MAX_PIXELS} pixels, or a side of more than {MAX_SIDE}")]
    TooLarge,
    #[error("the picture cannot be read")]
    Picture(#[source] image::ImageError),
    #[error(
        "no QR code was found in the picture; take it again, closer, straight and in good light, one code at a time, or hand \
         over the file as it was issued"
    )]
    NoCode,
}

/// The texts of the QR codes in a PNG or JPEG picture, at the first size at which there are any.
pub fn scan(file: &[u8]) -> Result<Vec<String>, ScanError> {
    let picture = Picture::decode(file)?;
    picture.looks().find(|codes| !codes.is_empty()).ok_or(ScanError::NoCode)
}

/// A picture in shades of grey, no larger than it is looked at.
pub(crate) struct Picture {
    page: GrayImage,
    /// As it stood in the file.
    pixels: u64,
}

impl Picture {
    /// Reads the header first: what is too large is refused before room for a pixel is made.
    pub(crate) fn decode(file: &[u8]) -> Result<Self, ScanError> {
        if file.len() > MAX_FILE_BYTES {
            return Err(ScanError::TooLong);
        }
        let format = match Kind::of(file) {
            Some(Kind::Png) => ImageFormat::Png,
            Some(Kind::Jpeg) => ImageFormat::Jpeg,
            Some(Kind::Pdf) | None => return Err(ScanError::Format),
        };
        let mut reader = ImageReader::with_format(Cursor::new(file), format);
        let mut limits = Limits::default();
        limits.max_alloc = Some(MAX_MEMORY_BYTES);
        reader.limits(limits);
        let decoder = reader.into_decoder().map_err(ScanError::Picture)?;
        let (width, height) = decoder.dimensions();
        let fits = width.max(height) <= MAX_SIDE
            && u64::from(width) * u64::from(height) <= MAX_PIXELS
            && decoder.total_bytes() <= MAX_PIXEL_BYTES;
        if !fits {
            return Err(ScanError::TooLarge);
        }
        let picture = DynamicImage::from_decoder(decoder).map_err(ScanError::Picture)?;
        let pixels = u64::from(width) * u64::from(height);
        Ok(Self { page: at_most(picture.into_luma8(), PAGE_SIDE), pixels })
    }

    /// How many pixels the file had.
    pub(crate) fn pixels(&self) -> u64 {
        self.pixels
    }

    /// The codes at each size, the largest first, and after it those that lie flat; nothing is made before it is asked for.
    pub(crate) fn looks(&self) -> impl Iterator<Item = Vec<String>> + '_ {
        let whole = |longest: &u32| codes(&at_most(self.page.clone(), *longest));
        let (largest, others) = LONGEST_SIDES.split_at(1);
        let flat = [black_and_white, by_surroundings].into_iter().map(|part| flat::read(&part(&self.page)));
        let larger = std::iter::once_with(|| self.larger().map(|page| flat::read(&black_and_white(&page))));
        largest.iter().map(whole).chain(flat).chain(larger.flatten()).chain(others.iter().map(whole))
    }

    /// A coarse page half as large again.
    fn larger(&self) -> Option<GrayImage> {
        let is_coarse = self.page.width().max(self.page.height()) <= COARSE_SIDE;
        is_coarse.then(|| resized(&self.page, 2, 3))
    }
}

/// The picture, made smaller where a side is longer.
fn at_most(picture: GrayImage, longest: u32) -> GrayImage {
    let side = picture.width().max(picture.height());
    if side <= longest { picture } else { resized(&picture, side, longest) }
}

/// Of sides that are to the old ones as `to` is to `from`.
fn resized(picture: &GrayImage, from: u32, to: u32) -> GrayImage {
    let side = |length: u32| {
        u32::try_from(u64::from(length) * u64::from(to) / u64::from(from.max(1))).unwrap_or(to).max(1)
    };
    imageops::resize(picture, side(picture.width()), side(picture.height()), FilterType::Triangle)
}

fn codes(picture: &GrayImage) -> Vec<String> {
    // At the level at which the reader itself tells black from white.
    if flat::is_crowded(&below_mean(picture, 95)) {
        return Vec::new();
    }
    let (width, height) = (picture.width(), picture.height());
    let (Ok(wide), Ok(high)) = (usize::try_from(width), usize::try_from(height)) else { return Vec::new() };
    let mut prepared = PreparedImage::prepare_from_greyscale(wide, high, |x, y| {
        let place = (u32::try_from(x).unwrap_or(0), u32::try_from(y).unwrap_or(0));
        picture.get_pixel_checked(place.0, place.1).map_or(255, |pixel| pixel.0[0])
    });
    let grids = prepared.detect_grids();
    grids.iter().take(MAX_CODES).filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}
