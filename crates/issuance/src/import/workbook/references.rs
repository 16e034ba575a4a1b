//! Cell references before the library reads them: it adds up and subtracts without looking, and in this program a sum that
//! overflows is a panic.

/// XFD1048576 is the last cell (ECMA-376 part 1, 18.3.1.4).
const MOST_LETTERS: usize = 3;
const MOST_DIGITS: usize = 7;

/// Whether some attribute `r` or `ref` of an XML part names a cell that no spreadsheet has, or a range from its end to its
/// beginning.
pub(super) fn any_is_impossible(xml: &[u8]) -> bool {
    let signs = xml.iter().enumerate().filter(|(_, byte)| **byte == b'=').map(|(at, _)| at);
    signs.filter_map(|at| value(xml, at)).any(is_impossible)
}

/// The value behind an equals sign, where the name before it is one of those two.
fn value(xml: &[u8], sign: usize) -> Option<&[u8]> {
    let before = xml.get(..sign)?.trim_ascii_end();
    let named = |name: &[u8]| {
        before.strip_suffix(name).is_some_and(|rest| rest.last().is_some_and(u8::is_ascii_whitespace))
    };
    if !named(b"r") && !named(b"ref") {
        return None;
    }
    let (quote, rest) = xml.get(sign + 1..)?.trim_ascii_start().split_first()?;
    // Looked for only where there is one: otherwise every sign could search to the end.
    if !matches!(quote, b'"' | b'\'') {
        return None;
    }
    let end = rest.iter().position(|byte| byte == quote).unwrap_or(rest.len());
    rest.get(..end)
}

/// An entity in it could hide anything.
fn is_impossible(value: &[u8]) -> bool {
    let mut ends = value.split(|byte| *byte == b':');
    value.contains(&b'&') || ends.clone().any(is_no_cell) || is_backwards(ends.next(), ends.next())
}

fn is_no_cell(reference: &[u8]) -> bool {
    let counted = |of: fn(&u8) -> bool| reference.iter().filter(|byte| of(byte)).count();
    counted(u8::is_ascii_alphabetic) > MOST_LETTERS || counted(u8::is_ascii_digit) > MOST_DIGITS
}

fn is_backwards(first: Option<&[u8]>, last: Option<&[u8]>) -> bool {
    let (first, last) = (first.map(place), last.map(place));
    first.zip(last).is_some_and(|((column, row), (to_column, to_row))| to_column < column || to_row < row)
}

/// Column and row, each counted from 1; 0 where it is not named. Of few letters and digits, so nothing overflows.
fn place(reference: &[u8]) -> (u32, u32) {
    let letters = reference.iter().filter(|byte| byte.is_ascii_alphabetic());
    let column = letters.fold(0, |sum, letter| sum * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1);
    let digits = reference.iter().filter(|byte| byte.is_ascii_digit());
    (column, digits.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_end_where_a_sheet_ends() {
        for near in [
            "<c r=\"XFD1048576\" t=\"s\">",
            "<row r='9'>",
            "<dimension ref = \"A1:M5\"/>",
            "<a r:id=\"rId123456789\"/>",
            "<a xr=\"AAAAA\"/>",
        ] {
            assert!(!any_is_impossible(near.as_bytes()), "{near}");
        }
        for far in [
            "<c r=\"AAAAAAA1\">",
            "<c\n r\t=\n'A99999999'>",
            "<row r=\"99999999999\">",
            "<dimension ref=\"A1:ZZZZ9\"/>",
            "<c r=\"A&#49;\">",
            "<c r=\"AAAA",
            "<dimension ref=\"B2:A9\"/>",
            "<mergeCell ref='A9:B2'/>",
        ] {
            assert!(any_is_impossible(far.as_bytes()), "{far}");
        }
    }
}
