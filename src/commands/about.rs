use crate::cli::Format;
use crate::exit::Exit;
use crate::options::unknown_rule;
use crate::report::json;
use crate::report::prose::wrap;
use crate::terminal::{Output, OutputStyle};
use nixpacks_transforms::rules::{RULES, rule};
use std::fmt::Write as _;

/// `explain`: prints the text of a rule.
pub(super) fn explain(id: &str, style: OutputStyle, output: &mut Output) -> anyhow::Result<Exit> {
    let Some(rule) = rule(id) else {
        let known: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        return Err(unknown_rule(id, &known));
    };
    let (bold, plain) = if style.color { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    let title = format!("{bold}{}{plain}: {}", rule.id, rule.summary);
    let _ = writeln!(output.stdout, "{}\n", wrapped(&title, style));
    output.stdout.push_str(&render(rule.docs, bold, plain, style));
    Ok(Exit::Clean)
}

/// The columns that the summary of a rule has at least.
const LEAST: usize = 30;

/// `rules`: lists the rules.
pub(super) fn rules(format: Format, style: OutputStyle, output: &mut Output) -> anyhow::Result<Exit> {
    if format == Format::Json {
        output.stdout = json::rules(RULES)?;
        return Ok(Exit::Clean);
    }
    let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    for rule in RULES {
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
