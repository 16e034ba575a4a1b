//! Where everything stands on pages of A4.

use krilla::Document;
use krilla::page::PageSettings;
use qrcode::{EcLevel, QrCode};
use sha2::{Digest as _, Sha256};

use super::fonts::{Typefaces, Weight};
use super::pen::{BLUE, Colour, HAIR, INK, MUTED, Pen, Style, length};
use super::text::{Line, Setter};
use super::{Certificate, CertificateError, Direction, Fact};
use crate::parts::coarse_parts;

/// A4.
const SIZE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 60.0;
const WIDTH: f32 = SIZE.0 - 2.0 * MARGIN;
const TOP: f32 = 62.0;
const BOTTOM: f32 = SIZE.1 - 64.0;
const MAX_PAGES: usize = 12;

/// Side by side, each 50 mm wide with more than its quiet zone between them.
const CODES_IN_ROW: usize = 3;
const CODE_GAP: f32 = 20.0;
const CODE_SIDE: f32 = (WIDTH - 2.0 * CODE_GAP) / 3.0;
const CODE_ROW: f32 = CODE_SIDE + 22.0;

const LABEL_WIDTH: f32 = 150.0;
const TITLE: Style = Style { size: 25.0, weight: Weight::Bold, colour: INK };
const ISSUER: Style = Style { size: 12.0, weight: Weight::Regular, colour: BLUE };
const LABEL: Style = Style { size: 9.5, weight: Weight::Regular, colour: MUTED };
const VALUE: Style = Style { size: 11.5, weight: Weight::Bold, colour: INK };
const NOTE: Style = Style { size: 9.0, weight: Weight::Regular, colour: INK };
const SMALL: Style = Style { size: 7.5, weight: Weight::Regular, colour: MUTED };
/// From baseline to baseline, in ems; Arabic needs more than Latin.
const LEADING: f32 = 1.5;

/// Something that is not broken over two pages.
enum Block {
    Mark,
    Centred(Line, Style),
    Rule {
        width: f32,
        height: f32,
        colour: Colour,
    },
    Fact {
        label: Vec<Line>,
        value: Vec<Line>,
    },
    Note(Line),
    Codes(Vec<(String, QrCode)>),
    Gap(f32),
    /// As much room as is left over when everything fits one page.
    Spring,
}

impl Block {
    fn height(&self) -> f32 {
        match self {
            Self::Mark => 54.0,
            Self::Centred(_, style) => style.size * LEADING,
            Self::Rule { height, .. } => *height,
            Self::Fact { label, value } => {
                (length(label.len()) * LABEL.size).max(length(value.len()) * VALUE.size) * LEADING + 9.0
            }
            Self::Note(_) => NOTE.size * LEADING,
            Self::Codes(_) => CODE_ROW,
            Self::Gap(height) => *height,
            Self::Spring => 0.0,
        }
    }
}

/// Draws every page.
pub(super) fn draw(document: &mut Document, what: &Certificate<'_>) -> Result<(), CertificateError> {
    let typefaces = Typefaces::read();
    let setter = Setter { typefaces: &typefaces };
    let pages = paginate(blocks(&setter, what)?)?;
    let count = pages.len();
    for (number, blocks) in (1..).zip(&pages) {
        let settings = PageSettings::from_wh(SIZE.0, SIZE.1);
        let settings =
            settings.ok_or_else(|| CertificateError::Archive("the page has no size".to_owned()))?;
        let foot = setter
            .line(&format!("{} · SHA-256 {}", what.file_name, digest(what.credential)), SMALL.weight)?;
        let place = setter.line(&format!("{number} / {count}"), SMALL.weight)?;
        let mut page = document.start_page_with(settings);
        let pen = Pen { surface: page.surface(), typefaces: &typefaces };
        draw_page(pen, blocks, [&foot, &place], what.direction);
        page.finish();
    }
    Ok(())
}

/// Frame, foot and everything on one page; the pen is put down at its end.
fn draw_page(mut pen: Pen<'_, '_>, blocks: &[Block], [foot, place]: [&Line; 2], direction: Direction) {
    pen.frame(30.0, SIZE, 1.4, BLUE);
    pen.frame(34.5, SIZE, 0.5, BLUE);
    pen.line(foot, MARGIN, BOTTOM + 18.0, SMALL);
    pen.line(place, SIZE.0 - MARGIN - place.width * SMALL.size, BOTTOM + 18.0, SMALL);
    let mut top = TOP;
    for block in blocks {
        draw_block(&mut pen, block, top, direction);
        top += block.height();
    }
    pen.surface.finish();
}

fn blocks(setter: &Setter<'_>, what: &Certificate<'_>) -> Result<Vec<Block>, CertificateError> {
    let mut blocks = vec![Block::Mark];
    let centred = |text: &str, style: Style| -> Result<Vec<Block>, CertificateError> {
        let lines = setter.lines(text, style.weight, WIDTH / style.size)?;
        Ok(lines.into_iter().map(|line| Block::Centred(line, style)).collect())
    };
    blocks.extend(centred(what.title, TITLE)?);
    blocks.extend(centred(what.issuer, ISSUER)?);
    blocks.push(Block::Gap(10.0));
    blocks.push(Block::Rule { width: 72.0, height: 2.0, colour: BLUE });
    blocks.push(Block::Gap(22.0));
    for Fact { label, value } in what.facts {
        blocks.push(Block::Fact {
            label: setter.lines(label, LABEL.weight, (LABEL_WIDTH - 12.0) / LABEL.size)?,
            value: setter.lines(value, VALUE.weight, (WIDTH - LABEL_WIDTH) / VALUE.size)?,
        });
    }
    blocks.push(Block::Spring);
    blocks.push(Block::Gap(12.0));
    for note in what.notes {
        let lines = setter.lines(note, NOTE.weight, WIDTH / NOTE.size)?;
        blocks.extend(lines.into_iter().map(Block::Note));
        blocks.push(Block::Gap(4.0));
    }
    blocks.push(Block::Gap(10.0));
    blocks.extend(codes(what.credential)?);
    Ok(blocks)
}

fn codes(credential: &str) -> Result<Vec<Block>, CertificateError> {
    let parts = coarse_parts(credential)?;
    let count = parts.len();
    let drawn = (1..).zip(parts).map(|(number, part): (usize, String)| {
        let code = QrCode::with_error_correction_level(part, EcLevel::M)?;
        Ok((format!("{number} / {count}"), code))
    });
    let mut codes = drawn.collect::<Result<Vec<_>, CertificateError>>()?.into_iter().peekable();
    let mut rows = Vec::new();
    while codes.peek().is_some() {
        rows.push(Block::Codes(codes.by_ref().take(CODES_IN_ROW).collect()));
    }
    Ok(rows)
}

/// Blocks by page. On a single page what follows the facts stands at its foot.
fn paginate(blocks: Vec<Block>) -> Result<Vec<Vec<Block>>, CertificateError> {
    let left = BOTTOM - TOP - blocks.iter().map(Block::height).sum::<f32>();
    let mut pages = Vec::new();
    let (mut page, mut used) = (Vec::new(), 0.0);
    for block in blocks {
        let block = if matches!(block, Block::Spring) { Block::Gap(left.max(0.0)) } else { block };
        if used + block.height() > BOTTOM - TOP {
            pages.push(std::mem::take(&mut page));
            used = 0.0;
        }
        used += block.height();
        page.push(block);
    }
    pages.push(page);
    if pages.len() > MAX_PAGES { Err(CertificateError::TooLong) } else { Ok(pages) }
}

fn draw_block(pen: &mut Pen<'_, '_>, block: &Block, top: f32, direction: Direction) {
    match block {
        Block::Mark => pen.mark((SIZE.0 - 40.0) / 2.0, top, 40.0),
        Block::Centred(line, style) => {
            pen.line(line, (SIZE.0 - line.width * style.size) / 2.0, top + style.size * 1.1, *style);
        }
        Block::Rule { width, height, colour } => {
            pen.rectangle((SIZE.0 - width) / 2.0, top, *width, *height, *colour);
        }
        Block::Fact { label, value } => draw_fact(pen, label, value, top, direction),
        Block::Note(line) => column(pen, std::slice::from_ref(line), (MARGIN, WIDTH), top, NOTE, direction),
        Block::Codes(codes) => draw_codes(pen, codes, top, direction),
        Block::Gap(_) | Block::Spring => {}
    }
}

fn draw_fact(pen: &mut Pen<'_, '_>, label: &[Line], value: &[Line], top: f32, direction: Direction) {
    let values = WIDTH - LABEL_WIDTH;
    let (label_at, value_at) = match direction {
        Direction::LeftToRight => (MARGIN, MARGIN + LABEL_WIDTH),
        Direction::RightToLeft => (MARGIN + values, MARGIN),
    };
    pen.rectangle(MARGIN, top, WIDTH, 0.5, HAIR);
    // Both begin on one baseline although their sizes differ.
    let lower = (VALUE.size - LABEL.size) * 1.1;
    column(pen, label, (label_at, LABEL_WIDTH), top + 5.0 + lower, LABEL, direction);
    column(pen, value, (value_at, values), top + 5.0, VALUE, direction);
}

/// Lines below each other, from the side on which the language begins.
fn column(
    pen: &mut Pen<'_, '_>,
    lines: &[Line],
    (left, width): (f32, f32),
    top: f32,
    style: Style,
    direction: Direction,
) {
    for (number, line) in lines.iter().enumerate() {
        let baseline = top + style.size * (1.1 + LEADING * length(number));
        let x = match direction {
            Direction::LeftToRight => left,
            Direction::RightToLeft => left + width - line.width * style.size,
        };
        pen.line(line, x, baseline, style);
    }
}

fn draw_codes(pen: &mut Pen<'_, '_>, codes: &[(String, QrCode)], top: f32, direction: Direction) {
    for (place, (caption, code)) in codes.iter().enumerate() {
        let from_start = length(place) * (CODE_SIDE + CODE_GAP);
        let left = match direction {
            Direction::LeftToRight => MARGIN + from_start,
            Direction::RightToLeft => SIZE.0 - MARGIN - CODE_SIDE - from_start,
        };
        pen.code(code, left, top, CODE_SIDE);
        let setter = Setter { typefaces: pen.typefaces };
        // Digits and a stroke, which every font has.
        if let Ok(line) = setter.line(caption, SMALL.weight) {
            pen.line(
                &line,
                left + (CODE_SIDE - line.width * SMALL.size) / 2.0,
                top + CODE_SIDE + 14.0,
                SMALL,
            );
        }
    }
}

/// The same eight bytes that the codes carry.
fn digest(credential: &str) -> String {
    Sha256::digest(credential.as_bytes()).iter().take(8).map(|byte| format!("{byte:02X}")).collect()
}
