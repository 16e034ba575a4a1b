//! A user in the spelling of the schemas.

use serde_json::{Map, Value};

use super::schema::{Attribute, CORE, Kind, SCHEMAS};
use super::{Fault, FaultKind, RECORD};

const LONGEST_TEXT: usize = 512;
const MOST_VALUES: usize = 20;

/// What a client wrote of a person, checked and in the spelling of the schemas; without `id`, `meta` and `schemas`.
#[derive(Clone, PartialEq)]
pub struct User(Map<String, Value>);

/// Attributes are personal, so nothing of them shows.
impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("User")
    }
}

impl User {
    /// From the body of a `POST` or `PUT`. What is read only or no schema names is left out (RFC 7644, 3.3 and 3.5.1).
    pub fn parse(body: &Value) -> Result<Self, Fault> {
        let members = object(body)?;
        let names_user = member(members, "schemas").and_then(Value::as_array).is_some_and(|schemas| {
            schemas.iter().filter_map(Value::as_str).any(|schema| schema.eq_ignore_ascii_case(CORE))
        });
        if !names_user {
            return Err(Fault::new(FaultKind::InvalidSyntax, format!("schemas must name {CORE}")));
        }
        let mut user = Map::new();
        for schema in SCHEMAS {
            if schema.id == CORE {
                user.extend(normal_members(schema.attributes, members)?);
            } else if let Some(extension) = member(members, schema.id).filter(|value| !value.is_null()) {
                let extension = normal_members(schema.attributes, object(extension)?)?;
                if !extension.is_empty() {
                    user.insert(schema.id.to_owned(), extension.into());
                }
            }
        }
        user.entry("active").or_insert(Value::Bool(true));
        Self::checked(user)
    }

    /// As it was stored.
    #[must_use]
    pub const fn stored(members: Map<String, Value>) -> Self {
        Self(members)
    }

    pub(super) fn checked(members: Map<String, Value>) -> Result<Self, Fault> {
        if members.get("userName").and_then(Value::as_str).is_none_or(|name| name.trim().is_empty()) {
            return Err(Fault::value("userName is missing"));
        }
        Ok(Self(members))
    }

    #[must_use]
    pub const fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    #[must_use]
    pub fn user_name(&self) -> &str {
        self.0.get("userName").and_then(Value::as_str).unwrap_or_default()
    }

    #[must_use]
    pub fn external_id(&self) -> Option<&str> {
        self.0.get("externalId").and_then(Value::as_str)
    }

    /// Where nothing is said, the person is here.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.0.get("active").and_then(Value::as_bool).unwrap_or(true)
    }

    pub(super) fn text(&self, path: &[&str]) -> Option<&str> {
        let first = path.split_first().and_then(|(first, rest)| Some((self.0.get(*first)?, rest)));
        let (first, rest) = first?;
        rest.iter().try_fold(first, |value, name| value.get(*name))?.as_str().map(str::trim)
    }

    /// The whole resource but `meta`: with `id`, `schemas`, and what is said about the record.
    #[must_use]
    pub fn resource(&self, id: &str, faults: &[String]) -> Map<String, Value> {
        let mut resource = self.0.clone();
        let state = if faults.is_empty() { "complete" } else { "incomplete" };
        let mut record = Map::from_iter([("state".to_owned(), Value::from(state))]);
        if !faults.is_empty() {
            record.insert("faults".into(), faults.into());
        }
        resource.insert(RECORD.into(), record.into());
        let named = SCHEMAS.iter().map(|schema| schema.id);
        let schemas: Vec<&str> = named.filter(|id| *id == CORE || resource.contains_key(*id)).collect();
        resource.insert("schemas".into(), schemas.into());
        resource.insert("id".into(), id.into());
        resource
    }
}

/// `attributes` or `excludedAttributes` (RFC 7644, 3.4.2.5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projection {
    only: Vec<Vec<String>>,
    without: Vec<Vec<String>>,
}

impl Projection {
    /// At most one of the two has names.
    pub fn new(only: &[String], without: &[String]) -> Result<Self, Fault> {
        if !only.is_empty() && !without.is_empty() {
            return Err(Fault::value("attributes and excludedAttributes exclude each other"));
        }
        let places = |names: &[String]| names.iter().take(50).map(|name| place(name)).collect();
        Ok(Self { only: places(only), without: places(without) })
    }

    /// `id` and `schemas` always stay.
    #[must_use]
    pub fn of(&self, resource: Map<String, Value>) -> Map<String, Value> {
        let stays = |name: &str| ["id", "schemas"].iter().any(|known| known.eq_ignore_ascii_case(name));
        if !self.only.is_empty() {
            let mut chosen: Map<String, Value> = resource
                .iter()
                .filter(|(name, _)| stays(name))
                .map(|(name, v)| (name.clone(), v.clone()))
                .collect();
            for place in &self.only {
                keep(&resource, place, &mut chosen);
            }
            return chosen;
        }
        let mut resource = resource;
        for place in self.without.iter().filter(|place| !place.first().is_some_and(|name| stays(name))) {
            drop_at(&mut resource, place);
        }
        resource
    }
}

/// The members on the way to an attribute, as the client spelled them.
fn place(name: &str) -> Vec<String> {
    let Some((schema, rest)) = super::path::split(name.trim()) else { return vec![name.to_owned()] };
    let mut place = if schema.id == CORE { vec![] } else { vec![schema.id.to_owned()] };
    place.extend(rest.split('.').filter(|part| !part.is_empty()).map(str::to_owned));
    place
}

fn keep(from: &Map<String, Value>, place: &[String], into: &mut Map<String, Value>) {
    let Some((first, rest)) = place.split_first() else { return };
    let Some((name, value)) = from.iter().find(|(name, _)| name.eq_ignore_ascii_case(first)) else { return };
    if rest.is_empty() {
        into.insert(name.clone(), value.clone());
        return;
    }
    match value {
        Value::Object(members) => {
            let inner = into.entry(name.clone()).or_insert_with(|| Map::new().into());
            if let Value::Object(inner) = inner {
                keep(members, rest, inner);
            }
        }
        Value::Array(list) => {
            let picked = |value: &Value| {
                let mut inner = Map::new();
                keep(value.as_object()?, rest, &mut inner);
                Some(Value::Object(inner))
            };
            into.insert(name.clone(), list.iter().filter_map(picked).collect());
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn drop_at(from: &mut Map<String, Value>, place: &[String]) {
    let Some((first, rest)) = place.split_first() else { return };
    let Some(name) = from.keys().find(|name| name.eq_ignore_ascii_case(first)).cloned() else { return };
    if rest.is_empty() {
        from.remove(&name);
        return;
    }
    match from.get_mut(&name) {
        Some(Value::Object(members)) => drop_at(members, rest),
        Some(Value::Array(list)) => {
            list.iter_mut().filter_map(Value::as_object_mut).for_each(|members| drop_at(members, rest));
        }
        _ => {}
    }
}

pub(super) fn object(value: &Value) -> Result<&Map<String, Value>, Fault> {
    value.as_object().ok_or_else(|| Fault::new(FaultKind::InvalidSyntax, "an object is expected"))
}

pub(super) fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn normal_members(
    attributes: &'static [Attribute],
    members: &Map<String, Value>,
) -> Result<Map<String, Value>, Fault> {
    let mut normal = Map::new();
    for attribute in attributes.iter().filter(|attribute| !attribute.is_read_only) {
        let Some(value) = member(members, attribute.name) else { continue };
        if let Some(value) = normalise(attribute, value)? {
            normal.insert(attribute.name.to_owned(), value);
        }
    }
    Ok(normal)
}

/// A value in the form of the schema; nothing where it is unassigned (RFC 7643, 2.5).
pub(super) fn normalise(attribute: &'static Attribute, value: &Value) -> Result<Option<Value>, Fault> {
    if !attribute.is_list {
        return normal_one(attribute, value);
    }
    let given = match value {
        Value::Array(list) => list.iter().collect(),
        one => vec![one],
    };
    if given.len() > MOST_VALUES {
        return Err(Fault::value(format!("{} has more than {MOST_VALUES} values", attribute.name)));
    }
    let mut list: Vec<Value> = Vec::new();
    for value in given {
        list.extend(normal_one(attribute, value)?.filter(|value| !list.contains(value)));
    }
    if list.iter().filter(|value| is_primary(value)).count() > 1 {
        return Err(Fault::value(format!("{}: more than one value is primary", attribute.name)));
    }
    Ok((!list.is_empty()).then_some(Value::Array(list)))
}

pub(super) fn is_primary(value: &Value) -> bool {
    value.get("primary") == Some(&Value::Bool(true))
}

pub(super) fn normal_one(attribute: &'static Attribute, value: &Value) -> Result<Option<Value>, Fault> {
    let wrong = |what: &str| Fault::value(format!("{} must be {what}", attribute.name));
    match (attribute.kind, value) {
        (_, Value::Null) => Ok(None),
        (Kind::Boolean, Value::Bool(_)) => Ok(Some(value.clone())),
        // Some directories write booleans as texts.
        (Kind::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true.into())),
        (Kind::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false.into())),
        (Kind::Boolean, _) => Err(wrong("a boolean")),
        (Kind::Text | Kind::Reference, Value::String(text)) if text.chars().count() > LONGEST_TEXT => {
            Err(wrong("shorter"))
        }
        (Kind::Text | Kind::Reference, Value::String(text)) if text.chars().any(char::is_control) => {
            Err(wrong("one line of text"))
        }
        (Kind::Text | Kind::Reference, Value::String(text)) if text.is_empty() => Ok(None),
        (Kind::Text | Kind::Reference, Value::String(_)) => Ok(Some(value.clone())),
        (Kind::Text | Kind::Reference, _) => Err(wrong("a text")),
        (Kind::Complex(subs), Value::Object(members)) => {
            let members = normal_members(subs, members)?;
            Ok((!members.is_empty()).then_some(members.into()))
        }
        // A plain text in place of a complex value is its `value`, as some directories send the manager.
        (Kind::Complex(subs), Value::String(text)) if Attribute::find(subs, "value").is_some() => {
            let members = Map::from_iter([("value".to_owned(), Value::from(text.as_str()))]);
            let members = normal_members(subs, &members)?;
            Ok((!members.is_empty()).then_some(members.into()))
        }
        (Kind::Complex(_), _) => Err(wrong("an object")),
    }
}
