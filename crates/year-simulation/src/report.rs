//! The report: one page of Markdown and its plots.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use entitlement::cycle::StageName;

use crate::figures::Figures;
use crate::plots;
use crate::world::{Settings, World};

/// Writes `report.md` and three plots into a folder, which is made when absent.
pub fn report(world: &World, settings: &Settings, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let days = &world.figures.days;
    let files = [
        ("stages.svg", plots::stages(days)?),
        ("late.svg", plots::late(days)?),
        ("office.svg", plots::office(days)?),
        ("report.md", page(world, settings)),
    ];
    for (name, text) in files {
        std::fs::write(folder.join(name), text).with_context(|| format!("cannot write {name}"))?;
    }
    Ok(())
}

fn page(world: &World, settings: &Settings) -> String {
    let figures = &world.figures;
    let mut page = format!(
        "# A simulated year of the Fund\n\n{} people, seed {}, {} nights, {} steps of a person-year, {} nights cut and \
         run again. Behaviour is invented; every decision is the cycle engine's.\n\n",
        settings.people,
        settings.seed,
        figures.days.len(),
        figures.steps,
        figures.nights_repeated,
    );
    page.push_str("## Invariants\n\n");
    page.push_str(&invariants(world));
    page.push_str("\n## Who stands where\n\n![stages](stages.svg)\n\n![late](late.svg)\n\n");
    page.push_str(&stages(figures));
    page.push_str("\n## The office\n\n![office](office.svg)\n\n");
    page.push_str(&numbers(figures));
    page.push_str("\n## Proofs accepted by channel\n\n| channel | proofs |\n| --- | ---: |\n");
    for (channel, many) in &figures.channels {
        let _ = writeln!(page, "| {channel:?} | {many} |");
    }
    page.push_str("\n## Rules that fired\n\n| rule | transitions |\n| --- | ---: |\n");
    for (rule, many) in &figures.rules {
        let _ = writeln!(page, "| {rule:?} | {many} |");
    }
    page
}

fn invariants(world: &World) -> String {
    let breaches = &world.watch.breaches;
    if breaches.is_empty() {
        return "None was broken on any night: nobody suspended with a proof on record, while a hold-out stood, \
                without two weeks' notice, or without a form whose 45 days were over; no proof counted twice for one year, for two people or ahead; no refused \
                proof counted; nothing asked for twice; nobody written to after a proof; a repeated night changed \
                nothing; all counts reconciled to zero.\n"
            .to_owned();
    }
    let mut text = format!("{} breaches:\n\n", breaches.len());
    for breach in breaches.iter().take(100) {
        let _ = writeln!(text, "- {}: {} ({})", breach.on, breach.rule, breach.person);
    }
    text
}

fn stages(figures: &Figures) -> String {
    let wanted =
        ["2026-02-05", "2026-06-29", "2026-10-30", "2026-12-31", "2027-05-17", "2027-06-01", "2027-09-30"];
    let days: Vec<_> =
        figures.days.iter().filter(|day| wanted.contains(&day.on.to_string().as_str())).collect();
    let heads: Vec<_> = days.iter().map(|day| day.on.to_string()).collect();
    let mut table = format!("| stage | {} |\n| --- |{}\n", heads.join(" | "), " ---: |".repeat(days.len()));
    for stage in StageName::ALL {
        let cells: Vec<_> = days.iter().map(|day| day.first_year.in_stage(stage).to_string()).collect();
        let _ = writeln!(table, "| {} | {} |", stage.as_str(), cells.join(" | "));
    }
    table
}

fn numbers(figures: &Figures) -> String {
    let rows = [
        ("proofs received", figures.proofs_received),
        ("proofs accepted", figures.proofs_accepted),
        ("proofs refused", figures.proofs_refused),
        ("captures whose face check failed", figures.faces_failed),
        ("the same proof sent again", figures.same_proof_again),
        ("proofs of somebody else, turned away", figures.proof_of_another),
        ("proofs that closed two years", figures.counted_for_two_years),
        ("came onto the register late", figures.latecomers),
        ("of these asked after the first mailing", figures.latecomers_asked_late),
        ("letters mailed", figures.letters),
        ("letters and forms lost", figures.letters_lost),
        ("reminders", figures.reminders),
        ("notices of suspension", figures.notices),
        ("times no call was free", figures.turned_away),
        ("residence cases", figures.residence_cases),
        ("proofs dated after a death, found", figures.doubts_after_death),
        ("suspended although alive", figures.alive_suspended),
        ("of these paid again by the end", figures.alive_paid_again),
    ];
    let mut table = "| what | how many |\n| --- | ---: |\n".to_owned();
    for (what, many) in rows {
        let _ = writeln!(table, "| {what} | {many} |");
    }
    table
}
