//! The face chip, and its 128 numbers.

use super::align::{Similarity, crop};
use super::mesh::Mesh;
use super::model::Model;
use super::{LookFault, Template};
use crate::picture::Picture;

const SIDE: usize = 150;
/// The mesh points for the template's five: left eye's corners, right eye's corners, below the nose.
const POINTS: [usize; 5] = [263, 362, 33, 133, 2];
/// dlib's five points of a chip without padding.
const CHIP: [[f32; 2]; 5] = [
    [0.859_567_5, 0.213_498_15],
    [0.646_060_5, 0.228_967_44],
    [0.120_575_06, 0.213_727_45],
    [0.334_085_05, 0.229_064_24],
    [0.490_112_3, 0.627_797_5],
];
/// The chip's padding on each side.
const PADDING: f32 = 0.25;

/// The face upright, 150 pixels wide.
pub(super) struct Chip(Vec<[f32; 3]>);

impl Chip {
    #[expect(clippy::cast_precision_loss)]
    pub(super) fn cut(picture: &Picture, mesh: &Mesh) -> Result<Self, LookFault> {
        let to = CHIP.map(|point| point.map(|part| (part + PADDING) / (1.0 + 2.0 * PADDING) * SIDE as f32));
        let map = Similarity::fit(&POINTS.map(|index| mesh.flat(index)), &to).ok_or(LookFault::Engine)?;
        Ok(Self(crop(picture, &map, SIDE, 0.0)))
    }

    pub(super) fn embed(&self, model: &Model) -> Result<Template, LookFault> {
        let channel = |channel: usize| self.0.iter().filter_map(move |pixel| pixel.get(channel).copied());
        let values = (0..3).flat_map(channel).collect();
        let outputs = model.run([1, 3, SIDE, SIDE], values)?;
        outputs.first().and_then(|output| Template::new(&output.values)).ok_or(LookFault::Engine)
    }

    /// Mean luminance of the middle of the face (ITU-R BT.601).
    #[expect(clippy::cast_precision_loss)]
    pub(super) fn light(&self) -> f32 {
        let inner = self.inner();
        let sum: f32 = inner.iter().flatten().sum();
        sum / (inner.len() * inner.len()).max(1) as f32
    }

    /// Variance of the Laplacian over the middle of the face: small when nothing has an edge.
    #[expect(clippy::cast_precision_loss)]
    pub(super) fn sharpness(&self) -> f32 {
        let rows = self.inner();
        let mut values = Vec::with_capacity(rows.len() * rows.len());
        for window in rows.windows(3) {
            let [above, row, below] = window else { continue };
            for ((side, above), below) in row.windows(3).zip(above.iter().skip(1)).zip(below.iter().skip(1)) {
                let [left, middle, right] = side else { continue };
                values.push(left + right + above + below - 4.0 * middle);
            }
        }
        let many = values.len().max(1) as f32;
        let mean = values.iter().sum::<f32>() / many;
        values.iter().map(|value| (value - mean) * (value - mean)).sum::<f32>() / many
    }

    /// The middle half of the chip on either axis, in grey: skin, eyes and mouth, no background.
    fn inner(&self) -> Vec<Vec<f32>> {
        let grey = |[red, green, blue]: &[f32; 3]| 0.299 * red + 0.587 * green + 0.114 * blue;
        let rows = self.0.chunks(SIDE).skip(SIDE / 4).take(SIDE / 2);
        rows.map(|row| row.iter().skip(SIDE / 4).take(SIDE / 2).map(grey).collect()).collect()
    }
}
