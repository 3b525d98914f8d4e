//! Which customers rely on an assumption, according to their configuration.

use crate::configuration::{
    Authenticity, EmployeeConnectAuth, EmptyMode, FieldMapping, FieldType, OnUserNameChange, TenantConfiguration,
};
use crate::people::user::FieldName;

/// The configuration that makes a customer rely on an assumption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// No condition: every customer does.
    Always,
    /// Accounts are created.
    Creating,
    /// Accounts are updated or deactivated.
    Changing,
    /// Accounts are renamed.
    Renaming,
    /// A field is cleared where the source is empty.
    Clearing,
    /// A custom field of the portal is written.
    PortalFields,
    /// A list of the portal is written.
    PortalLists,
    /// An expression names a custom field of EmployeeConnect.
    HrisFields,
    /// An expression reads a manager's record.
    Managers,
    /// Topics become courses.
    Courses,
    /// Launch addresses are written by hand.
    LaunchUrls,
    /// Completions become results.
    Results,
    /// Topics become courses, or completions results.
    Learning,
    /// Completions whose webhook was lost are looked for.
    Sweep,
    /// Completions are read back.
    ReadBack,
    /// Completions are read, by the sweep or one by one.
    Completions,
    /// Webhooks are signed.
    Signature,
    /// Webhooks carry a token.
    Token,
    /// EmployeeConnect gives tokens for integration codes.
    ClientCredentials,
    /// EmployeeConnect takes a key.
    StaticKey,
}

impl Need {
    /// Why this customer does not rely on it; none where they do.
    #[must_use]
    pub fn unmet(self, customer: &TenantConfiguration) -> Option<&'static str> {
        let users = &customer.users;
        let (courses, results) = (customer.courses.enabled, customer.results.enabled);
        let authenticity = customer.results.authenticity;
        let sweeps = results && customer.schedules.result_sweep.is_some();
        let (met, otherwise) = match self {
            Self::Always => (true, ""),
            Self::Creating => (users.create, "users.create is false"),
            Self::Changing => (
                users.update || users.deactivate,
                "users.update and users.deactivate are false",
            ),
            Self::Renaming => (
                users.update && users.on_user_name_change == OnUserNameChange::Rename,
                "users.on_user_name_change is not \"rename\", or users.update is false",
            ),
            Self::Clearing => (
                any_field(customer, |_, field| field.empty == EmptyMode::Clear),
                "no field has empty = \"clear\"",
            ),
            Self::PortalFields => (
                any_field(customer, |name, _| name.is_custom()),
                "no custom field of the portal is mapped",
            ),
            Self::PortalLists => (
                any_field(customer, |_, field| field.kind == FieldType::List),
                "no field has type = \"list\"",
            ),
            Self::HrisFields => (
                customer.names_custom_fields(),
                "no expression names a custom field of EmployeeConnect",
            ),
            Self::Managers => (asks_for_managers(customer), "no expression asks for a manager"),
            Self::Courses => (courses, "courses.enabled is false"),
            Self::LaunchUrls => (
                courses && !customer.courses.launch_urls.is_empty(),
                "courses.launch_urls has none",
            ),
            Self::Results => (results, "results.enabled is false"),
            Self::Learning => (courses || results, "courses.enabled and results.enabled are false"),
            Self::Sweep => (sweeps, "schedules.result_sweep is not set, or results.enabled is false"),
            Self::ReadBack => (results && customer.reads_back(), "results.read_back is false"),
            Self::Completions => (
                sweeps || (results && customer.reads_back()),
                "completions are neither swept nor read back",
            ),
            Self::Signature => (
                results && authenticity == Authenticity::Signature,
                "results.authenticity is not \"signature\"",
            ),
            Self::Token => (
                results && authenticity == Authenticity::Token,
                "results.authenticity is not \"token\"",
            ),
            Self::ClientCredentials => (
                customer.employee_connect.auth == EmployeeConnectAuth::ClientCredentials,
                "employee_connect.auth is not \"client_credentials\"",
            ),
            Self::StaticKey => (
                customer.employee_connect.auth == EmployeeConnectAuth::StaticKey,
                "employee_connect.auth is not \"static_key\"",
            ),
        };
        (!met).then_some(otherwise)
    }
}

fn any_field(customer: &TenantConfiguration, is: impl Fn(&FieldName, &FieldMapping) -> bool) -> bool {
    customer.users.fields.iter().any(|(name, field)| is(name, field))
}

fn asks_for_managers(customer: &TenantConfiguration) -> bool {
    customer.users.expressions().any(|expression| {
        let named = expression.named_fields();
        !named.manager.is_empty() || named.whole || named.employee.iter().any(|field| field.starts_with("manager"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acme(changes: &[(&str, &str)]) -> TenantConfiguration {
        let example = include_str!("../../configuration/acme.toml").to_owned();
        let source = changes.iter().fold(example, |source, (from, to)| {
            assert!(source.contains(from), "{from} is not in the example");
            source.replacen(from, to, 1)
        });
        source.parse().expect("valid")
    }

    #[test]
    fn the_example_relies_on_what_it_names_and_on_nothing_else() {
        let acme = acme(&[]);
        for need in [
            Need::Always,
            Need::Creating,
            Need::Changing,
            Need::Renaming,
            Need::Clearing,
            Need::PortalFields,
            Need::HrisFields,
            Need::Managers,
            Need::Courses,
            Need::Results,
            Need::Learning,
            Need::Sweep,
            Need::Completions,
            Need::Signature,
            Need::ClientCredentials,
        ] {
            assert_eq!(need.unmet(&acme), None, "{need:?}");
        }
        for need in [
            Need::PortalLists,
            Need::LaunchUrls,
            Need::ReadBack,
            Need::Token,
            Need::StaticKey,
        ] {
            assert!(need.unmet(&acme).is_some(), "{need:?}");
        }
    }

    #[test]
    fn what_is_switched_off_is_not_relied_on() {
        let without_results = acme(&[("[results]\nenabled = true", "[results]\nenabled = false")]);
        for need in [
            Need::Results,
            Need::Sweep,
            Need::Completions,
            Need::ReadBack,
            Need::Signature,
            Need::Token,
        ] {
            assert!(need.unmet(&without_results).is_some(), "{need:?}");
        }
        assert_eq!(Need::Learning.unmet(&without_results), None);
        let by_token = acme(&[("authenticity = \"signature\"", "authenticity = \"token\"")]);
        assert_eq!(Need::ReadBack.unmet(&by_token), None, "who cannot sign is read back");
    }
}
