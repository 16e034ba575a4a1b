//! The catalogues, read once from inside the binary.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;
use fluent_syntax::ast::{Expression, InlineExpression, Pattern, PatternElement};
use language::Language;
use unic_langid::LanguageIdentifier;

pub(super) type Bundle = FluentBundle<FluentResource>;

/// Every topic is a file in the folder of each language.
macro_rules! catalogues {
    ($($topic:literal),+ $(,)?) => {
        pub(super) const fn texts(language: Language) -> &'static [&'static str] {
            match language {
                Language::Arabic => &[$(include_str!(concat!("../../locales/ar/", $topic, ".ftl"))),+],
                Language::Chinese => &[$(include_str!(concat!("../../locales/zh/", $topic, ".ftl"))),+],
                Language::English => &[$(include_str!(concat!("../../locales/en/", $topic, ".ftl"))),+],
                Language::French => &[$(include_str!(concat!("../../locales/fr/", $topic, ".ftl"))),+],
                Language::Russian => &[$(include_str!(concat!("../../locales/ru/", $topic, ".ftl"))),+],
                Language::Spanish => &[$(include_str!(concat!("../../locales/es/", $topic, ".ftl"))),+],
            }
        }
    };
}

catalogues!(
    "access",
    "account",
    "activity",
    "again",
    "ahead",
    "appeal",
    "ask",
    "cards",
    "consent",
    "credential",
    "desk",
    "enrol",
    "entry",
    "existence",
    "form",
    "frame",
    "help",
    "helped",
    "home",
    "install",
    "mandates",
    "next",
    "offer",
    "officers",
    "offline",
    "paper",
    "parties",
    "problems",
    "queue",
    "scripts",
    "shared",
    "stations",
    "support",
    "terms",
    "year",
);

static BUNDLES: LazyLock<BTreeMap<Language, Bundle>> =
    LazyLock::new(|| Language::ALL.into_iter().map(|language| (language, bundle(language))).collect());

pub(super) fn of(language: Language) -> Option<&'static Bundle> {
    BUNDLES.get(&language)
}

/// What cannot be read of a catalogue is left out; the tests see to it that nothing is.
fn bundle(language: Language) -> Bundle {
    let tag: LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Marks around what is filled in keep its direction apart: a name may be in another script than the sentence.
    bundle.set_use_isolating(true);
    for text in texts(language) {
        let resource = match FluentResource::try_new((*text).to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// The names of what a message wants filled in, also by the messages it refers to.
pub(super) fn variables(language: Language, id: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![id.to_owned()];
    while let Some(id) = waiting.pop() {
        let message = of(language).and_then(|bundle| bundle.get_message(&id));
        if let Some(pattern) = message.and_then(|message| message.value()) {
            of_pattern(pattern, &mut found, &mut waiting);
        }
    }
    found
}

fn of_pattern(pattern: &Pattern<&str>, found: &mut BTreeSet<String>, references: &mut Vec<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            of_expression(expression, found, references);
        }
    }
}

fn of_expression(expression: &Expression<&str>, found: &mut BTreeSet<String>, references: &mut Vec<String>) {
    let inline = match expression {
        Expression::Inline(inline) => inline,
        Expression::Select { selector, variants } => {
            for variant in variants {
                of_pattern(&variant.value, found, references);
            }
            selector
        }
    };
    match inline {
        InlineExpression::VariableReference { id } => drop(found.insert(id.name.to_owned())),
        InlineExpression::MessageReference { id, .. } => references.push(id.name.to_owned()),
        InlineExpression::Placeable { expression } => of_expression(expression, found, references),
        _ => {}
    }
}
