//! What judging one proof costs without any service around it.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use clock::{Clock as _, SystemClock};
use presence::{
    Automatic, Challenge, EmbeddedEngine, FaceEngine as _, Frame, Judge, Limits, Picture, Presented, Prompt,
    ServerChallenge, Thresholds, Verdict,
};
use testkit::faces;

use super::following;
use crate::measure;

const TIMES: u32 = 6;

/// CPU seconds of this process for one proof: the Fund's picture, seven frames, three movements.
pub fn cpu_of_one() -> Result<f64> {
    let engine = EmbeddedEngine::load(2)?;
    let (thresholds, now) = (Thresholds::default(), SystemClock.now());
    let allowed = [Prompt::Left, Prompt::Right, Prompt::Closer];
    let challenge = Challenge::of_value("bench", &allowed, now + Challenge::short_life());
    let challenge = challenge.context("three movements")?;
    let asked: Vec<String> = challenge.prompts.iter().map(|it| format!("{it:?}").to_lowercase()).collect();
    let frame = |(at, jpeg): (u32, Vec<u8>)| Frame { millis: at * 900, jpeg };
    let frames: Vec<Frame> = (0u32..).zip(following(&asked)).map(frame).collect();
    let judge = Judge {
        engine: &engine,
        verification: &ServerChallenge { thresholds },
        thresholds,
        limits: Limits::default(),
        automatic: Automatic::Off,
    };
    let photo = faces::photo("astronaut.png");
    let (cpu, begun) = (measure::cpu_of("self")?, Instant::now());
    for _ in 0..TIMES {
        let picture = Picture::from_jpeg(&photo, Limits::default())?;
        let reference = engine.look(&picture)?.template;
        let presented =
            Presented { reference: &reference, challenge: &challenge, frames: &frames, received_at: now };
        let decision = judge.decide(&presented);
        ensure!(decision.verdict == Verdict::PersonLooks, "{:?}", decision.reasons);
    }
    let (cpu, wall) = (measure::cpu_of("self")? - cpu, begun.elapsed().as_secs_f64());
    let times = f64::from(TIMES);
    println!(
        "  {:<52} {:>9.2} s of CPU, {:.2} s",
        "judging one proof, in process",
        cpu / times,
        wall / times
    );
    Ok(cpu / times)
}
