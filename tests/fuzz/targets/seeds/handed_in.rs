//! What people and HR systems hand in: lists, users, pictures, paper.

use std::io::{self, Cursor, Read as _};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use crate::{Write, of_kind};

const STAFF: &[u8] = include_bytes!("../../../../services/issuer/samples/staff-with-faults.csv");
const OTHER_STAFF: &[u8] = include_bytes!("../../../../services/issuer/samples/staff-wfp.csv");
const RETIREES: &[u8] = include_bytes!("../../../../services/issuer/samples/retirees.csv");
const WORKBOOK: &[u8] = include_bytes!("../../../../crates/issuance/src/import/workbooks/staff.xlsx");
const USER: &[u8] = include_bytes!("../scim/user.json");

pub fn write(write: &Write<'_>) -> io::Result<()> {
    lists(write)?;
    users(write)?;
    pictures(write)?;
    paper(write)
}

fn lists(write: &Write<'_>) -> io::Result<()> {
    write("imports", "staff", &of_kind(0, STAFF))?;
    write("imports", "semicolons", &of_kind(0, OTHER_STAFF))?;
    write("imports", "retirees", &of_kind(1, RETIREES))?;
    let mut sheet = Vec::new();
    let mut book = zip::ZipArchive::new(Cursor::new(WORKBOOK)).expect("our own workbook");
    book.by_name("xl/worksheets/sheet1.xml").expect("a sheet").read_to_end(&mut sheet)?;
    write("imports", "sheet", &of_kind(2, &sheet))?;
    // Headings and a row, as a workbook keeps texts that cells share.
    let rows = std::str::from_utf8(STAFF).expect("UTF-8").lines().take(2).flat_map(|line| line.split(','));
    let texts: String = rows.map(|text| format!("<si><t>{text}</t></si>")).collect();
    let namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let strings = format!("<sst xmlns=\"{namespace}\" count=\"24\" uniqueCount=\"24\">{texts}</sst>");
    write("imports", "strings", &of_kind(3, strings.as_bytes()))?;
    write("imports", "workbook", &of_kind(4, WORKBOOK))
}

fn users(write: &Write<'_>) -> io::Result<()> {
    write("scim", "simple", &of_kind(0, br#"userName eq "amina.okafor@undp.test""#))?;
    let filter =
        br#"emails[type eq "work" and value co "undp"] or not (name.familyName sw "O") and title pr"#;
    write("scim", "filter", &of_kind(0, filter))?;
    write("scim", "user", &of_kind(1, USER))?;
    let patch = br#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"emails[type eq \"work\"].value","value":"b@undp.test"},{"op":"Add","value":{"title":"Officer","name.givenName":"A"}},{"op":"remove","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"}]}"#;
    write("scim", "patch", &of_kind(2, patch))
}

fn pictures(write: &Write<'_>) -> io::Result<()> {
    let picture = RgbImage::from_fn(130, 150, |x, y| Rgb([(x * 2) as u8, y as u8, (x ^ y) as u8]));
    let picture: DynamicImage = picture.into();
    for (name, format) in [("jpeg", ImageFormat::Jpeg), ("png", ImageFormat::Png)] {
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, format).expect("writing to memory");
        write("pictures", name, file.get_ref())?;
    }
    Ok(())
}

fn paper(write: &Write<'_>) -> io::Result<()> {
    let long: String =
        (0..900u32).map(|number| format!("{:x}", number.wrapping_mul(2_654_435_761))).collect();
    let codes = paper::parts(&long).expect("a text of few codes");
    write("paper", "codes", &of_kind(0, codes.join("\n").as_bytes()))?;
    write("paper", "short", &of_kind(0, paper::parts("eyJ~").expect("a short text")[0].as_bytes()))?;
    let picture = paper::png("PASSERELLE", 2).expect("a short text");
    write("paper", "picture", &of_kind(1, &picture))?;
    write("paper", "clean", &of_kind(2, b"\x0aPASSERELLE"))?;
    write("paper", "spotted", &of_kind(2, b"\x0aPASSERELLE\x20\x20\x03\x08\x08\x02"))
}
