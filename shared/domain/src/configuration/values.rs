//! Values of a configuration that need more than a type: a time zone that exists, a schedule that can be one.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize, Serializer};

use super::cron::why_not_cron;

/// An IANA time zone that exists, for instance `Australia/Sydney`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct ZoneName {
    name: String,
    zone: TimeZone,
}

/// A name that no time zone has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an IANA time zone; one is named like Australia/Sydney")]
pub struct UnknownZone(String);

impl ZoneName {
    /// The IANA name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Its rules.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }
}

impl Serialize for ZoneName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

impl TryFrom<String> for ZoneName {
    type Error = UnknownZone;

    fn try_from(name: String) -> Result<Self, UnknownZone> {
        match TimeZone::get(&name) {
            // Looked up without regard to letter case; EventBridge wants it as IANA spells it.
            Ok(zone) => Ok(Self {
                name: zone.iana_name().unwrap_or(&name).to_owned(),
                zone,
            }),
            Err(_) => Err(UnknownZone(name)),
        }
    }
}

/// An EventBridge Scheduler expression: `cron(minutes hours day month weekday year)` or `rate(value unit)`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ScheduleExpression(String);

/// A text that is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSchedule {
    /// Neither of the two kinds.
    #[error("{0:?} is not a schedule; write cron(0 7-19 ? * MON-FRI *), with six fields, or rate(6 hours)")]
    Neither(String),
    /// A `cron(…)` that EventBridge Scheduler would refuse.
    #[error("{text:?} is not a schedule; {reason}")]
    Cron {
        /// The expression.
        text: String,
        /// Which field is wrong and what it takes.
        reason: String,
    },
}

impl ScheduleExpression {
    /// The expression as EventBridge Scheduler reads it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ScheduleExpression {
    type Err = InvalidSchedule;

    fn from_str(text: &str) -> Result<Self, InvalidSchedule> {
        let inner = |kind: &str| text.strip_prefix(kind)?.strip_suffix(')');
        if let Some(fields) = inner("cron(") {
            return match why_not_cron(fields) {
                None => Ok(Self(text.to_owned())),
                Some(reason) => Err(InvalidSchedule::Cron {
                    text: text.to_owned(),
                    reason,
                }),
            };
        }
        if inner("rate(").is_some_and(is_rate) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidSchedule::Neither(text.to_owned()))
        }
    }
}

fn is_rate(text: &str) -> bool {
    let words: Vec<_> = text.split_whitespace().collect();
    let [value, unit] = words.as_slice() else { return false };
    value.parse::<u32>().is_ok_and(|value| value > 0)
        && ["minute", "minutes", "hour", "hours", "day", "days"].contains(unit)
}

impl TryFrom<String> for ScheduleExpression {
    type Error = InvalidSchedule;

    fn try_from(text: String) -> Result<Self, InvalidSchedule> {
        text.parse()
    }
}

impl fmt::Display for ScheduleExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_spelt_as_iana_spells_it() {
        let zone = ZoneName::try_from("australia/sydney".to_owned()).expect("exists");
        assert_eq!(zone.as_str(), "Australia/Sydney");
    }

    #[test]
    fn a_schedule_is_a_cron_of_six_fields_or_a_rate() {
        for good in ["cron(0 7-19 ? * MON-FRI *)", "rate(1 minute)", "rate(6 hours)"] {
            assert!(good.parse::<ScheduleExpression>().is_ok(), "{good}");
        }
        for bad in [
            "0 7 * * *",
            "cron(0 7 * * *)",
            "cron(61 7 ? * MON-FRI *)",
            "rate(0 hours)",
            "rate(6 moons)",
            "rate(6 hours",
            "",
        ] {
            assert!(bad.parse::<ScheduleExpression>().is_err(), "{bad}");
        }
    }
}
