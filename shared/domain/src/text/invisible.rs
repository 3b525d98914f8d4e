//! Characters of EmployeeConnect's texts that no reader sees: removed where nothing is lost by it, found where something may be.
//!
//! Three kinds: characters without width, blanks that are no space, and controls. What people read shows those that are left by
//! their numbers, see [`crate::text::printable`].

use std::borrow::Cow;

use crate::text::printable::{is_hidden, is_of_its_script};

/// Returns the text without the invisible characters and blanks around it; empty where there is nothing to see in it. A joiner or
/// a selector that the script needs at the end stays.
#[must_use]
pub fn trimmed(text: &str) -> &str {
    let is_plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    if is_plain(text.as_bytes().first()) && is_plain(text.as_bytes().last()) {
        return text;
    }
    let text = text.trim_start_matches(|character| is_unseen(character) || is_combining(character));
    let mut end = text;
    while let Some((rest, character)) = split_last(end) {
        let before = rest.chars().next_back();
        if !is_unseen(character) || is_of_its_script(before, character, None) || ends_word(before, character) {
            break;
        }
        end = rest;
    }
    end
}

/// Returns the text without its characters that have no width: it looks the same. What a script needs stays.
#[must_use]
pub fn without_zero_width(text: &str) -> Cow<'_, str> {
    if !unseen_inside(text).any(is_zero_width) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(replaced(text, |character| {
        (!is_zero_width(character)).then_some(character)
    }))
}

/// Returns the text with `blank` in place of each blank that is no space, and without other invisible characters: how the text
/// may have been meant.
#[must_use]
pub fn reading(text: &str, blank: &str) -> String {
    let blank = blank.chars().next();
    replaced(text, |character| {
        blank.filter(|_| character.is_control() && character.is_whitespace() || is_odd_blank(character))
    })
}

/// Returns the text as readers see it: a space in place of each blank that is no space, and nothing without width. Controls stay.
#[must_use]
pub fn spaced(text: &str) -> String {
    replaced(text, |character| match character {
        control if control.is_control() => Some(control),
        blank if !is_zero_width(blank) => Some(' '),
        _ => None,
    })
}

/// Whether the text holds a character that no reader sees.
#[must_use]
pub fn is_irregular(text: &str) -> bool {
    unseen_inside(text).next().is_some()
}

/// Whether the text holds a blank that is no space.
#[must_use]
pub fn has_odd_blank(text: &str) -> bool {
    unseen_inside(text).any(is_odd_blank)
}

/// The characters that no reader sees, but for those that the script needs where they are.
fn unseen_inside(text: &str) -> impl Iterator<Item = char> {
    let is_plain = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    let text = if is_plain { "" } else { text };
    with_neighbours(text)
        .filter_map(|(before, character, after)| is_out_of_place(before, character, after).then_some(character))
}

fn replaced(text: &str, by: impl Fn(char) -> Option<char>) -> String {
    let characters = with_neighbours(text).filter_map(|(before, character, after)| {
        if is_out_of_place(before, character, after) {
            by(character)
        } else {
            Some(character)
        }
    });
    characters.collect()
}

fn with_neighbours(text: &str) -> impl Iterator<Item = (Option<char>, char, Option<char>)> {
    let mut before = None;
    let mut characters = text.chars().peekable();
    std::iter::from_fn(move || {
        let character = characters.next()?;
        Some((before.replace(character), character, characters.peek().copied()))
    })
}

fn is_out_of_place(before: Option<char>, character: char, after: Option<char>) -> bool {
    is_unseen(character)
        && character != ' '
        && !is_of_its_script(before, character, after.as_ref())
        && !(after.is_none() && ends_word(before, character))
        && !(character == '\u{3000}' && before.is_some_and(is_ideographic))
}

const fn is_unseen(character: char) -> bool {
    is_hidden(character) || character.is_whitespace()
}

fn is_zero_width(character: char) -> bool {
    is_hidden(character) && !character.is_control() && !is_odd_blank(character)
}

/// A blank that is no space; one of them is braille's.
fn is_odd_blank(character: char) -> bool {
    (character.is_whitespace() && !character.is_control() && character != ' ') || character == '\u{2800}'
}

/// A joiner after a virama at the end of a word: the older spelling of Malayalam's final consonants.
fn ends_word(before: Option<char>, character: char) -> bool {
    let is_virama = |before| {
        matches!(
            u32::from(before),
            0x94d | 0x9cd | 0xa4d | 0xacd | 0xb4d | 0xbcd | 0xc4d | 0xccd | 0xd4d | 0xdca
        )
    };
    character == '\u{200d}' && before.is_some_and(is_virama)
}

/// Marks that stand on the letter before them; at the beginning there is none.
const fn is_combining(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// East Asian scripts, whose blank is as wide as a letter.
const fn is_ideographic(character: char) -> bool {
    matches!(character, '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

fn split_last(text: &str) -> Option<(&str, char)> {
    let (start, character) = text.char_indices().next_back()?;
    Some((&text[..start], character))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_invisible_around_a_text_is_no_part_of_it() {
        for text in [
            "Jo",
            "\u{feff}Jo\u{200b}",
            " \u{a0}Jo\u{2060}\t",
            "\u{202e}\u{301}Jo\u{ad}\u{e0041}",
            "Jo\u{fe0f}\u{200d}",
        ] {
            assert_eq!(trimmed(text), "Jo", "{text:?}");
        }
        for nothing in [
            "",
            " \u{200b}",
            "\u{301}",
            "\u{200d}\u{fe0f}",
            "\u{3164}",
            "\u{2800}",
            "\u{0}\u{1b}",
        ] {
            assert_eq!(trimmed(nothing), "", "{nothing:?}");
        }
        assert_eq!(trimmed("മോഹന\u{d4d}\u{200d}"), "മോഹന\u{d4d}\u{200d}");
    }

    #[test]
    fn a_text_loses_what_has_no_width_and_keeps_what_its_script_needs() {
        assert_eq!(without_zero_width("Zo\u{200b}\u{ad}ë"), "Zoë");
        assert_eq!(without_zero_width("Jo\u{a0}Ann"), "Jo\u{a0}Ann");
        for name in [
            "علی\u{200c}رضا",
            "क\u{94d}\u{200d}ष",
            "葛\u{e0100}城",
            "山田\u{3000}太郎",
            "e\u{301}",
        ] {
            assert_eq!(without_zero_width(name), name);
            assert!(!is_irregular(name), "{name:?}");
        }
    }

    #[test]
    fn a_blank_that_is_no_space_may_have_been_meant_as_one_or_not_at_all() {
        assert_eq!(reading("Head\u{a0}Office\u{200b}", " "), "Head Office");
        assert_eq!(reading("Syd\u{a0}ney", ""), "Sydney");
        assert!(has_odd_blank("Syd\u{2003}ney") && !has_odd_blank("Syd ney\u{200b}"));
    }

    proptest! {
        #[test]
        fn a_plain_text_is_itself_and_a_reading_is_regular(plain in "[!-~]([ -~]{0,10}[!-~])?", any in "\\PC{0,12}|[\u{0}-\u{ff}\u{2000}-\u{206f}]{0,12}") {
            prop_assert_eq!(trimmed(&plain), plain.as_str());
            prop_assert_eq!(without_zero_width(&plain), plain.as_str());
            prop_assert!(!is_irregular(&plain));
            prop_assert_eq!(trimmed(trimmed(&any)), trimmed(&any));
        }
    }
}
