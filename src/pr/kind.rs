//! What a pull request is for. Each kind has its own branches and its own markers, so that one of a kind never touches
//! one of the other.

use crate::commit::{message, migration_message};

/// What a pull request is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ProposalKind {
    /// The repair of a deploy with Nixpacks.
    #[default]
    Repair,
    /// The move to Railpack.
    Migration,
}

impl ProposalKind {
    /// How a marker names it; one without a name is of a repair.
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Repair => None,
            Self::Migration => Some("railpack"),
        }
    }

    /// The kind that a marker names; `None` for one of a later version.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        (Some(name) == Self::Migration.name()).then_some(Self::Migration)
    }

    /// What the branches of this kind start with, where `prefix` was asked for. No branch of one kind has the name of one
    /// of the other, or lies below it: after `prefix` comes the name of a base, which does not start with `-`.
    pub(crate) fn prefix(self, prefix: &str) -> String {
        match self {
            Self::Repair => prefix.to_owned(),
            Self::Migration => format!("{}-railpack/", prefix.trim_end_matches('/')),
        }
    }

    /// What the subject of each of its commits starts with.
    pub(super) const fn start(self) -> &'static str {
        match self {
            Self::Repair => message::START,
            Self::Migration => migration_message::START,
        }
    }

    /// Why one is closed that nothing needs any more.
    pub(super) const fn needless(self) -> &'static str {
        match self {
            Self::Repair => "nothing is left to repair",
            Self::Migration => "nothing is left to write for Railpack",
        }
    }

    /// The same in a sentence that goes on from "no longer needs this change: ".
    pub(super) const fn needless_because(self) -> &'static str {
        match self {
            Self::Repair => {
                "the build is no longer predicted to fail in this way, or fails in a way that this change would not fix"
            }
            Self::Migration => "there is nothing more that a file could keep on the move to Railpack",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ProposalKind::{Migration, Repair};
    use crate::pr::branch_names::{app_series, branch_series, nth_branch};

    #[test]
    fn the_branches_of_one_kind_are_none_of_the_other() {
        let bases = ["main", "railpack", "railpack/main", "main-railpack", "main/railpack", "x--railpack-y"];
        for prefix in ["nixpacks-fix/", "bot/", "bot", "bot-", "a/b/", "nixpacks-fix-railpack/"] {
            for (base, other) in bases.iter().flat_map(|base| bases.iter().map(move |other| (*base, *other)))
            {
                let repairs = [None, Some("api"), Some("railpack/x")]
                    .map(|app| branch_series(&Repair.prefix(prefix), base, app));
                let first = branch_series(&Migration.prefix(prefix), other, None);
                let moves = [first.clone(), nth_branch(&first, 2)];
                for (repair, moved) in repairs.iter().flat_map(|one| moves.iter().map(move |two| (one, two)))
                {
                    // Git keeps a branch in a file, so none may lie below another either.
                    assert!(!format!("{moved}/").starts_with(&format!("{repair}/")), "{repair} {moved}");
                    assert!(!format!("{repair}/").starts_with(&format!("{moved}/")), "{repair} {moved}");
                    assert_eq!(app_series(moved, repair), None);
                    assert_eq!(app_series(repair, moved), None);
                }
            }
        }
    }

    #[test]
    fn names_itself() {
        assert_eq!(Migration.name().and_then(super::ProposalKind::of_name), Some(Migration));
        assert_eq!(super::ProposalKind::of_name("heroku"), None);
        assert_eq!((Repair.name(), super::ProposalKind::default()), (None, Repair));
    }
}
