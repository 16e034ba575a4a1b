//! Staff lists as offices write them: whatever can be read is read, the rest is reported by line.

use actors::{Import, Officer};
use anyhow::{Context as _, Result, ensure};

use super::STAFF;

#[tokio::test(flavor = "multi_thread")]
async fn lists_from_any_office_are_read_or_refused_with_a_place_and_a_reason() -> Result<()> {
    let stack = crate::up().await?;
    let hr = Officer::register(&stack, "undp").await?;
    let sample = String::from_utf8_lossy(STAFF);
    let (header, rows): (&str, Vec<&str>) = (
        sample.lines().next().context("empty")?,
        sample.lines().skip(1).filter(|row| !row.contains('"')).collect(),
    );
    let list =
        |from: usize| [header].into_iter().chain(rows.iter().copied().skip(from).take(3)).collect::<Vec<_>>();

    let with_mark = format!("\u{feff}{}\r\n", list(0).join("\r\n"));
    accepted(&hr, "mark.csv", with_mark.as_bytes(), 3).await.context("byte-order mark")?;
    let semicolons = list(3).join("\n").replace(',', ";");
    accepted(&hr, "semicolons.csv", semicolons.as_bytes(), 3).await.context("semicolons")?;
    let gaps = list(6).join("\n\n\n") + "\n\n";
    accepted(&hr, "gaps.csv", gaps.as_bytes(), 3).await.context("empty lines")?;
    let western = format!(
        "{header}\n810001,Zo\u{eb},Br\u{fb}l\u{e9},,1985-05-05,FRA,Analyst,P-3,Paris,temporary,2024-01-01,2027-12-31\n"
    );
    // Windows-1252 is Latin-1 for these letters.
    let western: Vec<u8> = western.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    accepted(&hr, "windows-1252.csv", &western, 1).await.context("Windows-1252")?;

    let twice = format!("{}\n{}", list(9).join("\n"), rows.get(9).context("a short sample")?);
    let import = upload(&hr, "twice.csv", twice.as_bytes()).await?;
    ensure!(
        import.faults.iter().any(|fault| fault.line == 5 && !fault.reason.is_empty()),
        "a duplicate: {import:?}"
    );

    let date = format!(
        "{header}\n810002,Ana,Sosa,,31/02/1985,ESP,Analyst,P-3,Madrid,temporary,2024-01-01,2027-12-31\n"
    );
    let import = upload(&hr, "date.csv", date.as_bytes()).await?;
    ensure!(
        import.good == 0
            && import.faults.iter().any(|fault| fault.line == 2 && fault.column.ends_with("birth_date")),
        "{import:?}"
    );
    stack.finish().await
}

async fn accepted(hr: &Officer, name: &str, csv: &[u8], good: usize) -> Result<()> {
    let import = upload(hr, name, csv).await?;
    ensure!(import.good == good && import.faults.is_empty(), "{import:?}");
    Ok(())
}

async fn upload(hr: &Officer, name: &str, csv: &[u8]) -> Result<Import> {
    hr.upload(name, csv).await
}
