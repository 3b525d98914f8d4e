//! Makes texts from outside printable: a terminal, a mail or a log viewer obeys control characters, and a reader cannot see the
//! invisible ones.
//!
//! Everything that people read passes one of these functions where it is put out. A character that a reader could not see, or
//! that a terminal would obey, is written as its number, for instance `gus⟨U+200B⟩@acme.com.au`.

use std::fmt::Write;

/// Returns the text on one line, with every control and invisible character written as its number.
#[must_use]
pub fn printable(text: &str) -> String {
    shown(text, |_| false)
}

/// Returns the text with its line breaks, and with every other control and invisible character written as its number.
#[must_use]
pub fn printable_lines(text: &str) -> String {
    shown(text, |character| character == '\n')
}

/// Returns the same JSON with the hidden characters of its strings written as `\u` escapes. JSON that was written already has no
/// other control character in its strings.
#[must_use]
pub fn printable_json(json: &str) -> String {
    let mut printable = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() && character != '\u{7f}' || !is_hidden(character) {
            printable.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a text cannot fail.
                write!(printable, "\\u{unit:04x}").ok();
            }
        }
    }
    printable
}

/// Whether a terminal obeys the character, or a reader cannot see it or takes it for another: controls, marks of direction,
/// characters without width, and blanks that are no space.
#[must_use]
pub const fn is_hidden(character: char) -> bool {
    matches!(
        character,
        // Controls: C0, DEL and C1.
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
            // Blanks that are no space. The ideographic one, U+3000, is as wide as a letter and belongs into names.
            | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{2800}'
            // Without width, and marks of direction, lines and paragraphs.
            | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

fn shown(text: &str, is_kept: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut before = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if !is_hidden(character) || is_kept(character) || is_of_its_script(before, character, characters.peek()) {
            shown.push(character);
        } else {
            // Writing to a text cannot fail.
            write!(shown, "⟨U+{:04X}⟩", u32::from(character)).ok();
        }
        before = Some(character);
    }
    shown
}

/// Whether the script needs the hidden character where it is: a joiner between letters of Arabic, Persian or an Indic script, the
/// emoji form of a symbol, or the form of an ideograph.
pub(crate) fn is_of_its_script(before: Option<char>, character: char, after: Option<&char>) -> bool {
    let joins = |neighbour: &char| matches!(neighbour, '\u{620}'..='\u{dff}') && !is_hidden(*neighbour);
    match character {
        '\u{200c}' | '\u{200d}' => before.as_ref().is_some_and(joins) && after.is_some_and(joins),
        '\u{fe0f}' => {
            before.is_some_and(|before| matches!(before, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}'))
        }
        '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => {
            before.is_some_and(|before| matches!(before, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}'))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Texts with many characters that a terminal obeys or a reader cannot see.
    fn hostile() -> impl Strategy<Value = String> {
        let hidden = any::<char>().prop_filter("hidden", |character| is_hidden(*character));
        let fragment = prop_oneof![
            any::<char>().prop_map(String::from),
            hidden.prop_map(String::from),
            "[\u{0}-\u{1f}\u{7f}-\u{9f}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}]{1,3}",
            Just("\u{1b}]0;title\u{7}".to_owned()),
            Just("山田　太郎 👩\u{200d}👩 علی\u{200c}رضا".to_owned()),
        ];
        prop::collection::vec(fragment, 0..20).prop_map(|fragments| fragments.concat())
    }

    #[test]
    fn a_hidden_character_is_written_as_its_number() {
        assert_eq!(printable("gus\u{200b}@acme.com.au"), "gus⟨U+200B⟩@acme.com.au");
        assert_eq!(
            printable("Jo\u{1b}[2J\r\nK\u{9b}A"),
            "Jo⟨U+001B⟩[2J⟨U+000D⟩⟨U+000A⟩K⟨U+009B⟩A"
        );
        assert_eq!(printable("evil\u{202e}gpj.exe"), "evil⟨U+202E⟩gpj.exe");
        assert_eq!(printable("jo\u{a0}citizen\u{ad}"), "jo⟨U+00A0⟩citizen⟨U+00AD⟩");
        assert_eq!(printable("a\u{e0041}"), "a⟨U+E0041⟩");
        assert_eq!(printable_lines("one\ntwo\tthree"), "one\ntwo⟨U+0009⟩three");
    }

    #[test]
    fn names_of_every_script_stay_as_they_are() {
        for name in [
            "Zoë Kovačević",
            "שירה כהן",
            "山田　太郎",
            "علی\u{200c}رضا",
            "क\u{94d}\u{200d}ष",
            "e\u{301}",
            "🦘 ☀\u{fe0f}",
        ] {
            assert_eq!(printable(name), name);
        }
        assert_eq!(printable("jo\u{fe0f}\u{200d}"), "jo⟨U+FE0F⟩⟨U+200D⟩");
    }

    #[test]
    fn json_stays_the_same_json() {
        let json = serde_json::to_string("\u{7f}\u{9b}31m\u{202e}\u{e0041}é\n").expect("JSON");
        assert_eq!(printable_json(&json), r#""\u007f\u009b31m\u202e\udb40\udc41é\n""#);
    }

    proptest! {
        #[test]
        fn no_control_and_no_mark_of_direction_is_left_of_any_text(text in hostile()) {
            let controls = |text: &str| text.chars().any(char::is_control);
            prop_assert!(!controls(&printable(&text)));
            prop_assert!(!controls(&printable_lines(&text).replace('\n', "")));
            let turns = |character| matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            prop_assert!(!printable(&text).contains(turns));
        }

        #[test]
        fn what_is_printable_is_left_alone(text in hostile()) {
            let once = printable(&text);
            prop_assert_eq!(printable(&once), once);
        }

        #[test]
        fn printable_json_is_the_same_value_without_hidden_characters(text in hostile()) {
            let value = serde_json::json!({&*text: [&*text]});
            let json = printable_json(&serde_json::to_string_pretty(&value).expect("JSON"));
            prop_assert!(!json.replace('\n', "").contains(is_hidden));
            let read: serde_json::Value = serde_json::from_str(&json).expect("JSON");
            prop_assert_eq!(read, value);
        }
    }
}
