//! packaging/install.sh against a file server on the loopback interface.

use crate::is_installed;
use crate::support::{Ran, Sandbox};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::{env, fs, thread};

/// The archive that the script wants on this machine.
fn target() -> String {
    let system = if cfg!(target_os = "macos") { "apple-darwin" } else { "unknown-linux-musl" };
    format!("{}-{system}", env::consts::ARCH)
}

/// Serves the files of a directory for as long as the tests run; its address.
fn serve(dir: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, dir) = (listener.local_addr().unwrap(), dir.to_owned());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = String::new();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            reader.read_line(&mut request).unwrap();
            let mut line = String::from(" ");
            while !line.trim().is_empty() {
                line.clear();
                reader.read_line(&mut line).unwrap();
            }
            let name = request.split(' ').nth(1).unwrap().rsplit('/').next().unwrap();
            let (status, body) = match fs::read(dir.join(name)) {
                Ok(body) => ("200 OK", body),
                Err(_) => ("404 Not Found", Vec::new()),
            };
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(&[head.as_bytes(), &body].concat());
        }
    });
    format!("http://{address}/v0.1.0/")
}

/// A release as packaging/archive.sh makes it, with a small program, and its list of checksums.
fn release() -> Sandbox {
    let program = "#!/bin/sh\necho nixpacks-fix 0.1.0\n";
    let sandbox = Sandbox::new([
        ("nixpacks-fix", program),
        ("extras/man/nixpacks-fix.1", ""),
        ("extras/completions/nixpacks-fix.bash", ""),
        ("release/.keep", ""),
        ("home/.keep", ""),
    ]);
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/archive.sh");
    sandbox.tool(archive.to_str().unwrap(), "", &[&target(), "nixpacks-fix", "extras", "release"], "");
    let name = format!("nixpacks-fix-{}.tar.gz", target());
    let sum = "sha256sum \"$0\" 2>/dev/null || shasum -a 256 \"$0\"";
    let listed = sandbox.tool("sh", "release", &["-c", sum, &name], "");
    sandbox
        .write("release/SHA256SUMS", format!("{}  nixpacks-fix-other.zip\n{}", "0".repeat(64), listed.out));
    sandbox
}

fn install(sandbox: &Sandbox, variables: &[(&str, &str)]) -> Ran {
    let mut command = sandbox.command(Command::new("sh"), "");
    command.env("HOME", sandbox.path().join("home")).envs(variables.iter().copied());
    let output =
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/install.sh")).output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What is in the directory that programs go to.
fn installed(sandbox: &Sandbox) -> Vec<String> {
    let Ok(listing) = fs::read_dir(sandbox.path().join("home/.local/bin")) else { return Vec::new() };
    listing.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn the_program_is_installed_and_runs() {
    if !is_installed("curl") && !is_installed("wget") {
        return;
    }
    let sandbox = release();
    let url = serve(&sandbox.path().join("release"));
    let ran = install(&sandbox, &[("NIXPACKS_FIX_URL", &url)]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    assert!(ran.out.starts_with("installed nixpacks-fix 0.1.0 as "), "{ran:?}");
    assert!(ran.out.contains("is not on PATH"), "{ran:?}");
    assert_eq!(installed(&sandbox), ["nixpacks-fix"]);
    let program = sandbox.path().join("home/.local/bin/nixpacks-fix");
    assert_eq!(sandbox.tool(program.to_str().unwrap(), "", &[], "").out, "nixpacks-fix 0.1.0\n");
}

#[test]
fn a_wrong_checksum_installs_nothing_and_keeps_what_is_there() {
    if !is_installed("curl") && !is_installed("wget") {
        return;
    }
    let sandbox = release();
    sandbox.write("home/.local/bin/nixpacks-fix", "the old one");
    let url = serve(&sandbox.path().join("release"));
    let list = sandbox.read("release/SHA256SUMS");
    let name = format!("release/nixpacks-fix-{}.tar.gz", target());
    let whole = fs::read(sandbox.path().join(&name)).unwrap();

    // The archive was changed on the way.
    let mut spoiled = whole.clone();
    *spoiled.last_mut().unwrap() ^= 1;
    sandbox.write(&name, &spoiled);
    let changed = install(&sandbox, &[("NIXPACKS_FIX_URL", &url)]);
    assert!(changed.err.contains("is wrong: "), "{changed:?}");
    // The release does not list it.
    sandbox.write(&name, &whole);
    sandbox.write("release/SHA256SUMS", list.lines().next().unwrap());
    let unlisted = install(&sandbox, &[("NIXPACKS_FIX_URL", &url)]);
    assert!(unlisted.err.contains("lists no checksum"), "{unlisted:?}");
    // There is no list, or no archive.
    fs::remove_file(sandbox.path().join("release/SHA256SUMS")).unwrap();
    let no_list = install(&sandbox, &[("NIXPACKS_FIX_URL", &url)]);
    fs::remove_file(sandbox.path().join(&name)).unwrap();
    let nothing = install(&sandbox, &[("NIXPACKS_FIX_URL", &url)]);
    assert!(nothing.err.contains("cannot download"), "{nothing:?}");

    for ran in [changed, unlisted, no_list, nothing] {
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{ran:?}");
    }
    assert_eq!(installed(&sandbox), ["nixpacks-fix"]);
    assert_eq!(sandbox.read("home/.local/bin/nixpacks-fix"), "the old one");
}

#[test]
fn a_checksum_that_the_user_knows_wins_over_the_list() {
    if !is_installed("curl") && !is_installed("wget") {
        return;
    }
    let sandbox = release();
    let url = serve(&sandbox.path().join("release"));
    let ran = install(&sandbox, &[("NIXPACKS_FIX_URL", &url), ("NIXPACKS_FIX_SHA256", &"0".repeat(64))]);
    assert_eq!((ran.code, installed(&sandbox)), (1, vec![]), "{ran:?}");
}

#[test]
fn a_version_is_no_path() {
    let ran = install(&release(), &[("NIXPACKS_FIX_VERSION", "../../evil")]);
    assert_eq!((ran.code, ran.err.as_str()), (1, "error: `../../evil` is no version\n"));
}
