//! What each kind of command does in the simulated image, a row each.
#![allow(clippy::unwrap_used)]

mod files_and_packages;
mod read_from_files;
mod rows;

use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::plan::{self, Dashboard};
use nixpacks_transforms::simulate::{self, Command, Invocation, InvocationKind, Simulation};
use rows::ROWS;

/// `requirements.txt` asks for flask and gunicorn, and `server/` is a second app.
fn app(packages: &str, commands: &[&str]) -> MemoryApp {
    let quoted = |words: &mut dyn Iterator<Item = &str>| -> String {
        words.map(|word| format!("'''{word}'''")).collect::<Vec<_>>().join(", ")
    };
    let (packages, commands) =
        (quoted(&mut packages.split_whitespace()), quoted(&mut commands.iter().copied()));
    let config = format!(
        "providers = []\n[phases.setup]\nnixPkgs = [{packages}]\n[phases.install]\ncmds = [{commands}]\n[start]\ncmd = \"true\"\n"
    );
    MemoryApp::new([
        ("nixpacks.toml", config.as_str()),
        ("requirements.txt", "flask\ngunicorn\n"),
        ("main.py", "import flask\n"),
        ("pyproject.toml", "[project]\nname = \"shop\"\nversion = \"1\"\ndependencies = [\"flask\"]\n"),
        ("web.py", "import flask\n"),
        ("plain.py", "import json\n"),
        ("uses_plain.py", "import plain\nfrom server import extra\n"),
        ("tries.py", "try:\n    import flask\nexcept ImportError:\n    flask = None\n"),
        (
            "scripts/install.sh",
            "#!/bin/bash\nset -e\npython -m venv v\nv/bin/pip install -r requirements.txt\n",
        ),
        ("scripts/broken.sh", "set -e\npip install flask\necho done\n"),
        ("scripts/env.sh", "export A=1\n"),
        ("scripts/nested.sh", "#!/bin/bash\nset -e\nbash scripts/broken.sh\n"),
        ("scripts/function.sh", "add() {\n  pip install \"$@\"\n}\n"),
        ("scripts/loop.sh", "for i in 1 2; do\n  pip install flask || true\ndone\npython -m venv v\n"),
        (
            "Makefile",
            "venv:\n\tpython -m venv v\nplain:\n\t@echo hello\nvariables:\n\t$(PIP) install x\ninstall: venv\n\tv/bin/pip install flask\n",
        ),
        (".gitmodules", "[submodule \"shared\"]\n\tpath = libs/shared\n\turl = ../shared.git\n"),
        ("commented.txt", "flask\n# web\ngunicorn\n"),
        ("scripts/mistake.sh", "set -e\npip install flask\nif [ -f x ]; then\n  echo x\n"),
        ("scripts/late_mistake.sh", "python -m venv v\nv/bin/pip install flask\n\nfi\necho done\n"),
        ("scripts/never_reached.sh", "echo hello\nexit 0\nfi\n"),
        ("server/extra.py", "import os\n"),
        ("server/requirements.txt", "flask\n"),
        ("server/main.py", "import flask\n"),
    ])
}

fn ends(fails: bool, unsure: bool, reason: Option<simulate::Reason>) -> String {
    match reason {
        Some(reason) if fails => format!("fails {}", reason.name()),
        _ if unsure => "unknown".to_owned(),
        _ => "ok".to_owned(),
    }
}

fn does(call: &Invocation) -> String {
    let place = call.file.as_ref().map(|file| format!(" at {file}:{}", call.span.start)).unwrap_or_default();
    let what = match &call.kind {
        InvocationKind::Pip(_) => "pip".to_owned(),
        InvocationKind::EnsurePip => "ensurepip".to_owned(),
        InvocationKind::FetchGetPip => "fetch get-pip".to_owned(),
        InvocationKind::RunGetPip => "get-pip".to_owned(),
        InvocationKind::MakeVenv { dir } => format!("make {dir}"),
        InvocationKind::Activate { dir } => format!("activate {dir}"),
        InvocationKind::UvPip { system } => if *system { "uv pip --system" } else { "uv pip" }.to_owned(),
        InvocationKind::Manager { tool, verb } => format!("{tool} {verb}"),
        InvocationKind::Python { .. } => "python".to_owned(),
        InvocationKind::Program { name } => format!("program {name}"),
    };
    let inside = match &call.kind {
        InvocationKind::MakeVenv { .. } | InvocationKind::Activate { .. } => String::new(),
        _ => call.venv.as_ref().map(|dir| format!(" in {dir}")).unwrap_or_default(),
    };
    let fails = call.reason().map(|reason| format!(" !{}", reason.name())).unwrap_or_default();
    format!("{what}{inside}{place}{fails}")
}

fn seen(walk: &Simulation) -> String {
    let command = |command: &Command| {
        let ends = ends(command.fails(), command.is_unknown(), command.reason());
        let invocations: Vec<String> = command.all_invocations().map(does).collect();
        if invocations.is_empty() { ends } else { format!("{ends}: {}", invocations.join(", ")) }
    };
    let build = walk.commands.iter().filter(|command| command.phase.is_some());
    let commands: Vec<String> = build.map(command).collect();
    let venvs = if walk.venvs.is_empty() { String::new() } else { format!(" => {}", walk.venvs.join(" ")) };
    format!("{}{venvs}", commands.join(" | "))
}

#[test]
fn each_command_does_what_it_does_in_the_image() {
    let mut wrong = Vec::new();
    for (packages, commands, expected) in
        ROWS.iter().chain(files_and_packages::ROWS).chain(read_from_files::ROWS)
    {
        let app = app(packages, commands);
        let found = seen(&simulate::simulate(&plan::model(&app, &Dashboard::default()), &app));
        if found != *expected {
            wrong.push(format!("    (\"{packages}\", &{commands:?}, \"{found}\"),"));
        }
    }
    assert!(wrong.is_empty(), "these rows came out otherwise:\n{}", wrong.join("\n"));
}
