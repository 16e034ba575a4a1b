//! The row of a form for whoever acts for the person: their name, and by what right.
//!
//! It stands below the marks, which are where they were on forms of before; whoever reads a form back cuts it out with the area
//! between them.

use super::letter::{Desk, Placed, SMALL, outline, placed};
use super::pen::{HAIR, Pen};
use super::{CertificateError, Direction};
use crate::form::{ACTING, Area};

const NAME_LABEL: f32 = 216.0;
const GAP: f32 = 8.0;
const LINE: f32 = ACTING.top + 17.0;
const BOXES: f32 = ACTING.top + 22.0;
const BOX: f32 = 9.0;

/// The words in the row, and then what is drawn: the line for the name, and a box for each right.
pub(super) fn texts(
    desk: &mut Desk<'_>,
    labels: [&str; 4],
    direction: Direction,
) -> Result<Vec<Placed>, CertificateError> {
    let [name, rights @ ..] = labels;
    let beside = match direction {
        Direction::LeftToRight => ACTING.left,
        Direction::RightToLeft => ACTING.left + ACTING.wide - NAME_LABEL,
    };
    let mut texts = vec![placed(desk, name, SMALL, (beside, ACTING.top + 1.0, NAME_LABEL), direction)?];
    for (place, label) in places(direction).into_iter().zip(rights) {
        let left = match direction {
            Direction::LeftToRight => place.left + BOX + 5.0,
            Direction::RightToLeft => place.left,
        };
        texts.push(placed(desk, label, SMALL, (left, BOXES - 1.5, place.wide - BOX - 5.0), direction)?);
    }
    Ok(texts)
}

pub(super) fn draw(pen: &mut Pen<'_, '_>, direction: Direction) {
    let left = match direction {
        Direction::LeftToRight => ACTING.left + NAME_LABEL + GAP,
        Direction::RightToLeft => ACTING.left,
    };
    pen.rectangle(left, LINE, ACTING.wide - NAME_LABEL - GAP, 0.7, HAIR);
    for place in places(direction) {
        let left = match direction {
            Direction::LeftToRight => place.left,
            Direction::RightToLeft => place.left + place.wide - BOX,
        };
        outline(pen, Area { left, top: BOXES, wide: BOX, high: BOX });
    }
}

/// Each right has a third of the row, in the order of reading.
fn places(direction: Direction) -> [Area; 3] {
    let wide = (ACTING.wide - 2.0 * GAP) / 3.0;
    let place = |number: f32| Area {
        left: number.mul_add(wide + GAP, ACTING.left),
        top: BOXES,
        wide,
        high: ACTING.high,
    };
    match direction {
        Direction::LeftToRight => [place(0.0), place(1.0), place(2.0)],
        Direction::RightToLeft => [place(2.0), place(1.0), place(0.0)],
    }
}
