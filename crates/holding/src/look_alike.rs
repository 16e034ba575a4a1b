//! Names that are made to look like another one: letters of two alphabets in one word, or letters that only look like letters.
//!
//! It finds the common trick, not every one: a name wholly in another alphabet stands as it is, beside the host that cannot lie.

/// Whether a word of the name mixes Latin letters with those of an alphabet that has look-alikes of them, or uses styled letters.
#[must_use]
pub fn mixes_alphabets(name: &str) -> bool {
    name.split(|character: char| !character.is_alphabetic()).any(|word| {
        let has = |alphabet: fn(char) -> bool| word.chars().any(alphabet);
        has(is_styled) || (has(is_latin) && has(is_like_latin))
    })
}

const fn is_latin(character: char) -> bool {
    matches!(character, 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

/// Greek, Cyrillic, Armenian and Cherokee.
const fn is_like_latin(character: char) -> bool {
    matches!(
        character,
        '\u{370}'..='\u{58f}'
            | '\u{13a0}'..='\u{13ff}'
            | '\u{1c80}'..='\u{1c8f}'
            | '\u{1f00}'..='\u{1fff}'
            | '\u{2de0}'..='\u{2dff}'
            | '\u{a640}'..='\u{a69f}'
            | '\u{ab70}'..='\u{abbf}'
    )
}

/// Mathematical alphabets, and the wide Latin letters of old Asian terminals.
const fn is_styled(character: char) -> bool {
    matches!(character, '\u{1d400}'..='\u{1d7ff}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_are_found_and_names_of_every_language_stand() {
        for trick in ["W\u{43e}rld Food Programme", "UND\u{3a1}", "𝐔nited Nations", "ＵＮ"] {
            assert!(mixes_alphabets(trick), "{trick}");
        }
        for name in [
            "World Food Programme",
            "Programme des Nations Unies pour le développement",
            "Организация Объединённых Наций",
            "Всемирная продовольственная программа (WFP)",
            "برنامج الأغذية العالمي WFP",
            "世界粮食计划署 WFP",
            "Πρόγραμμα UNDP",
        ] {
            assert!(!mixes_alphabets(name), "{name}");
        }
    }
}
