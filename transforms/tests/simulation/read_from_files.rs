//! Rows of what commands take from files, of scripts with mistakes, and of programs that other package managers install;
//! in the form of `rows.rs`.

pub(crate) const ROWS: &[(&str, &[&str], &str)] = &[
    // Arguments that stand in a file.
    (
        "python311",
        &["python -m venv v && v/bin/pip install $(cat requirements.txt)", "v/bin/gunicorn web:app"],
        "ok: make /app/v, pip in /app/v | ok: program v/bin/gunicorn in /app/v => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && v/bin/pip install $(< requirements.txt)", "v/bin/gunicorn web:app"],
        "ok: make /app/v, pip in /app/v | ok: program v/bin/gunicorn in /app/v => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && xargs -a requirements.txt v/bin/pip install", "v/bin/gunicorn web:app"],
        "ok: make /app/v, pip in /app/v | ok: program v/bin/gunicorn in /app/v => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && xargs v/bin/pip install < requirements.txt", "v/bin/gunicorn web:app"],
        "ok: make /app/v, pip in /app/v | ok: program v/bin/gunicorn in /app/v => /app/v",
    ),
    (
        "python311",
        &[
            "python -m venv v && cat requirements.txt | xargs -n 1 v/bin/pip install",
            "v/bin/gunicorn web:app",
        ],
        "ok: make /app/v, pip in /app/v | ok: program v/bin/gunicorn in /app/v => /app/v",
    ),
    (
        "python311",
        &[
            "python -m venv v && cat commented.txt | xargs v/bin/pip install",
            "v/bin/pip install $(cat commented.txt)",
        ],
        "fails resolution: make /app/v, pip in /app/v !resolution | fails resolution: pip in /app/v !resolution => /app/v",
    ),
    (
        "python311",
        &[
            "python -m venv v && grep -v '#' commented.txt | xargs v/bin/pip install",
            "v/bin/gunicorn web:app",
        ],
        "ok: make /app/v, pip in /app/v | unknown: program v/bin/gunicorn => /app/v",
    ),
    (
        "python311",
        &["xargs -a absent.txt pip install", "cat requirements.txt | xargs pip install"],
        "fails no-such-file | fails pip-not-found: pip !pip-not-found",
    ),
    (
        "python311",
        &[
            "echo \"$(cat requirements.txt)\"",
            "python -m venv v && v/bin/pip install $(cat absent.txt) flask",
        ],
        "ok | ok: make /app/v, pip in /app/v => /app/v",
    ),
    // Mistakes in scripts: bash runs what stands before them.
    (
        "python311",
        &["bash scripts/mistake.sh", "bash scripts/late_mistake.sh", "v/bin/python -c 'import flask'"],
        "fails pip-not-found: pip at scripts/mistake.sh:7 !pip-not-found | fails other: make /app/v at scripts/late_mistake.sh:0, pip in /app/v at scripts/late_mistake.sh:17 | ok: python in /app/v => /app/v",
    ),
    (
        "python311",
        &["bash scripts/never_reached.sh", "bash scripts/late_mistake.sh || true"],
        "ok | ok: make /app/v at scripts/late_mistake.sh:0, pip in /app/v at scripts/late_mistake.sh:17 => /app/v",
    ),
    // Programs that package managers of other languages install.
    (
        "python311 cargo",
        &[
            "cargo install just",
            "just build",
            "~/.cargo/bin/just build",
            "export PATH=$HOME/.cargo/bin:$PATH && sd x",
            "cargo install --root /usr/local sd && sd x",
        ],
        "ok | fails command-not-found: program just !command-not-found | unknown: program /root/.cargo/bin/just | unknown: program sd | unknown: program sd",
    ),
    (
        "python311 go",
        &[
            "go install example.org/x@latest",
            "x",
            "~/go/bin/x",
            "GOBIN=/usr/local/bin go install example.org/y@latest && y",
        ],
        "ok | fails command-not-found: program x !command-not-found | unknown: program /root/go/bin/x | unknown: program y",
    ),
    ("python311 nodejs_20", &["npm install -g pm2", "pm2 start x"], "ok | unknown: program pm2"),
    (
        "python311 ruby",
        &["foreman start", "gem install foreman", "foreman start"],
        "fails command-not-found: program foreman !command-not-found | ok | unknown: program foreman",
    ),
    (
        "python311 uv",
        &["uv tool install ruff", "ruff check", "/root/.local/bin/ruff check"],
        "unknown: uv tool | fails command-not-found: program ruff !command-not-found | unknown: program /root/.local/bin/ruff",
    ),
    (
        "python311",
        &["curl -LsSf https://astral.sh/uv/install.sh | sh", "uv sync", "PATH=~/.local/bin:$PATH uv sync"],
        "unknown | fails command-not-found: uv sync !command-not-found | unknown: uv sync",
    ),
    // Files of a git submodule.
    (
        "python311",
        &["python libs/shared/run.py", "cd libs/shared && ls x", "cat libs/shared/x", "python libs/other.py"],
        "unknown: python | unknown | unknown | fails no-such-file: python !no-such-file",
    ),
    (
        "python311",
        &[
            "python -m venv v && v/bin/pip install ./libs/shared",
            "v/bin/pip install -r libs/shared/requirements.txt",
        ],
        "unknown: make /app/v, pip in /app/v | unknown: pip in /app/v => /app/v",
    ),
    (
        "python311",
        &[
            "python -m venv v && v/bin/pip install gunicorn flask",
            "v/bin/gunicorn libs.shared.web:app",
            "v/bin/gunicorn libs.web:app",
        ],
        "ok: make /app/v, pip in /app/v | unknown: program v/bin/gunicorn in /app/v | fails module-not-found: program v/bin/gunicorn in /app/v !module-not-found => /app/v",
    ),
    // Servers that wait for a change.
    (
        "python311",
        &[
            "python -m venv v && v/bin/pip install uvicorn flask",
            "v/bin/uvicorn web --reload",
            "v/bin/uvicorn absent:app --reload",
        ],
        "ok: make /app/v, pip in /app/v | fails other: program v/bin/uvicorn in /app/v !other | fails module-not-found: program v/bin/uvicorn in /app/v !module-not-found => /app/v",
    ),
    // A comment among the packages.
    (
        "ffmpeg#video python311",
        &["ffmpeg -version", "python --version"],
        "ok | fails python-not-found: python !python-not-found",
    ),
    ("curl python311#3.11", &["python --version"], "ok"),
    // Programs of packages that no table has.
    (
        "python311 some-tool",
        &["st --version", "gunicorn web:app", "psql --version"],
        "unknown: program st | fails command-not-found: program gunicorn !command-not-found | fails command-not-found: program psql !command-not-found",
    ),
    ("python311 ripgrep sqlite graphviz", &["rg --version && sqlite3 x .tables && dot -V"], "ok"),
    // What the shell makes of words.
    (
        "python311",
        &["python -m venv {v,w} && v/bin/pip list", "mkdir -p static/{css,js} && ls static/js"],
        "ok: make /app/v, pip in /app/v | ok => /app/v",
    ),
    (
        "python311",
        &["ls *.nothing", "ls *.py", "touch x.nothing && ls *.nothing"],
        "fails no-such-file | ok | ok",
    ),
    (
        "python311",
        &["python -m venv v && . v/bin/activate && deactivate && pip list", "deactivate"],
        "fails pip-not-found: make /app/v, activate /app/v, pip !pip-not-found | fails command-not-found: program deactivate !command-not-found => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && env -i v/bin/pip install gunicorn", "v/bin/gunicorn web:app"],
        "unknown: make /app/v | unknown: program v/bin/gunicorn => /app/v",
    ),
    (
        "python311",
        &[
            "python -m venv v && v/bin/pip install pip-tools && v/bin/pip-sync",
            "v/bin/gunicorn web:app",
            "v/bin/pip-sync absent.txt",
        ],
        "ok: make /app/v, pip in /app/v | ok: program v/bin/gunicorn in /app/v | fails no-such-file => /app/v",
    ),
    (
        "python311",
        &[
            "python -m venv v && export PATH=/app/v/bin:$PATH && . v/bin/activate && . v/bin/activate && deactivate && pip list",
        ],
        "ok: make /app/v, activate /app/v, activate /app/v, pip in /app/v => /app/v",
    ),
    // Places that are not there.
    (
        "python311",
        &[
            "touch /data/x",
            "echo x > /data/x",
            "mkdir -p /data && touch /data/x",
            "cp -r server/* nowhere/",
            "cp -r server nowhere/",
            "mkdir here && cp server/*.py here/",
        ],
        "fails no-such-file | fails no-such-file | ok | fails no-such-file | ok | ok",
    ),
];
