//! A repository that may be proposed to, and the addresses from which git clones it and to which it pushes.

use super::PrOptions;
use super::transport::Access;
use crate::errors;
use crate::forge::{Account, Address, Forge, Repository};
use anyhow::{Context as _, anyhow};

/// Why a repository was not looked at.
#[derive(Debug)]
pub(crate) enum NotSurveyed {
    /// It is not one to write to: a phrase.
    Skipped(String),
    /// Something went wrong.
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for NotSurveyed {
    fn from(error: E) -> Self {
        NotSurveyed::Failed(error.into())
    }
}

impl NotSurveyed {
    /// The reason, with what git wrote below it.
    pub(super) fn lines(&self) -> String {
        match self {
            Self::Skipped(why) => why.clone(),
            Self::Failed(error) => errors::lines(error),
        }
    }
}

/// Where a proposal goes.
pub(crate) struct Destination {
    /// As it was named.
    pub(crate) address: Address,
    /// The repository.
    pub(crate) repository: Repository,
    /// The branch that is repaired.
    pub(crate) base: String,
    /// The repository that has our branches; `None` for a fork that is still to be made.
    pub(crate) head: Option<Repository>,
    /// Where git clones it.
    pub(crate) url: String,
    /// Where git pushes.
    pub(crate) push_url: String,
    /// The account that the token is of: what it opened and said is ours, and nothing else. `None` where nobody
    /// tells.
    pub(crate) account: Option<Account>,
}

impl Destination {
    /// Asks the forge for it.
    pub(crate) fn find(
        forge: &dyn Forge,
        address: &Address,
        options: &PrOptions,
    ) -> Result<Self, NotSurveyed> {
        let found = forge.repository(&address.name)?;
        let repository = found.context("there is no such repository, or the token may not see it")?;
        let base = match options.base.clone().or_else(|| repository.default_branch.clone()) {
            Some(base) if git2::Reference::is_valid_name(&format!("refs/heads/{base}")) => base,
            Some(base) => return Err(anyhow!("`{base}` is no name of a branch").into()),
            None => return Err(NotSurveyed::Skipped("it has no commit".to_owned())),
        };
        let url = clone_url(address, &repository);
        let (head, push_url) = if options.fork {
            let fork = own_fork(forge, &repository)?;
            let push_url = fork.as_ref().map(|fork| fork_url(address, fork)).unwrap_or_default();
            (fork, push_url)
        } else {
            (Some(repository.clone()), url.clone())
        };
        let account = forge.account()?;
        Ok(Self { address: address.clone(), repository, base, head, url, push_url, account })
    }

    /// Fails if it is not one to write to.
    pub(crate) fn admit(&self, options: &PrOptions, forge: &dyn Forge) -> Result<(), NotSurveyed> {
        let skipped = |why: &str| Err(NotSurveyed::Skipped(why.to_owned()));
        if self.repository.archived {
            return skipped("it is archived");
        }
        if self.repository.fork && !options.include_forks {
            return skipped("it is a fork; `--include-forks` takes forks too");
        }
        // Without a token a forge does not say, and a dry run needs no right.
        let may_push =
            self.repository.can_push.unwrap_or(options.dry_run && forge.client().token().is_none());
        if options.fork || may_push {
            return Ok(());
        }
        skipped(if forge.capabilities().forks {
            "the token may not push to it; `--fork` proposes from a fork"
        } else {
            "the token may not push to it"
        })
    }
}

/// Why nothing is forked.
pub(crate) const NOBODY: &str =
    "the token is not allowed to read its own account, so it is not known where the fork belongs";

/// How git is let in at a forge.
pub(crate) fn access(forge: &dyn Forge, address: &Address) -> Access {
    Access { web: address.site.web.clone(), token: forge.client().token().cloned() }
}

fn own_fork(forge: &dyn Forge, repository: &Repository) -> Result<Option<Repository>, NotSurveyed> {
    if !forge.capabilities().forks {
        let why = format!("forks on {} are not made by this tool", forge.kind().name());
        return Err(NotSurveyed::Skipped(why));
    }
    let name = repository.name.rsplit('/').next().unwrap_or_default();
    let owner = forge.account()?.context(NOBODY)?.name;
    let name = format!("{owner}/{name}");
    let found = forge.repository(&name)?;
    let is_ours = |parent: &str| parent.eq_ignore_ascii_case(&repository.name);
    match found {
        // Something else of that name would be shown what is not meant for it.
        Some(found) if !found.parent.as_deref().is_some_and(is_ours) => {
            Err(anyhow!("`{name}` is there already and is no fork of it; rename that one").into())
        }
        found => Ok(found),
    }
}

/// Where git finds a repository: what was typed, if it speaks SSH, else what the forge says if that is below
/// its own address, where the token is shown.
pub(crate) fn clone_url(address: &Address, repository: &Repository) -> String {
    if let Some(remote) = &address.remote {
        return remote.clone();
    }
    let told = &repository.clone_url;
    if told.starts_with(&format!("{}/", address.site.web)) && !told.contains(['\n', '\0']) {
        return told.clone();
    }
    address.site.clone_url(&repository.name)
}

/// The same for a fork, which nobody typed.
pub(crate) fn fork_url(address: &Address, fork: &Repository) -> String {
    clone_url(&Address { remote: None, ..address.clone() }, fork)
}
