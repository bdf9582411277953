//! Reads the headers and the text of a response, whichever forge sent it: redirects, error messages, the next page.

use serde_json::Value;
use ureq::http::HeaderMap;

/// Bytes of an answer that an error quotes.
pub(super) const QUOTED: usize = 600;

/// An answer, whatever it says.
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// The text; what is not UTF-8 in it is replaced.
    pub(super) text: String,
}

impl Response {
    /// Whether the call was carried out.
    pub(super) fn is_success(&self) -> bool {
        (200..=299).contains(&self.status)
    }
}

/// Which page of a list comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// This was the last one.
    None,
    /// The one with this number.
    Page(usize),
    /// There is one, and its number is not said.
    Unknown,
}

/// Scheme, host and port of an address.
pub(super) fn origin(address: &str) -> &str {
    let start = address.find("://").map_or(0, |at| at + 3);
    let end = address.get(start..).and_then(|rest| rest.find('/')).map_or(address.len(), |at| start + at);
    address.get(..end).unwrap_or(address)
}

/// Where an answer redirects to, if that is at `origin` too and the call may be repeated there as it is.
pub(super) fn redirect(Response { status, headers, .. }: &Response, origin: &str) -> Option<String> {
    let to = headers.get("location")?.to_str().ok()?;
    let rest = to.strip_prefix(origin).unwrap_or(to);
    // 301 and 302 would turn a change into a read, but no call that changes something comes to them: a
    // repository is asked for its name first.
    (matches!(status, 301 | 302 | 307 | 308) && rest.starts_with('/') && !rest.starts_with("//"))
        .then(|| format!("{origin}{rest}"))
}

/// What an answer says, short: its messages where it has the usual shape, else its beginning.
pub(super) fn message_of(text: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    if let Ok(json) = serde_json::from_str::<Value>(text) {
        for key in ["message", "error", "error_description", "errors"] {
            collect(json.get(key), &mut parts);
        }
    }
    if parts.is_empty() {
        parts.push(text.trim().to_owned());
    }
    parts.dedup();
    let mut said = parts.join(": ");
    said.truncate(nixpacks_transforms::text::floor(&said, QUOTED));
    if said.is_empty() { said } else { format!(": {said}") }
}

fn collect(value: Option<&Value>, parts: &mut Vec<String>) {
    match value {
        Some(Value::String(text)) if !text.is_empty() => parts.push(text.clone()),
        Some(Value::Array(items)) => items.iter().for_each(|item| collect(Some(item), parts)),
        Some(Value::Object(fields)) if fields.contains_key("message") => {
            collect(fields.get("message"), parts);
        }
        Some(Value::Object(fields)) => {
            let said = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
            let text = format!("{} {} {}", said("resource"), said("field"), said("code"));
            collect(Some(&Value::String(text.trim().to_owned())), parts);
            // GitLab's: a field, and what is wrong with it.
            fields.values().filter(|value| value.is_array()).for_each(|value| collect(Some(value), parts));
        }
        _ => {}
    }
}

/// The next page: by GitHub's and Gitea's `Link` (RFC 8288), or GitLab's `X-Next-Page`.
pub(super) fn next_page(headers: &HeaderMap) -> Next {
    let number =
        |text: Option<&str>| text.and_then(|text| text.parse().ok()).map_or(Next::Unknown, Next::Page);
    if let Some(next) = headers.get("x-next-page") {
        return if next.is_empty() { Next::None } else { number(next.to_str().ok()) };
    }
    let links = headers.get_all("link").iter().filter_map(|links| links.to_str().ok());
    let Some(next) = links.flat_map(|links| links.split(',')).find(|link| link.contains("rel=\"next\""))
    else {
        return Next::None;
    };
    let query =
        next.split(['<', '>']).nth(1).and_then(|address| address.split_once('?')).map(|(_, query)| query);
    number(query.and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("page="))))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{HeaderMap, Next, Response, message_of, next_page, origin, redirect};

    #[test]
    fn quotes_what_each_forge_says_is_wrong() {
        for (text, want) in [
            (
                r#"{"message":"Validation Failed","errors":[{"resource":"PullRequest","code":"custom","message":"A pull request already exists for a:b."}]}"#,
                ": Validation Failed: A pull request already exists for a:b.",
            ),
            (
                r#"{"message":"Validation Failed","errors":[{"resource":"PullRequest","field":"head","code":"invalid"}]}"#,
                ": Validation Failed: PullRequest head invalid",
            ),
            (
                r#"{"message":["Another open merge request already exists"]}"#,
                ": Another open merge request already exists",
            ),
            (r#"{"message":{"base":["is not allowed"]}}"#, ": is not allowed"),
            ("<html>gone</html>", ": <html>gone</html>"),
            ("", ""),
        ] {
            assert_eq!(message_of(text), want, "{text}");
        }
        assert!(message_of(&"ü".repeat(5000)).len() < 700);
    }

    #[test]
    fn takes_the_number_of_the_next_page_and_nothing_else() {
        let page = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            next_page(&headers)
        };
        let link =
            "<https://evil.example/x?per_page=100&page=3>; rel=\"next\", <https://x/?page=9>; rel=\"last\"";
        assert_eq!(page("link", link), Next::Page(3));
        assert_eq!(page("link", "<https://x/?page=1>; rel=\"prev\""), Next::None);
        assert_eq!(page("x-next-page", "2"), Next::Page(2));
        assert_eq!(page("x-next-page", ""), Next::None);
        assert_eq!(next_page(&HeaderMap::new()), Next::None);
        // A list that goes on is not one that ends here.
        for (name, value) in [
            ("link", "<https://x/?cursor=abc>; rel=\"next\""),
            ("link", "<https://x/?page=18446744073709551616>; rel=\"next\""),
            ("x-next-page", "soon"),
        ] {
            assert_eq!(page(name, value), Next::Unknown, "{name}: {value}");
        }
    }

    #[test]
    fn follows_a_redirect_to_the_same_host_and_port_alone() {
        let to = |status: u16, location: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("location", location.parse().unwrap());
            let response = Response { status, headers, text: String::new() };
            redirect(&response, origin("https://git.acme.org:8443/api/v3"))
        };
        let here = "https://git.acme.org:8443/api/v3/repositories/7";
        assert_eq!(to(301, here).as_deref(), Some(here));
        assert_eq!(to(307, "/api/v3/repositories/7").as_deref(), Some(here));
        for (status, location) in [
            (301, "https://git.acme.org/api/v3/x"),
            (301, "http://git.acme.org:8443/api/v3/x"),
            (301, "https://git.acme.org:8443.evil.example/x"),
            (301, "//evil.example/x"),
            (201, here),
            (304, here),
        ] {
            assert_eq!(to(status, location), None, "{status} {location}");
        }
    }
}
