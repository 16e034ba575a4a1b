//! Where an operation or a filter points: `userName`, `name.familyName`, `emails[type eq "work"].value`, or the same
//! behind the URN of a schema and a colon (RFC 7644, 3.10).

use super::filter::Filter;
use super::schema::{Attribute, CORE, RECORD, SCHEMAS, Schema};
use super::{Fault, FaultKind};

/// A place in a user. Without an attribute it is a whole extension.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub schema: &'static Schema,
    pub attribute: Option<&'static Attribute>,
    /// Which values of a list are meant.
    pub filter: Option<Filter>,
    pub sub: Option<&'static Attribute>,
}

/// The schema a name belongs to, and the name without its URN. A name without URN is of the core schema.
pub(super) fn split(text: &str) -> Option<(&'static Schema, &str)> {
    for schema in SCHEMAS {
        let Some((urn, rest)) = text.split_at_checked(schema.id.len()) else { continue };
        if urn.eq_ignore_ascii_case(schema.id) {
            match rest.strip_prefix(':') {
                Some(name) => return Some((schema, name)),
                None if rest.is_empty() => return Some((schema, "")),
                None => {}
            }
        }
    }
    let names_other = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:"));
    Schema::find(CORE).filter(|_| !names_other).map(|core| (core, text))
}

impl Path {
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let wrong = || Fault::new(FaultKind::InvalidPath, "the path names no attribute of a user");
        let (schema, rest) = split(text.trim()).ok_or_else(wrong)?;
        if rest.is_empty() {
            let whole = Self { schema, attribute: None, filter: None, sub: None };
            return match schema.id {
                CORE => Err(wrong()),
                RECORD => Err(Fault::new(FaultKind::Mutability, "what is said of the record is read only")),
                _ => Ok(whole),
            };
        }
        let end = rest.find(['[', '.']).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        let attribute = Attribute::find(schema.attributes, name);
        let attribute = attribute.ok_or_else(|| read_only(name).unwrap_or_else(wrong))?;
        let (filter, rest) = match rest.strip_prefix('[') {
            None => (None, rest),
            Some(inside) => {
                let end = closing(inside).ok_or_else(wrong)?;
                let (condition, rest) = inside.split_at(end);
                (Some(Filter::parse_within(condition)?), rest.get(1..).unwrap_or_default())
            }
        };
        if filter.is_some() && !attribute.is_list {
            return Err(wrong());
        }
        let sub = match rest.strip_prefix('.') {
            None if rest.is_empty() => None,
            None => return Err(wrong()),
            Some(sub) => Some(Attribute::find(attribute.subs(), sub).ok_or_else(wrong)?),
        };
        if attribute.is_read_only || sub.is_some_and(|sub| sub.is_read_only) {
            return Err(Fault::new(FaultKind::Mutability, format!("{} is read only", attribute.name)));
        }
        Ok(Self { schema, attribute: Some(attribute), filter, sub })
    }
}

/// Attributes that every resource has and no client sets.
fn read_only(name: &str) -> Option<Fault> {
    let known = ["id", "meta", "schemas"].into_iter().find(|known| known.eq_ignore_ascii_case(name))?;
    Some(Fault::new(FaultKind::Mutability, format!("{known} is read only")))
}

/// Where the bracket closes: not inside of a quoted text.
fn closing(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ']' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}
