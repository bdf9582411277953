use crate::cli::Format;
use crate::exit::Exit;
use crate::options::{self, unknown_rule};
use crate::report::prose::{list, wrap};
use crate::report::rule_docs;
use crate::terminal::{Output, OutputStyle};
use anyhow::anyhow;
use nixpacks_transforms::rules::{RULES, rule};
use std::fmt::Write as _;

/// `explain`: prints the text of a rule, or what a reason or an error text means.
pub(super) fn explain(id: &str, style: OutputStyle, output: &mut Output) -> anyhow::Result<Exit> {
    let Some(rule) = rule(id).or_else(|| nixpacks_railpack::rules::rule(id)) else {
        return error_text(id, style, output);
    };
    let (bold, plain) = if style.color { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    let title = format!("{bold}{}{plain}: {}", rule.id, rule.summary);
    let _ = writeln!(output.stdout, "{}\n", wrapped(&title, style));
    output.stdout.push_str(&render(rule.docs, bold, plain, style));
    let _ = writeln!(output.stdout, "\n{}", rule_docs::page(rule));
    Ok(Exit::Clean)
}

/// What a reason or an error text means.
fn error_text(text: &str, style: OutputStyle, output: &mut Output) -> anyhow::Result<Exit> {
    let slug: Vec<String> = text.split_whitespace().map(str::to_ascii_lowercase).collect();
    let named = nixpacks_diagnose::reason(&slug.join("-"));
    let mut found: Vec<_> = named.map(|reason| (reason, None)).into_iter().collect();
    if found.is_empty() {
        found = nixpacks_diagnose::explain(text);
    }
    let Some((reason, rule)) = found.first() else {
        return Err(unknown(text));
    };
    let (bold, plain) = if style.color { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    let title = format!("{bold}{}{plain}: {}", reason.name, reason.shown);
    let _ = writeln!(output.stdout, "{}\n", wrapped(&title, style));
    let _ = writeln!(output.stdout, "{bold}What it means{plain}\n{}\n", wrapped(reason.meaning, style));
    let _ = writeln!(output.stdout, "{bold}What to do{plain}\n{}", wrapped(reason.advice, style));
    let rules = rule.map_or_else(|| nixpacks_diagnose::rules_of(reason.name), |rule| vec![rule]);
    if !rules.is_empty() {
        let rules: Vec<String> = rules.iter().map(|rule| format!("`{rule}`")).collect();
        let text = format!("{} finds this in your files: `nixpacks-fix explain RULE`", list(&rules));
        let text = if rules.len() == 1 { text } else { text.replace(" finds ", " find ") };
        let _ = writeln!(output.stdout, "\n{}", wrapped(&text.replace("RULE", rules_word(&rules)), style));
    }
    Ok(Exit::Clean)
}

/// The name that a command explains: the only one, or any of them.
fn rules_word(rules: &[String]) -> &str {
    if let [only] = rules { only.trim_matches('`') } else { "RULE" }
}

/// Neither a rule nor a reason nor a known error: the near ones.
fn unknown(text: &str) -> anyhow::Error {
    let known = options::rule_ids();
    let reasons: Vec<&str> = nixpacks_diagnose::reasons().iter().map(|reason| reason.name).collect();
    let near = nixpacks_diagnose::near(text, NEAR);
    let is_text = text.trim().contains(char::is_whitespace);
    if near.is_empty() || (!is_text && options::nearest(text, &[&known[..], &reasons[..]].concat()).is_some())
    {
        return unknown_rule(text, &[&known[..], &reasons[..]].concat());
    }
    let near: Vec<String> = near.iter().map(|reason| format!("`{}`", reason.name)).collect();
    anyhow!("the error `{}` is not known; help: near are {}", text.trim(), list(&near))
}

/// Reasons that are named where a text is not known.
const NEAR: usize = 3;

/// The columns that the summary of a rule has at least.
const LEAST: usize = 30;

/// `rules`: lists the rules.
pub(super) fn rules(format: Format, style: OutputStyle, output: &mut Output) -> anyhow::Result<Exit> {
    if format == Format::Json {
        output.stdout = rule_docs::rules_json(RULES, nixpacks_railpack::rules::RULES)?;
        return Ok(Exit::Clean);
    }
    let width = options::rules().map(|rule| rule.id.len()).max().unwrap_or_default();
    for rule in options::rules() {
        if nixpacks_railpack::rules::RULES.first().is_some_and(|first| first.id == rule.id) {
            output.stdout.push_str("\nof `check --builder railpack`:\n");
        }
        let first = format!("{:width$}  ", rule.id);
        let other = " ".repeat(width + 2);
        let line = match style.width {
            Some(columns) => wrap(rule.summary, columns.max(width + LEAST), &first, &other),
            None => format!("{first}{}", rule.summary),
        };
        let _ = writeln!(output.stdout, "{line}");
    }
    Ok(Exit::Clean)
}

/// Text of a paragraph, wrapped on a terminal.
fn wrapped(text: &str, style: OutputStyle) -> String {
    style.width.map_or_else(|| text.to_owned(), |width| wrap(text, width, "", ""))
}

/// The Markdown of a rule as plain text: headings are bold, code is indented, and the code fences are left out.
fn render(docs: &str, bold: &str, plain: &str, style: OutputStyle) -> String {
    let mut out = String::new();
    let mut in_code = false;
    for line in docs.trim_matches('\n').lines() {
        let _ = if line.trim_start().starts_with("```") {
            in_code = !in_code;
            Ok(())
        } else if in_code {
            writeln!(out, "    {line}")
        } else if line.starts_with('#') {
            writeln!(out, "{bold}{}{plain}", line.trim_start_matches('#').trim_start())
        } else {
            writeln!(out, "{}", wrapped(line, style))
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{OutputStyle, render};

    #[test]
    fn renders_headings_and_code_without_marks() {
        let style = OutputStyle { color: false, terminal: false, width: None };
        let docs = "\n## Why\ntext `x`\n```toml\n# kept\na = 1\n```\nend\n";
        assert_eq!(render(docs, "<", ">", style), "<Why>\ntext `x`\n    # kept\n    a = 1\nend\n");
    }
}
