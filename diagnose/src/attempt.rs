//! What is known of one attempt to build and start an app.

use crate::answer::Builder;
use crate::catalogue::{self, Family, Place, Take};
use crate::command::{self, Failure};
use crate::plan_box::PlanBox;
use std::collections::BTreeMap;

/// Bytes of a line that are kept.
const TEXT: usize = 2000;
/// Lines that are kept of one step.
const HITS: usize = 40;
/// Steps that are kept of one attempt.
const STEPS: usize = 300;
/// Errors of `BuildKit`, and runs of the app, that are kept of one attempt.
const FEW: usize = 40;
/// Lines of the excerpt from the Dockerfile that are kept.
const EXCERPT: usize = 12;

/// Where a line stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct At {
    pub(crate) line: u64,
    pub(crate) column: Option<u64>,
}

/// A line that belongs to a family.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub(crate) family: usize,
    pub(crate) at: At,
    pub(crate) text: String,
}

impl Hit {
    pub(crate) fn family(&self) -> Option<&'static Family> {
        catalogue::family(self.family)
    }

    pub(crate) fn is(&self, take: Take) -> bool {
        self.family().is_some_and(|family| family.take == take)
    }

    pub(crate) fn decides(&self) -> bool {
        self.family().is_some_and(Family::decides)
    }
}

pub(crate) fn cut(text: &str) -> String {
    let end = (0..=TEXT.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    text.get(..end).unwrap_or_default().to_owned()
}

/// The lines of a step that mean something: the first of each family, and the last where that decides or is a sign.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hits {
    pub(crate) all: Vec<Hit>,
    /// The last generic error, for tools that print the cause last.
    pub(crate) last_generic: Option<Hit>,
}

impl Hits {
    /// Reads a line. Whether it belongs to any family.
    pub(crate) fn read(&mut self, line: &str, at: At, place: Place) -> bool {
        let found = catalogue::matches(line, place);
        for family in &found {
            let Some(known) = catalogue::family(*family) else { continue };
            let hit = || Hit { family: *family, at, text: cut(line.trim()) };
            if known.take == Take::Generic {
                self.last_generic = Some(hit());
            }
            let room = self.all.len() < HITS;
            match self.all.iter_mut().find(|hit| hit.family == *family) {
                Some(old) if matches!(known.take, Take::Last | Take::Sign) => *old = hit(),
                None if room => self.all.push(hit()),
                _ => {}
            }
        }
        !found.is_empty()
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.all.iter().any(|hit| hit.family().is_some_and(|family| family.id == id))
    }

    pub(crate) fn deciding(&self) -> impl Iterator<Item = &Hit> {
        self.all.iter().filter(|hit| hit.decides())
    }
}

/// A step of a build.
#[derive(Clone, Debug, Default)]
pub(crate) struct Step {
    /// The instruction in the spelling of [`command::spelled`].
    pub(crate) command: String,
    /// It is a `RUN`, or a command of Railpack.
    pub(crate) runs: bool,
    /// It printed something.
    pub(crate) lines: u64,
    pub(crate) done: bool,
    pub(crate) hits: Hits,
    /// What the recap after the build shows of it.
    pub(crate) recap: Hits,
}

/// An error with which `BuildKit` ended a step.
#[derive(Clone, Debug)]
pub(crate) struct Anchor {
    pub(crate) at: At,
    pub(crate) text: String,
    pub(crate) failure: Failure,
    pub(crate) step: Option<usize>,
}

/// One life of the app's container.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    pub(crate) service: Option<String>,
    pub(crate) hits: Hits,
    /// It ended, or another one began after it.
    pub(crate) ended: bool,
    /// Lines of plain output after the last line with a meaning.
    pub(crate) after: u32,
    pub(crate) lines: u64,
}

impl Run {
    pub(crate) fn served(&self) -> bool {
        self.hits.has("sign-serving")
    }
}

/// One attempt.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Attempt {
    pub(crate) builder: Option<Builder>,
    pub(crate) plan: Option<PlanBox>,
    /// The rows of the Dockerfile that failed.
    pub(crate) excerpt: Vec<String>,
    pub(crate) steps: Vec<Step>,
    names: BTreeMap<String, usize>,
    pub(crate) current: Option<usize>,
    pub(crate) anchors: Vec<Anchor>,
    /// Nixpacks or the platform stopped before the build.
    pub(crate) plan_error: Option<Hit>,
    /// `BuildKit` stopped, and not because of a step.
    pub(crate) solve_error: Option<Hit>,
    /// The build failed, as a line without a reason says.
    pub(crate) failed: Option<At>,
    pub(crate) green: bool,
    pub(crate) runs: Vec<Run>,
    pub(crate) health: Hits,
    pub(crate) health_good: bool,
    /// Lines outside of any step: before the first one, or in a block of code.
    pub(crate) loose: Hits,
    /// The same lines as those of an app, in case that there is no build in the file.
    pub(crate) unknown: Run,
    /// The list of files that Nixpacks shows where it recognises nothing has directories.
    pub(crate) has_directories: bool,
    /// `BuildKit` numbers the steps, so that lines without a number are not theirs.
    pub(crate) is_numbered: bool,
    /// What tells services apart: the identity of the cache, and the directory.
    pub(crate) service: Option<String>,
    pub(crate) root: Option<String>,
    /// Lines that only a log has.
    pub(crate) marks: u32,
}

impl Attempt {
    /// Whether anything was built, started or refused in it.
    pub(crate) fn has_happened(&self) -> bool {
        !self.steps.is_empty() || self.has_failed() || self.green || !self.runs.is_empty()
    }

    /// Whether the build is known to have failed.
    pub(crate) fn has_failed(&self) -> bool {
        self.is_explained() || self.failed.is_some()
    }

    /// Whether the error was seen, and not only that there was one.
    pub(crate) fn is_explained(&self) -> bool {
        !self.anchors.is_empty() || self.plan_error.is_some() || self.solve_error.is_some()
    }

    /// Whether it is known to have failed and nothing else: a page says so above the log.
    pub(crate) fn is_verdict_alone(&self) -> bool {
        let Self { steps, plan, green, runs, .. } = self;
        self.failed.is_some()
            && !self.is_explained()
            && steps.is_empty()
            && plan.is_none()
            && !green
            && runs.is_empty()
    }

    /// Whether it came to an end, so that what follows may be another one.
    pub(crate) fn is_closed(&self) -> bool {
        self.has_failed() || self.green || !self.runs.is_empty()
    }

    pub(crate) fn has_step(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    /// The step with this name; a new one if there is none yet.
    pub(crate) fn step(&mut self, name: &str, instruction: &str, runs: bool) -> Option<usize> {
        if let Some(at) = self.names.get(name) {
            return Some(*at);
        }
        if self.steps.len() >= STEPS {
            return None;
        }
        let at = self.steps.len();
        self.steps.push(Step { command: command::spelled(instruction), runs, ..Step::default() });
        self.names.insert(cut(name), at);
        Some(at)
    }

    /// The step that runs this command: the last one with output, else the last.
    pub(crate) fn step_of(&self, command: &str) -> Option<usize> {
        let spelled = command::spelled(command);
        if spelled.is_empty() {
            return None;
        }
        let same = |step: &Step| step.command == spelled || is_cut(&step.command, &spelled);
        let fitting = || self.steps.iter().enumerate().filter(|(_, step)| same(step));
        let printed = fitting().rfind(|(_, step)| step.lines > 0);
        printed.or_else(|| fitting().next_back()).map(|(at, _)| at)
    }

    pub(crate) fn add_anchor(&mut self, anchor: Anchor) {
        if self.anchors.len() < FEW {
            self.anchors.push(anchor);
        }
    }

    pub(crate) fn add_excerpt(&mut self, row: &str) {
        if self.excerpt.len() < EXCERPT {
            self.excerpt.push(cut(row));
        }
    }

    /// A new life of the app. Of very many the first ones and the last are kept.
    pub(crate) fn begin_run(&mut self, service: Option<&str>) {
        for run in self.runs.iter_mut().filter(|run| run.service.as_deref() == service) {
            run.ended = true;
        }
        if self.runs.len() >= FEW {
            self.runs.truncate(FEW - 1);
        }
        let service = service.map(str::to_owned);
        self.runs.push(Run { service, ..Run::default() });
    }
}

/// Whether one of two commands is the beginning of the other because a log cut it.
fn is_cut(one: &str, other: &str) -> bool {
    let cut = |short: &str, long: &str| {
        let short = short.trim_end_matches(['…', '.']).trim_end();
        short.len() >= 12 && short.len() < long.len() && long.starts_with(short)
    };
    (one.ends_with(['…', '.']) && cut(one, other)) || (other.ends_with(['…', '.']) && cut(other, one))
}
