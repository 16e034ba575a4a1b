//! Letters, one page of A4 each, many in one file: to whom, what is said, and where a form is part of it, its code, its
//! marks and the place for a signature.

use std::collections::HashMap;
use std::rc::Rc;

use chrono::{DateTime, Utc};
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::{Document, SerializeSettings};
use qrcode::{EcLevel, QrCode};

use super::fonts::{Typefaces, Weight};
use super::pen::{BLACK, BLUE, Colour, HAIR, INK, MUTED, Pen, Style, WHITE, length};
use super::slip::{self, Slip};
use super::text::{Line, Setter};
use super::{CertificateError, Direction, acting, date};
use crate::form::{Area, CODE, DAY, MARK_MODULE, MARKED, PLACE, SIGNATURE};

/// A4.
const SIZE: (f32, f32) = (595.28, 841.89);
pub(super) const MARGIN: f32 = 60.0;
pub(super) const WIDTH: f32 = SIZE.0 - 2.0 * MARGIN;
/// The window of an envelope (ISO 269 C5/6 and DL, on the left).
const ADDRESS_TOP: f32 = 128.0;
const ADDRESS_WIDTH: f32 = 260.0;
const ADDRESS_BOTTOM: f32 = 226.0;
const BODY_TOP: f32 = 244.0;
const DECLARATION_TOP: f32 = 546.0;
const FOOT: f32 = 782.0;
/// Of a form, below the row for whoever acts for the person.
const FOOT_OF_FORM: f32 = 793.0;

const SENDER: Style = Style { size: 11.0, weight: Weight::Bold, colour: BLUE };
pub(super) const SMALL: Style = Style { size: 8.0, weight: Weight::Regular, colour: MUTED };
/// The telephone number stands there, for whoever needs help.
const FOOT_NOTE: Style = Style { size: 9.5, weight: Weight::Regular, colour: INK };
const ADDRESS: Style = Style { size: 11.0, weight: Weight::Regular, colour: INK };
const TITLE: Style = Style { size: 15.0, weight: Weight::Bold, colour: INK };
const NUMBER: Style = Style { size: 10.0, weight: Weight::Bold, colour: INK };
/// The declaration is set in the first of these sizes in which it fits.
const DECLARATION_SIZES: [f32; 4] = [10.0, 9.0, 8.0, 7.0];
/// The body is set in the first of these sizes in which it fits: most who read it are old.
const BODY_SIZES: [f32; 7] = [14.0, 13.0, 12.0, 11.0, 10.0, 9.0, 8.0];
/// Across a letter that is no letter.
const SAMPLE: Style = Style { size: 118.0, weight: Weight::Bold, colour: Colour(226, 231, 237) };
const LEADING: f32 = 1.45;
const MOST_CACHED: usize = 1_000;

/// One letter. Texts are in one language, names and addresses in whatever script they have.
#[derive(Clone, Debug)]
pub struct Letter<'a> {
    pub direction: Direction,
    /// Who writes.
    pub sender: &'a str,
    /// Below the sender, in small letters.
    pub return_address: &'a str,
    /// Name and address, as they stand on the envelope.
    pub to: &'a [String],
    /// The day of the letter.
    pub day: &'a str,
    pub title: &'a str,
    pub paragraphs: &'a [String],
    pub form: Option<FormPart<'a>>,
    /// How to begin to enrol; such a letter is no form.
    pub slip: Option<Slip<'a>>,
    /// Telephone and whatever else stands at the foot.
    pub foot: &'a str,
}

/// What makes a letter a form that can be sent back.
#[derive(Clone, Debug)]
pub struct FormPart<'a> {
    /// The text of the code: [`crate::FORM_PREFIX`] and what names the form. In QR codes' alphanumeric characters.
    pub code: &'a str,
    /// The same for people, below the code.
    pub number: &'a str,
    /// What is signed.
    pub declaration: &'a str,
    /// Above the place for the signature, the day and the place.
    pub labels: [&'a str; 3],
    /// For whoever acts for the person: their name, and three rights.
    pub acting: [&'a str; 4],
}

/// Which letter could not be written, by its place from 0, and why.
#[derive(Debug, thiserror::Error)]
#[error("letter {place}: {source}")]
pub struct LetterError {
    pub place: usize,
    #[source]
    pub source: CertificateError,
}

/// Letters as one PDF/A-2u (ISO 19005-2), a page each, in their order. The same letters with the same moment give the
/// same bytes.
pub fn letters(title: &str, made: DateTime<Utc>, all: &[Letter<'_>]) -> Result<Vec<u8>, LetterError> {
    write(title, made, all.iter().map(|letter| (letter, None)))
}

/// The same for somebody who looks at them before they are written, each with a word across the page that says that it is none.
pub fn sample_letters(
    title: &str,
    made: DateTime<Utc>,
    all: &[(Letter<'_>, &str)],
) -> Result<Vec<u8>, LetterError> {
    write(title, made, all.iter().map(|(letter, word)| (letter, Some(*word))))
}

fn write<'a, 'b: 'a>(
    title: &str,
    made: DateTime<Utc>,
    all: impl Iterator<Item = (&'a Letter<'b>, Option<&'a str>)>,
) -> Result<Vec<u8>, LetterError> {
    let failed = |place: usize| move |source: CertificateError| LetterError { place, source };
    let archive = |error: String| CertificateError::Archive(error);
    let configuration = ConfigurationBuilder::new().with_archival_validator(Archival::A2_U).finish();
    let configuration = configuration.map_err(|error| failed(0)(archive(format!("{error:?}"))))?;
    let mut document =
        Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let metadata = Metadata::new().title(title.to_owned()).creator("Passerelle".to_owned());
    document.set_metadata(metadata.creation_date(date(made)));
    let typefaces = Typefaces::read();
    let mut desk = Desk { setter: Setter { typefaces: &typefaces }, set: HashMap::new() };
    let mut many = 0;
    for (place, (letter, word)) in all.enumerate() {
        page(&mut document, &mut desk, letter, word).map_err(failed(place))?;
        many = place + 1;
    }
    document.finish().map_err(|error| failed(many)(archive(format!("{error:?}"))))
}

/// Whether name and address can be printed and fit the window of an envelope, before anybody counts on it.
pub fn check_address(to: &[String]) -> Result<(), CertificateError> {
    thread_local! {
        static TYPEFACES: Typefaces = Typefaces::read();
    }
    TYPEFACES.with(|typefaces| {
        let setter = Setter { typefaces };
        let mut lines = 0;
        for line in to {
            // Names are set bold in other places; both weights have the same characters.
            lines += setter.lines(line, ADDRESS.weight, ADDRESS_WIDTH / ADDRESS.size)?.len();
        }
        match ADDRESS_TOP + length(lines) * ADDRESS.size * LEADING > ADDRESS_BOTTOM {
            true => Err(CertificateError::TooLong),
            false => Ok(()),
        }
    })
}

/// Most lines of thousands of letters are the same, so each is set once.
pub(super) struct Desk<'a> {
    setter: Setter<'a>,
    set: HashMap<(String, bool, u32), Rc<Vec<Line>>>,
}

impl Desk<'_> {
    pub(super) fn lines(
        &mut self,
        text: &str,
        style: Style,
        width: f32,
    ) -> Result<Rc<Vec<Line>>, CertificateError> {
        let ems = width / style.size;
        let key = (text.to_owned(), style.weight == Weight::Bold, ems.to_bits());
        if let Some(set) = self.set.get(&key) {
            return Ok(Rc::clone(set));
        }
        let lines = Rc::new(self.setter.lines(text, style.weight, ems)?);
        if self.set.len() >= MOST_CACHED {
            self.set.clear();
        }
        self.set.insert(key, Rc::clone(&lines));
        Ok(lines)
    }
}

/// A text as it stands on the page.
pub(super) struct Placed {
    lines: Rc<Vec<Line>>,
    style: Style,
    left: f32,
    top: f32,
    width: f32,
    direction: Direction,
}

impl Placed {
    pub(super) fn bottom(&self) -> f32 {
        self.top + length(self.lines.len()) * self.style.size * LEADING
    }
}

fn page(
    document: &mut Document,
    desk: &mut Desk<'_>,
    letter: &Letter<'_>,
    word: Option<&str>,
) -> Result<(), CertificateError> {
    let settings = PageSettings::from_wh(SIZE.0, SIZE.1);
    let settings = settings.ok_or_else(|| CertificateError::Archive("the page has no size".to_owned()))?;
    let mut texts = head(desk, letter)?;
    texts.extend(body(desk, letter)?);
    let code = match &letter.form {
        Some(form) => {
            texts.extend(form_texts(desk, form, letter.direction)?);
            Some(QrCode::with_error_correction_level(form.code, EcLevel::Q)?)
        }
        None => None,
    };
    let slip = letter.slip.as_ref().map(|slip| slip::set(desk, slip, letter.direction)).transpose()?;
    let foot = if letter.form.is_some() { FOOT_OF_FORM } else { FOOT };
    texts.push(placed(desk, letter.foot, FOOT_NOTE, (MARGIN, foot, WIDTH), letter.direction)?);
    let word = word.map(|word| desk.setter.line(word, SAMPLE.weight)).transpose()?;
    let mut page = document.start_page_with(settings);
    let mut pen = Pen { surface: page.surface(), typefaces: desk.setter.typefaces };
    if let Some(word) = &word {
        pen.across(word, SIZE, SAMPLE);
    }
    pen.mark(MARGIN, 44.0, 26.0);
    if let Some(code) = &code {
        pen.code(code, CODE.left, CODE.top, CODE.wide);
        for (x, y) in MARKED.corners() {
            corner(&mut pen, x, y);
        }
        for area in [SIGNATURE, DAY, PLACE] {
            outline(&mut pen, area);
        }
        acting::draw(&mut pen, letter.direction);
    }
    if let Some(slip) = &slip {
        slip::draw(&mut pen, slip);
    }
    for text in texts.iter().chain(slip.iter().flat_map(|slip| &slip.texts)) {
        draw(&mut pen, text);
    }
    drop(pen);
    page.finish();
    Ok(())
}

pub(super) fn placed(
    desk: &mut Desk<'_>,
    text: &str,
    style: Style,
    (left, top, width): (f32, f32, f32),
    direction: Direction,
) -> Result<Placed, CertificateError> {
    Ok(Placed { lines: desk.lines(text, style, width)?, style, left, top, width, direction })
}

fn head(desk: &mut Desk<'_>, letter: &Letter<'_>) -> Result<Vec<Placed>, CertificateError> {
    let left_to_right = Direction::LeftToRight;
    // Beside the code, which stands on the right in every language.
    let beside = (MARGIN + 36.0, CODE.left - MARGIN - 60.0);
    let mut texts = vec![placed(desk, letter.sender, SENDER, (beside.0, 44.0, beside.1), left_to_right)?];
    let below = texts.last().map_or(60.0, Placed::bottom);
    texts.push(placed(desk, letter.return_address, SMALL, (beside.0, below, beside.1), left_to_right)?);
    let mut top = ADDRESS_TOP;
    for line in letter.to {
        let text = placed(desk, line, ADDRESS, (MARGIN, top, ADDRESS_WIDTH), left_to_right)?;
        top = text.bottom();
        texts.push(text);
    }
    match top > ADDRESS_BOTTOM {
        true => Err(CertificateError::TooLong),
        false => Ok(texts),
    }
}

fn body(desk: &mut Desk<'_>, letter: &Letter<'_>) -> Result<Vec<Placed>, CertificateError> {
    let (bottom, sizes): (f32, &[f32]) = match (&letter.form, &letter.slip) {
        (Some(_), _) => (DECLARATION_TOP - 8.0, &BODY_SIZES),
        (None, Some(_)) => (slip::ABOVE, &slip::BODY_SIZES),
        (None, None) => (FOOT - 16.0, &BODY_SIZES),
    };
    for size in sizes.iter().copied() {
        let style = Style { size, weight: Weight::Regular, colour: INK };
        let mut texts = vec![placed(desk, letter.day, SMALL, (MARGIN, 226.0, WIDTH), letter.direction)?];
        let mut add = |text: &str, style: Style, top: f32| {
            let text = placed(desk, text, style, (MARGIN, top, WIDTH), letter.direction)?;
            let next = text.bottom() + size * 0.6;
            texts.push(text);
            Ok::<f32, CertificateError>(next)
        };
        let mut top = add(letter.title, TITLE, BODY_TOP)?;
        for paragraph in letter.paragraphs {
            top = add(paragraph, style, top)?;
        }
        if top <= bottom {
            return Ok(texts);
        }
    }
    Err(CertificateError::TooLong)
}

fn form_texts(
    desk: &mut Desk<'_>,
    form: &FormPart<'_>,
    direction: Direction,
) -> Result<Vec<Placed>, CertificateError> {
    let number = (CODE.left - 20.0, CODE.top + CODE.high + 6.0, CODE.wide + 40.0);
    let mut texts = vec![declaration(desk, form.declaration, direction)?];
    texts.extend(acting::texts(desk, form.acting, direction)?);
    let mut set = placed(desk, form.number, NUMBER, number, Direction::LeftToRight)?;
    let wide = set.lines.iter().map(|line| line.width).fold(0.0, f32::max) * NUMBER.size;
    set.left += (set.width - wide) / 2.0;
    texts.push(set);
    for (label, area) in form.labels.iter().zip([SIGNATURE, DAY, PLACE]) {
        texts.push(placed(desk, label, SMALL, (area.left, area.top - 13.0, area.wide), direction)?);
    }
    Ok(texts)
}

fn declaration(desk: &mut Desk<'_>, text: &str, direction: Direction) -> Result<Placed, CertificateError> {
    for size in DECLARATION_SIZES {
        let style = Style { size, weight: Weight::Bold, colour: INK };
        let set = placed(desk, text, style, (MARGIN, DECLARATION_TOP, WIDTH), direction)?;
        if set.bottom() <= MARKED.top - 4.0 * MARK_MODULE {
            return Ok(set);
        }
    }
    Err(CertificateError::TooLong)
}

fn draw(pen: &mut Pen<'_, '_>, text: &Placed) {
    for (number, line) in text.lines.iter().enumerate() {
        let baseline = text.top + text.style.size * (1.05 + LEADING * length(number));
        let x = match text.direction {
            Direction::LeftToRight => text.left,
            Direction::RightToLeft => text.left + text.width - line.width * text.style.size,
        };
        pen.line(line, x, baseline, text.style);
    }
}

/// A mark: three dark modules in a light and a dark ring (ISO/IEC 18004, 5.3.2.1).
fn corner(pen: &mut Pen<'_, '_>, x: f32, y: f32) {
    for (modules, colour) in [(7.0, BLACK), (5.0, WHITE), (3.0, BLACK)] {
        let side = modules * MARK_MODULE;
        pen.rectangle(x - side / 2.0, y - side / 2.0, side, side, colour);
    }
}

pub(super) fn outline(pen: &mut Pen<'_, '_>, area: Area) {
    let Area { left, top, wide, high } = area;
    for (left, top, wide, high) in [
        (left, top, wide, 0.7),
        (left, top + high, wide, 0.7),
        (left, top, 0.7, high),
        (left + wide, top, 0.7, high + 0.7),
    ] {
        pen.rectangle(left, top, wide, high, HAIR);
    }
}
