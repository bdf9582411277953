//! Microbenchmarks: reading, the plan, the walk-through and whole runs, on apps made here.
//!
//! `cargo bench --bench engine`

#![allow(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

use divan::{Bencher, black_box};
use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::document::{Document, FileKind};
use nixpacks_transforms::engine::{self, Options};
use nixpacks_transforms::plan::{self, Dashboard};
use nixpacks_transforms::simulate;
use std::time::{Duration, Instant};

fn main() {
    println!("share of the model (plan and walk-through of the app as it is) in a whole run:");
    for name in APPS {
        println!("  {name:<10} {}", share(&app(name)));
    }
    divan::main();
}

/// Apps of the usual size.
const APPS: [&str; 4] = ["override", "works", "get-pip", "many-files"];

fn app(name: &str) -> MemoryApp {
    let start = "\n[start]\ncmd = \"gunicorn app:app\"\n";
    let config = match name {
        "works" => "[phases.setup]\nnixPkgs = [\"...\", \"ffmpeg\"]\n",
        "get-pip" => {
            "[phases.setup]\nnixPkgs = [\"python311\"]\n\n[phases.install]\ncmds = [\n  \
             \"curl -sSL https://bootstrap.pypa.io/get-pip.py -o get-pip.py\",\n  \
             \"python get-pip.py --break-system-packages\",\n  \"python -m pip install -r requirements.txt\",\n]\n"
        }
        _ => {
            "[phases.setup]\nnixPkgs = [\"python311\", \"pip\"]\n\n[phases.install]\ncmds = [\n  \
             \"pip install --upgrade pip\",\n  \"pip install -r requirements.txt\",\n]\n"
        }
    };
    let mut app = MemoryApp::new([
        ("nixpacks.toml", format!("{config}{start}")),
        ("requirements.txt", "flask==3.0.0\ngunicorn==21.2.0\nnumpy>=1.26 ; python_version > '3.8'\n".into()),
        ("app.py", "import flask\n\napp = flask.Flask(__name__)\n".into()),
    ]);
    if name == "many-files" {
        for at in 0..200 {
            app.insert(format!("pkg/mod{at}.py"), "import os\n".repeat(50));
        }
    }
    app
}

fn config(app: &MemoryApp) -> String {
    let config = app.files().find(|(path, _)| *path == "nixpacks.toml");
    config.map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
}

fn share(app: &MemoryApp) -> String {
    let options = Options::default();
    let model = fastest(|| {
        let model = plan::model(app, &options.dashboard);
        black_box(simulate::simulate(&model, app));
    });
    let whole = fastest(|| {
        let _ = black_box(engine::run(app, &options));
    });
    let percent = 100.0 * model.as_secs_f64() / whole.as_secs_f64();
    format!("{percent:>3.0} % ({model:.1?} of {whole:.1?})")
}

/// The fastest of many runs: what other programs on the machine disturb least.
fn fastest(mut work: impl FnMut()) -> Duration {
    let time = || {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    std::iter::repeat_with(time).take(200).min().unwrap_or_default()
}

#[divan::bench(args = [10, 100, 1_000, 10_000])]
fn parse_toml(bencher: Bencher<'_, '_>, entries: usize) {
    let text = config(&long("list:pip", entries));
    bencher.bench(|| Document::parse("nixpacks.toml", FileKind::NixpacksToml, text.as_str()));
}

#[divan::bench(args = APPS)]
fn plan_of(bencher: Bencher<'_, '_>, name: &str) {
    let app = app(name);
    bencher.bench(|| plan::model(&app, &Dashboard::default()));
}

#[divan::bench(args = APPS)]
fn walk_through(bencher: Bencher<'_, '_>, name: &str) {
    let app = app(name);
    let model = plan::model(&app, &Dashboard::default());
    bencher.bench(|| simulate::simulate(&model, &app));
}

#[divan::bench(args = APPS)]
fn whole_run(bencher: Bencher<'_, '_>, name: &str) {
    let app = app(name);
    let options = Options::default();
    bencher.bench(|| engine::run(&app, &options));
}

/// An app with so many entries of a shape.
fn long(shape: &str, count: usize) -> MemoryApp {
    laws::long::app(shape, count).unwrap_or_default().files
}

/// Ten times as many entries take at most twelve times as long.
#[divan::bench_group(max_time = 3)]
mod linear {
    use super::{Bencher, Options, engine, long};

    const COUNTS: [usize; 3] = [100, 1_000, 10_000];

    #[divan::bench(args = COUNTS)]
    fn commands(bencher: Bencher<'_, '_>, count: usize) {
        run(bencher, "list:pip", count);
    }

    #[divan::bench(args = COUNTS)]
    fn environments(bencher: Bencher<'_, '_>, count: usize) {
        run(bencher, "list:environments", count);
    }

    #[divan::bench(args = COUNTS)]
    fn packages(bencher: Bencher<'_, '_>, count: usize) {
        run(bencher, "packages", count);
    }

    #[divan::bench(args = COUNTS)]
    fn phases(bencher: Bencher<'_, '_>, count: usize) {
        run(bencher, "phases-with-pip", count);
    }

    #[divan::bench(args = [20, 200, 2_000])]
    fn steps_of_one_command(bencher: Bencher<'_, '_>, count: usize) {
        run(bencher, "steps:pip", count);
    }

    #[divan::bench(args = COUNTS)]
    fn requirements(bencher: Bencher<'_, '_>, count: usize) {
        run(bencher, "requirements", count);
    }

    fn run(bencher: Bencher<'_, '_>, shape: &str, count: usize) {
        let app = long(shape, count);
        let options = Options::default();
        bencher.bench(|| engine::run(&app, &options));
    }
}
