//! Pictures turned, scaled and cut as the networks want them.

use crate::picture::Picture;

/// A similarity from picture to crop: `[a -b; b a] p + t`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Similarity {
    a: f32,
    b: f32,
    t: [f32; 2],
}

impl Similarity {
    /// Scales and moves.
    pub(super) fn scaled(scale: f32, t: [f32; 2]) -> Self {
        Self { a: scale, b: 0.0, t }
    }

    /// Scales, turns clockwise by `-angle`, and brings `from` to `to`.
    pub(super) fn around(scale: f32, angle: f32, from: [f32; 2], to: [f32; 2]) -> Self {
        let (a, b) = (scale * angle.cos(), -scale * angle.sin());
        Self { a, b, t: [to[0] - (a * from[0] - b * from[1]), to[1] - (b * from[0] + a * from[1])] }
    }

    /// The least-squares fit of points to points; nothing when they are all in one place.
    pub(super) fn fit<const N: usize>(from: &[[f32; 2]; N], to: &[[f32; 2]; N]) -> Option<Self> {
        let (from_mean, to_mean) = (mean(from), mean(to));
        let (mut a, mut b, mut spread) = (0.0, 0.0, 0.0);
        for (p, q) in from.iter().zip(to) {
            let (x, y) = (p[0] - from_mean[0], p[1] - from_mean[1]);
            let (u, v) = (q[0] - to_mean[0], q[1] - to_mean[1]);
            a += x * u + y * v;
            b += x * v - y * u;
            spread += x * x + y * y;
        }
        if spread < f32::EPSILON {
            return None;
        }
        let (a, b) = (a / spread, b / spread);
        let t = [
            to_mean[0] - (a * from_mean[0] - b * from_mean[1]),
            to_mean[1] - (b * from_mean[0] + a * from_mean[1]),
        ];
        let fit = Self { a, b, t };
        (fit.scale().is_finite() && fit.scale() > f32::EPSILON).then_some(fit)
    }

    /// From the crop back to the picture.
    pub(super) fn back(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let (u, v) = (x - self.t[0], y - self.t[1]);
        let square = self.a * self.a + self.b * self.b;
        [(self.a * u + self.b * v) / square, (self.a * v - self.b * u) / square]
    }

    pub(super) fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }
}

/// Cuts a square crop, row by row from the top. What lies beyond the picture's edge is `beyond`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
pub(super) fn crop(picture: &Picture, map: &Similarity, side: usize, beyond: f32) -> Vec<[f32; 3]> {
    // When a picture shrinks, one sample a pixel would only see some of it.
    let samples = (1.0 / map.scale()).ceil().clamp(1.0, 8.0) as usize;
    let offset = |sample: usize| (sample as f32 + 0.5) / samples as f32 - 0.5;
    let mut pixels = Vec::with_capacity(side * side);
    for y in 0..side {
        for x in 0..side {
            let mut sum = [0.0; 3];
            for (down, across) in (0..samples * samples).map(|s| (s / samples, s % samples)) {
                let at = map.back([x as f32 + offset(across), y as f32 + offset(down)]);
                let seen = bilinear(picture, at, beyond);
                sum.iter_mut().zip(seen).for_each(|(sum, seen)| *sum += seen);
            }
            pixels.push(sum.map(|sum| sum / (samples * samples) as f32));
        }
    }
    pixels
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn bilinear(picture: &Picture, [x, y]: [f32; 2], beyond: f32) -> [f32; 3] {
    let (left, top) = (x.floor() as i32, y.floor() as i32);
    let (right_part, low_part) = (x - left as f32, y - top as f32);
    let at = |x, y| picture.pixel(x, y).unwrap_or([beyond; 3]);
    let right = left.saturating_add(1);
    let low = top.saturating_add(1);
    let weighted = [
        (at(left, top), (1.0 - right_part) * (1.0 - low_part)),
        (at(right, top), right_part * (1.0 - low_part)),
        (at(left, low), (1.0 - right_part) * low_part),
        (at(right, low), right_part * low_part),
    ];
    let mut seen = [0.0; 3];
    for (corner, weight) in weighted {
        seen.iter_mut().zip(corner).for_each(|(seen, value)| *seen += value * weight);
    }
    seen
}

#[expect(clippy::cast_precision_loss)]
fn mean<const N: usize>(points: &[[f32; 2]; N]) -> [f32; 2] {
    let sum = points.iter().fold([0.0, 0.0], |sum, p| [sum[0] + p[0], sum[1] + p[1]]);
    sum.map(|sum| sum / N as f32)
}
