//! The place in an answer that is wrong, without the vendor's own words: a key of an answer may be an e-mail address, and it
//! may be as long as the answer.

use serde_path_to_error::{Path, Segment};

/// The fields that a contract names: an error may show these, and no other key of an answer.
pub type FieldNames = &'static [&'static str];

/// Stands for a key that the contract does not name.
const UNKNOWN_KEY: &str = "*";

/// A place that lies deeper is shown down to here.
const DEEPEST: usize = 16;

/// The place as text, for instance `data[3].employeeId`, or `.` for the answer as a whole.
pub(crate) fn place(path: &Path, names: FieldNames) -> String {
    let mut text = String::new();
    for segment in path.iter().take(DEEPEST) {
        match segment {
            Segment::Seq { index } => text.extend(["[", &index.to_string(), "]"]),
            Segment::Map { key } => push_key(&mut text, known(key, names)),
            Segment::Enum { variant } => push_key(&mut text, known(variant, names)),
            Segment::Unknown => push_key(&mut text, UNKNOWN_KEY),
        }
    }
    if text.is_empty() { ".".to_owned() } else { text }
}

/// The key, where the contract names it; else what stands for any other.
#[must_use]
pub fn known(key: &str, names: FieldNames) -> &'static str {
    names.iter().find(|name| **name == key).copied().unwrap_or(UNKNOWN_KEY)
}

fn push_key(text: &mut String, key: &str) {
    if !text.is_empty() {
        text.push('.');
    }
    text.push_str(key);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Answer {
        #[expect(dead_code, reason = "read by the decoder alone")]
        data: Vec<BTreeMap<String, BTreeMap<String, u8>>>,
    }

    fn place_in(answer: &str) -> String {
        let mut reader = serde_json::Deserializer::from_str(answer);
        let read: Result<Answer, _> = serde_path_to_error::deserialize(&mut reader);
        place(read.expect_err("unreadable").path(), &["data", "fields"])
    }

    #[test]
    fn a_key_that_the_contract_does_not_name_is_not_shown() {
        let answer = r#"{"data":[{"fields":{"jo@acme.example":"x"}}]}"#;
        assert_eq!(place_in(answer), "data[0].fields.*");
        assert_eq!(place_in("[]"), ".");
    }

    proptest! {
        #[test]
        fn no_key_of_an_answer_makes_a_place_long_or_personal(key in "[a-z0-9._-]{1,40}@[a-z]{3,9}", times in 1usize..12_000) {
            let key = key.repeat(times);
            let answer = serde_json::json!({"data": [{&*key: {&*key: "x"}}]}).to_string();
            prop_assert_eq!(place_in(&answer), "data[0].*.*");
        }
    }
}
