//! `fix`, ended at each step of its write.

use super::{command, end, files, has_steps, meanwhile, steps, succeeds, text};
use crate::support::Sandbox;
use std::fs::OpenOptions;
use std::io::Write as _;

const EXPLICIT: [&str; 3] = ["fix", "--strategy", "explicit"];

/// An app of which `explicit` changes two files.
fn two_files() -> Sandbox {
    let sandbox = Sandbox::new([("README.md", "")]);
    let before = format!("{}/golden/seeds/003-explicit/before/.", env!("CARGO_MANIFEST_DIR"));
    sandbox.tool("cp", "", &["-r", &before, "."], "");
    sandbox
}

#[test]
fn all_files_or_none_whatever_ended_the_run_at_whatever_step() {
    if !has_steps() {
        return;
    }
    let model = two_files();
    let before = files(&model.path());
    let steps = steps(&model, &EXPLICIT);
    let fixed = files(&model.path());
    for name in ["nixpacks.toml", "railway.json"] {
        assert_ne!(text(&before, name), text(&fixed, name), "{name}");
    }
    assert!(steps.iter().filter(|step| *step == "write: exchanged").count() == 2, "{steps:?}");
    for signal in ["KILL", "TERM"] {
        for (at, step) in steps.iter().enumerate() {
            let sandbox = two_files();
            end(&sandbox, &EXPLICIT, at, signal);
            if signal == "TERM" {
                // It waits for the end of the write.
                assert_eq!(files(&sandbox.path()), fixed, "{at} {step}");
            }
            // A look changes nothing and does not fail.
            let left = files(&sandbox.path());
            sandbox.run(&["check"]);
            assert_eq!(files(&sandbox.path()), left, "{at} {step}");
            succeeds(&sandbox, &EXPLICIT);
            assert_eq!(files(&sandbox.path()), fixed, "{at} {step}");
        }
    }
}

#[test]
fn a_new_file_is_there_whole_or_not_at_all_whatever_ended_the_run() {
    if !has_steps() {
        return;
    }
    let app = || {
        Sandbox::new([
            ("package.json", "{\"scripts\": {\"start\": \"next start\"}}"),
            ("requirements.txt", "flask\n"),
            ("app.py", "import flask\n"),
            ("Procfile", "web: python3 app.py\n"),
        ])
    };
    let model = app();
    let before = files(&model.path());
    let steps = steps(&model, &["fix"]);
    let fixed = files(&model.path());
    assert_eq!(text(&fixed, "nixpacks.toml"), "providers = [\"...\", \"python\"]\n");
    for (at, step) in steps.iter().enumerate() {
        let sandbox = app();
        end(&sandbox, &["fix"], at, "KILL");
        sandbox.run(&["fix", "--select", "cached-venv"]);
        let now = files(&sandbox.path());
        assert!(now == before || now == fixed, "{at} {step}: {now:?}");
        succeeds(&sandbox, &["fix"]);
        assert_eq!(files(&sandbox.path()), fixed, "{at} {step}");
    }
}

#[test]
fn an_emptied_file_is_gone_with_the_other_one_changed_or_neither_whatever_ended_the_run() {
    if !has_steps() {
        return;
    }
    let app = || {
        let sandbox = Sandbox::new([("README.md", "")]);
        let before =
            format!("{}/golden/interpreters/absolute-in-procfile/before/.", env!("CARGO_MANIFEST_DIR"));
        sandbox.tool("cp", "", &["-r", &before, "."], "");
        sandbox
    };
    let model = app();
    let before = files(&model.path());
    let steps = steps(&model, &["fix"]);
    let fixed = files(&model.path());
    assert!(steps.iter().any(|step| step == "write: moved away"), "{steps:?}");
    assert!(fixed.iter().all(|(name, _)| name != "nixpacks.toml"), "{fixed:?}");
    assert_ne!(text(&before, "Procfile"), text(&fixed, "Procfile"));
    for (at, step) in steps.iter().enumerate() {
        for signal in ["KILL", "TERM"] {
            let sandbox = app();
            end(&sandbox, &["fix"], at, signal);
            if signal == "TERM" {
                assert_eq!(files(&sandbox.path()), fixed, "{at} {step}");
            }
            sandbox.run(&["fix", "--select", "cached-venv"]);
            let now = files(&sandbox.path());
            assert!(now == before || now == fixed, "{signal} {at} {step}: {now:?}");
            succeeds(&sandbox, &["fix"]);
            assert_eq!(files(&sandbox.path()), fixed, "{signal} {at} {step}");
        }
    }
}

#[test]
fn the_next_run_starts_from_all_files_or_none_and_leaves_edits_alone() {
    if !has_steps() {
        return;
    }
    let model = two_files();
    let before = files(&model.path());
    let count = steps(&model, &EXPLICIT).len();
    let fixed = files(&model.path());
    for at in 0..count {
        // A run that changes nothing of its own shows what the state is that it starts from.
        let sandbox = two_files();
        end(&sandbox, &EXPLICIT, at, "KILL");
        let ran = sandbox.run(&["fix", "--select", "cached-venv"]);
        let now = files(&sandbox.path());
        assert!(now == before || now == fixed, "{at}: {ran:?} {now:?}");
        // What somebody adds after the kill is there after the next run, in a state of all or none.
        for name in ["nixpacks.toml", "railway.json"] {
            let sandbox = two_files();
            end(&sandbox, &EXPLICIT, at, "KILL");
            let mut file = OpenOptions::new().append(true).open(sandbox.path().join(name)).unwrap();
            write!(file, "{}", if name == "nixpacks.toml" { "# mine\n" } else { "\n\n" }).unwrap();
            let edited = files(&sandbox.path());
            let ran = sandbox.run(&["fix", "--select", "cached-venv"]);
            let now = files(&sandbox.path());
            assert_eq!(text(&now, name), text(&edited, name), "{at} {ran:?}");
            assert_eq!(now.len(), before.len(), "{at} {name} {ran:?} {now:?}");
        }
    }
}

#[test]
fn a_kill_while_the_last_one_is_tidied_up_is_no_harm() {
    if !has_steps() {
        return;
    }
    let exchanged =
        steps(&two_files(), &EXPLICIT).iter().position(|step| step == "write: exchanged").unwrap();
    let half = || {
        let sandbox = two_files();
        end(&sandbox, &EXPLICIT, exchanged, "KILL");
        sandbox
    };
    let model = half();
    let tidied = steps(&model, &EXPLICIT);
    let fixed = files(&model.path());
    assert!(tidied.iter().any(|step| step == "settle: put back"), "{tidied:?}");
    for (at, step) in tidied.iter().enumerate() {
        let sandbox = half();
        end(&sandbox, &EXPLICIT, at, "KILL");
        succeeds(&sandbox, &EXPLICIT);
        assert_eq!(files(&sandbox.path()), fixed, "{at} {step}");
    }
}

#[test]
fn says_what_was_put_back() {
    if !has_steps() {
        return;
    }
    let exchanged =
        steps(&two_files(), &EXPLICIT).iter().position(|step| step == "write: exchanged").unwrap();
    let sandbox = two_files();
    end(&sandbox, &EXPLICIT, exchanged, "KILL");
    let ran = succeeds(&sandbox, &EXPLICIT);
    assert!(ran.err.contains("note: an earlier `fix` was interrupted: `"), "{ran:?}");
    assert!(succeeds(&sandbox, &EXPLICIT).err.is_empty());
}

#[test]
fn a_run_at_work_is_left_alone_by_another_one() {
    if !has_steps() {
        return;
    }
    let model = two_files();
    let exchanged = steps(&model, &EXPLICIT).iter().position(|step| step == "write: exchanged").unwrap();
    let explicit = files(&model.path());
    let sandbox = two_files();
    // It stands between two files. The other one reads half an app, waits for the first, and then refuses.
    let (first, second) = meanwhile(&sandbox, &EXPLICIT, exchanged, || {
        command(&sandbox, &["fix", "--strategy", "venv"]).spawn().unwrap()
    });
    let second = second.wait_with_output().unwrap();
    assert_eq!(first.status.code(), Some(0), "{first:?}");
    assert!(matches!(second.status.code(), Some(0 | 2)), "{second:?}");
    assert_eq!(files(&sandbox.path()), explicit, "{second:?}");
}
