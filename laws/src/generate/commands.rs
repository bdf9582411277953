//! Commands as people write them, and as they don't.

use crate::ByteSource;

/// Words of the layout that is drawn: where the Python part stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Its directory with a slash, or nothing.
    pub(super) dir: &'static str,
}

const PROGRAMS: &[&str] = &[
    "pip",
    "pip",
    "pip3",
    "python -m pip",
    "python3 -m pip",
    "python3.11 -m pip",
    "/opt/venv/bin/pip",
    "venv/bin/pip",
    "./.venv/bin/pip3",
    "sudo pip",
    "sudo -H python -m pip",
    "PIP_BREAK_SYSTEM_PACKAGES=1 pip",
    "A='b c' pip",
    "env B=1 pip",
    "time pip",
    "\"pip\"",
    "'pip3'",
    "/root/.nix-profile/bin/python -m pip",
    "$(which python) -m pip",
    "exec pip",
    "command pip",
    "\\pip",
];
const FLAGS: &[&str] = &[
    "",
    "",
    "",
    "--no-cache-dir ",
    "--user ",
    "--break-system-packages ",
    "--upgrade ",
    "-U ",
    "--target=lib ",
    "--prefix /usr/local ",
    "--quiet  ",
    "--pre --extra-index-url https://example.org/simple ",
];
const WHAT: &[&str] = &[
    "-r {d}requirements.txt",
    "-r {d}requirements.txt",
    "-r '{d}requirements.txt'",
    "--requirement={d}requirements.txt",
    "-r {d}requirements.txt gunicorn",
    "-r {d}requirements.txt 'uvicorn[standard]>=0.30'",
    "-r {d}requirements.txt -r extra.txt",
    "-r missing.txt",
    "-r é.txt",
    "--upgrade pip",
    "--upgrade pip setuptools wheel",
    "-U pip wheel flask",
    "pip==24.0",
    "flask",
    "\"flask[async]\"",
    "sentry-sdk",
    "-r {d}requirements.txt 'sentry-sdk>=2'",
    "-e .",
    ".",
    "virtualenv",
    "poetry",
    "uv",
    "git+https://example.org/x.git@é#egg=x",
    "\\\"odd\\\"",
    "{flask,gunicorn}",
    "$EXTRA",
    "-c constraints.txt -r {d}requirements.txt",
    "-r {d}requirements.txt 2>&1 | tee log",
    "-r {d}requirements.txt > /dev/null",
    "-r {d}requirements.txt || true",
];

/// One pip call.
fn pip(source: &mut ByteSource<'_>) -> String {
    let verb = source.pick(&[
        "install",
        "install",
        "install",
        "install",
        "install",
        "--version",
        "wheel",
        "list",
        "uninstall -y",
    ]);
    format!("{} {verb} {}{}", source.pick(PROGRAMS), source.pick(FLAGS), source.pick(WHAT))
}

const BOOT: &[&str] = &[
    "python -m ensurepip",
    "python3 -m ensurepip --upgrade",
    "python -m ensurepip --default-pip --user",
    "curl -sS https://bootstrap.pypa.io/get-pip.py | python3 -",
    "curl -fsSL https://bootstrap.pypa.io/get-pip.py -o get-pip.py",
    "wget https://bootstrap.pypa.io/get-pip.py",
    "python get-pip.py",
    "python3 get-pip.py --user --break-system-packages",
    "rm get-pip.py",
    "pip install --upgrade pip",
    "which pip",
    "pip --version || true",
];
const VENV: &[&str] = &[
    "python -m venv --copies /opt/venv",
    "python3 -m venv venv",
    "python -m venv .venv --system-site-packages",
    "python -m venv /app/venv",
    "virtualenv /opt/venv",
    ". /opt/venv/bin/activate",
    "source venv/bin/activate",
    ". .venv/bin/activate",
    "source /app/venv/bin/activate",
    "deactivate",
    "rm -rf venv",
];
const MANAGERS: &[&str] = &[
    "uv pip install --system -r {d}requirements.txt",
    "uv sync --frozen",
    "uv venv",
    "uv pip install -r {d}requirements.txt",
    "poetry install --no-root",
    "poetry config virtualenvs.create false",
    "pipenv install --deploy --system",
    "pdm install --prod",
    "pip install uv && uv sync",
    "conda install -y flask",
];
const OTHER: &[&str] = &[
    "echo 'installing é'",
    "cd {d}.",
    "cd server",
    "export A=1",
    "export PATH=$HOME/.local/bin:$PATH",
    "set -e",
    "mkdir -p data/cache",
    "npm ci",
    "npm run build",
    "python manage.py collectstatic --noinput",
    "python3.12 {d}main.py",
    "playwright install chromium",
    "apt-get update",
    "apt-get update && apt-get install -y ffmpeg libpq5",
    "sudo apt-get install -y curl && rm -rf /var/lib/apt/lists/* && python {d}main.py",
    "pip install playwright && playwright install --with-deps chromium",
    "... ",
    "... python {d}main.py",
    "source .env",
    "./start.sh",
    "python {d}main.py\npython {d}main.py\n",
    "python {d}main.py &&\n  echo é \\\n  done",
    "./scripts/install.sh",
    "bash scripts/install.sh",
    "true",
    "",
    "# nothing",
    "if [ -f {d}requirements.txt ]; then pip install -r {d}requirements.txt; fi",
    "for f in a b; do pip install $f; done",
    "test -f {d}requirements.txt && pip install -r {d}requirements.txt",
    "[ -d venv ] || python -m venv venv",
    "f() { pip install flask; }",
    "pip install -r {d}requirements.txt &",
    "cat <<E\npip\nE",
    "cat > .env <<E\nA=1\nE\npip install -r {d}requirements.txt",
    "pip install flask && cat <<E; python -m ensurepip\nA=1\nE",
    "case $A in b) pip install -r {d}requirements.txt ;; *) true ;; esac",
    "PACKAGES=(flask gunicorn); pip install -r {d}requirements.txt",
    "echo \"unclosed",
    "日本 $(pip --version) `pip list`",
];

fn step(source: &mut ByteSource<'_>) -> String {
    match source.below(12) {
        0..=4 => pip(source),
        5 | 6 => source.pick(BOOT).to_owned(),
        7 | 8 => source.pick(VENV).to_owned(),
        9 => source.pick(MANAGERS).to_owned(),
        _ => source.pick(OTHER).to_owned(),
    }
}

/// Steps put together.
fn composed(source: &mut ByteSource<'_>) -> String {
    let count = 1 + [0, 0, 0, 1, 1, 2, 3].get(source.below(7)).copied().unwrap_or_default();
    let mut out = String::new();
    for at in 0..count {
        if at > 0 {
            out.push_str(source.pick(&[" && ", " && ", "; ", " || ", " | ", "\n", "&&", " && \\\n    "]));
        }
        out.push_str(&step(source));
    }
    match source.below(12) {
        8 => format!("({out})"),
        9 => format!("bash -c '{out}'"),
        10 => format!("{{ {out}; }}"),
        11 => format!("cd server && ({out})"),
        _ => out,
    }
}

/// Whole lists as they are met.
const LISTS: &[&[&str]] = &[
    &["pip install -r {d}requirements.txt"],
    &["pip install --upgrade pip", "pip install -r {d}requirements.txt"],
    &[
        "python -m ensurepip --upgrade",
        "python -m pip install --upgrade pip",
        "python -m pip install -r {d}requirements.txt",
    ],
    &["python -m venv --copies /opt/venv && . /opt/venv/bin/activate && pip install -r {d}requirements.txt"],
    &["python -m venv venv", "source venv/bin/activate", "pip install -r {d}requirements.txt"],
    &["python -m venv /app/.venv", ". /app/.venv/bin/activate && pip install -r {d}requirements.txt"],
    &["/opt/venv/bin/pip install -r {d}requirements.txt"],
    &[
        "curl -sS https://bootstrap.pypa.io/get-pip.py -o get-pip.py",
        "python get-pip.py",
        "pip install -r {d}requirements.txt",
    ],
    &["cd server", "pip install -r requirements.txt"],
    &["cd server && pip install -r requirements.txt", "cd web && npm ci"],
    &["pip install --user -r {d}requirements.txt", "export PATH=$HOME/.local/bin:$PATH"],
    &["...", "pip install gunicorn"],
    &["pip install -r {d}requirements.txt", "pip install sentry-sdk"],
    &["pip install sentry-sdk", "..."],
    &["pip install -r {d}requirements.txt", "..."],
    &["npm ci", "pip install -r {d}requirements.txt"],
    &["pip install -r {d}requirements.txt && playwright install chromium"],
    &["bash -c 'cd server && pip install -r requirements.txt'"],
    &["pip install virtualenv", "virtualenv venv", "venv/bin/pip install -r {d}requirements.txt"],
    &["export PIP_NO_CACHE_DIR=1", "pip3 install -r {d}requirements.txt"],
    &["cd ../server && pip install -r requirements.txt"],
    &["uv pip install --system -r {d}requirements.txt"],
    &["pip install poetry", "poetry config virtualenvs.create false", "poetry install --no-dev"],
];

/// The commands of an install phase.
pub(super) fn install(source: &mut ByteSource<'_>, place: Place) -> Vec<String> {
    let mut list: Vec<String> = if source.below(3) < 2 {
        let at = source.below(LISTS.len());
        LISTS.get(at).into_iter().flat_map(|list| list.iter()).map(|text| (*text).to_owned()).collect()
    } else {
        (0..=source.below(4)).map(|_| composed(source)).collect()
    };
    if source.one_in(4) {
        let at = source.below(list.len() + 1);
        list.insert(at, composed(source));
    }
    list.into_iter().map(|text| fill(&text, place)).collect()
}

/// The commands of a phase beside install.
pub(super) fn other(source: &mut ByteSource<'_>, place: Place) -> Vec<String> {
    let one = |source: &mut ByteSource<'_>| match source.below(8) {
        6 => source.pick(&["npm ci", "npm ci && npm run build", "npm install && npm run build"]).to_owned(),
        7 => source
            .pick(&["git lfs pull", "git rev-parse HEAD > é.txt", "npm ci --no-audit; npm run build"])
            .to_owned(),
        0..=2 => source.pick(OTHER).to_owned(),
        3 => source.pick(&["pip install -r {d}requirements.txt", "pip install sentry-sdk"]).to_owned(),
        _ => composed(source),
    };
    (0..=source.below(2)).map(|_| fill(&one(source), place)).collect()
}

const STARTS: &[&str] = &[
    "python {d}main.py",
    "python {d}main.py",
    "python3 {d}main.py",
    "gunicorn main:app --bind 0.0.0.0:$PORT",
    "cd server && gunicorn main:app",
    "cd server && uvicorn main:app --host 0.0.0.0 --port ${PORT:-8000}",
    "/root/.nix-profile/bin/python {d}main.py",
    "/usr/bin/python3 {d}main.py",
    "/opt/venv/bin/python {d}main.py",
    "venv/bin/gunicorn main:app",
    "source venv/bin/activate && python {d}main.py",
    ". /opt/venv/bin/activate && exec gunicorn main:app",
    "source /app/.venv/bin/activate && uvicorn main:app",
    "python3.11 {d}main.py",
    "python -m gunicorn main:app",
    "sh -c 'gunicorn main:app'",
    "bash scripts/start.sh",
    "poetry run python {d}main.py",
    "uv run {d}main.py",
    "node index.js & python {d}main.py",
    "python manage.py migrate && gunicorn main:app",
    "FLASK_ENV=é python {d}main.py",
    "exec \"python\" '{d}main.py'",
    "npm start",
    "python -c 'import numpy'",
    "web: python {d}main.py",
    "pip install -r {d}requirements.txt && python {d}main.py",
    "(cd server; python main.py)",
    "python {d}main.py\n",
    "python {d}main.py\ngunicorn main:app\n",
    "gunicorn main:app --bind 0.0.0.0:\\$PORT",
    "gunicorn main:app --bind '0.0.0.0:$PORT'",
    "uvicorn main:app --port '$PORT'",
    "uvicorn main:app --port 8000",
    "gunicorn main:app --bind=0.0.0.0:8000 -w 2",
    "./start.sh",
    "exec ./start.sh --é",
];

/// A start command.
pub(super) fn start(source: &mut ByteSource<'_>, place: Place) -> String {
    fill(source.pick(STARTS), place)
}

fn fill(text: &str, place: Place) -> String {
    text.replace("{d}", place.dir)
}
