//! Rows of what commands write and remove, and of what packages may bring along; in the form of `rows.rs`.

pub(crate) const ROWS: &[(&str, &[&str], &str)] = &[
    // Places that are known.
    (
        "python311",
        &["python -m venv $HOME/v && ~/v/bin/pip install gunicorn", "/root/v/bin/gunicorn web:app"],
        "ok: make /root/v, pip in /root/v | ok: program /root/v/bin/gunicorn in /root/v => /root/v",
    ),
    (
        "python311",
        &["python -m venv \"$(pwd)/v\" && \"${PWD}\"/v/bin/pip list && cd server && `pwd`/../v/bin/pip list"],
        "ok: make /app/v, pip in /app/v, pip in /app/v => /app/v",
    ),
    ("python311", &["V=/opt/v; if [ \"$CI\" ]; then V=/opt/w; fi; python -m venv $V"], "unknown"),
    ("python311", &["[ -n \"$CI\" ] && V=a; python -m venv $V"], "unknown"),
    ("python311", &["V=a && bash -c 'python -m venv $V'"], "unknown"),
    (
        "python311",
        &["cd server && cd - && ls main.py && pushd server && popd && ls web.py && cd && cd /app"],
        "ok",
    ),
    ("python311", &["popd"], "fails other"),
    // Files that commands write.
    (
        "python311",
        &["python plain.py", "bash made.sh", "ls made.txt", "cd made"],
        "ok: python | unknown | ok | unknown",
    ),
    (
        "python311",
        &["echo 'import os' > made.py && python made.py", "./made.py"],
        "unknown: python | fails other",
    ),
    (
        "python311",
        &["cp plain.py made.py && python made.py", "mv made.py m.py && python m.py"],
        "ok: python | ok: python",
    ),
    ("python311", &["mv plain.py p.py", "ls plain.py"], "ok | fails no-such-file"),
    (
        "python311",
        &["git clone https://example.org/x.git", "python x/run.py", "python run.py"],
        "ok | unknown: python | fails no-such-file: python !no-such-file",
    ),
    (
        "python311",
        &["tar xf a.tar -C server", "python run.py", "python server/run.py"],
        "ok | fails no-such-file: python !no-such-file | unknown: python",
    ),
    (
        "python311",
        &["curl -o run.sh https://example.org/x && bash run.sh", "./run.sh"],
        "unknown | fails other",
    ),
    ("python311", &["cp scripts/env.sh /usr/local/bin/go && chmod +x /usr/local/bin/go", "go"], "ok | ok"),
    ("python311", &["cp scripts/env.sh /usr/local/bin/go", "go"], "ok | fails other"),
    (
        "python311",
        &["curl -L https://example.org/x.tgz | tar xz -C /usr/local/bin", "x"],
        "ok | unknown: program x",
    ),
    ("python311", &["apt-get update && apt-get install -y nginx", "nginx"], "ok | unknown: program nginx"),
    (
        "python311",
        &["python -m venv v && ln -s /app/v/bin/python /usr/local/bin/py && py -m pip install flask"],
        "ok: make /app/v, pip in /app/v => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && cat requirements.txt | xargs v/bin/pip install", "v/bin/gunicorn web:app"],
        "ok: make /app/v, pip in /app/v | ok: program v/bin/gunicorn in /app/v => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && v/bin/pip install ./libs/* && v/bin/pip install -r <(cat requirements.txt)"],
        "ok: make /app/v, pip in /app/v, pip in /app/v => /app/v",
    ),
    // Files that are not there, or that are.
    (
        "python311",
        &[
            "cat a.txt",
            "sed -i s/a/b/ a.txt",
            "cp a.txt b.txt",
            "mkdir server",
            "mkdir a/b",
            "rm a.txt",
            "chmod +x a.sh",
            "touch a/b",
        ],
        "fails no-such-file | fails no-such-file | fails no-such-file | fails no-such-file | fails no-such-file | fails no-such-file | fails no-such-file | fails no-such-file",
    ),
    (
        "python311",
        &[
            "mkdir -p server a/b",
            "rm -f a.txt",
            "cat *.txt",
            "cat plain.py | head -n 5",
            "head -5 plain.py",
            "sed -n 1p plain.py",
            "grep -q x plain.py web.py",
            "touch a/b/c",
            "cat .git/HEAD",
        ],
        "ok | ok | ok | ok | ok | ok | ok | ok | ok",
    ),
    ("python311", &["if grep -q x a.txt; then pip list; fi"], "ok"),
    ("python311", &["echo x > a/b"], "fails no-such-file"),
    // What a command removes.
    (
        "python311",
        &["python -m venv v && rm -rf v", "v/bin/pip list"],
        "ok: make /app/v | fails no-such-file: pip !no-such-file => (removed) /app/v",
    ),
    (
        "python311",
        &["python -m venv v && rm -rf v && python -m venv v", "v/bin/pip list"],
        "ok: make /app/v, make /app/v | ok: pip in /app/v => (removed) /app/v /app/v",
    ),
    (
        "python311",
        &["rm -rf server && mkdir server", "ls server/main.py", "ls server"],
        "ok | fails no-such-file | ok",
    ),
    // What packages may bring along.
    (
        "python311",
        &[
            "python -m venv v && v/bin/pip install flask some-framework",
            "v/bin/uvicorn main:app",
            "v/bin/python -m thing",
            "v/bin/python -m app.main",
        ],
        "ok: make /app/v, pip in /app/v | unknown: program v/bin/uvicorn | unknown: python in /app/v | unknown: python in /app/v => /app/v",
    ),
    (
        "python311",
        &[
            "python -m venv v && v/bin/pip install flask requests",
            ". v/bin/activate && gunicorn web:app",
            "v/bin/python -m thing",
            "v/bin/python -c 'import numpy'",
        ],
        "ok: make /app/v, pip in /app/v | fails command-not-found: activate /app/v, program gunicorn !command-not-found | unknown: python in /app/v | unknown: python in /app/v => /app/v",
    ),
    (
        "python311",
        &["python -m venv v && . v/bin/activate && pip install 'connexion[uvicorn]' && uvicorn web:app"],
        "unknown: make /app/v, activate /app/v, pip in /app/v, program uvicorn => /app/v",
    ),
    // What is uninstalled.
    (
        "python311",
        &[
            "python -m venv v && . v/bin/activate && pip install flask gunicorn && pip uninstall -y gunicorn && gunicorn web:app",
            "v/bin/pip install gunicorn && v/bin/gunicorn web:app",
            "v/bin/pip uninstall flask",
        ],
        "fails command-not-found: make /app/v, activate /app/v, pip in /app/v, pip in /app/v, program gunicorn !command-not-found | ok: pip in /app/v, program v/bin/gunicorn in /app/v | unknown: pip in /app/v => /app/v",
    ),
    // What a server takes for an app.
    (
        "python311",
        &[
            "python -m venv v && v/bin/pip install gunicorn uvicorn daphne hypercorn flask",
            "v/bin/uvicorn main",
            "v/bin/python -m uvicorn --port 80 main.py",
            "v/bin/daphne main",
            "v/bin/hypercorn main",
            "v/bin/gunicorn absent",
            "v/bin/gunicorn main.py",
            "v/bin/gunicorn main",
        ],
        "ok: make /app/v, pip in /app/v | fails other: program v/bin/uvicorn in /app/v !other | fails other: python in /app/v !other | fails other: program v/bin/daphne in /app/v !other | ok: program v/bin/hypercorn in /app/v | fails module-not-found: program v/bin/gunicorn in /app/v !module-not-found | fails module-not-found: program v/bin/gunicorn in /app/v !module-not-found | ok: program v/bin/gunicorn in /app/v => /app/v",
    ),
    // What bash cannot read.
    ("python311", &["echo 'x", "bash -c 'if'", "echo $(("], "fails other | fails other | fails other"),
    // Scripts that are not read may install programs.
    ("python311", &["curl -s https://example.com/install.sh | bash && tool"], "unknown: program tool"),
    (
        "python311",
        &["bash -c 'curl -s https://example.com/install.sh | sh' && tool"],
        "unknown: program tool",
    ),
    ("python311", &["bash <(curl -s https://example.com/install.sh) && tool"], "unknown: program tool"),
    (
        "python311",
        &["curl -LsSf https://astral.sh/uv/install.sh | sh", "uv --version"],
        "unknown | fails command-not-found: uv  !command-not-found",
    ),
    (
        "python311",
        &[
            "curl -LsSf https://astral.sh/uv/install.sh | env UV_INSTALL_DIR=/usr/local/bin sh",
            "uv --version",
        ],
        "unknown | unknown: uv ",
    ),
    (
        "python311",
        &["export UV_INSTALL_DIR=/usr/bin; curl -LsSf https://astral.sh/uv/install.sh | sh && uv --version"],
        "unknown: uv ",
    ),
    ("python311", &["dpkg -i tool.deb", "tool"], "ok | unknown: program tool"),
    (
        "python311",
        &[". ~/.cargo/env && cargo --version", "pip install flask"],
        "unknown: program cargo | fails pip-not-found: pip !pip-not-found",
    ),
    // Directories that come from a variable.
    ("python311", &["cd $APP_DIR && python nowhere.py"], "unknown: python !no-such-file"),
    (
        "python311",
        &["cd $APP_DIR && cd /app && python nowhere.py"],
        "fails no-such-file: python !no-such-file",
    ),
    ("python311", &["PYTHONPATH=$PWD/server python -m extra"], "ok: python"),
    ("python311", &["PYTHONPATH=$CODE python -m bot"], "unknown: python !module-not-found"),
    (
        "python311",
        &["PYTHONPATH=$PYTHONPATH:server python -m bot"],
        "fails module-not-found: python !module-not-found",
    ),
    // A module that may come along with a package.
    (
        "python311",
        &["python -m venv v", "v/bin/pip install django-extensions", "v/bin/python -m django --version"],
        "ok: make /app/v | ok: pip in /app/v | ok: python in /app/v => /app/v",
    ),
    (
        "python311",
        &["python -m venv v", "v/bin/pip install selenium", "v/bin/python -m trio", "v/bin/python -m bot"],
        "ok: make /app/v | ok: pip in /app/v | unknown: python in /app/v | unknown: python in /app/v => /app/v",
    ),
    (
        "python311",
        &["python -m venv v", "v/bin/pip install grpcio-tools", "v/bin/python -m grpc_tools.protoc x"],
        "ok: make /app/v | ok: pip in /app/v | fails native-lib-missing: python in /app/v !native-lib-missing => /app/v",
    ),
];
