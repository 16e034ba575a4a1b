//! The fonts of certificates: Noto (SIL Open Font License 1.1), subset as `fonts/README.md` says.

use std::io::Read as _;
use std::sync::LazyLock;

use flate2::read::GzDecoder;
use krilla::text::Font;
use rustybuzz::Face;

const SERIF: &[u8] = include_bytes!("../../fonts/NotoSerif-Regular.ttf");
const SERIF_BOLD: &[u8] = include_bytes!("../../fonts/NotoSerif-Bold.ttf");
const NASKH: &[u8] = include_bytes!("../../fonts/NotoNaskhArabic-Regular.ttf");
const NASKH_BOLD: &[u8] = include_bytes!("../../fonts/NotoNaskhArabic-Bold.ttf");
/// Three thousand kilobytes unpacked once, when a certificate is first made.
static HAN: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let packed = include_bytes!("../../fonts/NotoSansSC-Regular.otf.gz");
    let mut bytes = Vec::new();
    // Part of the program; were it broken, characters that it has would be reported as missing.
    let _ = GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes);
    bytes
});

/// How heavy text is. Chinese has one weight, which is drawn with an outline where it is to be bold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// A font, to shape with and to write into the file.
pub(super) struct Typeface {
    pub(super) face: Face<'static>,
    pub(super) font: Font,
    /// Whether there is another font of the same script for bold letters.
    pub(super) has_bold: bool,
}

impl Typeface {
    fn read(bytes: &'static [u8]) -> Option<Self> {
        let has_bold = !std::ptr::eq(bytes, HAN.as_slice());
        Some(Self { face: Face::from_slice(bytes, 0)?, font: Font::new(bytes.into(), 0)?, has_bold })
    }

    pub(super) fn has(&self, character: char) -> bool {
        self.face.glyph_index(character).is_some()
    }
}

/// All fonts, read for one document.
pub(super) struct Typefaces {
    regular: Vec<Typeface>,
    bold: Vec<Typeface>,
}

impl Typefaces {
    pub(super) fn read() -> Self {
        let read = |files: [&'static [u8]; 3]| files.into_iter().filter_map(Typeface::read).collect();
        Self { regular: read([SERIF, NASKH, &HAN]), bold: read([SERIF_BOLD, NASKH_BOLD, &HAN]) }
    }

    /// In the order in which they are asked for a character.
    pub(super) fn of(&self, weight: Weight) -> &[Typeface] {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_six_languages_can_be_written() {
        let typefaces = Typefaces::read();
        for weight in [Weight::Regular, Weight::Bold] {
            assert_eq!(typefaces.of(weight).len(), 3);
            for character in "Aé½ßńžșŞđ Жїљ Ωή 和国际组织 هوية الموظف لا ٣ پچ – “ ” № € ‏".chars()
            {
                let found = typefaces.of(weight).iter().any(|typeface| typeface.has(character));
                assert!(found, "{character:?}");
            }
        }
    }
}
