//! Judges properties that every vendor's answers show in addition to their content: the clock, and the limit in the
//! headers.

use jiff::{SignedDuration, Timestamp};

use super::{Advice, Assumption, AssumptionFinding};

/// A clock further off than this is not right. Far within what a signature may be old, since messages take their time too.
const LARGEST_SKEW: SignedDuration = SignedDuration::from_mins(1);

impl Assumption {
    /// Whether the vendor's clock, by an answer's `Date`, agrees with ours at the moment the answer came.
    #[must_use]
    pub fn judge_clock(&'static self, theirs: Option<Timestamp>, ours: Timestamp) -> AssumptionFinding {
        let Some(theirs) = theirs else {
            return self.untold("answers carry no Date", Vec::new());
        };
        let skew = theirs.duration_since(ours);
        let seconds = skew.as_secs().unsigned_abs();
        let side = if skew.is_negative() { "behind" } else { "ahead of" };
        if skew.abs() <= LARGEST_SKEW {
            return self.holds(format!("within {} s of ours", seconds + 1));
        }
        let vendor = self.vendor;
        let who = format!("ask {vendor} to put the clock right");
        self.differs(format!("{seconds} s {side} ours"), vec![Advice::ask(who)])
    }

    /// Judges whether the limit in an answer's headers allows the requests a minute that are configured under `key`.
    #[must_use]
    pub fn judge_limit(&'static self, headers: &[(String, String)], configured: u32, key: &str) -> AssumptionFinding {
        let Some((name, limit)) = headers.iter().find_map(limit_per_minute) else {
            return self.untold(
                format!("no header speaks of a limit; {configured} a minute are configured"),
                Vec::new(),
            );
        };
        let seen = format!("{name} says {limit} a minute; {configured} are configured");
        if limit >= configured {
            self.holds(seen)
        } else {
            self.differs(seen, vec![Advice::set(key, limit.to_string())])
        }
    }
}

/// `x-ratelimit-limit: 300` or `ratelimit-limit: 5;w=1`, as requests a minute; without a window, the
/// limit is one per minute.
fn limit_per_minute((name, value): &(String, String)) -> Option<(&str, u32)> {
    if !name.ends_with("limit") {
        return None;
    }
    let mut parts = value.split([';', ',']).map(str::trim);
    let limit: u64 = parts.next()?.parse().ok()?;
    let window = parts.find_map(|part| part.strip_prefix("w=")?.parse::<u64>().ok());
    let per_minute = limit.saturating_mul(60) / window.unwrap_or(60).max(1);
    Some((name, u32::try_from(per_minute).unwrap_or(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onboarding::assumptions::AssumptionVerdict;
    use crate::onboarding::assumptions::tribal_habits::{CLOCK, LIMIT};

    fn clock(seconds: i64) -> AssumptionFinding {
        let ours = Timestamp::UNIX_EPOCH;
        CLOCK.judge_clock(Some(ours + SignedDuration::from_secs(seconds)), ours)
    }

    #[test]
    fn a_clock_is_right_within_a_minute() {
        for seconds in [0, 60, -60] {
            assert_eq!(clock(seconds).verdict, AssumptionVerdict::Ok, "{seconds}");
        }
        assert_eq!(clock(61).seen, "61 s ahead of ours");
        assert_eq!(clock(-90).seen, "90 s behind ours");
        assert_eq!(clock(-90).verdict, AssumptionVerdict::Differs);
        assert_eq!(
            CLOCK.judge_clock(None, Timestamp::UNIX_EPOCH).verdict,
            AssumptionVerdict::CannotTell
        );
    }

    fn limit(name: &str, value: &str) -> AssumptionFinding {
        let headers = [(name.to_owned(), value.to_owned())];
        LIMIT.judge_limit(&headers, 240, "tribal_habits.requests_per_minute")
    }

    #[test]
    fn a_limit_below_what_is_configured_is_what_to_configure() {
        assert_eq!(limit("x-ratelimit-limit", "300").verdict, AssumptionVerdict::Ok);
        assert_eq!(limit("ratelimit-limit", "4;w=1").verdict, AssumptionVerdict::Ok);
        let low = limit("ratelimit-limit", "100, 100;w=60");
        assert_eq!(low.verdict, AssumptionVerdict::Differs);
        assert_eq!(low.advice, [Advice::set("tribal_habits.requests_per_minute", "100")]);
        for (name, value) in [("x-ratelimit-remaining", "10"), ("x-ratelimit-limit", "many")] {
            assert_eq!(limit(name, value).verdict, AssumptionVerdict::CannotTell, "{name}");
        }
    }
}
