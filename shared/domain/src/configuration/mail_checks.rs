//! Which addresses SES sends mail to. A syntax that mail allows, and that SES or a receiving server refuses, would lose every
//! notification of a customer.

/// Characters that SES accepts before the `@`, besides letters and digits.
const LOCAL_PUNCTUATION: &str = "!#$%&'*+/=?^_`{|}~.-";

/// The longest part before the `@`, in bytes.
const LONGEST_LOCAL: usize = 64;

/// Why SES sends no mail to this address; none where it does.
pub(super) fn why_unmailable(address: &str) -> Option<&'static str> {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Some("it has no @");
    };
    let is_misplaced = |text: &str| text.starts_with('.') || text.ends_with('.') || text.contains("..");
    let is_local = |character: char| character.is_ascii_alphanumeric() || LOCAL_PUNCTUATION.contains(character);
    if !local.is_ascii() {
        Some("SES delivers to no address with accented or other non-English letters before the @")
    } else if local.is_empty() || local.len() > LONGEST_LOCAL {
        Some("the part before the @ has 1 to 64 characters")
    } else if !local.chars().all(is_local) {
        Some("the part before the @ has letters, digits and !#$%&'*+/=?^_`{|}~.- alone: no quotes, blanks or second @")
    } else if is_misplaced(local) || is_misplaced(domain) {
        Some("no part of it begins or ends with a dot, or has two in a row")
    } else if !domain.is_ascii() {
        Some("a domain with other than English letters is written in its xn-- form")
    } else if !is_domain(domain) {
        Some("the domain is a name with a dot, such as company.com.au")
    } else {
        None
    }
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        let inner = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (1..=63).contains(&label.len()) && inner && !label.starts_with('-') && !label.ends_with('-')
    };
    let is_top = |top: &str| top.bytes().any(|byte| byte.is_ascii_alphabetic());
    domain.rsplit_once('.').is_some_and(|(_, top)| is_top(top)) && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::configuration::TenantConfiguration;
    use crate::identity::EmailAddress;

    fn with(address: &str) -> String {
        let address = toml::Value::String(address.to_owned()).to_string();
        include_str!("acme.toml").replace("\"hr-systems@acme.com.au\"", &address)
    }

    #[test]
    fn an_address_that_ses_cannot_mail_is_refused_on_its_line_and_read_where_it_is_stored() {
        let line = include_str!("acme.toml")
            .lines()
            .position(|line| line.contains("hr-systems@"))
            .map(|line| line + 1);
        for address in [
            "zoë@acme.com.au",
            "hr systems@acme.com.au",
            "hr@systems@acme.com.au",
            "hr@acme.com.au.",
            "HR <hr@acme.com.au>",
            "\"HR\" <hr@acme.com.au>",
            "\"h r\"@acme.com.au",
            "hr@localhost",
            "hr@[10.0.0.1]",
            "hr@10.0.0.1",
            "hr.@acme.com.au",
            ".hr@acme.com.au",
            "h..r@acme.com.au",
            "hr@acme..com.au",
            "hr@-acme.com.au",
            "hr@acme_hr.com.au",
            "hr@bücher.example",
            "hr@acme.com.au\nBcc: x@evil.example",
            "hr\r@acme.com.au",
            "hr(systems)@acme.com.au",
            "hr,it@acme.com.au",
            "hr;it@acme.com.au",
            "h\u{200b}r@acme.com.au",
            "@acme.com.au",
            "hr",
            "",
            &format!("{}@acme.com.au", "h".repeat(65)),
            &format!("hr@{}.com.au", "a".repeat(250)),
            &format!("hr@{}.com", "a".repeat(64)),
            "mailto:hr@acme.com.au",
        ] {
            let refused = with(address).parse::<TenantConfiguration>().expect_err(address);
            assert!(
                refused.findings.iter().all(|finding| finding.line == line),
                "{address:?}: {refused}"
            );
            if address.parse::<EmailAddress>().is_ok() {
                assert!(TenantConfiguration::from_stored(&with(address)).is_ok(), "{address:?}");
            }
        }
        for address in [
            "hr-systems@acme.com.au",
            "o'brien+hr@acme.com.au",
            "HR.Team_1@people.acme.museum",
            "hr@xn--bcher-kva.example",
        ] {
            assert!(with(address).parse::<TenantConfiguration>().is_ok(), "{address}");
        }
    }

    proptest! {
        #[test]
        fn an_address_that_is_accepted_is_one_plain_word_of_ascii(address in "[a-z0-9.@ <>\"(),:;\\\\é\u{a0}\u{200b}\r\n_-]{1,20}@[a-z0-9.@ -]{1,12}\\.(com|au|1)\\.?") {
            let Ok(configuration) = with(&address).parse::<TenantConfiguration>() else { return Ok(()) };
            let accepted = configuration.alerts.to[0].as_str();
            prop_assert!(accepted.bytes().all(|byte| byte.is_ascii_graphic()) && accepted.matches('@').count() == 1, "{accepted:?}");
        }
    }
}
