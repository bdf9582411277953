#!/usr/bin/env python3
"""Measures how the time of the built command grows, as a whole process: ten times as many entries in one file or
repository, ten times as many apps.

    benches/growth.py [NIXPACKS_FIX]

NIXPACKS_FIX is the binary (default: target/release/nixpacks-fix). Prints a row of a Markdown table for each
measurement: processor time (user and system), the cheapest of three runs. Needs git; writes to a temporary directory alone.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

BINARY = Path(sys.argv[1] if len(sys.argv) > 1 else "target/release/nixpacks-fix").resolve()
INSTALL = "pip install -r requirements.txt"
START = '[start]\ncmd = "python app.py"\n'
BROKEN = f'[phases.install]\ncmds = ["{INSTALL}"]\n' + START
SETUP = '[phases.setup]\nnixPkgs = ["python311", "pip"]\n'


def app(directory, config, requirements="flask\n", **files):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "nixpacks.toml").write_text(config)
    (directory / "requirements.txt").write_text(requirements)
    (directory / "app.py").write_text("import flask\n")
    for name, text in files.items():
        (directory / name).write_text(text)


def git(directory, *arguments):
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=directory, check=True, stdout=subprocess.DEVNULL)


def milliseconds(arguments, directory, runs):
    times = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([BINARY, *arguments], cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times) * 1000


def row(what, most, make, *arguments, runs=3):
    """`make` writes so many of something into a directory."""
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as many:
        make(Path(few), most // 10)
        make(Path(many), most)
        tenth = milliseconds(arguments, few, runs)
        whole = milliseconds(arguments, many, runs)
        # Its own way to remove a directory recurses once for each level.
        subprocess.run(["rm", "-rf", *Path(many).iterdir(), *Path(few).iterdir()], check=True)
    print(f"| {what} | {most:,} | {whole:,.0f} ms | {tenth:,.0f} ms | {whole / tenth:.1f} |", flush=True)


def config(text):
    return lambda directory, count: app(directory, text(count))


def listed(key, entries):
    return f"{key} = [" + ", ".join(f'"{entry}"' for entry in entries) + "]\n"


def nested(directory, count):
    git(directory, "init", "-q")
    os.chdir(directory)
    for _ in range(count):
        app(Path("."), BROKEN)
        os.mkdir("a")
        os.chdir("a")
    os.chdir("/")
    git(directory, "add", "-A")


def beside(directory, count):
    git(directory, "init", "-q")
    for number in range(count):
        app(directory / f"app{number}", BROKEN)
    git(directory, "add", "-A")
    git(directory, "commit", "-q", "-m", "apps")


def untracked(directory, count):
    git(directory, "init", "-q")
    (directory / ".gitignore").write_text("".join(f"name{number}/*.x{number}\n" for number in range(count * 5)))
    for number in range(count):
        app(directory / f"app{number}", BROKEN)


def requirements(directory, count):
    app(directory, SETUP + START, "".join(f"package{number}==1.0\n" for number in range(count)))


def procfile(directory, count):
    workers = "".join(f"worker{number}: pip install flask && python app.py\n" for number in range(count))
    app(directory, f'{SETUP}[phases.install]\ncmds = ["{INSTALL}"]\n', Procfile=workers + "web: python app.py\n")


def main():
    print("| what there is many of | entries | time | a tenth | ratio |")
    print("| --- | ---: | ---: | ---: | ---: |")
    phases = config(lambda count: "".join(f'[phases.p{n}]\ncmds = ["{INSTALL}"]\n' for n in range(count)) + START)
    row("phases, an install command each, `check`", 15_000, phases, "check")
    row("the same, `diff`", 15_000, phases, "diff")
    venv = "python -m venv /opt/v{0} && . /opt/v{0}/bin/activate && " + INSTALL
    environments = lambda count: listed("[phases.install]\ncmds", map(venv.format, range(count))) + START
    row("environments activated for pip, in one list", 10_000, config(environments), "check")
    commands = config(lambda count: listed("[phases.install]\ncmds", [INSTALL] * count) + START)
    row("pip commands in one list, `check`", 20_000, commands, "check")
    row("the same, `diff`", 20_000, commands, "diff")
    steps = lambda count: listed("[phases.install]\ncmds", [" && ".join([INSTALL] * count)]) + START
    row("steps of one command", 1_500, config(steps), "check")
    known = lambda count: listed("[phases.setup]\nnixPkgs", ["python311", "pip"] + ["ffmpeg"] * count) + START
    row("`nixPkgs`, known names", 30_000, config(known), "check")
    unknown = lambda count: listed("[phases.setup]\nnixPkgs", ["python311", "pip", *(f"pkg{n}" for n in range(count))])
    row("`nixPkgs`, unknown names", 30_000, config(lambda count: unknown(count) + START), "check")
    packages = lambda count: "".join(f'[phases.p{n}]\nnixPkgs = ["pip"]\n' for n in range(count)) + START
    row("phases with `nixPkgs`", 4_000, config(packages), "check")
    variables = lambda count: SETUP + "[variables]\n" + "".join(f'V{n} = "x"\n' for n in range(count)) + START
    row("variables", 50_000, config(variables), "check")
    link = lambda n: f'[phases.p{n}]\ndependsOn = ["{f"p{n - 1}" if n else "setup"}"]\ncmds = ["pip install flask"]\n'
    row("phases in a chain of `dependsOn`", 10_000, config(lambda count: "".join(map(link, range(count))) + START), "check")
    row("lines of a Procfile, `--strategy explicit`", 4_000, procfile, "check", "--strategy", "explicit")
    row("requirements", 20_000, requirements, "check")
    row("apps in each other", 100, nested, "check")
    row("apps in each other", 1_000, nested, "check")
    row("apps beside each other", 2_000, beside, "check")
    row("the same, `fix --commit`", 2_000, beside, "fix", "--commit", runs=1)
    row("untracked apps, with five lines of `.gitignore` for each", 1_000, untracked, "check")


if __name__ == "__main__":
    main()
