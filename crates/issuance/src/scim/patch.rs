//! `PATCH` (RFC 7644, 3.5.2): all operations or none. What a retry finds done already is no error.

use serde_json::{Map, Value};

use super::path::Path;
use super::schema::{Attribute, CORE, Kind};
use super::user::{User, is_primary, member, normal_one, normalise, object};
use super::{Fault, FaultKind};

const MESSAGE: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const MOST_OPERATIONS: usize = 100;

/// One operation, not yet applied.
#[derive(Clone, Debug)]
pub struct Operation {
    kind: Kinds,
    path: Option<String>,
    value: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kinds {
    Add,
    Replace,
    Remove,
}

/// The operations of a body.
pub fn operations(body: &Value) -> Result<Vec<Operation>, Fault> {
    let wrong = |detail: &str| Fault::new(FaultKind::InvalidSyntax, detail);
    let members = object(body)?;
    let is_patch = member(members, "schemas").and_then(Value::as_array).is_some_and(|schemas| {
        schemas.iter().filter_map(Value::as_str).any(|schema| schema.eq_ignore_ascii_case(MESSAGE))
    });
    if !is_patch {
        return Err(wrong("schemas must name the message PatchOp"));
    }
    let list = member(members, "Operations").and_then(Value::as_array);
    let list = list.filter(|list| !list.is_empty()).ok_or_else(|| wrong("Operations is missing"))?;
    if list.len() > MOST_OPERATIONS {
        return Err(wrong("there are too many operations"));
    }
    list.iter().map(operation).collect()
}

fn operation(value: &Value) -> Result<Operation, Fault> {
    let members = object(value)?;
    let kind = match member(members, "op").and_then(Value::as_str).map(str::to_ascii_lowercase).as_deref() {
        Some("add") => Kinds::Add,
        Some("replace") => Kinds::Replace,
        Some("remove") => Kinds::Remove,
        _ => return Err(Fault::new(FaultKind::InvalidSyntax, "op must be add, replace or remove")),
    };
    let path = match member(members, "path") {
        None | Some(Value::Null) => None,
        Some(Value::String(path)) => Some(path.clone()),
        Some(_) => return Err(Fault::new(FaultKind::InvalidPath, "path must be a text")),
    };
    let value = member(members, "value").cloned();
    if kind == Kinds::Remove && path.is_none() {
        return Err(Fault::new(FaultKind::NoTarget, "remove needs a path"));
    }
    if kind != Kinds::Remove && value.is_none() {
        return Err(Fault::value("value is missing"));
    }
    Ok(Operation { kind, path, value })
}

/// The user after all operations.
pub fn apply(user: &User, operations: &[Operation]) -> Result<User, Fault> {
    let mut members = user.members().clone();
    for operation in operations {
        let value = operation.value.as_ref();
        match &operation.path {
            Some(path) => apply_at(&mut members, operation.kind, &Path::parse(path)?, value)?,
            None => {
                for (name, value) in object(value.unwrap_or(&Value::Null))? {
                    // Without a path, members that no schema has or no client sets are left out, as in a POST.
                    let Ok(path) = Path::parse(name) else { continue };
                    apply_at(&mut members, operation.kind, &path, Some(value))?;
                }
            }
        }
    }
    User::checked(members)
}

fn apply_at(
    user: &mut Map<String, Value>,
    kind: Kinds,
    path: &Path,
    value: Option<&Value>,
) -> Result<(), Fault> {
    let Some(attribute) = path.attribute else { return apply_to_extension(user, kind, path, value) };
    let is_core = path.schema.id == CORE;
    if kind == Kinds::Remove && attribute.is_required {
        return Err(Fault::new(FaultKind::Mutability, format!("{} cannot be removed", attribute.name)));
    }
    let mut extension = Map::new();
    let members = match is_core {
        true => &mut *user,
        false => {
            if let Some(Value::Object(known)) = user.get(path.schema.id) {
                extension.clone_from(known);
            }
            &mut extension
        }
    };
    if attribute.is_list {
        apply_to_list(members, kind, path, attribute, value)?;
    } else {
        apply_to_one(members, kind, attribute, path.sub, value)?;
    }
    if !is_core {
        match extension.is_empty() {
            true => drop(user.remove(path.schema.id)),
            false => drop(user.insert(path.schema.id.to_owned(), extension.into())),
        }
    }
    Ok(())
}

fn apply_to_extension(
    user: &mut Map<String, Value>,
    kind: Kinds,
    path: &Path,
    value: Option<&Value>,
) -> Result<(), Fault> {
    if kind == Kinds::Remove {
        user.remove(path.schema.id);
        return Ok(());
    }
    for (name, value) in object(value.unwrap_or(&Value::Null))? {
        let Ok(inner) = Path::parse(&format!("{}:{name}", path.schema.id)) else { continue };
        apply_at(user, kind, &inner, Some(value))?;
    }
    Ok(())
}

/// A single value: set, merged where it has parts, or taken away.
fn apply_to_one(
    members: &mut Map<String, Value>,
    kind: Kinds,
    attribute: &'static Attribute,
    sub: Option<&'static Attribute>,
    value: Option<&Value>,
) -> Result<(), Fault> {
    let name = attribute.name;
    if let Some(sub) = sub {
        let mut parts = match members.remove(name) {
            Some(Value::Object(parts)) => parts,
            _ => Map::new(),
        };
        set(&mut parts, sub, value.filter(|_| kind != Kinds::Remove))?;
        if !parts.is_empty() {
            members.insert(name.to_owned(), parts.into());
        }
        return Ok(());
    }
    match (kind, value) {
        (Kinds::Remove, _) | (_, None) => drop(members.remove(name)),
        (_, Some(value)) => {
            let merges = matches!(attribute.kind, Kind::Complex(_)) && value.is_object();
            match (normal_one(attribute, value)?, members.get_mut(name)) {
                (Some(Value::Object(new)), Some(Value::Object(known))) if merges => known.extend(new),
                (Some(new), _) => drop(members.insert(name.to_owned(), new)),
                (None, _) => drop(members.remove(name)),
            }
        }
    }
    Ok(())
}

fn set(parts: &mut Map<String, Value>, sub: &'static Attribute, value: Option<&Value>) -> Result<(), Fault> {
    match value.map(|value| normal_one(sub, value)).transpose()?.flatten() {
        Some(value) => drop(parts.insert(sub.name.to_owned(), value)),
        None => drop(parts.remove(sub.name)),
    }
    Ok(())
}

fn apply_to_list(
    members: &mut Map<String, Value>,
    kind: Kinds,
    path: &Path,
    attribute: &'static Attribute,
    value: Option<&Value>,
) -> Result<(), Fault> {
    let mut list = match members.remove(attribute.name) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    };
    let before = list.clone();
    let chosen = |value: &Value| is_chosen(path, value);
    match (kind, path.sub, &path.filter) {
        (Kinds::Remove, None, _) => list.retain(|value| !chosen(value)),
        (Kinds::Remove, Some(sub), _) => {
            for parts in list.iter_mut().filter(|value| chosen(value)).filter_map(Value::as_object_mut) {
                parts.remove(sub.name);
            }
            list.retain(|value| value.as_object().is_some_and(|parts| !parts.is_empty()));
        }
        (Kinds::Add, None, None) => {
            let new = value.map(|value| normalise(attribute, value)).transpose()?.flatten();
            if let Some(Value::Array(new)) = new {
                list.extend(new.into_iter().filter(|value| !before.contains(value)));
            }
        }
        (Kinds::Replace, None, None) => {
            let new = value.map(|value| normalise(attribute, value)).transpose()?.flatten();
            list = new.and_then(|new| new.as_array().cloned()).unwrap_or_default();
        }
        (Kinds::Add | Kinds::Replace, ..) => change_chosen(&mut list, kind, path, attribute, value)?,
    }
    leave_one_primary(&mut list, &before);
    if let Some(list) = normalise(attribute, &Value::Array(list))? {
        members.insert(attribute.name.to_owned(), list);
    }
    Ok(())
}

fn is_chosen(path: &Path, value: &Value) -> bool {
    path.filter.as_ref().is_none_or(|filter| filter.matches_value(value))
}

/// Adds to the values that the path chooses, or replaces what they say. Where it chooses none, an addition makes one.
fn change_chosen(
    list: &mut Vec<Value>,
    kind: Kinds,
    path: &Path,
    attribute: &'static Attribute,
    value: Option<&Value>,
) -> Result<(), Fault> {
    if !list.iter().any(|value| is_chosen(path, value)) {
        let made = path.filter.as_ref().and_then(super::Filter::as_members).filter(|_| kind == Kinds::Add);
        let missing = || Fault::new(FaultKind::NoTarget, "no value meets the condition of the path");
        list.push(made.ok_or_else(missing)?.into());
    }
    for one in list.iter_mut().filter(|value| is_chosen(path, value)) {
        let Value::Object(parts) = one else { continue };
        if let Some(sub) = path.sub {
            set(parts, sub, value)?;
            continue;
        }
        let new = normal_one(attribute, value.unwrap_or(&Value::Null))?;
        let Some(Value::Object(new)) = new else {
            return Err(Fault::value(format!("{} must be an object", attribute.name)));
        };
        if kind == Kinds::Replace {
            parts.clear();
        }
        parts.extend(new);
    }
    Ok(())
}

/// RFC 7644, 3.5.2: a value that becomes the primary one takes that from the others.
fn leave_one_primary(list: &mut [Value], before: &[Value]) {
    if list.iter().filter(|value| is_primary(value)).count() < 2 {
        return;
    }
    for value in list.iter_mut().filter(|value| before.contains(value)) {
        if let Value::Object(parts) = value
            && parts.contains_key("primary")
        {
            parts.insert("primary".to_owned(), false.into());
        }
    }
}
