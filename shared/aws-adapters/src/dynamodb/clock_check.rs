//! The offset of a clock from AWS's, taken from the `Date` header of the table's answers: once before a command begins,
//! and from every answer while it runs, since the machine's clock may be corrected, or set wrong, during that time.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{Builder, ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_types::config_bag::{Storable, StoreReplace};
use habitsync_domain::jobs::clock_offset::{Measured, offset};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::ServiceFailure;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};

use super::keys::Key;
use super::{SERVICE, Table};
use crate::clock::{Correction, SystemClock};
use crate::connection::Aws;
use crate::failure::{AwsError, AwsErrorKind};

/// Number of measurements of the offset until an answer is fast enough to be exact.
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
        read_date(&self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?)
    }
}

fn read_date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text).ok()
}

/// Time at which an attempt was sent, by the corrected clock, and the correction at that time.
#[derive(Debug, Clone)]
struct Sent {
    at: Timestamp,
    correction: i64,
}

impl Storable for Sent {
    type Storer = StoreReplace<Self>;
}

/// Measures the clock by every answer, and corrects it.
#[derive(Debug)]
struct ClockWatch {
    correction: &'static Correction,
}

impl Intercept for ClockWatch {
    fn name(&self) -> &'static str {
        "clock watch"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let (at, correction) = (self.correction.now(), self.correction.added());
        config.interceptor_state().store_put(Sent { at, correction });
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").and_then(read_date);
        if let (Some(date), Some(sent)) = (date, config.load::<Sent>())
            && let Measured::Offset(offset) = offset(sent.at, self.correction.now(), date)
        {
            self.correction.add_to(sent.correction, offset);
        }
        Ok(())
    }
}

impl Aws {
    /// Returns the same table as [`Aws::table`], each answer of which corrects this process's clock: for a machine
    /// whose clock differs from AWS's.
    #[must_use]
    pub fn table_that_corrects_the_clock(&self, name: &str) -> Table {
        self.table_that_corrects(name, SystemClock::correction())
    }

    /// Returns a table whose answers correct another clock than this process's.
    #[must_use]
    pub fn table_that_corrects(&self, name: &str, correction: &'static Correction) -> Table {
        let settings = Builder::from(&self.config).interceptor(ClockWatch { correction });
        Table {
            client: Client::from_conf(settings.build()),
            name: name.to_owned(),
        }
    }
}

impl Table {
    /// Measures the correction that makes `clock` show AWS's time: one cheap read of the table, or a few where the
    /// network is slow.
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
            .map_err(|error| AwsError::from_sdk(SERVICE, "GetItem", &error))
    }
}
