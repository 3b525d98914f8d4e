//! Digests of the values to write: a rejected write stands for exactly these values.

use sha2::{Digest, Sha256};

use crate::people::mapping::DesiredUser;
use crate::people::user::UserFields;

/// Returns the digest of all mapped values of one employee.
pub(super) fn of_user(user: &DesiredUser<'_>) -> String {
    let mut hash = Sha256::new();
    add(&mut hash, &user.user_name.key());
    for field in &user.fields {
        add(&mut hash, field.name.as_str());
        add(&mut hash, field.value.as_deref().unwrap_or_default());
    }
    hex(hash)
}

/// Returns the digest of these fields and their values.
pub(super) fn of_fields(fields: &UserFields) -> String {
    let mut hash = Sha256::new();
    for (name, value) in &fields.0 {
        add(&mut hash, name.as_str());
        add(&mut hash, value);
    }
    hex(hash)
}

/// Returns the digest of one value.
#[must_use]
pub fn of_value(value: &str) -> String {
    let mut hash = Sha256::new();
    add(&mut hash, value);
    hex(hash)
}

/// Each text with its length, so that no two sequences of texts are alike.
fn add(hash: &mut Sha256, text: &str) {
    hash.update(text.len().to_le_bytes());
    hash.update(text);
}

/// Half of the hash is enough to distinguish one employee's values.
fn hex(hash: Sha256) -> String {
    hex::encode(&hash.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_values_have_two_digests_and_one_value_has_one() {
        assert_eq!(of_value("Perth"), of_value("Perth"));
        assert_ne!(of_value("Perth"), of_value("perth"));
        assert_eq!(of_value("").len(), 32);
    }
}
