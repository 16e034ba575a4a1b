//! Lines of text: both directions in one line, a font for every character, letters joined as their script joins them.

use krilla::text::{GlyphId, KrillaGlyph};
use rustybuzz::{Direction as Way, UnicodeBuffer, shape};
use unicode_bidi::{BidiInfo, Level};

use super::CertificateError;
use super::fonts::{Typefaces, Weight};

/// A line, from left to right as it is drawn. Widths are in ems.
pub(super) struct Line {
    pub(super) runs: Vec<Run>,
    pub(super) width: f32,
}

/// A piece of a line in one font and one direction.
pub(super) struct Run {
    /// Place of the font among those of the weight.
    pub(super) typeface: usize,
    pub(super) text: String,
    pub(super) glyphs: Vec<KrillaGlyph>,
    pub(super) width: f32,
}

/// Sets text.
pub(super) struct Setter<'a> {
    pub(super) typefaces: &'a Typefaces,
}

impl Setter<'_> {
    /// One line, by the Unicode Bidirectional Algorithm. Its first letter says which way it runs (UAX 9, P2): a number of
    /// digits and Latin letters is not turned round in an Arabic certificate, nor an Arabic name in a French one.
    pub(super) fn line(&self, text: &str, weight: Weight) -> Result<Line, CertificateError> {
        let bidi = BidiInfo::new(text, None);
        let mut runs = Vec::new();
        for paragraph in &bidi.paragraphs {
            let (levels, ranges) = bidi.visual_runs(paragraph, paragraph.range.clone());
            for range in ranges {
                let rightwards = levels.get(range.start).is_none_or(Level::is_ltr);
                let piece = text.get(range).unwrap_or_default();
                let mut pieces = self.by_typeface(piece, weight)?;
                if !rightwards {
                    pieces.reverse();
                }
                runs.extend(
                    pieces.into_iter().map(|(typeface, text)| self.run(typeface, text, weight, rightwards)),
                );
            }
        }
        let width = runs.iter().map(|run| run.width).sum();
        Ok(Line { runs, width })
    }

    /// Text in as few lines as fit a width, broken at spaces and between Chinese characters.
    pub(super) fn lines(&self, text: &str, weight: Weight, ems: f32) -> Result<Vec<Line>, CertificateError> {
        let (mut lines, mut begun) = (Vec::new(), String::new());
        for piece in breakable(text) {
            let longer = format!("{begun}{piece}");
            if self.line(longer.trim_end(), weight)?.width <= ems || begun.is_empty() {
                begun = longer;
            } else {
                lines.push(self.line(begun.trim_end(), weight)?);
                begun = piece.trim_start().to_owned();
            }
        }
        lines.push(self.line(begun.trim_end(), weight)?);
        Ok(lines)
    }

    /// Pieces in one font each. A font goes on as long as it has the next character.
    fn by_typeface(&self, text: &str, weight: Weight) -> Result<Vec<(usize, String)>, CertificateError> {
        let typefaces = self.typefaces.of(weight);
        let mut pieces: Vec<(usize, String)> = Vec::new();
        for character in text.chars().filter(|character| !is_invisible(*character)) {
            let has = |place: &usize| typefaces.get(*place).is_some_and(|typeface| typeface.has(character));
            let current = pieces.last().map(|(place, _)| *place).filter(has);
            let place = current.or_else(|| (0..typefaces.len()).find(has));
            let place = place.ok_or(CertificateError::Character(character))?;
            match pieces.last_mut().filter(|(last, _)| *last == place) {
                Some((_, piece)) => piece.push(character),
                None => pieces.push((place, character.to_string())),
            }
        }
        Ok(pieces)
    }

    fn run(&self, typeface: usize, text: String, weight: Weight, rightwards: bool) -> Run {
        let Some(used) = self.typefaces.of(weight).get(typeface) else {
            return Run { typeface, text, glyphs: Vec::new(), width: 0.0 };
        };
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&text);
        buffer.guess_segment_properties();
        buffer.set_direction(if rightwards { Way::LeftToRight } else { Way::RightToLeft });
        let shaped = shape(&used.face, &[], buffer);
        let clusters: Vec<usize> =
            shaped.glyph_infos().iter().filter_map(|info| usize::try_from(info.cluster).ok()).collect();
        let ems = |units: i32| f32::from(i16::try_from(units).unwrap_or_default()) / used.font.units_per_em();
        let glyphs: Vec<KrillaGlyph> = shaped
            .glyph_infos()
            .iter()
            .zip(shaped.glyph_positions())
            .zip(&clusters)
            .map(|((info, at), start)| {
                // The characters of a glyph reach to where the next cluster begins.
                let end = clusters.iter().copied().filter(|next| next > start).min().unwrap_or(text.len());
                let glyph = GlyphId::new(info.glyph_id);
                KrillaGlyph::new(
                    glyph,
                    ems(at.x_advance),
                    ems(at.x_offset),
                    ems(at.y_offset),
                    ems(at.y_advance),
                    *start..end,
                    None,
                )
            })
            .collect();
        let width = shaped.glyph_positions().iter().map(|at| ems(at.x_advance)).sum();
        Run { typeface, text, glyphs, width }
    }
}

/// Words with the spaces behind them; Chinese characters one by one.
fn breakable(text: &str) -> Vec<&str> {
    let ends = text.char_indices().filter(|(at, character)| {
        let behind = text.get(at + character.len_utf8()..).and_then(|rest| rest.chars().next());
        is_space(*character) || (is_han(*character) && !behind.is_some_and(is_closing))
    });
    let mut pieces = Vec::new();
    let mut from = 0;
    for end in ends.map(|(at, character)| at + character.len_utf8()).chain([text.len()]) {
        pieces.extend(text.get(from..end).filter(|piece| !piece.is_empty()));
        from = end;
    }
    pieces
}

/// A space at which a line may end: French has others before a colon.
fn is_space(character: char) -> bool {
    character.is_whitespace() && !matches!(character, '\u{a0}' | '\u{202f}')
}

/// No Chinese line begins with one of these.
fn is_closing(character: char) -> bool {
    "。，、；：！？）》」』”’".contains(character)
}

/// CJK Unified Ideographs with their punctuation.
fn is_han(character: char) -> bool {
    matches!(character, '\u{3001}'..='\u{9fff}' | '\u{ff01}'..='\u{ff60}')
}

/// Marks of direction have done their work before glyphs are chosen; line ends are not drawn.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || character.is_control()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::HashSet;

    use krilla::text::Glyph;

    use super::*;

    fn drawn(text: &str) -> Vec<String> {
        let typefaces = Typefaces::read();
        let setter = Setter { typefaces: &typefaces };
        let line = setter.line(text, Weight::Regular).unwrap();
        line.runs.into_iter().map(|run| run.text.trim().to_owned()).collect()
    }

    #[test]
    fn runs_stand_as_they_are_read() {
        assert_eq!(drawn("Amina 国际"), ["Amina", "国际"]);
        assert_eq!(drawn("الاسم Amina"), ["Amina", "الاسم"]);
        assert_eq!(drawn("name الاسم"), ["name", "الاسم"]);
        assert_eq!(drawn("10042-A"), ["10042-A"]);
    }

    #[test]
    fn arabic_letters_are_joined() {
        let typefaces = Typefaces::read();
        let setter = Setter { typefaces: &typefaces };
        let glyphs = |text: &str| {
            let run = setter.line(text, Weight::Regular).unwrap().runs.remove(0);
            run.glyphs.iter().map(Glyph::glyph_id).collect::<Vec<_>>()
        };
        let (word, letter) = (glyphs("ببب"), glyphs("ب"));
        let forms: HashSet<_> = word.iter().chain(&letter).collect();
        assert_eq!(forms.len(), 4, "first, middle, last and alone: {word:?} {letter:?}");
    }

    #[test]
    fn lines_break_between_words_and_between_chinese_characters() {
        let typefaces = Typefaces::read();
        let setter = Setter { typefaces: &typefaces };
        for text in ["one two three four five six seven", "联合国系统工作人员身份证明文件"] {
            let lines = setter.lines(text, Weight::Regular, 8.0).unwrap();
            assert!(lines.len() > 1 && lines.iter().all(|line| line.width <= 8.0));
        }
    }

    #[test]
    fn no_line_begins_with_what_closes_or_with_a_colon() {
        assert_eq!(breakable("versé\u{a0}: signez"), ["versé\u{a0}: ", "signez"]);
        assert_eq!(breakable("待遇。您"), ["待", "遇。", "您"]);
    }

    #[test]
    fn a_character_that_cannot_be_printed_is_named() {
        let typefaces = Typefaces::read();
        let setter = Setter { typefaces: &typefaces };
        assert!(matches!(
            setter.line("a\u{1F600}", Weight::Bold),
            Err(CertificateError::Character('\u{1F600}'))
        ));
    }
}
