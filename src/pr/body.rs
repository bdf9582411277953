//! The description of a pull request: what a maintainer has to know, in ten seconds.

use crate::forge::LONGEST;
use crate::report::Examined;
use crate::report::account::{self, limited};
use crate::report::inert_markdown::code;
use crate::report::prose::{NOT_CHECKED, count};
use crate::settings::NAME as SETTINGS;
use std::fmt::Write as _;

/// Characters that are left for the marker, and for a mark of a draft.
const ROOM: usize = 600;

/// The description for the repairs of `apps`, without a marker.
pub(crate) fn body(apps: &[&Examined], unsafe_fixes: bool) -> String {
    let parts: Vec<String> = apps.iter().map(|app| section(app, apps.len() > 1)).collect();
    within(&parts, &foot(apps, unsafe_fixes))
}

/// As many of `parts` as there is place for, and `foot`.
pub(super) fn within(parts: &[String], foot: &str) -> String {
    let mut out = String::new();
    let mut left = LONGEST.saturating_sub(ROOM + foot.chars().count());
    let mut shown = 0;
    for part in parts {
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
    out + foot
}

fn section(app: &Examined, among_others: bool) -> String {
    let Ok(outcome) = &app.result else { return String::new() };
    let (name, mut out) = section_heading(&app.home.shown, among_others);
    let _ = writeln!(out, "{}", account::problem(&name, outcome));
    let why = account::reasons(app, account::fixed(outcome));
    if !why.is_empty() {
        let _ = writeln!(out, "**Why**\n\n{why}\n");
    }
    let _ = writeln!(out, "**What changes**\n\n{}\n", account::files_changed(app, outcome));
    let _ = writeln!(out, "{}", account::outlook(outcome));
    let left = account::left(outcome);
    if !left.is_empty() {
        let _ = writeln!(out, "{left}");
    }
    out
}

/// What an app is called, and what stands above its section if there are several.
pub(super) fn section_heading(shown: &str, among_others: bool) -> (String, String) {
    let name = if shown == "." { "this repository".to_owned() } else { code(&limited(shown)) };
    if !among_others {
        return (name, String::new());
    }
    let heading = format!("### {}\n\n", if shown == "." { "The app at the root" } else { &name });
    (name, heading)
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
