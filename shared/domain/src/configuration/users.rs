//! The `[users]` section: who has an account, under which name, with which data, and what may be done to it.

use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::schema;
use crate::expressions::expression::Expression;
use crate::identity::UserName;
use crate::people::no_date::NoDateValue;
use crate::people::user::FieldName;

/// Which employees have an account, under which name, with which data.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "[users]")]
pub struct UsersConfiguration {
    /// The user name; must equal the SSO `UserName` where there is SSO.
    #[schemars(schema_with = "schema::expression")]
    pub user_name: Expression,
    /// The treatment of a changed user name.
    #[serde(default)]
    pub on_user_name_change: OnUserNameChange,
    /// How an account that is already there is adopted, in order.
    #[serde(default = "default_match")]
    #[schemars(extend("uniqueItems" = true))]
    pub match_existing: Vec<MatchKey>,
    /// Statuses of people who work there.
    #[serde(default = "default_active")]
    #[schemars(length(min = 1), inner(length(min = 1)), extend("uniqueItems" = true))]
    pub active_statuses: Vec<String>,
    /// Statuses of employees who no longer do; any other status is an error of that employee's record.
    #[serde(default = "default_terminated")]
    #[schemars(inner(length(min = 1)), extend("uniqueItems" = true))]
    pub terminated_statuses: Vec<String>,
    /// The field that decides where an active status and a last day that has passed contradict each other.
    #[serde(default)]
    pub on_contradiction: OnContradiction,
    /// Values that the system writes where there is no date; a list here replaces the default list.
    #[serde(default = "NoDateValue::defaults")]
    #[schemars(with = "Vec<String>", inner(length(min = 1, max = 40)), extend("uniqueItems" = true))]
    pub no_date_values: Vec<NoDateValue>,
    /// Days after the last day until the account is deactivated; 0: at the end of the last day, local time.
    #[serde(default)]
    pub deactivate_after_days: u16,
    /// Days before the start date from which the account is created; absent: as soon as the employee is visible.
    pub create_days_before_start: Option<u16>,
    /// Condition for being in scope; absent: every employee is.
    #[schemars(schema_with = "schema::expression")]
    #[serde(default)]
    pub filter: Option<Expression>,
    /// The treatment of an employee who leaves the filter; leaving the company is separate.
    #[serde(default)]
    pub out_of_scope: OutOfScope,
    /// The treatment of the manager field of an employee whose manager the filter does not admit.
    #[serde(default)]
    pub manager_out_of_scope: ManagerOutOfScope,
    /// User names that are never touched.
    #[serde(default)]
    #[schemars(with = "Vec<String>", inner(length(min = 1, max = 255)), extend("uniqueItems" = true))]
    pub protect: Vec<UserName>,
    /// Whether accounts are created.
    #[serde(default = "yes")]
    pub create: bool,
    /// Whether accounts are updated.
    #[serde(default = "yes")]
    pub update: bool,
    /// Whether accounts are deactivated.
    #[serde(default = "yes")]
    pub deactivate: bool,
    /// Tribal Habits field = EmployeeConnect expression.
    #[schemars(schema_with = "fields_schema")]
    pub fields: BTreeMap<FieldName, FieldMapping>,
}

impl UsersConfiguration {
    /// Every expression of the section.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let fields = self.fields.values().map(|mapping| &mapping.value);
        [&self.user_name].into_iter().chain(&self.filter).chain(fields)
    }
}

/// The treatment of a changed user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(title = "When a user name changes")]
pub enum OnUserNameChange {
    /// Rename the account.
    #[default]
    Rename,
    /// Keep the old name.
    Keep,
    /// Keep the old name and say so.
    Alert,
}

/// The field that decides where an active status and a last day that has passed contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(title = "When status and last day contradict")]
pub enum OnContradiction {
    /// The date, where it lies at most 31 days back when a run first sees it; an older one holds the account.
    #[default]
    RecentDate,
    /// Neither: the account stays as it is, and the employee is on the worklist.
    Hold,
    /// The status: the last day is ignored.
    Status,
    /// The date: the account is deactivated after it.
    Date,
}

/// The key by which an existing account is matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(title = "Match key")]
pub enum MatchKey {
    /// The same user name.
    UserName,
    /// The same e-mail address.
    Email,
}

impl MatchKey {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UserName => "user_name",
            Self::Email => "email",
        }
    }
}

/// The treatment of an employee who leaves the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(title = "Out of scope")]
pub enum OutOfScope {
    /// Nothing: the account is no longer managed.
    #[default]
    Ignore,
    /// The account is deactivated.
    Deactivate,
}

/// The treatment of the manager field of an employee whose manager the filter does not admit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(title = "Manager out of scope")]
pub enum ManagerOutOfScope {
    /// The previous manager stays.
    #[default]
    Keep,
    /// The manager's address is written, though the manager has no account that is managed.
    Write,
}

/// How one field is filled.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldMapping {
    /// Where the value comes from.
    pub value: Expression,
    /// When it is written.
    pub write: WriteMode,
    /// The effect of an empty value.
    pub empty: EmptyMode,
    /// The value that replaces an empty one.
    pub default: Option<String>,
    /// Values that are written as others; those not listed stay as they are.
    pub map: BTreeMap<String, String>,
    /// The type of the portal's field.
    pub kind: FieldType,
}

/// When a field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(title = "When it is written")]
pub enum WriteMode {
    /// Whenever it differs.
    #[default]
    Always,
    /// In the create alone.
    OnCreate,
    /// Only where it was last seen empty.
    IfEmpty,
}

/// The effect of an empty value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(title = "What an empty value does")]
pub enum EmptyMode {
    /// The field keeps what it has.
    #[default]
    Keep,
    /// The field is cleared.
    Clear,
}

/// The type of the portal's field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(title = "Type")]
pub enum FieldType {
    /// Any text.
    #[default]
    String,
    /// A date, written `yyyy-mm-dd`.
    Date,
    /// A number, at most two decimals.
    Number,
    /// Items joined by `;`, each of which the portal must have.
    List,
}

/// `[users.fields]`: which names there are, which of them have to be there, and how each is written.
fn fields_schema(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "title": "Fields",
        "type": "object",
        "propertyNames": { "pattern": r"^(first_name|last_name|email|manager_email|X-.*\S.*)$" },
        "required": ["first_name", "last_name", "email"],
        "additionalProperties": generator.subschema_for::<WrittenMapping>(),
    })
}

/// An expression alone, or a table that has one.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "describes what is written; reading it is done by hand, for the sake of its errors"
)]
#[schemars(title = "How a field is filled")]
pub(super) enum WrittenMapping {
    /// An expression alone.
    Expression(#[schemars(schema_with = "schema::expression")] String),
    /// An expression, and how its value is written.
    Table(MappingTable),
}

/// A mapping written out as a table.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Mapping")]
pub(super) struct MappingTable {
    /// Where the value comes from.
    #[schemars(schema_with = "schema::expression")]
    value: Expression,
    /// When it is written.
    #[serde(default)]
    write: WriteMode,
    /// The effect of an empty value.
    #[serde(default)]
    empty: EmptyMode,
    /// The value that replaces an empty one.
    #[schemars(length(min = 1))]
    default: Option<String>,
    /// Values that are written as others; those not listed stay as they are.
    #[serde(default)]
    map: BTreeMap<String, String>,
    /// The type of the portal's field.
    #[serde(default, rename = "type")]
    kind: FieldType,
}

impl From<Expression> for FieldMapping {
    fn from(value: Expression) -> Self {
        Self {
            value,
            write: WriteMode::default(),
            empty: EmptyMode::default(),
            default: None,
            map: BTreeMap::new(),
            kind: FieldType::default(),
        }
    }
}

impl From<MappingTable> for FieldMapping {
    fn from(table: MappingTable) -> Self {
        let MappingTable {
            value,
            write,
            empty,
            default,
            map,
            kind,
        } = table;
        Self {
            value,
            write,
            empty,
            default,
            map,
            kind,
        }
    }
}

/// A mapping is an expression, or a table that has one. Deserialized by hand rather than `untagged`, so that an error
/// inside the table names its cause.
impl<'de> Deserialize<'de> for FieldMapping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MappingVisitor;
        impl<'de> Visitor<'de> for MappingVisitor {
            type Value = FieldMapping;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an expression, or a table { value = \"…\", write, empty, default, map, type }")
            }

            fn visit_str<E: serde::de::Error>(self, source: &str) -> Result<FieldMapping, E> {
                source.parse::<Expression>().map(FieldMapping::from).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FieldMapping, A::Error> {
                MappingTable::deserialize(MapAccessDeserializer::new(map)).map(FieldMapping::from)
            }
        }
        deserializer.deserialize_any(MappingVisitor)
    }
}

fn default_match() -> Vec<MatchKey> {
    vec![MatchKey::UserName, MatchKey::Email]
}

fn default_active() -> Vec<String> {
    vec!["Active".to_owned(), "Onboarding".to_owned()]
}

fn default_terminated() -> Vec<String> {
    vec!["Terminated".to_owned()]
}

const fn yes() -> bool {
    true
}
