//! What is to be done about a repository: a pure function of the repair and of what stands at the forge.

use super::marker::{Marker, text_digest};
use crate::forge::{Pull, State};

/// The repair, as far as the decision needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    /// What it repairs.
    pub(crate) fingerprint: &'a str,
    /// The title to write.
    pub(crate) title: &'a str,
    /// The description to write, without a marker.
    pub(crate) body: &'a str,
}

/// One of our branch names, and what is known of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named {
    /// The branch.
    pub(crate) branch: String,
    /// Where it is; `None` where it does not exist.
    pub(crate) tip: Option<String>,
    /// Its pull requests, newest first.
    pub(crate) pulls: Vec<Pull>,
    /// The tip holds the repair that is asked for.
    pub(crate) holds: bool,
    /// The tip is a commit that we made and did not get to propose.
    pub(crate) orphan: bool,
    /// The tip was made by somebody else.
    pub(crate) foreign: bool,
}

/// Why a pull request is left to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Commits of somebody else are on its branch.
    Commits,
    /// The marker is gone from its description.
    NoMarker,
    /// Its branch is gone.
    NoBranch,
    /// It was pointed at another branch.
    Base,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Nothing is wrong, or nothing that can be repaired.
    Nothing,
    /// The pull request is as it should be.
    UpToDate(Pull),
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
    Close {
        /// Which.
        pull: Pull,
        /// Its branch.
        branch: String,
        /// Where the branch is.
        tip: String,
        /// What it remembers.
        marker: Marker,
    },
    /// A branch is to be removed: a run that closed its pull request was cut short.
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
        /// Where the branch is.
        tip: Option<String>,
    },
    /// A person closed the pull request for this very repair.
    Declined(Pull),
    /// The pull request for this very repair was merged, and undone since.
    Undone(Pull),
}

/// Decides. `named` are our names in their order; the last is free for a new branch.
pub(crate) fn decide(base: &str, ask: Option<Ask<'_>>, named: &[Named]) -> Decision {
    let all = || named.iter().flat_map(|name| name.pulls.iter().map(move |pull| (name, pull)));
    let open = || all().filter(|(_, pull)| pull.state == State::Open);
    if let Some((name, pull)) = open().find(|(_, pull)| pull.base == base) {
        return standing(ask, name, pull);
    }
    if let Some(sweep) = named.iter().find_map(left_over) {
        return sweep;
    }
    let Some(ask) = ask else { return Decision::Nothing };
    let same = |pull: &Pull| {
        Marker::find(&pull.body).filter(|(marker, _)| marker.fingerprint == ask.fingerprint && !marker.closed)
    };
    for (name, pull) in all() {
        if same(pull).is_some() {
            return match pull.state {
                State::Open => {
                    Decision::HandsOff { pull: pull.clone(), why: Why::Base, tip: name.tip.clone() }
                }
                State::Closed => Decision::Declined(pull.clone()),
                State::Merged => Decision::Undone(pull.clone()),
            };
        }
    }
    // One whose marker somebody took away may have been for this.
    let unmarked =
        |pull: &&Pull| pull.state == State::Closed && pull.base == base && Marker::find(&pull.body).is_none();
    if let Some(pull) = all().map(|(_, pull)| pull).find(unmarked) {
        return Decision::Declined(pull.clone());
    }
    match named.last() {
        Some(free) => Decision::Open { branch: free.branch.clone(), lease: free.tip.clone() },
        None => Decision::Nothing,
    }
}

/// The branch of a pull request that we closed and then did not get to remove.
fn left_over(name: &Named) -> Option<Decision> {
    let tip = name.tip.clone()?;
    let newest = name.pulls.first().filter(|pull| pull.state == State::Closed)?;
    let (marker, _) = Marker::find(&newest.body)?;
    (marker.closed && marker.oid == tip).then(|| Decision::Sweep { branch: name.branch.clone(), tip })
}

/// A name on which a new branch may be made: nothing was proposed from it, and nobody else's is there.
pub(crate) fn is_free(name: &Named) -> bool {
    name.pulls.is_empty() && (name.tip.is_none() || name.orphan)
}

fn standing(ask: Option<Ask<'_>>, name: &Named, pull: &Pull) -> Decision {
    let hands_off = |why| Decision::HandsOff { pull: pull.clone(), why, tip: name.tip.clone() };
    let Some((marker, text)) = Marker::find(&pull.body) else { return hands_off(Why::NoMarker) };
    let Some(tip) = name.tip.clone() else { return hands_off(Why::NoBranch) };
    if !marker.left_at(&tip) || (name.foreign && !marker.handed) {
        return hands_off(Why::Commits);
    }
    let (pull, branch) = (pull.clone(), name.branch.clone());
    let Some(ask) = ask else { return Decision::Close { pull, branch, tip, marker } };
    let ours = |digest: &Option<String>, now: &str| digest.as_deref() == Some(text_digest(now).as_str());
    let differs = |now: &str, wanted: &str| text_digest(now) != text_digest(wanted);
    let title = ours(&marker.title, &pull.title) && differs(&pull.title, ask.title);
    let body = ours(&marker.body, &text) && differs(&text, ask.body);
    let push = !name.holds;
    let settled = !marker.pending && !marker.closed && marker.fingerprint == ask.fingerprint;
    if settled && !push && !title && !body {
        return Decision::UpToDate(pull);
    }
    Decision::Update { title, body, push, pull, branch, tip, marker }
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
