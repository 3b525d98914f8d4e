//! A portal's user, and what the API accepts for one.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::custom_field::CustomField;
use crate::custom_field::DateStyle;

/// A user as the portal keeps and shows it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct User {
    /// Unique without regard to case and outer blanks.
    pub user_name: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Unique without regard to case and outer blanks.
    pub email: String,
    /// Any address; one that equals another user's makes that user the team leader.
    pub manager_email: Option<String>,
    /// Whether the user can log in.
    pub active: bool,
    /// Every custom field of the portal by its key, such as `X-Location`; null where it is empty.
    #[serde(flatten)]
    pub custom: BTreeMap<String, Value>,
}

impl User {
    /// The value of a custom field by its name without `X-`; none when it is empty or not there.
    #[must_use]
    pub fn custom(&self, name: &str) -> Option<&Value> {
        self.custom.get(&format!("X-{name}")).filter(|value| !value.is_null())
    }

    /// The fields in which `other` differs, by their names in the API.
    pub(crate) fn differences(&self, other: &Self) -> Vec<String> {
        let fields = |user| match serde_json::to_value(user) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        let before = fields(self);
        fields(other)
            .into_iter()
            .filter(|(name, value)| before.get(name) != Some(value))
            .map(|(name, _)| name)
            .collect()
    }
}

/// Why fields are refused, by field.
pub(crate) type Complaints = BTreeMap<String, Vec<&'static str>>;

/// How the portal compares user names and e-mails.
pub(crate) fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Puts the fields of a request's body into a user; unknown names other than `X-…` are passed over.
pub(crate) fn fill(user: &mut User, body: &Map<String, Value>, portal: &[CustomField], dates: DateStyle) -> Complaints {
    let mut complaints = Complaints::new();
    for (name, value) in body {
        if let Err(complaint) = fill_one(user, name, value, portal, dates) {
            complaints.entry(name.clone()).or_default().push(complaint);
        }
    }
    complaints
}

fn fill_one(
    user: &mut User,
    name: &str,
    value: &Value,
    portal: &[CustomField],
    dates: DateStyle,
) -> Result<(), &'static str> {
    match name {
        "user_name" => user.user_name = text(value)?,
        "first_name" => user.first_name = text(value)?,
        "last_name" => user.last_name = text(value)?,
        "email" => user.email = text(value).and_then(email)?,
        "manager_email" => user.manager_email = optional(value)?,
        "active" => user.active = value.as_bool().ok_or("must be true or false")?,
        _ if name.len() > 2 && name.starts_with("X-") => {
            let field = portal
                .iter()
                .find(|field| field.key() == name)
                .ok_or("is not a field of this portal")?;
            user.custom.insert(name.to_owned(), field.accept(value, dates)?);
        }
        _ => {}
    }
    Ok(())
}

fn text(value: &Value) -> Result<String, &'static str> {
    match value {
        Value::String(text) if text.trim().is_empty() => Err("can't be blank"),
        Value::String(text) => Ok(text.clone()),
        Value::Null => Err("can't be blank"),
        _ => Err("is invalid"),
    }
}

fn optional(value: &Value) -> Result<Option<String>, &'static str> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone()).filter(|text| !text.trim().is_empty())),
        _ => Err("is invalid"),
    }
}

/// An address as mail systems write it: something, one '@', a domain with a dot.
fn email(text: String) -> Result<String, &'static str> {
    let (local, domain) = text.trim().split_once('@').ok_or("is invalid")?;
    let plain =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@');
    let dotted = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    if plain(local) && plain(domain) && dotted {
        Ok(text)
    } else {
        Err("is invalid")
    }
}
