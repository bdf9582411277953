//! Reads the records of a log one by one: which attempt, which step, which line of it.

use crate::answer::{Builder, Platform};
use crate::attempt::{At, Attempt, Hits, cut};
use crate::clean::clean;
use crate::command;
use crate::mark;
use crate::plan_box::PlanBox;
use crate::prefix::{Stripped, strip};
use crate::split::Record;

mod build;
mod outside;

/// Attempts that are kept.
const ATTEMPTS: usize = 30;

/// Characters of the longest line of a log that a terminal wrapped.
const NARROW: usize = 82;

/// What the lines belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Unknown,
    Build,
    Deploy,
}

/// The excerpt from the Dockerfile that `BuildKit` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Excerpt {
    None,
    Head,
    Rows(u8),
}

/// The state between two lines.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub(crate) struct Reader {
    pub(crate) attempts: Vec<Attempt>,
    /// Attempts in the file, kept or not.
    pub(crate) count: usize,
    pub(crate) platform: Option<Platform>,
    part: Part,
    /// The file is a text with blocks of code.
    markdown: bool,
    /// The text has a title and no mark of a log.
    pub(crate) titled: bool,
    in_fence: bool,
    /// What is built next belongs to a new attempt, if the present one is over.
    pending: bool,
    /// The platform shows the output again.
    replay: bool,
    excerpt: Excerpt,
    /// The last lines of a step are shown again, and of which.
    in_recap: bool,
    recap: Option<usize>,
    /// Lines left in which the cause of an error of the configuration may stand.
    cause: u8,
    /// The next line is that cause.
    cause_next: bool,
    /// Lines left of the list of files.
    listing: u8,
    /// The line before, where Railway's page may name a step in it.
    before: String,
    empty: bool,
    /// The line before is the stamp of this one.
    stamp_before: bool,
    /// The characters of this line as it stands in the file, and of the longest so far.
    length: usize,
    longest: usize,
    /// Output that may go on in the next line: where, what, of which step.
    held: Option<(At, String, usize)>,
    /// An error that names a command, whose end is in the next lines.
    begun: Option<(At, String, u8)>,
}

impl Reader {
    pub(crate) fn new() -> Self {
        Self {
            attempts: vec![Attempt::default()],
            count: 0,
            platform: None,
            part: Part::Unknown,
            markdown: false,
            titled: false,
            in_fence: false,
            pending: false,
            replay: false,
            excerpt: Excerpt::None,
            in_recap: false,
            recap: None,
            cause: 0,
            cause_next: false,
            listing: 0,
            before: String::new(),
            empty: true,
            stamp_before: false,
            length: 0,
            longest: 0,
            held: None,
            begun: None,
        }
    }

    /// The present attempt.
    fn now(&mut self) -> &mut Attempt {
        if self.attempts.is_empty() {
            self.attempts.push(Attempt::default());
        }
        let last = self.attempts.len() - 1;
        &mut self.attempts[last]
    }

    /// Whether the file is a text with blocks of code, or a title.
    pub(crate) fn is_text(&self) -> bool {
        self.markdown || self.titled
    }

    /// Whether a platform shows all output of a build with the numbers of the steps, so that other lines, such as the titles
    /// of commits, are none.
    pub(crate) fn numbers_steps(&self) -> bool {
        matches!(self.platform, Some(Platform::Coolify | Platform::Dokploy | Platform::Easypanel))
    }

    /// Whether no line so far is longer than a terminal.
    fn is_narrow(&self) -> bool {
        self.longest <= NARROW
    }

    pub(crate) fn record(&mut self, record: Record<'_>) {
        if self.is_narrow() {
            self.length =
                if record.text.len() > 4 * NARROW { NARROW + 1 } else { record.text.chars().count() };
            self.longest = self.longest.max(self.length);
        }
        let cleaned = clean(record.text);
        let mut stripped = strip(&cleaned);
        let text = stripped.text.trim_end();
        if text.trim_start().is_empty() {
            // Coolify's stamp may have a line of its own.
            self.stamp_before = stripped.coolify;
            return;
        }
        stripped.coolify |= std::mem::take(&mut self.stamp_before);
        let at = At { line: record.number, column: record.column };
        self.origin(&cleaned, &stripped);
        if !stripped.is_stamped() && self.fence(text) {
            return;
        }
        if std::mem::take(&mut self.empty) {
            self.titled = is_title(text) && !stripped.is_stamped();
        }
        if stripped.is_stamped() {
            self.now().marks += 1;
        }
        let text_around = self.markdown || self.titled && self.now().marks == 0;
        let prose = text_around && !self.in_fence && !stripped.is_stamped();
        self.line(at, text, &stripped, prose);
        self.before.clear();
        self.before.push_str(text.get(..text.len().min(400)).unwrap_or_default());
    }

    fn origin(&mut self, line: &str, stripped: &Stripped<'_>) {
        let known = self.platform.is_some();
        let attempt = self.attempts.last().map_or((None, false), |now| (now.builder, now.service.is_some()));
        if known && attempt.0.is_some() && attempt.1 {
            return;
        }
        let (platform, builder) = mark::origin(line);
        let by_stamp = || stripped.coolify.then_some(Platform::Coolify);
        let by_level = || (stripped.railway && line.contains("Z [")).then_some(Platform::Railway);
        self.platform = self.platform.or(platform).or_else(by_stamp).or_else(by_level);
        if (platform, builder) == (None, None) {
            return;
        }
        let service = between(line, "id=s/", |ch| ch.is_ascii_hexdigit() || ch == '-');
        let root = between(line, "snapshot-target-unpack/", |ch| !ch.is_whitespace());
        let now = self.now();
        now.builder = now.builder.or(builder);
        now.service = now.service.take().or_else(|| service.map(|text| text.chars().take(36).collect()));
        now.root = now.root.take().or_else(|| root.map(cut));
    }

    /// A fence of a block of code; whether it is one.
    fn fence(&mut self, text: &str) -> bool {
        let text = text.trim_start();
        if !text.starts_with("```") && !text.starts_with("~~~") {
            return false;
        }
        self.in_fence = !self.in_fence;
        let closed = self.attempts.last().is_some_and(Attempt::is_closed);
        if !self.markdown {
            self.markdown = true;
            if self.attempts.last().is_some_and(|now| now.marks == 0) {
                let builder = self.now().builder;
                self.attempts.clear();
                self.now().builder = builder;
            }
        }
        if self.in_fence {
            // An attempt in which nothing happens is none.
            if closed {
                self.begin();
            }
            self.now().loose = Hits::default();
            self.part = Part::Unknown;
        }
        (self.excerpt, self.in_recap) = (Excerpt::None, false);
        true
    }

    fn line(&mut self, at: At, text: &str, stripped: &Stripped<'_>, prose: bool) {
        if self.in_excerpt(text) || self.goes_on(text) {
            return;
        }
        let trigger = mark::has_trigger(text);
        if trigger && !prose && self.is_narrow() && command::is_begun(text) {
            self.begun = Some((at, text.to_owned(), 4));
            return;
        }
        if let Some((number, rest)) = mark::vertex(text)
            && (number > 0 || rest.starts_with("building with"))
            && (!prose || rest.starts_with('[') || mark::after_seconds(rest).is_some())
        {
            return self.vertex(at, number, rest);
        }
        if prose {
            // A log without a block of its own, below a title.
            if !self.markdown {
                self.step(text);
            }
            return;
        }
        if self.recap_line(at, text) || self.in_terminal(text) {
            return;
        }
        if PlanBox::is_part(text.trim_start()) {
            return self.plan_box(text.trim_start());
        }
        if self.replay && mark::is_head(text) && !text.trim_start().starts_with('╔') {
            self.replay = false;
        }
        if self.replay && self.now().is_explained() {
            return;
        }
        if mark::is_excerpt_head(text) {
            self.excerpt = Excerpt::Head;
            return;
        }
        if trigger && let Some(failure) = command::failure(text) {
            return self.anchor(at, text, failure, None);
        }
        if self.cause > 0 && self.cause(at, text) {
            return;
        }
        if self.failure(at, text, trigger)
            || self.head(text)
            || self.step(text)
            || self.deploy(text, stripped)
        {
            return;
        }
        if trigger && self.health(at, text) || self.green(text) || self.plan_error(at, text) {
            return;
        }
        self.output(at, text, stripped);
    }

    /// Whether the line is the rest of an error that names a command.
    fn goes_on(&mut self, text: &str) -> bool {
        let Some((at, mut begun, left)) = self.begun.take() else { return false };
        begun.push_str(text);
        if let Some(failure) = command::failure(&begun) {
            let number = mark::vertex(&begun).map(|(number, _)| format!("#{number}"));
            let step = number.and_then(|name| self.now().step(&name, "", false));
            self.anchor(at, &begun, failure, step);
        } else if left > 0 && begun.len() < command::LIMIT {
            self.begun = Some((at, begun, left - 1));
        }
        true
    }

    /// Begins a new attempt.
    fn begin(&mut self) {
        self.pending = false;
        self.replay = false;
        self.part = Part::Unknown;
        if !self.now().has_happened() {
            return;
        }
        if self.now().is_verdict_alone() {
            *self.now() = Attempt::default();
            return;
        }
        self.count += 1;
        if self.attempts.len() >= ATTEMPTS {
            self.attempts.remove(0);
        }
        self.attempts.push(Attempt::default());
    }

    /// Begins a new attempt if the one before is over and something announced another.
    fn build(&mut self) {
        if self.pending && self.now().is_closed() {
            self.begin();
        }
        self.part = Part::Build;
        self.now().marks += 1;
    }

    fn head(&mut self, text: &str) -> bool {
        let text = text.trim_start();
        if text.starts_with("scheduling build on ") {
            // Also stamped after the end: only what comes then tells whether there is another attempt.
            self.pending |= self.now().is_closed();
            return true;
        }
        if self.pending
            && ["unpacking archive", "[snapshot] received", "receiving snapshot", "fetched snapshot"]
                .iter()
                .any(|start| text.starts_with(start))
        {
            self.begin();
            return true;
        }
        if !mark::is_head(text) {
            return false;
        }
        if text.starts_with("Step 1/") {
            self.begin();
            return self.step(text);
        }
        self.begin();
        self.now().marks += 1;
        true
    }

    fn plan_box(&mut self, text: &str) {
        if text.starts_with('╔') {
            if !self.markdown && self.now().has_happened() {
                self.begin();
            }
            self.now().plan = Some(PlanBox::default());
            self.now().builder = Some(Builder::Nixpacks);
        }
        if let Some(plan) = &mut self.now().plan {
            plan.push(text);
        }
    }
}

/// Whether the first line of a file is the title of a text.
fn is_title(text: &str) -> bool {
    let rest = text.trim_start_matches('#');
    let marks = text.len() - rest.len();
    (1..=3).contains(&marks) && rest.starts_with(' ') && !rest.trim_start().starts_with('[')
}

fn between<'a>(line: &'a str, start: &str, keep: impl Fn(char) -> bool) -> Option<&'a str> {
    let (_, rest) = line.split_once(start)?;
    let end = rest.find(|ch| !keep(ch)).unwrap_or(rest.len());
    rest.get(..end).filter(|text| !text.is_empty())
}
