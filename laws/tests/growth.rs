//! Ten times as much costs at most twelve times the work.
//!
//! Work is what is allocated, which is the same on every machine and every run.

#![allow(clippy::unwrap_used)]

use allocation_counter::measure;
use laws::long;
use nixpacks_transforms::app::{AppView, Entry, Kind, MemoryApp, ReadError};
use nixpacks_transforms::engine::{Options, Strategy, run};
use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};

const FEW: usize = 30;
const MANY: usize = 300;

/// Allocations and bytes of a run on an app with so many entries.
fn work(shape: &str, count: usize, options: &Options) -> [u64; 2] {
    let app = long::app(shape, count).unwrap();
    let counted = measure(|| drop(run(&app, options)));
    [counted.count_total, counted.bytes_total]
}

/// The shapes whose cost grows faster than they do.
fn wrong(options: &Options, layouts: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    for shape in long::shapes() {
        if shape.split_once(':').is_some_and(|(layout, _)| !layouts.contains(&layout)) {
            continue;
        }
        let (few, many) = (work(&shape, FEW, options), work(&shape, MANY, options));
        if few.iter().zip(many).any(|(few, many)| many > 12 * few) {
            wrong.push(format!("{shape}: {few:?} allocations and bytes for {FEW}, {many:?} for {MANY}"));
        }
    }
    wrong
}

#[test]
fn ten_times_as_many_entries_cost_at_most_twelve_times_the_work() {
    let wrong = wrong(&Options::default(), &["list", "line", "steps", "phases"]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn so_they_do_where_every_program_is_named_by_its_path() {
    let options = Options { strategy: Strategy::Explicit, unsafe_fixes: true, ..Options::default() };
    let wrong = wrong(&options, &["list"]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An app that counts how often one of its files is read.
struct Counting(MemoryApp, &'static str, AtomicUsize);

impl AppView for Counting {
    fn kind(&self, path: &str) -> Option<Kind> {
        self.0.kind(path)
    }

    fn read(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>, ReadError> {
        if path == self.1 {
            self.2.fetch_add(1, Ordering::Relaxed);
        }
        self.0.read(path)
    }

    fn list(&self, dir: &str) -> Vec<Entry> {
        self.0.list(dir)
    }
}

#[test]
fn the_python_files_are_read_once_for_all_choices_of_fixes() {
    let app = MemoryApp::new([
        ("main.py", "import flask\n"),
        ("shop/tax.py", "RATE = 0.2\n"),
        ("requirements.txt", "flask\n"),
        (
            "nixpacks.toml",
            "[phases.setup]\nnixPkgs = ['python3', 'pip']\n[phases.install]\ncmds = ['pip install -r requirements.txt']\n",
        ),
    ]);
    let app = Counting(app, "shop/tax.py", AtomicUsize::new(0));
    assert!(!run(&app, &Options::default()).unwrap().changes.is_empty());
    assert_eq!(app.2.into_inner(), 1);
}
