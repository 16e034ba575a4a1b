//! BlazeFace: where faces are.

use super::LookFault;
use super::align::{Similarity, crop};
use super::model::{Model, Output};
use crate::picture::Picture;

const SIDE: usize = 256;
/// Offsets an anchor has: centre, size and six points.
const OFFSETS: usize = 16;
/// Detections nearer than this part of a face's width are one face.
const ONE_FACE: f32 = 0.4;
const MID_GREY: f32 = 127.5;

/// A face in pixels of the picture.
#[derive(Clone, Debug)]
pub(super) struct Face {
    pub centre: [f32; 2],
    pub width: f32,
    pub right_eye: [f32; 2],
    pub left_eye: [f32; 2],
}

/// Finds faces, best first. A face that fills the picture is found at the second try, with a border around it.
pub(super) fn detect(model: &Model, picture: &Picture) -> Result<Vec<Face>, LookFault> {
    let faces = detect_within(model, picture, 1.0)?;
    match faces.is_empty() {
        true => detect_within(model, picture, 1.5),
        false => Ok(faces),
    }
}

/// `room` is the side of the square around the picture, in the picture's longer side.
#[expect(clippy::cast_precision_loss)]
fn detect_within(model: &Model, picture: &Picture, room: f32) -> Result<Vec<Face>, LookFault> {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let scale = SIDE as f32 / (width.max(height) * room);
    let margin = |length: f32| (SIDE as f32 - length * scale) / 2.0;
    let map = Similarity::scaled(scale, [margin(width), margin(height)]);
    let pixels = crop(picture, &map, SIDE, MID_GREY);
    let values = pixels.iter().flatten().map(|value| value / MID_GREY - 1.0).collect();
    let outputs = model.run([1, SIDE, SIDE, 3], values)?;
    let (scores, offsets) = sorted(outputs)?;
    let mut faces: Vec<Face> = Vec::new();
    for anchor in by_score(&scores) {
        let face = decode(anchor, &offsets, &map).ok_or(LookFault::Engine)?;
        let apart = |known: &Face| distance(known.centre, face.centre) > ONE_FACE * known.width;
        if faces.iter().all(apart) {
            faces.push(face);
        }
    }
    Ok(faces)
}

/// Scores and offsets of all 896 anchors, the finer grid first.
fn sorted(mut outputs: Vec<Output>) -> Result<(Vec<f32>, Vec<f32>), LookFault> {
    outputs.sort_by_key(|output| std::cmp::Reverse(output.shape.get(1).copied()));
    let (mut scores, mut offsets) = (Vec::new(), Vec::new());
    for output in outputs {
        match output.shape.get(2) {
            Some(1) => scores.extend(output.values),
            Some(&OFFSETS) => offsets.extend(output.values),
            _ => return Err(LookFault::Engine),
        }
    }
    match scores.len() == 896 && offsets.len() == 896 * OFFSETS {
        true => Ok((scores, offsets)),
        false => Err(LookFault::Engine),
    }
}

/// The anchors that see a face, the surest first. A score is a logit: above zero is above one half.
fn by_score(scores: &[f32]) -> Vec<usize> {
    let mut seen: Vec<(usize, f32)> =
        scores.iter().copied().enumerate().filter(|(_, score)| *score > 0.0).collect();
    seen.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    seen.into_iter().map(|(anchor, _)| anchor).collect()
}

fn decode(anchor: usize, offsets: &[f32], map: &Similarity) -> Option<Face> {
    let centre = anchor_centre(anchor);
    let own: &[f32; OFFSETS] = offsets.as_chunks().0.get(anchor)?;
    let point = |at: usize| -> Option<[f32; 2]> {
        Some(map.back([own.get(at)? + centre[0], own.get(at + 1)? + centre[1]]))
    };
    Some(Face {
        centre: point(0)?,
        width: own[2].max(own[3]) / map.scale(),
        right_eye: point(4)?,
        left_eye: point(6)?,
    })
}

/// In pixels of the square: a grid of 16 by 16 with two anchors each, then 8 by 8 with six.
#[expect(clippy::cast_precision_loss)]
fn anchor_centre(anchor: usize) -> [f32; 2] {
    let (cell, grid) = match anchor < 512 {
        true => (anchor / 2, 16),
        false => ((anchor - 512) / 6, 8),
    };
    let stride = (SIDE / grid) as f32;
    [((cell % grid) as f32 + 0.5) * stride, ((cell / grid) as f32 + 0.5) * stride]
}

fn distance(one: [f32; 2], other: [f32; 2]) -> f32 {
    (one[0] - other[0]).hypot(one[1] - other[1])
}
