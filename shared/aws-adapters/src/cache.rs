//! What was read from a service, kept in the process for a while. What was not there is kept too, so that requests for
//! made-up customers seldom become calls.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The cache is emptied rather than grow beyond this: a flood of made-up customers must not fill the memory.
const MOST_ENTRIES: usize = 2_000;

/// Values by name.
#[derive(Debug)]
pub(crate) struct Cache<V>(Mutex<HashMap<String, Read<V>>>);

/// A value, none where there is none, and when that was found.
#[derive(Debug, Clone)]
pub(crate) struct Read<V> {
    pub(crate) value: Option<V>,
    at: Instant,
}

impl<V> Default for Cache<V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<V: Clone> Cache<V> {
    /// What was read of this name less than `believed_for` ago.
    pub(crate) fn get(&self, name: &str, believed_for: Duration, now: Instant) -> Option<Read<V>> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = entries.get(name);
        read.filter(|read| now.duration_since(read.at) < believed_for).cloned()
    }

    /// Remembers what was read at `now`.
    pub(crate) fn put(&self, name: String, value: Option<V>, now: Instant) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST_ENTRIES {
            entries.clear();
        }
        entries.insert(name, Read { value, at: now });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_believed_for_as_long_as_the_reader_says() {
        let (cache, read) = (Cache::default(), Instant::now());
        cache.put("one".to_owned(), Some(1), read);
        let known = |believed_for, age| {
            cache
                .get("one", believed_for, read + Duration::from_secs(age))
                .is_some()
        };
        assert!(known(Duration::from_mins(5), 299) && !known(Duration::from_mins(5), 300));
        assert!(known(Duration::from_mins(1), 59) && !known(Duration::from_mins(1), 60));
    }

    #[test]
    fn that_there_is_no_value_is_remembered_too() {
        let (cache, now) = (Cache::<u8>::default(), Instant::now());
        cache.put("nobody".to_owned(), None, now);
        let read = cache.get("nobody", Duration::from_mins(5), now);
        assert!(read.is_some_and(|read| read.value.is_none()));
        assert!(cache.get("never asked", Duration::from_mins(5), now).is_none());
    }

    #[test]
    fn a_flood_of_made_up_customers_does_not_fill_the_memory() {
        let (cache, now) = (Cache::<u8>::default(), Instant::now());
        for number in 0..=MOST_ENTRIES * 2 {
            cache.put(format!("nobody-{number}"), None, now);
        }
        assert!(cache.0.lock().expect("not poisoned").len() <= MOST_ENTRIES);
    }
}
