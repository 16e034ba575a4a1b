//! Cell references before the library reads them: it adds them up without a bound, and this program ends a sum that overflows.

/// XFD1048576 is the last cell (ECMA-376 part 1, 18.3.1.4).
const MOST_LETTERS: usize = 3;
const MOST_DIGITS: usize = 7;

/// Whether some attribute `r` or `ref` of an XML part names a cell that no spreadsheet has.
pub(super) fn any_is_too_far(xml: &[u8]) -> bool {
    let signs = xml.iter().enumerate().filter(|(_, byte)| **byte == b'=').map(|(at, _)| at);
    signs.filter_map(|at| value(xml, at)).any(is_too_far)
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
    let end = rest.iter().position(|byte| byte == quote).unwrap_or(rest.len());
    rest.get(..end).filter(|_| matches!(quote, b'"' | b'\''))
}

/// An entity in it could hide anything.
fn is_too_far(value: &[u8]) -> bool {
    value.contains(&b'&') || value.split(|byte| *byte == b':').any(is_no_cell)
}

fn is_no_cell(reference: &[u8]) -> bool {
    let counted = |of: fn(&u8) -> bool| reference.iter().filter(|byte| of(byte)).count();
    counted(u8::is_ascii_alphabetic) > MOST_LETTERS || counted(u8::is_ascii_digit) > MOST_DIGITS
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
            assert!(!any_is_too_far(near.as_bytes()), "{near}");
        }
        for far in [
            "<c r=\"AAAAAAA1\">",
            "<c\n r\t=\n'A99999999'>",
            "<row r=\"99999999999\">",
            "<dimension ref=\"A1:ZZZZ9\"/>",
            "<c r=\"A&#49;\">",
            "<c r=\"AAAA",
        ] {
            assert!(any_is_too_far(far.as_bytes()), "{far}");
        }
    }
}
