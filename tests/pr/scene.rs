//! A forge, a repository with a broken app in it, and the real command run against them.

use crate::server::{Forge, Kind, Repository, TOKEN};
use crate::support::{BROKEN, Ran, Sandbox};
use std::io::Write as _;
use std::process::{Child, Command};

/// The branch that the command takes for the base `main`.
pub const BRANCH: &str = "nixpacks-fix/main";
/// The repository of most tests.
pub const SHOP: &str = "acme/shop";
/// A config that is broken in another way than the usual one.
pub const OTHERWISE: &str = "[phases.setup]\nnixPkgs = [\"...\", \"python312Packages.pip\"]\n\n[phases.install]\ncmds = [\"python -m pip install -r requirements.txt\"]\n";
/// One that builds.
pub const MENDED: &str = "[start]\ncmd = \"python main.py\"\n";

/// The files of the usual app.
pub fn app(config: &str) -> Vec<(&str, &str)> {
    vec![("main.py", "import flask\n"), ("nixpacks.toml", config), ("requirements.txt", "flask\n")]
}

/// Says who commits.
pub fn identify(command: &mut Command) -> &mut Command {
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Bot").env(format!("GIT_{who}_EMAIL"), "bot@example.org");
    }
    command
}

pub struct Scene {
    pub forge: Forge,
    sandbox: Sandbox,
}

impl Scene {
    /// A forge of this kind with nothing in it; nothing where git cannot serve.
    pub fn new(kind: Kind) -> Option<Self> {
        Some(Self { forge: Forge::start(kind)?, sandbox: Sandbox::new([("x", "")]) })
    }

    /// GitHub with the usual repository.
    pub fn broken() -> Option<(Self, Repository)> {
        Self::broken_at(Kind::GitHub)
    }

    /// A forge of this kind with the usual repository.
    pub fn broken_at(kind: Kind) -> Option<(Self, Repository)> {
        let scene = Self::new(kind)?;
        let repository = scene.forge.repository(SHOP, &app(BROKEN));
        Some((scene, repository))
    }

    /// `nixpacks-fix pr ARGS`
    pub fn pr(&self, args: &[&str]) -> Ran {
        self.pr_with(args, &[])
    }

    /// The same with more variables.
    pub fn pr_with(&self, args: &[&str], env: &[(&str, &str)]) -> Ran {
        ended(self.start(args, env))
    }

    /// The same with something on standard input.
    pub fn pr_with_input(&self, args: &[&str], input: &str) -> Ran {
        let mut child = self.start(args, &[]);
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        ended(child)
    }

    /// Starts it.
    pub fn start(&self, args: &[&str], env: &[(&str, &str)]) -> Child {
        self.command(args, env).spawn().unwrap()
    }

    /// The command, not yet run.
    pub fn command(&self, args: &[&str], env: &[(&str, &str)]) -> Command {
        // Another build of it, where what is measured is not what is tested.
        let program = std::env::var_os("NIXPACKS_FIX_BIN");
        let program = program.unwrap_or_else(|| env!("CARGO_BIN_EXE_nixpacks-fix").into());
        let mut command = self.sandbox.command(Command::new(program), "");
        command.arg("pr").args(args).args(["--api-url", &self.forge.api_url()]);
        for variable in ["GITHUB_TOKEN", "GITLAB_TOKEN", "GITEA_TOKEN"] {
            command.env(variable, TOKEN);
        }
        // One that is killed leaves its clones there until the next one runs.
        let temporary = self.sandbox.path().join(".temporary");
        std::fs::create_dir_all(&temporary).unwrap();
        command.env("TMPDIR", &temporary);
        identify(&mut command);
        for (name, value) in env {
            // Nothing is none.
            if value.is_empty() {
                command.env_remove(name)
            } else {
                command.env(name, value)
            };
        }
        command
    }

    /// The same, which has to succeed.
    pub fn succeed(&self, args: &[&str]) -> Ran {
        let ran = self.pr(args);
        assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
        ran
    }

    /// The calls and pushes that changed something since it was asked last: `POST /repos/…`.
    pub fn writes(&self) -> Vec<String> {
        let writes =
            self.forge.writes().iter().map(|call| format!("{} {}", call.method, call.path)).collect();
        self.forge.forget();
        writes
    }

    /// What runs have left in the temporary directory.
    pub fn leavings(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.sandbox.path().join(".temporary")).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    /// The directory that the command runs in.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }
}

/// What it left; the token is nowhere in it.
fn ended(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    let ran = Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    assert!(!ran.out.contains(TOKEN) && !ran.err.contains(TOKEN), "the token shows: {ran:?}");
    ran
}
