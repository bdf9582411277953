//! The image that an app is built in: this machine's own root, read-only below an overlay, without its Pythons
//! and with the lab's. All of it is in namespaces of a process that ends with the app's run.

use crate::dockerfile::{Dockerfile, Instruction};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What Nixpacks' base image has.
const BASE: &[(&str, &str)] = &[
    ("HOME", "/root"),
    ("USER", "root"),
    (
        "PATH",
        "/root/.nix-profile/bin:/nix/var/nix/profiles/default/bin:/usr/local/bin:/bin:/sbin:/usr/bin:/usr/sbin",
    ),
    ("LD_LIBRARY_PATH", "/usr/lib"),
    ("LANG", "C.UTF-8"),
    // The only index is the lab's, and nothing else can be reached.
    ("http_proxy", "http://127.0.0.1:9"),
    ("https_proxy", "http://127.0.0.1:9"),
    ("no_proxy", "127.0.0.1"),
    ("PIP_RETRIES", "0"),
    ("PIP_NO_INPUT", "1"),
    ("PIP_NO_COMPILE", "1"),
];

/// Directories of this machine that the image has empty.
const EMPTY: &[&str] = &["root", "home", "tmp", "run", "opt", "app", "mnt", "srv", "usr/local", "var/tmp"];

/// Programs of this machine that the base image does not have, by how their names begin.
const HIDDEN: &[&str] = &[
    "python",
    "pip",
    "pydoc",
    "idle",
    "2to3",
    "virtualenv",
    "uv",
    "poetry",
    "pdm",
    "conda",
    "gunicorn",
    "flask",
    "django",
    "node",
    "npm",
    "npx",
    "yarn",
    "pnpm",
    "bun",
    "corepack",
    "gcc",
    "g++",
    "cc",
    "c++",
    "x86_64-linux-gnu",
    "aarch64-linux-gnu",
    "ffmpeg",
    "wget",
];

const BUILD_LIMIT: Duration = Duration::from_secs(120);
const START_LIMIT: Duration = Duration::from_secs(25);

struct Machine {
    root: PathBuf,
    scratch: PathBuf,
    app: PathBuf,
}

fn tool(program: &str, args: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("{program} {}: {}", args.join(" "), text.trim()))
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

impl Machine {
    /// Mounts it. This process must have a mount namespace of its own.
    fn assemble(work: &Path, image: &Path) -> Result<Self, String> {
        let scratch = work.join("scratch");
        let root = scratch.join("root");
        fs::create_dir_all(&scratch).unwrap();
        tool("mount", &["-t", "tmpfs", "-o", "size=2g", "tmpfs", text(&scratch)])?;
        fs::create_dir_all(&root).unwrap();
        let machine = Self { root, scratch, app: work.join("app") };
        machine.overlay("/", "")?;
        for dir in EMPTY {
            let empty = machine.scratch.join("empty").join(dir);
            machine.bind(&empty, Path::new(dir))?;
        }
        machine.overlay(text(&image.join("nix")), "nix")?;
        machine.bind(Path::new("/dev"), Path::new("dev"))?;
        tool("mount", &["-t", "proc", "proc", text(&machine.root.join("proc"))])?;
        machine.hide();
        machine.furnish(image)?;
        Ok(machine)
    }

    /// Puts a directory of this machine at a place of the image, where writing does not reach it.
    fn overlay(&self, lower: &str, at: &str) -> Result<(), String> {
        let layer = |name: &str| {
            let dir = self.scratch.join(name).join(if at.is_empty() { "all" } else { at });
            fs::create_dir_all(&dir).unwrap();
            dir
        };
        let (upper, work, at) = (layer("upper"), layer("work"), self.root.join(at));
        fs::create_dir_all(&at).unwrap();
        let layers = format!("lowerdir={lower},upperdir={},workdir={}", text(&upper), text(&work));
        tool("mount", &["-t", "overlay", "overlay", "-o", &layers, text(&at)])
    }

    fn bind(&self, from: &Path, to: &Path) -> Result<(), String> {
        let to = self.root.join(to.strip_prefix("/").unwrap_or(to));
        fs::create_dir_all(from).unwrap();
        fs::create_dir_all(&to).unwrap();
        tool("mount", &["--bind", text(from), text(&to)])
    }

    fn hide(&self) {
        for dir in ["bin", "sbin", "usr/bin", "usr/sbin"].map(|dir| self.root.join(dir)) {
            // `/bin` is a link to `/usr/bin` nearly everywhere.
            if dir.is_symlink() || !dir.is_dir() {
                continue;
            }
            for entry in fs::read_dir(dir).unwrap().flatten() {
                let name = entry.file_name();
                if HIDDEN.iter().any(|start| name.to_string_lossy().starts_with(start)) {
                    fs::remove_file(entry.path()).unwrap();
                }
            }
        }
    }

    fn furnish(&self, image: &Path) -> Result<(), String> {
        tool("cp", &["-a", &format!("{}/.", text(&image.join("usr"))), text(&self.root.join("usr"))])?;
        let write = |path: &str, content: &str| {
            let path = self.root.join(path);
            // It may be a link to somewhere else.
            let _ = fs::remove_file(&path);
            fs::write(path, content).unwrap();
        };
        write("etc/profile", "# as good as empty in the base image\n");
        write("root/.profile", include_str!("image/profile"));
        Ok(())
    }

    /// `COPY`: the content of a directory, or a file.
    fn copy(&self, from: &str, to: &str) -> Result<(), String> {
        // An absolute path would replace the root that it is joined to.
        let below = to.strip_prefix("/app").unwrap_or(to).trim_start_matches('/');
        let (from, to) = (self.app.join(from), self.root.join("app").join(below));
        if from.is_dir() {
            fs::create_dir_all(&to).unwrap();
            return tool("cp", &["-a", &format!("{}/.", text(&from)), text(&to)]);
        }
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        tool("cp", &["-a", text(&from), text(&to)])
    }

    /// Runs bash in the image; its exit code and all that was printed.
    fn bash(&self, args: &[&str], env: &BTreeMap<String, String>, limit: Duration) -> (Option<i32>, String) {
        let path = self.scratch.join("log");
        let log = File::create(&path).unwrap();
        let mut command = Command::new("chroot");
        command.arg(&self.root).args(["/usr/bin/env", "-C", "/app", "/bin/bash"]).args(args);
        command.env_clear().envs(env);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let mut child = command.spawn().unwrap();
        let began = Instant::now();
        let code = loop {
            match child.try_wait().unwrap() {
                Some(status) => break status.code(),
                None if began.elapsed() > limit => {
                    // What it has started ends with this namespace.
                    let _ = child.kill();
                    break None;
                }
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        };
        let log = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        (code, if code.is_none() { log + "\nlab: it did not end in time\n" } else { log })
    }

    fn run(&self, instruction: &Instruction) -> Result<(), Value> {
        let (command, caches, env) = match instruction {
            Instruction::Copy { from, to } => {
                return self
                    .copy(from, to)
                    .map_err(|error| failed("build", &format!("COPY {from} {to}"), &error));
            }
            Instruction::Run { command, caches, env } => (command, caches, env),
        };
        for target in caches {
            let cache = self.scratch.join("caches").join(target.replace('/', "_"));
            self.bind(&cache, Path::new(target)).map_err(|error| failed("build", command, &error))?;
        }
        let (code, log) = self.bash(&["-ol", "pipefail", "-c", command], env, BUILD_LIMIT);
        for target in caches.iter().rev() {
            let target = self.root.join(target.trim_start_matches('/'));
            tool("umount", &["-l", text(&target)]).map_err(|error| failed("build", command, &error))?;
        }
        // Nix's packages and apt's come before all commands.
        let setup = ["nix-env ", "sudo apt-get "].iter().any(|start| command.starts_with(start));
        let stage = if setup { "nix" } else { "build" };
        if code == Some(0) {
            return Ok(());
        }
        let mut failure = failed(stage, command, &log);
        failure["code"] = json!(code);
        Err(failure)
    }
}

fn failed(stage: &str, command: &str, output: &str) -> Value {
    json!({ "stage": stage, "ok": false, "command": command, "output": output })
}

/// Builds and starts what stands in `work/app`; prints what came of it.
pub(crate) fn child(work: &Path, image: &Path, port: &str) -> Result<Value, String> {
    let planned = crate::planner::read(&work.join("app"))?;
    let mut env: BTreeMap<String, String> =
        BASE.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let index = format!("http://127.0.0.1:{port}/");
    env.insert("PIP_INDEX_URL".to_owned(), format!("{index}simple"));
    env.insert("UV_INDEX_URL".to_owned(), format!("{index}simple"));
    // The lab's Poetry asks there.
    env.insert("LAB_INDEX".to_owned(), index);
    let dockerfile = Dockerfile::parse(&planned.dockerfile, env, &planned.variables)?;
    let machine = Machine::assemble(work, image)?;
    for instruction in &dockerfile.instructions {
        if let Err(failure) = machine.run(instruction) {
            return Ok(failure);
        }
    }
    let start = dockerfile.start.ok_or("no start command")?;
    let mut env = dockerfile.env;
    env.insert("PORT".to_owned(), "8080".to_owned());
    let (code, output) = machine.bash(&["-l", "-c", &start], &env, START_LIMIT);
    // An `echo` ends well too.
    let ok = code == Some(0) && output.contains("LAB-RAN");
    Ok(json!({ "stage": "start", "ok": ok, "command": start, "output": output, "code": code }))
}

/// Whether an image can be had here at all.
pub(crate) fn probe(work: &Path, image: &Path) -> Result<(), String> {
    let machine = Machine::assemble(work, image)?;
    let env = BASE.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    match machine.bash(&["-l", "-c", "sed --version >/dev/null && ls /dev/null"], &env, START_LIMIT) {
        (Some(0), _) => Ok(()),
        (_, output) => Err(output),
    }
}
