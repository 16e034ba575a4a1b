//! Scans of whole certificates: rastered by poppler, turned as paper lies in a scanner, noisy, blurred and compressed.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

mod people;
mod scanner;

use std::io::Cursor;
use std::process::Command;
use std::time::{Duration, Instant};

use image::{GrayImage, Luma, imageops};
use paper::{certificate, text_of};
use people::{credential, people};
use scanner::scanned;

/// No measure of speed: what this guards against took minutes.
const LONGEST: Duration = Duration::from_secs(60);

/// The first page of a certificate at so many dots an inch.
fn page(language: usize, dots: u32) -> (String, GrayImage) {
    let person = people().remove(language);
    let text = credential(person.language);
    let folder = tempfile::tempdir().unwrap();
    let (file, to) = (folder.path().join("it.pdf"), folder.path().join("page"));
    std::fs::write(&file, certificate(&person.certificate(&text)).unwrap()).unwrap();
    let dots = dots.to_string();
    let arguments = ["-r", &dots, "-gray", "-png", "-singlefile", "-f", "1", "-l", "1"];
    let done = Command::new("pdftoppm").args(arguments).args([&file, &to]).status();
    assert!(done.is_ok_and(|status| status.success()), "pdftoppm (tests/run --only tools installs it)");
    (text, image::open(to.with_extension("png")).unwrap().into_luma8())
}

/// At each resolution in a language of either direction: turned little or by quarters, sharp or not, clean or noisy.
#[test]
fn whole_pages_are_read() {
    let ways = [(0, 0.0, 0.6, 15), (0, -1.7, 0.9, 25), (1, 0.4, 0.6, 15), (2, 3.0, 0.6, 30)];
    let mut failed = Vec::new();
    for (dots, ways) in [(150, &ways[..]), (200, &ways[..]), (300, &ways[1..2])] {
        for language in [0, 4] {
            let (text, page) = page(language, dots);
            for (quarters, degrees, blur, noise) in ways {
                let turned = (0..*quarters).fold(page.clone(), |page, _| imageops::rotate90(&page));
                let scan = scanned(&turned, *degrees, *blur, *noise, 99);
                if text_of([scan.as_slice()]).ok().as_deref() != Some(&text) {
                    failed.push((dots, language, quarters, degrees, blur, noise));
                }
            }
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}

/// Pages that look like codes everywhere and hold none end in the time that others take.
#[test]
fn pages_without_end_are_given_up_in_time() {
    let chessboard =
        GrayImage::from_fn(2_400, 2_400, |x, y| Luma([if (x / 4 + y / 4) % 2 == 0 { 0 } else { 255 }]));
    // A corner of a code is three dark modules in a light and a dark ring.
    let corner = |x: u32, y: u32| {
        let ring = [x, y].map(|at| (at / 4 % 10).abs_diff(3)).into_iter().max();
        Luma([if ring.is_some_and(|ring| ring == 3 || ring < 2) { 0 } else { 255 }])
    };
    let mut state = 5u32;
    let noise = GrayImage::from_fn(2_400, 2_400, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Luma([if state >> 31 == 0 { 0 } else { 255 }])
    });
    for page in [chessboard, GrayImage::from_fn(2_400, 2_400, corner), noise] {
        let mut file = Cursor::new(Vec::new());
        page.write_to(&mut file, image::ImageFormat::Png).unwrap();
        let begun = Instant::now();
        let refused = text_of([file.into_inner().as_slice()]);
        assert!(refused.is_err() && begun.elapsed() < LONGEST, "{refused:?} after {:?}", begun.elapsed());
    }
}
