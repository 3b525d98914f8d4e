//! Customers' configurations: the file as it was applied, every version of it, and which is in force.

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use habitsync_domain::configuration::{InvalidConfiguration, Status, TenantConfiguration};
use habitsync_domain::jobs::freshness::Timetable;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::tenants::{
    AppliedVersion, ListVersions, LoadConfiguration, SaveConfiguration, StoredConfiguration, VersionTerms,
};
use jiff::Timestamp;

use super::item::{
    Attributes, Item, current_schema, encode, number, read_instant, read_number, read_text, read_value, text,
};
use super::keys::{
    AGREED, APPLIED_AT, CONFIGURATION_VERSIONS, DECIDES_SINCE, Key, LIVE_SINCE, NAME, PK, SCHEMA, SOURCE,
    TENANT_STATUS, TIMETABLE, VERSION,
};
use super::transaction::{Committed, unwritable};
use super::{SERVICE, Table};
use crate::failure::{AwsError, AwsErrorKind};

impl LoadConfiguration for Table {
    async fn load_configuration(&self, tenant: &TenantId) -> Result<Option<StoredConfiguration>, ServiceFailure> {
        let found = self.get(&Key::configuration(tenant)).await?;
        let stored = found.map(|attributes| stored(&attributes)).transpose();
        Ok(stored.map_err(|kind| AwsError::new(SERVICE, "GetItem", kind))?)
    }
}

impl ListVersions for Table {
    async fn list_versions(&self, tenant: &TenantId) -> Result<Vec<AppliedVersion>, ServiceFailure> {
        let read = |attributes: Attributes| applied_version(&attributes);
        let pk = Key::configuration(tenant).pk;
        let mut versions = self.query(pk, CONFIGURATION_VERSIONS, read).await?;
        versions.reverse();
        Ok(versions)
    }
}

impl SaveConfiguration for Table {
    async fn save_configuration(
        &self,
        configuration: &TenantConfiguration,
        source: &str,
        now: Timestamp,
        terms: Option<&VersionTerms>,
    ) -> Result<u64, ServiceFailure> {
        let before = self.get(&Key::configuration(&configuration.tenant)).await?;
        let version = before
            .map(|attributes| read_number::<u64>(&attributes, VERSION))
            .transpose();
        let version = version
            .map_err(|kind| AwsError::new(SERVICE, "GetItem", kind))?
            .unwrap_or(0)
            + 1;
        let not_encoded = |kind| AwsError::new(SERVICE, "TransactWriteItems", kind);
        let timetable = encode(&Timetable::new(configuration, now)).map_err(not_encoded)?;
        let agreed = terms.and_then(|terms| terms.agreed.as_ref());
        let applied = Applied {
            source,
            version,
            decides_since: terms.and_then(|terms| terms.decides_since).unwrap_or(version),
            agreed: agreed.map(encode).transpose().map_err(not_encoded)?,
            now,
        };
        let writes = self.writes(configuration, applied, timetable);
        let writes = writes.map_err(|error| not_built(&error))?;
        match self.commit(writes).await? {
            Committed::Done => Ok(version),
            // Another version was applied meanwhile.
            Committed::Refused { .. } => Err(unwritable(AwsErrorKind::Conflict).into()),
        }
    }
}

/// A version as it is stored.
struct Applied<'a> {
    source: &'a str,
    version: u64,
    decides_since: u64,
    agreed: Option<AttributeValue>,
    now: Timestamp,
}

impl Table {
    /// The new version, the pointer to it and the summary row: all or none.
    fn writes(
        &self,
        configuration: &TenantConfiguration,
        applied: Applied<'_>,
        timetable: AttributeValue,
    ) -> Result<Vec<TransactWriteItem>, aws_sdk_dynamodb::error::BuildError> {
        let tenant = &configuration.tenant;
        let Applied {
            source,
            version,
            decides_since,
            agreed,
            now,
        } = applied;
        let item = |key: &Key| {
            let item = Item::new(key).with(VERSION, number(version)).with_text(SOURCE, source);
            let item = item.with_text(APPLIED_AT, now.to_string());
            let item = item.with(DECIDES_SINCE, number(decides_since));
            match &agreed {
                Some(agreed) => item.with(AGREED, agreed.clone()).attributes,
                None => item.attributes,
            }
        };
        let put = |key: &Key| Put::builder().table_name(&self.name).set_item(Some(item(key)));
        let history = put(&Key::configuration_version(tenant, version))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK);
        let in_force = put(&Key::configuration(tenant))
            .condition_expression("attribute_not_exists(#version) OR #version = :before")
            .expression_attribute_names("#version", VERSION)
            .expression_attribute_values(":before", number(version - 1));
        Ok(vec![
            TransactWriteItem::builder().put(history.build()?).build(),
            TransactWriteItem::builder().put(in_force.build()?).build(),
            TransactWriteItem::builder()
                .update(self.summary(configuration, version, timetable, now)?)
                .build(),
        ])
    }

    /// Returns the customer's row: the facts that `status` shows without reading the configuration, the times at which
    /// the jobs are due, and the time of go-live.
    fn summary(
        &self,
        configuration: &TenantConfiguration,
        version: u64,
        timetable: AttributeValue,
        now: Timestamp,
    ) -> Result<Update, aws_sdk_dynamodb::error::BuildError> {
        let mut values: Vec<(&str, &str, AttributeValue)> = vec![
            ("schema", SCHEMA, current_schema()),
            ("name", NAME, text(&configuration.name)),
            ("status", TENANT_STATUS, text(status(configuration.status))),
            ("version", VERSION, number(version)),
            ("timetable", TIMETABLE, timetable),
        ];
        let mut expression: Vec<String> = values.iter().map(|(mark, ..)| format!("#{mark} = :{mark}")).collect();
        if configuration.status == Status::Live {
            expression.push("#live_since = if_not_exists(#live_since, :live_since)".to_owned());
            values.push(("live_since", LIVE_SINCE, text(now.to_string())));
        }
        let update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(Key::summary(&configuration.tenant).attributes()))
            .update_expression(format!("SET {}", expression.join(", ")));
        values
            .into_iter()
            .fold(update, |update, (mark, name, value)| {
                let update = update.expression_attribute_names(format!("#{mark}"), name);
                update.expression_attribute_values(format!(":{mark}"), value)
            })
            .build()
    }
}

fn applied_version(attributes: &Attributes) -> Result<AppliedVersion, AwsErrorKind> {
    Ok(AppliedVersion {
        version: read_number(attributes, VERSION)?,
        applied_at: read_instant(attributes, APPLIED_AT)?,
        source: read_text(attributes, SOURCE)?.to_owned(),
    })
}

pub(super) fn stored(attributes: &Attributes) -> Result<StoredConfiguration, AwsErrorKind> {
    let source = read_text(attributes, SOURCE)?.to_owned();
    let configuration = TenantConfiguration::from_stored(&source).map_err(|error| unreadable(&error))?;
    let mut agreed = attributes
        .get(AGREED)
        .map(|agreed| Attributes::from([(AGREED.to_owned(), agreed.clone())]));
    let version = read_number(attributes, VERSION)?;
    // Versions stored before this was remembered decide by themselves.
    let decides_since = if attributes.contains_key(DECIDES_SINCE) {
        read_number(attributes, DECIDES_SINCE)?
    } else {
        version
    };
    Ok(StoredConfiguration {
        version,
        source,
        configuration,
        decides_since,
        agreed: agreed.as_mut().map(|agreed| read_value(agreed, AGREED)).transpose()?,
    })
}

/// The lines alone: the parser may quote what stands there, an alert address for instance, and this text is logged.
fn unreadable(error: &InvalidConfiguration) -> AwsErrorKind {
    let lines: Vec<_> = error
        .findings
        .iter()
        .filter_map(|finding| Some(format!("line {}", finding.line?)))
        .collect();
    AwsErrorKind::Unreadable(format!(
        "the stored configuration ({}) is none that this version reads",
        lines.join(", ")
    ))
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Live => "live",
        Status::Paused => "paused",
    }
}

fn not_built(error: &aws_sdk_dynamodb::error::BuildError) -> AwsError {
    AwsError::new(
        SERVICE,
        "TransactWriteItems",
        AwsErrorKind::Unreadable(error.to_string()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_configuration_that_cannot_be_read_names_its_line_and_quotes_nothing() {
        let source = "tenant = \"acme\"\nname = \"Acme\"\nstatus = \"jo@acme.example\"\n";
        let attributes = [(SOURCE.to_owned(), text(source)), (VERSION.to_owned(), number(1))];
        let error = stored(&attributes.into()).expect_err("is no configuration");
        let AwsErrorKind::Unreadable(message) = error else {
            panic!("{error:?}")
        };
        assert!(message.contains("line 3") && !message.contains("jo@"), "{message}");
    }
}
