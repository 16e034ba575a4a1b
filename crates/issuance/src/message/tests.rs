#![allow(clippy::unwrap_used)]
use super::*;

fn at() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn filling(name: &str) -> Filling {
    Filling { name: name.into(), ..Filling::sample(Language::English, "UNDP", at()) }
}

#[test]
fn every_text_that_comes_along_obeys_the_rules_for_texts() {
    for language in Language::ALL {
        for event in MessageEvent::ALL {
            let text = Template::default_for(event, language);
            let checked = Template::checked(event, &text.subject, &text.body);
            assert_eq!(checked.as_ref(), Ok(&text), "{event:?} {language:?}");
            let about = if event.is_of_the_fund() { "{organisation}" } else { "{credentials}" };
            assert!(text.body.contains("{name}") && text.body.contains(about), "{event:?} {language:?}");
            let shown = text.render(language, &filling("A"));
            assert!(!shown.text.contains(['{', '}']) && !shown.subject.contains(['{', '}']));
            assert!(shown.text.ends_with(&format!("{}\n", texts::footer(language))));
        }
        assert!(!texts::footer(language).is_empty());
    }
}

#[test]
fn a_text_with_anything_but_words_and_known_placeholders_is_refused() {
    let check = |subject: &str, body: &str| Template::checked(MessageEvent::Suspended, subject, body);
    assert!(check("S", "Dear {name}").is_ok());
    assert_eq!(check("S", "{until}"), Err(TemplateError::Placeholder("until".into())));
    assert_eq!(check("S", "{link}"), Err(TemplateError::Placeholder("link".into())));
    assert_eq!(check("{code}", "x"), Err(TemplateError::Placeholder("code".into())));
    for brace in ["{name", "name}", "{{name}}", "{", "}"] {
        assert_eq!(check("S", brace), Err(TemplateError::Brace), "{brace}");
    }
    for link in ["sign in at https://undp.org", "HTTP://x", "go to www.undp.org"] {
        assert_eq!(check("S", link), Err(TemplateError::Link), "{link}");
    }
    for subject in ["", "  ", "a\nBcc: b@c.org", &"x".repeat(LONGEST_SUBJECT + 1)] {
        assert_eq!(check(subject, "x"), Err(TemplateError::Subject));
    }
    assert_eq!(check("S", &"x".repeat(LONGEST_BODY + 1)), Err(TemplateError::Body));
    assert_eq!(check("S", "a\u{7}b"), Err(TemplateError::Control));
}

#[test]
fn what_fills_in_is_text_whatever_it_looks_like() {
    let text = Template::default_for(MessageEvent::OfferMade, Language::English);
    let shown = text.render(Language::English, &filling("<script>x</script> & {until}\r\nBcc: a@b.c"));
    assert!(shown.html.contains("&lt;script&gt;x&lt;/script&gt; &amp; {until}Bcc: a@b.c"));
    assert!(!shown.html.contains("<script>"));
    assert!(!shown.text.contains("\r") && !shown.subject.contains(char::is_control));
}

#[test]
fn arabic_is_written_from_right_to_left_and_days_as_each_language_does() {
    let text = Template::default_for(MessageEvent::Issued, Language::Arabic);
    let shown = text.render(Language::Arabic, &filling("A"));
    assert!(shown.html.contains("<html lang=\"ar\" dir=\"rtl\">"));
    let days = Language::ALL.map(|language| words::day(at(), language));
    assert_eq!(
        days,
        [
            "15 يناير 2027",
            "2027年1月15日",
            "15 January 2027",
            "15 janvier 2027",
            "15 января 2027 года",
            "15 de enero de 2027"
        ]
    );
}

#[test]
fn tries_are_spread_over_a_day_and_end() {
    let minutes = |tries| next_try(tries, at()).map(|next| (next - at()).num_minutes());
    let all: Vec<_> = (1..=MOST_TRIES).map(minutes).collect();
    assert_eq!(
        all,
        [1, 4, 16, 64, 256, 360, 360, 360].map(Some).into_iter().chain([None]).collect::<Vec<_>>()
    );
}

#[test]
fn an_address_has_two_sides_and_nothing_strange() {
    for good in ["a@b.org", "amina.okafor+hr@undp.example", "имя@почта.рф"] {
        assert!(is_address(good), "{good}");
    }
    for bad in [
        "",
        "a",
        "a@",
        "@b.org",
        "a@b",
        "a b@c.org",
        "a@b@c.org",
        "a@b..org",
        "a@.org",
        ".a@b.org",
        "\"a\"@b.org",
        "<a@b.org>",
        "a@b.org,c@d.org",
        "a@b.org\r\nBcc:",
        "a@[127.0.0.1]",
    ] {
        assert!(!is_address(bad), "{bad}");
    }
    assert!(!is_address(&format!("{}@b.org", "x".repeat(65))));
}
