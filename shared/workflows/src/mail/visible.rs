//! Text of a record as its reader can see it: a control character is shown, not obeyed. A line break in somebody's name would
//! begin a line of the mail that nobody wrote.

/// Where Unicode has the pictures of the control characters of ASCII, in their order.
const PICTURES: u32 = 0x2400;

/// The text with a picture for each control character: whoever has to remove it sees where it is.
pub(super) fn visible(text: &str) -> String {
    text.chars().map(shown).collect()
}

fn shown(character: char) -> char {
    if !character.is_control() {
        return character;
    }
    let picture = u8::try_from(character).ok().filter(u8::is_ascii_control);
    match picture {
        Some(0x7f) => '\u{2421}',
        Some(code) => char::from_u32(PICTURES + u32::from(code)).unwrap_or(char::REPLACEMENT_CHARACTER),
        None => char::REPLACEMENT_CHARACTER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_character_has_a_picture_and_nothing_else_is_changed() {
        assert_eq!(visible("\0\u{1f}\u{7f}\u{9f}"), "\u{2400}\u{241f}\u{2421}\u{fffd}");
        assert_eq!(visible("Zoë 陈 \u{1f998}"), "Zoë 陈 \u{1f998}");
    }
}
