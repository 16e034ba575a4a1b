//! The slip of an invitation at the foot of a letter: number, code and address in large letters beside the code of the address.
//!
//! It is the same in every language but for the words and the side from which they run.

use qrcode::{EcLevel, QrCode};

use super::fonts::Weight;
use super::letter::{Desk, MARGIN, Placed, WIDTH, outline, placed};
use super::pen::{INK, MUTED, Pen, Style};
use super::{CertificateError, Direction};
use crate::form::Area;

const FRAME: Area = Area { left: MARGIN, top: 592.0, wide: WIDTH, high: 178.0 };
const SIDE: f32 = 134.0;
const CODE: Area = Area { left: MARGIN + WIDTH - SIDE - 20.0, top: FRAME.top + 22.0, wide: SIDE, high: SIDE };
const COLUMN: (f32, f32) = (MARGIN + 16.0, CODE.left - MARGIN - 36.0);
/// Where each label stands; its value is below it.
const TOPS: [f32; 3] = [FRAME.top + 9.0, FRAME.top + 57.0, FRAME.top + 113.0];
const LABEL: Style = Style { size: 10.0, weight: Weight::Regular, colour: MUTED };
const LABEL_HIGH: f32 = 13.0;
const VALUES: [Style; 3] = [
    Style { size: 21.0, weight: Weight::Bold, colour: INK },
    Style { size: 26.0, weight: Weight::Bold, colour: INK },
    Style { size: 11.0, weight: Weight::Bold, colour: INK },
];
/// The body of such a letter ends above it.
pub(super) const ABOVE: f32 = FRAME.top - 8.0;
/// It is read by old people: larger than others, where it fits.
pub(super) const BODY_SIZES: [f32; 6] = [13.0, 12.5, 12.0, 11.5, 11.0, 10.5];

/// What a person needs to begin.
#[derive(Clone, Debug)]
pub struct Slip<'a> {
    /// What the code of the picture says: an address without any secret.
    pub link: &'a str,
    /// Number, code and address, each with the words above it.
    pub fields: [(&'a str, &'a str); 3],
}

/// The slip as it is put on a page.
pub(super) struct Set {
    code: QrCode,
    pub(super) texts: Vec<Placed>,
}

pub(super) fn set(
    desk: &mut Desk<'_>,
    slip: &Slip<'_>,
    direction: Direction,
) -> Result<Set, CertificateError> {
    let mut texts = Vec::new();
    for (((label, value), top), style) in slip.fields.iter().zip(TOPS).zip(VALUES) {
        texts.push(placed(desk, label, LABEL, (COLUMN.0, top, COLUMN.1), direction)?);
        let mut top = top + LABEL_HIGH;
        let (style, lines) = fitting(desk, value, style)?;
        for line in lines {
            let line = placed(desk, &line, style, (COLUMN.0, top, COLUMN.1), direction)?;
            top = line.bottom();
            texts.push(line);
        }
        if top > FRAME.top + FRAME.high {
            return Err(CertificateError::TooLong);
        }
    }
    Ok(Set { code: QrCode::with_error_correction_level(slip.link, EcLevel::M)?, texts })
}

/// An address has no spaces: it is broken behind a stroke, a question mark or an equals sign, where a reader sees that it goes on.
fn in_lines(desk: &mut Desk<'_>, text: &str, style: Style) -> Result<Option<Vec<String>>, CertificateError> {
    let (mut lines, mut begun) = (Vec::new(), String::new());
    for piece in text.split_inclusive(['/', '?', '=', '&']) {
        let longer = format!("{begun}{piece}");
        if fits(desk, &longer, style)? {
            begun = longer;
            continue;
        }
        if !fits(desk, piece, style)? {
            return Ok(None);
        }
        lines.push(std::mem::replace(&mut begun, piece.to_owned()));
    }
    lines.push(begun);
    Ok(Some(lines))
}

fn fits(desk: &mut Desk<'_>, text: &str, style: Style) -> Result<bool, CertificateError> {
    let set = desk.lines(text, style, f32::MAX)?;
    Ok(set.iter().all(|line| line.width * style.size <= COLUMN.1))
}

/// A value in its size, or in a smaller one where a name of a host is too long for the column.
fn fitting(desk: &mut Desk<'_>, text: &str, style: Style) -> Result<(Style, Vec<String>), CertificateError> {
    for smaller in [1.0, 0.8, 0.65] {
        let style = Style { size: style.size * smaller, ..style };
        if let Some(lines) = in_lines(desk, text, style)? {
            return Ok((style, lines));
        }
    }
    Err(CertificateError::TooLong)
}

pub(super) fn draw(pen: &mut Pen<'_, '_>, set: &Set) {
    outline(pen, FRAME);
    pen.code(&set.code, CODE.left, CODE.top, CODE.wide);
}
