//! Comments name their subjects: pronouns for anyone, and nouns made of "what is", hide who does what.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::project::{rust_files, text};

/// So many of these words are allowed in a thousand words of comments; peers have 0.2 to 0.5.
const AT_MOST: f64 = 2.0;

/// How many files are named where there are more.
const WORST: usize = 15;

static VAGUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(somebody|nobody|anybody|everybody|whoever|whom|whomever|whatever|told|tells?|what (is|was|are|were)|goes on|is met|a word|came? of|became of|becomes of|hears?|heard)\b",
    )
    .expect("a valid pattern")
});

static COMMENT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^\s*//[/!]?(.*)$").expect("a valid pattern"));

static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[A-Za-z']+").expect("a valid pattern"));

/// The vague words in a file's comments, and all their words.
fn counts(path: &Path) -> (usize, usize) {
    let text = text(path);
    let lines = COMMENT.captures_iter(&text).map(|line| line[1].to_owned());
    let comments = lines.collect::<Vec<_>>().join("\n");
    (VAGUE.find_iter(&comments).count(), WORD.find_iter(&comments).count())
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "a share of some hundred thousand words")]
fn comments_have_at_most_two_vague_words_in_a_thousand() {
    let mut files: Vec<_> = rust_files().into_iter().map(|path| (counts(&path), path)).collect();
    files.sort_by_key(|((vague, _), _)| std::cmp::Reverse(*vague));
    let (vague, words) = files
        .iter()
        .fold((0, 0), |(vague, words), ((more, of), _)| (vague + more, words + of));
    let share = vague as f64 * 1_000.0 / words as f64;
    let worst = files
        .iter()
        .take(WORST)
        .map(|((vague, words), path)| format!("{vague} in {words} words: {}", path.display()));
    assert!(
        share <= AT_MOST,
        "{share:.2} of 1,000 words of comments are vague (see CONTRIBUTING.md); the worst files:\n  {}",
        worst.collect::<Vec<_>>().join("\n  ")
    );
}
