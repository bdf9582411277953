//! A tree written out again in the plainest form: each command on its own line.
//!
//! Bash prints this and the text that was parsed alike only if both have one structure.

use nixpacks_transforms::shell::{
    CaseTerminator, Command, CommandList, CompoundCommand, CompoundKind, ConditionalExpression, HereDocument,
    Pipeline, Redirection, RedirectionOperator, Separator, SimpleCommand, Word,
};
use nixpacks_transforms::text::Span;

pub(crate) fn print(list: &CommandList, source: &str) -> String {
    let mut printer = Printer { source, out: String::new(), pending: Vec::new(), keeps_line_ends: false };
    printer.list(list);
    printer.out
}

struct Printer<'s> {
    source: &'s str,
    out: String,
    pending: Vec<&'s HereDocument>,
    /// Whether this is in a substitution, where bash keeps line ends apart from `;`.
    keeps_line_ends: bool,
}

impl<'s> Printer<'s> {
    fn write(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Ends the line, and writes the here-documents that it starts.
    fn line_end(&mut self) {
        self.write("\n");
        for document in std::mem::take(&mut self.pending) {
            self.write(&document.body.raw);
            if !document.body.raw.is_empty() && !document.body.raw.ends_with('\n') {
                self.write("\n");
            }
            self.write(&document.delimiter);
            self.write("\n");
        }
    }

    /// Writes an operator after which a line may end.
    fn operator(&mut self, operator: &str) {
        self.write(operator);
        if self.pending.is_empty() { self.write(" ") } else { self.line_end() }
    }

    fn list(&mut self, list: &'s CommandList) {
        for step in &list.steps {
            self.command(&step.command);
            match step.separator {
                Separator::And => self.operator(" &&"),
                Separator::Or => self.operator(" ||"),
                Separator::Background => self.write(" & "),
                Separator::Semicolon if self.keeps_line_ends => self.write("; "),
                Separator::Semicolon | Separator::Newline => self.line_end(),
                Separator::End => {}
            }
        }
        if !matches!(list.steps.last().map(|step| step.separator), None | Some(Separator::Newline)) {
            self.line_end();
        }
    }

    fn body(&mut self, opening: &str, list: &'s CommandList) {
        self.write(opening);
        self.line_end();
        self.list(list);
    }

    fn command(&mut self, command: &'s Command) {
        match command {
            Command::Simple(simple) => self.simple(simple),
            Command::Pipeline(pipeline) => self.pipeline(pipeline),
            Command::Compound(compound) => self.compound(compound),
            Command::Function(function) => {
                self.write("function ");
                self.word(&function.name);
                self.write(" () ");
                self.compound(&function.body);
            }
        }
    }

    fn pipeline(&mut self, pipeline: &'s Pipeline) {
        let first = pipeline.commands.first().unwrap().span();
        let prefix = Span::new(pipeline.span.start, first.start).of(self.source);
        if pipeline.timed {
            // Bash 5.2 takes `time --` for `time -p`. The `--` keeps that of the command apart.
            let options = prefix.replace("\\\n", "");
            self.write(if options.contains("-p") || options.contains("--") { "time -- " } else { "time " });
        }
        if pipeline.negated {
            self.write("! ");
        }
        let mut last: Option<Span> = None;
        for command in &pipeline.commands {
            if let Some(last) = last {
                let between = Span::new(last.end, command.span().start).of(self.source).replace("\\\n", "");
                self.operator(if between.contains("|&") { " |&" } else { " |" });
            }
            self.command(command);
            last = Some(command.span());
        }
    }

    fn simple(&mut self, simple: &'s SimpleCommand) {
        enum Part<'p> {
            Assignment(String, &'p Word),
            Word(&'p Word),
            Redirection(&'p Redirection),
        }
        let mut parts: Vec<(usize, Part<'s>)> = Vec::new();
        for assignment in &simple.assignments {
            let operator = if assignment.append { "+=" } else { "=" };
            let start = format!("{}{operator}", assignment.name);
            parts.push((assignment.span.start, Part::Assignment(start, &assignment.value)));
        }
        parts.extend(simple.words.iter().map(|word| (word.span.start, Part::Word(word))));
        parts.extend(simple.redirections.iter().map(|one| (one.span.start, Part::Redirection(one))));
        parts.sort_by_key(|(start, _)| *start);
        for (at, (_, part)) in parts.into_iter().enumerate() {
            if at > 0 {
                self.write(" ");
            }
            match part {
                Part::Assignment(start, value) => {
                    self.write(&start);
                    self.word(value);
                }
                Part::Word(word) => self.word(word),
                Part::Redirection(redirection) => self.redirection(redirection),
            }
        }
    }

    fn redirections(&mut self, redirections: &'s [Redirection]) {
        for redirection in redirections {
            self.write(" ");
            self.redirection(redirection);
        }
    }

    fn redirection(&mut self, redirection: &'s Redirection) {
        if let Some(fd) = redirection.fd {
            self.write(&fd.to_string());
        }
        let document = redirection.here_document();
        self.write(match redirection.operator {
            RedirectionOperator::Read => "< ",
            RedirectionOperator::Write if self.operator_of(redirection).contains(">|") => ">| ",
            RedirectionOperator::Write => "> ",
            RedirectionOperator::Append => ">> ",
            RedirectionOperator::ReadWrite => "<> ",
            RedirectionOperator::DuplicateIn => "<&",
            RedirectionOperator::DuplicateOut => ">&",
            RedirectionOperator::WriteBoth => "&> ",
            RedirectionOperator::AppendBoth => "&>> ",
            RedirectionOperator::HereString => "<<< ",
            RedirectionOperator::HereDocument if document.is_some_and(|document| document.strip_tabs) => {
                "<<-"
            }
            RedirectionOperator::HereDocument => "<<",
        });
        self.word(&redirection.target);
        self.pending.extend(document);
    }

    fn operator_of(&self, redirection: &Redirection) -> String {
        let span = Span::new(redirection.span.start, redirection.target.span.start);
        span.of(self.source).replace("\\\n", "")
    }

    /// A word as it stands, with its substitutions in the plainest form. Bash does not read backquotes.
    fn word(&mut self, word: &'s Word) {
        let mut at = word.span.start;
        for inner in &word.substitutions {
            let text = inner.span.of(self.source);
            if text.starts_with('`') || inner.span.start < at {
                continue;
            }
            let opening = &text[..=text.find('(').unwrap()];
            self.write(Span::new(at, inner.span.start).of(self.source));
            self.write(opening);
            let pending = std::mem::take(&mut self.pending);
            if !inner.commands.steps.is_empty() {
                self.line_end();
                let outer = std::mem::replace(&mut self.keeps_line_ends, true);
                self.list(&inner.commands);
                self.keeps_line_ends = outer;
            }
            self.pending = pending;
            self.write(")");
            at = inner.span.end;
        }
        self.write(Span::new(at, word.span.end).of(self.source));
    }

    fn words(&mut self, words: &'s [Word], between: &str) {
        for (at, word) in words.iter().enumerate() {
            if at > 0 {
                self.write(between);
            }
            self.word(word);
        }
    }

    fn compound(&mut self, compound: &'s CompoundCommand) {
        match &compound.kind {
            CompoundKind::Group(list) => {
                self.body("{", list);
                self.write("}");
            }
            CompoundKind::Subshell(list) => {
                self.body("(", list);
                self.write(")");
            }
            CompoundKind::If(clause) => {
                for (at, branch) in clause.branches.iter().enumerate() {
                    self.body(if at == 0 { "if" } else { "elif" }, &branch.condition);
                    self.body("then", &branch.body);
                }
                if let Some(list) = &clause.else_body {
                    self.body("else", list);
                }
                self.write("fi");
            }
            CompoundKind::For(clause) | CompoundKind::Select(clause) => {
                self.write(if matches!(compound.kind, CompoundKind::For(_)) { "for " } else { "select " });
                self.word(&clause.variable);
                if let Some(words) = &clause.words {
                    self.write(" in ");
                    self.words(words, " ");
                }
                self.line_end();
                self.body("do", &clause.body);
                self.write("done");
            }
            CompoundKind::ArithmeticFor(clause) => {
                self.write("for ");
                self.word(&clause.header);
                self.line_end();
                self.body("do", &clause.body);
                self.write("done");
            }
            CompoundKind::While(clause) | CompoundKind::Until(clause) => {
                let keyword = if matches!(compound.kind, CompoundKind::While(_)) { "while" } else { "until" };
                self.body(keyword, &clause.condition);
                self.body("do", &clause.body);
                self.write("done");
            }
            CompoundKind::Case(clause) => {
                self.write("case ");
                self.word(&clause.word);
                self.write(" in");
                self.line_end();
                for item in &clause.items {
                    self.words(&item.patterns, "|");
                    self.body(")", &item.body);
                    self.write(match item.terminator {
                        CaseTerminator::Break => ";;",
                        CaseTerminator::FallThrough => ";&",
                        CaseTerminator::TryNext => ";;&",
                    });
                    self.line_end();
                }
                self.write("esac");
            }
            CompoundKind::Conditional(expression) => {
                self.write("[[ ");
                self.conditional(expression);
                self.write(" ]]");
            }
            CompoundKind::Arithmetic(word) => self.word(word),
        }
        self.redirections(&compound.redirections);
    }

    fn conditional(&mut self, expression: &'s ConditionalExpression) {
        match expression {
            ConditionalExpression::Word(word) => self.word(word),
            ConditionalExpression::Unary { operator, operand } => {
                self.write(operator);
                self.write(" ");
                self.word(operand);
            }
            ConditionalExpression::Binary { left, operator, right } => {
                self.word(left);
                self.write(&format!(" {operator} "));
                self.word(right);
            }
            ConditionalExpression::Not(inner) => {
                self.write("! ");
                self.conditional(inner);
            }
            ConditionalExpression::Parenthesized(inner) => {
                self.write("( ");
                self.conditional(inner);
                self.write(" )");
            }
            ConditionalExpression::And(terms) => self.joined(terms, " && "),
            ConditionalExpression::Or(terms) => self.joined(terms, " || "),
        }
    }

    fn joined(&mut self, terms: &'s [ConditionalExpression], between: &str) {
        for (at, term) in terms.iter().enumerate() {
            if at > 0 {
                self.write(between);
            }
            self.conditional(term);
        }
    }
}
