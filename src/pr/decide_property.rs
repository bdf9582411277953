//! Drawn lives of pull requests: whatever others write, push, open and close, and wherever a run of ours ends, no
//! commit of theirs is moved away or removed, unless they hand it to us in a pull request of ours. Runs for repairs and
//! for migrations share the names of branches here, as they never do: neither touches what the other made all the same.

use super::{BranchState, Close, Decision, DesiredPr, decide, is_free, unsettled};
use crate::forge::{Account, Pull, State};
use crate::pr::kind::ProposalKind;
use crate::pr::marker::{Marker, text_digest};

const LIVES: u64 = 6_000;
const STEPS: usize = 25;
const BASE: &str = "main";

/// Numbers that are the same at each run (xorshift).
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// A commit: its name, and what for we made it, if we did.
#[derive(Clone, Debug)]
struct Commit {
    oid: String,
    ours: Option<ProposalKind>,
}

const KINDS: [ProposalKind; 2] = [ProposalKind::Repair, ProposalKind::Migration];

/// The title of ours, by which a test knows what for it was opened, whatever somebody makes of its marker.
fn title(kind: ProposalKind) -> &'static str {
    if kind == ProposalKind::Repair { "Title" } else { "Move" }
}

struct Life {
    draw: Draw,
    /// The account of the token; `None` where nobody tells.
    own: Option<Account>,
    /// Nobody else commits under our names.
    own_identity: bool,
    tips: Vec<Option<Commit>>,
    pulls: Vec<(usize, Pull)>,
    commits: u64,
    log: Vec<String>,
}

fn account(number: i64) -> Account {
    Account { name: format!("account-{number}"), id: Some(number) }
}

impl Life {
    fn new(seed: u64) -> Self {
        let mut draw = Draw(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let own = (!draw.one_in(8)).then(|| account(1));
        let own_identity = draw.one_in(2);
        let (tips, pulls, log) = (vec![None, None, None], Vec::new(), Vec::new());
        Self { draw, own, own_identity, tips, pulls, commits: 0, log }
    }

    fn commit(&mut self, ours: Option<ProposalKind>) -> Commit {
        self.commits += 1;
        Commit { oid: format!("{:040x}", self.commits), ours }
    }

    /// A marker as anybody may write one.
    fn forged(&mut self, branch: usize) -> Marker {
        let tip = self.tips[branch].as_ref().map(|tip| tip.oid.clone());
        let oid = if self.draw.one_in(3) { "c".repeat(40) } else { tip.clone().unwrap_or_default() };
        Marker {
            kind: KINDS[self.draw.below(2)],
            oid,
            previous_oid: tip.filter(|_| self.draw.one_in(3)),
            fingerprint: format!("f{}", self.draw.below(2)),
            pending: self.draw.one_in(4),
            closing: self.draw.one_in(4),
            closed: self.draw.one_in(4),
            handed_back: self.draw.one_in(2),
            ..Marker::default()
        }
    }

    /// Somebody else does something.
    fn others(&mut self) {
        let branch = self.draw.below(self.tips.len());
        let what = self.draw.below(7);
        self.log.push(format!("others {what} at {branch}"));
        match what {
            0 => self.tips[branch] = Some(self.commit(None)),
            1 => self.tips[branch] = None,
            2 => {
                let marker = self.forged(branch);
                let number = self.pulls.len() as u64 + 1;
                let body = marker.attach("Forged.");
                let pull = pull(number, account(2), &body);
                self.pulls.push((branch, pull));
            }
            3 => self.change(|pull| pull.state = State::Closed),
            4 => self.change(|pull| pull.state = State::Open),
            5 => self.change(|pull| pull.body.push_str("\n\nMore.")),
            // In a pull request of theirs they write what they like; in ours, whoever may: without handing back.
            _ => {
                let marker = self.forged(branch);
                let theirs = self.draw.one_in(2);
                let own = account(1);
                let own_identity = self.own_identity;
                self.change(|pull| {
                    if !pull.is_by(&own) {
                        pull.body = marker.attach("Forged.");
                    } else if own_identity && theirs {
                        let kind =
                            KINDS.into_iter().find(|kind| title(*kind) == pull.title).unwrap_or_default();
                        pull.body = Marker { kind, handed_back: false, ..marker }.attach("Edited.");
                    }
                });
            }
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut Pull)) {
        if !self.pulls.is_empty() {
            let at = self.draw.below(self.pulls.len());
            change(&mut self.pulls[at].1);
        }
    }

    /// What a survey would find.
    fn branches(&mut self, kind: ProposalKind, desired: bool) -> Vec<BranchState> {
        let mut branches = Vec::new();
        for branch in 0..self.tips.len() {
            let tip = self.tips[branch].clone();
            let pulls: Vec<Pull> = self
                .pulls
                .iter()
                .filter(|(from, _)| *from == branch)
                .map(|(_, pull)| pull.clone())
                .rev()
                .collect();
            let is_anyones = tip.as_ref().is_none_or(|tip| tip.ours.is_none());
            let ours = tip.as_ref().is_some_and(|tip| tip.ours == Some(kind));
            let name = BranchState {
                branch: branch.to_string(),
                tip: tip.map(|tip| tip.oid),
                pulls,
                has_repair: desired && ours && self.draw.one_in(2),
                // Only what we made is what we would make.
                reproducible: ours && self.draw.one_in(2),
                by_someone_else: self.own_identity && is_anyones,
            };
            let free = is_free(self.own.as_ref(), &name);
            branches.push(name);
            if free {
                break;
            }
        }
        branches
    }

    /// A tip is about to be replaced or removed.
    fn touch(&self, kind: ProposalKind, branch: &str, tip: &str) -> usize {
        let at: usize = branch.parse().unwrap_or_default();
        let now = self.tips[at].as_ref();
        assert_eq!(now.map(|now| now.oid.as_str()), Some(tip), "{:?}", self.log);
        let is_ours = now.is_some_and(|now| now.ours == Some(kind));
        assert!(is_ours, "a commit of somebody else, or for something else, is touched: {:#?}", self.log);
        at
    }

    /// A pull request that is about to be written to.
    fn pull(&mut self, kind: ProposalKind, number: u64) -> &mut Pull {
        let found = self.pulls.iter_mut().find(|(_, pull)| pull.number == number);
        let pull = &mut found.expect("the pull request is there").1;
        assert_eq!(pull.title, title(kind), "one for something else is touched: {:#?}", self.log);
        pull
    }

    /// A run of ours, which may be cut short at any of its changes.
    fn run(&mut self) {
        let kind = KINDS[self.draw.below(2)];
        let asked = !self.draw.one_in(3);
        let fingerprint = format!("f{}", self.draw.below(2));
        let (title, body) = (title(kind), format!("Body of {fingerprint}."));
        let desired = asked.then_some(DesiredPr { fingerprint: &fingerprint, title, body: &body });
        let branches = self.branches(kind, asked);
        if branches.last().is_some_and(|last| !is_free(self.own.as_ref(), last)) {
            return;
        }
        for (_, pull) in unsettled(kind, BASE, self.own.as_ref(), &branches) {
            assert!(pull.is_by(&account(1)) && self.own.is_some(), "{:?}", self.log);
        }
        let decision = decide(kind, BASE, self.own.as_ref(), desired, &branches);
        self.log.push(format!("we {decision:?} {kind:?}"));
        let dies_after = self.draw.below(6);
        let new = |oid: String| Marker {
            kind,
            oid,
            fingerprint: fingerprint.clone(),
            title: Some(text_digest(title)),
            body: Some(text_digest(&body)),
            ..Marker::default()
        };
        match decision {
            Decision::Open { branch, lease } => {
                let at = match lease {
                    Some(lease) => self.touch(kind, &branch, &lease),
                    None => branch.parse().unwrap_or_default(),
                };
                let commit = self.commit(Some(kind));
                self.tips[at] = Some(commit.clone());
                if dies_after > 0 {
                    let number = self.pulls.len() as u64 + 1;
                    let opened = pull(number, account(1), &new(commit.oid).attach(&body));
                    self.pulls.push((at, Pull { title: title.to_owned(), ..opened }));
                }
            }
            Decision::Update { pull, branch, tip, marker, push, .. } => {
                let commit = if push {
                    self.commit(Some(kind))
                } else {
                    Commit { oid: tip.clone(), ours: Some(kind) }
                };
                let previous_oid = (commit.oid != tip).then(|| tip.clone());
                let marker = Marker {
                    previous_oid,
                    handed_back: push && marker.handed_back,
                    ..new(commit.oid.clone())
                };
                self.pull(kind, pull.number).body = marker.attach(&body);
                if push && dies_after > 0 {
                    let at = self.touch(kind, &branch, &tip);
                    self.tips[at] = Some(commit);
                }
            }
            Decision::Close(Close { pull, branch, tip, marker, shared }) => {
                let oid =
                    if marker.oid.is_empty() { tip.clone().unwrap_or_default() } else { marker.oid.clone() };
                let closing = Marker { oid, handed_back: false, previous_oid: None, closing: true, ..marker };
                self.pull(kind, pull.number).body = closing.attach("Text.");
                if let Some(tip) = tip.filter(|_| !shared && dies_after > 0) {
                    let at = self.touch(kind, &branch, &tip);
                    self.tips[at] = None;
                }
                if dies_after > 1 {
                    let pull = self.pull(kind, pull.number);
                    pull.body = Marker { closing: false, closed: true, ..closing }.attach("Text.");
                    pull.state = State::Closed;
                }
            }
            Decision::Sweep { branch, tip } => {
                let at = self.touch(kind, &branch, &tip);
                self.tips[at] = None;
            }
            _ => {}
        }
    }
}

fn pull(number: u64, author: Account, body: &str) -> Pull {
    Pull {
        number,
        url: String::new(),
        state: State::Open,
        title: "Title".to_owned(),
        mark: "",
        body: body.to_owned(),
        base: BASE.to_owned(),
        created: String::new(),
        author: Some(author),
    }
}

#[test]
fn no_commit_of_somebody_else_is_moved_or_removed() {
    let mut decided = std::collections::BTreeMap::new();
    for seed in 1..=LIVES {
        let mut life = Life::new(seed);
        for _ in 0..STEPS {
            if life.draw.one_in(2) { life.run() } else { life.others() }
        }
        for line in life.log.iter().filter_map(|line| line.strip_prefix("we ")) {
            let word = line.split([' ', '(']).next().unwrap_or_default().to_owned();
            let kind = line.rsplit(' ').next().unwrap_or_default().to_owned();
            *decided.entry((word, kind)).or_insert(0) += 1;
        }
    }
    // All that a run may do was drawn often enough to be tried.
    for word in ["Open", "Update", "Close", "Sweep", "HandsOff", "Declined"] {
        for kind in ["Repair", "Migration"] {
            let count = decided.get(&(word.to_owned(), kind.to_owned()));
            assert!(count.is_some_and(|count| *count > 100), "{word} {kind}: {decided:?}");
        }
    }
}
