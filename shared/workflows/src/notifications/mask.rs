//! What of a person's values a mail shows. A mail is forwarded and printed: it shows enough to recognise a value, and what is
//! wrong with it, and no more.
//!
//! | what | shown | why |
//! | --- | --- | --- |
//! | addresses at a public mail provider, and in fields that are private by their name | first and last letter, and the domain | they are the person's own |
//! | other addresses | whole | the company gave them, and what is wrong with one is to be seen |
//! | telephone numbers, and six or more digits in a row (accounts, tax file numbers) | the last three digits | enough to tell which |
//! | fields about birth | a year | the day and the month are the secret |
//! | fields about bank, tax, pension, identity, health or pay | the last two characters | whatever they hold |
//! | everything else: names, titles, places, dates of employment | whole | the reader has to find the mistake |

use habitsync_domain::onboarding::data_quality::is_personal_address;

/// Words in a field's name that make whatever it holds nobody's business.
const SECRET: [&str; 18] = [
    "bank",
    "bsb",
    "accountno",
    "accountnumber",
    "iban",
    "tax",
    "tfn",
    "superannuation",
    "pension",
    "passport",
    "licence",
    "license",
    "medicare",
    "medical",
    "salary",
    "payrate",
    "nationalid",
    "ssn",
];
/// Words in a field's name that make an address, or a number, a private one.
const PRIVATE: [&str; 4] = ["personal", "private", "home", "emergency"];
/// Words in the name of a field about somebody's birth.
const BIRTH: [&str; 2] = ["birth", "dob"];

/// Fewer digits than this name nothing.
const FEW: usize = 6;

const DOT: char = '•';

/// The value as it is shown, by the name of the field that it was found in.
pub(super) fn mask(field: &str, value: &str) -> String {
    let name: String = field
        .to_lowercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let is_named = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if is_named(&SECRET) {
        return but_the_last(value, 2);
    }
    if is_named(&BIRTH) {
        return but_the_year(value);
    }
    let addresses = masked_addresses(value, is_named(&PRIVATE));
    masked_numbers(&addresses)
}

fn but_the_last(value: &str, shown: usize) -> String {
    let length = value.chars().count();
    let masked = |(index, character): (usize, char)| {
        if character.is_whitespace() || index + shown >= length.max(shown * 2) {
            character
        } else {
            DOT
        }
    };
    value.chars().enumerate().map(masked).collect()
}

/// Four digits that stand by themselves are a year.
fn but_the_year(value: &str) -> String {
    let parts = value.split_inclusive(|character: char| !character.is_ascii_digit());
    parts
        .map(|part| {
            let digits = part.chars().take_while(char::is_ascii_digit).count();
            let is_year = digits == 4 && (part.starts_with("19") || part.starts_with("20"));
            if is_year { part.to_owned() } else { dotted(part) }
        })
        .collect()
}

fn dotted(text: &str) -> String {
    text.chars()
        .map(|character| if character.is_alphanumeric() { DOT } else { character })
        .collect()
}

fn masked_addresses(value: &str, all: bool) -> String {
    let separates = |character: char| character.is_whitespace() || "<>()\"',;:".contains(character);
    value
        .split_inclusive(separates)
        .map(|word| {
            let end = word.trim_end_matches(separates);
            let masked = masked_address(end, all);
            masked.map_or_else(|| word.to_owned(), |masked| format!("{masked}{}", &word[end.len()..]))
        })
        .collect()
}

fn masked_address(word: &str, all: bool) -> Option<String> {
    let (local, domain) = word.rsplit_once('@')?;
    if !(all || is_personal_address(word)) {
        return None;
    }
    let mut letters = local.chars();
    let first = letters.next()?;
    let last = letters.next_back().filter(|_| local.chars().count() > 3);
    let last = last.map(String::from).unwrap_or_default();
    Some(format!("{first}{DOT}{DOT}{DOT}{last}@{domain}"))
}

/// Runs of digits, with what people put between them, that are long enough to name something.
fn masked_numbers(value: &str) -> String {
    let mut masked = String::new();
    let mut rest = value;
    while let Some(start) = rest.find(|character: char| character.is_ascii_digit()) {
        let (before, run) = rest.split_at(start);
        let end = run
            .find(|character: char| !is_of_number(character))
            .unwrap_or(run.len());
        let (run, after) = run.split_at(end);
        masked.push_str(before);
        masked.push_str(&masked_number(run, before.chars().next_back()));
        rest = after;
    }
    masked + rest
}

fn is_of_number(character: char) -> bool {
    character.is_ascii_digit() || " -()./".contains(character)
}

fn masked_number(run: &str, before: Option<char>) -> String {
    let digits = run.chars().filter(char::is_ascii_digit).count();
    // `X1234567` is a code of somebody's making, `TH-9-456` a topic's.
    let is_part_of_word = before.is_some_and(|character| character.is_alphabetic() || character == '-');
    if digits < FEW || is_date(run.trim()) || is_part_of_word {
        return run.to_owned();
    }
    let mut left = digits;
    let masked = |character: char| {
        if character.is_ascii_digit() {
            left -= 1;
            if left >= 3 { DOT } else { character }
        } else {
            character
        }
    };
    run.chars().map(masked).collect()
}

/// `2026-03-31`, `31/3/2026`, `31.03.26` and the like: a day of employment.
fn is_date(run: &str) -> bool {
    let date = run.split_whitespace().next().unwrap_or_default();
    let parts: Vec<_> = date.split(['-', '/', '.']).collect();
    let lengths: Vec<_> = parts.iter().map(|part| part.len()).collect();
    matches!(lengths.as_slice(), [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 2 | 4])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_address_is_recognised_and_a_companys_is_read() {
        assert_eq!(mask("workEmail", "jordan.citizen@gmail.com"), "j•••n@gmail.com");
        assert_eq!(mask("workEmail", "jo@acme.com.au"), "jo@acme.com.au");
        for provider in [
            "fastmail.com.au",
            "xtra.co.nz",
            "gmx.net",
            "tutanota.com",
            "qq.com",
            "yahoo.de",
        ] {
            let address = format!("jordan@{provider}");
            assert_eq!(mask("workEmail", &address), format!("j•••n@{provider}"));
        }
        assert_eq!(mask("personalEmail", "jo@citizen.example"), "j•••@citizen.example");
        assert_eq!(mask("workEmail", "jo@me.acme.com.au"), "jo@me.acme.com.au");
        assert_eq!(mask("workEmail", "nobody@nowhere"), "nobody@nowhere");
        assert_eq!(
            mask("email", "is taken: \"anjali.w@yahoo.com.au\", try another"),
            "is taken: \"a•••w@yahoo.com.au\", try another"
        );
    }

    #[test]
    fn long_numbers_keep_their_last_three_digits_and_dates_of_employment_stay() {
        assert_eq!(mask("mobile", "+61 412 345 678"), "+•• ••• ••• 678");
        assert_eq!(mask("X-Desk", "062-000 12345678"), "•••-••• •••••678");
        assert_eq!(mask("startDate", "2026-02-31"), "2026-02-31");
        assert_eq!(mask("terminationDate", "31/12/2026"), "31/12/2026");
        assert_eq!(mask("X-Desk", "4.17"), "4.17");
        assert_eq!(mask("reference", "TH-9-456123"), "TH-9-456123");
    }

    #[test]
    fn a_birth_keeps_its_year_and_a_secret_field_its_end() {
        assert_eq!(mask("dateOfBirth", "1984-04-12"), "1984-••-••");
        assert_eq!(mask("X-DOB", "12 April 84"), "•• ••••• ••");
        assert_eq!(mask("X-Tax File Number", "123 456 782"), "••• ••• •82");
        assert_eq!(mask("employee.customFields['Bank Account']", "ab"), "••");
    }
}
