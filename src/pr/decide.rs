//! Decides what to do about a pull request: a pure function of the repair, of what is at the forge, and of who wrote
//! that.

use super::kind::ProposalKind;
use super::marker::{Marker, text_digest, wrote};
use crate::forge::{Account, Pull, State};

/// The pull request that the repair asks for, as far as the decision needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DesiredPr<'a> {
    /// What it repairs.
    pub(crate) fingerprint: &'a str,
    /// The title to write.
    pub(crate) title: &'a str,
    /// The description to write, without a marker.
    pub(crate) body: &'a str,
}

/// The state of one branch with a name of ours.
#[derive(Clone, Debug, Default)]
pub(crate) struct BranchState {
    /// The branch.
    pub(crate) branch: String,
    /// Where it is; `None` where it does not exist.
    pub(crate) tip: Option<String>,
    /// Its pull requests, newest first.
    pub(crate) pulls: Vec<Pull>,
    /// The tip has the desired repair and no other change.
    pub(crate) has_repair: bool,
    /// The tip is identical to the commit that we would make on its parent. Where there is no pull request, its author
    /// and committer are ours too: a run of ours was killed before it opened one.
    pub(crate) reproducible: bool,
    /// The names on the tip are not ours, and it is not the commit that we would make.
    pub(crate) by_someone_else: bool,
}

impl BranchState {
    /// Whether more than one open pull request is from it.
    pub(crate) fn is_shared(&self) -> bool {
        self.pulls.iter().filter(|pull| pull.state == State::Open).count() > 1
    }
}

/// Why a pull request is left to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Commits of somebody else are on its branch.
    Commits,
    /// The marker is not the last line of its description.
    NoMarker,
    /// Another account opened it.
    OtherAccount,
    /// Nobody tells which account the token is of.
    UnknownAccount,
    /// Its branch is gone.
    NoBranch,
    /// It was pointed at another branch.
    Base,
    /// We closed it, and somebody opened it again.
    Reopened,
    /// It is ours, for something else.
    OtherKind,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Nothing is wrong, or nothing that can be repaired.
    Nothing,
    /// The pull request is as it should be.
    UpToDate {
        /// Which.
        pull: Pull,
        /// Its branch.
        branch: String,
        /// Where the branch is.
        tip: String,
    },
    /// A pull request is to be opened.
    Open {
        /// From this branch.
        branch: String,
        /// Where the branch is left over from a run that was cut short.
        lease: Option<String>,
    },
    /// A pull request is to be changed.
    Update {
        /// Which.
        pull: Pull,
        /// Its branch.
        branch: String,
        /// Where the branch is.
        tip: String,
        /// What it remembers.
        marker: Marker,
        /// The branch is to be moved.
        push: bool,
        /// The title is ours to write.
        title: bool,
        /// The description is ours to write.
        body: bool,
    },
    /// A pull request is to be closed: nothing is left to repair.
    Close(Close),
    /// A branch is to be removed: a run that made it was cut short, and it is needed no more.
    Sweep {
        /// Which.
        branch: String,
        /// Where it is.
        tip: String,
    },
    /// A person works there.
    HandsOff {
        /// Where.
        pull: Pull,
        /// How we know.
        why: Why,
    },
    /// A person closed the pull request for this very repair.
    Declined(Pull),
    /// The pull request for this very repair was merged, and undone since.
    Undone(Pull),
}

/// A pull request to close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Close {
    /// Which.
    pub(crate) pull: Pull,
    /// Its branch.
    pub(crate) branch: String,
    /// Where the branch is; `None` where a run that was cut short has removed it.
    pub(crate) tip: Option<String>,
    /// What it remembers.
    pub(crate) marker: Marker,
    /// Another pull request is from the branch, too.
    pub(crate) shared: bool,
}

/// Decides. `branches` are those of a series in their order; the last is free for a new pull request. `own` is the
/// token's account: a marker counts only in a pull request that this account opened. A pull request of another kind is
/// nothing to a run of this one.
pub(crate) fn decide(
    kind: ProposalKind,
    base: &str,
    own: Option<&Account>,
    desired: Option<DesiredPr<'_>>,
    branches: &[BranchState],
) -> Decision {
    let all = || branches.iter().flat_map(|state| state.pulls.iter().map(move |pull| (state, pull)));
    let open = || all().filter(|(_, pull)| pull.state == State::Open && pull.base == base);
    let is_own = |pull: &Pull| own.is_some_and(|own| pull.is_by(own));
    let is_of_other_kind = |pull: &Pull| Marker::of(pull, own).is_some_and(|(marker, _)| !marker.is_of(kind));
    if let Some((state, pull)) = open().find(|(_, pull)| is_own(pull) && !is_of_other_kind(pull)) {
        return existing_pr(desired, own, state, pull);
    }
    if let Some((_, pull)) = open().find(|(_, pull)| is_own(pull)) {
        return Decision::HandsOff { pull: pull.clone(), why: Why::OtherKind };
    }
    if let Some((_, pull)) = open().next() {
        let why = if own.is_some() { Why::OtherAccount } else { Why::UnknownAccount };
        return Decision::HandsOff { pull: pull.clone(), why };
    }
    if own.is_none() {
        // Whether one that is closed was ours, and a no to this, nobody knows.
        if let Some((_, pull)) = all().next() {
            return Decision::HandsOff { pull: pull.clone(), why: Why::UnknownAccount };
        }
    }
    let Some(desired) = desired else {
        let reproducible = branches.last().filter(|state| state.reproducible && own.is_some());
        let sweep = |state: &BranchState| {
            Some(Decision::Sweep { branch: state.branch.clone(), tip: state.tip.clone()? })
        };
        return reproducible.and_then(sweep).unwrap_or(Decision::Nothing);
    };
    let same = |pull: &Pull| {
        let marker = Marker::of(pull, own).map(|(marker, _)| marker);
        let marker = marker.filter(|marker| marker.is_of(kind) && !marker.is_closed_by_us());
        // Who does not want to move does not want to be asked again after each change of the app.
        let is_no = kind == ProposalKind::Migration && pull.state == State::Closed && pull.base == base;
        marker.is_some_and(|marker| is_no || marker.fingerprint == desired.fingerprint)
    };
    if let Some((_, pull)) = all().find(|(_, pull)| same(pull)) {
        return match pull.state {
            State::Open => Decision::HandsOff { pull: pull.clone(), why: Why::Base },
            State::Closed => Decision::Declined(pull.clone()),
            State::Merged => Decision::Undone(pull.clone()),
        };
    }
    // One of ours whose marker somebody took away may have been for this.
    let unmarked = |pull: &&Pull| {
        let closed = pull.state == State::Closed && pull.base == base;
        closed && is_own(pull) && Marker::of(pull, own).is_none()
    };
    if let Some(pull) = all().map(|(_, pull)| pull).find(unmarked) {
        return Decision::Declined(pull.clone());
    }
    match branches.last() {
        Some(free) => Decision::Open { branch: free.branch.clone(), lease: free.tip.clone() },
        None => Decision::Nothing,
    }
}

/// The pull requests of ours that the forge closed when their branch went, before we could say that it was us, with
/// their branches.
pub(crate) fn unsettled(
    kind: ProposalKind,
    base: &str,
    own: Option<&Account>,
    branches: &[BranchState],
) -> Vec<(String, Pull)> {
    let all =
        branches.iter().flat_map(|state| state.pulls.iter().map(|pull| (state.branch.clone(), pull.clone())));
    let closing = |(_, pull): &(String, Pull)| {
        let marker = Marker::of(pull, own).map(|(marker, _)| marker);
        pull.state == State::Closed
            && pull.base == base
            && marker.is_some_and(|marker| marker.closing && marker.is_of(kind))
    };
    all.filter(closing).collect()
}

/// A name on which a new branch may be made: nothing was proposed from it, and nobody else's is there.
pub(crate) fn is_free(own: Option<&Account>, state: &BranchState) -> bool {
    state.pulls.is_empty() && (state.tip.is_none() || (state.reproducible && own.is_some()))
}

/// The decision where our own pull request is open.
fn existing_pr(
    desired: Option<DesiredPr<'_>>,
    own: Option<&Account>,
    state: &BranchState,
    pull: &Pull,
) -> Decision {
    let hands_off = |why| Decision::HandsOff { pull: pull.clone(), why };
    let Some((marker, text)) = Marker::of(pull, own) else { return hands_off(Why::NoMarker) };
    let close = |tip: Option<String>| {
        let (pull, branch, marker) = (pull.clone(), state.branch.clone(), marker.clone());
        Decision::Close(Close { pull, branch, tip, marker, shared: state.is_shared() })
    };
    let Some(tip) = state.tip.clone() else {
        return if marker.closing { close(None) } else { hands_off(Why::NoBranch) };
    };
    // A commit identical to the one we would create is ours, whoever pushed it.
    let ours = marker.left_at(&tip) || state.reproducible;
    if !marker.takes_over(&tip) && (state.by_someone_else || !ours) {
        return hands_off(Why::Commits);
    }
    let Some(desired) = desired else {
        return if marker.closed { hands_off(Why::Reopened) } else { close(Some(tip)) };
    };
    let (pull, branch) = (pull.clone(), state.branch.clone());
    let differs = |now: &str, wanted: &str| text_digest(now) != text_digest(wanted);
    let title = wrote(marker.title.as_deref(), &pull.title) && differs(&pull.title, desired.title);
    let body = wrote(marker.body.as_deref(), &text) && differs(&text, desired.body);
    // A branch that a person gave back to us is replaced, as the comment on the pull request announces.
    let push = !state.has_repair || marker.takes_over(&tip);
    let open = !marker.pending && !marker.is_closed_by_us() && !marker.handed_back && marker.left_at(&tip);
    if open && marker.fingerprint == desired.fingerprint && !push && !title && !body {
        return Decision::UpToDate { pull, branch, tip };
    }
    Decision::Update { title, body, push, pull, branch, tip, marker }
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;

#[cfg(test)]
#[allow(clippy::expect_used)]
#[path = "decide_property.rs"]
mod property;
