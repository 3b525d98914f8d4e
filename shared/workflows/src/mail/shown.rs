//! Texts from outside as a reader can see them: what is invisible is made visible, what reorders the line around it does not,
//! what is far too long is cut, and what is nobody's business is masked.

use super::mask::mask;

/// As much of a value as a line shows.
const LONGEST: usize = 120;

/// As much of a vendor's words, which may quote a value.
const LONGEST_WORDS: usize = 240;

/// A name or a title.
pub(super) fn shown(value: &str) -> String {
    cut(value, LONGEST)
}

/// A value that was found in a field: masked where the field, or the value itself, is sensitive.
pub(super) fn shown_value(field: &str, value: &str) -> String {
    cut(&mask(field, value), LONGEST)
}

/// A vendor's words about a field.
pub(super) fn shown_words(field: &str, words: &str) -> String {
    cut(&mask(field, words), LONGEST_WORDS)
}

fn cut(value: &str, longest: usize) -> String {
    let length = value.chars().count();
    let visible: String = value.chars().take(longest).map(visible).collect();
    if length > longest {
        format!("{visible}… ({length} characters)")
    } else {
        visible
    }
}

/// A control character as its picture (U+2400 and on); one that turns the direction of the text, or breaks the line, as a
/// place-holder.
fn visible(character: char) -> char {
    match character {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => char::REPLACEMENT_CHARACTER,
        other if other.is_control() => char::REPLACEMENT_CHARACTER,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_value_can_be_seen() {
        assert_eq!(shown("Alex\tTab"), "Alex␉Tab");
        assert_eq!(shown("evil\u{202e}gpj.exe"), "evil\u{fffd}gpj.exe");
        assert_eq!(shown("one\u{2028}two"), "one\u{fffd}two");
        assert_eq!(shown("שירה כהן 🦘"), "שירה כהן 🦘");
        assert_eq!(shown("\u{7f}\u{85}"), "\u{2421}\u{fffd}");
    }

    #[test]
    fn a_value_that_is_far_too_long_is_cut_and_says_how_long_it_is() {
        let long = shown(&"x".repeat(280));
        assert!(
            long.ends_with("x… (280 characters)") && long.chars().count() < 150,
            "{long}"
        );
    }
}
