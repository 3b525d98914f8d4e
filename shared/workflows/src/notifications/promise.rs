//! What a customer's settings promise about people who leave, in one sentence.

use habitsync_domain::configuration::TenantConfiguration;

use super::local_time;

/// The sentence, with the customer's own settings in it.
pub(super) fn leaver_promise(configuration: &TenantConfiguration) -> String {
    let users = &configuration.users;
    let zone = local_time::name_of(&configuration.time_zone);
    match (users.deactivate, users.deactivate_after_days) {
        (false, _) => "People who leave keep their accounts: this integration deactivates nobody.".to_owned(),
        (true, 0) => format!("People are deactivated at the end of their last day, {zone}."),
        (true, 1) => format!("People are deactivated at the end of the day after their last day, {zone}."),
        (true, days) => format!("People are deactivated {days} days after the end of their last day, {zone}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_promise_is_what_the_settings_say() {
        let promise = |old: &str, new: &str| {
            let source = include_str!("../../../domain/src/configuration/acme.toml").replace(old, new);
            leaver_promise(&source.parse().expect("valid"))
        };
        assert_eq!(
            promise("", ""),
            "People are deactivated at the end of their last day, Sydney time."
        );
        assert!(promise("deactivate_after_days = 0", "deactivate_after_days = 7").contains("7 days after"));
        assert!(promise("deactivate = true", "deactivate = false").contains("deactivates nobody"));
        assert!(promise("Australia/Sydney", "Australia/Lord_Howe").contains("Lord Howe time"));
    }
}
