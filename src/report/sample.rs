//! An app with made-up findings, to test output without rules.

use super::{Examined, Known, Texts, Written};
use crate::app::AppLocation;
use crate::cli::{Color, FailOn, OutputArgs};
use crate::terminal::OutputStyle;
use nixpacks_transforms::edit::Edit;
use nixpacks_transforms::engine::{Applicability, FileChange, FileEdit, Finding, Fix, Outcome};
use nixpacks_transforms::plan::{Place, Platform};
use nixpacks_transforms::rules::{RuleInfo, Severity};
use nixpacks_transforms::simulate::{self, Reason, Stage, Verdict};
use nixpacks_transforms::text::{LineIndex, Span};

static RULE: RuleInfo = RuleInfo { id: "sample-rule", summary: "a sample", docs: "## What it does\n" };

const BEFORE: &str = "[phases.setup]\nnixPkgs = [\"pip\"]\n";

pub(crate) fn output_args() -> OutputArgs {
    OutputArgs { color: Color::Never, quiet: false, verbose: true }
}

pub(crate) fn plain_style() -> OutputStyle {
    OutputStyle { color: false, terminal: false, width: None }
}

pub(crate) fn finding(kind: &str) -> Finding {
    Finding {
        rule: &RULE,
        severity: if kind == "note" { Severity::Note } else { Severity::Error },
        message: "`pip` is no attribute of nixpkgs".to_owned(),
        place: Some(Place { path: "nixpacks.toml".to_owned(), span: Span::new(26, 31) }),
        label: "not in nixpkgs".to_owned(),
        notes: vec!["Nix stops at the first name that it does not know".to_owned()],
        keys: Vec::new(),
        fix: match kind {
            "safe" => Some(0),
            "unsafe" => Some(1),
            _ => None,
        },
    }
}

fn fix(applicability: Applicability) -> Fix {
    let applied = applicability == Applicability::Safe;
    let edit = FileEdit { path: "nixpacks.toml".to_owned(), edit: Edit::deletion(Span::new(26, 31)) };
    Fix { title: "drop `pip`".to_owned(), applicability, applied, edits: vec![edit] }
}

fn verdict(outcome: simulate::Outcome, detail: &str) -> Verdict {
    Verdict { outcome, progress: 0, command: None, detail: detail.to_owned() }
}

pub(crate) fn examined(kinds: &[&str]) -> Examined {
    let after = BEFORE.replace("\"pip\"", "");
    let texts = |text: &str| {
        Texts(std::iter::once(("nixpacks.toml".to_owned(), LineIndex::new(text.to_owned()))).collect())
    };
    let nix = simulate::Outcome::Fails { stage: Stage::Nix, reason: Reason::UndefinedVariable };
    Examined {
        home: AppLocation { shown: "app".to_owned(), in_git: true, ..AppLocation::default() },
        texts: texts(BEFORE),
        fixed: texts(&after),
        result: Ok(Outcome {
            before: verdict(nix, "undefined variable 'pip'"),
            after: verdict(simulate::Outcome::Builds, ""),
            findings: kinds.iter().map(|kind| finding(kind)).collect(),
            fixes: vec![fix(Applicability::Safe), fix(Applicability::Unsafe)],
            changes: vec![FileChange {
                path: "nixpacks.toml".to_owned(),
                before: BEFORE.to_owned(),
                after,
                edits: Vec::new(),
                created: false,
                removed: false,
            }],
            remaining: Vec::new(),
            held: vec![(1, "the app works".to_owned())],
            refused: Vec::new(),
            unread: Vec::new(),
            broken: Vec::new(),
            plan_before: None,
            plan_after: None,
            steps_before: simulate::Steps::default(),
            steps_after: simulate::Steps::default(),
            assumed: Vec::new(),
            suppressed: 0,
            retired_before: None,
            retired_after: None,
            platform: Platform::Generic,
            other_builder: None,
        }),
        written: Written::Shown,
        fail_on: FailOn::Error,
        known: Known::default(),
        comparison: None,
    }
}
