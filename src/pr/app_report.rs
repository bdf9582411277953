//! What was found out about the apps of a commit, for either kind of pull request.

use super::PrOptions;
use super::kind::ProposalKind;
use crate::app::AppLocation;
use crate::discover::Input;
use crate::examine::{examine, without_directories_of_settings};
use crate::migrate::compare_all;
use crate::report::Examined;
use crate::report::railpack::Moved;
use crate::settings;
use crate::shared::Shared;
use crate::view::commit;
use anyhow::{Context as _, bail};
use nixpacks_transforms::engine::FileChange;
use std::path::Path;

/// Why a repository without an app is not looked at for a migration.
pub(super) const NO_APP: &str = "it has no app that Nixpacks builds";

/// What was found out about one app.
#[expect(clippy::large_enum_variant, reason = "all apps of a run are of one variant")]
pub(crate) enum AppReport {
    /// Whether it builds, and its repair.
    Repair(Examined),
    /// What it loses by the move to Railpack, and what keeps it.
    Migration(Moved),
}

impl AppReport {
    /// Where the app is.
    pub(crate) fn home(&self) -> &AppLocation {
        match self {
            Self::Repair(app) => &app.home,
            Self::Migration(app) => &app.home,
        }
    }

    /// The files that would be written.
    pub(crate) fn changes(&self) -> &[FileChange] {
        match self {
            Self::Repair(app) => app.result.as_ref().map(|outcome| &*outcome.changes).unwrap_or_default(),
            Self::Migration(app) => &app.changes,
        }
    }

    /// The repair, if that was looked for.
    pub(crate) fn repair(&self) -> Option<&Examined> {
        if let Self::Repair(app) = self { Some(app) } else { None }
    }

    /// The migration, if that was looked for.
    pub(crate) fn migration(&self) -> Option<&Moved> {
        if let Self::Migration(app) = self { Some(app) } else { None }
    }

    fn name(&self) -> String {
        if self.home().shown == "." { "the app".to_owned() } else { format!("`{}`", self.home().shown) }
    }

    /// Why nothing is proposed for it; `None` where nothing is amiss.
    fn idle(&self) -> Option<String> {
        match self {
            Self::Repair(app) => self.idle_repair(app),
            Self::Migration(app) => self.idle_migration(app),
        }
    }

    fn idle_repair(&self, app: &Examined) -> Option<String> {
        let outcome = app.result.as_ref().ok()?;
        if let Some(error) = outcome.unread.first() {
            return Some(format!("cannot read `{}`: {}", app.home.shown_file(&error.path), error.message));
        }
        if let Some(broken) = outcome.broken.first() {
            return Some(format!("cannot read `{}`: {}", app.home.shown_file(&broken.path), broken.message));
        }
        if !outcome.held.is_empty() {
            return Some(
                "the only fixes may break what works today; `--unsafe-fixes` proposes them".to_owned(),
            );
        }
        let (name, verdict) = (self.name(), &outcome.before);
        (outcome.fails() && outcome.changes.is_empty()).then(|| {
            format!("{name} is predicted to fail, and there is no automatic fix: {}", verdict.detail)
        })
    }

    fn idle_migration(&self, app: &Moved) -> Option<String> {
        if let Some(error) = app.unread.first() {
            return Some(error.clone());
        }
        let (migration, name) = (&app.migration, self.name());
        if migration.by_hand.dockerfile && migration.target.is_railway() {
            return Some(format!("Railway builds the Dockerfile of {name}: no file of Railpack is read"));
        }
        let lost = !migration.lost.is_empty() && app.changes.is_empty();
        lost.then(|| {
            format!(
                "{name} loses something by the move that no file can keep; `nixpacks-fix check --builder railpack` \
                 in it says what"
            )
        })
    }
}

/// What was found out about a branch.
pub(crate) struct BranchReport {
    /// Its apps.
    pub(crate) apps: Vec<AppReport>,
    /// The repository wants no pull requests.
    pub(crate) opted_out: bool,
}

impl BranchReport {
    /// Why nothing is proposed, if nothing is.
    pub(crate) fn idle(&self, kind: ProposalKind) -> String {
        if self.apps.is_empty() {
            return NO_APP.to_owned();
        }
        let nothing = match kind {
            ProposalKind::Repair => "nothing to repair",
            ProposalKind::Migration => "no file is needed: Railpack keeps what the app has",
        };
        self.apps.iter().find_map(AppReport::idle).unwrap_or_else(|| nothing.to_owned())
    }
}

/// Looks at the apps of a commit.
pub(crate) fn look(dir: &Path, commit: &str, options: &PrOptions) -> anyhow::Result<BranchReport> {
    let opted_out = opted_out(dir, commit)?;
    if opted_out {
        return Ok(BranchReport { apps: Vec::new(), opted_out });
    }
    let found = commit::apps(dir, commit)?;
    let input = |below: String| Input::Commit { dir: dir.to_owned(), revision: commit.to_owned(), below };
    let inputs: Vec<Input> = found.into_iter().map(input).collect();
    let (resolver, shared) = (&options.engine, Shared::default());
    let inputs = without_directories_of_settings(inputs, resolver, &shared);
    let apps = match options.kind {
        ProposalKind::Repair => {
            let apps = examine(&inputs, resolver, &shared)?;
            if let Some(unsettled) = apps.iter().find_map(|app| app.result.as_ref().err()) {
                bail!("{} ({}); please report this", unsettled.message, unsettled.rules.join(", "));
            }
            apps.into_iter().map(AppReport::Repair).collect()
        }
        ProposalKind::Migration => {
            let apps = compare_all(&inputs, resolver, &shared, options.target)?;
            apps.into_iter().map(AppReport::Migration).collect()
        }
    };
    Ok(BranchReport { apps, opted_out })
}

/// `pull-requests = false` in the repository's own settings.
fn opted_out(dir: &Path, commit: &str) -> anyhow::Result<bool> {
    let Some(text) = commit::text(dir, commit, settings::NAME)? else { return Ok(false) };
    let read = settings::parse(&text);
    let read =
        read.with_context(|| format!("cannot read `{}`, so no pull request is opened", settings::NAME))?;
    Ok(read.pull_requests == Some(false))
}
