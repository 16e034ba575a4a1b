//! Face mesh: 468 points in three dimensions, and what they say about pose and eyes.

use super::align::{Similarity, crop};
use super::detect::Face;
use super::model::Model;
use super::{LookFault, Pose};
use crate::picture::Picture;

const SIDE: usize = 192;
const POINTS: usize = 468;

/// x and y in pixels of the picture, z in the same measure, growing away from the camera.
pub(super) struct Mesh(Vec<[f32; 3]>);

impl Mesh {
    #[expect(clippy::cast_precision_loss)]
    pub(super) fn fit(model: &Model, picture: &Picture, face: &Face) -> Result<Self, LookFault> {
        let side = SIDE as f32;
        let angle = (face.left_eye[1] - face.right_eye[1]).atan2(face.left_eye[0] - face.right_eye[0]);
        let scale = side / (face.width * 1.5);
        if !scale.is_finite() || scale <= 0.0 {
            return Err(LookFault::Engine);
        }
        let map = Similarity::around(scale, angle, face.centre, [side / 2.0, side / 2.0]);
        let pixels = crop(picture, &map, SIDE, 0.0);
        let values = pixels.iter().flatten().map(|value| value / 255.0).collect();
        let outputs = model.run([1, SIDE, SIDE, 3], values)?;
        let mesh = outputs.into_iter().find(|output| output.values.len() == POINTS * 3);
        let values = mesh.ok_or(LookFault::Engine)?.values;
        let point = |[x, y, z]: &[f32; 3]| {
            let [x, y] = map.back([*x, *y]);
            [x, y, z / map.scale()]
        };
        Ok(Self(values.as_chunks().0.iter().map(point).collect()))
    }

    pub(super) fn point(&self, index: usize) -> [f32; 3] {
        self.0.get(index).copied().unwrap_or_default()
    }

    pub(super) fn flat(&self, index: usize) -> [f32; 2] {
        let [x, y, _] = self.point(index);
        [x, y]
    }

    /// From the two sides of the face (234, 454) and from brow to chin (10, 152).
    pub(super) fn pose(&self) -> Pose {
        let (right, left) = (self.point(234), self.point(454));
        let (brow, chin) = (self.point(10), self.point(152));
        let across = (left[0] - right[0]).hypot(left[1] - right[1]);
        let down = (chin[0] - brow[0]).hypot(chin[1] - brow[1]);
        Pose {
            yaw: (left[2] - right[2]).atan2(across).to_degrees(),
            pitch: (brow[2] - chin[2]).atan2(down).to_degrees(),
        }
    }

    /// The eye aspect ratio (Soukupova and Cech, 2016), the mean of both eyes.
    pub(super) fn eyes(&self) -> f32 {
        let ratio = |outer, inner, [top, top_inner, low, low_inner]: [usize; 4]| {
            let width = self.gap(outer, inner);
            (self.gap(top, low) + self.gap(top_inner, low_inner)) / (2.0 * width.max(f32::EPSILON))
        };
        let right = ratio(33, 133, [160, 158, 144, 153]);
        let left = ratio(263, 362, [387, 385, 373, 380]);
        f32::midpoint(right, left)
    }

    fn gap(&self, one: usize, other: usize) -> f32 {
        let (one, other) = (self.flat(one), self.flat(other));
        (one[0] - other[0]).hypot(one[1] - other[1])
    }

    #[cfg(test)]
    pub(super) fn of(points: &[(usize, [f32; 3])]) -> Self {
        let mut mesh = vec![[0.0; 3]; POINTS];
        for (index, point) in points {
            mesh[*index] = *point;
        }
        Self(mesh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A face 100 wide and 140 high, its eyes 30 wide and open by the given height.
    fn face(turn: f32, tilt: f32, open: f32) -> Mesh {
        let half = open / 2.0;
        Mesh::of(&[
            (234, [0.0, 70.0, 0.0]),
            (454, [100.0, 70.0, 100.0 * turn.to_radians().tan()]),
            (10, [50.0, 0.0, 140.0 * tilt.to_radians().tan()]),
            (152, [50.0, 140.0, 0.0]),
            (33, [10.0, 50.0, 0.0]),
            (133, [40.0, 50.0, 0.0]),
            (160, [20.0, 50.0 - half, 0.0]),
            (158, [30.0, 50.0 - half, 0.0]),
            (144, [20.0, 50.0 + half, 0.0]),
            (153, [30.0, 50.0 + half, 0.0]),
            (362, [60.0, 50.0, 0.0]),
            (263, [90.0, 50.0, 0.0]),
            (385, [70.0, 50.0 - half, 0.0]),
            (387, [80.0, 50.0 - half, 0.0]),
            (380, [70.0, 50.0 + half, 0.0]),
            (373, [80.0, 50.0 + half, 0.0]),
        ])
    }

    #[test]
    fn pose_is_read_from_the_sides_and_from_brow_to_chin() {
        let pose = face(9.0, -4.0, 9.0).pose();
        assert!((pose.yaw - 9.0).abs() < 0.01 && (pose.pitch + 4.0).abs() < 0.01, "{pose:?}");
    }

    #[test]
    fn eyes_are_height_over_width() {
        assert!((face(0.0, 0.0, 9.0).eyes() - 0.3).abs() < 1e-5);
        assert!(face(0.0, 0.0, 3.0).eyes() < 0.6 * face(0.0, 0.0, 9.0).eyes());
    }
}
