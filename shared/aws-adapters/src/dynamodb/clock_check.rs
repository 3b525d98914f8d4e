//! How far a clock is from AWS's, read off the `Date` header of an answer of the table.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use habitsync_domain::clock_offset::{Measured, offset};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::ServiceFailure;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};

use super::keys::Key;
use super::{SERVICE, Table};
use crate::failure::{AwsError, AwsErrorKind};

/// How often the offset is measured until an answer comes fast enough to tell it.
const TRIES: u32 = 3;

/// The `Date` of the last answer.
#[derive(Debug, Clone, Default)]
struct DateHeader(Arc<Mutex<Option<String>>>);

impl Intercept for DateHeader {
    fn name(&self) -> &'static str {
        "date header"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").map(str::to_owned);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
        Ok(())
    }
}

impl DateHeader {
    fn date(&self) -> Option<Timestamp> {
        let date = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        DateTimeParser::new().parse_timestamp(date).ok()
    }
}

impl Table {
    /// What has to be added to `clock` to show AWS's time: one cheap read of the table, or a few where the network is slow.
    ///
    /// # Errors
    /// The table did not answer, or no answer showed the time to within two seconds.
    pub async fn clock_correction(&self, clock: &impl Now) -> Result<SignedDuration, ServiceFailure> {
        for _ in 0..TRIES {
            let (header, sent) = (DateHeader::default(), clock.now());
            self.ask_the_time(&header).await?;
            let measured = header.date().map(|date| offset(sent, clock.now(), date));
            if let Some(Measured::Offset(offset)) = measured {
                return Ok(offset);
            }
        }
        let detail = "the answers do not tell the time to within two seconds".to_owned();
        Err(AwsError::new(SERVICE, "GetItem", AwsErrorKind::Unreadable(detail)).into())
    }

    async fn ask_the_time(&self, header: &DateHeader) -> Result<(), AwsError> {
        let (pk, _) = Key::summaries();
        let nothing = Key {
            pk,
            sk: "NOTHING".to_owned(),
        };
        let get = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(nothing.attributes()));
        let answer = get.customize().interceptor(header.clone()).send().await;
        answer
            .map(drop)
            .map_err(|error| AwsError::of(SERVICE, "GetItem", &error))
    }
}
