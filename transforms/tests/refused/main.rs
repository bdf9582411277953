//! Files that Nixpacks refuses for several mistakes are repaired in one run.
#![allow(clippy::unwrap_used, clippy::panic)]

mod mistakes;

use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::engine::{self, Options};
use nixpacks_transforms::plan::{self, Dashboard};
use nixpacks_transforms::simulate::Outcome;
use std::collections::BTreeSet;

/// How many configs are drawn.
const CONFIGS: usize = 300;

#[test]
fn several_mistakes_are_mended_in_one_run() {
    let mut state = 1_u64;
    let mut draw = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % limit
    };
    let (mut seen, mut failures) = (BTreeSet::new(), Vec::new());
    for _ in 0..CONFIGS {
        let (text, names) = mistakes::config(&mut draw);
        let files = [
            ("nixpacks.toml", text.as_str()),
            ("main.py", "import flask\n"),
            ("requirements.txt", "flask\n"),
        ];
        let outcome = engine::run(&MemoryApp::new(files), &Options::default()).unwrap();
        assert!(
            matches!(outcome.before.outcome, Outcome::Fails { .. }),
            "nothing is wrong with {names:?}:\n{text}"
        );
        let after = outcome.changes.iter().find(|change| change.path == "nixpacks.toml");
        let after = after.map_or_else(|| text.clone(), |change| change.after.clone());
        let repaired = MemoryApp::new([("nixpacks.toml", after.as_str()), files[1], files[2]]);
        let errors = plan::model(&repaired, &Dashboard::default()).errors;
        if !errors.is_empty() || outcome.after.outcome != Outcome::Builds {
            failures.push(format!("{names:?}\n{text}\n-- is\n{after}\n{errors:?} {:?}", outcome.refused));
        }
        seen.extend(names);
    }
    assert!(seen.len() >= 35, "only {seen:?}");
    assert!(
        failures.is_empty(),
        "{} of {CONFIGS}:\n{}",
        failures.len(),
        failures[..failures.len().min(3)].join("\n\n")
    );
}
