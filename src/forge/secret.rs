//! Tokens: finds them in the environment or in git's credential helper, and keeps them out of every text.

use super::Kind;
use super::address::Site;
use super::http::part;
use crate::git::Git;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD as BASE64, BASE64_URL_SAFE as BASE64_URL};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::path::Path;

/// What stands in the place of a secret.
const HIDDEN: &str = "…";
/// Characters of base64 that are looked for at least: fewer are found where there is no secret.
const RECOGNISABLE: usize = 6;
/// Parts of the names of parameters that hold a secret.
const SECRET_PARAMETERS: [&str; 6] = ["token", "password", "passwd", "secret", "auth", "key"];

/// Something that is sent and never shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("…")
    }
}

impl Secret {
    /// One, if there is anything to it.
    fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The text, for a header or a child's environment.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Whether GitHub made it for an App (<https://github.blog/changelog/2021-03-31-authentication-token-format-updates-are-generally-available/>).
    pub(crate) fn is_of_app(&self) -> bool {
        self.0.starts_with("ghs_")
    }

    /// `text` without the secret, be it as it is, percent-encoded, or in base64 with whatever is before it, as in
    /// the header of Basic authentication.
    pub(crate) fn strip(&self, text: &str) -> String {
        let mut text = text.replace(&self.0, HIDDEN);
        for encoded in [part(&self.0), utf8_percent_encode(&self.0, NON_ALPHANUMERIC).to_string()] {
            text = text.replace(&encoded, HIDDEN);
        }
        for before in 0..3 {
            for core in self.base64_cores(before) {
                text = hide_base64(&text, &core);
            }
        }
        text
    }

    /// What base64 makes of the secret when `before` bytes of a group of three precede it, in both alphabets,
    /// without the characters at its ends that depend on what is around it.
    fn base64_cores(&self, before: usize) -> [String; 2] {
        let bytes = [&[0; 2][..before], self.0.as_bytes()].concat();
        let (first, last) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        [BASE64.encode(&bytes), BASE64_URL.encode(&bytes)]
            .map(|all| all.get(first..last).unwrap_or_default().to_owned())
    }
}

/// `text` without any run of base64 that has `core` in it.
fn hide_base64(text: &str, core: &str) -> String {
    if core.len() < RECOGNISABLE || !text.contains(core) {
        return text.to_owned();
    }
    let in_base64 = |ch: char| ch.is_ascii_alphanumeric() || "+/-_=".contains(ch);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(core) {
        let (before, after) =
            (rest.get(..at).unwrap_or_default(), rest.get(at + core.len()..).unwrap_or_default());
        out.push_str(before.trim_end_matches(in_base64));
        out.push_str(HIDDEN);
        rest = after.trim_start_matches(in_base64);
    }
    out + rest
}

/// An address as a message may show it: without its user, and without parameters that may be secrets.
pub(crate) fn without_credentials(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").map_or(("", address), |(scheme, rest)| (scheme, rest));
    let (rest, query) = rest.find(['?', '#']).map_or((rest, ""), |at| rest.split_at(at));
    // A password may hold a slash.
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let mut out = if scheme.is_empty() { rest.to_owned() } else { format!("{scheme}://{rest}") };
    for parameter in query.split_inclusive(['?', '#', '&', ';']) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let is_secret = SECRET_PARAMETERS.iter().any(|part| name.to_ascii_lowercase().contains(part));
        if value.is_empty() || !is_secret {
            out.push_str(parameter);
            continue;
        }
        out.extend([name, "=", HIDDEN]);
        out.extend(value.chars().last().filter(|last| "?#&;".contains(*last)));
    }
    out
}

/// A token and what is known of it.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    /// The token.
    pub(crate) secret: Secret,
    /// A run of GitHub Actions has it, and it is an App's: the run's own, or another.
    pub(crate) of_actions: bool,
}

/// The variables that may hold a token, in the order in which they are asked.
pub(crate) fn variables(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::GitHub => &["GITHUB_TOKEN", "GH_TOKEN"],
        Kind::GitLab => &["GITLAB_TOKEN"],
        Kind::Gitea => &["GITEA_TOKEN"],
    }
}

/// The token for a forge: from the environment, if `set` there is meant for it, else from git's credential helper.
/// `neutral` is a directory of no repository.
pub(crate) fn token(site: &Site, set: bool, neutral: &Path) -> Option<Token> {
    let found = set.then(|| variables(site.kind).iter().find_map(|name| Secret::new(&variable(name)?)));
    if let Some(secret) = found.flatten() {
        let of_actions =
            variable("GITHUB_ACTIONS").is_some_and(|value| value == "true") && secret.is_of_app();
        return Some(Token { secret, of_actions });
    }
    let (protocol, _) = site.web.split_once("://")?;
    let git = Git::apart(neutral).args(["-c", "core.askPass=", "credential", "fill"]);
    let git = git.env("GIT_ASKPASS", "").env("SSH_ASKPASS", "").env("GCM_INTERACTIVE", "never");
    let asked = git.input(format!("protocol={protocol}\nhost={}\n\n", site.host())).line().ok()?;
    let password = asked.lines().find_map(|line| line.strip_prefix("password="))?;
    Some(Token { secret: Secret::new(password)?, of_actions: false })
}

/// A variable of this process. The only place that asks for one: a plan never depends on any.
#[expect(clippy::disallowed_methods, reason = "tokens and addresses, not plans")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{BASE64, Secret, without_credentials};
    use base64::Engine as _;

    #[test]
    fn a_secret_is_not_shown() {
        let Some(secret) = Secret::new(" s3cret\n") else { return };
        assert_eq!(format!("{secret:?}"), "…");
        assert_eq!(secret.strip("fatal: bad s3cret here"), "fatal: bad … here");
        assert_eq!(secret.expose(), "s3cret");
        assert_eq!(Secret::new(" \n"), None);
    }

    #[test]
    fn a_secret_is_not_shown_in_another_form() {
        let Some(secret) = Secret::new("ghp_a+b/c=0123456789") else { return };
        for user in ["", "x", "x-access-token:", "oauth2:", "ada:", "ünï:"] {
            for after in ["", "\n", "@host"] {
                let basic = BASE64.encode(format!("{user}{}{after}", secret.expose()));
                let said = secret.strip(&format!("Authorization: Basic {basic}, and more"));
                assert_eq!(said, "Authorization: Basic …, and more", "{user:?} {after:?}");
                let url_safe = basic.replace('+', "-").replace('/', "_");
                assert_eq!(secret.strip(&format!("<{url_safe}>")), "<…>", "{user:?} {after:?}");
            }
        }
        for encoded in ["ghp%5Fa%2Bb%2Fc%3D0123456789", "ghp_a%2Bb%2Fc%3D0123456789"] {
            assert_eq!(secret.strip(&format!("?token={encoded}&x")), "?token=…&x");
        }
        assert_eq!(secret.strip("nothing of it, YWJjZGVm"), "nothing of it, YWJjZGVm");
    }

    #[test]
    fn an_address_is_shown_without_what_lets_one_in() {
        for (address, want) in [
            ("https://ada:t0ken@host/a/b", "https://host/a/b"),
            ("https://ada:t0/ken@host/a/b", "https://host/a/b"),
            ("https://host/a/b?token=t0ken", "https://host/a/b?token=…"),
            ("https://host/a/b?x=1&access_token=t0ken&y=2", "https://host/a/b?x=1&access_token=…&y=2"),
            ("https://host/a#PRIVATE_TOKEN=t0=ken", "https://host/a#PRIVATE_TOKEN=…"),
            ("git@host:a/b", "host:a/b"),
            ("acme/shop", "acme/shop"),
        ] {
            assert_eq!(without_credentials(address), want, "{address}");
        }
    }
}
