//! Long files take a time that grows as they do: were it with their square, this would not end.

#![allow(clippy::unwrap_used)]

use nixpacks_railpack::migrate::migrate;
use nixpacks_railpack::release::{Platform, Target};
use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::plan::Dashboard;
use std::fmt::Write as _;

const MANY: usize = 12_000;

fn moved(nixpacks: &str, more: &[(&str, String)]) -> usize {
    let mut app =
        MemoryApp::new([("nixpacks.toml", nixpacks), ("requirements.txt", "flask\n"), ("main.py", "")]);
    for (path, text) in more {
        app.insert(*path, text.as_str());
    }
    migrate(&app, Target::of(Platform::Railway), &Dashboard::default()).lost.len()
}

#[test]
fn many_commands_and_packages() {
    for command in [
        "pip install package-{}",
        "mkdir -p /etc/own{}",
        "npm run build-{}",
        "pip install -r file{}.txt",
        "python -m venv /opt/env{}",
    ] {
        let mut toml = "[phases.install]\ncmds = [\n".to_owned();
        for number in 0..MANY {
            let _ = writeln!(toml, "  {:?},", command.replace("{}", &number.to_string()));
        }
        toml.push_str("]\n");
        let lost = moved(&toml, &[]);
        assert!(lost >= MANY || command.contains("venv"), "{command}: {lost}");
    }
    let names: Vec<String> = (0..MANY).map(|number| format!("\"name{number}\"")).collect();
    assert!(moved(&format!("[phases.setup]\nnixPkgs = [{}]\n", names.join(", ")), &[]) >= MANY);
}

#[test]
fn many_steps_and_a_long_start() {
    let steps: Vec<String> = (0..50_000).map(|number| format!("\"a{number}\": {{}}")).collect();
    let json = format!("{{\"steps\": {{{}}}}}", steps.join(", "));
    assert_eq!(moved("", &[("railpack.json", json)]), 1);
    let json = format!("{{\"steps\": {{{}}}}}", steps[..1000].join(", "));
    moved("", &[("railpack.json", json)]);
    moved(&format!("[start]\ncmd = \"python main.py {}\"\n", "a ${PORT:-1} ".repeat(20_000)), &[]);
}
