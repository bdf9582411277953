//! The picture of the README is what the command prints. `BLESS=1` writes it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod support;

use anstyle_svg::Term;
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
    support::hold("docs/check.svg", &picture);
}
