//! Decides when a request is sent again, and after how long.

use super::http::Method;
use super::response::Response;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use ureq::http::HeaderMap;

/// Attempts beyond the first.
const RETRIES: u32 = 4;
/// A forge that asks for more patience than this gets an error in its place.
const LONGEST: Duration = Duration::from_secs(300);
/// Nobody means more than this: it is not told as a time to come back.
const ABSURD: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// What GitHub asks for after a secondary rate limit that names no time: "at least one minute".
const SECONDARY: Duration = Duration::from_secs(60);

/// The time, and waiting for it.
pub(super) trait Clock: Send + Sync {
    /// Seconds since 1970.
    fn now(&self) -> u64;
    /// Waits.
    fn sleep(&self, time: Duration);
}

/// This machine's clock.
pub(super) struct System;

impl Clock for System {
    fn now(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// How long to wait before sending again a call that was refused; `None` is not to.
pub(super) fn after_answer(method: Method, response: &Response, attempt: u32, now: u64) -> Option<Duration> {
    if attempt >= RETRIES {
        return None;
    }
    let wait = if is_rate_limited(response) {
        // It was turned away, so it had no effect, whatever it was.
        requested_wait(&response.headers, now).unwrap_or(SECONDARY * 2_u32.pow(attempt))
    } else if method == Method::Get && matches!(response.status, 500 | 502..=504) {
        requested_wait(&response.headers, now).unwrap_or_else(|| backoff(attempt))
    } else {
        return None;
    };
    (wait <= LONGEST).then_some(wait)
}

/// The same for a call that got no answer: a change may have been made, so only reading is repeated.
pub(super) fn after_silence(method: Method, attempt: u32) -> Option<Duration> {
    (method == Method::Get && attempt < RETRIES).then(|| backoff(attempt))
}

/// What an error says about coming back.
pub(super) fn when_to_come_back(headers: &HeaderMap, status: u16, now: u64) -> String {
    if !matches!(status, 403 | 429 | 503) {
        return String::new();
    }
    match requested_wait(headers, now) {
        Some(wait) if wait > ABSURD => "; it asks to wait for more than a year".to_owned(),
        Some(wait) if wait > Duration::ZERO => {
            format!(
                "; it asks to wait {} seconds: run this again then, it goes on where it stopped",
                wait.as_secs()
            )
        }
        None if headers.contains_key("retry-after") => "; its `Retry-After` is no time".to_owned(),
        _ => String::new(),
    }
}

/// Whether the forge counts calls and this was one too many.
fn is_rate_limited(response: &Response) -> bool {
    let spent = || number(&response.headers, "x-ratelimit-remaining") == Some(0);
    // GitHub may leave out the header that it documents for a secondary limit; its message is then all there is.
    let secondary = || response.text.contains("secondary rate limit");
    match response.status {
        429 => true,
        403 => response.headers.contains_key("retry-after") || spent() || secondary(),
        _ => false,
    }
}

/// The wait that the headers name; `None` where they name none that can be read.
fn requested_wait(headers: &HeaderMap, now: u64) -> Option<Duration> {
    let retry_after =
        headers.get("retry-after").and_then(|value| retry_after(value.to_str().ok()?.trim(), now));
    let reset =
        |remaining, reset| (number(headers, remaining) == Some(0)).then(|| number(headers, reset)).flatten();
    let reset = || {
        reset("x-ratelimit-remaining", "x-ratelimit-reset")
            .or_else(|| reset("ratelimit-remaining", "ratelimit-reset"))
    };
    retry_after.or_else(|| Some(reset()?.saturating_sub(now))).map(Duration::from_secs)
}

/// The seconds that a `Retry-After` asks for: it names them, or a date (RFC 9110, 10.2.3).
fn retry_after(value: &str, now: u64) -> Option<u64> {
    if let Some(seconds) = digits(value) {
        return Some(seconds);
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp().as_second();
    Some(u64::try_from(date).unwrap_or_default().saturating_sub(now))
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    digits(headers.get(name)?.to_str().ok()?.trim())
}

/// A number of any length: the largest there is for one that is larger.
fn digits(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

fn backoff(attempt: u32) -> Duration {
    Duration::from_millis(500 * 2_u64.pow(attempt))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{
        Duration, HeaderMap, Method, RETRIES, Response, after_answer, after_silence, when_to_come_back,
    };

    fn wait(method: Method, status: u16, named: &[(&'static str, &str)], text: &str) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for (name, value) in named {
            headers.insert(*name, value.parse().unwrap());
        }
        let response = Response { status, headers, text: text.to_owned() };
        after_answer(method, &response, 0, 1_000).map(|wait| wait.as_secs())
    }

    #[test]
    fn waits_as_the_forge_asks_and_repeats_no_change_that_may_have_been_made() {
        let spent = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1042")];
        let gitlab = [("ratelimit-remaining", "0"), ("ratelimit-reset", "1007")];
        for (method, status, headers, text, want) in [
            (Method::Post, 429, &[("retry-after", "7")][..], "", Some(7)),
            (Method::Post, 403, &[("retry-after", "0")], "", Some(0)),
            (Method::Post, 403, &spent, "", Some(42)),
            (Method::Get, 429, &gitlab, "", Some(7)),
            (Method::Post, 403, &[], "You have exceeded a secondary rate limit.", Some(60)),
            (Method::Post, 403, &[], "Resource not accessible by integration", None),
            (Method::Get, 429, &[("retry-after", "3600")], "", None),
            (Method::Get, 502, &[], "", Some(0)),
            (Method::Post, 502, &[], "", None),
            (Method::Patch, 500, &[], "", None),
            (Method::Get, 404, &[], "", None),
        ] {
            assert_eq!(wait(method, status, headers, text), want, "{method:?} {status} {headers:?} {text}");
        }
    }

    #[test]
    fn a_retry_after_may_be_a_date_or_nonsense() {
        const AT_1000: &str = "Thu, 01 Jan 1970 00:16:40 GMT";
        for (value, want) in [
            ("Thu, 01 Jan 1970 00:16:47 GMT", Some(7)),
            (AT_1000, Some(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Thu, 01 Jan 2099 00:00:00 GMT", None),
            ("18446744073709551615", None),
            ("99999999999999999999999999", None),
            // As where it names no time.
            ("-5", Some(60)),
            ("1.5", Some(60)),
            ("soon", Some(60)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(60)),
            ("", Some(60)),
        ] {
            assert_eq!(wait(Method::Post, 429, &[("retry-after", value)], ""), want, "{value}");
        }
        // One that cannot be read hides no other that can.
        let both = [("retry-after", "soon"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1042")];
        assert_eq!(wait(Method::Post, 429, &both, ""), Some(42));
    }

    #[test]
    fn gives_up() {
        let response = Response { status: 502, headers: HeaderMap::new(), text: String::new() };
        assert_eq!(after_answer(Method::Get, &response, RETRIES, 0), None);
        assert_eq!(after_silence(Method::Get, RETRIES), None);
        assert_eq!(after_silence(Method::Get, 1), Some(Duration::from_secs(1)));
        assert_eq!(after_silence(Method::Post, 0), None);
    }

    #[test]
    fn says_when_to_come_back() {
        let mut headers = HeaderMap::new();
        assert_eq!(when_to_come_back(&headers, 403, 0), "");
        headers.insert("retry-after", "3600".parse().unwrap());
        assert!(when_to_come_back(&headers, 403, 0).contains("wait 3600 seconds"));
        assert_eq!(when_to_come_back(&headers, 404, 0), "");
        for (value, want) in [
            ("99999999999999999999999999", "more than a year"),
            ("Thu, 01 Jan 2099 00:00:00 GMT", "more than a year"),
            ("Thu, 01 Jan 1970 02:00:00 GMT", "wait 7200 seconds"),
            ("-5", "is no time"),
        ] {
            headers.insert("retry-after", value.parse().unwrap());
            assert!(
                when_to_come_back(&headers, 429, 0).contains(want),
                "{value}: {}",
                when_to_come_back(&headers, 429, 0)
            );
        }
    }
}
