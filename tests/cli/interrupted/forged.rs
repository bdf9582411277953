//! Journals that somebody else wrote, or that were copied.

use super::{end, files, has_steps, steps, succeeds};
use crate::support::{BROKEN, Sandbox};
use std::fs;

const EDITED: &str = "# edited by hand\n[phases.setup]\nnixPkgs = [\"...\"]\n";

#[test]
fn a_journal_that_was_copied_with_the_app_is_not_followed() {
    if !has_steps() {
        return;
    }
    let count = steps(&Sandbox::broken(), &["fix"]).len();
    for at in 0..count {
        let left = Sandbox::broken();
        end(&left, &["fix"], at, "KILL");
        // As a clone, an archive or a copy has it; whoever ships it may have written it.
        let sandbox = Sandbox::new([("README.md", "")]);
        sandbox.tool("cp", "", &["-a", &format!("{}/.", left.path().display()), "."], "");
        sandbox.write("nixpacks.toml", EDITED);
        let before = files(&sandbox.path());
        succeeds(&sandbox, &["fix"]);
        let after = files(&sandbox.path());
        // An empty one holds nothing that anybody could miss.
        let kept: Vec<_> =
            before.iter().filter(|(name, text)| !(name.ends_with(".journal") && text.is_empty())).collect();
        assert_eq!(after.iter().collect::<Vec<_>>(), kept, "{at}");
    }
}

#[test]
fn a_forged_journal_is_left_alone_whatever_it_says() {
    let journal = |body: &str| format!("nixpacks-fix journal 1 12345 1700000000.000000000\n{body}\n");
    let bytes = |path: &str| format!("{{\"Unix\":{:?}}}", path.as_bytes());
    let outside = Sandbox::new([("precious", "mine\n")]);
    let precious = outside.path().join("precious").display().to_string();
    let sandbox = Sandbox::broken();
    let here = sandbox.path().display().to_string();
    let config = format!("{here}/nixpacks.toml");
    for (at, target) in [precious.as_str(), config.as_str(), "../precious"].iter().enumerate() {
        let body = format!(
            "{{\"dir\":{},\"files\":[{{\"target\":{},\"before\":\"forged\",\"after\":{:?}}}],\"commit\":null}}",
            bytes(&here),
            bytes(target),
            if at == 0 { "mine\n" } else { BROKEN },
        );
        sandbox.write(format!(".nixpacks-fix-000000000000000{at}.journal"), journal(&body));
        sandbox.write(format!(".nixpacks-fix-000000000000000{at}-0.tmp"), "forged");
    }
    sandbox.tool("mkfifo", "", &[".nixpacks-fix-0000000000000009.journal"], "");
    sandbox.tool("ln", "", &["-s", &precious, ".nixpacks-fix-0000000000000008.journal"], "");
    let before = files(&sandbox.path());
    let ran = succeeds(&sandbox, &["fix"]);
    assert!(ran.err.is_empty(), "{ran:?}");
    for (name, text) in before.iter().filter(|(name, _)| name != "nixpacks.toml") {
        assert_eq!(&sandbox.read(name), text, "{name}");
    }
    assert_eq!(outside.read("precious"), "mine\n");
    assert!(!sandbox.read("nixpacks.toml").contains("forged"));
    assert!(fs::symlink_metadata(sandbox.path().join(".nixpacks-fix-0000000000000009.journal")).is_ok());
}
