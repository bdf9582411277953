//! The catalogue: which lines of a log mean what. The rows are in `data/families.tsv` and `data/reasons.tsv`.

use regex::bytes::{RegexSet, RegexSetBuilder};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Where in a log a line counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(u8);

impl Place {
    /// Before anything is built: the platform and Nixpacks itself.
    pub(crate) const PLAN: Self = Self(1);
    /// What a step of the build prints.
    pub(crate) const STEP: Self = Self(2);
    /// The error with which `BuildKit` stops.
    pub(crate) const SOLVE: Self = Self(4);
    /// What the app prints.
    pub(crate) const START: Self = Self(8);
    /// What a platform says about the health of the app.
    pub(crate) const HEALTH: Self = Self(16);

    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn read(text: &str) -> Self {
        text.split('+').fold(Self(0), |sum, name| {
            let one = match name {
                "plan" => Self::PLAN.0,
                "step" => Self::STEP.0,
                "solve" => Self::SOLVE.0,
                "start" => Self::START.0,
                "health" => Self::HEALTH.0,
                _ => u8::MAX,
            };
            Self(sum.0 | one)
        })
    }
}

/// How a line counts among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Take {
    First,
    Last,
    Broad,
    Hint,
    Generic,
    Weak,
    Never,
    Sign,
}

/// A kind of line.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) id: &'static str,
    /// Empty where the line is no error.
    pub(crate) reason: &'static str,
    pub(crate) place: Place,
    pub(crate) take: Take,
    /// The exit codes that a step ends with after such a line; none where it may be any.
    exits: Vec<i32>,
    pub(crate) rule: Option<&'static str>,
    pattern: String,
}

impl Family {
    /// Whether a step that printed this line may end with this exit code.
    pub(crate) fn fits(&self, exit: Option<i32>) -> bool {
        exit.is_none_or(|exit| self.exits.is_empty() || self.exits.contains(&exit))
    }

    /// Whether the line is an error with a known meaning.
    pub(crate) fn decides(&self) -> bool {
        matches!(self.take, Take::First | Take::Last | Take::Broad | Take::Hint)
    }
}

/// What a shell writes in front of its errors.
const SHELL: &str = r"^\s*(?:\S*sh): (?:line \d+: |\d+: )?";

fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

static FAMILIES: LazyLock<Vec<Family>> = LazyLock::new(|| {
    let value = |text: &'static str| (text != "-").then_some(text);
    let family = |row: Vec<&'static str>| {
        let [id, reason, place, take, exits, rule, pattern] = row.try_into().ok()?;
        let take = match take {
            "first" => Take::First,
            "last" => Take::Last,
            "broad" => Take::Broad,
            "hint" => Take::Hint,
            "generic" => Take::Generic,
            "weak" => Take::Weak,
            "never" => Take::Never,
            _ => Take::Sign,
        };
        let exits = exits.split(',').filter_map(|code| code.parse().ok()).collect();
        let pattern = pattern.replace("{sh}", SHELL);
        let (reason, place) = (value(reason).unwrap_or_default(), Place::read(place));
        Some(Family { id, reason, place, take, exits, rule: value(rule), pattern })
    };
    rows(include_str!("../data/families.tsv")).filter_map(family).collect()
});

/// The patterns of all families, in their order. Without Unicode classes, which no pattern needs: it is faster.
static PATTERNS: LazyLock<RegexSet> = LazyLock::new(|| {
    let patterns = FAMILIES.iter().map(|family| family.pattern.as_str());
    let set = RegexSetBuilder::new(patterns).unicode(false).dfa_size_limit(32 << 20).build();
    set.unwrap_or_else(|_| RegexSet::empty())
});

/// All families.
#[cfg(test)]
pub(crate) fn families() -> &'static [Family] {
    &FAMILIES
}

/// The family at an index that [`matches()`] gave.
pub(crate) fn family(at: usize) -> Option<&'static Family> {
    FAMILIES.get(at)
}

/// The families that a line belongs to in this place: at most one of those that decide.
pub(crate) fn matches(line: &str, place: Place) -> Vec<usize> {
    let line = line.as_bytes();
    if !PATTERNS.is_match(line) {
        return Vec::new();
    }
    let all = PATTERNS.matches(line).into_iter();
    let here = |at: &usize| family(*at).is_some_and(|family| family.place.meets(place));
    let mut found: Vec<usize> = all.filter(here).collect();
    let take = |at: usize| family(at).map(|family| family.take);
    let is = |at: usize, takes: &[Take]| take(at).is_some_and(|take| takes.contains(&take));
    let strong = found.iter().any(|at| is(*at, &[Take::First, Take::Last, Take::Hint]));
    let never = !strong && found.iter().any(|at| is(*at, &[Take::Never]));
    let broad = !strong && !never && found.iter().any(|at| is(*at, &[Take::Broad]));
    let weak = found.iter().any(|at| is(*at, &[Take::Weak]));
    let mut decided = false;
    found.retain(|at| match take(*at) {
        Some(Take::Sign) => true,
        Some(Take::Never) => !strong,
        Some(Take::Generic) => !strong && !never && !broad && !weak,
        Some(Take::Weak) => !strong && !never && !broad,
        Some(Take::Broad) if !broad => false,
        Some(_) => !std::mem::replace(&mut decided, true),
        None => false,
    });
    found
}

/// What a reason means, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The name in machine output.
    pub name: &'static str,
    /// The error as a log shows it.
    pub shown: &'static str,
    /// Whether a change of the deploy files can fix it.
    pub by_config: bool,
    /// What it means, in one or two sentences.
    pub meaning: &'static str,
    /// What to do.
    pub advice: &'static str,
}

static REASONS: LazyLock<Vec<Reason>> = LazyLock::new(|| {
    let reason = |row: Vec<&'static str>| {
        let [name, shown, by_config, meaning, advice] = row.try_into().ok()?;
        Some(Reason { name, shown, by_config: by_config == "yes", meaning, advice })
    };
    rows(include_str!("../data/reasons.tsv")).filter_map(reason).collect()
});

/// All reasons, sorted by name.
pub fn reasons() -> &'static [Reason] {
    &REASONS
}

/// The reason with this name.
pub fn reason(name: &str) -> Option<&'static Reason> {
    REASONS.iter().find(|reason| reason.name == name)
}

/// The reasons and rules that an error text is known under, the best first.
pub fn explain(text: &str) -> Vec<(&'static Reason, Option<&'static str>)> {
    let text = crate::clean::clean(text.trim());
    // People leave out what the shell writes in front.
    let spellings = [text.to_string(), format!("/bin/bash: line 1: {text}"), format!("error: {text}")];
    let spellings = spellings.into_iter().chain([format!("/root/.nix-profile/bin/python: {text}")]);
    let mut found: Vec<(&Reason, Option<&str>)> = Vec::new();
    for spelling in spellings {
        let any = Place(u8::MAX);
        let at = matches(&spelling, any).into_iter().filter_map(family).find(|family| family.decides());
        if let Some(family) = at
            && let Some(reason) = reason(family.reason)
            && !found.iter().any(|(other, _)| other.name == reason.name)
        {
            found.push((reason, family.rule));
        }
    }
    found
}

/// The rules that find causes of a reason, sorted.
pub fn rules_of(reason: &str) -> Vec<&'static str> {
    let mut rules: Vec<&str> =
        FAMILIES.iter().filter(|family| family.reason == reason).filter_map(|family| family.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// Reasons whose error has words of a text, the nearest first: at most `count`.
pub fn near(text: &str, count: usize) -> Vec<&'static Reason> {
    let words = |text: &str| -> BTreeSet<String> {
        let words = text.split(|ch: char| !ch.is_alphanumeric()).filter(|word| word.len() > 2);
        words.map(str::to_ascii_lowercase).take(50).collect()
    };
    let wanted = words(text);
    let mut found: Vec<(usize, &Reason)> = REASONS
        .iter()
        .map(|one| (words(&format!("{} {}", one.name, one.shown)).intersection(&wanted).count(), one))
        .filter(|(same, _)| *same > 0)
        .collect();
    found.sort_by_key(|(same, one)| (std::cmp::Reverse(*same), one.name));
    found.into_iter().take(count).map(|(_, one)| one).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{FAMILIES, PATTERNS, Place, families, family, matches, reason, reasons, rows};
    use nixpacks_transforms::rules::rule;

    #[test]
    fn the_tables_are_whole_and_sorted() {
        for (text, columns) in
            [(include_str!("../data/families.tsv"), 7), (include_str!("../data/reasons.tsv"), 5)]
        {
            let ids: Vec<&str> = rows(text).map(|row| row[0]).collect();
            assert!(ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
            assert!(text.starts_with('#') && text.contains("Source:") && text.contains("A row:"));
            for row in rows(text) {
                assert_eq!(row.len(), columns, "{row:?}");
                assert!(row.iter().all(|cell| !cell.is_empty()), "{row:?}");
            }
        }
        assert_eq!(PATTERNS.len(), families().len(), "the patterns do not build");
        for family in families() {
            assert!(family.rule.is_none_or(|id| rule(id).is_some()), "{}: no such rule", family.id);
            let none = matches!(family.take, super::Take::Never | super::Take::Sign);
            assert_eq!(none, family.reason.is_empty(), "{}", family.id);
            assert!(none || reason(family.reason).is_some(), "{}: {}", family.id, family.reason);
        }
        assert_eq!(FAMILIES.len(), rows(include_str!("../data/families.tsv")).count());
    }

    #[test]
    fn every_reason_has_a_family_or_is_one_of_the_verdict() {
        use nixpacks_transforms::simulate::Reason as R;
        let verdict = [
            R::PipNotFound,
            R::NoPipModule,
            R::ExternallyManaged,
            R::UndefinedVariable,
            R::AptPackageMissing,
            R::VenvMissing,
            R::PythonNotFound,
            R::CommandNotFound,
            R::ModuleNotFound,
            R::NativeLibMissing,
            R::NoSuchFile,
            R::Resolution,
            R::Network,
            R::BuildBackend,
            R::PlanError,
            R::Other,
        ];
        for one in verdict {
            assert!(reason(one.name()).is_some(), "no row for {one}");
        }
        for one in reasons() {
            assert!(families().iter().any(|family| family.reason == one.name), "{} is never said", one.name);
        }
    }

    #[test]
    fn the_text_of_a_reason_is_recognised_as_it() {
        for one in reasons() {
            let found = super::explain(one.shown);
            let best = found.first().map(|(reason, _)| reason.name);
            assert!(best == Some(one.name) || one.name == "other", "{}: {} is {best:?}", one.name, one.shown);
        }
    }

    #[test]
    fn a_line_is_of_one_family_that_decides() {
        for (line, want) in [
            ("/bin/bash: line 1: pip: command not found", Some("pip-command")),
            ("bash: line 1: pip3: command not found", Some("pip-command")),
            ("/bin/bash: line 1: uvicorn: command not found", Some("command")),
            ("sh: 1: vite: not found", Some("command")),
            ("echo pip: command not found", None),
            ("/bin/bash: line 1: /opt/venv/bin/pip: No such file or directory", Some("venv")),
            ("/bin/bash: line 1: cd: backend: No such file or directory", Some("cd-directory")),
            ("/bin/bash: line 1: ./start.sh: Permission denied", Some("script-mode")),
            ("/root/.nix-profile/bin/python3.12: No module named pip", Some("pip-module")),
            ("/opt/venv/bin/python: No module named uvicorn", Some("module-cli")),
            ("       error: undefined variable 'pip'", Some("nix-undefined")),
            ("error: builder for '/nix/store/x.drv' failed with exit code 25;", None),
            ("ERROR: Could not find a version that satisfies the requirement x==1", None),
            ("ERROR: No matching distribution found for x==1", Some("pip-conflict")),
            ("      Error: pg_config executable not found.", Some("psycopg")),
            ("WARNING: Retrying (Retry(total=4)) after Temporary failure in name resolution", None),
            ("/bin/bash: line 1:    17 Killed                  npm ci", Some("memory-killed")),
            ("npm error code EUSAGE", None),
        ] {
            let found = matches(line, Place::STEP);
            let deciding: Vec<&str> = found
                .iter()
                .filter_map(|at| family(*at))
                .filter(|family| family.decides())
                .map(|family| family.id)
                .collect();
            assert_eq!(deciding, want.into_iter().collect::<Vec<_>>(), "{line}");
        }
    }
}
