//! The part of a personal value that a mail shows. A mail is forwarded and printed: it shows enough to recognise a value and
//! its fault, and no more.
//!
//! | what | shown | why |
//! | --- | --- | --- |
//! | addresses at a public mail provider, and in fields that are private by their name | first and last letter, and the domain | they are the person's own |
//! | other addresses | whole | the company gave them, and the fault of one has to be visible |
//! | telephone numbers, and six or more digits in a row (accounts, tax file numbers) | the last three digits | enough to tell which |
//! | fields about birth | a year | the day and the month are the secret |
//! | fields about bank, tax, pension, identity, health or pay | the last two characters | all of their values are private |
//! | everything else: names, titles, places, dates of employment | whole | the reader has to find the mistake |

use habitsync_domain::onboarding::data_quality::is_personal_address;
use habitsync_domain::text::printable::is_hidden;

/// Words in a field's name that make all of its values private.
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
/// Words in the name of a field about the date or place of birth.
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

/// How a text writes the sign of an address: plain, wide, or escaped for a web page or a link.
const SIGNS: [&str; 7] = ["@", "＠", "﹫", "&#64;", "&#x40;", "&#X40;", "%40"];

/// Splits the text at its first sign of an address, into what stands before it, the sign, and what stands behind it.
fn split_at_sign(text: &str) -> Option<(&str, &str, &str)> {
    let found = SIGNS.iter().filter_map(|sign| Some((text.find(sign)?, *sign)));
    let (place, sign) = found.min()?;
    Some((&text[..place], sign, &text[place + sign.len()..]))
}

/// Masks the addresses, or only those at a mail provider for private persons, whatever stands around them.
fn masked_addresses(value: &str, all: bool) -> String {
    let mut masked = String::new();
    let mut rest = value;
    while let Some((before, sign, behind)) = split_at_sign(rest) {
        let (separate, local) = before.split_at(start_of_local(before));
        let domain = &behind[..length_of_domain(behind)];
        let name: String = domain.chars().filter(|character| is_of_name(*character)).collect();
        let name = name.trim_end_matches(['.', '-']);
        let is_masked = !name.is_empty() && (all || is_personal_address(&format!("{LOCAL}@{name}")));
        let local = if is_masked {
            but_its_ends(local)
        } else {
            local.to_owned()
        };
        masked.extend([separate, &local, sign, domain]);
        rest = &behind[domain.len()..];
    }
    masked + rest
}

/// Stands for the part before the sign where the domain alone is asked about.
const LOCAL: &str = "x";

/// The place in the text before a sign where the address begins; blanks before the sign belong to it.
fn start_of_local(before: &str) -> usize {
    let separates = |character: char| character.is_whitespace() || "<>()[]\"'“”„‘’«»,;:".contains(character);
    let word = before.trim_end();
    let last = word.char_indices().rfind(|(_, character)| separates(*character));
    last.map_or(0, |(place, character)| place + character.len_utf8())
}

/// The bytes of the domain behind a sign, blanks before it included.
fn length_of_domain(behind: &str) -> usize {
    let blanks = behind.len() - behind.trim_start().len();
    let is_of_domain = |character: char| is_of_name(character) || is_without_width(character);
    let domain = behind[blanks..].find(|character| !is_of_domain(character));
    domain.map_or(behind.len(), |length| blanks + length)
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '.' | '-')
}

fn is_without_width(character: char) -> bool {
    is_hidden(character) && !character.is_control() && !character.is_whitespace()
}

fn but_its_ends(local: &str) -> String {
    let name = local.trim_end();
    let blanks = &local[name.len()..];
    let mut letters = name.chars();
    let first = letters.next().map(String::from).unwrap_or_default();
    let last = letters.next_back().filter(|_| name.chars().count() > 3);
    let last = last.map(String::from).unwrap_or_default();
    format!("{first}{DOT}{DOT}{DOT}{last}{blanks}")
}

/// Runs of digits, with what people put between them, that are long enough to name something.
fn masked_numbers(value: &str) -> String {
    let mut masked = String::new();
    let mut rest = value;
    while let Some(start) = rest.find(char::is_numeric) {
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
    let is_blank = character.is_whitespace() && !character.is_control();
    character.is_numeric() || is_blank || is_without_width(character) || "-‐‑–—()./".contains(character)
}

fn masked_number(run: &str, before: Option<char>) -> String {
    let digits = run.chars().filter(|character| character.is_numeric()).count();
    // `X1234567` is a code of the customer's, `TH-9-456` a topic's.
    let is_part_of_word = before.is_some_and(|character| character.is_alphabetic() || character == '-');
    if digits < FEW || is_date(run.trim()) || is_part_of_word {
        return run.to_owned();
    }
    let mut left = digits;
    let masked = |character: char| {
        if character.is_numeric() {
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
    fn a_private_address_is_masked_whatever_stands_around_it() {
        for around in [
            "[ADDRESS]",
            "{ADDRESS}",
            "“ADDRESS” is taken",
            "‘ADDRESS’",
            "«ADDRESS»",
            "`ADDRESS`",
            "*ADDRESS*",
            "mailto:ADDRESS?subject=x",
            "https://acme.example/?user=ADDRESS&x=1",
            "ADDRESS!",
            "ADDRESS…",
            "ADDRESS–taken",
            "ADDRESS|x",
            "ADDRESS/x",
            "ADDRESS\u{200b}",
            "ADDRESS@acme.com.au",
        ] {
            for address in [
                "jordan@gmail.com",
                "jordan＠gmail.com",
                "jordan&#64;gmail.com",
                "jordan%40gmail.com",
                "jordan @ gmail.com",
                "jordan@gm\u{200b}ail.com",
            ] {
                let masked = mask("workEmail", &around.replace("ADDRESS", address));
                assert!(!masked.contains("rda") && masked.contains('•'), "{masked:?}");
            }
            let work = around.replace("ADDRESS", "jordan@acme.com.au");
            assert_eq!(mask("workEmail", &work), work);
        }
        assert_eq!(
            mask("workEmail", "“jordan@gmail.com” is taken"),
            "“j•••n@gmail.com” is taken"
        );
        assert_eq!(mask("workEmail", "@gmail.com"), "•••@gmail.com");
        assert_eq!(mask("workEmail", "jordan@"), "jordan@");
    }

    #[test]
    fn a_number_is_masked_in_each_script_and_with_each_blank_and_dash() {
        for number in [
            "0412\u{a0}345\u{202f}678",
            "0412–345‑678",
            "0412\u{200b}345\u{200b}678",
            "０４１２３４５６７８",
            "٠٤١٢٣٤٥٦٧٨",
        ] {
            let masked = mask("mobile", number);
            assert_eq!(masked.matches('•').count(), 7, "{masked}");
        }
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
