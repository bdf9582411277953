//! The shell provider: a script is started, and no language is installed (`core/providers/shell/shell.go`).

use crate::config::Variables;
use crate::detect::script;
use crate::merge::Draft;
use crate::plan::{Command, Layer, Step};
use crate::source::Source;

/// Adds what the provider plans.
pub(crate) fn plan(app: &Source<'_>, variables: &Variables, has_install: bool, draft: &mut Draft) {
    let script = script(variables);
    let interpreter = interpreter(&app.text(script).unwrap_or_default());
    draft.start = Some(format!("{interpreter} {script}"));
    if interpreter == "zsh" {
        draft.deploy_packages.push("zsh".to_owned());
    }
    let step = |name: &str, from: &str| Step {
        name: name.to_owned(),
        inputs: vec![Layer::step(from), Layer::local()],
        secrets: vec!["*".to_owned()],
        ..Step::default()
    };
    let base = if has_install {
        draft.steps.push(step("install", Draft::MISE));
        "install"
    } else {
        Draft::MISE
    };
    let mut build = step("build", base);
    build.commands.push(Command::exec(format!("chmod +x {script}")));
    draft.steps.push(build);
    draft.deploy_inputs.push(Draft::mise_layer());
    draft.deploy_inputs.push(Layer::part("build", &["."], &[]));
}

/// The shell that the first line names, as far as the image has it.
fn interpreter(text: &str) -> &'static str {
    let Some(line) = text.lines().next().and_then(|line| line.strip_prefix("#!")) else { return "sh" };
    let mut words = line.split_whitespace();
    let program = words.next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let shell = if program == "env" { words.next().unwrap_or_default() } else { program };
    match shell {
        "bash" | "mksh" | "ksh" | "fish" => "bash",
        "zsh" => "zsh",
        _ => "sh",
    }
}
