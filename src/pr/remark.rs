//! The comments below a pull request. Each is posted once, and says how to give the branch back.

use super::decide::Why;
use super::kind::ProposalKind;
use super::marker::{HANDS_OFF, Marker};
use crate::forge::{Account, Kind, Pull};
use crate::settings::NAME as SETTINGS;

/// Why a pull request is closed by the tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CloseReason {
    /// The base needs the repair no more.
    Fixed,
    /// The repository wants none.
    OptedOut,
    /// Whoever runs the tool asked for it.
    Asked,
}

/// The remark that a person has the branch now; `None` where there is nothing to hand back.
pub(crate) fn hands_off(
    forge: Kind,
    kind: ProposalKind,
    why: Why,
    pull: &Pull,
    own: Option<&Account>,
) -> Option<String> {
    let what = forge.pull_request();
    let why = match why {
        Why::Commits => "Somebody else has worked on this branch",
        Why::NoMarker => {
            "The description no longer ends with the line by which nixpacks-fix recognises its own pull requests"
        }
        // What somebody else opened is no place for a word of ours.
        Why::OtherAccount
        | Why::UnknownAccount
        | Why::NoBranch
        | Why::Base
        | Why::Reopened
        | Why::OtherKind => return None,
    };
    let known = Marker::of(pull, own).map(|(marker, _)| marker).unwrap_or_default();
    let Marker { fingerprint, title, body, .. } = known;
    let marker = Marker { kind, fingerprint, title, body, handed_back: true, ..Marker::default() };
    Some(format!(
        "{why}, so nixpacks-fix leaves this {what} to you: it does not update it, and does not close it.\n\n\
         To hand it back, make this the last line of the description. The next run then replaces what is on the \
         branch:\n\n```text\n{}\n```\n{HANDS_OFF}",
        marker.line()
    ))
}

/// The remark with which a pull request is closed.
pub(crate) fn closing(kind: ProposalKind, why: CloseReason, base: &str) -> String {
    let why = match why {
        CloseReason::Fixed => format!(
            "{} no longer needs this change: {}.",
            crate::report::inert_markdown::code(base),
            kind.needless_because()
        ),
        CloseReason::OptedOut => format!("`{SETTINGS}` now says `pull-requests = false`."),
        CloseReason::Asked => "Closed by the person who runs nixpacks-fix.".to_owned(),
    };
    format!("{why}\n<!-- nixpacks-fix:closing -->")
}

/// Whether this was said already, in comments of our own.
pub(crate) fn is_posted(comments: &[String], remark: &str) -> bool {
    let mark = |text: &str| text.trim_end().lines().last().map(|line| line.trim().to_owned());
    comments.iter().any(|comment| mark(comment) == mark(remark))
}

#[cfg(test)]
mod tests {
    use super::{Account, CloseReason, Kind, ProposalKind, Pull, Why, closing, hands_off, is_posted};
    use crate::forge::State;
    use crate::pr::marker::Marker;

    #[test]
    fn the_way_back_is_a_line_that_gives_the_branch_back() {
        let own = Account { name: "bot".to_owned(), id: None };
        let kind = ProposalKind::Migration;
        let mut pull = Pull {
            number: 1,
            url: String::new(),
            state: State::Open,
            title: String::new(),
            mark: "",
            body: "My own words.".to_owned(),
            base: "main".to_owned(),
            created: String::new(),
            author: Some(own.clone()),
        };
        let text = hands_off(Kind::GitLab, kind, Why::Commits, &pull, Some(&own)).unwrap_or_default();
        assert!(text.contains("merge request"), "{text}");
        let line = text.lines().find(|line| line.contains(" handed ")).unwrap_or_default();
        pull.body = format!("{}\n\n{line}", pull.body);
        let (marker, rest) = Marker::of(&pull, Some(&own)).unwrap_or_default();
        assert!(marker.handed_back && marker.oid.is_empty() && marker.is_of(kind));
        assert_eq!(rest, "My own words.");
        assert_eq!(hands_off(Kind::GitLab, kind, Why::OtherAccount, &pull, Some(&own)), None);
    }

    #[test]
    fn says_a_thing_once() {
        let remark = closing(ProposalKind::Repair, CloseReason::Fixed, "main");
        assert!(!is_posted(&["fine".to_owned()], &remark));
        assert!(is_posted(
            &["fine".to_owned(), closing(ProposalKind::Repair, CloseReason::OptedOut, "main")],
            &remark
        ));
    }
}
