//! `fix --interactive`: shows each change with its reason, and asks. Nothing is written here.

mod units;

use super::about;
use super::apps::{Named, here};
use crate::report::prose::{self, count, wrap};
use crate::report::text::escape;
use crate::report::{Examined, patch};
use crate::terminal::{self, Output, OutputStyle};
use anyhow::{Result, bail};
use nixpacks_transforms::engine::{FileChange, Options, Outcome, Strategy};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use units::{Unit, made, same, units};

/// Reasons that are shown of one change.
const MOST_REASONS: usize = 6;
const HELP: &str = "  y  make this change
  n  leave it out
  a  make this change and all that follow
  q  quit; nothing is changed
  e  explain why it fails and what the fix does
  s  try another strategy: who installs the Python packages
";

/// How the questions ended.
pub(super) enum Answered {
    /// The changes of the apps are those that were wanted.
    Done {
        /// How many were not.
        declined: usize,
        /// The apps in which none was, by their places.
        untouched: Vec<usize>,
    },
    /// Nothing is to be changed.
    Quit,
}

/// What a person types.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    All,
    Quit,
    Explain,
    Strategy,
}

/// What is asked for an app: a strategy in place of the given one, and rules that are not used.
#[derive(Clone, Default)]
struct Wish {
    strategy: Option<Strategy>,
    ignored: BTreeSet<&'static str>,
}

/// Stops where there is nobody to ask.
pub(super) fn needs_terminal() -> Result<()> {
    if !terminal::can_ask() {
        bail!(
            "cannot use `--interactive` here: standard input and output have to be a terminal; help: `nixpacks-fix diff` \
             shows the changes, `nixpacks-fix fix` makes all of them"
        );
    }
    Ok(())
}

/// Asks about the changes of each app, and leaves in it those that are wanted.
pub(super) fn ask(found: &Named, apps: &mut [Examined], style: OutputStyle) -> Result<Answered> {
    let with_changes = |app: &Examined| app.result.as_ref().is_ok_and(|outcome| !outcome.changes.is_empty());
    let mut talk = Talk { found, style, all: false, declined: 0 };
    let mut untouched = Vec::new();
    for at in 0..apps.len() {
        let Some(app) = apps.get_mut(at).filter(|app| with_changes(app)) else { continue };
        if !talk.app(at, app)? {
            return Ok(Answered::Quit);
        }
        if !with_changes(app) {
            untouched.push(at);
        }
    }
    Ok(Answered::Done { declined: talk.declined, untouched })
}

struct Talk<'a> {
    found: &'a Named,
    style: OutputStyle,
    /// Everything that follows is wanted.
    all: bool,
    declined: usize,
}

impl Talk<'_> {
    /// Asks about one app; false to quit.
    fn app(&mut self, at: usize, app: &mut Examined) -> Result<bool> {
        let mut wish = Wish::default();
        loop {
            let Ok(outcome) = app.result.clone() else { return Ok(true) };
            let parts = units(app, &outcome, |rules| {
                let without = Wish { ignored: rules.clone(), ..wish.clone() };
                Ok(self.again(at, &without)?.and_then(|app| app.result.ok()))
            })?;
            self.say(&self.head(app, &outcome))?;
            let (mut taken, mut left): (Vec<usize>, BTreeSet<&'static str>) = (Vec::new(), BTreeSet::new());
            let mut declined = 0;
            let mut other = None;
            for (number, part) in parts.iter().enumerate() {
                match self.part(app, &outcome, part, (number + 1, parts.len()), (at, &wish))? {
                    Reply::Take => taken.extend(&part.fixes),
                    Reply::Leave => {
                        declined += 1;
                        left.extend(&part.rules);
                    }
                    Reply::Quit => return Ok(false),
                    Reply::Other(strategy, new) => {
                        other = Some((strategy, new));
                        break;
                    }
                }
            }
            if let Some((strategy, new)) = other {
                wish.strategy = Some(strategy);
                *app = *new;
                continue;
            }
            self.declined += declined;
            if declined == 0 {
                return Ok(true);
            }
            if taken.is_empty() {
                if let Ok(outcome) = &mut app.result {
                    outcome.changes.clear();
                }
                return Ok(true);
            }
            let wanted = made(app, &outcome, &taken).unwrap_or_default();
            wish.ignored = left;
            return self.settle(at, app, &wish, &wanted);
        }
    }

    /// Leaves in the app what is made without what was declined. Where that is not what was shown, it is shown now.
    fn settle(&mut self, at: usize, app: &mut Examined, wish: &Wish, wanted: &[FileChange]) -> Result<bool> {
        let Some(mut now) = self.again(at, wish)? else { return Ok(true) };
        if let Ok(outcome) = &mut now.result
            && !same(&outcome.changes, wanted)
        {
            if outcome.changes.is_empty() {
                self.say("without that, the other changes do not help; they are left out too\n")?;
            } else {
                let patch = patch::of(&now.home, &outcome.changes, here().as_deref(), self.style);
                self.say(&format!("without that, the change is this:\n\n{patch}"))?;
                match self
                    .question("make it? [y]es, [n]o, [q]uit: ", &[Answer::Yes, Answer::No, Answer::Quit])?
                {
                    Answer::Yes => {}
                    Answer::No => outcome.changes.clear(),
                    _ => return Ok(false),
                }
            }
        }
        *app = now;
        Ok(true)
    }

    /// The same app looked at again.
    fn again(&self, at: usize, wish: &Wish) -> Result<Option<Examined>> {
        self.found.again(at, |options: &mut Options| {
            if let Some(strategy) = wish.strategy {
                options.strategy = strategy;
            }
            options.rules.ignore.extend(wish.ignored.iter().map(|rule| (*rule).to_owned()));
        })
    }

    fn head(&self, app: &Examined, outcome: &Outcome) -> String {
        let name = name(app);
        let mut out = String::from("\n");
        for line in [
            format!("{name}: {}", prose::verdict(&outcome.before)),
            format!("{name}: with the fix: {}", prose::verdict(&outcome.after)),
        ] {
            let _ = writeln!(out, "{}", self.wrapped(&line));
        }
        out
    }

    /// One question, until it is answered.
    fn part(
        &mut self,
        app: &Examined,
        outcome: &Outcome,
        part: &Unit,
        (number, of): (usize, usize),
        (at, wish): (usize, &Wish),
    ) -> Result<Reply> {
        let titles: Vec<String> =
            part.fixes.iter().filter_map(|at| outcome.fixes.get(*at)).map(|fix| escape(&fix.title)).collect();
        let (bold, plain) = if self.style.color { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        let head = format!("{bold}change {number} of {of}{plain}: {}", titles.join("; "));
        let mut text = format!("\n{}\n", self.wrapped(&head));
        text.push_str(&self.reasons(app, outcome, part));
        let changes = patch::of(&app.home, &part.changes, here().as_deref(), self.style);
        let _ = writeln!(text, "\n{changes}");
        self.say(&text)?;
        if self.all {
            return Ok(Reply::Take);
        }
        let question = "make this change? [y]es, [n]o, [a]ll, [q]uit, [e]xplain, other [s]trategy: ";
        loop {
            match self.question(question, &ANSWERS)? {
                Answer::Yes => return Ok(Reply::Take),
                Answer::All => {
                    self.all = true;
                    return Ok(Reply::Take);
                }
                Answer::No => return Ok(Reply::Leave),
                Answer::Quit => return Ok(Reply::Quit),
                Answer::Explain => {
                    for id in &part.rules {
                        let mut output = Output::default();
                        about::explain(id, self.style, &mut output)?;
                        self.say(&format!("\n{}", output.stdout))?;
                    }
                }
                Answer::Strategy => match self.other_strategy(at, outcome, wish)? {
                    Some((strategy, new)) => return Ok(Reply::Other(strategy, Box::new(new))),
                    None => self.say("no other strategy makes another change\n")?,
                },
            }
        }
    }

    /// The next strategy under which something else is changed.
    fn other_strategy(
        &self,
        at: usize,
        outcome: &Outcome,
        wish: &Wish,
    ) -> Result<Option<(Strategy, Examined)>> {
        const CYCLE: [Strategy; 3] = [Strategy::Managed, Strategy::Venv, Strategy::Explicit];
        let now = wish.strategy.and_then(|now| CYCLE.iter().position(|strategy| *strategy == now));
        let from = now.map_or(0, |now| now + 1);
        for strategy in CYCLE.iter().cycle().skip(from).take(CYCLE.len()) {
            let other = Wish { strategy: Some(*strategy), ..wish.clone() };
            let Some(app) = self.again(at, &other)? else { continue };
            let differs = app
                .result
                .as_ref()
                .is_ok_and(|new| !new.changes.is_empty() && !same(&new.changes, &outcome.changes));
            if differs {
                let name = match strategy {
                    Strategy::Auto => "auto",
                    Strategy::Managed => "managed",
                    Strategy::Venv => "venv",
                    Strategy::Explicit => "explicit",
                };
                self.say(&format!("\nwith the strategy `{name}`:\n"))?;
                return Ok(Some((*strategy, app)));
            }
        }
        Ok(None)
    }

    fn reasons(&self, app: &Examined, outcome: &Outcome, part: &Unit) -> String {
        let mut lines: Vec<String> = Vec::new();
        for finding in
            outcome.findings.iter().filter(|one| one.fix.is_some_and(|at| part.fixes.contains(&at)))
        {
            let line = finding.place.as_ref().and_then(|place| {
                let at = app.texts.get(&place.path)?.position(place.span.start);
                Some(format!("{}:{}: ", escape(&app.home.shown_file(&place.path)), at.line))
            });
            let error = Some(escape(&finding.label)).filter(|label| !label.is_empty());
            let error = error.map(|error| format!(" ({error})")).unwrap_or_default();
            let line = format!("{}{}{error}", line.unwrap_or_default(), escape(&finding.message));
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        let more = lines.len().saturating_sub(MOST_REASONS);
        lines.truncate(MOST_REASONS);
        if more > 0 {
            lines.push(format!("and {}", count(more, "more reason")));
        }
        let width = self.style.width.unwrap_or(usize::MAX);
        lines.iter().fold(String::new(), |mut out, line| {
            let _ = writeln!(out, "{}", wrap(line, width, "  why: ", "       "));
            out
        })
    }

    /// Asks until one of these answers is given. The end of the input is an answer too.
    fn question(&self, text: &str, answers: &[Answer]) -> Result<Answer> {
        loop {
            let Some(line) = terminal::ask(text)? else {
                self.say("\n")?;
                return Ok(Answer::Quit);
            };
            let answer = match line.trim().to_ascii_lowercase().as_str() {
                "y" | "yes" => Some(Answer::Yes),
                "n" | "no" => Some(Answer::No),
                "a" | "all" => Some(Answer::All),
                "q" | "quit" => Some(Answer::Quit),
                "e" | "explain" => Some(Answer::Explain),
                "s" | "strategy" => Some(Answer::Strategy),
                _ => None,
            };
            match answer.filter(|answer| answers.contains(answer)) {
                Some(answer) => return Ok(answer),
                None => self.say(HELP)?,
            }
        }
    }

    fn wrapped(&self, text: &str) -> String {
        self.style.width.map_or_else(|| text.to_owned(), |width| wrap(text, width, "", "  "))
    }

    #[expect(clippy::unused_self, reason = "it is the talk that says it")]
    fn say(&self, text: &str) -> Result<()> {
        Ok(terminal::say(text)?)
    }
}

const ANSWERS: [Answer; 6] =
    [Answer::Yes, Answer::No, Answer::All, Answer::Quit, Answer::Explain, Answer::Strategy];

/// What a question comes to.
enum Reply {
    Take,
    Leave,
    Quit,
    /// The app with another strategy, to be asked about in its place.
    Other(Strategy, Box<Examined>),
}

/// The name of an app in a sentence.
pub(super) fn name(app: &Examined) -> String {
    if app.home.shown == "." { "this app".to_owned() } else { escape(&app.home.shown) }
}
