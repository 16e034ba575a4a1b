//! The sentences that a page's scripts say.
//!
//! A script says `say("name", { value })`. Which names those are is read from the modules themselves, the ones they
//! import included, so that no list can fall behind; the page carries just these, in its language.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::Words;
use super::catalogue::CATALOGUE;
use crate::http::assets::ASSETS;

/// What one module needs.
#[derive(Default)]
pub(super) struct Needs {
    /// The modules it imports, directly or not, itself first.
    pub files: Vec<String>,
    pub sentences: Vec<String>,
}

static NEEDS: LazyLock<BTreeMap<&'static str, Needs>> = LazyLock::new(|| {
    let scripts = ASSETS.0.iter().filter(|asset| asset.content_type == web::assets::SCRIPT);
    scripts.map(|asset| (asset.name, needs(asset.name))).collect()
});

fn needs(name: &str) -> Needs {
    let mut all = Needs { files: vec![name.to_owned()], sentences: Vec::new() };
    let mut next = 0;
    while let Some(name) = all.files.get(next).cloned() {
        let source = source(&name);
        add(&mut all.files, quoted_after(source, "from \"/assets/"));
        add(&mut all.sentences, quoted_after(source, "say(\""));
        next += 1;
    }
    all
}

pub(super) fn source(name: &str) -> &'static str {
    let found = ASSETS.find(name).or_else(|| web::assets::shared(name));
    found.and_then(|asset| std::str::from_utf8(asset.body).ok()).unwrap_or_default()
}

fn add(to: &mut Vec<String>, found: Vec<String>) {
    for one in found {
        if !to.contains(&one) {
            to.push(one);
        }
    }
}

pub(super) fn quoted_after(source: &str, start: &str) -> Vec<String> {
    let rest = source.split(start).skip(1);
    rest.filter_map(|rest| rest.split_once('"').map(|(name, _)| name.to_owned())).collect()
}

/// The tags that load a module: its sentences as JSON, hints for the modules it imports, which otherwise would be
/// found one after the other, and the script itself.
pub struct Module {
    words: Words,
    name: String,
}

impl Module {
    pub(super) fn new(words: Words, name: &str) -> Self {
        Self { words, name: name.to_owned() }
    }
}

impl Display for Module {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Some(needs) = NEEDS.get(self.name.as_str()) else { return Ok(()) };
        let said: Map<String, Value> =
            needs.sentences.iter().map(|id| (id.clone(), template(self.words, id).into())).collect();
        // In a script element nothing is escaped, and only "<" could end it.
        let said = Value::Object(said).to_string().replace('<', "\\u003c");
        writeln!(formatter, "<script type=\"application/json\" id=\"words\">{said}</script>")?;
        for file in needs.files.iter().skip(1) {
            writeln!(formatter, "<link rel=\"modulepreload\" href=\"/assets/{file}\">")?;
        }
        write!(formatter, "<script type=\"module\" src=\"/assets/{}\"></script>", self.name)
    }
}

impl askama::filters::HtmlSafe for Module {}

/// A sentence with `{name}` where the script fills in.
fn template(words: Words, id: &str) -> String {
    let variables = CATALOGUE.variables(words.language(), id);
    variables.iter().fold(words.say(id), |said, name| said.with_open(name)).plain()
}
