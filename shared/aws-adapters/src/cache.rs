//! Answers of a service, kept in the process for a while. Absence is cached too, so that requests for made-up customers
//! seldom become calls.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Limit on the number of cached values, and on the number of cached absences; at the limit the cache is emptied of
/// that kind.
const MOST_ENTRIES: usize = 2_000;

/// Values by name.
#[derive(Debug)]
pub(crate) struct Cache<V>(Mutex<Entries<V>>);

/// Names without a value are kept apart: a flood of made-up customers must neither fill the memory nor drive out real ones.
#[derive(Debug)]
struct Entries<V> {
    there: HashMap<String, (V, Instant)>,
    absent: HashMap<String, Instant>,
}

/// A value, none where there is none.
#[derive(Debug, Clone)]
pub(crate) struct Read<V> {
    pub(crate) value: Option<V>,
}

impl<V> Default for Cache<V> {
    fn default() -> Self {
        Self(Mutex::new(Entries {
            there: HashMap::new(),
            absent: HashMap::new(),
        }))
    }
}

impl<V: Clone> Cache<V> {
    /// Returns the answer for this name that is younger than `believed_for`.
    pub(crate) fn get(&self, name: &str, believed_for: Duration, now: Instant) -> Option<Read<V>> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_believed = |at: Instant| now.duration_since(at) < believed_for;
        if let Some((value, at)) = entries.there.get(name) {
            let value = Some(value.clone());
            return is_believed(*at).then_some(Read { value });
        }
        let absent = entries.absent.get(name).filter(|at| is_believed(**at));
        absent.map(|_| Read { value: None })
    }

    /// Caches the answer read at `now`.
    pub(crate) fn put(&self, name: String, value: Option<V>, now: Instant) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = value {
            entries.absent.remove(&name);
            insert(&mut entries.there, name, (value, now));
        } else {
            entries.there.remove(&name);
            insert(&mut entries.absent, name, now);
        }
    }
}

fn insert<T>(entries: &mut HashMap<String, T>, name: String, entry: T) {
    if entries.len() >= MOST_ENTRIES && !entries.contains_key(&name) {
        entries.clear();
    }
    entries.insert(name, entry);
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
    fn a_value_that_comes_or_goes_is_what_was_read_last() {
        let (cache, now) = (Cache::<u8>::default(), Instant::now());
        for value in [Some(1), None, Some(2), None] {
            cache.put("acme".to_owned(), value, now);
            let read = cache.get("acme", Duration::from_mins(1), now);
            assert_eq!(read.map(|read| read.value), Some(value));
        }
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
    fn a_flood_of_made_up_customers_neither_fills_the_memory_nor_drives_out_a_real_one() {
        let (cache, now) = (Cache::<u8>::default(), Instant::now());
        cache.put("acme".to_owned(), Some(1), now);
        for number in 0..=MOST_ENTRIES * 2 {
            cache.put(format!("nobody-{number}"), None, now);
        }
        assert!(cache.0.lock().expect("not poisoned").absent.len() <= MOST_ENTRIES);
        let acme = cache.get("acme", Duration::from_mins(1), now);
        assert_eq!(acme.and_then(|read| read.value), Some(1), "a real customer stays");
    }
}
