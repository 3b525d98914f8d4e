//! The customer's time zone.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize, Serializer};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_spelt_as_iana_spells_it() {
        let zone = ZoneName::try_from("australia/sydney".to_owned()).expect("exists");
        assert_eq!(zone.as_str(), "Australia/Sydney");
    }
}
