//! The model against the real planner: on drawn apps, on the golden apps, and on apps of your own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod case;
mod config;
mod draw;
mod plan;
mod refused;
mod source;
mod verbatim;

use case::Case;
use plan::{Outcome, differences};
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

fn compare(case: &Case) -> Result<&'static str, String> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    case.write(dir.path());
    let (real, model) = (plan::real(dir.path(), case), plan::modelled(case));
    let differences = differences(&real, &model);
    if !differences.is_empty() {
        return Err(differences.join("\n"));
    }
    Ok(match &model {
        Outcome::Refused(_) => "refused",
        Outcome::Planned(plan) => plan.kind(),
    })
}

#[test]
fn agrees_on_drawn_apps() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u32>().ok());
    let cases = number("CONFORMANCE_CASES").unwrap_or(3000);
    let mut seed = [7; 32];
    seed[..4].copy_from_slice(&number("CONFORMANCE_SEED").unwrap_or(0).to_le_bytes());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 2000, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let counts = RefCell::new(BTreeMap::<&str, u32>::new());
    let result = runner.run(&draw::case(), |case| match compare(&case) {
        Ok(kind) => {
            *counts.borrow_mut().entry(kind).or_default() += 1;
            Ok(())
        }
        Err(difference) => Err(proptest::test_runner::TestCaseError::fail(difference)),
    });
    eprintln!("{:?}", counts.borrow());
    match result {
        Ok(()) => {}
        Err(TestError::Fail(reason, case)) => panic!("{reason}\n{case:#?}"),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
    let counts = counts.into_inner();
    // Drawn apps that exercise nothing would agree too.
    for (kind, least) in
        [("python", 20), ("several", 2), ("node", 4), ("other", 4), ("none", 1), ("refused", 5)]
    {
        let count = counts.get(kind).copied().unwrap_or(0);
        assert!(count * 100 >= least * cases, "only {count} of {cases} drawn apps are `{kind}`");
    }
}

#[test]
fn agrees_on_files_that_parsers_disagree_on() {
    let toml = verbatim::TOML.iter().map(|text| ("nixpacks.toml", *text));
    let json = verbatim::JSON.iter().map(|text| ("nixpacks.json", *text));
    let procfiles = source::PROCFILES.iter().map(|text| ("Procfile", *text));
    // The same texts where only a provider reads them.
    let manifests = verbatim::JSON.iter().map(|text| ("package.json", *text));
    let projects = verbatim::TOML.iter().map(|text| ("pyproject.toml", *text));
    let mut failures = Vec::new();
    for (name, text) in toml.chain(json).chain(procfiles).chain(manifests).chain(projects) {
        let mut case = Case::default();
        case.files.insert(name.to_owned(), text.into());
        case.files.insert("requirements.txt".to_owned(), Vec::new());
        if let Err(difference) = compare(&case) {
            failures.push(format!("{name} {text:?}: {difference}"));
        }
    }
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn refuses_more_than_the_planner_only_where_it_says_so() {
    for (name, text) in verbatim::MODEL_REFUSES {
        let mut case = Case::default();
        case.files.insert((*name).to_owned(), (*text).into());
        let difference = compare(&case).expect_err(text);
        assert!(difference.starts_with("only the model refuses"), "{text}: {difference}");
    }
}

#[test]
fn agrees_on_golden_apps() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../golden");
    let mut befores = Vec::new();
    find_befores(&root, &mut befores);
    agree(&befores);
}

#[test]
fn agrees_on_apps_of_the_environment() {
    let Some(root) = std::env::var_os("CONFORMANCE_APPS") else { return };
    let mut apps: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    apps.sort();
    agree(&apps);
}

fn find_befores(dir: &Path, befores: &mut Vec<std::path::PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries.flatten().filter(|entry| entry.path().is_dir()) {
        if entry.file_name() == "before" {
            befores.push(entry.path());
        } else {
            find_befores(&entry.path(), befores);
        }
    }
}

fn agree(apps: &[std::path::PathBuf]) {
    let mut counts = BTreeMap::<&str, u32>::new();
    let mut failures = Vec::new();
    let mut time = std::time::Duration::ZERO;
    for app in apps {
        let case = Case::read(app);
        let start = std::time::Instant::now();
        let _ = plan::modelled(&case);
        time += start.elapsed();
        match compare(&case) {
            Ok(kind) => *counts.entry(kind).or_default() += 1,
            Err(difference) => failures.push(format!("{}:\n{difference}", app.display())),
        }
    }
    eprintln!("{counts:?} of {}, the model took {time:?}", apps.len());
    assert!(failures.is_empty(), "{} of {} differ:\n{}", failures.len(), apps.len(), failures.join("\n"));
}
