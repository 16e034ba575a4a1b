//! Certificates: written by the rules of PDF/A-3, read back from the file; what is hostile ends at a bound.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod people;

use std::time::Instant;

use paper::{CertificateError, MAX_PDF_BYTES, PdfError, ReadError, ScanError, certificate, text_of};
use people::{credential, people};

#[test]
fn the_embedded_credential_comes_back_in_every_language() {
    for person in people() {
        let text = credential(person.language);
        let file = certificate(&person.certificate(&text)).unwrap();
        assert!(file.len() < 200_000, "{} bytes", file.len());
        assert_eq!(text_of([file.as_slice()]).unwrap(), text, "{}", person.language);
    }
}

#[test]
fn the_file_says_what_pdf_a_3_demands() {
    let text = credential("en");
    let person = &people()[0];
    let file = certificate(&person.certificate(&text)).unwrap();
    let document = lopdf::Document::load_mem(&file).unwrap();
    let catalog = document.catalog().unwrap();
    let stream = |object: &lopdf::Object| {
        let (_, object) = document.dereference(object).unwrap();
        object.as_stream().unwrap().get_plain_content().unwrap()
    };
    // ISO 19005-3, 6.6.4: version identification in XMP.
    let metadata = String::from_utf8(stream(catalog.get(b"Metadata").unwrap())).unwrap();
    assert!(metadata.contains("<pdfaid:part>3</pdfaid:part>"), "{metadata}");
    assert!(metadata.contains("<pdfaid:conformance>U</pdfaid:conformance>"), "{metadata}");
    // 6.2.3: an output intent with an ICC profile.
    let (_, intents) = document.dereference(catalog.get(b"OutputIntents").unwrap()).unwrap();
    let (_, intent) = document.dereference(&intents.as_array().unwrap()[0]).unwrap();
    let intent = intent.as_dict().unwrap();
    assert_eq!(intent.get(b"S").unwrap().as_name().unwrap(), b"GTS_PDFA1");
    let profile = stream(intent.get(b"DestOutputProfile").unwrap());
    assert_eq!(&profile[36..40], b"acsp", "an ICC profile");
    // 6.8: associated with the document, with the relationship said.
    let (_, associated) = document.dereference(catalog.get(b"AF").unwrap()).unwrap();
    let (_, file) = document.dereference(&associated.as_array().unwrap()[0]).unwrap();
    let file = file.as_dict().unwrap();
    assert_eq!(file.get(b"AFRelationship").unwrap().as_name().unwrap(), b"Source");
    let (_, embedded) =
        document.dereference(file.get(b"EF").unwrap().as_dict().unwrap().get(b"F").unwrap()).unwrap();
    assert_eq!(
        embedded.as_stream().unwrap().dict.get(b"Subtype").unwrap().as_name().unwrap(),
        b"application/dc+sd-jwt"
    );
    // 6.2.11.4: every font is embedded.
    let descriptors = document.objects.values().filter_map(|object| object.as_dict().ok());
    let descriptors: Vec<_> = descriptors
        .filter(|one| {
            one.get(b"Type").and_then(lopdf::Object::as_name).is_ok_and(|it| it == b"FontDescriptor")
        })
        .collect();
    assert!(descriptors.len() >= 2);
    assert!(descriptors.iter().all(|one| one.has(b"FontFile2") || one.has(b"FontFile3")));
}

#[test]
fn a_name_that_cannot_be_printed_whole_is_not_printed() {
    let text = credential("en");
    let mut person = people().remove(0);
    person.facts[0].value.push('\u{12000}');
    let refused = certificate(&person.certificate(&text));
    assert!(matches!(refused, Err(CertificateError::Character('\u{12000}'))));
}

#[test]
fn more_than_fits_the_pages_is_refused() {
    let mut person = people().remove(0);
    person.facts = std::iter::repeat_n(person.facts[0].clone(), 600).collect();
    let text = credential("en");
    assert!(matches!(certificate(&person.certificate(&text)), Err(CertificateError::TooLong)));
}

/// A PDF with one stream beside an empty catalogue, and a file specification that names it.
fn with_stream(dictionary: &str, content: &[u8]) -> Vec<u8> {
    let objects = [
        b"<</Type/Catalog>>".to_vec(),
        [format!("<<{dictionary}/Length {}>>\nstream\n", content.len()).as_bytes(), content, b"\nendstream"]
            .concat(),
        b"<</Type/Filespec/EF<</F 2 0 R>>>>".to_vec(),
    ];
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut table = String::from("xref\n0 4\n0000000000 65535 f \n");
    for (number, object) in (1..).zip(objects) {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        file.extend_from_slice(&object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let place = file.len();
    file.extend_from_slice(table.as_bytes());
    file.extend_from_slice(format!("trailer\n<</Root 1 0 R/Size 4>>\nstartxref\n{place}\n%%EOF").as_bytes());
    file
}

fn zeros(length: usize) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![0; length]).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn hostile_files_end_at_a_bound() {
    let begun = Instant::now();
    let bomb = zeros(64 * 1024 * 1024);
    let twice = {
        use std::io::Write as _;
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&bomb).unwrap();
        encoder.finish().unwrap()
    };
    let objects = "/Type/ObjStm/N 1/First 4";
    let credential = "/Type/EmbeddedFile/Subtype/application#2Fvc";
    let many = [&b"%PDF-1.7\n"[..], &b"1 0 obj<<>>stream\n\nendstream endobj\n".repeat(3_000), &b"%%EOF"[..]]
        .concat();
    let deep = [&b"%PDF-1.7\n1 0 obj\n"[..], &b"[".repeat(1_000_000), &b"\n%%EOF"[..]].concat();
    let circle = b"%PDF-1.7\n1 0 obj\n2 0 R\nendobj\n2 0 obj\n1 0 R\nendobj\n3 0 obj\n<</Type/Filespec/EF 1 0 R>>\nendobj\ntrailer<</Root 3 0 R>>\n%%EOF".to_vec();
    for (why, file) in [
        (
            "an object stream that unpacks without end",
            with_stream(&format!("{objects}/Filter/FlateDecode"), &bomb),
        ),
        ("twice packed", with_stream(&format!("{objects}/Filter[/FlateDecode/FlateDecode]"), &twice)),
        (
            "a credential that unpacks without end",
            with_stream(&format!("{credential}/Filter/FlateDecode"), &bomb),
        ),
        (
            "the same, twice packed",
            with_stream(&format!("{credential}/Filter[/FlateDecode/FlateDecode]"), &twice),
        ),
        ("a credential that is too long", with_stream(credential, &vec![b'a'; 70_000])),
        ("a credential that is no text", with_stream(credential, &[0xff, 0xfe])),
        ("more streams than a certificate has", many),
        ("nested without end", deep),
        ("references in a circle", circle),
        ("truncated", certificate(&people()[0].certificate("a~")).unwrap()[..900].to_vec()),
        ("a header alone", b"%PDF-1.7".to_vec()),
        (
            "a picture that claims to be huge",
            with_stream(
                "/Type/XObject/Subtype/Image/Filter/DCTDecode",
                b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01",
            ),
        ),
    ] {
        let refused = text_of([file.as_slice()]);
        assert!(matches!(refused, Err(ReadError::Pdf(_) | ReadError::Scan(_))), "{why}: {refused:?}");
    }
    let long = [&b"%PDF-1.7"[..], &vec![b' '; MAX_PDF_BYTES]].concat();
    assert!(matches!(text_of([long.as_slice()]), Err(ReadError::Pdf(PdfError::TooLong))));
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

#[test]
fn an_embedded_file_of_another_kind_is_no_credential() {
    let invoice = with_stream("/Type/EmbeddedFile/Subtype/text#2Fxml", b"<invoice/>");
    assert!(matches!(text_of([invoice.as_slice()]), Err(ReadError::Pdf(PdfError::Nothing))));
    let credential = with_stream("/Type/EmbeddedFile/Subtype/application#2Fdc+sd-jwt", b"eyJ0.e30.c2ln~");
    assert_eq!(text_of([credential.as_slice()]).unwrap(), "eyJ0.e30.c2ln~");
}

#[test]
fn a_page_without_a_code_says_what_to_do() {
    let mut blank = std::io::Cursor::new(Vec::new());
    let page = image::GrayImage::from_pixel(300, 300, image::Luma([200]));
    page.write_to(&mut blank, image::ImageFormat::Jpeg).unwrap();
    let blank = blank.into_inner();
    let scan = with_stream("/Type/XObject/Subtype/Image/Filter[/DCTDecode]", &blank);
    for file in [scan, blank] {
        let refused = text_of([file.as_slice()]).unwrap_err();
        assert!(matches!(refused, ReadError::Scan(ScanError::NoCode)), "{refused:?}");
        assert!(refused.to_string().contains("take it again, closer"), "{refused}");
    }
}
