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
    fn too_long_a_text_gives_nothing() {
        assert_eq!(svg(&"x".repeat(5000)), "");
    }
}
