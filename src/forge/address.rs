//! Parses what people type to name a repository, and finds out which forge it is at.

use super::Kind;
use super::secret::without_credentials;
use anyhow::{Context as _, anyhow, bail};

/// A forge and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    /// Which.
    pub(crate) kind: Kind,
    /// The address of its interface for programs.
    pub(crate) api: String,
    /// The address that repositories stand below.
    pub(crate) web: String,
}

/// A repository at a forge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// The forge.
    pub(crate) site: Site,
    /// `owner/name`; GitLab has groups in groups.
    pub(crate) name: String,
    /// What git is to clone and push in place of what the forge says: a remote that speaks SSH.
    pub(crate) remote: Option<String>,
}

impl Site {
    /// github.com.
    pub(crate) fn github() -> Self {
        Self::new(Kind::GitHub, "https://api.github.com", "https://github.com")
    }

    fn new(kind: Kind, api: &str, web: &str) -> Self {
        Self { kind, api: api.to_owned(), web: web.to_owned() }
    }

    /// The forge whose interface is at `api`: the end of the address tells which it is.
    pub(crate) fn at(api: &str) -> anyhow::Result<Self> {
        let api = api.trim_end_matches('/');
        let shown = without_credentials(api);
        let Some((scheme, rest)) = api.split_once("://") else {
            bail!("`{shown}` is no address; help: it starts with `https://`");
        };
        let host = rest.split('/').next().unwrap_or_default();
        if host.contains('@') {
            bail!("the address of an interface holds no user; help: {TOKENS}");
        }
        let loopback = matches!(host_name(host), "localhost" | "127.0.0.1" | "[::1]");
        if scheme != "https" && !(scheme == "http" && loopback) {
            bail!("`{shown}` would send the token for everyone to read; help: use `https://`");
        }
        let ends = [(Kind::GitHub, "/api/v3"), (Kind::GitLab, "/api/v4"), (Kind::Gitea, "/api/v1")];
        for (kind, end) in ends {
            if let Some(web) = api.strip_suffix(end) {
                return Ok(Self::new(kind, api, web));
            }
        }
        match rest.strip_prefix("api.").filter(|rest| !rest.contains('/')) {
            Some(rest) => Ok(Self::new(Kind::GitHub, api, &format!("{scheme}://{rest}"))),
            None => bail!(
                "nobody said which forge `{shown}` is; help: end it with `/api/v3` for GitHub Enterprise, `/api/v4` for \
                 GitLab, `/api/v1` for Gitea or Forgejo"
            ),
        }
    }

    /// The forge at a host that was named in the address of a repository: a public one, or `own`. A token goes
    /// to no other.
    fn of(host: &str, own: &Self) -> Option<Self> {
        if own.host() == host {
            return Some(own.clone());
        }
        match host {
            "github.com" => Some(Self::github()),
            "gitlab.com" => Some(Self::new(Kind::GitLab, "https://gitlab.com/api/v4", "https://gitlab.com")),
            "codeberg.org" => {
                Some(Self::new(Kind::Gitea, "https://codeberg.org/api/v1", "https://codeberg.org"))
            }
            _ => None,
        }
    }

    /// Whether the variables that hold tokens are meant for this forge, where `own` was named: there is one for
    /// each kind, and what is for an Enterprise is not for github.com.
    pub(crate) fn takes_variables(&self, own: &Self) -> bool {
        self == own || self.kind != own.kind
    }

    /// Host and port.
    pub(crate) fn host(&self) -> &str {
        let rest = self.web.split_once("://").map_or(self.web.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default()
    }

    /// Where git finds a repository of this forge.
    pub(crate) fn clone_url(&self, name: &str) -> String {
        format!("{}/{name}.git", self.web)
    }
}

const TOKENS: &str = "a token goes into GITHUB_TOKEN, GITLAB_TOKEN or GITEA_TOKEN";

impl Address {
    /// Reads `OWNER/NAME`, or the address of a clone. `own` is the forge for the first, and one for the second.
    pub(crate) fn parse(typed: &str, own: &Site) -> anyhow::Result<Self> {
        let shown = without_credentials(typed);
        let cannot = || format!("cannot use `{shown}` as a repository");
        let (host, path, ssh) = match split(typed).with_context(cannot)? {
            Split::Name => (own.host().to_owned(), typed, false),
            Split::Url { host, path, ssh } => (host, path, ssh),
        };
        let path = path.trim_end_matches('/');
        // An address has its path from the root of the host; a name starts with no slash.
        let path = if ssh || typed.contains("://") { path.trim_start_matches('/') } else { path };
        let name = path.strip_suffix(".git").unwrap_or(path);
        let good = |part: &str| {
            !matches!(part, "" | "." | "..")
                && !part.starts_with('-')
                && part.chars().all(|ch| ch.is_ascii_alphanumeric() || "._-~+".contains(ch))
        };
        if name.split('/').count() < 2 || !name.split('/').all(good) {
            let help = match typed {
                "status" | "close" => format!("; help: options stand behind it, `pr {typed} … --dry-run`"),
                _ => String::new(),
            };
            return Err(anyhow!("it is not `OWNER/NAME`, and no address of a clone{help}").context(cannot()));
        }
        // Over SSH the port is another.
        let site = Site::of(&host, own)
            .or_else(|| (ssh && host_name(&host) == host_name(own.host())).then(|| own.clone()));
        let Some(site) = site else {
            let unknown = anyhow!(
                "nobody said which forge `{host}` is; help: pass `--api-url https://{host}/api/v3` for GitHub \
                 Enterprise, `…/api/v4` for GitLab, `…/api/v1` for Gitea or Forgejo; or name it as `OWNER/NAME`"
            );
            return Err(unknown.context(cannot()));
        };
        if site.kind != Kind::GitLab && name.split('/').count() != 2 {
            return Err(anyhow!("it is not `OWNER/NAME`").context(cannot()));
        }
        Ok(Self { site, name: name.to_owned(), remote: ssh.then(|| typed.to_owned()) })
    }

    /// The repository that the remote at `url` is a clone of: an address, since a name there is a directory.
    pub(crate) fn of_remote(url: &str, own: &Site) -> anyhow::Result<Self> {
        match split(url) {
            Ok(Split::Name) => {
                Err(anyhow!(LOCAL)
                    .context(format!("cannot use `{}` as a repository", without_credentials(url))))
            }
            _ => Self::parse(url, own),
        }
    }

    /// `host/owner/name`, to tell repositories apart.
    pub(crate) fn key(&self) -> String {
        format!("{}/{}", self.site.host(), self.name).to_lowercase()
    }
}

/// What is said of the path of a repository on this machine.
const LOCAL: &str =
    "it is a directory of this machine, and no repository at a forge; help: name one, `pr OWNER/NAME`";

/// Whether git reads it as a path of this machine, whatever `OWNER/NAME` may mean here.
fn is_local(typed: &str) -> bool {
    let drive = typed.split_once(':').is_some_and(|(drive, path)| {
        drive.len() == 1
            && drive.bytes().all(|byte| byte.is_ascii_alphabetic())
            && path.starts_with(['/', '\\'])
    });
    let first = typed.split(['/', '\\']).next().unwrap_or_default();
    drive || typed.contains('\\') || typed.starts_with("file:") || matches!(first, "" | "." | ".." | "~")
}

enum Split<'a> {
    Name,
    Url { host: String, path: &'a str, ssh: bool },
}

fn split(typed: &str) -> anyhow::Result<Split<'_>> {
    if !typed.is_empty() && is_local(typed) {
        bail!(LOCAL);
    }
    if let Some((scheme, rest)) = typed.split_once("://") {
        let (authority, path) = rest.split_once('/').context("it has no path")?;
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let ssh = match scheme {
            "http" | "https" => false,
            "ssh" => true,
            _ => bail!("git is not asked to use `{scheme}`; help: use `https` or `ssh`"),
        };
        if !user.is_empty() && (!ssh || user.contains(':')) {
            bail!("it holds a user or a password; help: {TOKENS}");
        }
        if host.starts_with('-') || user.starts_with('-') {
            bail!("its host is none");
        }
        return Ok(Split::Url { host: host.to_lowercase(), path, ssh });
    }
    match typed.split_once(':') {
        // As scp writes it.
        Some((authority, path)) if !authority.contains('/') && !authority.starts_with('-') => {
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            if path.starts_with(':') || host.starts_with('-') {
                bail!("it is not `OWNER/NAME`, and no address of a clone");
            }
            Ok(Split::Url { host: host.to_lowercase(), path, ssh: true })
        }
        _ => Ok(Split::Name),
    }
}

fn host_name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Address, Kind, Site};
    use crate::errors::line;

    #[test]
    fn tells_forges_by_the_address_of_their_interface() {
        for (api, kind, web) in [
            ("https://api.github.com", Kind::GitHub, "https://github.com"),
            ("https://api.acme.ghe.com/", Kind::GitHub, "https://acme.ghe.com"),
            ("https://git.acme.org/api/v3", Kind::GitHub, "https://git.acme.org"),
            ("https://git.acme.org/gitlab/api/v4", Kind::GitLab, "https://git.acme.org/gitlab"),
            ("http://127.0.0.1:3000/api/v1", Kind::Gitea, "http://127.0.0.1:3000"),
        ] {
            let site = Site::at(api).unwrap();
            assert_eq!((site.kind, site.web.as_str()), (kind, web), "{api}");
        }
        for api in [
            "http://git.acme.org/api/v3",
            "https://git.acme.org",
            "https://api.x.org/v3",
            "ftp://x/api/v3",
            "git.acme.org",
            "https://t0ken@x/api/v3",
            "https://x/api?access_token=t0ken",
            "http://x.example/api/v3?token=t0ken",
            "me:t0ken@x/api/v3",
        ] {
            let error = line(&Site::at(api).unwrap_err());
            assert!(!error.contains("t0ken"), "{error}");
        }
    }

    #[test]
    fn a_variable_is_for_one_forge_of_its_kind() {
        let own = Site::at("https://git.acme.org/api/v3").unwrap();
        let of = |typed: &str, own: &Site| Address::parse(typed, own).unwrap().site.takes_variables(own);
        assert!(of("a/b", &own) && of("https://gitlab.com/a/b", &own));
        assert!(!of("https://github.com/a/b", &own));
        assert!(
            of("https://github.com/a/b", &Site::github()) && of("https://codeberg.org/a/b", &Site::github())
        );
    }

    #[test]
    fn reads_names_and_addresses() {
        let own = Site::at("https://git.acme.org:8443/api/v4").unwrap();
        for (typed, host, name, ssh) in [
            ("a/b", "git.acme.org:8443", "a/b", false),
            ("a/b/c", "git.acme.org:8443", "a/b/c", false),
            ("https://github.com/a/b.git", "github.com", "a/b", false),
            ("https://GitHub.com/a/b/", "github.com", "a/b", false),
            ("git@github.com:a/b.git", "github.com", "a/b", true),
            ("ssh://git@git.acme.org:22/a/b/c.git", "git.acme.org:8443", "a/b/c", true),
            ("https://codeberg.org/a/b", "codeberg.org", "a/b", false),
        ] {
            let address = Address::parse(typed, &own).unwrap();
            assert_eq!((address.site.host(), address.name.as_str()), (host, name), "{typed}");
            assert_eq!(address.remote.as_deref(), ssh.then_some(typed));
        }
    }

    #[test]
    fn refuses_what_is_no_repository_and_shows_no_password() {
        for typed in [
            "shop",
            "a/../b",
            "a/b/c",
            "-u/x",
            "--upload-pack=x/y",
            "ext::sh -c x% /a/b",
            "file:///a/b",
            "https://user:t0ken@github.com/a/b",
            "https://t0ken@github.com/a/b",
            "https://evil.example/a/b",
            "ssh://-oProxyCommand=x/a/b",
            "git@-oProxyCommand=x:a/b",
            "https://github.com/a",
            "https://github.com/a/b?token=t0ken",
            "https://github.com/a/b.git?x=1&access_token=t0ken#y",
            "https://github.com/a?private_token=t0ken",
            "git@github.com:a/b?token=t0ken",
            "a/b\n",
            "",
        ] {
            let error = line(&Address::parse(typed, &Site::github()).unwrap_err());
            assert!(!error.contains("t0ken"), "{error}");
        }
    }

    #[test]
    fn a_directory_of_this_machine_is_no_repository_of_a_forge() {
        let gitlab = Site::at("https://git.acme.org/api/v4").unwrap();
        for typed in [
            "/srv/git/owner/name",
            "/owner/name",
            "//server/owner/name",
            "../owner/name",
            "./owner/name",
            "~/owner/name",
            "C:\\owner\\name",
            "C:/owner/name",
            "owner\\name",
            "file:///owner/name",
            "file://localhost/owner/name.git",
        ] {
            for own in [&Site::github(), &gitlab] {
                for error in
                    [Address::parse(typed, own), Address::of_remote(typed, own)].map(Result::unwrap_err)
                {
                    let error = line(&error);
                    assert!(error.contains("is a directory of this machine"), "{typed}: {error}");
                }
            }
        }
        // As a remote, this one is below the work tree.
        let error = line(&Address::of_remote("owner/name", &gitlab).unwrap_err());
        assert!(error.contains("`owner/name` as a repository: it is a directory"), "{error}");
        assert_eq!(Address::of_remote("git@github.com:a/b.git", &gitlab).unwrap().name, "a/b");
    }
}
