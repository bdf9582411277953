//! The program that a simple command runs, behind `sudo`, `env`, `exec` and the like.

use super::simple::assigned_name;
use super::{SimpleCommand, Word};

/// A simple command without the programs that only run another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwrapped<'a> {
    /// The words before the program: wrappers, their options and assignments.
    pub prefix: &'a [Word],
    /// The place of the program among the words.
    pub program_index: usize,
    /// The program and its arguments.
    pub words: &'a [Word],
    /// The assignments that a wrapper makes.
    pub assignments: Vec<EnvAssignment<'a>>,
}

/// `NAME=value` among the arguments of `env` or `sudo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvAssignment<'a> {
    /// The place among the words.
    pub index: usize,
    /// The variable.
    pub name: &'a str,
    /// The value, where it is literal.
    pub value: Option<&'a str>,
}

/// A program that runs the program in its arguments.
struct Wrapper {
    name: &'static str,
    /// Options without a value.
    flags: &'static [&'static str],
    /// Options whose value is the next word, or stands in the same one.
    valued: &'static [&'static str],
    /// Arguments before the program.
    arguments: usize,
    /// Whether assignments may stand before the program.
    assigns: bool,
}

const fn plain(name: &'static str) -> Wrapper {
    Wrapper { name, flags: &[], valued: &[], arguments: 0, assigns: false }
}

/// Options that change where or how the program is found are absent: with them the wrapper stays the program.
const WRAPPERS: &[Wrapper] = &[
    Wrapper {
        flags: &[
            "-E",
            "-H",
            "-n",
            "-S",
            "-A",
            "-b",
            "-P",
            "-EH",
            "-HE",
            "-nE",
            "-En",
            "--preserve-env",
            "--set-home",
            "--non-interactive",
        ],
        valued: &["-u", "-g", "-p", "-C", "--user", "--group", "--prompt", "--preserve-env"],
        assigns: true,
        ..plain("sudo")
    },
    Wrapper { valued: &["-u", "--unset"], assigns: true, ..plain("env") },
    Wrapper { flags: &["-p"], ..plain("command") },
    Wrapper { flags: &["-l"], valued: &["-a"], ..plain("exec") },
    plain("builtin"),
    plain("nohup"),
    Wrapper { flags: &["-p"], ..plain("time") },
    Wrapper { valued: &["-n", "--adjustment"], ..plain("nice") },
    Wrapper { flags: &["-f", "-w", "-c", "--fork", "--wait"], ..plain("setsid") },
    Wrapper { valued: &["-o", "-e", "-i", "--output", "--error", "--input"], ..plain("stdbuf") },
    Wrapper {
        flags: &["-v", "--foreground", "--preserve-status", "--verbose"],
        valued: &["-k", "-s", "--kill-after", "--signal"],
        arguments: 1,
        ..plain("timeout")
    },
    Wrapper {
        flags: &["-a", "--auto-servernum"],
        valued: &["-s", "--server-args", "-n", "--server-num"],
        ..plain("xvfb-run")
    },
    Wrapper { flags: &["-g", "-s", "-v"], ..plain("tini") },
    plain("dumb-init"),
];

impl SimpleCommand {
    /// The program that is run in the end, where its name is literal: `pip` in `sudo -H pip install x`.
    pub fn program(&self) -> Option<&str> {
        self.unwrapped().words.first()?.text.as_deref()
    }

    /// Skips the programs that only run another one. A wrapper with an option that is not known
    /// stays the program, and so does one without a program after it.
    pub fn unwrapped(&self) -> Unwrapped<'_> {
        let mut index = 0;
        let mut assignments = Vec::new();
        while let Some(skip) = self.words.get(index..).and_then(|words| skip(words, index)) {
            index = skip.program;
            assignments.extend(skip.assignments);
        }
        let (prefix, words) = self.words.split_at(index);
        Unwrapped { prefix, program_index: index, words, assignments }
    }
}

struct Skip<'a> {
    program: usize,
    assignments: Vec<EnvAssignment<'a>>,
}

fn skip(words: &[Word], base: usize) -> Option<Skip<'_>> {
    let name = words.first()?.text.as_deref()?;
    let name = ["/usr/bin/", "/bin/"].iter().find_map(|dir| name.strip_prefix(dir)).unwrap_or(name);
    let wrapper = WRAPPERS.iter().find(|wrapper| wrapper.name == name)?;
    let mut at = 1;
    while let Some(text) =
        words.get(at).and_then(|word| word.text.as_deref()).filter(|text| text.starts_with('-'))
    {
        at += 1;
        if text == "--" {
            break;
        }
        if wrapper.flags.contains(&text) || (name == "nice" && is_niceness(text)) {
            continue;
        }
        if wrapper.valued.contains(&text) {
            at += 1;
        } else if !wrapper.valued.iter().any(|option| joins_value(text, option)) {
            return None;
        }
    }
    let mut assignments = Vec::new();
    while let Some(word) = words.get(at).filter(|_| wrapper.assigns) {
        let Some((name, false)) = assigned_name(&word.raw) else { break };
        let value = word.text.as_deref().and_then(|text| text.get(name.len() + 1..));
        assignments.push(EnvAssignment { index: base + at, name, value });
        at += 1;
    }
    at += wrapper.arguments;
    words.get(at).map(|_| Skip { program: base + at, assignments })
}

/// Ex) `-uroot`, `--user=root`
fn joins_value(text: &str, option: &str) -> bool {
    text.strip_prefix(option).is_some_and(|value| !option.starts_with("--") || value.starts_with('='))
}

fn is_niceness(text: &str) -> bool {
    text.len() > 1 && text.bytes().skip(1).all(|byte| byte.is_ascii_digit())
}
