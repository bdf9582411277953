//! Tokens: where they come from, and that they are never shown.

use super::Kind;
use super::address::Site;
use crate::git::Git;
use std::path::Path;

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

    /// `text` without the secret.
    pub(crate) fn strip(&self, text: &str) -> String {
        text.replace(&self.0, "…")
    }
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
    use super::Secret;

    #[test]
    fn a_secret_is_not_shown() {
        let Some(secret) = Secret::new(" s3cret\n") else { return };
        assert_eq!(format!("{secret:?}"), "…");
        assert_eq!(secret.strip("fatal: bad s3cret here"), "fatal: bad … here");
        assert_eq!(secret.expose(), "s3cret");
        assert_eq!(Secret::new(" \n"), None);
    }
}
