//! What has changed from one pack to the next, for a slow line.
//!
//! A difference holds the new pack's signed manifest and, compressed, how its content is put together from pieces of
//! the old content and new bytes, both in the plain form of [`crate::plain`]. Whoever applies it gets the new pack or
//! an error: the content's digest is signed.

use std::collections::HashMap;

use registry_types::Hash;

use crate::content::sha256;
use crate::file::{self, PackError, Signed};
use crate::plain::{self, MAX_PLAIN_BYTES};

const MAGIC: &[u8; 8] = b"PASSDIFF";
const VERSION: u8 = 3;
/// Shorter pieces are not worth naming.
const WINDOW: usize = 24;
/// Where the old content is indexed.
const STRIDE: usize = 4;

/// Why a difference cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum DifferenceError {
    #[error("the older pack cannot be used")]
    Base(#[source] PackError),
    #[error("the newer pack cannot be used")]
    New(#[source] PackError),
    #[error("the difference cannot be used")]
    Form(#[source] PackError),
    #[error("the difference is for another pack than this one")]
    OtherBase,
    #[error("the difference does not lead to the pack that was signed")]
    Broken,
}

/// How to come from the file `base` to the file `new`.
pub fn difference(base: &[u8], new: &[u8]) -> Result<Vec<u8>, DifferenceError> {
    let (_, old) = file::read(base).map_err(DifferenceError::Base)?;
    let (signed, content) = file::read(new).map_err(DifferenceError::New)?;
    let before = plain::unpack(&old).map_err(DifferenceError::Base)?;
    let after = plain::unpack(&content).map_err(DifferenceError::New)?;
    let steps = steps(&before, &after);
    let mut bytes = file::begin(MAGIC, VERSION);
    bytes.extend(sha256(&old));
    for length in [steps.len(), after.len()] {
        bytes.extend(u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    }
    signed.write(&mut bytes);
    bytes.extend(file::compress(&steps));
    Ok(bytes)
}

/// The file of the new pack, made from the old one's.
pub fn apply(base: &[u8], difference: &[u8]) -> Result<Vec<u8>, DifferenceError> {
    let (_, old) = file::read(base).map_err(DifferenceError::Base)?;
    if difference.len() > file::MAX_FILE_BYTES {
        return Err(DifferenceError::Form(PackError::TooLong));
    }
    let form = || DifferenceError::Form(PackError::Form);
    let rest = file::after(MAGIC, VERSION, difference).map_err(DifferenceError::Form)?;
    let (base_digest, rest) = rest.split_first_chunk::<32>().ok_or_else(form)?;
    if *base_digest != (sha256(&old) as Hash) {
        return Err(DifferenceError::OtherBase);
    }
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(form)?;
    let (plain_length, rest) = rest.split_first_chunk::<4>().ok_or_else(form)?;
    let plain_length = usize::try_from(u32::from_be_bytes(*plain_length)).map_err(|_| form())?;
    let (signed, compressed) = Signed::read(rest).map_err(DifferenceError::Form)?;
    let length = u64::from(u32::from_be_bytes(*length));
    let steps = file::decompress(compressed, length).map_err(DifferenceError::Form)?;
    let before = plain::unpack(&old).map_err(DifferenceError::Base)?;
    let after = put_together(&before, &steps, plain_length).ok_or(DifferenceError::Broken)?;
    let content = plain::pack(&after).ok_or(DifferenceError::Broken)?;
    signed.check(&content).map_err(|_| DifferenceError::Broken)?;
    Ok(file::write(&signed, &content))
}

/// The new bytes as pieces: an even number copies half of it from the old bytes, at the place where the last piece ended
/// plus a signed step; an odd one brings half of it along.
fn steps(old: &[u8], new: &[u8]) -> Vec<u8> {
    let index = index(old);
    let mut steps = Vec::new();
    let (mut at, mut written, mut expected) = (0usize, 0usize, 0usize);
    while at < new.len() {
        let Some(found) = find(&index, old, new, at, expected + (at - written)) else {
            at += 1;
            continue;
        };
        let (from, begin, length) = widen(old, new, found, at, written);
        bring(&mut steps, new.get(written..begin).unwrap_or_default());
        number(&mut steps, length << 1);
        step(&mut steps, from, expected);
        (at, written, expected) = (begin + length, begin + length, from + length);
    }
    bring(&mut steps, new.get(written..).unwrap_or_default());
    steps
}

/// Of equal windows the first one; which one it is changes the size alone.
fn index(old: &[u8]) -> HashMap<&[u8], usize> {
    let places = (0..old.len()).step_by(STRIDE).rev();
    places.filter_map(|at| Some((old.get(at..at + WINDOW)?, at))).collect()
}

/// Where in the old bytes the window stands: looked for first where it would be if its neighbours had only changed.
fn find(index: &HashMap<&[u8], usize>, old: &[u8], new: &[u8], at: usize, expected: usize) -> Option<usize> {
    let window = new.get(at..at + WINDOW)?;
    let beside = old.get(expected..expected + WINDOW) == Some(window);
    if beside { Some(expected) } else { index.get(window).copied() }
}

/// The piece around a window that agrees: its place in the old and in the new bytes, and its length.
fn widen(old: &[u8], new: &[u8], found: usize, at: usize, written: usize) -> (usize, usize, usize) {
    let before =
        (1..=found.min(at - written)).take_while(|back| old.get(found - back) == new.get(at - back)).count();
    let tails = old.get(found..).unwrap_or_default().iter().zip(new.get(at..).unwrap_or_default());
    let after = tails.take_while(|(a, b)| a == b).count();
    (found - before, at - before, before + after)
}

fn bring(steps: &mut Vec<u8>, bytes: &[u8]) {
    if !bytes.is_empty() {
        number(steps, (bytes.len() << 1) | 1);
        steps.extend(bytes);
    }
}

/// LEB128: seven bits a byte, the lowest first.
fn number(to: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or_default();
        value >>= 7;
        if value == 0 {
            to.push(low);
            return;
        }
        to.push(low | 0x80);
    }
}

/// The way from `expected` to `place`, doubled; odd when it goes back.
fn step(to: &mut Vec<u8>, place: usize, expected: usize) {
    let back = usize::from(place < expected);
    number(to, (place.abs_diff(expected) << 1) | back);
}

/// Nothing when a step leaves the old bytes or the result would not have the stated length.
fn put_together(old: &[u8], mut steps: &[u8], length: usize) -> Option<Vec<u8>> {
    if length > MAX_PLAIN_BYTES {
        return None;
    }
    let (mut new, mut expected) = (Vec::new(), 0usize);
    while !steps.is_empty() {
        let piece = read_number(&mut steps)?;
        let size = piece >> 1;
        if size == 0 || size > length - new.len() {
            return None;
        }
        if piece & 1 == 1 {
            let (bytes, rest) = steps.split_at_checked(size)?;
            new.extend(bytes);
            steps = rest;
        } else {
            let way = read_number(&mut steps)?;
            let amount = way >> 1;
            let from =
                if way & 1 == 1 { expected.checked_sub(amount)? } else { expected.checked_add(amount)? };
            expected = from.checked_add(size)?;
            new.extend(old.get(from..expected)?);
        }
    }
    (new.len() == length).then_some(new)
}

fn read_number(from: &mut &[u8]) -> Option<usize> {
    let mut value = 0usize;
    // Four groups hold 28 bits, more than any length here.
    for shift in [0, 7, 14, 21] {
        let (byte, rest) = from.split_first()?;
        *from = rest;
        value |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_all(old: &[u8], mut steps: &[u8]) -> Option<Vec<u8>> {
        let (mut new, mut expected) = (Vec::new(), 0usize);
        while !steps.is_empty() {
            let piece = read_number(&mut steps)?;
            let size = piece >> 1;
            if piece & 1 == 1 {
                let (bytes, rest) = steps.split_at_checked(size)?;
                new.extend(bytes);
                steps = rest;
            } else {
                let way = read_number(&mut steps)?;
                let from = if way & 1 == 1 { expected - (way >> 1) } else { expected + (way >> 1) };
                expected = from + size;
                new.extend(old.get(from..expected)?);
            }
        }
        Some(new)
    }

    proptest! {
        #[test]
        fn the_pieces_give_the_new_bytes(
            old in proptest::collection::vec(0u8..4, 0..400),
            cuts in proptest::collection::vec((0usize..400, 0usize..400, any::<u8>()), 0..8),
        ) {
            let mut new = Vec::new();
            for (from, length, other) in cuts {
                let from = from.min(old.len());
                let until = (from + length).min(old.len());
                new.extend(old.get(from..until).unwrap_or_default());
                new.push(other);
            }
            let steps = steps(&old, &new);
            prop_assert_eq!(read_all(&old, &steps), Some(new));
        }
    }
}
