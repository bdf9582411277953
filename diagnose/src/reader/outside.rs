//! Lines outside of the build: what comes before it, and what the app prints.

use super::{Part, Reader};
use crate::attempt::{At, Hit, Run, cut};
use crate::catalogue::{self, Place};
use crate::mark;
use crate::prefix::Stripped;

/// Lines after an error of the configuration in which its cause is looked for.
const CAUSE: u8 = 14;

/// Characters of a line above which it may have been wrapped.
const WRAPPED: usize = 56;

impl Reader {
    pub(super) fn deploy(&mut self, text: &str, stripped: &Stripped<'_>) -> bool {
        match text.trim() {
            "Starting Container" => {
                self.now().begin_run(stripped.service);
                self.now().marks += 1;
                self.part = Part::Deploy;
            }
            "Stopping Container" => {
                if let Some(run) = self.now().runs.last_mut() {
                    run.ended = true;
                }
                self.now().marks += 1;
            }
            line if line.starts_with("Mounting volume on: ") => self.part = Part::Deploy,
            _ => return false,
        }
        true
    }

    pub(super) fn health(&mut self, at: At, text: &str) -> bool {
        if !text.contains("ealth") && !text.contains("before the deadline") {
            return false;
        }
        let now = self.now();
        if text.contains("Healthcheck succeeded")
            || text.contains("status: \"healthy\"")
            || text.contains("container is healthy")
        {
            now.health_good = true;
            now.green = true;
            return true;
        }
        now.health.read(text, at, Place::HEALTH)
    }

    pub(super) fn green(&mut self, text: &str) -> bool {
        if self.part == Part::Deploy || !mark::is_green(text) {
            return false;
        }
        let expected = self.markdown && self.now().steps.is_empty();
        if !expected {
            self.now().green = true;
            self.now().current = None;
        }
        true
    }

    /// What Nixpacks or the platform says before anything is built.
    pub(super) fn plan_error(&mut self, at: At, text: &str) -> bool {
        if self.listing > 0 {
            self.listing -= 1;
            let directory = text.trim_end().ends_with('/') && !text.trim().contains(' ');
            self.now().has_directories |= directory;
        }
        let now = self.now();
        let building = now.steps.iter().any(|step| step.runs && step.lines > 0) || now.is_explained();
        let running = now.current.and_then(|at| now.steps.get(at)).is_some_and(|step| step.runs);
        if self.part == Part::Deploy || building || running {
            return false;
        }
        let found = catalogue::matches(text, Place::PLAN);
        let family =
            found.into_iter().find(|at| catalogue::family(*at).is_some_and(catalogue::Family::decides));
        let Some(family) = family else { return false };
        let id = catalogue::family(family).map(|family| family.id).unwrap_or_default();
        let now = self.now();
        now.plan_error = Some(Hit { family, at, text: cut(text.trim()) });
        now.marks += 1;
        match id {
            "plan-config" => self.cause = CAUSE,
            "plan-none" => self.listing = 60,
            _ => {}
        }
        true
    }

    /// The cause of an error of the configuration stands below it.
    pub(super) fn cause(&mut self, at: At, text: &str) -> bool {
        self.cause -= 1;
        let line = text.trim();
        if line.starts_with("Caused by") {
            self.cause_next = true;
            return true;
        }
        if std::mem::take(&mut self.cause_next) {
            let line = line.strip_prefix("0: ").unwrap_or(line);
            if let Some(hit) = &mut self.now().plan_error {
                (hit.at, hit.text) = (at, cut(line));
            }
            self.cause = 0;
            return true;
        }
        false
    }

    pub(super) fn output(&mut self, at: At, text: &str, stripped: &Stripped<'_>) {
        self.join(text, stripped);
        let now = self.now();
        let (numbered, current, failed) = (now.is_numbered, now.current, now.has_failed());
        match self.part {
            Part::Deploy => self.app_output(at, text, stripped.service),
            Part::Build if current.is_some() && !numbered => self.step_output(current, at, text),
            // The system of the server stopped the build itself.
            Part::Build if numbered && text.trim() == "Killed" && !failed => self.stopped(at, text),
            Part::Build => {
                if !numbered && !failed {
                    self.now().loose.read(text, at, Place::STEP);
                }
            }
            Part::Unknown => {
                if stripped.service.is_some() {
                    self.app_output(at, text, stripped.service);
                    self.part = Part::Unknown;
                    return;
                }
                let now = self.now();
                // The rest of a recap whose head was cut off has seconds in front.
                now.loose.read(mark::after_seconds(text).unwrap_or(text), at, Place::STEP);
                read_run(&mut now.unknown, at, text);
            }
        }
    }

    fn stopped(&mut self, at: At, text: &str) {
        let family = catalogue::matches(text, Place::STEP).first().copied();
        self.now().solve_error = family.map(|family| Hit { family, at, text: cut(text.trim()) });
    }

    pub(super) fn step_output(&mut self, step: Option<usize>, at: At, text: &str) {
        let wrapped = self.is_narrow() && self.length >= WRAPPED;
        self.held = step.filter(|_| wrapped).map(|step| (at, text.to_owned(), step));
        let Some(step) = step.and_then(|step| self.now().steps.get_mut(step)) else { return };
        step.lines += 1;
        step.hits.read(text, at, Place::STEP);
    }

    /// In a log that a terminal or a mail wrapped, an error may go on in the next line.
    fn join(&mut self, text: &str, stripped: &Stripped<'_>) {
        let Some((at, before, step)) = self.held.take() else { return };
        if stripped.is_stamped() || text.starts_with('#') {
            return;
        }
        let Some(step) = self.now().steps.get_mut(step) else { return };
        let decides = |text: &str| {
            let found = catalogue::matches(text, Place::STEP);
            found.into_iter().filter_map(catalogue::family).any(catalogue::Family::decides)
        };
        for joined in [format!("{before}{text}"), format!("{before} {}", text.trim_start())] {
            if !decides(&before) && !decides(text) && decides(&joined) {
                step.hits.read(&joined, at, Place::STEP);
                return;
            }
        }
    }

    pub(super) fn app_output(&mut self, at: At, text: &str, service: Option<&str>) {
        let now = self.now();
        if !now.runs.iter().any(|run| run.service.as_deref() == service) {
            now.begin_run(service);
        }
        if let Some(run) = now.runs.iter_mut().rev().find(|run| run.service.as_deref() == service) {
            read_run(run, at, text);
        }
    }
}

fn read_run(run: &mut Run, at: At, text: &str) {
    run.lines += 1;
    let framed = text.starts_with([' ', '\t', '^', '}', ')']) || text.starts_with("File \"");
    if run.hits.read(text, at, Place::START) {
        run.after = 0;
    } else if !framed {
        run.after += 1;
    }
}
