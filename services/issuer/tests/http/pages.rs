//! Every page and form of the console as nobody, as somebody without the role, and as another organisation. The table is
//! compared with the sources, so that a new page fails here until somebody has said who may see it.

mod table;
mod things;

use std::collections::BTreeSet;
use std::path::Path;

use issuance::Permission::Administer;
use issuance::{FourEyes, Role, Roles};

use self::table::{PAGES, Page};
use self::things::Things;
use crate::console::Browser;
use crate::support::World;

fn is_upload(template: &str) -> bool {
    ["imports", "portrait", "/proofs", "/fund/register", "/fund/invitations", "/decide"]
        .iter()
        .any(|end| template.ends_with(end))
}

async fn send(browser: &Browser, page: &Page, path: &str) -> u16 {
    let (method, template, _, fields) = page;
    match (*method, is_upload(template)) {
        ("get", _) => browser.get(path).await.status,
        (_, true) => browser.upload(path, "list.csv", b"uid\n").await.status,
        _ => browser.post(path, fields).await.status,
    }
}

#[test]
fn the_table_names_every_page_of_the_sources() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/console");
    let mut found = BTreeSet::new();
    let files = |folder: &Path| std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let below =
        files(&folder).filter(|path| path.is_dir()).flat_map(|folder| files(&folder).collect::<Vec<_>>());
    for path in files(&folder).filter(|path| path.is_file()).chain(below) {
        // Signing in comes before any session; `/` only leads to the console.
        if ["sign_in.rs", "mod.rs"].iter().any(|known| path.ends_with(known)) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for method in ["get", "post", "put", "delete", "patch"] {
            let begin = format!("#[{method}(\"");
            for rest in text.split(&begin).skip(1) {
                found.insert((method.to_owned(), rest.split_once('"').unwrap().0.to_owned()));
            }
        }
    }
    let bare = |path: &str| path.split('?').next().unwrap().to_owned();
    let known: BTreeSet<_> =
        PAGES.iter().map(|(method, path, ..)| ((*method).to_owned(), bare(path))).collect();
    assert_eq!(found, known);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_a_page_or_sends_a_form() {
    let world = World::start().await;
    let nobody = Browser::new(&world, "nobody");
    for page in PAGES {
        let path = format!("/console{}", page.1.replace("{place:staff|retirees}", "staff"));
        let status = send(&nobody, page, &path).await;
        assert!(matches!(status, 303 | 401), "{} {}: {status}", page.0, page.1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_and_form_asks_for_its_role() {
    let world = World::start_with(FourEyes::Always).await;
    let owner = Browser::officer(&world, "undp", "Ann").await;
    let things = Things::made(&world, &owner).await;
    for role in Role::ALL {
        let roles = Roles::of(&[role]);
        let browser = Browser::officer_as(&world, "undp", role.title(), roles).await;
        for page in PAGES.iter().filter(|(_, path, asked, _)| asked.is_some() && *path != "/officers/links") {
            let allowed = roles.may(page.2.unwrap());
            // Forms lead nowhere, so that no role spoils the next one's things.
            let path = match page.0 {
                "get" => things.path(page.1),
                _ => things.path(page.1).replace("s-10023", "unknown"),
            };
            let status = if page.0 == "post" && allowed { 0 } else { send(&browser, page, &path).await };
            assert_eq!(status == 403, !allowed, "{role:?} {} {}: {status}", page.0, page.1);
        }
        let invited = browser.post("/console/officers/links", &[]).await.status;
        assert_eq!(invited, if roles.may(Administer) { 422 } else { 403 }, "{role:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organisation_finds_nothing_and_its_own_people_do() {
    let world = World::start_with(FourEyes::Always).await;
    let owner = Browser::officer(&world, "undp", "Ann").await;
    let fund = Browser::officer(&world, "unjspf", "Flo").await;
    let stranger = Browser::officer(&world, "wfp", "Eve").await;
    let things = Things::made(&world, &owner).await;
    let about_one: Vec<_> =
        PAGES.iter().filter(|(_, path, ..)| path.contains("{id}") || path.contains("{person}")).collect();
    for page in &about_one {
        let path = things.path(page.1);
        assert_eq!(send(&stranger, page, &path).await, 404, "{} {}", page.0, page.1);
    }
    for page in &about_one {
        let of_fund =
            ["/retirees", "/requests", "/fund", "/enrolment"].iter().any(|begin| page.1.starts_with(begin));
        let whose = match of_fund {
            true => &fund,
            false => &owner,
        };
        let status = send(whose, page, &things.path(page.1)).await;
        assert!(status != 404 && status < 500, "{} {}: {status}", page.0, page.1);
    }
    let lists = PAGES.iter().filter(|(method, path, ..)| {
        *method == "get" && !path.contains("{id}") && !path.contains("{person}")
    });
    for page in lists {
        let text = stranger.get(&things.path(page.1)).await.text();
        for secret in ["Okafor", "10023", "Ellison", "minutes", "staff.csv", "Ann<"] {
            assert!(!text.contains(secret), "{}: {secret}", page.1);
        }
    }
}
