use crate::cli::Format;
use crate::exit::{Exit, Failure};
use crate::options::unknown_rule;
use crate::report::json;
use crate::terminal::{Output, OutputStyle};
use nixpacks_transforms::rules::{RULES, rule};
use std::fmt::Write as _;

/// Prints what is known of a rule.
pub(super) fn explain(id: &str, style: OutputStyle, output: &mut Output) -> Result<Exit, Failure> {
    let Some(rule) = rule(id) else {
        let known: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        return Err(unknown_rule(id, &known));
    };
    let (bold, plain) = if style.color { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    let _ = writeln!(output.stdout, "{bold}{}{plain}: {}\n", rule.id, rule.summary);
    output.stdout.push_str(&render(rule.docs, bold, plain));
    Ok(Exit::Clean)
}

/// Lists the rules.
pub(super) fn rules(format: Format, output: &mut Output) -> Result<Exit, Failure> {
    if format == Format::Json {
        output.stdout = json::rules(RULES).map_err(Failure::unusable)?;
        return Ok(Exit::Clean);
    }
    let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    for rule in RULES {
        let _ = writeln!(output.stdout, "{:width$}  {}", rule.id, rule.summary);
    }
    Ok(Exit::Clean)
}

/// The rule's own Markdown, plainly: headings stand out, code is indented, fences go.
fn render(docs: &str, bold: &str, plain: &str) -> String {
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
            writeln!(out, "{line}")
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::render;

    #[test]
    fn renders_headings_and_code_without_marks() {
        let docs = "\n## Why\ntext `x`\n```toml\n# kept\na = 1\n```\nend\n";
        assert_eq!(render(docs, "<", ">"), "<Why>\ntext `x`\n    # kept\n    a = 1\nend\n");
    }
}
