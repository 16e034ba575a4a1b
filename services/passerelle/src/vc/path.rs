//! Paths such as `credentialSubject.phoneNumbers[0].number`.

use anyhow::{Context as _, bail};
use credential::sd_jwt::{ClaimPath, PathElement};

pub(super) fn parse(text: &str) -> anyhow::Result<ClaimPath> {
    let mut path = Vec::new();
    for step in text.split('.') {
        let (name, indexes) = step.split_once('[').map_or((step, None), |(name, rest)| (name, Some(rest)));
        if name.is_empty() {
            bail!("the path {text:?} has an empty step");
        }
        path.push(PathElement::Name(name.to_owned()));
        let Some(indexes) = indexes else { continue };
        let indexes = indexes.strip_suffix(']').context("a list index ends with ]")?;
        for index in indexes.split("][") {
            let index = index.parse().with_context(|| format!("{index:?} is not a list index"))?;
            path.push(PathElement::Index(index));
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_indexes_are_steps() {
        let name = |text: &str| PathElement::Name(text.to_owned());
        assert_eq!(parse("holder").ok(), Some(vec![name("holder")]));
        let expected = vec![name("a"), name("b"), PathElement::Index(0), PathElement::Index(12), name("c")];
        assert_eq!(parse("a.b[0][12].c").ok(), Some(expected));
        for wrong in ["", "a..b", "a[x]", "a[0", "[0]", "a[]"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
