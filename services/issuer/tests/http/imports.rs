//! Lists as workbooks, and lists that are held, go on, and tell what became of each row.

use crate::console::Browser;
use crate::support::World;

const SAMPLE: &[u8] = include_bytes!("../../samples/staff-undp.csv");
const FAULTS: &[u8] = include_bytes!("../../samples/staff-with-faults.csv");
const WORKBOOK: &[u8] = include_bytes!("../../../../crates/issuance/src/import/workbooks/sheets.xlsx");

/// How many lines of the result have each outcome.
async fn outcomes(browser: &Browser, page: &str) -> [usize; 4] {
    let file = browser.get(&format!("{page}/result.csv")).await;
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"result.csv\""));
    let text = file.text();
    assert!(text.starts_with("\u{feff}line,number,outcome,reason,offer"), "{text}");
    ["waiting", "offered", "listed", "left out"]
        .map(|word| text.lines().filter(|line| line.split(',').nth(2) == Some(word)).count())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_list_waits_until_it_is_resumed_also_after_a_restart() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "undp", "Ann").await;
    let page = Browser::path_of(&browser.upload("/console/imports", "staff.csv", SAMPLE).await);
    assert_eq!(browser.post(&format!("{page}/pause"), &[]).await.status, 409, "nothing is worked off");
    browser.post(&format!("{page}/confirm"), &[]).await;
    for _ in 0..2 {
        assert_eq!(Browser::path_of(&browser.post(&format!("{page}/pause"), &[]).await), page);
    }
    world.issuer.work_off_uploads().await.unwrap();
    assert!(browser.get(&page).await.text().contains("Paused"));
    assert_eq!(outcomes(&browser, &page).await, [200, 0, 0, 0]);
    let world = world.restart().await;
    world.issuer.work_off_uploads().await.unwrap();
    let mut browser = browser.at(&world);
    browser.sign_in().await;
    assert_eq!(outcomes(&browser, &page).await, [200, 0, 0, 0]);
    assert_eq!(Browser::path_of(&browser.post(&format!("{page}/resume"), &[]).await), page);
    world.issuer.work_off_uploads().await.unwrap();
    assert_eq!(outcomes(&browser, &page).await, [0, 200, 0, 0]);
    let late = browser.post(&format!("{page}/pause"), &[]).await;
    assert_eq!(Browser::path_of(&late), page, "it was finished meanwhile");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_result_says_why_a_row_was_left_out() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "undp", "Ann").await;
    let page = Browser::path_of(&browser.upload("/console/imports", "staff.csv", FAULTS).await);
    browser.post(&format!("{page}/confirm"), &[]).await;
    world.issuer.work_off_uploads().await.unwrap();
    let rows = FAULTS.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count() - 1;
    let [waiting, offered, listed, left_out] = outcomes(&browser, &page).await;
    assert_eq!((waiting, listed, offered + left_out), (0, 0, rows));
    assert!(offered > 0 && left_out > 0);
    let text = browser.get(&format!("{page}/result.csv")).await.text();
    let reasons = text.lines().filter(|line| line.contains(",left out,"));
    for line in reasons {
        assert!(!line.ends_with(",left out,,"), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_is_uploaded_like_a_text() {
    let world = World::start().await;
    let browser = Browser::officer(&world, "undp", "Ann").await;
    let path = "/console/imports";
    let page = Browser::path_of(&browser.upload(path, "staff.xlsx", WORKBOOK).await);
    let preview = browser.get(&page).await.text();
    for said in ["Offer credentials to 2 people?", "XLSX workbook", "Amina", "5, <code>birth_date</code>"] {
        assert!(preview.contains(said), "{said}: {preview}");
    }
    let named = browser.upload_sheet(path, "staff.xlsx", WORKBOOK, "Staff 2026").await;
    assert_ne!(Browser::path_of(&named), page, "a named sheet is a list of its own");
    let missing = browser.upload_sheet(path, "staff.xlsx", WORKBOOK, "<b>Nowhere").await;
    assert_eq!(missing.status, 422);
    assert!(missing.text().contains("it has: Empty, Staff 2026, Other"), "{}", missing.text());
    let zip = browser.upload(path, "staff.xlsx", b"PK\x03\x04").await;
    assert_eq!(zip.status, 422);
}
