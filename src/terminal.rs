//! The one place that writes to standard output and standard error.

use crate::cli::Color;
use crate::exit::Exit;
use indicatif::ProgressDrawTarget;
use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write};
use std::time::{Duration, Instant};

/// The text that a command prints.
#[derive(Debug, Default)]
pub(crate) struct Output {
    /// For standard output.
    pub(crate) stdout: String,
    /// For standard error.
    pub(crate) stderr: String,
}

/// How the output is printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutputStyle {
    /// Colours on standard output.
    pub(crate) color: bool,
    /// Standard output is a terminal, not a pipe: control characters in a patch are escaped.
    pub(crate) terminal: bool,
    /// The columns of the terminal; none where standard output is no terminal, and lines are not wrapped.
    pub(crate) width: Option<usize>,
}

/// Columns of a terminal that does not tell how many it has.
const DEFAULT_WIDTH: usize = 80;
/// Columns below which wrapping helps nobody.
const LEAST_WIDTH: usize = 40;

impl OutputStyle {
    /// The style for what was typed and where standard output goes.
    pub(crate) fn new(color: Color) -> Self {
        let stdout = io::stdout();
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never,
        };
        let width = stdout.is_terminal().then(|| {
            let known = terminal_size::terminal_size_of(&stdout);
            known.map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0)).max(LEAST_WIDTH)
        });
        Self { color, terminal: color || stdout.is_terminal(), width }
    }
}

/// Whether standard output is a terminal, which obeys what a text tells it to do.
pub(crate) fn is_shown() -> bool {
    io::stdout().is_terminal()
}

/// Whether there is a person to ask.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Prints a part of a conversation at once.
pub(crate) fn say(text: &str) -> io::Result<()> {
    write(io::stdout().lock(), text)
}

/// Asks, and reads a line; `None` at the end of the input.
pub(crate) fn ask(question: &str) -> io::Result<Option<String>> {
    say(question)?;
    let mut line = Vec::new();
    let read = io::stdin().lock().take(LONGEST_ANSWER).read_until(b'\n', &mut line)?;
    // What is not UTF-8 is no answer that is known, and the question comes again.
    Ok((read > 0).then(|| String::from_utf8_lossy(&line).into_owned()))
}

/// Bytes of an answer that are read.
const LONGEST_ANSWER: u64 = 1024;

/// Prints `output`. A closed pipe is success.
pub(crate) fn show(output: &Output, style: OutputStyle, exit: Exit) -> Exit {
    let out = if style.color {
        // Translates for old consoles on Windows; elsewhere it passes the bytes on.
        write(anstream::AutoStream::always(io::stdout().lock()), &output.stdout)
    } else {
        // Not through a stripping stream: a patch must keep every byte of the file.
        write(io::stdout().lock(), &output.stdout)
    };
    let err = write(io::stderr().lock(), &output.stderr);
    match out.and(err) {
        Ok(()) => exit,
        // What failed for another reason than the reader stays failed.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe && exit != Exit::Unusable => Exit::Clean,
        Err(_) => Exit::Unusable,
    }
}

fn write(mut stream: impl Write, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.flush()
}

/// Work that is done before this needs no bar.
const SOON: Duration = Duration::from_millis(500);

/// A bar on standard error that goes when the work is done; none where that is no terminal, or the work is done soon.
pub(crate) struct Progress {
    bar: indicatif::ProgressBar,
    began: Instant,
}

impl Progress {
    /// One for `count` things; a single one needs none.
    pub(crate) fn new(count: usize) -> Self {
        let bar = indicatif::ProgressBar::with_draw_target(Some(count as u64), ProgressDrawTarget::hidden());
        if let Ok(style) = indicatif::ProgressStyle::with_template("[{pos}/{len}] {wide_bar} {msg}") {
            bar.set_style(style);
        }
        Self { bar, began: Instant::now() }
    }

    /// One more is done.
    pub(crate) fn done(&self, name: &str) {
        if self.bar.is_hidden() && self.bar.length() > Some(1) && self.began.elapsed() > SOON {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_message(crate::report::text::escape(name));
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
