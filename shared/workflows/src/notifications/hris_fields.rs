//! What a field is called in EmployeeConnect: the reader of a mail knows that system, and not the rules that fill Tribal Habits.

use habitsync_domain::configuration::UsersConfiguration;
use habitsync_domain::people::user::FieldName;

/// What the portal's field, or the user name, is filled from: `location (X-Location in Tribal Habits)`.
pub(super) fn hris_field(what: &str, users: Option<&UsersConfiguration>) -> String {
    let mapped = |field: &str| {
        let field: FieldName = field.parse().ok()?;
        Some(users?.fields.get(&field)?.value.source())
    };
    let source = match what {
        "user name" | "user_name" => users.map(|users| users.user_name.source()),
        "e-mail" => mapped(FieldName::EMAIL),
        field => mapped(field),
    };
    match source.map(source_fields) {
        Some(fields) if fields != what => format!("{fields} ({what} in Tribal Habits)"),
        _ => what.to_owned(),
    }
}

/// The EmployeeConnect fields that an expression names: `employee.workEmail` reads as `workEmail`,
/// `employee.customFields['Desk']` as `Desk`. One that names none reads as itself.
pub(super) fn source_fields(source: &str) -> String {
    let mut fields: Vec<&str> = Vec::new();
    for rest in source.split("employee.").skip(1) {
        let custom = rest.strip_prefix("customFields[").and_then(|rest| {
            let quote = rest.chars().next().filter(|quote| "'\"".contains(*quote))?;
            rest[1..].split_once(quote).map(|(name, _)| name)
        });
        let end = rest.find(|character: char| !character.is_ascii_alphanumeric());
        let field = custom.unwrap_or(&rest[..end.unwrap_or(rest.len())]);
        if !field.is_empty() && !fields.contains(&field) {
            fields.push(field);
        }
    }
    if fields.is_empty() {
        source.to_owned()
    } else {
        fields.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_reads_as_the_fields_that_it_names() {
        for (source, fields) in [
            ("employee.workEmail", "workEmail"),
            ("employee.customFields['Desk No']", "Desk No"),
            (
                "employee.preferredName != null ? employee.preferredName : employee.firstName",
                "preferredName, firstName",
            ),
            (
                "manager != null ? manager.workEmail : employee.managerEmail",
                "managerEmail",
            ),
            ("'constant'", "'constant'"),
            ("employee.customFields[", "customFields"),
        ] {
            assert_eq!(source_fields(source), fields);
        }
    }

    #[test]
    fn a_portals_field_is_called_what_it_is_called_in_employee_connect() {
        let acme = include_str!("../../../domain/src/configuration/acme.toml");
        let acme: habitsync_domain::configuration::TenantConfiguration = acme.parse().expect("valid");
        let name = |what: &str| hris_field(what, Some(&acme.users));
        assert_eq!(name("X-Location"), "location (X-Location in Tribal Habits)");
        assert_eq!(name("X-Division"), "Division (X-Division in Tribal Habits)");
        assert_eq!(name("e-mail"), "workEmail (e-mail in Tribal Habits)");
        assert_eq!(name("user name"), "workEmail (user name in Tribal Habits)");
        assert_eq!(name("X-Unknown"), "X-Unknown");
        assert_eq!(hris_field("X-Location", None), "X-Location");
    }
}
