//! Reading both vendors of a big customer takes minutes: meanwhile the command shows the number of requests, since the
//! total is unknown.

use std::pin::pin;
use std::time::{Duration, Instant};

use habitsync_vendor_http::take_traffic;

use super::progress::Progress;
use super::{Output, counted};

/// How often it is looked how many there were.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Waits for the reading to end.
pub(crate) async fn while_reading<T>(output: Output, reading: impl Future<Output = T>) -> T {
    let progress = Progress::without_end(output);
    let (began, mut requests) = (Instant::now(), take_traffic().requests);
    let mut reading = pin!(reading);
    let mut looks = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            read = &mut reading => return read,
            _ = looks.tick() => {
                requests += take_traffic().requests;
                progress.show_message(&in_words(requests, began.elapsed()));
            }
        }
    }
}

/// `reading: 120 requests, 240 a minute`.
fn in_words(requests: u64, took: Duration) -> String {
    let requests_per_minute = requests * 60_000 / u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    format!(
        "reading: {}, {requests_per_minute} a minute",
        counted(requests, "request")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_is_told_in_requests_and_their_rate() {
        let told = in_words(120, Duration::from_secs(30));
        assert_eq!(told, "reading: 120 requests, 240 a minute");
        assert_eq!(in_words(1, Duration::ZERO), "reading: 1 request, 60000 a minute");
    }

    #[tokio::test]
    async fn what_was_read_is_handed_on() {
        let read = while_reading(Output::Json, async { 7 }).await;
        assert_eq!(read, 7);
    }
}
