//! The description of a pull request: what a maintainer has to know, in ten seconds.

use super::markdown::{block, code, prose};
use crate::forge::LONGEST;
use crate::report::prose::{self as words, NOT_CHECKED, count, list, shorten};
use crate::report::{Examined, FixStatus, fix_status};
use crate::settings::NAME as SETTINGS;
use nixpacks_transforms::engine::Outcome;
use nixpacks_transforms::rules::Severity;
use nixpacks_transforms::simulate;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Characters that are left for the marker, and for a mark of a draft.
const ROOM: usize = 600;
/// Reasons that one app is given at most.
const REASONS: usize = 6;
/// Characters of an error that are quoted.
const QUOTED: usize = 400;

/// The description for the repairs of `apps`, without a marker.
pub(crate) fn body(apps: &[&Examined], unsafe_fixes: bool) -> String {
    let parts: Vec<String> = apps.iter().map(|app| section(app, apps.len() > 1)).collect();
    let foot = foot(apps, unsafe_fixes);
    let mut out = String::new();
    let mut left = LONGEST.saturating_sub(ROOM + foot.chars().count());
    let mut shown = 0;
    for part in &parts {
        let length = part.chars().count();
        if length + 100 > left {
            break;
        }
        left -= length;
        shown += 1;
        out.push_str(part);
    }
    if shown < parts.len() {
        let _ = writeln!(out, "… and {}; the diff has them all.\n", count(parts.len() - shown, "more app"));
    }
    out + &foot
}

fn section(app: &Examined, among_others: bool) -> String {
    let mut out = String::new();
    let Ok(outcome) = &app.result else { return out };
    let name =
        if app.home.shown == "." { "this repository".to_owned() } else { code(&limited(&app.home.shown)) };
    if among_others {
        let _ = writeln!(out, "### {}\n", if app.home.shown == "." { "The app at the root" } else { &name });
    }
    let _ = match outcome.before.outcome {
        failure @ simulate::Outcome::Fails { .. } => {
            let predicted = words::outcome(failure);
            writeln!(out, "The Nixpacks deploy of {name} is {predicted}:\n\n{}\n", error(outcome))
        }
        builds @ simulate::Outcome::Builds => {
            let predicted = words::outcome(builds);
            writeln!(out, "{name} is {predicted} as it is, but some of its settings can cause trouble.\n")
        }
        unknown @ simulate::Outcome::Unknown => {
            writeln!(out, "Whether the Nixpacks deploy of {name} works is {}.\n", words::outcome(unknown))
        }
    };
    why(app, outcome, &mut out);
    what(app, outcome, &mut out);
    let _ = match outcome.after.outcome {
        builds @ simulate::Outcome::Builds => {
            writeln!(out, "With this change the app is {}.\n", words::outcome(builds))
        }
        unknown @ simulate::Outcome::Unknown => {
            writeln!(out, "Whether the build works with this change is {}.\n", words::outcome(unknown))
        }
        failure @ simulate::Outcome::Fails { .. } => writeln!(
            out,
            "With this change the build gets further. It is then {}, with an error that has to be fixed by hand: {}\n",
            words::outcome(failure),
            prose(&limited(&outcome.after.detail))
        ),
    };
    left(outcome, &mut out);
    out
}

/// The command and what it answers, as a build log has them.
fn error(outcome: &Outcome) -> String {
    let command = outcome.before.command.as_ref().map(|command| format!("$ {}", shorten(command)));
    let detail = limited(&outcome.before.detail);
    block(&command.into_iter().chain([detail]).collect::<Vec<_>>())
}

fn why(app: &Examined, outcome: &Outcome, out: &mut String) {
    let mut seen = BTreeSet::new();
    let mut lines = Vec::new();
    for finding in
        outcome.findings.iter().filter(|finding| fix_status(outcome, finding) == FixStatus::Fixable)
    {
        let mut line = prose(&limited(&finding.message));
        for note in &finding.notes {
            let _ = write!(line, "; {}", prose(&limited(note)));
        }
        let place = finding.place.as_ref().and_then(|place| {
            let at = app.texts.get(&place.path)?.position(place.span.start).line;
            Some(format!("{}, line {at}: ", code(&limited(&app.home.shown_file(&place.path)))))
        });
        if seen.insert(line.clone()) {
            lines.push(format!("- {}{line}", place.unwrap_or_default()));
        }
    }
    if lines.is_empty() {
        return;
    }
    let more = lines.len().saturating_sub(REASONS);
    lines.truncate(REASONS);
    let _ = writeln!(out, "**Why**\n\n{}", lines.join("\n"));
    if more > 0 {
        let _ = writeln!(out, "- … and {}", count(more, "more reason"));
    }
    out.push('\n');
}

fn what(app: &Examined, outcome: &Outcome, out: &mut String) {
    let _ = writeln!(out, "**What changes**\n");
    for change in &outcome.changes {
        let applied = outcome
            .fixes
            .iter()
            .filter(|fix| fix.applied && fix.edits.iter().any(|edit| edit.path == change.path));
        let mut titles: Vec<String> = applied.map(|fix| prose(&limited(&fix.title))).collect();
        titles.dedup();
        let _ =
            writeln!(out, "- {}: {}", code(&limited(&app.home.shown_file(&change.path))), titles.join("; "));
    }
    out.push('\n');
}

fn left(outcome: &Outcome, out: &mut String) {
    let open = outcome.remaining.iter().filter(|finding| finding.severity > Severity::Note);
    let mut open: Vec<String> = open.map(|finding| prose(&limited(&finding.message))).collect();
    open.dedup();
    open.truncate(REASONS);
    if !open.is_empty() {
        let _ = writeln!(out, "Left to fix by hand: {}.\n", list(&open));
    }
}

fn foot(apps: &[&Examined], unsafe_fixes: bool) -> String {
    let unsafe_fixes = if unsafe_fixes {
        " It was run with `--unsafe-fixes`, which allows changes to what may work today: please check them with care."
    } else {
        ""
    };
    let paths: Vec<&str> =
        apps.iter().map(|app| app.home.shown.as_str()).filter(|path| *path != ".").take(3).collect();
    let build = match paths.as_slice() {
        [one] if apps.len() == 1 => format!(" (in {})", code(&limited(one))),
        _ => String::new(),
    };
    let not_checked = NOT_CHECKED.trim_start_matches("not checked: ");
    format!(
        "- **Checked**: the plan that Nixpacks 1.41.0 makes of these files, command by command, by [nixpacks-fix]({}) \
         {}. It is a prediction: no build was run.{unsafe_fixes}\n\
         - **Not checked**: {not_checked}.\n\n\
         **To verify**: deploy this branch to a preview environment, or run `nixpacks build .`{build} where there \
         is Docker.\n\n\
         **To decline**: close this, and this change is not proposed again. `pull-requests = false` in a file \
         {} at the root of the repository stops all of them. If you push to this branch, it is yours from then on: the tool no longer \
         changes it.\n",
        env!("CARGO_PKG_REPOSITORY"),
        env!("CARGO_PKG_VERSION"),
        code(SETTINGS),
    )
}

fn limited(text: &str) -> String {
    let mut chars = text.trim().trim_end_matches('.').chars();
    let head: String = chars.by_ref().take(QUOTED).collect();
    if chars.next().is_some() { format!("{head}…") } else { head }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, body};
    use crate::report::sample::examined;

    #[test]
    fn says_what_fails_why_what_changes_and_what_was_not_checked() {
        let app = examined(&["safe", "none"]);
        let text = body(&[&app], false);
        for want in [
            "The Nixpacks deploy of `app` is predicted to fail when Nix installs the packages:\n\n```text\nundefined variable 'pip'\n```",
            "- `app/nixpacks.toml`, line 2: `pip` is no attribute of nixpkgs; Nix stops",
            "- `app/nixpacks.toml`: drop `pip`\n",
            "predicted to install and start",
            "**Not checked**: whether packages compile",
            "`pull-requests = false`",
        ] {
            assert!(text.contains(want), "{want:?} is not in\n{text}");
        }
        for word in ["proved", "built", "verified", "guarantee"] {
            assert!(!text.contains(word), "{word}");
        }
    }

    #[test]
    fn stays_below_the_longest_description_however_much_there_is() {
        let mut app = examined(&["safe"]);
        app.home.shown = "`@a\n".repeat(50_000);
        let apps = vec![&app; 400];
        let text = body(&apps, true);
        assert!(text.chars().count() < LONGEST - 500, "{}", text.chars().count());
        assert!(text.contains("more apps; the diff has them all") && text.contains("**To decline**"));
    }
}
