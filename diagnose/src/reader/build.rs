//! Lines of a build: steps, their output, and the errors with which they end.

use super::{Excerpt, Part, Reader};
use crate::answer::Builder;
use crate::attempt::{Anchor, At, Hit, Hits, Step, cut};
use crate::catalogue::{self, Place, Take};
use crate::command::{self, Shell};
use crate::mark::{self, StepName};

/// Rows of the longest excerpt.
const EXCERPT: u8 = 60;

impl Reader {
    /// A line of `BuildKit`'s plain output.
    pub(super) fn vertex(&mut self, at: At, number: u32, rest: &str) {
        if rest.starts_with("building with") {
            if !self.replay {
                self.begin();
            }
            self.build();
            self.now().is_numbered = true;
            return;
        }
        if self.replay && self.now().is_explained() {
            return;
        }
        let name = format!("#{number}");
        if let Some(step) = mark::step_name(rest) {
            self.build();
            self.now().is_numbered = true;
            let found = self.now().step(&name, step.instruction, step.runs());
            if let Some(known) = found.and_then(|found| self.now().steps.get_mut(found))
                && known.command.is_empty()
            {
                (known.command, known.runs) = (command::spelled(step.instruction), step.runs());
            }
            self.now().current = found;
            return;
        }
        if let Some(output) = mark::after_seconds(rest) {
            self.part = Part::Build;
            let found = self.now().step(&name, "", true);
            self.now().is_numbered = true;
            self.now().marks += 1;
            return self.step_output(found, at, output);
        }
        let found = self.now().step(&name, "", false);
        if let Some(error) = rest.strip_prefix("ERROR: ") {
            self.now().is_numbered = true;
            match command::failure(error) {
                Some(failure) => self.anchor(at, rest, failure, found),
                None => self.solve(at, error),
            }
            return;
        }
        let word = rest.split([' ', ':']).next().unwrap_or_default();
        let Some(step) = found.and_then(|found| self.now().steps.get_mut(found)) else { return };
        match word {
            "DONE" | "CACHED" => {
                step.done = true;
                let exported = step.command.starts_with("exporting to");
                self.now().green |= exported;
            }
            "CANCELED" | "transferring" | "sha256" | "..." | "WARN" | "resolve" | "extracting" => {}
            _ if step.command.is_empty() && step.lines == 0 => {
                // Railpack names its steps in words.
                step.command = command::spelled(rest);
                step.runs = !rest.starts_with("exporting");
                self.part = Part::Build;
            }
            _ => {}
        }
    }

    pub(super) fn in_excerpt(&mut self, text: &str) -> bool {
        match self.excerpt {
            Excerpt::None => false,
            Excerpt::Head => {
                let opens = mark::is_rule(text);
                self.excerpt = if opens { Excerpt::Rows(EXCERPT) } else { Excerpt::None };
                opens
            }
            Excerpt::Rows(left) => {
                if left == 0 || text.trim_start().starts_with("ERROR:") || command::failure(text).is_some() {
                    self.excerpt = Excerpt::None;
                    return false;
                }
                if mark::is_rule(text) {
                    self.excerpt = Excerpt::None;
                } else {
                    self.excerpt = Excerpt::Rows(left - 1);
                    if let Some((_, row)) = text.split_once(">>>") {
                        self.now().add_excerpt(row.trim());
                    }
                }
                true
            }
        }
    }

    /// The last lines of the failing step, which `BuildKit` shows again.
    pub(super) fn recap_line(&mut self, at: At, text: &str) -> bool {
        let trimmed = text.trim_start();
        if let Some(name) = trimmed.strip_prefix("> ").and_then(mark::step_name)
            && name.instruction.ends_with(':')
        {
            let instruction = name.instruction.trim_end_matches(':');
            self.build();
            let now = self.now();
            let step = now.step_of(instruction).or_else(|| now.step(trimmed, instruction, name.runs()));
            (self.in_recap, self.recap) = (true, step);
            return true;
        }
        if !self.in_recap {
            return false;
        }
        if mark::is_rule(text) || command::failure(text).is_some() {
            self.in_recap = false;
            return mark::is_rule(text);
        }
        let line = mark::after_seconds(trimmed).unwrap_or(text);
        let step = self.recap;
        if let Some(step) = step.and_then(|step| self.now().steps.get_mut(step)) {
            step.recap.read(line, at, Place::STEP);
        }
        true
    }

    /// The frames that `BuildKit` draws on a terminal: names of steps, and no output that can be trusted.
    pub(super) fn in_terminal(&mut self, text: &str) -> bool {
        let text = text.trim_start();
        if text.starts_with("[+] Building") {
            if self.now().has_failed() {
                self.begin();
            }
            self.build();
            self.now().green |= mark::is_finished(text);
            return true;
        }
        let Some(rest) = text.strip_prefix("=> ") else { return false };
        if let Some(name) = mark::step_name(rest) {
            self.build();
            let instruction = without_seconds(name.instruction);
            let found = self.now().step(&format!("{} {instruction}", name.stage), instruction, name.runs());
            let running = !rest.starts_with("CACHED") && !rest.starts_with("ERROR");
            self.now().current = found.filter(|_| running);
        }
        true
    }

    /// An error of `BuildKit` that names a command.
    pub(super) fn anchor(&mut self, at: At, text: &str, failure: command::Failure, step: Option<usize>) {
        self.now().marks += 1;
        let known = |anchor: &Anchor| {
            anchor.failure.cancelled == failure.cancelled
                && (anchor.failure.command == failure.command || failure.command.is_none())
        };
        if self.now().anchors.iter().any(known) {
            return;
        }
        let now = self.now();
        match failure.shell {
            Shell::Nixpacks => now.builder = Some(Builder::Nixpacks),
            Shell::Dockerfile if now.builder != Some(Builder::Nixpacks) => {
                now.builder = Some(Builder::Dockerfile);
            }
            _ => {}
        }
        let by_command = failure.command.as_deref().and_then(|command| now.step_of(command));
        let by_place =
            || now.current.filter(|at| now.steps.get(*at).is_some_and(|step| step.runs && step.lines > 0));
        let step = step.or(by_command).or_else(|| if failure.command.is_none() { by_place() } else { None });
        let explained =
            step.and_then(|at| now.steps.get(at)).is_some_and(|step| step.hits.deciding().next().is_some());
        if explained || step != now.current {
            now.current = None;
        }
        now.add_anchor(Anchor { at, text: cut(text.trim()), failure, step });
        self.part = Part::Build;
    }

    /// A line that says that the build failed: why, if it knows.
    pub(super) fn failure(&mut self, at: At, text: &str, trigger: bool) -> bool {
        if mark::is_replay(text.trim_start()) {
            self.replay = true;
        }
        let bare = mark::is_bare_failure(text);
        if !(bare || trigger && text.contains("failed to solve")) {
            return false;
        }
        self.solve(at, text);
        true
    }

    pub(super) fn solve(&mut self, at: At, text: &str) {
        let found = catalogue::matches(text, Place::SOLVE);
        let family =
            found.into_iter().find(|at| catalogue::family(*at).is_some_and(catalogue::Family::decides));
        let now = self.now();
        now.marks += 1;
        match family {
            Some(family) if now.solve_error.as_ref().is_none_or(is_cancelled) => {
                now.solve_error = Some(Hit { family, at, text: cut(text.trim()) });
            }
            Some(_) => {}
            None => now.failed = now.failed.or(Some(at)),
        }
    }

    /// The name of a step without a number, as Railway's logs and pages and the old builder show it.
    pub(super) fn step(&mut self, text: &str) -> bool {
        if let Some(name) = mark::step_name(text) {
            self.build();
            self.named(&name);
            return true;
        }
        if let Some((count, instruction)) = mark::legacy_step(text) {
            self.build();
            let found = self.now().step(
                &format!("{count} {instruction}"),
                instruction,
                instruction.starts_with("RUN"),
            );
            self.now().current = found;
            return true;
        }
        let line = text.trim();
        if self.now().builder == Some(Builder::Railpack)
            && self.part != Part::Deploy
            && self.railpack_step(line)
        {
            return true;
        }
        if mark::is_stage_label(&self.before) && mark::is_instruction(line) && !self.now().is_numbered {
            let kept = line.strip_suffix(" cached");
            let name = StepName { stage: "", instruction: kept.unwrap_or(line), done: kept.is_some() };
            self.build();
            self.named(&name);
            return true;
        }
        if mark::is_duration(line) && !self.now().is_numbered {
            // Railpack's steps have no label; of others it may be cut off.
            let before = std::mem::take(&mut self.before);
            let railpack = self.now().builder == Some(Builder::Railpack) && self.part != Part::Deploy;
            if railpack && !before.is_empty() && before.len() < 300 || before.starts_with("RUN ") {
                let kept = before.strip_suffix(" cached");
                let name = StepName { stage: "", instruction: kept.unwrap_or(&before), done: kept.is_some() };
                self.build();
                let known =
                    self.now().step_of(name.instruction).is_some_and(|at| Some(at) == self.now().current);
                if !known {
                    self.named(&name);
                    if let Some(step) = self.now().current.and_then(|at| self.now().steps.get_mut(at)) {
                        step.runs = true;
                    }
                }
            }
            return self.part == Part::Build;
        }
        false
    }

    /// Railpack names a step by its command, as its plan at the top of the log lists them.
    fn railpack_step(&mut self, line: &str) -> bool {
        if let Some(command) = line.strip_prefix("$ ") {
            self.now().step(&format!("$ {command}"), command, true);
            return true;
        }
        let found = self.now().has_step(&format!("$ {line}"));
        let runs = mark::railpack_step(line);
        if found.is_none() && (runs.is_none() || self.now().is_numbered) {
            return false;
        }
        self.build();
        let found = found.or_else(|| self.now().step(line, line, runs == Some(true)));
        self.now().current = found;
        true
    }

    fn named(&mut self, name: &StepName<'_>) {
        let stage: Vec<&str> = name.stage.split_whitespace().collect();
        let key = format!("{} {}", stage.join(" "), name.instruction);
        let now = self.now();
        let found = now.step(&key, name.instruction, name.runs());
        now.current = found.filter(|_| !name.done);
        if let Some(step) = found.and_then(|found| now.steps.get_mut(found)) {
            step.done |= name.done;
        }
    }
}

fn is_cancelled(hit: &Hit) -> bool {
    hit.is(Take::Broad)
}

/// A terminal shows the seconds of a step at the end of its name: `RUN x   12.1s`.
fn without_seconds(text: &str) -> &str {
    let (before, last) = text.rsplit_once(' ').unwrap_or((text, ""));
    let seconds = last.strip_suffix('s').is_some_and(|number| number.parse::<f64>().is_ok());
    if seconds { before.trim_end() } else { text }
}

impl Step {
    /// The lines that mean something, from the step itself or, if it was not shown, from the recap.
    pub(crate) fn shown(&self) -> &Hits {
        if self.lines == 0 { &self.recap } else { &self.hits }
    }
}
