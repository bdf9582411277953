//! JSON over HTTP: sends a request, and turns everything that can go wrong with it into a `ForgeError`.

use super::response::{QUOTED, Response, message_of, origin, redirect};
use super::retry::{self, Clock, System};
use super::secret::{self, Secret};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io::Read as _;
use std::time::Duration;
use ureq::Agent;
use ureq::http::Request as HttpRequest;
use ureq::tls::{RootCerts, TlsConfig};

/// The longest answer that is read.
const LONGEST: u64 = 16 << 20;
/// The same of an answer that is no success: only its beginning is quoted.
const LONGEST_REFUSAL: u64 = 64 << 10;
/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(15);
/// Redirects that are followed.
const REDIRECTS: usize = 3;

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Reads.
    Get,
    /// Makes something new: never sent again when it is not known what became of it.
    Post,
    /// Changes a part.
    Patch,
    /// Changes.
    Put,
}

impl Method {
    /// Its name in HTTP.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Put => "PUT",
        }
    }
}

/// One request: to be sent, or to be shown by a dry run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    /// What it does.
    pub(crate) method: Method,
    /// Path and query, below the address of the interface.
    pub(crate) path: String,
    /// What it sends.
    pub(crate) body: Option<Value>,
}

impl Request {
    /// A call that sends something.
    pub(crate) fn new(method: Method, path: String, body: Value) -> Self {
        Self { method, path, body: Some(body) }
    }

    /// A call that reads.
    pub(super) fn get(path: &str) -> Self {
        Self { method: Method::Get, path: path.to_owned(), body: None }
    }

    /// `POST /repos/acme/shop/pulls`, without the query.
    pub(crate) fn description(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        // The one without a path of its own.
        format!("{} {}", self.method.name(), if path.is_empty() { "/graphql" } else { path })
    }
}

/// A request that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ForgeError {
    /// The status of the answer, if there was one.
    pub(crate) status: Option<u16>,
    /// A phrase that names the call and quotes the answer.
    pub(crate) message: String,
}

impl std::fmt::Display for ForgeError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for ForgeError {}

impl ForgeError {
    /// An error that no answer caused.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { status: None, message: message.into() }
    }
}

/// Sends requests to one forge.
pub(crate) struct Client {
    agent: Agent,
    base: String,
    headers: Vec<(&'static str, String)>,
    token: Option<Secret>,
    clock: Box<dyn Clock>,
}

impl Client {
    /// A client for the interface at `base`. `headers` go with every call; the token's own is among them.
    pub(crate) fn new(
        base: &str,
        headers: Vec<(&'static str, String)>,
        token: Option<Secret>,
        roots: Option<&RootCerts>,
    ) -> Self {
        let mut tls = TlsConfig::builder();
        if let Some(roots) = roots {
            tls = tls.root_certs(roots.clone());
        }
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .timeout_connect(Some(CONNECT))
            // They are followed here, where it is known which port belongs to the forge.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("nixpacks-fix/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build())
            .build();
        let base = base.trim_end_matches('/').to_owned();
        Self { agent: agent.into(), base, headers, token, clock: Box::new(System) }
    }

    /// The address of the interface.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The token, for git.
    pub(crate) fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }

    /// Sends a call, again if need be: the answer.
    pub(crate) fn send(&self, request: &Request) -> Result<Value, ForgeError> {
        self.send_to(&self.base, request)
    }

    /// Sends a call to another address of the same forge.
    pub(crate) fn send_to(&self, base: &str, request: &Request) -> Result<Value, ForgeError> {
        let answer = self.answer(request, base)?;
        if answer.text.trim().is_empty() {
            Ok(Value::Null)
        } else {
            self.parse(&request.description(), &answer.text)
        }
    }

    /// What stands at `path`.
    pub(super) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ForgeError> {
        let request = Request::get(path);
        self.parse(&request.description(), &self.answer(&request, &self.base)?.text)
    }

    /// What stands at `path`; `None` where nothing does.
    pub(super) fn find<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, ForgeError> {
        match self.get(path) {
            Err(ForgeError { status: Some(404), .. }) => Ok(None),
            found => found.map(Some),
        }
    }

    /// The answer to a call, sent again if need be; anything but a success is an error.
    pub(super) fn answer(&self, request: &Request, base: &str) -> Result<Response, ForgeError> {
        let mut attempt = 0;
        loop {
            let tried = self.send_once(request, base);
            let wait = match &tried {
                // A body that is too long would be again.
                Err(ureq::Error::BodyExceedsLimit(_)) => None,
                Ok(response) if response.is_success() => None,
                Ok(response) => retry::after_answer(request.method, response, attempt, self.clock.now()),
                Err(_) => retry::after_silence(request.method, attempt),
            };
            if let Some(wait) = wait {
                self.clock.sleep(wait);
                attempt += 1;
                continue;
            }
            return self.check_status(request, tried);
        }
    }

    fn check_status(
        &self,
        request: &Request,
        tried: Result<Response, ureq::Error>,
    ) -> Result<Response, ForgeError> {
        let name = request.description();
        let response = tried.map_err(|error| {
            ForgeError::new(self.clean(&format!("`{name}` at {} got no answer: {error}", self.base)))
        })?;
        if response.is_success() {
            return Ok(response);
        }
        let Response { status, headers, text } = &response;
        let message_text = match headers.get("location").and_then(|to| to.to_str().ok()) {
            Some(to) if *status < 400 => {
                let to = secret::without_credentials(to);
                format!(": it redirects to `{to}`, which is not at this forge")
            }
            _ => message_of(text),
        };
        let when = retry::when_to_come_back(headers, *status, self.clock.now());
        let message = self.clean(&format!("`{name}` was answered with {status}{message_text}{when}"));
        Err(ForgeError { status: Some(*status), message })
    }

    /// One attempt. A repository that was renamed redirects, and is followed as long as that stays at the forge:
    /// nobody else is told the token.
    fn send_once(&self, request: &Request, base: &str) -> Result<Response, ureq::Error> {
        let mut address = format!("{base}{}", request.path);
        for _ in 0..REDIRECTS {
            let response = self.exchange(request, &address)?;
            match redirect(&response, origin(base)) {
                Some(next) => address = next,
                None => return Ok(response),
            }
        }
        self.exchange(request, &address)
    }

    fn exchange(&self, request: &Request, address: &str) -> Result<Response, ureq::Error> {
        let mut http_request = HttpRequest::builder().method(request.method.name()).uri(address);
        for (name, value) in &self.headers {
            http_request = http_request.header(*name, value);
        }
        let mut incoming = match &request.body {
            Some(body) => {
                let http_request = http_request.header("Content-Type", "application/json");
                self.agent.run(http_request.body(body.to_string())?)
            }
            None => self.agent.run(http_request.body(())?),
        }?;
        let (status, headers) = (incoming.status().as_u16(), incoming.headers().clone());
        let mut response = Response { status, headers, text: String::new() };
        let mut bytes = Vec::new();
        let mut body = incoming.body_mut().with_config().limit(LONGEST).reader();
        if response.is_success() {
            body.read_to_end(&mut bytes)?;
        } else {
            // The status says what became of the call, whether the text comes whole or not.
            let _ = body.take(LONGEST_REFUSAL).read_to_end(&mut bytes);
        }
        response.text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(response)
    }

    /// What an answer says, as `T`.
    pub(super) fn read<T: DeserializeOwned>(&self, name: &str, json: Value) -> Result<T, ForgeError> {
        serde_json::from_value(json).map_err(|error| self.unreadable(name, &error))
    }

    /// The text of an answer, as `T`.
    pub(super) fn parse<T: DeserializeOwned>(&self, name: &str, text: &str) -> Result<T, ForgeError> {
        serde_json::from_str(text).map_err(|error| self.unreadable(name, &error))
    }

    fn unreadable(&self, name: &str, error: &serde_json::Error) -> ForgeError {
        // It may quote the answer, which may repeat the token, at any length.
        let mut why = self.clean(&error.to_string());
        why.truncate(nixpacks_transforms::text::floor(&why, QUOTED));
        ForgeError::new(format!("cannot read the answer to `{name}`: {why}"))
    }

    /// `text` without the token, should an answer repeat it.
    pub(crate) fn clean(&self, text: &str) -> String {
        self.token.as_ref().map_or_else(|| text.to_owned(), |token| token.strip(text))
    }
}

/// The certificates in a file of the PEM format; `None` where it holds none.
pub(crate) fn certificates(pem: &[u8]) -> Option<RootCerts> {
    let parsed: Vec<_> = ureq::tls::parse_pem(pem)
        .filter_map(|item| match item {
            Ok(ureq::tls::PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    (!parsed.is_empty()).then(|| RootCerts::new_with_certs(&parsed))
}

/// `text` as one part of a path or a query.
pub(super) fn part(text: &str) -> String {
    const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, PLAIN).to_string()
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn encodes_what_would_end_a_part() {
        assert_eq!(part("a/b?c=ü #1"), "a%2Fb%3Fc%3D%C3%BC%20%231");
    }
}
