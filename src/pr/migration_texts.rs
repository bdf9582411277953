//! What a pull request for the move to Railpack says: what the app would lose, what the files keep, and what only a
//! person can do.

use super::body::{section_heading, within};
use crate::report::account::limited;
use crate::report::digest::digest;
use crate::report::inert_markdown::{code, prose};
use crate::report::prose::count;
use crate::report::railpack::{self, Moved};
use crate::settings::NAME as SETTINGS;
use nixpacks_railpack::checklist::checklist;
use nixpacks_railpack::findings::{Finding, findings};
use nixpacks_railpack::{CONFIG_FILE, release::Target};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Things of one list that are shown.
const SHOWN: usize = 20;

/// The fingerprint of the migration of `apps` on a branch: what each would lose, in the words of its own files.
///
/// Where to is no part of it, nor is what is written: a later version of Railpack, or of this tool, makes no new
/// proposal of it.
pub(super) fn fingerprint(base: &str, apps: &[&Moved]) -> String {
    let mut parts = format!("railpack {base}\n");
    for app in apps {
        let _ = writeln!(parts, "app {:?}", app.home.shown);
        let found = findings(&app.migration).into_iter().filter(|finding| finding.is_kept);
        let lost: BTreeSet<(&str, String)> =
            found.map(|finding| (finding.rule.id, finding.subject)).collect();
        for (kind, subject) in lost {
            let _ = writeln!(parts, "lost {kind} {subject:?}");
        }
    }
    digest(parts.as_bytes())
}

/// The description for `apps`, without a marker.
pub(super) fn body(apps: &[&Moved]) -> String {
    let parts = apps.iter().map(|app| section(app, apps.len() > 1));
    let targets: BTreeSet<String> = apps.iter().map(|app| railpack::title(app.migration.target)).collect();
    let targets: Vec<String> = targets.into_iter().collect();
    within(&parts.collect::<Vec<_>>(), &foot(&targets, apps))
}

fn section(app: &Moved, among_others: bool) -> String {
    let migration = &app.migration;
    let (name, mut out) = section_heading(&app.home.shown, among_others);
    let config = migration.nixpacks.config.as_deref();
    let reads = match config {
        Some(config) => format!("Railpack reads nothing of {}", code(&limited(&app.home.shown_file(config)))),
        None => "Railpack does not do all that Nixpacks does".to_owned(),
    };
    let target = railpack::title(migration.target);
    let lost = count(migration.lost.len(), "thing");
    let after = match migration.left.len() {
        0 => "With this change it loses nothing in the plan.".to_owned(),
        left => {
            format!("With this change it still loses {}, which only you can deal with.", count(left, "thing"))
        }
    };
    let _ = writeln!(out, "{reads}. If {target} built {name} as it is now, it would lose {lost}. {after}\n");
    let found = findings(migration);
    let (kept, open): (Vec<&Finding>, Vec<&Finding>) = found.iter().partition(|finding| finding.is_kept);
    list(&mut out, "What it would lose without this change", kept.iter().map(|finding| said(finding)));
    list(&mut out, "What changes", app.changes.iter().map(|change| {
        let path = code(&limited(&app.home.shown_file(&change.path)));
        let what = match (change.path == CONFIG_FILE, change.created) {
            (true, true) => "is new. Nixpacks ignores it, so you can merge this before the move. On Dokku it chooses Railpack.",
            (true, false) => "gets what is missing. What it already says stays.",
            (false, _) => "asks for Python by its first two numbers, which is all that Nixpacks uses.",
        };
        format!("{path} {what}")
    }));
    // The rest is among the steps.
    let open = open.into_iter().filter(|finding| finding.is_loss);
    list(&mut out, "What is lost all the same", open.map(said_with_help));
    let steps = checklist(migration);
    if !steps.is_empty() {
        out.push_str("**To move, in this order**\n\n- [ ] merge this\n");
        for step in steps.iter().take(SHOWN) {
            let _ = writeln!(out, "- [ ] {}", prose(&limited(step)));
        }
        out.push('\n');
    }
    out
}

fn list(out: &mut String, head: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "**{head}**\n");
    for line in lines.iter().take(SHOWN) {
        let _ = writeln!(out, "- {line}");
    }
    if let Some(more) = lines.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(out, "- … and {more} more");
    }
    out.push('\n');
}

fn said(finding: &Finding) -> String {
    prose(&limited(&finding.message))
}

fn said_with_help(finding: &Finding) -> String {
    match &finding.help {
        Some(help) => format!("{}: {}", said(finding), prose(&limited(help))),
        None => said(finding),
    }
}

fn foot(targets: &[String], apps: &[&Moved]) -> String {
    let is_railway = |target: Target| target.is_railway();
    let preview = if apps.iter().any(|app| is_railway(app.migration.target)) {
        "deploy this branch to a preview environment whose builder is Railpack"
    } else {
        "deploy this branch to a test application that is built with Railpack"
    };
    format!(
        "- **Checked**: the plan of {} for these files beside that of Nixpacks 1.41.0, by [nixpacks-fix]({}) {}. It is a \
         prediction: no build was run.\n\
         - **Not checked**: whether it builds, names in private registries, settings in the dashboard.\n\n\
         **To verify**: {preview}, or run `railpack build .` where there is Docker.\n\n\
         **To decline**: close this, and the move is not proposed again. `pull-requests = false` in a file {} at the \
         root of the repository stops all pull requests of this tool. If you push to this branch, it is yours from then on: \
         the tool no longer changes it.\n",
        targets.join(" and "),
        env!("CARGO_PKG_REPOSITORY"),
        env!("CARGO_PKG_VERSION"),
        code(SETTINGS),
    )
}
