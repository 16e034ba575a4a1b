//! The texts of a service in the six languages, by Fluent.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::{Expression, InlineExpression, Pattern, PatternElement};
use unic_langid::LanguageIdentifier;

use crate::Language;

type Bundle = FluentBundle<FluentResource>;

/// The messages of every language, read once from inside the binary.
pub struct Catalogue(BTreeMap<Language, Bundle>);

impl Catalogue {
    /// Reads the texts of each language. `is_isolating` says in which of them marks stand around what is filled in (Unicode, UAX 9),
    /// which keep its direction apart: a name may be in another script than the sentence.
    #[must_use]
    pub fn read<T: AsRef<[&'static str]>>(
        texts: impl Fn(Language) -> T,
        is_isolating: impl Fn(Language) -> bool,
    ) -> Self {
        let read = |language| (language, bundle(language, texts(language).as_ref(), is_isolating(language)));
        Self(Language::ALL.into_iter().map(read).collect())
    }

    /// Whether there is a message of this name.
    #[must_use]
    pub fn knows(&self, language: Language, id: &str) -> bool {
        self.0.get(&language).is_some_and(|bundle| bundle.has_message(id))
    }

    /// A message with what is filled in; nothing where there is none or it wants more than it was given.
    #[must_use]
    pub fn format(&self, language: Language, id: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let bundle = self.0.get(&language)?;
        let pattern = bundle.get_message(id)?.value()?;
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors);
        errors.is_empty().then(|| text.into_owned())
    }

    /// The names of what a message wants filled in, also by the messages it refers to.
    #[must_use]
    pub fn variables(&self, language: Language, id: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut waiting = vec![id.to_owned()];
        while let Some(id) = waiting.pop() {
            let message = self.0.get(&language).and_then(|bundle| bundle.get_message(&id));
            if let Some(pattern) = message.and_then(|message| message.value()) {
                of_pattern(pattern, &mut found, &mut waiting);
            }
        }
        found
    }
}

/// What cannot be read of a text is left out; the tests of each catalogue see to it that nothing is.
fn bundle(language: Language, texts: &[&str], is_isolating: bool) -> Bundle {
    let tag: LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    bundle.set_use_isolating(is_isolating);
    for text in texts {
        let resource = match FluentResource::try_new((*text).to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
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
