//! Clones and pushes with the git command, in a bare repository of our own: no hook, filter or setting of the other
//! repository is used.

use super::scratch::Scratch;
use crate::errors::GitFailed;
use crate::forge::secret::{Secret, variable};
use crate::git::Git;
use git2::{Repository, RepositoryInitOptions};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// Where the base stands in the clone.
const BASE: &str = "refs/nixpacks-fix/base";
/// The variable that hands the token to the helper, which hands it to git.
const PASSWORD: &str = "NIXPACKS_FIX_PASSWORD";
/// Answers what git asks of a credential helper. The token is in neither the text nor the arguments.
const HELPER: &str = "!f() { test \"$1\" = get && echo username=x-access-token && echo \"password=$NIXPACKS_FIX_PASSWORD\"; }; f";

/// How long one git command may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// An SSH that asks nothing and gives up.
const QUIET_SSH: &str = "ssh -oBatchMode=yes -oConnectTimeout=15";

/// How git is let in.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    /// The address below which the token is shown, and nowhere else.
    pub(crate) web: String,
    /// The token.
    pub(crate) token: Option<Secret>,
}

/// A bare clone of one branch.
pub(crate) struct BareClone {
    dir: Scratch,
    access: Access,
    shallow: bool,
}

/// Why a push did not happen.
#[derive(Debug)]
pub(crate) enum PushError {
    /// This branch is not where it was when we looked.
    Moved(String),
    /// Something else went wrong.
    Failed(anyhow::Error),
}

impl std::fmt::Display for PushError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Moved(branch) => write!(
                out,
                "somebody moved the branch `{branch}` meanwhile, so it was left alone; run this again"
            ),
            Self::Failed(error) => error.fmt(out),
        }
    }
}

impl std::error::Error for PushError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        None
    }
}

impl BareClone {
    /// Clones `branch` of the repository at `url`, without its history if `shallow`; `None` where there is no such
    /// branch.
    pub(crate) fn new(
        url: &str,
        branch: &str,
        shallow: bool,
        access: Access,
    ) -> anyhow::Result<Option<Self>> {
        let clone = Self { shallow, ..Self::nowhere(access)? };
        match clone.fetch(url, &format!("refs/heads/{branch}"), BASE, "--depth=1") {
            Ok(()) => Ok(Some(clone)),
            // Asked for again rather than read from what git wrote, whose words are its own.
            Err(_) if clone.tips(url, branch).is_ok_and(|tips| !tips.contains_key(branch)) => Ok(None),
            Err(failed) => Err(clone.clean(failed).into()),
        }
    }

    /// A repository that holds nothing, to ask others from.
    pub(crate) fn nowhere(access: Access) -> anyhow::Result<Self> {
        let dir = bare()?;
        Ok(Self { dir, access, shallow: true })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The commit that the base is at.
    pub(crate) fn base(&self) -> anyhow::Result<String> {
        let found = Repository::open_bare(self.path()).and_then(|clone| clone.refname_to_id(BASE));
        Ok(found?.to_string())
    }

    /// Fetches a commit that is the tip of a branch, with its parent.
    pub(crate) fn fetch_tip(&self, url: &str, branch: &str) -> anyhow::Result<()> {
        let to = format!("refs/nixpacks-fix/tips/{branch}");
        let fetched = self.fetch(url, &format!("refs/heads/{branch}"), &to, "--depth=2");
        Ok(fetched.map_err(|failed| self.clean(failed))?)
    }

    fn fetch(&self, url: &str, from: &str, to: &str, depth: &str) -> Result<(), GitFailed> {
        let depth = self.shallow.then_some(depth);
        let git = self.git(url).args([
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-recurse-submodules",
            "--no-write-fetch-head",
        ]);
        git.args(depth).args(["--", url]).args([format!("+{from}:{to}")]).run().map(drop)
    }

    /// The branches of a repository whose names start with `prefix`, and where they are.
    pub(crate) fn tips(&self, url: &str, prefix: &str) -> anyhow::Result<BTreeMap<String, String>> {
        let pattern = format!("refs/heads/{prefix}*");
        let listed = self.git(url).args(["ls-remote", "--quiet", "--", url]).args([pattern]).run();
        let listed = listed.map_err(|failed| self.clean(failed))?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let tip = |line: &str| {
            let (oid, name) = line.split_once('\t')?;
            Some((name.strip_prefix("refs/heads/")?.to_owned(), oid.to_owned()))
        };
        Ok(listed.lines().filter_map(tip).collect())
    }

    /// Moves `branch` of the repository at `url` from `lease` (nowhere, if `None`) to a commit of this clone, or
    /// removes it. Does nothing if it is no longer at `lease`.
    pub(crate) fn push(
        &self,
        url: &str,
        branch: &str,
        oid: Option<&str>,
        lease: Option<&str>,
    ) -> Result<(), PushError> {
        let args = push_args(branch, oid, lease);
        let git = self.git(url).args(["push", "--quiet", "--no-verify"]).args([&args[0]]).args(["--", url]);
        let Err(failed) = git.args([&args[1]]).run() else { return Ok(()) };
        // Where the branch now is tells why; what git wrote has the words of this git and of the one over there.
        match self.tips(url, branch).map(|mut tips| tips.remove(branch)) {
            // The answer alone was lost.
            Ok(now) if now.as_deref() == oid => Ok(()),
            Ok(now) if now.as_deref() != lease => Err(PushError::Moved(branch.to_owned())),
            _ => Err(PushError::Failed(self.clean(failed).into())),
        }
    }

    /// The git command, in the clone, for that address.
    fn git(&self, url: &str) -> Git {
        let none = self.dir.path().join("no-hooks");
        let git = Git::apart(self.dir.path()).args(["-c", &format!("core.hooksPath={}", none.display())]);
        let settings = [
            "gc.auto=0",
            "maintenance.auto=false",
            "push.gpgSign=false",
            "push.followTags=false",
            "push.recurseSubmodules=no",
            "fetch.recurseSubmodules=no",
            "core.askPass=",
            // A forge that stops answering is given up.
            "http.lowSpeedLimit=1000",
            "http.lowSpeedTime=60",
        ];
        let git = git.args(settings.iter().flat_map(|setting| ["-c", setting]));
        let git = git.env("GIT_DIR", self.dir.path()).within(PATIENCE);
        let git =
            git.env("GIT_ALLOW_PROTOCOL", "http:https:ssh").env("GIT_ASKPASS", "").env("SSH_ASKPASS", "");
        let git = git.env("GCM_INTERACTIVE", "never");
        if url.starts_with("http://") || url.starts_with("https://") {
            return self.let_in(git);
        }
        let own = ["GIT_SSH_COMMAND", "GIT_SSH"].into_iter().find_map(variable).is_some();
        let set = || Git::apart(self.path()).args(["config", "--get", "core.sshCommand"]).line().is_ok();
        if own || set() { git } else { git.env("GIT_SSH_COMMAND", QUIET_SSH) }
    }

    /// Gives the token to git, for one address only, through the environment: arguments can be seen by anyone.
    fn let_in(&self, git: Git) -> Git {
        let Some(token) = &self.access.token else { return git };
        let key = format!("credential.{}.helper", self.access.web);
        let count = variable("GIT_CONFIG_COUNT").and_then(|count| count.parse().ok());
        let first: usize = count.unwrap_or_default();
        let mut git = git.env(PASSWORD, token.expose()).env("GIT_CONFIG_COUNT", (first + 2).to_string());
        // An empty value forgets the helpers that are set elsewhere.
        for (at, value) in ["", HELPER].into_iter().enumerate() {
            git = git.env(&format!("GIT_CONFIG_KEY_{}", first + at), &key);
            git = git.env(&format!("GIT_CONFIG_VALUE_{}", first + at), value);
        }
        git
    }

    /// The error without the token, should git repeat it.
    fn clean(&self, failed: GitFailed) -> GitFailed {
        let Some(token) = &self.access.token else { return failed };
        GitFailed { what: token.strip(&failed.what), stderr: token.strip(&failed.stderr) }
    }
}

/// A new bare repository, which goes with the handle.
pub(crate) fn bare() -> anyhow::Result<Scratch> {
    let dir = Scratch::new()?;
    // Without a template, which may bring hooks.
    let mut options = RepositoryInitOptions::new();
    options.bare(true).external_template(false);
    Repository::init_opts(dir.path(), &options)?;
    Ok(dir)
}

/// The lease and the refspec of a push, as a dry run shows them too.
pub(crate) fn push_args(branch: &str, oid: Option<&str>, lease: Option<&str>) -> [String; 2] {
    let name = format!("refs/heads/{branch}");
    [
        format!("--force-with-lease={name}:{}", lease.unwrap_or_default()),
        format!("{}:{name}", oid.unwrap_or_default()),
    ]
}
