//! Makes a commit again from its parent, to know whether this tool made it.

use super::PrOptions;
use super::app_report::{AppReport, BranchReport, look};
use super::branch_names::branch_series;
use super::destination::NotSurveyed;
use super::proposal::{CommitSummary, Proposal};
use super::transport::BareClone;
use anyhow::anyhow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Parents that are looked at for one repository: anybody who may push can make any number of branches of our names,
/// each on a commit of its own.
const PARENTS: usize = 50;

/// Repairs parents of commits again, each once.
pub(super) struct Remake<'a> {
    clone: &'a BareClone,
    options: &'a PrOptions,
    base: &'a str,
    /// `None` for a commit that this tool cannot read.
    seen: RefCell<BTreeMap<String, Option<Rc<BranchReport>>>>,
}

impl<'a> Remake<'a> {
    /// For commits in `clone` that are proposed to `base`.
    pub(super) fn new(clone: &'a BareClone, options: &'a PrOptions, base: &'a str) -> Self {
        Self { clone, options, base, seen: RefCell::default() }
    }

    /// With the report on a commit that is known already.
    pub(super) fn with(self, commit: &str, report: Rc<BranchReport>) -> Self {
        self.seen.borrow_mut().insert(commit.to_owned(), Some(report));
        self
    }

    /// Whether a commit is identical to the one that we would make on its parent, for the branch series `of`: that of
    /// all apps, or of one.
    pub(super) fn equals(&self, made: &CommitSummary, of: &str) -> Result<bool, NotSurveyed> {
        let ([parent], Some(identity)) = (made.parents.as_slice(), &self.options.identity) else {
            return Ok(false);
        };
        // Cheap to see, and true of all of ours.
        if !made.message.starts_with(self.options.kind.start()) {
            return Ok(false);
        }
        // What this tool cannot read, it made nothing of.
        let Some(report) = self.look(parent)? else { return Ok(false) };
        let prefix = &self.options.prefix;
        let all = branch_series(prefix, self.base, None) == of;
        let apps = report
            .apps
            .iter()
            .filter(|app| all || branch_series(prefix, self.base, Some(&app.home().shown)) == of);
        let apps: Vec<&AppReport> = apps.collect();
        let Ok(Some(proposal)) = self.propose(&apps, parent) else { return Ok(false) };
        let again = proposal.commit(self.clone.path(), parent, identity)?;
        Ok(CommitSummary::read(self.clone.path(), &again)?.equals(made))
    }

    /// Whether a commit carries our names too. Without a pull request of ours nothing else says that we pushed it.
    pub(super) fn is_signed(&self, made: &CommitSummary) -> bool {
        let identity = self.options.identity.as_ref();
        identity.is_some_and(|identity| identity.signed(&made.people, self.options.api_commits))
    }

    /// The repair of `apps` as `commit` has them.
    pub(super) fn propose(&self, apps: &[&AppReport], commit: &str) -> Result<Option<Proposal>, NotSurveyed> {
        Ok(Proposal::new(self.base, apps, self.options, self.clone.path(), commit)?)
    }

    fn look(&self, commit: &str) -> Result<Option<Rc<BranchReport>>, NotSurveyed> {
        let mut seen = self.seen.borrow_mut();
        if let Some(report) = seen.get(commit) {
            return Ok(report.clone());
        }
        if seen.len() > PARENTS {
            let prefix = &self.options.prefix;
            return Err(anyhow!("its branches `{prefix}…` start from more than {PARENTS} commits").into());
        }
        let report = look(self.clone.path(), commit, self.options).ok().map(Rc::new);
        seen.insert(commit.to_owned(), report.clone());
        Ok(report)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::{BareClone, CommitSummary, NotSurveyed, PARENTS, PrOptions, Remake};
    use crate::commit::message::START;
    use crate::pr::identity::Identity;
    use crate::pr::transport::Access;
    use git2::{Repository, Signature, Time};

    fn options() -> PrOptions {
        let identity = Identity { name: "Bot".to_owned(), email: "bot@example.org".to_owned(), own: true };
        PrOptions {
            kind: crate::pr::kind::ProposalKind::Repair,
            target: None,
            base: None,
            prefix: "nixpacks-fix/".to_owned(),
            per_app: false,
            fork: false,
            include_forks: false,
            draft: false,
            labels: Vec::new(),
            reviewers: Vec::new(),
            api_commits: false,
            list_first: false,
            dry_run: false,
            engine: crate::pr::Resolver::default(),
            identity: Some(identity),
        }
    }

    /// A commit in the clone with these parents; no two are the same.
    fn commit(clone: &BareClone, message: &str, time: i64, parents: &[&str]) -> String {
        let repository = Repository::open_bare(clone.path()).unwrap();
        let tree = repository.treebuilder(None).unwrap().write().unwrap();
        let tree = repository.find_tree(tree).unwrap();
        let who = Signature::new("Ada", "ada@example.org", &Time::new(time, 0)).unwrap();
        let parents: Vec<git2::Commit<'_>> =
            parents.iter().map(|oid| repository.find_commit(oid.parse().unwrap()).unwrap()).collect();
        let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
        repository.commit(None, &who, &who, message, &tree, &parents).unwrap().to_string()
    }

    #[test]
    fn each_parent_is_looked_at_once_and_only_for_what_may_be_ours() {
        let clone = BareClone::nowhere(Access { web: String::new(), token: None }).unwrap();
        let options = options();
        let remake = Remake::new(&clone, &options, "main");
        let equals = |oid: &str| {
            let made = CommitSummary::read(clone.path(), oid).unwrap();
            remake.equals(&made, "nixpacks-fix/main")
        };
        let start = commit(&clone, "Start", 0, &[]);
        // Any number of branches of our names, on one commit: of somebody else, and as if they were ours.
        for time in 1..=100 {
            assert!(!equals(&commit(&clone, "Mine", time, &[&start])).unwrap());
        }
        assert_eq!(remake.seen.borrow().len(), 0);
        for time in 1..=100 {
            assert!(!equals(&commit(&clone, &format!("{START}mine"), time, &[&start])).unwrap());
        }
        assert_eq!(remake.seen.borrow().len(), 1);
        // Each on a commit of its own.
        let mut refused = 0;
        for time in 1..=100 {
            let parent = commit(&clone, "Start", time, &[]);
            match equals(&commit(&clone, &format!("{START}mine"), time, &[&parent])) {
                Ok(same) => assert!(!same),
                Err(NotSurveyed::Skipped(why)) => panic!("{why}"),
                Err(NotSurveyed::Failed(error)) => {
                    assert!(error.to_string().contains("from more than 50 commits"), "{error}");
                    refused += 1;
                }
            }
        }
        assert_eq!((remake.seen.borrow().len(), refused), (PARENTS + 1, 100 - PARENTS));
    }
}
