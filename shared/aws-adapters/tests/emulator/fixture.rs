//! The emulator, and a table for each test.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Credentials;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType,
};
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use habitsync_aws_adapters::{Aws, Table, TenantTable};
use habitsync_domain::identity::{EnrolmentId, TopicId};
use habitsync_domain::results::completion::{Completion, CompletionSource};
use habitsync_domain::tenant::TenantId;
use habitsync_local::emulator::Emulator;
use habitsync_local::inspect::REGION;
use habitsync_local::{python, workspace};
use jiff::Timestamp;
use tokio::sync::OnceCell;

static EMULATOR: OnceCell<Emulator> = OnceCell::const_new();
static TABLES: AtomicU32 = AtomicU32::new(0);

/// Number of tasks that try the same write at once.
pub(crate) const RACERS: usize = 16;

/// The emulator's address.
pub(crate) async fn emulator() -> &'static str {
    EMULATOR.get_or_init(start).await.address()
}

/// All services, emulated. Every test has a client of its own, since a client lives on its test's runtime.
pub(crate) async fn aws() -> Aws {
    Aws::emulated(EMULATOR.get_or_init(start).await.address(), REGION)
        .await
        .expect("a client")
}

/// Returns the configuration of plain SDK clients, to create and inspect items without the adapters.
pub(crate) async fn sdk() -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .endpoint_url(EMULATOR.get_or_init(start).await.address())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new("test", "test", None, None, "emulator"))
        .load()
        .await
}

async fn start() -> Emulator {
    let requirements = workspace::resource("requirements/emulator.txt");
    let make = move || python::environment("emulator", &requirements);
    let environment = tokio::task::spawn_blocking(make)
        .await
        .expect("not cancelled")
        .expect("a Python environment");
    let logs = workspace::local("logs").expect("a folder");
    Emulator::start(&environment, "aws-adapters", None, &logs)
        .await
        .expect("an emulator")
}

/// A table like that of `infra/state.yaml`, empty and this test's own.
pub(crate) async fn table() -> Table {
    named_table().await.0
}

/// Returns a table with the name by which other clients find it.
pub(crate) async fn named_table() -> (Table, String) {
    let aws = aws().await;
    let name = format!("table-{}", TABLES.fetch_add(1, Ordering::Relaxed));
    let key = |name: &str, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .expect("complete")
    };
    let due = GlobalSecondaryIndex::builder()
        .index_name("due")
        .key_schema(key("due_kind", KeyType::Hash))
        .key_schema(key("due_at", KeyType::Range))
        .projection(Projection::builder().projection_type(ProjectionType::All).build())
        .build()
        .expect("complete");
    let create = Client::new(&sdk().await)
        .create_table()
        .table_name(&name)
        .billing_mode(BillingMode::PayPerRequest);
    let create = ["pk", "sk", "due_kind", "due_at"]
        .into_iter()
        .fold(create, |create, name| {
            let text = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S);
            create.attribute_definitions(text.build().expect("complete"))
        });
    let create = create
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range));
    create.global_secondary_indexes(due).send().await.expect("a table");
    (aws.table(&name), name)
}

/// A customer in a table of this test's own.
pub(crate) async fn acme() -> TenantTable {
    table().await.tenant(&tenant())
}

pub(crate) fn tenant() -> TenantId {
    "acme".parse().expect("a tenant")
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

pub(crate) fn completion(enrolment: i64) -> Completion {
    Completion {
        enrolment: EnrolmentId(enrolment),
        topic: TopicId(456),
        topic_code: None,
        user_name: "jo@acme.example".parse().expect("a user name"),
        completed_at: at("2026-03-01T20:30:00Z"),
        training_minutes: Some(12),
        source: CompletionSource::Signature,
    }
}
