//! The catalogues, read once from inside the binary.

use std::sync::LazyLock;

use language::{Catalogue, Language};

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

pub(super) static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(texts, |_| true));
