//! What each kind of command does in the simulated image, a row each.
#![allow(clippy::unwrap_used)]

use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::plan::{self, Dashboard};
use nixpacks_transforms::walk::{self, Call, CallKind, Command, Walk};

/// Packages of the Nix profile, the commands of one phase, and what comes of each:
/// how it ends, what it does with Python's packages behind a `:`, the next command behind a `|`, the virtual
/// environments behind `=>`. A call that fails has its reason behind a `!`.
const ROWS: &[(&str, &[&str], &str)] = &[
    ("python311", &["pip install flask"], "fails pip-not-found: pip !pip-not-found"),
    ("python311", &["python -m pip install flask"], "fails no-pip-module: pip !no-pip-module"),
    ("python311", &["python3.11 --version"], "ok"),
    ("python311", &["python3.12 --version"], "fails python-not-found: python !python-not-found"),
    ("", &["python --version"], "fails python-not-found: python !python-not-found"),
    ("", &["pip install flask"], "fails pip-not-found: pip !pip-not-found"),
    (
        "python311Packages.pip python311",
        &["pip install flask"],
        "fails externally-managed: pip !externally-managed",
    ),
    ("python311Packages.pip python311", &["pip install --break-system-packages flask"], "ok: pip"),
    (
        "python311Packages.pip python311",
        &["pip install --user flask"],
        "fails externally-managed: pip !externally-managed",
    ),
    ("python311Packages.pip python311", &["pip install --target vendor flask"], "ok: pip"),
    (
        "python311",
        &[
            "python -m venv /opt/venv",
            "/opt/venv/bin/pip install -r requirements.txt",
            "/opt/venv/bin/gunicorn --version",
        ],
        "ok: make /opt/venv | ok: pip in /opt/venv | ok: program /opt/venv/bin/gunicorn in /opt/venv => /opt/venv",
    ),
    (
        "python311",
        &["python -m venv .venv && . .venv/bin/activate && pip install flask"],
        "ok: make /app/.venv, activate /app/.venv, pip in /app/.venv => /app/.venv",
    ),
    (
        "python311",
        &["python -m venv .venv", ". .venv/bin/activate", "pip install flask"],
        "ok: make /app/.venv | ok: activate /app/.venv | fails pip-not-found: pip !pip-not-found => /app/.venv",
    ),
    (
        "python311",
        &["python -m venv .venv; source .venv/bin/activate; python -m pip install flask"],
        "ok: make /app/.venv, activate /app/.venv, pip in /app/.venv => /app/.venv",
    ),
    (
        "python311",
        &["python -m venv --without-pip v && v/bin/python -m pip install flask"],
        "fails no-pip-module: make /app/v, pip in /app/v !no-pip-module => /app/v",
    ),
    (
        "python311",
        &["python -m venv --without-pip v && v/bin/python -m ensurepip && v/bin/python -m pip install flask"],
        "ok: make /app/v, ensurepip in /app/v, pip in /app/v => /app/v",
    ),
    ("python311", &["/opt/venv/bin/pip install flask"], "fails venv-missing: pip !venv-missing"),
    ("python311", &["virtualenv /opt/venv"], "fails command-not-found: make /opt/venv !command-not-found"),
    (
        "python311 virtualenv",
        &["virtualenv /opt/venv", "/opt/venv/bin/pip install flask"],
        "ok: make /opt/venv | ok: pip in /opt/venv => /opt/venv",
    ),
    ("python311", &["python -m ensurepip"], "fails externally-managed: ensurepip !externally-managed"),
    ("python311", &["python -m ensurepip || true"], "ok: ensurepip !externally-managed"),
    (
        "python311",
        &["curl -sS https://bootstrap.pypa.io/get-pip.py | python"],
        "fails externally-managed: fetch get-pip, get-pip !externally-managed",
    ),
    (
        "python311",
        &[
            "curl -sSO https://bootstrap.pypa.io/get-pip.py",
            "python get-pip.py --break-system-packages",
            "python -m pip install --break-system-packages flask",
        ],
        "ok: fetch get-pip | ok: get-pip | ok: pip",
    ),
    ("python311", &["wget https://bootstrap.pypa.io/get-pip.py"], "ok: fetch get-pip"),
    (
        "python311 uv",
        &["uv pip install --system flask"],
        "fails externally-managed: uv pip --system !externally-managed",
    ),
    ("python311 uv", &["uv pip install flask"], "fails other: uv pip !other"),
    (
        "python311 uv",
        &["uv venv", "uv pip install -r requirements.txt"],
        "ok: make /app/.venv | ok: uv pip => /app/.venv",
    ),
    ("python311 uv", &["uv sync"], "ok: uv sync in /app/.venv => /app/.venv"),
    ("python311", &["poetry install"], "fails command-not-found: poetry install !command-not-found"),
    ("python311 pipenv", &["pipenv install"], "ok: pipenv install"),
    ("python311 pdm", &["pdm install"], "ok: pdm install"),
    (
        "python311",
        &["cd server && python -m venv v && v/bin/pip install -r requirements.txt"],
        "ok: make /app/server/v, pip in /app/server/v => /app/server/v",
    ),
    ("python311", &["cd nowhere && pip install flask"], "fails no-such-file: pip !pip-not-found"),
    ("python311", &["cd server", "ls main.py"], "ok | ok"),
    ("python311", &["python main.py"], "fails module-not-found: python !module-not-found"),
    ("python311", &["python nothing.py"], "fails no-such-file: python !no-such-file"),
    ("python311", &["python -c 'print(1)'"], "ok: python"),
    ("python311", &["python -m http.server --help"], "ok: python"),
    ("python311", &["python -m flask run"], "fails module-not-found: python !module-not-found"),
    (
        "python311",
        &["python -m venv v && v/bin/python main.py"],
        "fails module-not-found: make /app/v, python in /app/v !module-not-found => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && v/bin/pip install -r requirements.txt && v/bin/python main.py"],
        "ok: make /app/v, pip in /app/v, python in /app/v => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && v/bin/pip install -r missing.txt"],
        "fails no-such-file: make /app/v, pip in /app/v !no-such-file => /app/v",
    ),
    ("python311", &["pip install flask || true"], "ok: pip !pip-not-found"),
    (
        "python311",
        &["pip install flask || python -m venv v"],
        "ok: pip !pip-not-found, make /app/v => /app/v",
    ),
    ("python311", &["false && pip install flask"], "fails other: pip !pip-not-found"),
    ("python311", &["! pip --version"], "ok: pip !pip-not-found"),
    ("python311", &["pip install flask; true"], "ok: pip !pip-not-found"),
    ("python311", &["pip list | cat"], "fails pip-not-found: pip !pip-not-found"),
    ("python311", &["pip list & wait"], "ok: pip !pip-not-found"),
    (
        "python311",
        &["(python -m venv v && . v/bin/activate); pip --version"],
        "fails pip-not-found: make /app/v, activate /app/v, pip !pip-not-found => /app/v",
    ),
    (
        "python311",
        &["{ python -m venv v && . v/bin/activate; }; pip --version"],
        "ok: make /app/v, activate /app/v, pip in /app/v => /app/v",
    ),
    (
        "python311",
        &["bash -c 'python -m venv v && v/bin/pip install flask'"],
        "ok: make /app/v, pip in /app/v => /app/v",
    ),
    ("python311", &["sh -c 'pip install flask'"], "fails pip-not-found: pip !pip-not-found"),
    ("python311", &["bash build.sh"], "fails no-such-file"),
    ("python311", &["sudo pip install flask"], "fails pip-not-found: pip !pip-not-found"),
    ("python311", &["env A=1 python -m venv v"], "ok: make /app/v => /app/v"),
    ("python311", &["time python -m venv v"], "ok: make /app/v => /app/v"),
    ("python311", &["A=v; python -m venv $A"], "unknown"),
    ("python311", &["python -m venv $UNKNOWN_DIRECTORY"], "unknown"),
    ("python311", &["$(which python) -m pip install flask"], "unknown"),
    (
        "python311",
        &["export PATH=/app/v/bin:$PATH && python -m venv v && pip install flask"],
        "ok: make /app/v, pip in /app/v => /app/v",
    ),
    ("python311", &["mkdir -p /opt/a && cp -r server /opt/a && cd /opt/a/server && ls main.py"], "ok"),
    (
        "python311",
        &["python -m venv v && ln -s /app/v /opt/link && /opt/link/bin/pip install flask"],
        "ok: make /app/v, pip in /app/v => /app/v",
    ),
    ("python311", &["conda install flask"], "fails command-not-found: program conda !command-not-found"),
    ("python311", &["npm ci"], "fails command-not-found: program npm !command-not-found"),
    ("python311 nodejs", &["npm --version"], "ok"),
    (
        "python311",
        &["apt-get install -y python3-pip && pip install flask"],
        "fails pip-not-found: pip !pip-not-found",
    ),
    ("python311 gcc", &["gcc --version"], "ok"),
    ("python311", &["set -e; pip list"], "fails pip-not-found: pip !pip-not-found"),
    ("python311", &["if pip --version; then echo yes; fi"], "unknown"),
    (
        "python311",
        &["pip install flask && gunicorn --version"],
        "fails pip-not-found: pip !pip-not-found, program gunicorn !command-not-found",
    ),
    (
        "python311",
        &["python -m venv /opt/venv && /opt/venv/bin/pip install gunicorn && gunicorn --version"],
        "fails command-not-found: make /opt/venv, pip in /opt/venv, program gunicorn !command-not-found => /opt/venv",
    ),
];

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
        ("server/requirements.txt", "flask\n"),
        ("server/main.py", "import flask\n"),
    ])
}

fn ends(fails: bool, unsure: bool, reason: Option<walk::Reason>) -> String {
    match reason {
        Some(reason) if fails => format!("fails {}", reason.name()),
        _ if unsure => "unknown".to_owned(),
        _ => "ok".to_owned(),
    }
}

fn does(call: &Call) -> String {
    let what = match &call.kind {
        CallKind::Pip(_) => "pip".to_owned(),
        CallKind::EnsurePip => "ensurepip".to_owned(),
        CallKind::FetchGetPip => "fetch get-pip".to_owned(),
        CallKind::RunGetPip => "get-pip".to_owned(),
        CallKind::MakeVenv { dir } => format!("make {dir}"),
        CallKind::Activate { dir } => format!("activate {dir}"),
        CallKind::UvPip { system } => if *system { "uv pip --system" } else { "uv pip" }.to_owned(),
        CallKind::Manager { tool, verb } => format!("{tool} {verb}"),
        CallKind::Python { .. } => "python".to_owned(),
        CallKind::Program { name } => format!("program {name}"),
    };
    let inside = match &call.kind {
        CallKind::MakeVenv { .. } | CallKind::Activate { .. } => String::new(),
        _ => call.venv.as_ref().map(|dir| format!(" in {dir}")).unwrap_or_default(),
    };
    let fails = call.reason().map(|reason| format!(" !{}", reason.name())).unwrap_or_default();
    format!("{what}{inside}{fails}")
}

fn seen(walk: &Walk) -> String {
    let command = |command: &Command| {
        let ends = ends(command.fails(), command.is_unknown(), command.reason());
        let calls: Vec<String> = command.calls.iter().map(does).collect();
        if calls.is_empty() { ends } else { format!("{ends}: {}", calls.join(", ")) }
    };
    let build = walk.commands.iter().filter(|command| command.phase.is_some());
    let commands: Vec<String> = build.map(command).collect();
    let venvs = if walk.venvs.is_empty() { String::new() } else { format!(" => {}", walk.venvs.join(" ")) };
    format!("{}{venvs}", commands.join(" | "))
}

#[test]
fn each_command_does_what_it_does_in_the_image() {
    let mut wrong = Vec::new();
    for (packages, commands, expected) in ROWS {
        let app = app(packages, commands);
        let found = seen(&walk::walk(&plan::model(&app, &Dashboard::default()), &app));
        if found != *expected {
            wrong.push(format!("    (\"{packages}\", &{commands:?}, \"{found}\"),"));
        }
    }
    assert!(wrong.is_empty(), "these rows came out otherwise:\n{}", wrong.join("\n"));
}
