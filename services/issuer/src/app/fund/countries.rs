//! Names of countries in English, as the last line of an address abroad (UPU S42): the post of the country of origin reads it.

use issuance::import::countries as all;
pub(crate) use issuance::import::country_name as name_of;

/// All by their names.
pub(crate) fn by_name() -> Vec<(&'static str, &'static str)> {
    let mut named: Vec<_> = all().collect();
    named.sort_by_key(|(_, name)| issuance::search_text(name));
    named
}

/// Whether a line of an address is the name or the letters of any country already. A person's post may go elsewhere than where
/// they live.
fn is_country(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    let last = line.rsplit(',').next().unwrap_or_default().trim();
    let usual = ["usa", "u.s.a.", "uk", "england", "scotland", "wales", "united states", "russia"];
    let same = |name: &str| [line.as_str(), last].contains(&name);
    all().any(|(code, name)| same(&name.to_lowercase()) || same(&code.to_lowercase()))
        || usual.into_iter().any(same)
}

/// The lines with the country below them in capitals, unless the last one names a country, or none is known by these letters. Where
/// the window of the envelope has no line left, it stands behind the last.
pub(super) fn with_country(
    mut lines: Vec<String>,
    code: &str,
    fits: impl Fn(&[String]) -> bool,
) -> Vec<String> {
    let named = lines.last().is_none_or(|last| is_country(last));
    let Some(name) = name_of(code).filter(|_| !named) else { return lines };
    let name = name.to_uppercase();
    lines.push(name.clone());
    if !fits(&lines) {
        lines.pop();
        if let Some(last) = lines.last_mut() {
            *last = format!("{last}, {name}");
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split('|').map(str::to_owned).collect()
    }

    #[test]
    fn country_stands_below_an_address_that_names_none() {
        let any = |_: &[String]| true;
        let with = |text: &str, code: &str| with_country(lines(text), code, any).join("|");
        assert_eq!(
            with("Ana Ruiz|55 Example Street|29645 Town", "ARG"),
            "Ana Ruiz|55 Example Street|29645 Town|ARGENTINA"
        );
        for named in [
            "Ana Ruiz|1 rue A|1200 Genève|Suisse, Switzerland",
            "Ana Ruiz|1 rue A|75001 Paris|FRANCE",
            "A|B|New York, NY 10017, USA",
        ] {
            assert_eq!(with(named, "ARG"), named, "named already, wherever the person lives");
        }
        assert_eq!(with("A|B", "XXX"), "A|B", "no such country");
        let full = with_country(lines("A|B|29645 Town"), "ARG", |lines| lines.len() < 4).join("|");
        assert_eq!(full, "A|B|29645 Town, ARGENTINA", "no line left");
    }

    #[test]
    fn every_country_of_the_regions_and_zones_has_a_name() {
        let zones = include_str!("zones.csv").lines().skip(1).filter_map(|line| line.split(',').next());
        let missing: Vec<_> = zones.filter(|code| name_of(code).is_none()).collect();
        assert_eq!(missing, Vec::<&str>::new());
    }
}
