//! Ten times as much costs at most twelve times the work.
//!
//! Work is what is allocated, which is the same on every machine and every run.

#![allow(clippy::unwrap_used)]

use allocation_counter::measure;
use laws::long;
use nixpacks_transforms::engine::{Options, Strategy, run};

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
