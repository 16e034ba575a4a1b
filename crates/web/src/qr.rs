//! QR codes as inline SVG, drawn here so that no link ever leaves the premises to become a picture.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// An SVG of the text with a quiet zone; empty when the text does not fit a QR code (above 2,331 bytes).
#[must_use]
pub fn svg(text: &str) -> String {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else { return String::new() };
    let drawn = code
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .build();
    // Inside HTML the XML declaration is an error, and the picture needs a name for those who cannot see it.
    let from = drawn.find("<svg").unwrap_or(0);
    let inline = drawn.get(from..).unwrap_or_default();
    inline.replacen("<svg", "<svg class=\"qr\" role=\"img\" aria-label=\"QR code\"", 1)
}

/// A PNG of the text in black and white, four pixels a module, with a quiet zone; empty when the text does not fit.
#[must_use]
pub fn png(text: &str) -> Vec<u8> {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else { return Vec::new() };
    let (modules, dark) = (code.width(), code.to_colors());
    let side = (modules + 2 * QUIET_ZONE) * PIXELS;
    let mut pixels = Vec::with_capacity(side * side.div_ceil(8));
    for y in 0..side {
        let mut row = vec![0u8; side.div_ceil(8)];
        for x in 0..side {
            let (column, line) =
                ((x / PIXELS).wrapping_sub(QUIET_ZONE), (y / PIXELS).wrapping_sub(QUIET_ZONE));
            let inside = column < modules && line < modules;
            let is_dark = inside && dark.get(line * modules + column) == Some(&qrcode::Color::Dark);
            if let Some(byte) = row.get_mut(x / 8).filter(|_| !is_dark) {
                *byte |= 0x80 >> (x % 8);
            }
        }
        pixels.extend(row);
    }
    encoded(u32::try_from(side).unwrap_or(0), &pixels).unwrap_or_default()
}

fn encoded(side: u32, pixels: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}

/// Modules of white around a code (ISO/IEC 18004, 6.3.8).
const QUIET_ZONE: usize = 4;
const PIXELS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_inline_svg() {
        let drawn = svg("https://example.org/offer?x=1");
        assert!(drawn.starts_with("<svg class=\"qr\"") && drawn.ends_with("</svg>"));
        assert!(!drawn.contains("style="));
    }

    #[test]
    #[allow(clippy::unwrap_used)]
    fn png_is_the_code_in_black_on_white() {
        let file = png("https://example.org/");
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let code = QrCode::with_error_correction_level("https://example.org/", EcLevel::M).unwrap();
        assert_eq!(info.width as usize, (code.width() + 8) * 4);
        let at = |x: usize, y: usize| pixels[y * info.line_size + x / 8] >> (7 - x % 8) & 1;
        assert_eq!(at(0, 0), 1, "the quiet zone is white");
        for (place, color) in code.to_colors().into_iter().enumerate() {
            let (x, y) = ((place % code.width() + 4) * 4 + 2, (place / code.width() + 4) * 4 + 2);
            assert_eq!(at(x, y) == 0, color == qrcode::Color::Dark);
        }
    }

    #[test]
    fn too_long_a_text_gives_nothing() {
        assert_eq!(svg(&"x".repeat(5000)), "");
        assert!(png(&"x".repeat(5000)).is_empty());
    }
}
