//! The picture of the README is what the command prints. `BLESS=1` writes it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod support;

use anstyle_svg::Term;
use std::fs;
use std::path::Path;
use support::{BROKEN, Sandbox};

#[test]
fn the_picture_is_what_the_command_prints() {
    let sandbox = Sandbox::new([
        ("nixpacks.toml", BROKEN),
        ("requirements.txt", "flask\n"),
        ("main.py", "import flask\n"),
    ]);
    let ran = sandbox.run(&["check", "--color", "always"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let picture = Term::new().render_svg(&format!("$ nixpacks-fix check\n{}", ran.out));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/check.svg");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, &picture).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap_or_default(), picture, "`BLESS=1` writes {}", file.display());
}
