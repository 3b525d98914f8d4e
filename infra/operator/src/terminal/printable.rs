//! People's names on a terminal: they come from elsewhere, and a terminal obeys what it is shown.

/// The name with whatever is no character of a text replaced.
pub(crate) fn printable(name: &str) -> String {
    let shown = |character: char| match character {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        control if control.is_control() => char::REPLACEMENT_CHARACTER,
        other => other,
    };
    name.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_give_the_terminal_orders() {
        assert_eq!(printable("Jo\u{1b}[2J\r\nK"), "Jo\u{fffd}[2J\u{fffd}\u{fffd}K");
        assert_eq!(printable("Kovačević שירה"), "Kovačević שירה");
    }
}
