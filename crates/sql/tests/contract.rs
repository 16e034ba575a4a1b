//! What both engines promise: on SQLite always, on PostgreSQL when `TEST_DATABASE_URL` is set.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stderr)]

use std::sync::atomic::{AtomicU32, Ordering};

use sql::{Database, Error, Migration, Timestamp, args, retry};

const FIRST: Migration = Migration {
    version: 1,
    name: "people",
    sql: "CREATE TABLE people (id TEXT PRIMARY KEY, age BIGINT, photo {{blob}}, seen BIGINT, gone BIGINT NOT NULL DEFAULT 0);
          CREATE INDEX people_by_age ON people (age);",
};
const SECOND: Migration = Migration {
    version: 2,
    name: "notes",
    sql: "CREATE TABLE notes (person TEXT NOT NULL REFERENCES people (id), text TEXT)",
};
const OTHER_AUTHOR: Migration =
    Migration { version: 100, name: "colours", sql: "CREATE TABLE colours (name TEXT PRIMARY KEY)" };

static SCHEMAS: AtomicU32 = AtomicU32::new(0);

/// A place for one test: a fresh file, or a fresh schema.
struct Place {
    url: String,
    schema: String,
    _directory: tempfile::TempDir,
}

fn places(test: &str) -> Vec<Place> {
    let place = |url: Option<String>| {
        let directory = tempfile::tempdir().unwrap();
        let file = format!("sqlite:{}", directory.path().join("test.db").display());
        let schema = format!("sql_{}_{}", std::process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
        Place { url: url.unwrap_or(file), schema, _directory: directory }
    };
    let mut places = vec![place(None)];
    match std::env::var("TEST_DATABASE_URL") {
        Ok(url) => places.push(place(Some(url))),
        Err(_) => eprintln!("SKIPPED on PostgreSQL: {test} (TEST_DATABASE_URL is not set)"),
    }
    places
}

impl Place {
    async fn open(&self, migrations: &[Migration]) -> Result<Database, Error> {
        Database::open(&self.url, &self.schema, migrations).await
    }
}

/// Runs the body once per engine.
macro_rules! on_both {
    ($name:ident, |$place:ident| $body:block) => {
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            for $place in places(stringify!($name)) $body
        }
    };
}

const INSERT: &str = "INSERT INTO people (id, age, photo, seen) VALUES ($1, $2, $3, $4)";

on_both!(every_type_returns_as_it_went_in, |place| {
    let db = place.open(&[FIRST]).await.unwrap();
    let seen = Timestamp::from_timestamp_millis(1_772_000_000_123).unwrap();
    let mut tx = db.write("test").await.unwrap();
    assert_eq!(tx.execute(INSERT, args!["amina", i64::MAX, vec![0u8, 255], seen]).await.unwrap(), 1);
    assert_eq!(
        tx.execute(INSERT, args!["wang", None::<i64>, None::<Vec<u8>>, None::<Timestamp>]).await.unwrap(),
        1
    );
    tx.commit().await.unwrap();
    let mut tx = db.read().await.unwrap();
    let rows = tx.fetch_all("SELECT * FROM people ORDER BY id", args![]).await.unwrap();
    assert_eq!(rows[0].text("id").unwrap(), "amina");
    assert_eq!(rows[0].int("age").unwrap(), i64::MAX);
    assert_eq!(rows[0].blob("photo").unwrap(), [0, 255]);
    assert_eq!(rows[0].time("seen").unwrap(), seen);
    assert!(!rows[0].flag("gone").unwrap());
    assert_eq!(rows[1].opt_int("age").unwrap(), None);
    assert_eq!(rows[1].opt_blob("photo").unwrap(), None);
    assert_eq!(rows[1].opt_time("seen").unwrap(), None);
    assert!(matches!(rows[1].int("age"), Err(Error::Column { column: "age", .. })));
    assert!(matches!(rows[1].text("shoe"), Err(Error::NoColumn("shoe"))));
    let count =
        tx.fetch_optional("SELECT COUNT(*) AS n, CAST(SUM(gone) AS BIGINT) AS s FROM people", args![]).await;
    let count = count.unwrap().unwrap();
    assert_eq!((count.int("n").unwrap(), count.int("s").unwrap()), (2, 0));
});

on_both!(a_null_and_a_value_may_share_one_statement, |place| {
    let db = place.open(&[FIRST]).await.unwrap();
    let mut tx = db.write("test").await.unwrap();
    // The engine keeps the prepared statement, so a null first must not fix the parameter's type.
    tx.execute(INSERT, args!["a", None::<i64>, None::<Vec<u8>>, None::<i64>]).await.unwrap();
    tx.execute(INSERT, args!["b", 7, vec![1u8], 8]).await.unwrap();
    tx.execute(INSERT, args!["c", None::<i64>, None::<Vec<u8>>, 9]).await.unwrap();
    const FIND: &str =
        "SELECT id FROM people WHERE (CAST($1 AS BIGINT) IS NULL OR age = $1) ORDER BY id LIMIT $2";
    assert_eq!(tx.fetch_all(FIND, args![None::<i64>, 10]).await.unwrap().len(), 3);
    assert_eq!(tx.fetch_all(FIND, args![7, 10]).await.unwrap().len(), 1);
    assert_eq!(tx.fetch_all(FIND, args![None::<i64>, 2]).await.unwrap().len(), 2);
});

on_both!(parameters_are_numbered_wherever_they_stand, |place| {
    let db = place.open(&[FIRST]).await.unwrap();
    let mut tx = db.write("test").await.unwrap();
    tx.execute(INSERT, args!["a", 1, vec![0u8], 1]).await.unwrap();
    const MOVE: &str = "UPDATE people SET age = $3, seen = $2 WHERE id = $1 AND age < $3 RETURNING age, seen";
    let row = tx.fetch_optional(MOVE, args!["a", 5, 7]).await.unwrap().unwrap();
    assert_eq!((row.int("age").unwrap(), row.int("seen").unwrap()), (7, 5));
    tx.execute("UPDATE people SET age = $2 WHERE id = $1", args!["a", 9]).await.unwrap();
    assert!(tx.execute("UPDATE people SET age = $2 WHERE id = $1", args!["a"]).await.is_err());
});

on_both!(a_dropped_transaction_leaves_nothing, |place| {
    let db = place.open(&[FIRST]).await.unwrap();
    let mut tx = db.write("test").await.unwrap();
    tx.execute(INSERT, args!["a", 1, vec![0u8], 1]).await.unwrap();
    drop(tx);
    let mut tx = db.write("test").await.unwrap();
    assert!(tx.fetch_optional("SELECT id FROM people", args![]).await.unwrap().is_none());
});

on_both!(a_read_sees_one_moment_and_cannot_write, |place| {
    let db = place.open(&[FIRST]).await.unwrap();
    let mut reader = db.read().await.unwrap();
    let count = "SELECT COUNT(*) AS n FROM people";
    assert_eq!(reader.fetch_optional(count, args![]).await.unwrap().unwrap().int("n").unwrap(), 0);
    let mut writer = db.write("test").await.unwrap();
    writer.execute(INSERT, args!["a", 1, vec![0u8], 1]).await.unwrap();
    writer.commit().await.unwrap();
    assert_eq!(reader.fetch_optional(count, args![]).await.unwrap().unwrap().int("n").unwrap(), 0);
    assert!(matches!(reader.execute("DELETE FROM people", args![]).await, Err(Error::ReadOnly)));
    assert!(reader.fetch_optional("DELETE FROM people RETURNING id", args![]).await.is_err());
});

on_both!(conflicts_are_told_apart, |place| {
    let db = place.open(&[FIRST, SECOND]).await.unwrap();
    let mut tx = db.write("test").await.unwrap();
    tx.execute(INSERT, args!["a", 1, vec![0u8], 1]).await.unwrap();
    let error = tx.execute(INSERT, args!["a", 1, vec![0u8], 1]).await.unwrap_err();
    assert!(error.is_conflict() && !error.is_retryable());
    drop(tx);
    let mut tx = db.write("test").await.unwrap();
    let error = tx.execute("INSERT INTO notes (person, text) VALUES ($1, $2)", args!["nobody", "x"]).await;
    assert!(!error.unwrap_err().is_conflict());
});

on_both!(one_row_or_stale, |place| {
    let db = place.open(&[FIRST]).await.unwrap();
    let mut tx = db.write("test").await.unwrap();
    tx.execute(INSERT, args!["a", 1, vec![0u8], 1]).await.unwrap();
    const MOVE: &str = "UPDATE people SET age = $1 WHERE id = $2 AND age = $3";
    tx.execute_one(MOVE, args![2, "a", 1]).await.unwrap();
    let stale = tx.execute_one(MOVE, args![3, "a", 1]).await.unwrap_err();
    assert!(stale.is_retryable());
});

on_both!(returning_gives_the_consumed_row_once, |place| {
    let db = place.open(&[FIRST]).await.unwrap();
    let mut tx = db.write("test").await.unwrap();
    tx.execute(INSERT, args!["a", 1, vec![0u8], 1]).await.unwrap();
    const CONSUME: &str = "DELETE FROM people WHERE id = $1 RETURNING age";
    assert_eq!(tx.fetch_optional(CONSUME, args!["a"]).await.unwrap().unwrap().int("age").unwrap(), 1);
    assert!(tx.fetch_optional(CONSUME, args!["a"]).await.unwrap().is_none());
});

on_both!(racing_increments_all_count, |place| {
    let db = place.open(&[FIRST]).await.unwrap();
    let mut tx = db.write("test").await.unwrap();
    tx.execute(INSERT, args!["a", 0, vec![0u8], 1]).await.unwrap();
    tx.commit().await.unwrap();
    let racers: Vec<_> = (0..8)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                for _ in 0..5 {
                    retry(|| increment(&db)).await.unwrap();
                }
            })
        })
        .collect();
    for racer in racers {
        racer.await.unwrap();
    }
    let mut tx = db.read().await.unwrap();
    let row = tx.fetch_optional("SELECT age FROM people", args![]).await.unwrap().unwrap();
    assert_eq!(row.int("age").unwrap(), 40);
});

async fn increment(db: &Database) -> Result<(), Error> {
    // Losing one race in a row of eight racers is likely, six times is not once the others finish.
    let mut tx = db.write("increment").await?;
    let row = tx.fetch_optional("SELECT age FROM people WHERE id = $1", args!["a"]).await?;
    let age = row.ok_or(Error::Stale)?.int("age")?;
    tx.execute_one("UPDATE people SET age = $1 WHERE id = $2", args![age + 1, "a"]).await?;
    tx.commit().await
}

on_both!(writes_that_wait_together_last_together_and_those_that_fail_leave_nothing, |place| {
    let db = place.open(&[FIRST]).await.unwrap();
    let writers: Vec<_> = (0..60)
        .map(|number| {
            let db = db.clone();
            tokio::spawn(async move { retry(|| insert_or_fail(&db, number)).await })
        })
        .collect();
    for (number, writer) in (0..).zip(writers) {
        assert_eq!(writer.await.unwrap().is_ok(), number % 3 == 0, "{number}");
    }
    // Another opening of the same database sees what was told to last.
    let other = place.open(&[FIRST]).await.unwrap();
    let mut tx = other.read().await.unwrap();
    let rows = tx.fetch_all("SELECT age FROM people ORDER BY age", args![]).await.unwrap();
    let ages: Vec<i64> = rows.iter().map(|row| row.int("age").unwrap()).collect();
    assert_eq!(ages, (0..60).step_by(3).collect::<Vec<i64>>());
});

/// Of three one commits, one runs into a conflict, and one changes its mind.
async fn insert_or_fail(db: &Database, number: i64) -> Result<(), Error> {
    let mut tx = db.write("insert").await?;
    tx.execute(INSERT, args![number.to_string(), number, None::<Vec<u8>>, None::<i64>]).await?;
    tokio::task::yield_now().await;
    match number % 3 {
        0 => tx.commit().await,
        1 => tx.execute(INSERT, args![number.to_string(), 0, None::<Vec<u8>>, None::<i64>]).await.map(drop),
        _ => Err(Error::NoColumn("none")),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_is_in_no_file_once_the_log_was_emptied() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("one.db");
    let db = Database::open(&format!("sqlite:{}", path.display()), "one", &[]).await.unwrap();
    let secret = "nobody is to read this again";
    let files = || {
        let read = |name: &str| std::fs::read(directory.path().join(name)).unwrap_or_default();
        [read("one.db"), read("one.db-wal")].concat()
    };
    let found = || files().windows(secret.len()).any(|window| window == secret.as_bytes());
    let mut tx = db.write("test").await.unwrap();
    tx.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)", vec![]).await.unwrap();
    tx.execute("INSERT INTO notes (id, text) VALUES (1, $1)", args![secret]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(found());
    let mut reading = db.read().await.unwrap();
    reading.fetch_all("SELECT text FROM notes", vec![]).await.unwrap();
    let mut tx = db.write("test").await.unwrap();
    tx.execute("DELETE FROM notes WHERE id = 1", vec![]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(found(), "the log has it");
    assert!(!db.empty_log().await.unwrap(), "somebody reads what was there before");
    drop(reading);
    assert!(db.empty_log().await.unwrap());
    assert!(!found());
    db.write("test").await.unwrap().commit().await.unwrap();
}

#[tokio::test]
async fn whoever_opens_a_file_twice_writes_in_turns() {
    let place = places("").remove(0);
    let (first, second) = (place.open(&[FIRST]).await.unwrap(), place.open(&[FIRST]).await.unwrap());
    let mut tx = first.write("test").await.unwrap();
    tx.execute(INSERT, args!["a", 1, vec![0u8], 1]).await.unwrap();
    let waiting = tokio::spawn(async move {
        let mut tx = second.write("test").await?;
        tx.execute("UPDATE people SET age = age + 1 WHERE id = $1", args!["a"]).await?;
        tx.commit().await
    });
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    tx.commit().await.unwrap();
    waiting.await.unwrap().unwrap();
    let mut tx = first.read().await.unwrap();
    let row = tx.fetch_optional("SELECT age FROM people", args![]).await.unwrap().unwrap();
    assert_eq!(row.int("age").unwrap(), 2);
}

#[tokio::test]
async fn whoever_gives_up_waiting_for_another_opening_holds_nobody_up() {
    let place = places("").remove(0);
    let (first, second) = (place.open(&[FIRST]).await.unwrap(), place.open(&[FIRST]).await.unwrap());
    let mut tx = first.write("test").await.unwrap();
    tx.execute(INSERT, args!["a", 1, vec![0u8], 1]).await.unwrap();
    let waiting = tokio::time::timeout(std::time::Duration::from_millis(50), second.write("test")).await;
    assert!(waiting.is_err(), "the lock is taken");
    tx.commit().await.unwrap();
    // What still waited gets the lock now, finds nobody, and must give it back to either.
    for (opened, id) in [(&first, "b"), (&second, "c"), (&first, "d")] {
        let mut tx = opened.write("test").await.unwrap();
        tx.execute(INSERT, args![id, 1, vec![0u8], 1]).await.unwrap();
        tx.commit().await.unwrap();
    }
}

on_both!(a_commit_that_nobody_waits_for_holds_nobody_up, |place| {
    let db = place.open(&[FIRST]).await.unwrap();
    for number in 0..20 {
        let mut tx = db.write("test").await.unwrap();
        tx.execute(INSERT, args![number.to_string(), 1, vec![0u8], 1]).await.unwrap();
        let _ = tokio::time::timeout(std::time::Duration::ZERO, tx.commit()).await;
    }
    let mut tx = db.write("test").await.unwrap();
    tx.execute(INSERT, args!["last", 1, vec![0u8], 1]).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
});

on_both!(migrations_run_once_and_join_several_authors, |place| {
    let db = place.open(&[FIRST, OTHER_AUTHOR]).await.unwrap();
    let mut tx = db.write("test").await.unwrap();
    tx.execute(INSERT, args!["a", 1, vec![0u8], 1]).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    // The second comes later although its number lies between.
    let db = place.open(&[FIRST, SECOND, OTHER_AUTHOR]).await.unwrap();
    let mut tx = db.read().await.unwrap();
    assert!(tx.fetch_optional("SELECT id FROM people", args![]).await.unwrap().is_some());
    assert!(tx.fetch_optional("SELECT text FROM notes", args![]).await.unwrap().is_none());
});

on_both!(a_changed_or_unknown_migration_stops_the_start, |place| {
    place.open(&[FIRST, SECOND]).await.unwrap().close().await;
    let edited = Migration { sql: "CREATE TABLE people (id TEXT)", ..FIRST };
    assert!(matches!(place.open(&[edited, SECOND]).await, Err(Error::MigrationEdited { version: 1, .. })));
    assert!(matches!(place.open(&[FIRST]).await, Err(Error::Newer { found: 2, known: 1 })));
    assert!(matches!(place.open(&[SECOND, FIRST]).await, Err(Error::MigrationOrder(1))));
});

on_both!(a_failing_migration_leaves_the_schema_as_it_was, |place| {
    let broken =
        Migration { version: 2, name: "broken", sql: "CREATE TABLE x (id TEXT); CREATE TABLE x (id TEXT)" };
    assert!(place.open(&[FIRST, broken]).await.is_err());
    let db = place.open(&[FIRST]).await.unwrap();
    let mut tx = db.write("test").await.unwrap();
    tx.execute("CREATE TABLE x (id TEXT)", args![]).await.unwrap();
});

on_both!(two_starts_at_once_migrate_once, |place| {
    let (first, second) = tokio::join!(place.open(&[FIRST]), place.open(&[FIRST]));
    first.unwrap();
    second.unwrap();
});

#[tokio::test]
async fn a_foreign_url_is_refused_without_showing_its_password() {
    let error = Database::open("mysql://user:secret@host/db", "x", &[]).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret"));
}

#[test]
fn values_never_show_their_content() {
    assert_eq!(format!("{:?}", args!["Amina", 7]), "[text, integer]");
}
