//! A form that comes back by post: where its code and its marks stand on the page. Writer and reader both go by this.
//!
//! Lengths are in points of a page of A4, from the upper left corner. The place of the signature is the same in every
//! language, so that a reader need not know the language to find it.

/// What the code of a form begins with; the rest says which form it is.
pub const FORM_PREFIX: &str = "PASSERELLE-FORM:";

/// A rectangle on the page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Area {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) wide: f32,
    pub(crate) high: f32,
}

/// The code, without its quiet zone.
pub(crate) const CODE: Area = Area { left: 443.0, top: 48.0, wide: 92.0, high: 92.0 };
/// Between the middles of the four marks: this is cut out and shown to an officer.
pub(crate) const MARKED: Area = Area { left: 70.0, top: 612.0, wide: 455.0, high: 132.0 };
/// Of a mark, which looks like a corner of a QR code and is seven modules wide.
pub(crate) const MARK_MODULE: f32 = 2.6;
/// Where the person signs; nothing is printed in it.
pub(crate) const SIGNATURE: Area = Area { left: 88.0, top: 636.0, wide: 256.0, high: 86.0 };
/// Where the day is written.
pub(crate) const DAY: Area = Area { left: 362.0, top: 636.0, wide: 146.0, high: 30.0 };
/// Where the place is written.
pub(crate) const PLACE: Area = Area { left: 362.0, top: 692.0, wide: 146.0, high: 30.0 };

/// Below the marks: who acts for the person. Forms of before have nothing there.
pub(crate) const ACTING: Area = Area { left: 76.0, top: 755.0, wide: 443.0, high: 34.0 };

impl Area {
    /// The corners, clockwise from the upper left one.
    pub(crate) const fn corners(&self) -> [(f32, f32); 4] {
        let (right, bottom) = (self.left + self.wide, self.top + self.high);
        [(self.left, self.top), (right, self.top), (right, bottom), (self.left, bottom)]
    }
}
