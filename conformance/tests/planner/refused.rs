//! Configs with several mistakes each: the real planner refuses them, and plans what the repair makes of them.

#[path = "../../../transforms/tests/refused/mistakes.rs"]
mod mistakes;

use crate::case::Case;
use crate::plan::{self, Outcome};
use nixpacks_transforms::engine::{self, Options};

/// How many configs are drawn.
const CONFIGS: usize = 300;

#[test]
fn the_planner_plans_what_it_refused_before_the_repair() {
    let mut state = 2_u64;
    let mut draw = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % limit
    };
    let planned = |case: &Case| {
        let dir = tempfile::tempdir().expect("a temporary directory");
        case.write(dir.path());
        matches!(plan::real(dir.path(), case), Outcome::Planned(_))
    };
    for _ in 0..CONFIGS {
        let (text, names) = mistakes::config(&mut draw);
        let mut case = Case::default();
        case.files.insert("requirements.txt".to_owned(), "flask\n".into());
        case.files.insert("main.py".to_owned(), "import flask\n".into());
        case.files.insert("nixpacks.toml".to_owned(), text.clone().into());
        assert!(!planned(&case), "not refused, for all of {names:?}:\n{text}");
        let outcome = engine::run(&case.app(), &Options::default()).unwrap();
        for change in outcome.changes {
            if change.removed {
                case.files.remove(&change.path);
            } else {
                case.files.insert(change.path, change.after.into());
            }
        }
        assert!(planned(&case), "still refused after the repair of {names:?}:\n{text}");
    }
}
