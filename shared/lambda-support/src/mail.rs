//! Sender and recipients of mails, for the functions that write them.

use habitsync_domain::identity::EmailAddress;
use habitsync_workflows::notifications::MailSettings;

use crate::Environment;

impl Environment {
    /// `HABITSYNC_MAIL_SENDER`, and `HABITSYNC_OPERATOR_MAIL` where the stage has one.
    pub fn mail_settings(&mut self) -> Option<MailSettings> {
        let sender = self.parsed("HABITSYNC_MAIL_SENDER", str::parse::<EmailAddress>);
        let operator = self.parsed_or("HABITSYNC_OPERATOR_MAIL", None, |text| {
            text.parse::<EmailAddress>().map(Some)
        });
        Some(MailSettings {
            sender: sender?,
            operator: operator?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_without_an_operators_address_writes_to_customers_alone() {
        let sender = ("HABITSYNC_MAIL_SENDER", "sync@habitsync.example");
        let operator_of = |variables: Vec<(&str, &str)>| {
            let settings = Environment::from_pairs(variables).mail_settings().expect("complete");
            settings.operator.map(|address| address.as_str().to_owned())
        };
        assert_eq!(operator_of(vec![sender, ("HABITSYNC_OPERATOR_MAIL", "")]), None);
        let operator = ("HABITSYNC_OPERATOR_MAIL", "operators@habitsync.example");
        assert_eq!(operator_of(vec![sender, operator]).as_deref(), Some(operator.1));
    }
}
