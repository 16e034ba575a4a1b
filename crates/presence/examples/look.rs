//! Prints what the embedded engine sees in JPEGs (or the frames of an MJPEG), and the distances from the first.

#![expect(clippy::print_stdout, reason = "the measures are its result")]

use std::time::Instant;

use presence::{EmbeddedEngine, FaceEngine as _, Limits, Picture};

/// Neighbouring frames of a video say the same.
const STEP: usize = 10;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = EmbeddedEngine::load(1)?;
    let mut first = None;
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path)?;
        for (number, jpeg) in frames(&bytes).into_iter().enumerate().step_by(STEP) {
            let begun = Instant::now();
            let look = Picture::from_jpeg(jpeg, Limits::default())
                .map_err(|fault| fault.to_string())
                .and_then(|picture| engine.look(&picture).map_err(|fault| fault.to_string()));
            let millis = begun.elapsed().as_millis();
            match look {
                Ok(look) => {
                    let from = first.get_or_insert_with(|| look.template.clone());
                    println!(
                        "{path} {number}: distance {:.3} yaw {:.1} pitch {:.1} eyes {:.3} width {:.0} sharp {:.0} \
                         light {:.0} ({millis} ms)",
                        from.distance(&look.template),
                        look.pose.yaw,
                        look.pose.pitch,
                        look.eyes,
                        look.face_width_px,
                        look.sharpness,
                        look.light,
                    );
                }
                Err(fault) => println!("{path} {number}: {fault}"),
            }
        }
    }
    Ok(())
}

/// JPEGs that stand one after the other.
fn frames(bytes: &[u8]) -> Vec<&[u8]> {
    let starts: Vec<usize> =
        bytes.windows(3).enumerate().filter(|(_, w)| *w == [0xff, 0xd8, 0xff]).map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| bytes.get(*start..end)).collect()
}
