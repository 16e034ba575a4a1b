//! Pictures from strangers, decoded within limits.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// RGB, 8 bits a channel, rows from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

/// What a picture may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub bytes: usize,
    /// Pixels on either side.
    pub side: usize,
    /// Scans of a progressive JPEG: each costs a pass over the whole picture.
    pub scans: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureFault {
    #[error("the picture has more than {0} bytes")]
    TooLong(usize),
    #[error("the picture is wider or higher than {0} pixels")]
    TooLarge(usize),
    #[error("the picture is smaller than {0} pixels")]
    TooSmall(usize),
    #[error("the picture is not a readable JPEG")]
    Unreadable,
}

/// Less than this cannot hold a face.
const SMALLEST: usize = 32;

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 2 * 1024 * 1024, side: 4096, scans: 30 }
    }
}

impl Picture {
    /// Decodes a JPEG. Its size is judged by the header, before memory is taken for the pixels.
    pub fn from_jpeg(bytes: &[u8], limits: Limits) -> Result<Self, PictureFault> {
        if bytes.len() > limits.bytes {
            return Err(PictureFault::TooLong(limits.bytes));
        }
        // The decoder calls a picture beyond its own limit unreadable; a person should hear that it is too large.
        let options = DecoderOptions::new_safe()
            .set_max_width(usize::from(u16::MAX))
            .set_max_height(usize::from(u16::MAX))
            .set_strict_mode(true)
            .jpeg_set_max_scans(limits.scans)
            .jpeg_set_out_colorspace(ColorSpace::RGB);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
        decoder.decode_headers().map_err(|_| PictureFault::Unreadable)?;
        let size = decoder.info().ok_or(PictureFault::Unreadable)?;
        let (width, height) = (usize::from(size.width), usize::from(size.height));
        if width > limits.side || height > limits.side {
            return Err(PictureFault::TooLarge(limits.side));
        }
        let rgb = decoder.decode().map_err(|_| PictureFault::Unreadable)?;
        Self::from_rgb(width, height, rgb)
    }

    /// Takes pixels that are decoded already.
    pub fn from_rgb(width: usize, height: usize, rgb: Vec<u8>) -> Result<Self, PictureFault> {
        if width.min(height) < SMALLEST {
            return Err(PictureFault::TooSmall(SMALLEST));
        }
        match width.checked_mul(height).and_then(|pixels| pixels.checked_mul(3)) == Some(rgb.len()) {
            true => Ok(Self { width, height, rgb }),
            false => Err(PictureFault::Unreadable),
        }
    }

    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// One pixel, or nothing beyond the edge.
    /// Rows from the top, three bytes a pixel.
    #[must_use]
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    pub(crate) fn pixel(&self, x: i32, y: i32) -> Option<[f32; 3]> {
        let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        if x >= self.width || y >= self.height {
            return None;
        }
        let at = (y * self.width + x) * 3;
        let [red, green, blue] = self.rgb.get(at..at + 3)?.try_into().ok()?;
        Some([f32::from(red), f32::from(green), f32::from(blue)])
    }
}

impl std::fmt::Debug for Picture {
    /// Never the pixels.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Picture({} x {})", self.width, self.height)
    }
}

#[cfg(test)]
mod tests;
