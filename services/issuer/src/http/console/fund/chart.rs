//! Charts as SVG, made here: bars of parts, and columns over time. Each has a title, a description, and a table under it with
//! the same numbers, so that nobody needs to see it.

use crate::http::console::view::grouped;

/// In units of the picture, which is as wide as a small phone and scales.
const WIDTH: u64 = 320;
const ROW: u64 = 36;
const COLUMNS_HEIGHT: u64 = 120;

/// Bars, one a row, each of several parts.
pub(super) struct Bars {
    pub id: &'static str,
    pub title: String,
    pub desc: String,
    pub heading: &'static str,
    pub height: u64,
    pub legend: Vec<Part>,
    pub rows: Vec<Bar>,
    pub more: usize,
    /// Every row, those that are not drawn too.
    pub table: Vec<Row>,
}

/// What is drawn as a bar, and what stands in the table below.
pub(super) struct Row {
    pub label: String,
    pub parts: Vec<u64>,
    /// The people behind it.
    pub href: Option<String>,
}

impl Row {
    /// For the table, in the order of the legend.
    pub(super) fn numbers(&self) -> Vec<String> {
        self.parts.iter().map(|many| grouped(*many)).collect()
    }
}

/// A part by the class that colours it, and what it means.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub class: &'static str,
    pub title: &'static str,
}

pub(super) struct Bar {
    pub label: String,
    pub total: String,
    pub label_y: u64,
    pub bar_y: u64,
    pub pieces: Vec<Piece>,
}

pub(super) struct Piece {
    pub class: &'static str,
    pub x: u64,
    pub width: u64,
}

/// Draws rows that are in their order; of more than `most` the rest stands in the table only.
pub(super) fn bars(
    id: &'static str,
    (title, heading): (&str, &'static str),
    legend: &[Part],
    rows: Vec<Row>,
    most: usize,
) -> Bars {
    let widest = rows.iter().map(|row| row.parts.iter().sum::<u64>()).max().unwrap_or_default().max(1);
    let more = rows.len().saturating_sub(most);
    let shown: Vec<_> = rows.iter().take(most).collect();
    let said = shown.first().map(|Row { label, parts, .. }| {
        format!("{} rows, the first is {label} with {}", shown.len(), grouped(parts.iter().sum()))
    });
    let bar = |(at, Row { label, parts, .. }): (u64, &Row)| {
        let (mut x, mut pieces) = (0, Vec::new());
        for (part, many) in legend.iter().zip(parts) {
            // One person is seen as well.
            let width = (many * WIDTH).div_ceil(widest).min(WIDTH - x);
            if width > 0 {
                pieces.push(Piece { class: part.class, x, width });
            }
            x += width;
        }
        Bar {
            label: label.clone(),
            total: grouped(parts.iter().sum()),
            label_y: at * ROW + 14,
            bar_y: at * ROW + 19,
            pieces,
        }
    };
    Bars {
        id,
        title: title.to_owned(),
        desc: said.unwrap_or_else(|| "nothing yet".to_owned()),
        heading,
        height: shown.len() as u64 * ROW,
        legend: legend.to_vec(),
        rows: (0..).zip(shown).map(bar).collect(),
        more,
        table: rows,
    }
}

/// Columns over time.
pub(super) struct Columns {
    pub title: &'static str,
    pub desc: String,
    pub columns: Vec<Column>,
}

pub(super) struct Column {
    pub label: String,
    pub many: String,
    pub x: u64,
    pub y: u64,
    pub width: u64,
    pub height: u64,
}

/// Draws columns that are in their order; at most as many as fit.
pub(super) fn columns(title: &'static str, values: &[(String, u64)]) -> Columns {
    let shown = values.len().min(104);
    let values = values.get(values.len() - shown..).unwrap_or_default();
    let highest = values.iter().map(|(_, many)| *many).max().unwrap_or_default().max(1);
    let step = WIDTH / (shown as u64).max(1);
    let column = |(at, (label, many)): (u64, &(String, u64))| {
        let height = (many * COLUMNS_HEIGHT).div_ceil(highest);
        let width = step.saturating_sub(1).clamp(1, 24);
        Column {
            label: label.clone(),
            many: grouped(*many),
            x: at * step.min(25),
            y: COLUMNS_HEIGHT - height,
            width,
            height,
        }
    };
    let busiest = values.iter().max_by_key(|(_, many)| *many);
    let desc = busiest.map(|(label, many)| format!("most in the week of {label}: {}", grouped(*many)));
    Columns {
        title,
        desc: desc.unwrap_or_else(|| "nothing yet".to_owned()),
        columns: (0..).zip(values).map(column).collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn bars_stay_inside_and_show_even_one_person() {
        let legend = [Part { class: "a", title: "A" }, Part { class: "b", title: "B" }];
        let row =
            |label: &str, parts: [u64; 2]| Row { label: label.into(), parts: parts.to_vec(), href: None };
        let rows = vec![row("X", [73_999, 1]), row("Y", [0, 0]), row("Z", [1, 1])];
        let made = bars("x", ("Title", "Row"), &legend, rows, 2);
        assert_eq!((made.rows.len(), made.more, made.height), (2, 1, 72));
        for row in &made.rows {
            assert!(row.pieces.iter().all(|piece| piece.width > 0 && piece.x + piece.width <= WIDTH));
        }
        assert_eq!(made.table[0].numbers(), ["73,999", "1"]);
        assert_eq!(made.table.len(), 3, "the table has what is not drawn");
        assert!(made.rows[1].pieces.is_empty());
    }

    #[test]
    fn columns_stay_inside_whatever_comes() {
        for many in [0, 1, 60, 300] {
            let values: Vec<_> = (0..many).map(|at| (at.to_string(), at * at)).collect();
            let made = columns("Weeks", &values);
            assert!(
                made.columns.iter().all(|it| it.x + it.width <= WIDTH && it.y + it.height == COLUMNS_HEIGHT)
            );
        }
    }
}
