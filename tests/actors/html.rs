//! Reads server-rendered pages by their attributes, as much of HTML as our templates use.

/// The value of `name="…"` that comes first after `marker`.
pub fn attribute_after(page: &str, marker: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(marker)?;
    let (_, value) = rest.split_once(&format!("{name}=\""))?;
    Some(unescaped(value.split('"').next()?))
}

/// The value of `name="…"` in the tag that contains `marker`.
pub fn attribute_beside(page: &str, marker: &str, name: &str) -> Option<String> {
    let at = page.find(marker)?;
    let tag = page.get(page.get(..at)?.rfind('<')?..)?;
    let tag = tag.split('>').next()?;
    let (_, value) = tag.split_once(&format!("{name}=\""))?;
    Some(unescaped(value.split('"').next()?))
}

/// The text right behind the tag that contains `marker`.
pub fn text_of(page: &str, marker: &str) -> Option<String> {
    let (_, rest) = page.split_once(marker)?;
    let (_, text) = rest.split_once('>')?;
    Some(unescaped(text.split('<').next()?.trim()))
}

/// The text of a piece of a page, without its tags.
pub fn plain(piece: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in piece.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => out.push(c),
            _ => {}
        }
    }
    unescaped(out.split_whitespace().collect::<Vec<_>>().join(" ").as_str())
}

fn unescaped(text: &str) -> String {
    [
        ("&#38;", "&"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (written, meant)| text.replace(written, meant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_and_texts_are_found() {
        let page = r#"<p><a href="/x?a=1&#38;b=2" data-testid="link">Go</a> <b data-testid="n">12</b></p>"#;
        assert_eq!(attribute_beside(page, "data-testid=\"link\"", "href").as_deref(), Some("/x?a=1&b=2"));
        assert_eq!(text_of(page, "data-testid=\"n\"").as_deref(), Some("12"));
        assert_eq!(attribute_after(page, "<p>", "data-testid").as_deref(), Some("link"));
        assert_eq!(plain(page), "Go 12");
    }
}
