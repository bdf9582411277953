//! Programs that may leave files behind that are not known: clones, archives, programs of the app.

use super::exec::Run;
use super::file_programs::operands;
use super::machine::Shell;
use super::paths::{self, base_name};
use super::simple::Cmd;
use super::status::Status;
use crate::shell::Command;
use crate::tables::BASE_IMAGE_PROGRAMS;

/// Programs of the base image that leave files behind whose names are not followed. The others only print, or say
/// where they write through the shell.
const WRITERS: [&str; 24] = [
    "7z",
    "aws",
    "bunzip2",
    "bzip2",
    "dd",
    "find",
    "gsutil",
    "gunzip",
    "gzip",
    "hg",
    "nix",
    "nix-env",
    "openssl",
    "patch",
    "perl",
    "protoc",
    "rsync",
    "split",
    "svn",
    "unxz",
    "xargs",
    "xz",
    "cpio",
    "nix-shell",
];

/// Programs of packages that write no modules and no scripts: builds of web pages, databases, media.
const DATA_WRITERS: [&str; 20] = [
    "bun",
    "chromium",
    "convert",
    "corepack",
    "ffmpeg",
    "ffprobe",
    "g++",
    "gcc",
    "magick",
    "node-gyp",
    "npm",
    "npx",
    "pg_dump",
    "playwright",
    "pnpm",
    "psql",
    "redis-cli",
    "soffice",
    "tailwindcss",
    "yarn",
];

/// Programs of Python packages that write no modules and no scripts, the servers among them.
const QUIET_CONSOLES: [&str; 34] = [
    "aerich",
    "alembic",
    "black",
    "celery",
    "chainlit",
    "daphne",
    "dramatiq",
    "fastapi",
    "flake8",
    "flask",
    "gunicorn",
    "honcho",
    "huggingface-cli",
    "hypercorn",
    "isort",
    "litestar",
    "mypy",
    "nltk",
    "playwright",
    "prisma",
    "pylint",
    "pytest",
    "rq",
    "ruff",
    "sanic",
    "spacy",
    "streamlit",
    "supervisord",
    "twine",
    "uvicorn",
    "waitress-serve",
    "waitress",
    "compileall",
    "pip",
];

/// Commands of `manage.py` that write no modules and no scripts.
const QUIET_MANAGE: [&str; 13] = [
    "check",
    "collectstatic",
    "compilemessages",
    "compress",
    "createcachetable",
    "createsuperuser",
    "loaddata",
    "migrate",
    "qcluster",
    "rqworker",
    "runserver",
    "tailwind",
    "test",
];

/// Installers that put their programs below the home directory, which is not on `PATH`.
const HOME_INSTALLERS: [&str; 6] =
    ["astral.sh/uv", "install.python-poetry.org", "sh.rustup.rs", "deno.land/", "bun.sh/", "get.pnpm.io"];

/// The directories that those put programs into, below the home directory.
const HOME_BINS: [&str; 5] = [".bun/bin", ".cargo/bin", ".deno/bin", ".local/bin", ".local/share/pnpm"];

/// Variables that tell those where else to put them.
const INSTALL_DIRS: [&str; 7] = [
    "BUN_INSTALL",
    "CARGO_HOME",
    "DENO_INSTALL",
    "PNPM_HOME",
    "UV_INSTALL_DIR",
    "UV_UNMANAGED_INSTALL",
    "XDG_BIN_HOME",
];

/// The directory of `PATH` that stands for all of them.
const PROGRAMS: &str = "/usr/local/bin";

impl Run<'_, '_> {
    /// Programs that a script or a package may install which is not read. `feed` is the command before a pipe.
    pub(super) fn leaves_programs(
        &mut self,
        shell: &Shell,
        cmd: &Cmd<'_>,
        status: &Status,
        feed: Option<&Command>,
    ) {
        if self.installs_programs(shell, cmd) {
            return;
        }
        match base_name(&cmd.name) {
            "dpkg" => {}
            "bash" | "sh" | "dash" | "zsh" if matches!(status, Status::Unknown(_)) => {
                let in_home = match feed {
                    Some(Command::Simple(simple)) => {
                        let mut words = simple.words.iter().filter_map(|word| word.text.as_deref());
                        words.any(|word| HOME_INSTALLERS.iter().any(|address| word.contains(address)))
                    }
                    _ => false,
                };
                let elsewhere = INSTALL_DIRS.iter().any(|name| shell.vars.contains_key(*name))
                    || cmd.args.iter().any(|arg| arg.is_none_or(|arg| arg.contains('/')));
                if in_home && !elsewhere {
                    for dir in HOME_BINS {
                        self.machine.brings_unseen(&paths::join(paths::HOME, dir), false);
                    }
                    return;
                }
            }
            _ => return,
        }
        self.machine.brings_unseen(PROGRAMS, false);
    }

    /// Package managers of other languages, told to install programs; whether this is one.
    fn installs_programs(&mut self, shell: &Shell, cmd: &Cmd<'_>) -> bool {
        let words = operands(cmd, &["--root", "--version", "--git", "--branch", "--tag", "--features", "-j"]);
        let global = ["-g", "--global", "--location=global"].iter().any(|option| cmd.has(option));
        let below = |variable: &str, inside: &str| {
            let set = shell.vars.get(variable)?;
            Some(paths::join(&shell.cwd, &format!("{set}{inside}")))
        };
        let home = |dir: &str| paths::join(paths::HOME, dir);
        let dir = match (base_name(&cmd.name), words.as_slice()) {
            ("cargo", ["install" | "binstall", ..]) => {
                let root = cmd.args.iter().position(|arg| *arg == Some("--root"));
                let root = root.and_then(|at| cmd.args.get(at + 1).copied().flatten());
                let root =
                    root.or_else(|| cmd.args.iter().flatten().find_map(|arg| arg.strip_prefix("--root=")));
                let root = root.map(|root| paths::join(&shell.cwd, &format!("{root}/bin")));
                root.or_else(|| below("CARGO_HOME", "/bin")).unwrap_or_else(|| home(".cargo/bin"))
            }
            ("go", ["install" | "get", ..]) => {
                let set = below("GOBIN", "").or_else(|| below("GOPATH", "/bin"));
                set.unwrap_or_else(|| home("go/bin"))
            }
            ("bun", ["install" | "i" | "add", ..]) if global => home(".bun/bin"),
            ("deno", ["install", ..]) => home(".deno/bin"),
            ("uv", ["tool", "install", ..]) | ("pipx", ["install" | "inject", ..]) => home(".local/bin"),
            // Where these put programs depends on how the package of the tool itself is made.
            ("npm" | "pnpm", ["install" | "i" | "add", ..]) if global => PROGRAMS.to_owned(),
            ("yarn", ["global", "add", ..])
            | ("gem" | "luarocks" | "opam", ["install", ..])
            | ("composer", ["global", ..])
            | ("dotnet", ["tool", "install", ..])
            | ("cpan" | "cpanm", _) => PROGRAMS.to_owned(),
            _ => return false,
        };
        self.machine.brings_unseen(&dir, false);
        true
    }

    /// A sourced file that is not read may add directories to `PATH`. Ex) `. ~/.cargo/env`
    pub(super) fn sources_unread(&mut self, path: &str) {
        // The image's own return at once where nobody types.
        if !matches!(base_name(path), ".bashrc" | ".profile" | ".bash_profile") {
            self.machine.brings_unseen(PROGRAMS, false);
        }
    }

    /// What a program leaves behind whose run is not followed.
    pub(super) fn leaves_files(&mut self, shell: &Shell, name: &str) {
        if (BASE_IMAGE_PROGRAMS.has(name) && !WRITERS.contains(&name)) || name == "caddy" {
            return;
        }
        let code = !DATA_WRITERS.contains(&name);
        self.machine.brings_unseen(paths::APP, code);
        if paths::in_app(&shell.cwd).is_none() {
            self.machine.brings_unseen(&shell.cwd, code);
        }
    }

    /// What a program of a Python package leaves behind, or a module that Python runs.
    pub(super) fn console_leaves_files(&mut self, shell: &Shell, name: &str, args: &[Option<&str>]) {
        let verb = args.iter().flatten().find(|arg| !arg.starts_with('-'));
        let starts_a_project = matches!(name, "django-admin" | "manage.py")
            && !verb.is_some_and(|verb| QUIET_MANAGE.contains(verb));
        let quiet = QUIET_CONSOLES.contains(&name)
            || (matches!(name, "django-admin" | "manage.py") && !starts_a_project);
        self.machine.brings_unseen(paths::APP, !quiet);
        if paths::in_app(&shell.cwd).is_none() {
            self.machine.brings_unseen(&shell.cwd, !quiet);
        }
    }

    pub(super) fn git(&mut self, shell: &Shell, cmd: &Cmd<'_>) -> Status {
        let operands = operands(cmd, &["-C", "-c", "-b", "--branch", "--depth", "-o", "-j", "--origin"]);
        match operands.as_slice() {
            ["clone", url, rest @ ..] => {
                let named = base_name(url.trim_end_matches('/'));
                let dir =
                    rest.first().copied().unwrap_or_else(|| named.strip_suffix(".git").unwrap_or(named));
                let dir = paths::join(&shell.cwd, dir);
                self.machine.write(format!("{dir}/."));
                self.machine.brings_unseen(&dir, true);
                // Its own name may be that of a variable, or `-C` may lead elsewhere.
                if cmd.args.iter().any(Option::is_none) || cmd.has("-C") {
                    self.machine.brings_unseen(paths::APP, true);
                }
            }
            [
                "config" | "status" | "log" | "rev-parse" | "describe" | "show" | "diff" | "fetch"
                | "version" | "add" | "commit" | "tag" | "branch" | "ls-files" | "ls-remote" | "remote",
                ..,
            ]
            | [] => {}
            _ => {
                self.machine.brings_unseen(&shell.cwd, true);
                self.machine.brings_unseen(paths::APP, true);
            }
        }
        Status::Ok
    }

    /// An archive may hold anything, and is unpacked into one directory.
    pub(super) fn unpack(&mut self, shell: &Shell, cmd: &Cmd<'_>) {
        let after = |names: &[&str]| {
            let at = cmd.args.iter().position(|arg| arg.is_some_and(|arg| names.contains(&arg)))?;
            cmd.args.get(at + 1).copied()
        };
        let joined =
            |start: &str| cmd.args.iter().flatten().find_map(|arg| arg.strip_prefix(start)).map(Some);
        let dir = if base_name(&cmd.name) == "tar" {
            after(&["-C", "--directory"]).or_else(|| joined("--directory="))
        } else {
            after(&["-d"])
        };
        let dir = match dir {
            Some(Some(dir)) => paths::join(&shell.cwd, dir),
            // It comes from a variable.
            Some(None) => paths::APP.to_owned(),
            None => shell.cwd.clone(),
        };
        self.machine.brings_unseen(&dir, true);
    }
}
