//! The plots of the report, as SVG text.

use anyhow::{Context as _, anyhow};
use chrono::NaiveDate;
use entitlement::cycle::StageName;
use plotters::prelude::*;
use plotters::style::RGBColor;

use crate::figures::Day;

const SIZE: (u32, u32) = (960, 420);
const INK: RGBColor = RGBColor(40, 44, 52);

/// One line of a plot: its name, its colour, and a value a day.
type Line<'a> = (&'a str, RGBColor, Vec<f64>);

/// Where the first year's cycles stand, night by night, stacked.
pub fn stages(days: &[Day]) -> anyhow::Result<String> {
    let groups: [(&str, RGBColor, &[StageName]); 7] = [
        ("not in scope", RGBColor(207, 211, 217), &[StageName::NotInScope]),
        ("open", RGBColor(120, 170, 220), &[StageName::Open]),
        ("mailed, reminded", RGBColor(90, 120, 190), &[StageName::Mailed, StageName::Reminded]),
        ("overdue, follow-up", RGBColor(240, 190, 90), &[StageName::Overdue, StageName::FollowUp]),
        ("grace, proposed", RGBColor(225, 130, 60), &[StageName::Grace, StageName::SuspensionProposed]),
        ("suspended", RGBColor(190, 50, 60), &[StageName::Suspended]),
        ("closed, reinstated", RGBColor(120, 180, 120), &[StageName::Closed, StageName::Reinstated]),
    ];
    let value = |day: &Day, stages: &[StageName]| -> f64 {
        let sum: u64 = stages.iter().map(|stage| day.first_year.in_stage(*stage)).sum();
        u32::try_from(sum).map_or(f64::MAX, f64::from)
    };
    // Stacked from the top, so that each area covers what lies below it.
    let mut below = vec![0.0; days.len()];
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (name, colour, stages) in groups {
        for (sum, day) in below.iter_mut().zip(days) {
            *sum += value(day, stages);
        }
        lines.push((name, colour, below.clone()));
    }
    lines.reverse();
    draw("Person-years of 2026 by stage", days, &lines, true)
}

/// Who still owes a proof in the months of suspension, too few to be seen among all.
pub fn late(days: &[Day]) -> anyhow::Result<String> {
    let from = NaiveDate::from_ymd_opt(2027, 1, 1).context("a date")?;
    let days: Vec<Day> = days.iter().filter(|day| day.on >= from).cloned().collect();
    let line = |name, colour, stage: StageName| -> Line<'_> {
        let values =
            days.iter().map(|day| u32::try_from(day.first_year.in_stage(stage)).map_or(f64::MAX, f64::from));
        (name, colour, values.collect())
    };
    let lines = [
        line("follow-up", RGBColor(240, 190, 90), StageName::FollowUp),
        line("grace", RGBColor(225, 130, 60), StageName::Grace),
        line("proposed", RGBColor(140, 90, 160), StageName::SuspensionProposed),
        line("suspended", RGBColor(190, 50, 60), StageName::Suspended),
    ];
    draw("Person-years of 2026 without a proof, in 2027", &days, &lines, false)
}

/// Calls a day and proofs that wait for an officer.
pub fn office(days: &[Day]) -> anyhow::Result<String> {
    let line = |name, colour, of: fn(&Day) -> usize| -> Line<'_> {
        let values = days.iter().map(|day| u32::try_from(of(day)).map_or(f64::MAX, f64::from));
        (name, colour, values.collect())
    };
    let lines = [
        line("proofs waiting for an officer", RGBColor(90, 120, 190), |day| day.waiting_for_officer),
        line("video calls", RGBColor(225, 130, 60), |day| day.calls),
    ];
    draw("The office, day by day", days, &lines, false)
}

fn draw(title: &str, days: &[Day], lines: &[Line<'_>], filled: bool) -> anyhow::Result<String> {
    let mut svg = String::new();
    plot(&mut svg, title, days, lines, filled).map_err(|fault| anyhow!("cannot draw {title}: {fault}"))?;
    Ok(svg)
}

fn plot(
    svg: &mut String,
    title: &str,
    days: &[Day],
    lines: &[Line<'_>],
    filled: bool,
) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    // Lines leave room for the legend; areas are read to their edge.
    let room = if filled { 1.02 } else { 1.3 };
    let last = days.len().saturating_sub(1).max(1);
    let highest = lines.iter().flat_map(|(.., values)| values.iter().copied()).fold(1.0, f64::max);
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 20, &INK))
        .margin(12)
        .x_label_area_size(34)
        .y_label_area_size(64)
        .build_cartesian_2d(0..last, 0.0..highest * room)?;
    let name = |index: &usize| days.get(*index).map_or(String::new(), |day| day.on.to_string());
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(8)
        .x_label_formatter(&name)
        .y_label_formatter(&|value: &f64| format!("{value:.0}"))
        .label_style(("sans-serif", 13, &INK))
        .draw()?;
    for (name, colour, values) in lines {
        let points = values.iter().copied().enumerate();
        let colour = *colour;
        let drawn = match filled {
            true => chart.draw_series(AreaSeries::new(points, 0.0, colour.filled()))?,
            false => chart.draw_series(LineSeries::new(points, colour.stroke_width(2)))?,
        };
        drawn
            .label(*name)
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], colour.filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.85))
        .border_style(RGBColor(200, 204, 210))
        .label_font(("sans-serif", 13, &INK))
        .draw()?;
    area.present()?;
    Ok(())
}
