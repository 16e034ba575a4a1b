//! Filters of RFC 7644, 3.4.2.2: parsed within bounds, decided over a user in memory.

use serde_json::{Map, Value};

use super::path::split;
use super::schema::{Attribute, CORE};
use super::{Fault, FaultKind};

const LONGEST: usize = 1024;
const DEEPEST: usize = 16;

/// A condition on a user.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter(Node);

#[derive(Clone, Debug, PartialEq)]
enum Node {
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Present(Place),
    Compare(Place, Comparison, Value),
    /// One and the same value of a list meets the condition.
    Within(Place, Box<Node>),
}

/// Members to go through, in the spelling of the schema.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    members: Vec<&'static str>,
    is_case_exact: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Contains,
    Begins,
    Ends,
    Above,
    AtLeast,
    Below,
    AtMost,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    OpenList,
    CloseList,
    Word(String),
    Literal(Value),
}

impl Filter {
    pub fn parse(text: &str) -> Result<Self, Fault> {
        parse(text, None).map(Self)
    }

    /// The condition between the brackets of a path, whose names are those of a value of a list.
    pub(super) fn parse_within(text: &str) -> Result<Self, Fault> {
        parse(text, Some(None)).map(Self)
    }

    #[must_use]
    pub fn matches(&self, user: &Map<String, Value>) -> bool {
        self.0.matches(&Value::Object(user.clone()))
    }

    pub(super) fn matches_value(&self, value: &Value) -> bool {
        self.0.matches(value)
    }

    /// The attribute and text of a filter that is one `eq` on `id`, `userName` or `externalId`: those have an index.
    #[must_use]
    pub fn as_lookup(&self) -> Option<(&'static str, &str)> {
        match &self.0 {
            Node::Compare(place, Comparison::Equal, Value::String(text)) => match place.members.as_slice() {
                [name @ ("id" | "userName" | "externalId")] => Some((name, text)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The members a value must have to meet a condition of `eq` joined by `and`, so that `add` can make it.
    pub(super) fn as_members(&self) -> Option<Map<String, Value>> {
        let mut members = Map::new();
        self.0.collect(&mut members).then_some(members)
    }
}

impl Node {
    fn matches(&self, value: &Value) -> bool {
        match self {
            Self::And(one, other) => one.matches(value) && other.matches(value),
            Self::Or(one, other) => one.matches(value) || other.matches(value),
            Self::Not(inner) => !inner.matches(value),
            Self::Present(place) => place.values(value).iter().any(|found| is_present(found)),
            Self::Compare(place, comparison, wanted) => {
                let found = place.values(value);
                // RFC 7644, 3.4.2.2: what is absent differs from every value.
                if found.is_empty() {
                    return *comparison == Comparison::NotEqual && !wanted.is_null()
                        || *comparison == Comparison::Equal && wanted.is_null();
                }
                found.iter().any(|found| comparison.holds(found, wanted, place.is_case_exact))
            }
            Self::Within(place, inner) => place.lists(value).iter().any(|value| inner.matches(value)),
        }
    }

    fn collect(&self, members: &mut Map<String, Value>) -> bool {
        match self {
            Self::And(one, other) => one.collect(members) && other.collect(members),
            Self::Compare(place, Comparison::Equal, value) => match place.members.as_slice() {
                [name] => members.insert((*name).to_owned(), value.clone()).is_none(),
                _ => false,
            },
            Self::Or(..) | Self::Not(_) | Self::Present(_) | Self::Compare(..) | Self::Within(..) => false,
        }
    }
}

fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

impl Place {
    /// Every value there; of a complex one that is not looked into further, its `value`.
    fn values<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        let found = self.lists(value);
        let default = |found: &'a Value| match found {
            Value::Object(members) => members.get("value").unwrap_or(found),
            other => other,
        };
        found.into_iter().map(default).collect()
    }

    fn lists<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        let mut found = vec![value];
        for member in &self.members {
            found = found.into_iter().filter_map(|value| value.get(member)).flat_map(each).collect();
        }
        found
    }
}

fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().collect(),
        other => vec![other],
    }
}

impl Comparison {
    fn parse(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "eq" => Self::Equal,
            "ne" => Self::NotEqual,
            "co" => Self::Contains,
            "sw" => Self::Begins,
            "ew" => Self::Ends,
            "gt" => Self::Above,
            "ge" => Self::AtLeast,
            "lt" => Self::Below,
            "le" => Self::AtMost,
            _ => return None,
        })
    }

    fn holds(self, found: &Value, wanted: &Value, is_case_exact: bool) -> bool {
        let (Value::String(found), Value::String(wanted)) = (found, wanted) else {
            return match self {
                Self::Equal => found == wanted,
                Self::NotEqual => found != wanted,
                _ => false,
            };
        };
        let fold = |text: &str| if is_case_exact { text.to_owned() } else { text.to_lowercase() };
        let (found, wanted) = (fold(found), fold(wanted));
        match self {
            Self::Equal => found == wanted,
            Self::NotEqual => found != wanted,
            Self::Contains => found.contains(&wanted),
            Self::Begins => found.starts_with(&wanted),
            Self::Ends => found.ends_with(&wanted),
            Self::Above => found > wanted,
            Self::AtLeast => found >= wanted,
            Self::Below => found < wanted,
            Self::AtMost => found <= wanted,
        }
    }
}

fn wrong(detail: &str) -> Fault {
    Fault::new(FaultKind::InvalidFilter, detail)
}

/// `within` is the list whose values the names are of; `Some(None)` takes the sub-attributes of any list.
fn parse(text: &str, within: Option<Option<&'static Attribute>>) -> Result<Node, Fault> {
    if text.len() > LONGEST {
        return Err(wrong("the filter is too long"));
    }
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), within, depth: 0 };
    let node = parser.or()?;
    match parser.tokens.next() {
        None => Ok(node),
        Some(_) => Err(wrong("the filter goes on after its end")),
    }
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    within: Option<Option<&'static Attribute>>,
    depth: usize,
}

impl Parser {
    fn is_word(&mut self, wanted: &str) -> bool {
        let fits = |token: &Token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(wanted));
        self.tokens.next_if(fits).is_some()
    }

    fn or(&mut self) -> Result<Node, Fault> {
        let mut node = self.and()?;
        while self.is_word("or") {
            node = Node::Or(Box::new(node), Box::new(self.and()?));
        }
        Ok(node)
    }

    fn and(&mut self) -> Result<Node, Fault> {
        let mut node = self.one()?;
        while self.is_word("and") {
            node = Node::And(Box::new(node), Box::new(self.one()?));
        }
        Ok(node)
    }

    fn one(&mut self) -> Result<Node, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(wrong("the filter has too many parts"));
        }
        if self.is_word("not") {
            let inner = self.group()?;
            return Ok(Node::Not(Box::new(inner)));
        }
        if self.tokens.peek() == Some(&Token::Open) {
            return self.group();
        }
        let Some(Token::Word(name)) = self.tokens.next() else { return Err(wrong("a name is expected")) };
        let (place, attribute) = self.place(&name)?;
        if self.tokens.next_if_eq(&Token::OpenList).is_some() {
            let within = self.within.replace(attribute);
            let inner = self.or()?;
            self.within = within;
            self.expect(&Token::CloseList)?;
            return Ok(Node::Within(place, Box::new(inner)));
        }
        let Some(Token::Word(operator)) = self.tokens.next() else {
            return Err(wrong("an operator is expected"));
        };
        if operator.eq_ignore_ascii_case("pr") {
            return Ok(Node::Present(place));
        }
        let comparison = Comparison::parse(&operator).ok_or_else(|| wrong("the operator is not known"))?;
        let Some(Token::Literal(value)) = self.tokens.next() else {
            return Err(wrong("a value is expected"));
        };
        let ordered = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        if ordered && !value.is_string() {
            return Err(wrong("only texts have an order"));
        }
        Ok(Node::Compare(place, comparison, value))
    }

    fn group(&mut self) -> Result<Node, Fault> {
        self.expect(&Token::Open)?;
        let inner = self.or()?;
        self.expect(&Token::Close)?;
        Ok(inner)
    }

    fn expect(&mut self, token: &Token) -> Result<(), Fault> {
        match self.tokens.next_if_eq(token) {
            Some(_) => Ok(()),
            None => Err(wrong("a bracket is missing")),
        }
    }

    fn place(&self, name: &str) -> Result<(Place, Option<&'static Attribute>), Fault> {
        let unknown = || wrong("the filter names an attribute that users do not have");
        if let Some(list) = self.within {
            let known = match list {
                Some(list) => Attribute::find(list.subs(), name),
                None => super::schema::SCHEMAS
                    .iter()
                    .flat_map(|schema| schema.attributes)
                    .filter(|attribute| attribute.is_list)
                    .find_map(|attribute| Attribute::find(attribute.subs(), name)),
            };
            let known = known.ok_or_else(unknown)?;
            return Ok((Place { members: vec![known.name], is_case_exact: known.is_case_exact }, None));
        }
        let common: [(&str, &[&'static str]); 3] = [
            ("id", &["id"]),
            ("meta.created", &["meta", "created"]),
            ("meta.lastModified", &["meta", "lastModified"]),
        ];
        if let Some((_, members)) = common.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return Ok((Place { members: members.to_vec(), is_case_exact: true }, None));
        }
        let (schema, rest) = split(name).ok_or_else(unknown)?;
        let (name, sub) = rest.split_once('.').map_or((rest, None), |(name, sub)| (name, Some(sub)));
        let attribute = Attribute::find(schema.attributes, name).ok_or_else(unknown)?;
        let mut members = if schema.id == CORE { vec![] } else { vec![schema.id] };
        members.push(attribute.name);
        let mut last = attribute;
        if let Some(sub) = sub {
            last = Attribute::find(attribute.subs(), sub).ok_or_else(unknown)?;
            members.push(last.name);
        }
        Ok((Place { members, is_case_exact: last.is_case_exact }, Some(attribute)))
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let single = match first {
            '(' => Some(Token::Open),
            ')' => Some(Token::Close),
            '[' => Some(Token::OpenList),
            ']' => Some(Token::CloseList),
            _ => None,
        };
        let length = match (&single, first) {
            (Some(_), _) => 1,
            (None, '"') => 1 + quoted(rest).ok_or_else(|| wrong("a text does not end"))?,
            (None, _) => rest.find([' ', '(', ')', '[', ']', '"']).unwrap_or(rest.len()),
        };
        let (piece, after) = rest.split_at(length);
        tokens.push(match (single, first) {
            (Some(token), _) => token,
            (None, '"') => Token::Literal(
                serde_json::from_str(piece).map_err(|_| wrong("a text is not quoted as JSON"))?,
            ),
            (None, _) => word(piece),
        });
        rest = after.trim_start();
    }
    Ok(tokens)
}

fn word(piece: &str) -> Token {
    match piece {
        "true" | "True" => Token::Literal(Value::Bool(true)),
        "false" | "False" => Token::Literal(Value::Bool(false)),
        "null" => Token::Literal(Value::Null),
        number if number.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
            serde_json::from_str(number).map_or_else(|_| Token::Word(number.to_owned()), Token::Literal)
        }
        word => Token::Word(word.to_owned()),
    }
}

/// How many bytes follow the opening quotation mark, up to and with the closing one.
fn quoted(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at),
            _ => {}
        }
    }
    None
}
