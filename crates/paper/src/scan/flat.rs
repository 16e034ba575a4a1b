//! Codes that lie flat, as in a scan: turned, but in no perspective. Three corners say where every module of a code is, so
//! none is looked for, and codes side by side are told apart by what stands between their corners. Codes that a camera saw
//! from the side are for the general reader, which takes corners of two codes for those of a third and loses modules.
//!
//! All lengths are in 256th parts of a pixel, so that nothing is rounded to pixels on the way.

use std::collections::BTreeSet;

use image::GrayImage;
use rqrr::{Grid, SimpleGrid};

const PIXEL: i64 = 256;
/// Corners that are tried together, those that most lines go through: of twenty codes.
const MAX_CORNERS: usize = 60;
/// Corners of 32 codes, and a few that only look like one.
const CROWD: usize = 100;
/// Lines that must show a corner.
const LEAST_LINES: i64 = 3;
/// Places where two lines cross that look like a corner, and corners that they may be of; a page that is nothing but such
/// is not looked at to its end.
const MAX_HITS: usize = 20_000;
const MAX_FOUND: usize = 500;
/// Threes of corners that are looked at closely.
const MAX_SQUARES: usize = 2_000;
/// Modules along a side (ISO/IEC 18004, 5.3.1).
const SIDES: std::ops::RangeInclusive<i64> = 21..=177;

/// The texts of the codes in a picture that is black and white.
pub(super) fn read(picture: &GrayImage) -> Vec<String> {
    placed(picture).into_iter().map(|code| code.text).collect()
}

/// A code and where it lies, in pixels.
#[derive(Clone, Debug)]
pub(super) struct PlacedCode {
    pub(super) text: String,
    /// Modules along a side.
    pub(super) side: i64,
    /// The middle of its first corner, and the ways from there to those of the two others.
    pub(super) corner: [f64; 2],
    pub(super) right: [f64; 2],
    pub(super) down: [f64; 2],
}

/// The codes in a picture that is black and white, with their places.
pub(super) fn placed(picture: &GrayImage) -> Vec<PlacedCode> {
    let mut corners = corners(picture);
    corners.truncate(MAX_CORNERS);
    let (mut codes, mut used) = (Vec::new(), BTreeSet::new());
    for (square, own) in squares(&corners) {
        if own.iter().any(|corner| used.contains(corner)) {
            continue;
        }
        let found = square.sizes().find_map(|side| Some((side, square.text(picture, side)?)));
        if let Some((side, text)) = found {
            let [corner, right, down] = [square.corner, square.right, square.down].map(|at| at.map(pixels));
            codes.push(PlacedCode { text, side, corner, right, down });
            used.extend(own);
        }
    }
    codes
}

/// The middles of all corners in a picture that is black and white, and how many pixels a module of each has.
pub(super) fn marks(picture: &GrayImage) -> Vec<([f64; 2], f64)> {
    corners(picture).iter().map(|corner| (corner.middle().map(pixels), pixels(corner.module()))).collect()
}

/// Pictures have at most 14,100 pixels a side.
fn pixels(length: i64) -> f64 {
    f64::from(i32::try_from(length).unwrap_or(i32::MAX)) / 256.0
}

/// Whether a picture has more corners than any page of codes. The general reader copies it for nearly every three of them.
pub(super) fn is_crowded(picture: &GrayImage) -> bool {
    corners(picture).len() > CROWD
}

/// Corners that are in a right angle of equal sides, with their numbers; the smallest first, since the corners of a code
/// are nearer to each other than those of several.
fn squares(corners: &[Corner]) -> Vec<(Square, [usize; 3])> {
    let count = corners.len();
    let threes = (0..count).flat_map(|a| (0..a).flat_map(move |b| (0..b).map(move |c| [a, b, c])));
    let places = threes.flat_map(|[a, b, c]| [[a, b, c], [b, a, c], [c, a, b]]);
    let square = |own: [usize; 3]| {
        let [corner, one, other] = own.map(|number| corners.get(number));
        Some((Square::of(corner?, one?, other?)?, own))
    };
    let mut squares: Vec<_> = places.filter_map(square).collect();
    squares.sort_by_key(|(square, _)| square.wide());
    squares.truncate(MAX_SQUARES);
    squares
}

/// The middle of a corner's pattern.
#[derive(Clone, Copy, Debug)]
struct Corner {
    lines: i64,
    /// Sums over the lines.
    x: i64,
    y: i64,
    module: i64,
}

impl Corner {
    fn middle(&self) -> [i64; 2] {
        [self.x / self.lines.max(1), self.y / self.lines.max(1)]
    }

    fn module(&self) -> i64 {
        (self.module / self.lines.max(1)).max(1)
    }
}

/// Where lines cross dark, light, dark, light and dark in the proportions of a corner (ISO/IEC 18004, 5.3.2.1).
fn corners(picture: &GrayImage) -> Vec<Corner> {
    let mut found: Vec<Corner> = Vec::new();
    let rows = (0..picture.height()).flat_map(|y| {
        let row = runs(0..picture.width(), |x| is_black(picture, x, y));
        let hits: Vec<Pattern> = row.windows(5).filter_map(Pattern::of).collect();
        hits.into_iter().map(move |hit| (y, hit))
    });
    let crossings = rows.filter_map(|(y, across)| Some((across.crossed(picture, y)?, across)));
    for (down, across) in crossings.take(MAX_HITS) {
        add(&mut found, [across.middle, down.middle], (across.module + down.module) / 2);
    }
    found.retain(|corner| corner.lines >= LEAST_LINES);
    found.sort_by_key(|corner| std::cmp::Reverse(corner.lines));
    found
}

fn add(found: &mut Vec<Corner>, [x, y]: [i64; 2], module: i64) {
    let near = |corner: &&mut Corner| {
        let [middle_x, middle_y] = corner.middle();
        (middle_x - x).abs().max((middle_y - y).abs()) < 2 * corner.module()
    };
    let has_room = found.len() < MAX_FOUND;
    match found.iter_mut().find(near) {
        Some(corner) => {
            corner.lines += 1;
            (corner.x, corner.y, corner.module) = (corner.x + x, corner.y + y, corner.module + module);
        }
        None if has_room => found.push(Corner { lines: 1, x, y, module }),
        None => {}
    }
}

/// Stretches of one shade along a line: where each begins and ends, and whether it is black.
fn runs(along: std::ops::Range<u32>, is_black: impl Fn(u32) -> bool) -> Vec<(u32, u32, bool)> {
    let mut runs: Vec<(u32, u32, bool)> = Vec::new();
    for place in along {
        let black = is_black(place);
        match runs.last_mut().filter(|(_, _, shade)| *shade == black) {
            Some((_, end, _)) => *end = place + 1,
            None => runs.push((place, place + 1, black)),
        }
    }
    runs
}

/// Five runs that may go through the middle of a corner.
struct Pattern {
    middle: i64,
    module: i64,
    begin: i64,
    end: i64,
}

impl Pattern {
    fn of(runs: &[(u32, u32, bool)]) -> Option<Self> {
        let [first, light, core, other, last] = runs else { return None };
        let [begin, end] = [first.0, last.1].map(|place| i64::from(place) * PIXEL);
        let module = (end - begin) / 7;
        let fits = |run: &(u32, u32, bool), modules: i64| {
            let length = i64::from(run.1 - run.0) * PIXEL;
            (length - modules * module).abs() <= module * (2 + modules) / 5 + PIXEL
        };
        let is_pattern =
            first.2 && fits(core, 3) && [first, light, other, last].into_iter().all(|run| fits(run, 1));
        // The outer edges are sharper together than those of the core.
        is_pattern.then_some(Self { middle: (begin + end) / 2, module, begin, end })
    }

    /// The same pattern along the column through its middle.
    fn crossed(&self, picture: &GrayImage, y: u32) -> Option<Self> {
        let column = u32::try_from(self.middle / PIXEL).ok()?;
        // A corner that is turned by an eighth is longer by four tenths.
        let around = u32::try_from(7 * self.module / PIXEL).ok()?.saturating_add(4);
        let along = y.saturating_sub(around)..y.saturating_add(around).min(picture.height());
        let column = runs(along, |y| is_black(picture, column, y));
        let mut patterns = column.windows(5).filter_map(Self::of);
        patterns.find(|down| down.holds(i64::from(y) * PIXEL) && down.is_like(self))
    }

    fn holds(&self, place: i64) -> bool {
        (self.begin..self.end).contains(&place)
    }

    fn is_like(&self, other: &Self) -> bool {
        (self.module - other.module).abs() * 3 <= self.module.max(other.module)
    }
}

/// Where the modules of a code are: its first corner, and the ways from there to the two others.
#[derive(Clone, Copy, Debug)]
struct Square {
    corner: [i64; 2],
    right: [i64; 2],
    down: [i64; 2],
    /// Of one module.
    module: i64,
}

impl Square {
    /// Nothing where the corners are in no right angle of equal sides.
    fn of(corner: &Corner, one: &Corner, other: &Corner) -> Option<Self> {
        let from = corner.middle();
        let way = |to: &Corner| {
            let ([x, y], [from_x, from_y]) = (to.middle(), from);
            [x - from_x, y - from_y]
        };
        let (one, other, module) = (way(one), way(other), corner.module());
        let [[one_x, one_y], [other_x, other_y]] = [one, other];
        let turn = one_x * other_y - one_y * other_x;
        let (right, down) = if turn > 0 { (one, other) } else { (other, one) };
        let [wide, high] = [right, down].map(|[x, y]| x * x + y * y);
        let askew = (one_x * other_x + one_y * other_y).abs();
        let is_square = askew * 20 < wide.max(high) && (wide - high).abs() * 8 < wide.max(high) && wide > 0;
        is_square.then_some(Self { corner: from, right, down, module })
    }

    /// The way to the right, squared.
    fn wide(&self) -> i64 {
        let [x, y] = self.right;
        x * x + y * y
    }

    fn text(&self, picture: &GrayImage, side: i64) -> Option<String> {
        if !self.is_timed(picture, side) {
            return None;
        }
        let modules = usize::try_from(side).ok()?;
        let bits = SimpleGrid::from_func(modules, |x, y| self.is_black(picture, side, [x, y]));
        Grid::new(bits).decode().ok().map(|(_, text)| text)
    }

    /// Whether modules between the corners are dark and light by turns (5.3.4): only corners of one code have that.
    fn is_timed(&self, picture: &GrayImage, side: i64) -> bool {
        let Ok(end) = usize::try_from(side - 8) else { return false };
        let wrong = |place: usize, module: [usize; 2]| {
            self.is_black(picture, side, module) != place.is_multiple_of(2)
        };
        let count = (8..=end).filter(|place| wrong(*place, [*place, 6])).count()
            + (8..=end).filter(|place| wrong(*place, [6, *place])).count();
        count * 5 <= end.saturating_sub(7)
    }

    /// How many modules it may have along a side, the likeliest first. Lines along the pixels cross a turned corner on a
    /// longer way.
    fn sizes(&self) -> impl Iterator<Item = i64> + use<> {
        let [x, y] = self.right.map(i64::abs);
        let modules = (x * x + y * y) / (self.module * x.max(y)).max(1) + 7;
        let nearest = (modules - 17 + 2).div_euclid(4) * 4 + 17;
        [0, 4, -4, 8, -8].into_iter().map(move |by| nearest + by).filter(|side| SIDES.contains(side))
    }

    /// Most of nine places in a module.
    fn is_black(&self, picture: &GrayImage, side: i64, module: [usize; 2]) -> bool {
        let [column, row] = module.map(|place| i64::try_from(place).unwrap_or(i64::MAX / PIXEL));
        // From the middle of the corner, which is three and a half modules in from the edge, in quarters of modules.
        let places =
            [-1, 0, 1].into_iter().flat_map(|x| [-1, 0, 1].map(|y| (4 * column - 12 + x, 4 * row - 12 + y)));
        let at = |axis: usize, (x, y): (i64, i64)| {
            let [from, right, down] = [self.corner, self.right, self.down].map(|way| way.get(axis).copied());
            let way = (right? * x + down? * y) / (4 * (side - 7)).max(1);
            u32::try_from((from? + way).div_euclid(PIXEL)).ok()
        };
        let black = places
            .filter(|place| at(0, *place).zip(at(1, *place)).is_some_and(|(x, y)| is_black(picture, x, y)));
        black.count() >= 5
    }
}

fn is_black(picture: &GrayImage, x: u32, y: u32) -> bool {
    picture.get_pixel_checked(x, y).is_some_and(|pixel| pixel.0 == [0])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use image::{DynamicImage, Luma, imageops};

    use super::*;

    fn code(text: &str, scale: u32) -> GrayImage {
        let picture =
            image::load_from_memory(&crate::png(text, scale).unwrap()).map(DynamicImage::into_luma8);
        picture.unwrap()
    }

    #[test]
    fn codes_of_every_size_are_read_in_every_quarter() {
        for length in [5, 60, 300, 600, 1_200] {
            let text: String = ('A'..='Z').cycle().take(length).collect();
            for scale in [3, 4, 7] {
                let mut picture = code(&text, scale);
                for _ in 0..4 {
                    assert_eq!(read(&picture), [text.as_str()], "{length} {scale}");
                    picture = imageops::rotate90(&picture);
                }
            }
        }
    }

    #[test]
    fn codes_side_by_side_are_told_apart() {
        let mut page = GrayImage::from_pixel(1_000, 700, Luma([255]));
        let texts = ["FIRST", "SECOND", "THIRD", "FOURTH", "FIFTH", "SIXTH"];
        for (text, place) in texts.iter().zip(0i64..) {
            imageops::replace(&mut page, &code(text, 6), 10 + place % 3 * 190, 10 + place / 3 * 190);
        }
        let mut found = read(&page);
        found.sort_by_key(|text| texts.iter().position(|one| one == text));
        assert_eq!(found, texts);
    }

    #[test]
    fn what_is_no_code_gives_nothing() {
        for picture in [
            GrayImage::new(0, 0),
            GrayImage::from_pixel(90, 90, Luma([255])),
            GrayImage::from_fn(200, 200, |x, y| Luma([if (x / 3 + y / 3) % 2 == 0 { 0 } else { 255 }])),
        ] {
            assert!(read(&picture).is_empty());
        }
        let mut half = code("HALF OF IT", 5);
        for (_, y, pixel) in half.enumerate_pixels_mut() {
            if y > 60 {
                *pixel = Luma([255]);
            }
        }
        assert!(read(&half).is_empty());
    }
}
