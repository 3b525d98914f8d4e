//! The JSON Schema of a customer's file, for editors and for the authors of such files: published as
//! `docs/tenant.schema.json`.

use schemars::{Schema, SchemaGenerator, json_schema, schema_for};

use super::TenantConfiguration;

/// Returns the permitted content of a customer's file, as JSON Schema. Checks that span several values are made when a
/// file is applied.
#[must_use]
pub fn schema() -> Schema {
    schema_for!(TenantConfiguration)
}

/// An expression.
pub(super) fn expression(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "title": "CEL expression",
        "type": "string",
        "minLength": 1,
        "maxLength": 2048,
    })
}

/// An `EventBridge` Scheduler expression.
pub(super) fn schedule(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "title": "Schedule",
        "type": "string",
        "pattern": r"^(cron\(\s*\S+(\s+\S+){5}\s*\)|rate\(\s*[1-9][0-9]*\s+(minute|hour|day)s?\s*\))$",
        "examples": ["cron(0 7-19 ? * MON-FRI *)", "rate(6 hours)"],
    })
}

/// A vendor's address.
pub(super) fn base_url(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "title": "Base URL",
        "type": "string",
        "format": "uri",
        "pattern": "^https?://",
    })
}

/// `[courses.launch_urls]`: where topics are launched whose link the portal does not list.
pub(super) fn launch_urls(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "title": "Launch URLs by hand",
        "type": "object",
        "propertyNames": { "pattern": r"^\S(.*\S)?$" },
        "additionalProperties": { "type": "string", "format": "uri", "pattern": "^https?://" },
        "examples": [{ "TH-9-456": "https://acme.tribalhabits.com/enrol/456" }],
    })
}

/// The customer's addresses.
pub(super) fn addresses(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "title": "E-mail addresses",
        "type": "array",
        "items": { "type": "string", "format": "email", "pattern": r"^[^@\s]+@[^@\s]+\.[^@\s]+$" },
        "uniqueItems": true,
    })
}
