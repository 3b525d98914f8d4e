//! Receives the body of an answer within bounds: of its bytes while they arrive, and of the memory that its values would take before
//! any of them is decoded.

use std::time::Duration;

use habitsync_domain::vendors::json_text::readable;
use reqwest::Response;

use crate::error::{HttpError, PrivateBody};

/// Bytes that are read of a refusal: enough for its code and its fields. A longer one, a proxy's page as a rule, is kept up to here.
const REFUSAL_BYTES: usize = 64 * 1024;

/// The memory that the values of one answer may take. A page of 200 employees with 100 fields each takes about 2 MiB.
const MOST_MEMORY: usize = 48 * 1024 * 1024;

/// What an object, a list and one more value in either take in memory beside their texts, about.
const OBJECT: usize = 400;
const LIST: usize = 130;
const VALUE: usize = 80;

/// Receives the body of a success.
///
/// # Errors
/// It is larger than `limit_bytes`, would take too much memory, or does not arrive whole.
pub(crate) async fn receive(
    mut response: Response,
    limit_bytes: usize,
    timeout: Duration,
) -> Result<PrivateBody, HttpError> {
    let announced = response
        .content_length()
        .map_or(0, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
    if announced > limit_bytes {
        return Err(HttpError::TooLarge { limit_bytes });
    }
    let mut body = Vec::with_capacity(announced);
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| HttpError::while_reading(error, timeout))?
    {
        if body.len() + chunk.len() > limit_bytes {
            return Err(HttpError::TooLarge { limit_bytes });
        }
        body.extend_from_slice(&chunk);
    }
    if memory_of(&body) > MOST_MEMORY {
        return Err(HttpError::TooLarge {
            limit_bytes: MOST_MEMORY,
        });
    }
    Ok(PrivateBody(readable(body)))
}

/// Receives the beginning of a refusal's body; what cannot be read is not there.
pub(crate) async fn receive_refusal(mut response: Response) -> PrivateBody {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = REFUSAL_BYTES - body.len();
        body.extend_from_slice(&chunk[..room.min(chunk.len())]);
        if body.len() == REFUSAL_BYTES {
            break;
        }
    }
    PrivateBody(readable(body))
}

/// About the memory that the values of a JSON text take. Nothing is decoded: brackets and commas outside texts are counted.
fn memory_of(json: &[u8]) -> usize {
    let (mut memory, mut in_text, mut is_escaped) = (0, false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_text => is_escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' => memory += OBJECT,
            b'[' => memory += LIST,
            b',' => memory += VALUE,
            _ => {}
        }
    }
    memory
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_weigh_nothing_however_they_look() {
        assert_eq!(memory_of(br#""{{[[,,\"{[,\\""#), 0);
        assert_eq!(memory_of(br#"{"a,{": [1, 2, "\"[,"]}"#), OBJECT + LIST + 2 * VALUE);
    }

    #[test]
    fn a_full_page_is_far_within_the_bound_and_a_page_of_nothing_but_brackets_is_not() {
        let fields: Vec<_> = (0..100)
            .map(|field| format!(r#""field{field}": "a value, {{as it is}}""#))
            .collect();
        let record = format!("{{{}}}", fields.join(","));
        let page = format!(r#"{{"data": [{}]}}"#, vec![record; 200].join(","));
        assert!(memory_of(page.as_bytes()) * 20 < MOST_MEMORY);
        for part in ["{},", "[],", "1,", "{\"a\":0},"] {
            let hostile = part.repeat(4 * 1024 * 1024 / part.len());
            assert!(memory_of(hostile.as_bytes()) > MOST_MEMORY, "{part}");
        }
    }
}
