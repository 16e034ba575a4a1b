//! Forms that come back: printed as letters in six languages, rastered by poppler, signed, turned as paper lies in a
//! scanner, noisy and compressed, and read again.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

mod scanner;

use std::io::Cursor;
use std::process::Command;

use image::{GrayImage, Luma, imageops};
use paper::{
    CertificateError, Direction, FORM_PREFIX, FormPart, Letter, PageFault, ScannedPage, check_address, forms,
    letters,
};
use scanner::scanned;

const LETTERS: [(&str, Direction, &str, &str); 6] = [
    ("ar", Direction::RightToLeft, "شهادة استحقاق لعام 2026", "أؤكد أنني على قيد الحياة وأن هذا توقيعي."),
    ("zh", Direction::LeftToRight, "2026年度权益证明", "本人确认本人健在，此为本人签名。"),
    (
        "en",
        Direction::LeftToRight,
        "Certificate of entitlement for 2026",
        "I confirm that I am alive and that this is my signature.",
    ),
    (
        "fr",
        Direction::LeftToRight,
        "Certificat de droit à pension 2026",
        "J’atteste être en vie et que cette signature est la mienne.",
    ),
    (
        "ru",
        Direction::LeftToRight,
        "Свидетельство о праве на пенсию за 2026 год",
        "Подтверждаю, что я жив(а) и что это моя подпись.",
    ),
    (
        "es",
        Direction::LeftToRight,
        "Certificado de derecho a prestación 2026",
        "Confirmo que estoy con vida y que esta es mi firma.",
    ),
];

fn code(of: usize) -> String {
    format!("{FORM_PREFIX}K7M2Q9XR4T{of}A:0123456789ABCDEF")
}

/// All six as one file.
fn printed(with_form: bool) -> Vec<u8> {
    let to: Vec<String> =
        ["Amina Diallo", "12, rue des Écoles", "75005 Paris", "FRANCE"].map(str::to_owned).to_vec();
    let codes: Vec<String> = (0..LETTERS.len()).map(code).collect();
    let paragraphs: Vec<Vec<String>> =
        LETTERS.iter().map(|(_, _, title, said)| vec![format!("{title}. {said}"); 6]).collect();
    let all: Vec<Letter<'_>> = LETTERS
        .iter()
        .zip(&codes)
        .zip(&paragraphs)
        .map(|(((_, direction, title, said), code), paragraphs)| Letter {
            direction: *direction,
            sender: "United Nations Joint Staff Pension Fund",
            return_address: "37th floor, 1 Dag Hammarskjöld Plaza, New York, NY 10017",
            to: &to,
            day: "2026-06-30",
            title,
            paragraphs,
            form: with_form.then_some(FormPart {
                code,
                number: "K7M2-Q9XR-4T1A",
                declaration: said,
                labels: ["Signature", "Day", "Place"],
                acting: ["Acting for the person: your name", "Guardian", "Power of attorney", "Other"],
            }),
            slip: None,
            foot: "+1 212 963 6931",
        })
        .collect();
    letters("Letters", "2026-06-30T10:00:00Z".parse().unwrap(), &all).unwrap()
}

fn raster(file: &[u8], page: usize, dots: u32) -> GrayImage {
    let folder = tempfile::tempdir().unwrap();
    let (pdf, to) = (folder.path().join("it.pdf"), folder.path().join("page"));
    std::fs::write(&pdf, file).unwrap();
    let (dots, page) = (dots.to_string(), (page + 1).to_string());
    let arguments = ["-r", &dots, "-gray", "-png", "-singlefile", "-f", &page, "-l", &page];
    let done = Command::new("pdftoppm").args(arguments).args([&pdf, &to]).status();
    assert!(done.is_ok_and(|status| status.success()), "pdftoppm (tests/run --only tools installs it)");
    image::open(to.with_extension("png")).unwrap().into_luma8()
}

/// A curve of ink in the place of the signature, as wide as a pen's.
fn sign(page: &mut GrayImage) {
    let dots = page.height() as f32 / 841.89;
    for step in 0..4_000u16 {
        let along = f32::from(step) / 4_000.0;
        let x = (110.0 + 190.0 * along) * dots;
        let y =
            (680.0 + 24.0 * (along * 31.0).sin() * (1.0 - along * 0.6) + 7.0 * (along * 90.0).cos()) * dots;
        let pen = (0.7 * dots).ceil() as i32;
        for (dx, dy) in (-pen..=pen).flat_map(|dx| (-pen..=pen).map(move |dy| (dx, dy))) {
            if dx * dx + dy * dy <= pen * pen
                && let Some(pixel) =
                    page.get_pixel_mut_checked((x as i32 + dx) as u32, (y as i32 + dy) as u32)
            {
                *pixel = Luma([40]);
            }
        }
    }
}

fn only(file: &[u8]) -> ScannedPage {
    let mut pages = forms(file).unwrap();
    assert_eq!(pages.len(), 1);
    pages.remove(0)
}

/// In every language, at 150, 200 or 300 dots an inch, turned by up to 3 degrees and by quarters, with and without a
/// signature. `TRIALS` says how many rounds through the languages.
#[test]
fn printed_forms_are_read_back() {
    let trials: usize = std::env::var("TRIALS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let file = printed(true);
    let (mut tried, mut failed) = (0, Vec::new());
    for round in 0..trials {
        for (place, (language, ..)) in LETTERS.iter().enumerate() {
            let number = (place + round) % 3;
            for dots in [150, 200, 300].into_iter().skip(number).take(1) {
                let mut page = raster(&file, place, dots);
                let signed = (place + number + round) % 3 != 0;
                if signed {
                    sign(&mut page);
                }
                let seed = (round * 100 + place * 10 + number) as u32;
                let degrees = f64::from(seed * 7 % 61) / 10.0 - 3.0;
                let quarters = (seed / 3) % 4;
                let (blur, noise) = (0.5 + (seed % 5) as f32 / 10.0, 12 + (seed % 4) as i32 * 6);
                let page = (0..quarters).fold(page, |page, _| imageops::rotate90(&page));
                let read = only(&scanned(&page, degrees, blur, noise, seed + 1));
                tried += 1;
                let good = read.form.as_ref().is_ok_and(|form| {
                    form.code == code(place) && form.area.is_some() && form.is_signed == Some(signed)
                });
                if !good {
                    let said = read.form.map(|form| (form.code, form.area.is_some(), form.is_signed));
                    failed.push(format!(
                        "{language} {dots} {degrees} {quarters} {blur} {noise} {signed}: {said:?}"
                    ));
                }
            }
        }
    }
    println!("{} of {tried} read", tried - failed.len());
    assert!(failed.is_empty(), "{failed:#?}");
}

/// The cut-out area is upright and straight: the printed line around the signature's place stands where it was printed.
#[test]
fn the_area_comes_out_straight() {
    let page = raster(&printed(true), 3, 200);
    let straight = only(&scanned(&page, 0.0, 0.5, 4, 1)).form.unwrap().area.unwrap();
    let askew = only(&scanned(&imageops::rotate180(&page), 2.5, 0.5, 4, 1)).form.unwrap().area.unwrap();
    let [straight, askew] = [straight, askew].map(|png| image::load_from_memory(&png).unwrap().into_luma8());
    assert_eq!(straight.dimensions(), askew.dimensions());
    let apart: u64 =
        straight.pixels().zip(askew.pixels()).map(|(a, b)| u64::from(a.0[0].abs_diff(b.0[0]))).sum();
    let mean = apart / u64::from(straight.width() * straight.height());
    assert!(mean < 8, "{mean} levels apart");
}

#[test]
fn pages_without_a_form_say_so_and_keep_no_other_back() {
    let letter = raster(&printed(false), 2, 150);
    assert_eq!(only(&scanned(&letter, 0.4, 0.5, 10, 1)).form.unwrap_err(), PageFault::NoCode);
    assert!(forms(b"%PDF-1.7\nnothing\n%%EOF").is_err());
    assert!(forms(b"no picture").is_err());
    let broken = only(b"\x89PNG\r\n\x1a\n\0\0");
    assert_eq!((broken.form.unwrap_err(), broken.shown), (PageFault::Picture, None));
    let mut two = GrayImage::from_pixel(1_240, 1_754, Luma([255]));
    for (of, x) in [(1, 100), (2, 700)] {
        let one = image::load_from_memory(&paper::png(&code(of), 8).unwrap()).unwrap().into_luma8();
        imageops::replace(&mut two, &one, x, 300);
    }
    assert_eq!(only(&scanned(&two, 0.0, 0.0, 2, 1)).form.unwrap_err(), PageFault::Several);
}

/// The code alone is enough to say which form it is; a person looks at the page then.
#[test]
fn a_form_whose_marks_are_cut_off_is_still_known() {
    let page = raster(&printed(true), 0, 200);
    let upper = imageops::crop_imm(&page, 0, 0, page.width(), page.height() * 2 / 3).to_image();
    let form = only(&scanned(&upper, 1.0, 0.5, 10, 1)).form.unwrap();
    assert_eq!((form.code, form.area, form.is_signed), (code(0), None, None));
}

/// One mark under a stamp is no harm.
#[test]
fn three_marks_are_enough() {
    let mut page = raster(&printed(true), 2, 200);
    let dots = page.height() as f32 / 841.89;
    for (x, y) in (-14i32..14).flat_map(|x| (-14i32..14).map(move |y| (x, y))) {
        let (x, y) = ((525.0 + x as f32) * dots, (744.0 + y as f32) * dots);
        for (dx, dy) in (0..3).flat_map(|dx| (0..3).map(move |dy| (dx, dy))) {
            page.put_pixel(x as u32 + dx, y as u32 + dy, Luma([120]));
        }
    }
    assert!(only(&scanned(&page, -1.5, 0.5, 10, 1)).form.unwrap().area.is_some());
}

#[test]
fn letters_are_the_same_bytes_each_time_and_hold_their_words() {
    let file = printed(true);
    assert_eq!(file, printed(true));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letters.pdf");
    std::fs::write(&path, &file).unwrap();
    let text = Command::new("pdftotext").args(["-layout", path.to_str().unwrap(), "-"]).output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    for expected in
        ["12, rue des Écoles", "权益证明", "Certificat de droit", "Свидетельство", "K7M2-Q9XR-4T1A"]
    {
        assert!(text.contains(expected), "{expected}");
    }
    let address =
        |lines: &[&str]| check_address(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>());
    assert!(address(&["Amina Дьяч 李 ليلى", "12, rue des Écoles", "75005 Paris"]).is_ok());
    assert!(matches!(address(&["a\u{1F600}"]), Err(CertificateError::Character('\u{1F600}'))));
    assert!(matches!(address(&["one"; 7]), Err(CertificateError::TooLong)));
    if let Some(kept) = std::env::var_os("LETTERS_TO") {
        std::fs::write(kept, &file).unwrap();
    }
}

/// The name of whoever acts for the person is cut out with the signature, and is no signature.
#[test]
fn the_row_for_whoever_acts_for_the_person_is_cut_out_with_the_signature() {
    let clean = raster(&printed(true), 2, 200);
    let mut page = clean.clone();
    let dots = page.height() as f32 / 841.89;
    for (x, y) in (0..400u32).flat_map(|x| (0..16u32).map(move |y| (x, y))) {
        page.put_pixel((320.0 * dots) as u32 + x, (762.0 * dots) as u32 + y, Luma([40]));
    }
    let dark = |page: &GrayImage| {
        let form = only(&scanned(page, 1.5, 0.5, 8, 3)).form.unwrap();
        let area = image::load_from_memory(&form.area.unwrap()).unwrap().into_luma8();
        let below = area.height() * 132 / 177;
        let dark = area.enumerate_pixels().filter(|(_, y, pixel)| *y > below && pixel.0[0] < 110).count();
        (dark, form.is_signed)
    };
    let ((before, _), (after, signed)) = (dark(&clean), dark(&page));
    assert!(after > before + 5_000, "{before} {after}");
    assert_eq!(signed, Some(false));
}

/// An invitation in both directions: everything that a person needs stands in the slip, and its code is the address.
#[test]
fn an_invitation_holds_number_code_and_address_in_large_letters() {
    let to: Vec<String> = ["Amina Diallo", "12, rue des Écoles", "75005 Paris"].map(str::to_owned).to_vec();
    let link = "https://wallet.fund.example/enrol?fund=https://issuer.fund.example/t/unjspf";
    for direction in [Direction::LeftToRight, Direction::RightToLeft] {
        let letter = |link: &'static str, code: &'static str| Letter {
            direction,
            sender: "United Nations Joint Staff Pension Fund",
            return_address: "New York",
            to: &to,
            day: "2026-06-30",
            title: "You can confirm with your phone",
            paragraphs: &[],
            form: None,
            slip: Some(paper::Slip {
                link,
                fields: [("Number", "100 482 317"), ("Code", code), ("Address", link)],
            }),
            foot: "+1 212",
        };
        let made = "2026-06-30T10:00:00Z".parse().unwrap();
        let file = letters("Letters", made, &[letter(link, "K7M2Q-9XR4T")]).unwrap();
        let mut page = Cursor::new(Vec::new());
        raster(&file, 0, 150).write_to(&mut page, image::ImageFormat::Png).unwrap();
        assert_eq!(paper::scan(&page.into_inner()).unwrap(), [link]);
        let long: &'static str = Box::leak(format!("https://{}/", "a".repeat(400)).into_boxed_str());
        let refused = letters("Letters", made, &[letter(long, "K7M2Q-9XR4T")]).unwrap_err();
        assert!(matches!(refused.source, CertificateError::TooLong), "nothing is printed over the code");
    }
}
