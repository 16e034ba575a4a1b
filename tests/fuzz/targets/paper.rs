//! Credentials on paper: the texts of codes, pictures of codes, and codes with spots on them.
#![no_main]

use fuzz::bounds::{bounded, within};
use image::{GrayImage, ImageFormat};
use libfuzzer_sys::fuzz_target;
use paper::{Joining, MAX_TEXT_BYTES, parts, png, scan, text_of};

/// A scan of a page in memory, in the sizes at which codes are looked for.
const MOST_BYTES: usize = 600 * 1000 * 1000;

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind % 3 {
        0 => drop(std::str::from_utf8(rest).map(codes)),
        1 => drop(within(MOST_BYTES, || text_of([rest]))),
        _ => spotted(rest),
    }
});

/// One code a line. A text that was put together is one that can be taken apart.
fn codes(text: &str) {
    let mut joining = Joining::default();
    for code in text.split('\n') {
        let Ok(Some(whole)) = bounded(|| joining.add(code)) else { continue };
        if !code.starts_with("PASSERELLE:") {
            assert_eq!(whole, code, "a code that is no part is the text");
        } else {
            assert!(whole.len() <= MAX_TEXT_BYTES);
            there_and_back(&whole);
        }
    }
    there_and_back(text);
}

/// The parts of a text make the text, in any order.
fn there_and_back(text: &str) {
    let Ok(codes) = bounded(|| parts(text)) else { return };
    let mut joining = Joining::default();
    let mut last = Ok(None);
    for code in codes.iter().rev() {
        last = joining.add(code);
    }
    assert_eq!(last, Ok(Some(text.to_owned())));
}

/// A text of up to 64 bytes as a code in which spots of ink lie: places of two bytes and a size. Without any it is read back.
fn spotted(rest: &[u8]) {
    let Some((&length, rest)) = rest.split_first() else { return };
    let (text, spots) = rest.split_at(usize::from(length % 64).min(rest.len()));
    let Ok(text) = std::str::from_utf8(text) else { return };
    let Ok(file) = png(text, 2) else { return };
    let picture = image::load_from_memory_with_format(&file, ImageFormat::Png).expect("our own picture");
    let mut picture = picture.into_luma8();
    let spots = spots.as_chunks::<3>().0;
    spots.iter().for_each(|[x, y, size]| spot(&mut picture, *x, *y, size % 16));
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).expect("writing to memory");
    let read = within(MOST_BYTES, || scan(file.get_ref()));
    if spots.is_empty() && !text.is_empty() {
        assert_eq!(read.ok().as_deref(), Some(&[text.to_owned()][..]), "a clean code is not read");
    }
}

fn spot(picture: &mut GrayImage, x: u8, y: u8, size: u8) {
    let (left, top) = (u32::from(x), u32::from(y));
    for (x, y) in
        (left..left + u32::from(size)).flat_map(|x| (top..top + u32::from(size)).map(move |y| (x, y)))
    {
        if let Some(pixel) = picture.get_pixel_mut_checked(x, y) {
            pixel.0[0] = !pixel.0[0];
        }
    }
}
