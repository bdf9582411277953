//! Control flow: lists, pipes and subshells, as bash runs them.

use super::expansion;
use super::invocation::Invocation;
use super::machine::{Function, Machine, Shell};
use super::status::{Failure, Status, leading};
use super::verdict::Reason;
use crate::shell::{Command, CommandList, Separator, Step};
use crate::text::Span;
use std::sync::Arc;

/// One command being walked: the image, and what was noted.
pub(crate) struct Run<'m, 'a> {
    pub(crate) machine: &'m mut Machine<'a>,
    pub(crate) phase: &'m str,
    pub(crate) invocations: Vec<Invocation>,
    /// What scripts of the repository do, in which the walk is or was.
    pub(crate) script_invocations: Vec<Invocation>,
    /// The script or Makefile that the walk is inside of.
    pub(crate) file: Option<Arc<str>>,
    /// A program that a command last asked for, and that is not there.
    pub(crate) missed: Option<String>,
    /// Every failure that was met, tolerated ones included.
    pub(crate) failures: Vec<Failure>,
    /// Added to the spans of invocations: where a nested command starts in the outer one.
    pub(crate) offset: usize,
    /// Whether the walk came through a script of the start that left everything in the background, as its last command.
    pub(crate) detached: bool,
    /// How many scripts and functions of the repository the walk is inside of.
    pub(crate) depth: usize,
}

impl<'m, 'a> Run<'m, 'a> {
    pub(crate) fn new(machine: &'m mut Machine<'a>, phase: &'m str) -> Self {
        Self {
            machine,
            phase,
            invocations: Vec::new(),
            script_invocations: Vec::new(),
            file: None,
            missed: None,
            failures: Vec::new(),
            offset: 0,
            detached: false,
            depth: 0,
        }
    }

    /// Walks a whole command and gives its end; a failure carries the reason that its output shows.
    pub(crate) fn whole(&mut self, shell: &mut Shell, script: &CommandList) -> Status {
        match self.script(shell, script) {
            Status::Fail(failure) => Status::Fail(leading(&self.failures).cloned().unwrap_or(failure)),
            status => status,
        }
    }

    pub(crate) fn script(&mut self, shell: &mut Shell, script: &CommandList) -> Status {
        let mut last = Status::Ok;
        let mut rest = script.steps.as_slice();
        while !rest.is_empty() && !shell.exited {
            let joined = rest
                .iter()
                .take_while(|step| matches!(step.separator, Separator::And | Separator::Or))
                .count();
            let (steps, after) = rest.split_at((joined + 1).min(rest.len()));
            if steps.last().is_some_and(|step| step.separator == Separator::Background) {
                // A background list's end is nobody's: the shell goes on with 0.
                let failures = self.failures.len();
                self.list(&mut shell.clone(), steps);
                self.failures.truncate(failures);
                last = Status::Ok;
            } else {
                let sure = !self.machine.unsure;
                let status = match self.list(shell, steps) {
                    // Another branch may have left what it needs.
                    Status::Fail(failure) if !sure => Status::unknown(format!(
                        "it depends on which branch ran before whether this comes: {}",
                        failure.detail
                    )),
                    status => status,
                };
                // What could not be followed stays so, unless the shell's own end is decided later.
                last = match (last, status) {
                    (Status::Unknown(why), Status::Ok) => Status::Unknown(why),
                    (_, status) => status,
                };
                if shell.errexit && matches!(last, Status::Fail(_)) {
                    shell.exited = true;
                }
            }
            rest = after;
        }
        last
    }

    fn list(&mut self, shell: &mut Shell, list: &[Step]) -> Status {
        let mut status = Status::Ok;
        let mut before = Separator::Semicolon;
        for step in list {
            status = match (before, status) {
                (Separator::And, Status::Fail(failure)) => {
                    // Walked as if what went before had not failed, for what it shows of itself.
                    let met = self.failures.len();
                    self.node(shell, &step.command);
                    self.failures.truncate(met);
                    shell.exited = false;
                    Status::Fail(failure)
                }
                (Separator::Or, Status::Ok) => Status::Ok,
                (Separator::Or, Status::Unknown(why)) => {
                    // The right side runs only if the left one failed: its effects are not kept.
                    if !self.machine.is_small() {
                        return Status::Unknown(why);
                    }
                    let kept = self.machine.clone();
                    let mut inner = shell.clone();
                    let right = self.node(&mut inner, &step.command);
                    expansion::forget_differences(shell, &inner);
                    *self.machine = kept;
                    if right.is_ok() { Status::Ok } else { Status::Unknown(why) }
                }
                (Separator::And, Status::Unknown(why)) => {
                    let before = shell.clone();
                    let after = self.node(shell, &step.command);
                    expansion::forget_differences(shell, &before);
                    match after {
                        Status::Fail(failure) => Status::Fail(failure),
                        _ => Status::Unknown(why),
                    }
                }
                _ => self.node(shell, &step.command),
            };
            before = step.separator;
            if shell.exited {
                break;
            }
        }
        status
    }

    fn node(&mut self, shell: &mut Shell, node: &Command) -> Status {
        let status = match node {
            Command::Simple(simple) => {
                let status = self.simple(shell, simple, None);
                self.placed(status, simple.span)
            }
            Command::Pipeline(pipeline) => {
                let status = match pipeline.commands.as_slice() {
                    // Ex) `! cd x`, which is no subshell.
                    [only] => self.node(shell, only),
                    commands => self.pipeline(shell, commands),
                };
                match (pipeline.negated, status) {
                    (true, Status::Ok) => {
                        Status::fail(Reason::Other, "the command after `!` succeeds, so this step fails")
                    }
                    (true, Status::Fail(_)) => Status::Ok,
                    (_, status) => status,
                }
            }
            Command::Compound(compound) => self.compound(shell, compound),
            Command::Function(function) => {
                if let Some(name) = &function.name.text {
                    let defined = Function {
                        definition: function.as_ref().clone(),
                        file: self.file.clone(),
                        offset: self.offset,
                    };
                    Arc::make_mut(&mut shell.functions).insert(name.clone(), defined);
                }
                Status::Ok
            }
        };
        if let Status::Fail(failure) = &status {
            self.failures.push(failure.clone());
        }
        status
    }

    /// A failure inside a script of the repository, with its place there.
    pub(super) fn placed(&self, status: Status, span: Span) -> Status {
        match (status, &self.file) {
            (Status::Fail(failure), Some(file)) if failure.at.is_none() => {
                let span = Span::new(span.start + self.offset, span.end + self.offset);
                Status::Fail(Failure { at: Some((Arc::clone(file), span)), ..failure })
            }
            (status, _) => status,
        }
    }

    fn pipeline(&mut self, shell: &mut Shell, stages: &[Command]) -> Status {
        let mut worst = Status::Ok;
        let mut feed: Option<&Command> = None;
        for (at, stage) in stages.iter().enumerate() {
            let mut inner = shell.clone();
            let status = match stage {
                Command::Simple(simple) => {
                    let status = self.simple(&mut inner, simple, feed.filter(|_| at > 0));
                    self.placed(status, simple.span)
                }
                other => self.node(&mut inner, other),
            };
            if let Status::Fail(failure) = &status {
                self.failures.push(failure.clone());
            }
            let counts = shell.pipefail || at + 1 == stages.len();
            worst = match (worst, status) {
                (Status::Fail(failure), _) => Status::Fail(failure),
                (_, status) if counts && !status.is_ok() => status,
                (worst, _) => worst,
            };
            feed = Some(stage);
        }
        worst
    }
}
