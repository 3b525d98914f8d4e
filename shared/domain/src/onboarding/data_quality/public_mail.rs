//! Mail providers for private persons: an address there belongs to the employee, not to the employer. The one list of
//! them, for the data-quality scan and for the masking of mails.
//!
//! A list of our own, of the providers that people in Australia, New Zealand and around it use. Published lists have
//! tens of thousands of domains, dead ones and employers' own among them, and the one crate there is downloads its list
//! while it is built, so that no build is reproducible. A provider missing here only leaves a personal address
//! unreported.

/// Providers' domains, in alphabetical order.
const DOMAINS: [&str; 65] = [
    "126.com",
    "163.com",
    "adam.com.au",
    "aol.com",
    "aussiebb.com.au",
    "bigpond.com",
    "bigpond.com.au",
    "bigpond.net.au",
    "btinternet.com",
    "dodo.com.au",
    "duck.com",
    "fastmail.com",
    "fastmail.com.au",
    "fastmail.fm",
    "gmail.com",
    "gmx.com",
    "gmx.net",
    "googlemail.com",
    "hotmail.co.nz",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.com.au",
    "hotmail.fr",
    "hotmail.it",
    "icloud.com",
    "iinet.net.au",
    "inspire.net.nz",
    "internode.on.net",
    "iprimus.com.au",
    "live.co.uk",
    "live.com",
    "live.com.au",
    "live.com.sg",
    "live.in",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "naver.com",
    "netspace.net.au",
    "optusnet.com.au",
    "outlook.co.nz",
    "outlook.com",
    "outlook.com.au",
    "ozemail.com.au",
    "pm.me",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "rediffmail.com",
    "rocketmail.com",
    "slingshot.co.nz",
    "tpg.com.au",
    "tutanota.com",
    "virginbroadband.com.au",
    "westnet.com.au",
    "xtra.co.nz",
    "y7mail.com",
    "yahoo.co.in",
    "yahoo.co.nz",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.com.au",
    "ymail.com",
];

/// Providers that have a domain in many countries, such as `yahoo.de`: the part before the ending.
const INTERNATIONAL: [&str; 10] = [
    "aol",
    "gmail",
    "gmx",
    "googlemail",
    "hotmail",
    "live",
    "msn",
    "outlook",
    "yahoo",
    "ymail",
];

/// Whether the address, `local@domain`, is at a mail provider for private persons.
#[must_use]
pub fn is_personal_address(address: &str) -> bool {
    let Some((_, domain)) = address.trim().rsplit_once('@') else {
        return false;
    };
    let domain = domain.trim_end_matches('.').to_lowercase();
    DOMAINS.binary_search(&domain.as_str()).is_ok() || is_international(&domain)
}

/// `yahoo.de` and `yahoo.com.br`, but not `live.acme.com.au`.
fn is_international(domain: &str) -> bool {
    let Some((provider, ending)) = domain.split_once('.') else {
        return false;
    };
    let is_ending = |part: &str| (2..=3).contains(&part.len());
    INTERNATIONAL.contains(&provider) && ending.split('.').count() <= 2 && ending.split('.').all(is_ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domains_are_in_order_and_written_as_they_are_compared() {
        assert!(DOMAINS.is_sorted());
        assert!(DOMAINS.iter().all(|domain| *domain == domain.to_lowercase()));
    }

    #[test]
    fn an_address_at_a_provider_is_personal_in_any_letter_case_and_an_employers_is_not() {
        for personal in [
            "jo@gmail.com",
            " Jo.Citizen@BigPond.Net.Au ",
            "j@x@yahoo.com.au",
            "jo@yahoo.de",
            "jo@outlook.com.br",
            "jo@gmail.com.",
        ] {
            assert!(is_personal_address(personal), "{personal}");
        }
        for work in [
            "jo@acme.com.au",
            "jo@mail.acme.com",
            "gmail.com",
            "jo@notgmail.com",
            "jo@live.acme.com.au",
            "jo@me.acme.com.au",
            "jo@nowhere",
        ] {
            assert!(!is_personal_address(work), "{work}");
        }
    }
}
