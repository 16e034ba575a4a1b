//! Forms that came back: which form a page is, and the area in which the person signed, cut out straight.
//!
//! The code says which form it is and roughly how the page lies; the four marks say exactly where the area is. Neither is
//! looked for by the words on the page, so a form reads alike in every language, upside down and a little askew.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, ImageFormat, Luma};
use rqrr::PreparedImage;
use sha2::{Digest as _, Sha256};

use super::flat::{self, PlacedCode};
use super::threshold::{below_mean, black_and_white, by_surroundings};
use super::{Picture, ScanError, at_most};
use crate::form::{ACTING, Area, CODE, FORM_PREFIX, MARK_MODULE, MARKED, SIGNATURE};
use crate::kind::Kind;
use crate::pdf::{PdfError, jpegs};
use crate::read::ReadError;

/// Longer files are refused unread: twenty pages in grey at 300 dots an inch have some 20 MB.
pub const MAX_FORM_FILE_BYTES: usize = 32 * 1024 * 1024;
/// Pages of one file that are looked at; more are refused.
pub const MAX_FORM_PAGES: usize = 20;
/// Of all pages of a file together: twenty of A4 at 300 dots an inch.
const MAX_PIXELS_OF_FILE: u64 = 180_000_000;
/// Pixels of the cut-out area for a point of the page: 216 dots an inch.
const PIXELS_A_POINT: f32 = 3.0;
/// The longest side of the page as it is shown to people.
const SHOWN_SIDE: u32 = 1_400;
const SHOWN_QUALITY: u8 = 60;
/// How far from where the code lets it expect a mark may lie, in points.
const ASTRAY: f64 = 45.0;
/// Dark places in ten thousand from which on a person has written something.
const SIGNED: u64 = 20;

/// One page of a file.
#[derive(Clone, Debug)]
pub struct ScannedPage {
    /// SHA-256 of the picture as it stood in the file.
    pub digest: [u8; 32],
    /// The page for people, as a small JPEG in grey; nothing where the picture could not be read.
    pub shown: Option<Vec<u8>>,
    pub form: Result<ScannedForm, PageFault>,
}

/// A form that was found.
#[derive(Clone, Debug)]
pub struct ScannedForm {
    /// The whole text of its code.
    pub code: String,
    /// The area with signature, day, place and who acts for the person, straight, as a PNG; nothing where the marks were not found.
    pub area: Option<Vec<u8>>,
    /// Whether there is something written in the place of the signature; `None` without the area.
    pub is_signed: Option<bool>,
}

/// Why no form was found on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageFault {
    #[error(
        "the picture cannot be read or is too large; scan the page again in grey at 200 to 300 dots an inch"
    )]
    Picture,
    #[error(
        "no code of a form is on this page; enter it by the number below the code, or scan the page again"
    )]
    NoCode,
    #[error("there are codes of two forms on this page; scan each page by itself")]
    Several,
}

/// The pages of a scan: a picture (PNG or JPEG), or a PDF whose pages are JPEG pictures. A page that gives nothing says
/// why and keeps none of the others back.
pub fn forms(file: &[u8]) -> Result<Vec<ScannedPage>, ReadError> {
    if file.len() > MAX_FORM_FILE_BYTES {
        return Err(PdfError::TooLong.into());
    }
    let pictures = match Kind::of(file) {
        Some(Kind::Png | Kind::Jpeg) => vec![file],
        Some(Kind::Pdf) => jpegs(file, MAX_FORM_FILE_BYTES)?,
        None => return Err(ReadError::OtherKind),
    };
    if pictures.len() > MAX_FORM_PAGES {
        return Err(PdfError::TooMuch.into());
    }
    let mut left = MAX_PIXELS_OF_FILE;
    let mut pages = Vec::with_capacity(pictures.len());
    for bytes in pictures {
        let digest = Sha256::digest(bytes).into();
        let picture = match Picture::decode(bytes) {
            Ok(picture) => picture,
            Err(
                ScanError::TooLong
                | ScanError::TooLarge
                | ScanError::Format
                | ScanError::Picture(_)
                | ScanError::NoCode,
            ) => {
                pages.push(ScannedPage { digest, shown: None, form: Err(PageFault::Picture) });
                continue;
            }
        };
        left = left.checked_sub(picture.pixels()).ok_or(PdfError::TooMuch)?;
        pages.push(ScannedPage { digest, shown: shown(&picture.page), form: form(&picture.page) });
    }
    Ok(pages)
}

fn shown(page: &GrayImage) -> Option<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    let small = at_most(page.clone(), SHOWN_SIDE);
    JpegEncoder::new_with_quality(&mut bytes, SHOWN_QUALITY).encode_image(&small).ok()?;
    Some(bytes.into_inner())
}

fn form(page: &GrayImage) -> Result<ScannedForm, PageFault> {
    let code = find_code(page)?;
    let quad =
        [black_and_white, by_surroundings].into_iter().find_map(|part| code.marks(&flat::marks(&part(page))));
    let area = quad.map(|quad| cut_out(page, &quad));
    let is_signed = area.as_ref().map(is_signed);
    Ok(ScannedForm { code: code.text, area: area.and_then(|area| png(&area)), is_signed })
}

fn png(picture: &GrayImage) -> Option<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).ok()?;
    Some(bytes.into_inner())
}

/// The code of a form and how the page lies by it.
struct Lie {
    text: String,
    /// A point of the page, and where it is in the picture.
    from: [f64; 2],
    at: [f64; 2],
    /// What a point to the right and a point down on the page are in pixels.
    right: [f64; 2],
    down: [f64; 2],
}

/// Flat codes first, since a scanner has no perspective; then what the general reader finds in a photograph.
fn find_code(page: &GrayImage) -> Result<Lie, PageFault> {
    for part in [black_and_white, by_surroundings] {
        if let Some(found) = only(flat::placed(&part(page)).iter().map(Lie::of_flat))? {
            return Ok(found);
        }
    }
    let larger = super::resized(page, 2, 3);
    if page.width().max(page.height()) <= super::COARSE_SIDE
        && let Some(found) =
            only(flat::placed(&black_and_white(&larger)).iter().map(|code| Lie::of_flat(&smaller(code))))?
    {
        return Ok(found);
    }
    for longest in super::LONGEST_SIDES {
        if let Some(found) = only(grids(page, longest).into_iter())? {
            return Ok(found);
        }
    }
    Err(PageFault::NoCode)
}

/// The one form among the codes; other codes on the page say nothing.
fn only(codes: impl Iterator<Item = Lie>) -> Result<Option<Lie>, PageFault> {
    let mut found: Option<Lie> = None;
    for code in codes.filter(|code| code.text.starts_with(FORM_PREFIX)) {
        if found.as_ref().is_some_and(|found| found.text != code.text) {
            return Err(PageFault::Several);
        }
        found = Some(code);
    }
    Ok(found)
}

fn smaller(code: &PlacedCode) -> PlacedCode {
    let scale = |at: [f64; 2]| at.map(|length| length / 1.5);
    PlacedCode {
        corner: scale(code.corner),
        right: scale(code.right),
        down: scale(code.down),
        ..code.clone()
    }
}

fn grids(page: &GrayImage, longest: u32) -> Vec<Lie> {
    let picture = at_most(page.clone(), longest);
    if flat::is_crowded(&below_mean(&picture, 95)) {
        return Vec::new();
    }
    let (Ok(wide), Ok(high)) = (usize::try_from(picture.width()), usize::try_from(picture.height())) else {
        return Vec::new();
    };
    let mut prepared = PreparedImage::prepare_from_greyscale(wide, high, |x, y| {
        let place = (u32::try_from(x).unwrap_or(0), u32::try_from(y).unwrap_or(0));
        picture.get_pixel_checked(place.0, place.1).map_or(255, |pixel| pixel.0[0])
    });
    let scale = f64::from(page.width()) / f64::from(picture.width().max(1));
    let lie = |grid: &rqrr::Grid<_>| {
        let (_, text) = grid.decode().ok()?;
        let [from, right, _, down] = grid.bounds.map(|at| [f64::from(at.x) * scale, f64::from(at.y) * scale]);
        let side = f64::from(CODE.wide);
        let way = |to: [f64; 2]| [(to[0] - from[0]) / side, (to[1] - from[1]) / side];
        let corner = [f64::from(CODE.left), f64::from(CODE.top)];
        Some(Lie { text, from: corner, at: from, right: way(right), down: way(down) })
    };
    prepared.detect_grids().iter().take(super::MAX_CODES).filter_map(lie).collect()
}

impl Lie {
    fn of_flat(code: &PlacedCode) -> Self {
        let side = f64::from(i32::try_from(code.side).unwrap_or(i32::MAX));
        let module = f64::from(CODE.wide) / side;
        // From the middle of a corner to that of the next.
        let apart = (side - 7.0) * module;
        let way = |[x, y]: [f64; 2]| [x / apart, y / apart];
        let from = [f64::from(CODE.left) + 3.5 * module, f64::from(CODE.top) + 3.5 * module];
        Self { text: code.text.clone(), from, at: code.corner, right: way(code.right), down: way(code.down) }
    }

    /// Where a point of the page is in the picture, as far as the code alone can tell.
    fn place(&self, (x, y): (f32, f32)) -> [f64; 2] {
        let (across, below) = (f64::from(x) - self.from[0], f64::from(y) - self.from[1]);
        [
            self.at[0] + self.right[0] * across + self.down[0] * below,
            self.at[1] + self.right[1] * across + self.down[1] * below,
        ]
    }

    /// The middles of the four marks, clockwise from the upper left one of the page. One of them may be lost under a
    /// stamp or a staple: three say where the fourth is.
    fn marks(&self, found: &[([f64; 2], f64)]) -> Option<[[f64; 2]; 4]> {
        let point = (self.right[0].hypot(self.right[1]) + self.down[0].hypot(self.down[1])) / 2.0;
        let module = f64::from(MARK_MODULE) * point;
        let near = |corner: (f32, f32)| {
            let wanted = self.place(corner);
            let away = |at: &[f64; 2]| (at[0] - wanted[0]).hypot(at[1] - wanted[1]);
            let alike = found.iter().filter(|(_, of)| (0.5..2.0).contains(&(of / module))).map(|(at, _)| *at);
            let nearest = alike.min_by(|one, other| away(one).total_cmp(&away(other)));
            nearest.filter(|at| away(at) <= ASTRAY * point)
        };
        let add = |one: [f64; 2], other: [f64; 2], less: [f64; 2]| {
            [one[0] + other[0] - less[0], one[1] + other[1] - less[1]]
        };
        let quad = match MARKED.corners().map(near) {
            [Some(a), Some(b), Some(c), Some(d)] => [a, b, c, d],
            [None, Some(b), Some(c), Some(d)] => [add(b, d, c), b, c, d],
            [Some(a), None, Some(c), Some(d)] => [a, add(a, c, d), c, d],
            [Some(a), Some(b), None, Some(d)] => [a, b, add(b, d, a), d],
            [Some(a), Some(b), Some(c), None] => [a, b, c, add(a, c, b)],
            _ => return None,
        };
        is_plausible(&quad).then_some(quad)
    }
}

/// As wide for its height as it was printed, within a quarter: a page in perspective is cut out as well.
fn is_plausible([a, b, c, d]: &[[f64; 2]; 4]) -> bool {
    let apart = |one: &[f64; 2], other: &[f64; 2]| (one[0] - other[0]).hypot(one[1] - other[1]);
    let wide = apart(a, b) + apart(d, c);
    let high = apart(a, d) + apart(b, c);
    let printed = f64::from(MARKED.wide) / f64::from(MARKED.high);
    high > 1.0 && (0.75..1.33).contains(&(wide / high / printed))
}

/// The area between the marks and the row below them, straight: each of its pixels is looked up where the projective map of a square to the
/// four marks puts it (Heckbert 1989, 2.2).
fn cut_out(page: &GrayImage, &[p0, p1, p2, p3]: &[[f64; 2]; 4]) -> GrayImage {
    let ([x0, y0], [x1, y1], [x2, y2], [x3, y3]) = (p0, p1, p2, p3);
    let (dx1, dx2, sum_x) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
    let (dy1, dy2, sum_y) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
    let turn = dx1 * dy2 - dx2 * dy1;
    let (g, h) = match turn.abs() > f64::EPSILON {
        true => ((sum_x * dy2 - dx2 * sum_y) / turn, (dx1 * sum_y - sum_x * dy1) / turn),
        false => (0.0, 0.0),
    };
    let (wide, high) = (steps(MARKED.wide), steps(MARKED.high));
    let with_row = steps(ACTING.top + ACTING.high - MARKED.top);
    GrayImage::from_fn(wide, with_row, |column, row| {
        let (u, v) = (f64::from(column) / f64::from(wide), f64::from(row) / f64::from(high));
        let scale = g * u + h * v + 1.0;
        let x = ((x1 - x0 + g * x1) * u + (x3 - x0 + h * x3) * v + x0) / scale;
        let y = ((y1 - y0 + g * y1) * u + (y3 - y0 + h * y3) * v + y0) / scale;
        Luma([shade(page, x, y)])
    })
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths on a page are small")]
fn steps(points: f32) -> u32 {
    (points * PIXELS_A_POINT).round() as u32
}

/// Between the four pixels around a place; white beside the page.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded before")]
fn shade(page: &GrayImage, x: f64, y: f64) -> u8 {
    let sides = (f64::from(page.width()), f64::from(page.height()));
    if !(0.0..sides.0).contains(&x) || !(0.0..sides.1).contains(&y) {
        return u8::MAX;
    }
    let (left, top) = (x.floor() as u32, y.floor() as u32);
    let (to_right, to_bottom) = (x - x.floor(), y - y.floor());
    let at = |x: u32, y: u32| {
        let (x, y) = (x.min(page.width().saturating_sub(1)), y.min(page.height().saturating_sub(1)));
        page.get_pixel_checked(x, y).map_or(255.0, |pixel| f64::from(pixel.0[0]))
    };
    let upper = at(left, top) * (1.0 - to_right) + at(left + 1, top) * to_right;
    let lower = at(left, top + 1) * (1.0 - to_right) + at(left + 1, top + 1) * to_right;
    (upper * (1.0 - to_bottom) + lower * to_bottom).round() as u8
}

/// Whether the place of the signature has dark strokes. It says nothing of whose they are: an officer looks.
fn is_signed(area: &GrayImage) -> bool {
    let Area { left, top, wide, high } = SIGNATURE;
    // A little inside of the printed line around it.
    let inset = 5.0;
    let (from_x, from_y) = (steps(left - MARKED.left + inset), steps(top - MARKED.top + inset));
    let (to_x, to_y) = (from_x + steps(wide - 2.0 * inset), from_y + steps(high - 2.0 * inset));
    let mut shades: Vec<u8> = (from_y..to_y)
        .flat_map(|y| {
            (from_x..to_x).filter_map(move |x| area.get_pixel_checked(x, y).map(|pixel| pixel.0[0]))
        })
        .collect();
    shades.sort_unstable();
    // Paper is what most of the place is.
    let paper = shades.get(shades.len() / 2).copied().unwrap_or(u8::MAX);
    let dark = shades.iter().filter(|shade| u16::from(**shade) * 10 < u16::from(paper) * 6).count();
    let (dark, all) =
        (u64::try_from(dark).unwrap_or(u64::MAX), u64::try_from(shades.len()).unwrap_or(u64::MAX));
    dark.saturating_mul(10_000) >= all.saturating_mul(SIGNED) && dark > 0
}
