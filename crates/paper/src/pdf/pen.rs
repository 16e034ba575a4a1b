//! What is drawn on a page. Lengths are in points, from the upper left corner.

use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect, Transform};
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, FillRule, LineCap, Stroke};
use krilla::surface::Surface;
use qrcode::QrCode;
use qrcode::types::Color as Module;

use super::fonts::{Typefaces, Weight};
use super::text::Line;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(pub(super) u8, pub(super) u8, pub(super) u8);

pub(super) const INK: Colour = Colour(20, 27, 38);
pub(super) const MUTED: Colour = Colour(84, 96, 110);
pub(super) const BLUE: Colour = Colour(11, 92, 138);
pub(super) const HAIR: Colour = Colour(196, 208, 219);
pub(super) const BLACK: Colour = Colour(0, 0, 0);
pub(super) const WHITE: Colour = Colour(255, 255, 255);

/// Of a letter's size.
const THICKER: f32 = 0.028;

/// Draws on one page.
pub(super) struct Pen<'a, 'b> {
    pub(super) surface: Surface<'a>,
    pub(super) typefaces: &'b Typefaces,
}

/// How a line of text looks.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) weight: Weight,
    pub(super) colour: Colour,
}

impl Pen<'_, '_> {
    /// A line whose baseline begins at a point.
    pub(super) fn line(&mut self, line: &Line, left: f32, baseline: f32, style: Style) {
        let mut x = left;
        for run in &line.runs {
            self.fill_with(style.colour);
            if let Some(typeface) = self.typefaces.of(style.weight).get(run.typeface) {
                if style.weight == Weight::Bold && !typeface.has_bold {
                    self.thicken(style);
                }
                let font = typeface.font.clone();
                self.surface.draw_glyphs(
                    Point::from_xy(x, baseline),
                    &run.glyphs,
                    font,
                    &run.text,
                    style.size,
                    false,
                );
            }
            x += run.width * style.size;
        }
        self.surface.set_stroke(None);
    }

    /// A script without a bold font: its letters get an outline of their own colour.
    fn thicken(&mut self, style: Style) {
        let (paint, width) = (style.colour.paint().into(), style.size * THICKER);
        self.surface.set_stroke(Some(Stroke { paint, width, ..Stroke::default() }));
    }

    /// A word from the lower left to the upper right of a page, as wide as fits.
    pub(super) fn across(&mut self, word: &Line, (wide, high): (f32, f32), style: Style) {
        let diagonal = wide.hypot(high);
        let (along, up) = (wide / diagonal, high / diagonal);
        let size = style.size.min(diagonal * 0.78 / word.width.max(0.1));
        let turned = Transform::from_row(along, -up, up, along, wide / 2.0, high / 2.0);
        self.surface.push_transform(&turned);
        self.line(word, -word.width * size / 2.0, size * 0.35, Style { size, ..style });
        self.surface.pop();
    }

    pub(super) fn rectangle(&mut self, left: f32, top: f32, width: f32, height: f32, colour: Colour) {
        let mut path = PathBuilder::new();
        add(&mut path, left, top, width, height);
        self.fill(path.finish(), colour);
    }

    /// The outline of a rectangle.
    pub(super) fn frame(&mut self, inset: f32, size: (f32, f32), width: f32, colour: Colour) {
        let mut path = PathBuilder::new();
        add(&mut path, inset, inset, size.0 - 2.0 * inset, size.1 - 2.0 * inset);
        self.stroke(path.finish(), width, colour);
    }

    /// A QR code as squares, dark rows in one piece, so that it stays sharp at every size.
    pub(super) fn code(&mut self, code: &QrCode, left: f32, top: f32, side: f32) {
        let colors = code.to_colors();
        let count = code.width();
        let module = side / length(count);
        let mut path = PathBuilder::new();
        for (row, modules) in colors.chunks(count).enumerate() {
            for (from, dark) in dark_stretches(modules) {
                add(
                    &mut path,
                    left + length(from) * module,
                    top + length(row) * module,
                    length(dark) * module,
                    module,
                );
            }
        }
        self.fill(path.finish(), BLACK);
    }

    /// The bridge of Passerelle, as in `crates/web/assets/mark.svg`.
    pub(super) fn mark(&mut self, left: f32, top: f32, side: f32) {
        self.surface.push_transform(&Transform::from_row(side / 32.0, 0.0, 0.0, side / 32.0, left, top));
        self.fill(rounded(32.0, 8.0), BLUE);
        let mut bridge = PathBuilder::new();
        bridge.move_to(4.0, 22.0);
        bridge.line_to(28.0, 22.0);
        bridge.move_to(6.0, 22.0);
        bridge.cubic_to(6.0, 15.0, 10.5, 11.0, 16.0, 11.0);
        bridge.cubic_to(21.5, 11.0, 26.0, 15.0, 26.0, 22.0);
        for (x, from) in [(16.0, 11.0), (11.0, 12.4), (21.0, 12.4)] {
            bridge.move_to(x, from);
            bridge.line_to(x, 22.0);
        }
        self.stroke(bridge.finish(), 2.0, WHITE);
        self.surface.pop();
    }

    fn fill(&mut self, path: Option<Path>, colour: Colour) {
        self.fill_with(colour);
        if let Some(path) = path {
            self.surface.draw_path(&path);
        }
    }

    fn fill_with(&mut self, colour: Colour) {
        self.surface.set_stroke(None);
        let fill =
            Fill { paint: colour.paint().into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero };
        self.surface.set_fill(Some(fill));
    }

    fn stroke(&mut self, path: Option<Path>, width: f32, colour: Colour) {
        self.surface.set_fill(None);
        let stroke =
            Stroke { paint: colour.paint().into(), width, line_cap: LineCap::Round, ..Stroke::default() };
        self.surface.set_stroke(Some(stroke));
        if let Some(path) = path {
            self.surface.draw_path(&path);
        }
    }
}

impl Colour {
    fn paint(self) -> rgb::Color {
        rgb::Color::new(self.0, self.1, self.2)
    }
}

/// Numbers of modules and of lines are small.
pub(super) fn length(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

/// Where the dark modules of a row begin, and how many stand side by side.
fn dark_stretches(modules: &[Module]) -> Vec<(usize, usize)> {
    let mut at = 0;
    let mut stretches = Vec::new();
    for stretch in modules.chunk_by(PartialEq::eq) {
        if stretch.first() == Some(&Module::Dark) {
            stretches.push((at, stretch.len()));
        }
        at += stretch.len();
    }
    stretches
}

fn add(path: &mut PathBuilder, left: f32, top: f32, width: f32, height: f32) {
    if let Some(rectangle) = Rect::from_xywh(left, top, width, height) {
        path.push_rect(rectangle);
    }
}

fn rounded(side: f32, radius: f32) -> Option<Path> {
    // The usual factor by which a cubic curve comes close to a quarter of a circle.
    let (far, bend) = (side - radius, radius * (1.0 - 0.5523));
    let mut path = PathBuilder::new();
    path.move_to(radius, 0.0);
    path.line_to(far, 0.0);
    path.cubic_to(side - bend, 0.0, side, bend, side, radius);
    path.line_to(side, far);
    path.cubic_to(side, side - bend, side - bend, side, far, side);
    path.line_to(radius, side);
    path.cubic_to(bend, side, 0.0, side - bend, 0.0, far);
    path.line_to(0.0, radius);
    path.cubic_to(0.0, bend, bend, 0.0, radius, 0.0);
    path.close();
    path.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dark_modules_side_by_side_are_one_stretch() {
        use Module::{Dark as D, Light as L};
        assert_eq!(dark_stretches(&[D, D, L, D, L, L, D]), [(0, 2), (3, 1), (6, 1)]);
        assert!(dark_stretches(&[L, L]).is_empty());
    }
}
