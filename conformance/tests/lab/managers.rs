//! Poetry and uv as they are, in the versions that Nixpacks asks for. They are fetched once, with pip, from wherever it
//! is told to fetch from.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What Nixpacks 1.41.0 installs (`providers/python.rs`).
const PINS: [&str; 2] = ["poetry==1.3.1", "uv==0.4.30"];

/// The wheels of both, and of all that Poetry requires, for the interpreter of this version.
pub(crate) fn wheels(python: &str, version: &str) -> Result<Vec<PathBuf>, String> {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("lab-managers-{version}"));
    if !kept.is_dir() {
        let parent = kept.parent().unwrap();
        fs::create_dir_all(parent).unwrap();
        let work = TempDir::new_in(parent).unwrap();
        fetch(python, work.path())?;
        // Another run may have been faster, with the same wheels.
        let _ = fs::rename(work.path().join("wheels"), &kept);
    }
    let entries = fs::read_dir(&kept).map_err(|error| format!("{}: {error}", kept.display()))?;
    let mut wheels: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    wheels.sort();
    Ok(wheels)
}

/// Leaves the wheels in `work/wheels`.
fn fetch(python: &str, work: &Path) -> Result<(), String> {
    let (venv, wheels) = (work.join("venv"), work.join("wheels"));
    run(Command::new(python).args(["-m", "venv"]).arg(&venv))?;
    let mut pip = Command::new("timeout");
    pip.arg("180").arg(venv.join("bin/pip")).args(["--quiet", "--disable-pip-version-check"]);
    run(pip.args(["wheel", "--retries", "1", "--wheel-dir"]).arg(&wheels).args(PINS))?;
    let named = |name: &str| fs::read_dir(&wheels).unwrap().flatten().find(|file| starts(&file.path(), name));
    let poetry = named("poetry-1").ok_or("pip wheel: no wheel of Poetry")?.path();
    let redirect = include_str!("image/redirect.py");
    let changed = work.join("poetry.whl");
    run(Command::new(python).args(["-I", "-c", redirect]).arg(&poetry).arg(&changed))?;
    fs::rename(changed, poetry).map_err(|error| error.to_string())
}

/// Puts both at a directory of the image, for the Nix profile.
pub(crate) fn install(python: &str, wheels: &[PathBuf], dir: &Path) -> Result<(), String> {
    let work = TempDir::new().unwrap();
    let venv = work.path().join("venv");
    run(Command::new(python).args(["-m", "venv"]).arg(&venv))?;
    let mut pip = Command::new(venv.join("bin/pip"));
    pip.args([
        "--quiet",
        "--disable-pip-version-check",
        "install",
        "--no-index",
        "--no-deps",
        "--no-compile",
    ]);
    run(pip.arg("--target").arg(dir).args(wheels))
}

fn starts(path: &Path, name: &str) -> bool {
    path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(name))
}

fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{program}: {}", error.lines().last().unwrap_or("it ended with an error")))
}
