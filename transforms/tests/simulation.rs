//! What each kind of command does in the simulated image, a row each.
#![allow(clippy::unwrap_used)]

use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::plan::{self, Dashboard};
use nixpacks_transforms::simulate::{self, Command, Invocation, InvocationKind, Simulation};

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
    ("python311", &["if pip --version; then echo yes; fi"], "ok: pip !pip-not-found"),
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
    ("python311", &["make install"], "ok: make /app/v at Makefile:7, pip in /app/v at Makefile:88 => /app/v"),
    (
        "python311",
        &["if pip --version; then echo yes; else python -m venv v; fi", "v/bin/pip list"],
        "ok: pip !pip-not-found, make /app/v | ok: pip in /app/v => /app/v",
    ),
    (
        "python311",
        &[
            "if [ -f requirements.txt ]; then python -m venv v && v/bin/pip install -r requirements.txt; fi",
            "v/bin/gunicorn --version",
        ],
        "ok: make /app/v, pip in /app/v | ok: program v/bin/gunicorn in /app/v => /app/v",
    ),
    ("python311", &["if [ -f absent.txt ]; then pip install x; fi"], "ok"),
    ("python311", &["if [ \"$CI\" = 1 ]; then echo a; else echo b; fi"], "ok"),
    (
        "python311",
        &["if [ \"$CI\" = 1 ]; then python -m venv v; fi", "v/bin/pip list"],
        "unknown: make /app/v | fails no-such-file: pip !no-such-file",
    ),
    (
        "python311",
        &["if [ \"$CI\" = 1 ]; then pip list; else pip install x; fi"],
        "fails pip-not-found: pip !pip-not-found, pip !pip-not-found",
    ),
    ("python311", &["[[ -d server && ! -f none ]] && cd server && ls main.py"], "ok"),
    ("python311", &["for d in server; do python -m venv $d/v; done"], "unknown"),
    ("python311", &["for f in a b; do echo $f; done"], "ok"),
    (
        "python311",
        &["case x in x) python -m venv v;; *) false;; esac", "v/bin/pip list"],
        "ok: make /app/v | ok: pip in /app/v => /app/v",
    ),
    ("python311", &["case \"$A\" in dev) echo a;; *) echo b;; esac"], "ok"),
    (
        "python311",
        &["f() { python -m venv v; }; f && v/bin/pip list"],
        "ok: make /app/v, pip in /app/v => /app/v",
    ),
    ("python311", &["while true; do sleep 1; done"], "unknown"),
    (
        "python311",
        &["bash scripts/install.sh", "v/bin/gunicorn --version"],
        "ok: make /app/v at scripts/install.sh:19, pip in /app/v at scripts/install.sh:36 | ok: program v/bin/gunicorn in /app/v => /app/v",
    ),
    (
        "python311",
        &["sh scripts/broken.sh"],
        "fails pip-not-found: pip at scripts/broken.sh:7 !pip-not-found",
    ),
    ("python311", &["./scripts/install.sh"], "fails other"),
    (
        "python311",
        &["chmod +x scripts/install.sh && ./scripts/install.sh", "v/bin/pip list"],
        "ok: make /app/v at scripts/install.sh:19, pip in /app/v at scripts/install.sh:36 | ok: pip in /app/v => /app/v",
    ),
    (
        "python311",
        &["source scripts/env.sh", "source scripts/env.sh && python3 -m venv v"],
        "ok | ok: make /app/v => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && v/bin/pip install gunicorn && v/bin/gunicorn web:app"],
        "ok: make /app/v, pip in /app/v, program v/bin/gunicorn in /app/v => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && v/bin/pip install gunicorn && v/bin/gunicorn absent:app"],
        "fails module-not-found: make /app/v, pip in /app/v, program v/bin/gunicorn in /app/v !module-not-found => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && v/bin/pip install gunicorn && v/bin/gunicorn --chdir server main:app"],
        "ok: make /app/v, pip in /app/v, program v/bin/gunicorn in /app/v => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && v/bin/pip install uvicorn && v/bin/uvicorn main:app --app-dir server"],
        "ok: make /app/v, pip in /app/v, program v/bin/uvicorn in /app/v => /app/v",
    ),
    (
        "python311",
        &[
            "python -m venv v && v/bin/pip install uvicorn && PYTHONPATH=server v/bin/python -m uvicorn extra:app",
        ],
        "ok: make /app/v, pip in /app/v, python in /app/v => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && v/bin/pip install celery && v/bin/celery -A tasks worker"],
        "fails module-not-found: make /app/v, pip in /app/v, program v/bin/celery in /app/v !module-not-found => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && v/bin/pip install flask && v/bin/flask --app server.main run"],
        "ok: make /app/v, pip in /app/v, program v/bin/flask in /app/v => /app/v",
    ),
    ("python311", &["python plain.py"], "ok: python"),
    ("python311", &["python uses_plain.py"], "ok: python"),
    ("python311", &["python tries.py"], "unknown: python"),
    ("python311", &["python -m plain"], "ok: python"),
    ("(python311.withPackages(ps:[ps.flask]))", &["python main.py"], "ok: python"),
    (
        "python311",
        &[
            "git clone https://example.org/x.git && python -m venv v && v/bin/pip install gunicorn && v/bin/gunicorn absent:app",
        ],
        "unknown: make /app/v, pip in /app/v, program v/bin/gunicorn in /app/v => /app/v",
    ),
    ("python311 just", &["just build"], "unknown"),
    ("python311", &["make plain"], "ok"),
    ("python311", &["make variables"], "unknown"),
    (
        "python311",
        &["make venv", "v/bin/pip list"],
        "ok: make /app/v at Makefile:7 | ok: pip in /app/v => /app/v",
    ),
    ("python311", &["/assets/start.sh"], "fails no-such-file: program /assets/start.sh !no-such-file"),
    (
        "python311 uv",
        &["uv pip install --target lib -r requirements.txt", "PYTHONPATH=lib python main.py"],
        "ok: uv pip | ok: python",
    ),
    (
        "python311 uv",
        &["uv venv v && . v/bin/activate && uv pip install -r pyproject.toml && python main.py"],
        "ok: make /app/v, activate /app/v, uv pip, python in /app/v => /app/v",
    ),
    (
        "python311 uv",
        &["uv venv v && . v/bin/activate && uv pip install -r absent/pyproject.toml"],
        "fails no-such-file: make /app/v, activate /app/v, uv pip !no-such-file => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && v/bin/pip install 'flask==${V}'"],
        "fails resolution: make /app/v, pip in /app/v !resolution => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && v/bin/pip install 'uv=='"],
        "fails resolution: make /app/v, pip in /app/v !resolution => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && v/bin/pip install flask==$V"],
        "ok: make /app/v, pip in /app/v => /app/v",
    ),
    ("python", &["python -m venv v"], "fails module-not-found: make /app/v !module-not-found"),
    ("python311", &["cp -r server /app/server"], "fails other"),
    ("python311", &["cp -r server /app/copy && ls copy/main.py"], "ok"),
    (
        "python311",
        &["bash scripts/nested.sh"],
        "fails pip-not-found: pip at scripts/broken.sh:7 !pip-not-found",
    ),
    (
        "python311",
        &[". scripts/function.sh && add"],
        "fails pip-not-found: pip at scripts/function.sh:10 !pip-not-found",
    ),
    (
        "python311",
        &["bash scripts/loop.sh"],
        "ok: pip at scripts/loop.sh:19 !pip-not-found, make /app/v at scripts/loop.sh:50 => /app/v",
    ),
    ("python311", &["while [ -f x ]; do python -m venv v; done"], "unknown: make /app/v"),
    (
        "python311",
        &["until [ -f x ]; do sleep 1; done", "for ((i=0; i<2; i++)); do echo; done"],
        "ok | unknown",
    ),
    ("python311", &["cat > x <<EOF\npip install flask\nEOF"], "ok"),
    ("python311", &["bash <<EOF\npip install flask\nEOF"], "unknown"),
    ("python311", &["command -v gunicorn || exit 1"], "fails other"),
    ("python311", &["cp -r server/* . && ls extra.py"], "ok"),
    ("python311", &["cp -r server/. . && python extra.py"], "ok: python"),
    (
        "python311 python311Packages.gunicorn",
        &["gunicorn web:app", "gunicorn server.extra:app", "gunicorn absent:app"],
        "fails module-not-found: program gunicorn !module-not-found | ok: program gunicorn | fails module-not-found: program gunicorn !module-not-found",
    ),
    ("python311 python311Packages.celery", &["celery -A web worker"], "unknown: program celery"),
    (
        "python311 python311Packages.gunicorn",
        &["python -m venv v && v/bin/pip install flask gunicorn && PATH=/app/v/bin:$PATH gunicorn web:app"],
        "ok: make /app/v, pip in /app/v, program gunicorn in /app/v => /app/v",
    ),
    (
        "python311 conda",
        &["conda install flask"],
        "fails command-not-found: program conda !command-not-found",
    ),
    ("python311", &["conda create -n a"], "fails command-not-found: program conda !command-not-found"),
    (
        "python311 pipx",
        &["pipx install gunicorn", "gunicorn web:app"],
        "unknown | fails command-not-found: program gunicorn !command-not-found",
    ),
    ("python311 pipx", &["pipx run black ."], "ok"),
    ("python311 poetry", &["poetry run gunicorn web:app"], "unknown: poetry run"),
    ("python311 poetry", &["poetry install && poetry run python main.py"], "ok: poetry install, poetry run"),
    ("python311 pdm", &["pdm run python main.py", "pdm build"], "unknown: pdm run | ok: pdm build"),
    ("python311 pipenv", &["pipenv run gunicorn web:app"], "unknown: pipenv run"),
    (
        "python311 uv",
        &["uv tool install ruff", "uvx ruff check", "uv tool run black ."],
        "unknown: uv tool | ok: program uvx | ok: uv tool",
    ),
    (
        "python311 uv",
        &["uv run python main.py", "uv run absent.py", "uv run gunicorn absent:app"],
        "ok: uv run in /app/.venv | fails no-such-file: uv run in /app/.venv !no-such-file | fails command-not-found: uv run in /app/.venv !command-not-found => /app/.venv",
    ),
    ("python311 go-task", &["task install", "go-task install"], "unknown | unknown"),
    (
        "python311 invoke",
        &["invoke install", "python -m invoke install", "inv install"],
        "unknown | fails module-not-found: python !module-not-found | fails command-not-found: program inv !command-not-found",
    ),
    (
        "python311 nox tox",
        &["nox -s tests", "tox", "python -m tox", "python -m nox"],
        "unknown | unknown | fails module-not-found: python !module-not-found | fails module-not-found: python !module-not-found",
    ),
    (
        "python311 hatch",
        &["hatch run serve", "hatch version", "python -m hatch run serve"],
        "unknown | ok | fails module-not-found: python !module-not-found",
    ),
    ("python311 nodejs_20", &["npm ci"], "fails no-such-file"),
    ("python311 nodejs_20", &["npm --prefix web run build"], "ok"),
    ("python311 nodejs_20", &["npm install -g serve"], "ok"),
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
    for (packages, commands, expected) in ROWS {
        let app = app(packages, commands);
        let found = seen(&simulate::simulate(&plan::model(&app, &Dashboard::default()), &app));
        if found != *expected {
            wrong.push(format!("    (\"{packages}\", &{commands:?}, \"{found}\"),"));
        }
    }
    assert!(wrong.is_empty(), "these rows came out otherwise:\n{}", wrong.join("\n"));
}
