//! Taking the text of a condition apart where its syntax tree is joined by `&&`, `||` and `!`: each clause in its own words.

use cel::common::ast::{Expr, IdedExpr, operators};

use crate::expressions::expression::Expression;

/// A condition as it is joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Joined<'s> {
    /// All of them have to hold.
    All(Vec<&'s str>),
    /// One of them has to hold.
    Any(Vec<&'s str>),
    /// It must not hold.
    Not(&'s str),
    /// A clause of its own.
    Clause(&'s str),
}

/// How the outermost level of this text is joined. The tree decides; a text that cannot be taken apart as the tree is stays one
/// clause.
pub(super) fn split(text: &str) -> Joined<'_> {
    let text = unwrapped(text);
    let Ok(expression) = text.parse::<Expression>() else {
        return Joined::Clause(text);
    };
    let parts = |operator| Some(pieces(text, operator)).filter(|pieces| pieces.len() > 1);
    let joined = match root(expression.syntax_tree()) {
        operators::LOGICAL_AND => parts("&&").map(Joined::All),
        operators::LOGICAL_OR => parts("||").map(Joined::Any),
        operators::LOGICAL_NOT => text.strip_prefix('!').map(|rest| Joined::Not(rest.trim())),
        _ => None,
    };
    joined.unwrap_or(Joined::Clause(text))
}

fn root(tree: &IdedExpr) -> &str {
    match &tree.expr {
        Expr::Call(call) => &call.func_name,
        _ => "",
    }
}

/// The text without outer blanks and brackets that hold all of it.
fn unwrapped(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        let closes_at_the_end = outermost(text).all(|(at, _)| at == 0 || at + 1 == text.len());
        if !closes_at_the_end {
            break;
        }
        text = inner.trim();
    }
    text
}

/// The text between these operators, where they are outside of brackets and texts.
fn pieces<'s>(text: &'s str, operator: &str) -> Vec<&'s str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, _) in outermost(text) {
        if at >= start && text[at..].starts_with(operator) {
            pieces.push(text[start..at].trim());
            start = at + operator.len();
        }
    }
    pieces.push(text[start..].trim());
    pieces
}

/// Every character outside of brackets, texts and comments, with its place; brackets themselves among them.
fn outermost(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut depth = 0_usize;
    let mut skip_to = 0;
    text.char_indices().filter(move |(at, character)| {
        if *at < skip_to {
            return false;
        }
        match character {
            '"' | '\'' => skip_to = end_of_text(text, *at),
            '/' if text[*at..].starts_with("//") => {
                skip_to = text[*at..].find('\n').map_or(text.len(), |length| at + length);
                return false;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match character {
            '(' | '[' | '{' => depth == 1,
            _ => depth == 0,
        }
    })
}

/// Where a text that begins here ends: `'…'`, `"…"`, `'''…'''`, each raw where an `r` stands before it.
fn end_of_text(source: &str, start: usize) -> usize {
    let quote = &source[start..=start];
    let triple = quote.repeat(3);
    let quote = if source[start..].starts_with(&triple) {
        triple.as_str()
    } else {
        quote
    };
    let before = source[..start].trim_end_matches(['b', 'B']);
    let is_raw = before.ends_with(['r', 'R']) || source[..start].ends_with(['r', 'R']);
    let mut at = start + quote.len();
    while let Some(character) = source[at..].chars().next() {
        if character == '\\' && !is_raw {
            at += 1;
            at += source[at..].chars().next().map_or(0, char::len_utf8);
        } else if source[at..].starts_with(quote) {
            return at + quote.len();
        } else {
            at += character.len_utf8();
        }
    }
    source.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_taken_apart_where_the_tree_is_joined_and_nowhere_else() {
        for (text, expected) in [
            ("a && b && c", Joined::All(vec!["a", "b", "c"])),
            ("(a || b)", Joined::Any(vec!["a", "b"])),
            ("a || b && c", Joined::Any(vec!["a", "b && c"])),
            ("(a || b) && c", Joined::All(vec!["(a || b)", "c"])),
            ("!(a && b)", Joined::Not("(a && b)")),
            ("! a", Joined::Not("a")),
            ("!a == b", Joined::Clause("!a == b")),
            ("!!a", Joined::Clause("!!a")),
            ("a ? b && c : d || e", Joined::Clause("a ? b && c : d || e")),
            ("a == '&&' && b", Joined::All(vec!["a == '&&'", "b"])),
            (r#"a == "\"&&" && b"#, Joined::All(vec![r#"a == "\"&&""#, "b"])),
            (r"a == r'\' && b", Joined::All(vec![r"a == r'\'", "b"])),
            ("a == '''x' && y''' && b", Joined::All(vec!["a == '''x' && y'''", "b"])),
            ("a // && x\n && b", Joined::All(vec!["a // && x", "b"])),
            (
                "[1, 2].all(x, x > 0 && x < 9)",
                Joined::Clause("[1, 2].all(x, x > 0 && x < 9)"),
            ),
            ("f(a && b)", Joined::Clause("f(a && b)")),
        ] {
            assert_eq!(split(text), expected, "{text}");
        }
    }
}
