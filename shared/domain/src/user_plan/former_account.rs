//! The user name and e-mail of a former employee's account once another employee has taken them over: they show the
//! former owner, and no other account will need them.

use super::digest;
use crate::identity::{EmployeeId, UserName};
use crate::tenant::TenantId;

const PREFIX: &str = "former-";

/// Reserved (RFC 2606): no mail to it ever arrives anywhere.
const NOWHERE: &str = ".invalid";

/// Longer, or odder, employee ids are written as a digest: the local part of an address is short and plain.
const LONGEST_PLAIN_ID: usize = 40;

/// The user name of this employee's former account.
pub(super) fn user_name(employee: &EmployeeId) -> Option<UserName> {
    format!("{PREFIX}{employee}").parse().ok()
}

/// The e-mail of this employee's former account.
pub(super) fn email(employee: &EmployeeId, tenant: &TenantId) -> String {
    let id = employee.as_str();
    let is_plain = id.len() <= LONGEST_PLAIN_ID && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let local = if is_plain {
        id.to_lowercase()
    } else {
        digest::of_value(id)
    };
    format!("{PREFIX}{local}@{tenant}{NOWHERE}")
}

/// Whether this user name was given to the employee's account here.
pub(super) fn is_user_name(name: &UserName, employee: &EmployeeId) -> bool {
    user_name(employee).as_ref() == Some(name)
}

/// Whether this address was given to an account here.
pub(super) fn is_email(address: &str) -> bool {
    address.starts_with(PREFIX) && address.ends_with(NOWHERE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::EmailAddress;

    #[test]
    fn every_employee_id_makes_a_valid_address_that_is_known_again() {
        let tenant = "acme".parse().expect("a tenant");
        for id in ["E1001", "e 1/2", "\u{5d0}", &"9".repeat(100)] {
            let id: EmployeeId = id.parse().expect("an id");
            let address = email(&id, &tenant);
            assert!(
                address.parse::<EmailAddress>().is_ok() && is_email(&address),
                "{address}"
            );
            assert!(is_user_name(&user_name(&id).expect("a name"), &id));
        }
        assert!(!is_email("former-president@acme.com.au"));
    }
}
