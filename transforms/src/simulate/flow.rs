//! Compound commands: followed as far as it is known which branch runs, or as all of them come to the same.

use super::exec::Run;
use super::expansion;
use super::machine::{Machine, Shell};
use super::status::Status;
use super::verdict::Reason;
use crate::shell::{
    CaseClause, CaseTerminator, CommandList, CompoundCommand, CompoundKind, ConditionalExpression, ForClause,
    IfClause, Word,
};
use std::sync::Arc;

impl<'a> Run<'_, 'a> {
    pub(super) fn compound(&mut self, shell: &mut Shell, compound: &CompoundCommand) -> Status {
        if compound.redirections.iter().any(|redirection| redirection.here_document().is_some()) {
            return Status::unknown("the command has a here-document, which is not followed");
        }
        match &compound.kind {
            CompoundKind::Subshell(list) => {
                let mut inner = shell.clone();
                self.script(&mut inner, list)
            }
            CompoundKind::Group(list) => self.script(shell, list),
            CompoundKind::If(clause) => self.if_clause(shell, clause),
            CompoundKind::For(clause) => self.for_clause(shell, clause),
            CompoundKind::Case(clause) => self.case_clause(shell, clause),
            CompoundKind::Conditional(expression) => match self.holds(shell, expression) {
                Some(true) => Status::Ok,
                Some(false) => Status::fail(Reason::Other, "the test does not hold"),
                None => Status::unknown("the result of a test is not known"),
            },
            CompoundKind::Arithmetic(_) => Status::unknown("the result of a test is not known"),
            CompoundKind::While(clause) | CompoundKind::Until(clause) => {
                self.repeated(shell, &clause.condition, &clause.body)
            }
            CompoundKind::Select(_) | CompoundKind::ArithmeticFor(_) => {
                Status::unknown("a loop (`select`, `for ((…))`) is not followed")
            }
        }
    }

    fn if_clause(&mut self, shell: &mut Shell, clause: &IfClause) -> Status {
        // The bodies that may run, once a condition is not known.
        let mut open: Vec<Option<&CommandList>> = Vec::new();
        let mut decided = false;
        for branch in &clause.branches {
            // A failure of a condition only decides.
            let (met, errexit) = (self.failures.len(), std::mem::replace(&mut shell.errexit, false));
            let condition = self.script(shell, &branch.condition);
            shell.errexit = errexit;
            self.failures.truncate(met);
            match condition {
                Status::Ok => {
                    open.push(Some(&branch.body));
                    decided = true;
                    break;
                }
                Status::Fail(_) => {}
                Status::Unknown(_) => open.push(Some(&branch.body)),
            }
        }
        if !decided {
            open.push(clause.else_body.as_ref());
        }
        self.one_of(shell, &open, "an `if`")
    }

    /// Runs one of these bodies, where they all come to the same or there is only one.
    fn one_of(&mut self, shell: &mut Shell, bodies: &[Option<&CommandList>], what: &str) -> Status {
        if let [only] = bodies {
            return only.map_or(Status::Ok, |body| self.script(shell, body));
        }
        if !self.machine.is_small() {
            shell.texts = Arc::default();
            return Status::unknown(format!("the branches of {what} are not followed"));
        }
        let before = self.machine.clone();
        let (mut ends, mut shells): (Vec<Status>, Vec<Shell>) = (Vec::new(), Vec::new());
        let mut machines: Vec<Machine<'a>> = Vec::new();
        for body in bodies {
            *self.machine = before.clone();
            let mut inner = shell.clone();
            let met = self.failures.len();
            ends.push(body.map_or(Status::Ok, |body| self.script(&mut inner, body)));
            if !matches!(ends.last(), Some(Status::Fail(_))) {
                self.failures.truncate(met);
            }
            shells.push(inner);
            machines.push(self.machine.clone());
        }
        for inner in &shells {
            expansion::forget_differences(shell, inner);
        }
        let (first, others) = (machines.first(), machines.get(1..).unwrap_or_default());
        let same = first.is_some_and(|first| others.iter().all(|other| first.is_like(other)))
            && shells.iter().all(|inner| inner.cwd == shell.cwd && inner.path == shell.path && !inner.exited);
        let all_fail = ends.iter().all(|end| matches!(end, Status::Fail(_)));
        let all_ok = ends.iter().all(Status::is_ok);
        // What a branch needs that may not be there decides nothing; the last branch stands for all.
        match ends.into_iter().next() {
            Some(end) if all_fail || (same && all_ok) => end,
            _ if !same => {
                self.machine.unsure = true;
                Status::unknown(format!("it is not known which branch of {what} runs"))
            }
            _ => Status::unknown(format!("it is not known which branch of {what} runs")),
        }
    }

    /// A loop that is taken to end, where neither its condition nor its body changes anything that counts here.
    fn repeated(&mut self, shell: &mut Shell, condition: &CommandList, body: &CommandList) -> Status {
        let unknown = || Status::unknown("a loop (`while`, `until`) is not followed");
        let always =
            condition.all_simple_commands().any(|simple| matches!(simple.text(0), Some("true" | ":")));
        if always || !self.machine.is_small() {
            shell.texts = Arc::default();
            return unknown();
        }
        let (before, met) = (self.machine.clone(), self.failures.len());
        let mut inner = shell.clone();
        inner.errexit = false;
        self.script(&mut inner, condition);
        let status = self.script(&mut inner, body);
        self.failures.truncate(met);
        let same = self.machine.is_like(&before) && inner.cwd == shell.cwd && inner.path == shell.path;
        *self.machine = before;
        expansion::forget_differences(shell, &inner);
        if same && !inner.exited && !matches!(status, Status::Unknown(_)) { Status::Ok } else { unknown() }
    }

    fn for_clause(&mut self, shell: &mut Shell, clause: &ForClause) -> Status {
        let Some(words) = &clause.words else {
            return Status::unknown("a loop over the arguments is not followed");
        };
        if words.is_empty() {
            return Status::Ok;
        }
        // The body is the same for each word, and the variable is followed where there is one word.
        let only = match words.as_slice() {
            [word] if !word.has_glob => expansion::word_text(shell, word),
            _ => None,
        };
        let before = shell.clone();
        expansion::remember(shell, &clause.variable.raw, only);
        let status = self.script(shell, &clause.body);
        if words.len() > 1 || words.iter().any(|word| word.text.is_none()) {
            expansion::forget_differences(shell, &before);
        }
        match status {
            Status::Fail(failure) if words.len() == 1 || shell.errexit => Status::Fail(failure),
            Status::Fail(_) => Status::unknown("a command in a loop may fail"),
            status => status,
        }
    }

    fn case_clause(&mut self, shell: &mut Shell, clause: &CaseClause) -> Status {
        if clause.items.iter().any(|item| item.terminator != CaseTerminator::Break) {
            return Status::unknown("a `case` with `;&` is not followed");
        }
        let known = expansion::word_text(shell, &clause.word);
        let known = known.as_deref();
        let mut open: Vec<Option<&CommandList>> = Vec::new();
        for item in &clause.items {
            let every = item
                .patterns
                .iter()
                .any(|pattern| pattern.text.as_deref() == Some("*") || pattern.raw == "*");
            let same =
                item.patterns.iter().any(|pattern| known.is_some() && pattern.text.as_deref() == known);
            let glob = item.patterns.iter().any(|pattern| pattern.raw.contains(['*', '?', '[', '$']));
            if every || same {
                open.push(Some(&item.body));
                return self.one_of(shell, &open, "a `case`");
            }
            if known.is_none() || glob {
                open.push(Some(&item.body));
            }
        }
        open.push(None);
        self.one_of(shell, &open, "a `case`")
    }

    /// Whether a condition holds, where its operands are literal and it asks for files.
    fn holds(&self, shell: &Shell, expression: &ConditionalExpression) -> Option<bool> {
        match expression {
            ConditionalExpression::Not(inner) => self.holds(shell, inner).map(|holds| !holds),
            ConditionalExpression::Parenthesized(inner) => self.holds(shell, inner),
            ConditionalExpression::Unary { operator, operand } => {
                let text = &*expansion::word_text(shell, operand)?;
                match operator.as_str() {
                    "-f" | "-e" | "-d" | "-s" | "-r" => self.file_test(shell, text),
                    "-n" => Some(!text.is_empty()),
                    "-z" => Some(text.is_empty()),
                    _ => None,
                }
            }
            ConditionalExpression::Word(word) => {
                expansion::word_text(shell, word).map(|text| !text.is_empty())
            }
            ConditionalExpression::Binary { left, operator, right } => {
                let literal = |word: &Word| {
                    expansion::word_text(shell, word).filter(|_| !word.raw.contains(['*', '?', '[']))
                };
                let same = literal(left)? == literal(right)?;
                match operator.as_str() {
                    "=" | "==" => Some(same),
                    "!=" => Some(!same),
                    _ => None,
                }
            }
            ConditionalExpression::And(all) => {
                let each: Vec<Option<bool>> = all.iter().map(|one| self.holds(shell, one)).collect();
                if each.contains(&Some(false)) {
                    Some(false)
                } else {
                    (!each.contains(&None)).then_some(true)
                }
            }
            ConditionalExpression::Or(any) => {
                let each: Vec<Option<bool>> = any.iter().map(|one| self.holds(shell, one)).collect();
                if each.contains(&Some(true)) { Some(true) } else { (!each.contains(&None)).then_some(false) }
            }
        }
    }

    /// Whether a file or directory is there, where that is known.
    pub(super) fn file_test(&self, shell: &Shell, path: &str) -> Option<bool> {
        let path = super::paths::join(&shell.cwd, path);
        // In the base image nothing is below /opt.
        let known = !self.machine.is_foreign(&path) || path.starts_with("/opt/");
        let there = self.machine.exists(&path);
        (known && (there || !self.machine.may_bring(&path))).then_some(there)
    }
}
