//! Programs of others judge our certificates: qpdf and poppler (`tests/run --only tools` installs them).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod people;

use std::io::Cursor;
use std::process::Command;

use image::{GrayImage, ImageFormat};
use paper::{certificate, text_of};
use people::{Person, credential, people};

/// What a program says, which must be content.
fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output =
        output.unwrap_or_else(|error| panic!("{program} (tests/run --only tools installs it): {error}"));
    let (said, complaint) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && complaint.trim().is_empty(), "{program}: {said}{complaint}");
    said.into_owned()
}

/// A certificate in a folder that goes away.
struct Written {
    folder: tempfile::TempDir,
    text: String,
}

impl Written {
    fn of(person: &Person) -> Self {
        let (folder, text) = (tempfile::tempdir().unwrap(), credential(person.language));
        std::fs::write(folder.path().join("it.pdf"), certificate(&person.certificate(&text)).unwrap())
            .unwrap();
        Self { folder, text }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

#[test]
fn others_find_no_fault_and_the_same_credential() {
    for person in people() {
        let written = Written::of(&person);
        let (file, detached) = (written.path("it.pdf"), written.path("detached"));
        assert!(run("qpdf", &["--check", &file]).contains("No syntax or stream encoding errors"));
        run("pdfdetach", &["-save", "1", "-o", &detached, &file]);
        assert_eq!(std::fs::read_to_string(&detached).unwrap(), written.text, "{}", person.language);
        let metadata = run("pdfinfo", &["-meta", &file]);
        assert!(metadata.contains("<pdfaid:part>3</pdfaid:part>"), "{metadata}");
        // name, type, encoding, emb, sub, uni: embedded, a subset, with its characters.
        let fonts = run("pdffonts", &[&file]);
        assert!(fonts.lines().count() > 3, "{fonts}");
        assert!(fonts.lines().skip(2).all(|font| font.contains("yes yes yes")), "{fonts}");
    }
}

#[test]
fn the_words_that_others_read_are_the_words_that_were_written() {
    for person in people() {
        let written = Written::of(&person);
        let read = run("pdftotext", &["-layout", &written.path("it.pdf"), "-"]);
        let letters = |text: &str| {
            let mut letters: Vec<char> = text.chars().filter(|letter| letter.is_alphanumeric()).collect();
            letters.sort_unstable();
            letters
        };
        for fact in &person.facts {
            let line =
                read.lines().find(|line| letters(line) == letters(&format!("{}{}", fact.label, fact.value)));
            assert!(line.is_some(), "{} {fact:?} in {read}", person.language);
        }
    }
}

#[test]
fn a_scanner_may_write_a_pdf_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let scan = folder.path().join("scan.pdf");
    let code = image::load_from_memory(&paper::png("eyJ0.e30.c2ln~", 8).unwrap()).unwrap().into_luma8();
    std::fs::write(&scan, as_a_scanner_does(&code)).unwrap();
    run("qpdf", &["--check", &scan.display().to_string()]);
    assert_eq!(text_of([std::fs::read(&scan).unwrap().as_slice()]).unwrap(), "eyJ0.e30.c2ln~");
}

/// One page that is one JPEG picture.
fn as_a_scanner_does(page: &GrayImage) -> Vec<u8> {
    let mut picture = Cursor::new(Vec::new());
    page.write_to(&mut picture, ImageFormat::Jpeg).unwrap();
    let picture = picture.into_inner();
    let (width, height) = (page.width(), page.height());
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</P 5 0 R>>>>>>".to_vec(),
        b"<</Length 25>>\nstream\n595 0 0 842 0 0 cm /P Do \nendstream".to_vec(),
        [
            format!("<</Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode/Length {}>>\nstream\n", picture.len()).as_bytes(),
            &picture,
            b"\nendstream",
        ]
        .concat(),
    ];
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut table = String::from("xref\n0 6\n0000000000 65535 f \n");
    for (number, object) in (1..).zip(objects) {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        file.extend_from_slice(&object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let place = file.len();
    file.extend_from_slice(table.as_bytes());
    file.extend_from_slice(
        format!("trailer\n<</Root 1 0 R/Size 6>>\nstartxref\n{place}\n%%EOF\n").as_bytes(),
    );
    file
}
