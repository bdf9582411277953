//! When a call is sent again, and after how long.

use super::http::Method;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use ureq::http::HeaderMap;

/// Attempts beyond the first.
const RETRIES: u32 = 4;
/// A forge that asks for more patience than this gets an error in its place.
const LONGEST: Duration = Duration::from_secs(300);
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

/// An answer that is no success.
pub(super) struct Told<'a> {
    pub(super) status: u16,
    pub(super) headers: &'a HeaderMap,
    pub(super) text: &'a str,
}

/// How long to wait before sending again a call that was refused; `None` is not to.
pub(super) fn after_answer(method: Method, told: &Told<'_>, attempt: u32, now: u64) -> Option<Duration> {
    if attempt >= RETRIES {
        return None;
    }
    let wait = if limited(told) {
        // It was turned away, so it had no effect, whatever it was.
        named(told.headers, now).unwrap_or(SECONDARY * 2_u32.pow(attempt))
    } else if method == Method::Get && matches!(told.status, 500 | 502..=504) {
        named(told.headers, now).unwrap_or_else(|| backoff(attempt))
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
pub(super) fn later(headers: &HeaderMap, status: u16, now: u64) -> String {
    match named(headers, now) {
        Some(wait) if matches!(status, 403 | 429 | 503) && wait > Duration::ZERO => {
            format!(
                "; it asks to wait {} seconds: run this again then, it goes on where it stopped",
                wait.as_secs()
            )
        }
        _ => String::new(),
    }
}

/// Whether the forge counts calls and this was one too many.
fn limited(told: &Told<'_>) -> bool {
    let spent = || number(told.headers, "x-ratelimit-remaining") == Some(0);
    let secondary = || told.text.contains("secondary rate limit");
    match told.status {
        429 => true,
        403 => told.headers.contains_key("retry-after") || spent() || secondary(),
        _ => false,
    }
}

/// The wait that the headers name.
fn named(headers: &HeaderMap, now: u64) -> Option<Duration> {
    if let Some(seconds) = number(headers, "retry-after") {
        return Some(Duration::from_secs(seconds));
    }
    let reset =
        |remaining, reset| (number(headers, remaining) == Some(0)).then(|| number(headers, reset)).flatten();
    let reset = reset("x-ratelimit-remaining", "x-ratelimit-reset")
        .or_else(|| reset("ratelimit-remaining", "ratelimit-reset"))?;
    Some(Duration::from_secs(reset.saturating_sub(now)))
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

fn backoff(attempt: u32) -> Duration {
    Duration::from_millis(500 * 2_u64.pow(attempt))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Duration, HeaderMap, Method, RETRIES, Told, after_answer, after_silence, later};

    fn wait(method: Method, status: u16, named: &[(&'static str, &str)], text: &str) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for (name, value) in named {
            headers.insert(*name, value.parse().unwrap());
        }
        let told = Told { status, headers: &headers, text };
        after_answer(method, &told, 0, 1_000).map(|wait| wait.as_secs())
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
    fn gives_up() {
        let headers = HeaderMap::new();
        let told = Told { status: 502, headers: &headers, text: "" };
        assert_eq!(after_answer(Method::Get, &told, RETRIES, 0), None);
        assert_eq!(after_silence(Method::Get, RETRIES), None);
        assert_eq!(after_silence(Method::Get, 1), Some(Duration::from_secs(1)));
        assert_eq!(after_silence(Method::Post, 0), None);
    }

    #[test]
    fn says_when_to_come_back() {
        let mut headers = HeaderMap::new();
        assert_eq!(later(&headers, 403, 0), "");
        headers.insert("retry-after", "3600".parse().unwrap());
        assert!(later(&headers, 403, 0).contains("wait 3600 seconds"));
        assert_eq!(later(&headers, 404, 0), "");
    }
}
