//! This machine: whether it can run the lab, and the parts of the image that are made once.

use crate::managers;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Where a Python is looked for: on PATH, then where systems have theirs.
const PYTHONS: &[&str] = &[
    "python3",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3.10",
    "python3.9",
    "/usr/bin/python3",
    "/usr/local/bin/python3",
];

/// Parts of the standard library that no app here needs, and what the system put beside it.
const LEFT_OUT: &[&str] = &[
    "site-packages",
    "dist-packages",
    "test",
    "idlelib",
    "tkinter",
    "turtledemo",
    "lib2to3",
    "EXTERNALLY-MANAGED",
];

/// What the lab needs and cannot have here.
pub(crate) struct Missing(pub(crate) String);

/// The parts of the image, and the wheels that are not stubs.
pub(crate) struct Host {
    image: TempDir,
    pub(crate) wheels: Vec<PathBuf>,
    /// The wheels of Poetry and uv, or why they cannot be had.
    pub(crate) managers: Result<Vec<PathBuf>, String>,
    /// Which Python it is, for people.
    pub(crate) python: String,
}

impl Host {
    /// Looks for what is needed, makes the image's parts and tries them.
    pub(crate) fn prepare(python: Option<&str>) -> Result<Self, Missing> {
        if !cfg!(target_os = "linux") {
            return Err(Missing("Linux is needed".to_owned()));
        }
        let user = Command::new("id").arg("-u").output().map(|output| output.stdout);
        if user.ok().as_deref() != Some(b"0\n") {
            return Err(Missing("root is needed to mount".to_owned()));
        }
        let (python, said) = find_python(python)?;
        let image = TempDir::new().unwrap();
        let wheels: Vec<PathBuf> =
            said["wheels"].as_array().unwrap().iter().map(|path| path.as_str().unwrap().into()).collect();
        install_python(image.path(), &said).map_err(Missing)?;
        furnish(image.path(), &python, &wheels[0]).map_err(Missing)?;
        let managers = managers::wheels(&python, said["version"].as_str().unwrap()).and_then(|wheels| {
            let dir = image.path().join("nix/store/lab-managers");
            managers::install(&python, &wheels, &dir)?;
            fs::write(dir.join("bin/poetry"), include_str!("image/poetry.py"))
                .map_err(|error| error.to_string())?;
            Ok(wheels)
        });
        let host = Self { image, wheels, managers, python };
        let work = TempDir::new().unwrap();
        host.enter("probe", work.path(), 0)
            .map_err(|error| Missing(format!("no image can be had: {error}")))?;
        Ok(host)
    }

    /// Runs this program again, in namespaces of its own that end with it, and returns what it says.
    pub(crate) fn enter(&self, part: &str, work: &Path, index: u16) -> Result<Value, String> {
        let mut command = Command::new("unshare");
        command.args([
            "--mount",
            "--propagation",
            "private",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
        ]);
        command.arg(std::env::current_exe().unwrap()).arg(part).arg(work).arg(self.image.path());
        let output = command.arg(index.to_string()).stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("unshare: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
        }
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
    }
}

/// The first interpreter that has what is needed, and what it says of itself.
fn find_python(wanted: Option<&str>) -> Result<(String, Value), Missing> {
    let mut reasons = Vec::new();
    for program in wanted.as_slice().iter().chain(if wanted.is_some() { &[] } else { PYTHONS }) {
        let probe = include_str!("image/probe.py");
        let Ok(output) = Command::new(program).args(["-I", "-c", probe]).stdin(Stdio::null()).output() else {
            continue;
        };
        if let Ok(said) = serde_json::from_slice::<Value>(&output.stdout) {
            return Ok(((*program).to_owned(), said));
        }
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        let last = error.lines().last().unwrap_or_default();
        reasons.push(format!("{program}: {}", last.trim_start_matches("AssertionError: ")));
    }
    let reasons = if reasons.is_empty() { "none found".to_owned() } else { reasons.join("; ") };
    Err(Missing(format!("no CPython 3.8 or later with venv and ensurepip ({reasons})")))
}

fn tool(program: &str, args: &[&Path]) -> Result<(), String> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// Copies the interpreter to a path in the Nix store, without packages, and marks it as nixpkgs does. It
/// serves under every version's name.
fn install_python(image: &Path, said: &Value) -> Result<(), String> {
    let own = |key: &str| said[key].as_str().map(PathBuf::from);
    let (program, stdlib) = (own("program").unwrap(), own("stdlib").unwrap());
    let python = format!("python{}", said["version"].as_str().unwrap());
    let home = image.join("nix/store/lab-python");
    // `lib`, or `lib64` where the system says so.
    let library = home.join(stdlib.parent().and_then(Path::file_name).unwrap()).join(&python);
    for dir in [&home.join("bin"), &library.join("site-packages"), &image.join("usr/lib")] {
        fs::create_dir_all(dir).unwrap();
    }
    tool("cp", &[&program, &home.join("bin").join(&python)])?;
    for name in ["python3", "python"] {
        tool("ln", &[Path::new("-s"), Path::new(&python), &home.join("bin").join(name)])?;
    }
    if let Some(library) = own("library") {
        // A directory that the loader searches without being told.
        let pattern = format!(
            "cp -a '{}'/libpython3* '{}'",
            library.parent().unwrap().display(),
            image.join("usr/lib").display()
        );
        tool("sh", &[Path::new("-c"), Path::new(&pattern)])?;
    }
    for entry in fs::read_dir(&stdlib).unwrap().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !LEFT_OUT.contains(&&*name) && !name.starts_with("config-") {
            tool("cp", &[Path::new("-a"), &entry.path(), &library])?;
        }
    }
    fs::write(library.join("EXTERNALLY-MANAGED"), include_str!("image/EXTERNALLY-MANAGED")).unwrap();
    let ensurepip = library.join("ensurepip/__init__.py");
    let text = fs::read_to_string(&ensurepip).unwrap();
    fs::write(ensurepip, text + include_str!("image/ensurepip.py")).unwrap();
    Ok(())
}

/// The programs of the image that are the lab's own.
fn furnish(image: &Path, python: &str, pip: &Path) -> Result<(), String> {
    let programs = [
        ("nix/var/nix/profiles/default/bin/nix-env", include_str!("image/nix-env.sh")),
        ("nix/var/nix/profiles/default/bin/nix-collect-garbage", "#!/bin/sh\n"),
        ("nix/store/lab-pip/bin/pip", include_str!("image/pip.py")),
        ("nix/store/lab-fetch/bin/curl", include_str!("image/fetch.sh")),
        ("nix/store/lab-fetch/bin/wget", include_str!("image/fetch.sh")),
        ("nix/store/lab-fetch/get-pip.py", include_str!("image/get-pip.py")),
        ("nix/store/lab-stub/bin/stub", include_str!("image/stub.sh")),
        ("usr/bin/curl", include_str!("image/fetch.sh")),
        ("usr/bin/sudo", "#!/bin/sh\nexec \"$@\"\n"),
        ("usr/bin/apt-get", include_str!("image/apt-get.sh")),
    ];
    for (path, text) in programs {
        let path = image.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        tool("chmod", &[Path::new("755"), &path])?;
    }
    let modules = image.join("nix/store/lab-pip/lib");
    let run = |args: &[&str], rest: &[&Path]| {
        let args = args.iter().map(Path::new).chain(rest.iter().copied());
        tool(python, &args.collect::<Vec<_>>())
    };
    run(&["-I", "-m", "zipfile", "-e"], &[pip, &modules])?;
    run(&["-I", "-m", "compileall", "-q"], &[&modules])?;
    // Its metadata would say that pip is installed already.
    for entry in fs::read_dir(&modules).unwrap().flatten() {
        if entry.path().extension().is_some_and(|ending| ending == "dist-info") {
            fs::remove_dir_all(entry.path()).unwrap();
        }
    }
    Ok(())
}
