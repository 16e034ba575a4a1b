//! What somebody reads who has the files of the database and no key.

use std::collections::BTreeSet;
use std::path::Path;

use entitlement::cycle::HoldKind;
use issuer::app::NewHold;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::{AMINA, approved_list, import, officer, silent, upload};
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_list_of_retirees_does_not_hold_is_nowhere_in_clear() {
    let (world, amina) = silent().await;
    let hold = NewHold { person: amina, kind: HoldKind::Other, reason: "Secretwords".into(), until: None };
    world.issuer.place_hold(&officer("ann"), &hold).await.unwrap();
    approved_list(&world).await;
    import(&world, &["100000077,Sealed,Deadname,1950-05-05,SEN,fr,one,2012-01-01,,2025-01-01"]).await;
    let waiting = "100000088,Sealed,Previewname,1950-05-05,SEN,fr,one,2012-01-01,,";
    upload(&world, &[&AMINA.replace("SEN", "FRA"), waiting, "1,Bad,Rowname,1950-05-05,SEN,fr,one,,,"]).await;
    world.issuer.store().close().await;
    let mut seen = 0;
    for entry in std::fs::read_dir(world.directory.path()).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_file() {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        seen += bytes.len();
        let secrets =
            ["Deadname", "100000077", "Previewname", "100000088", "1950-05-05", "Secretwords", "Rowname"];
        for secret in secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} in {}", path.display());
        }
    }
    assert!(seen > 100_000, "the database was looked at");
}

/// Name and number of whoever can take part stand in the list of retirees, by which officers look people up (`FUND.md`); no other table
/// has them.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_list_of_retirees_holds_stands_in_no_other_table() {
    let world = worked_with().await;
    world.issuer.store().close().await;
    let database = world.directory.path().join("issuer.db");
    let names = ["claims", "name", "search"].map(|column| format!("subjects.{column}"));
    assert_eq!(columns_with(&database, "Diallomensah"), names.clone().into());
    assert_eq!(columns_with(&database, "Petrovskij"), names.into());
    let numbers = ["claims", "number", "search"].map(|column| format!("subjects.{column}"));
    for number in ["100000001", "100000002"] {
        let found = columns_with(&database, number);
        assert!(found.is_subset(&numbers.clone().into()) && found.len() >= 2, "{found:?}");
    }
}

/// A year with letters, a list for payroll, a file that waits and a search among the people.
async fn worked_with() -> World {
    let (world, _) = silent().await;
    approved_list(&world).await;
    upload(&world, &[&AMINA.replace("SEN", "FRA")]).await;
    world
}

/// `table.column` wherever a text stands in some row, in any case of its letters.
fn columns_with(database: &Path, text: &str) -> BTreeSet<String> {
    let text = text.to_ascii_lowercase();
    let open = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut tables = open.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(tables.len() > 50, "every table is looked at");
    let mut found = BTreeSet::new();
    for table in &tables {
        let mut all = open.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns: Vec<String> = all.column_names().map(str::to_owned).collect();
        let mut rows = all.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for (at, column) in columns.iter().enumerate() {
                let (ValueRef::Text(value) | ValueRef::Blob(value)) = row.get_ref(at).unwrap() else {
                    continue;
                };
                let value = value.to_ascii_lowercase();
                if value.windows(text.len()).any(|window| window == text.as_bytes()) {
                    found.insert(format!("{table}.{column}"));
                }
            }
        }
    }
    found
}
