//! Turns the command line into the options of the engine. Environment variables of the process are never read.

use crate::cli::{Builder, EngineArgs, FailOn, Platform as TypedPlatform, Strategy as Typed};
use crate::report::prose::shell_word;
use anyhow::anyhow;
use clap::ValueEnum as _;
use nixpacks_transforms::engine::{Options, Selection, Strategy};
use nixpacks_transforms::plan::{Dashboard, Platform};
use nixpacks_transforms::rules::{RULES, RuleInfo, Severity};

/// The rules, those for Nixpacks first.
pub(crate) fn rules() -> impl Iterator<Item = &'static RuleInfo> {
    RULES.iter().chain(nixpacks_railpack::rules::RULES).copied()
}

/// Their ids.
pub(crate) fn rule_ids() -> Vec<&'static str> {
    rules().map(|rule| rule.id).collect()
}

/// The options of the engine.
pub(crate) fn resolve(args: &EngineArgs) -> anyhow::Result<Options> {
    let known = rule_ids();
    Ok(Options {
        strategy: strategy(args.strategy.unwrap_or(Typed::Auto)),
        unsafe_fixes: args.unsafe_fixes,
        rules: Selection {
            select: ids(&args.select, &known)?,
            ignore: ids(&args.ignore, &known)?,
            others: Vec::new(),
        },
        dashboard: Dashboard {
            env: args.env.iter().map(|typed| variable(typed)).collect::<Result<_, _>>()?,
            install_cmd: args.install_cmd.clone(),
            build_cmd: args.build_cmd.clone(),
            start_cmd: args.start_cmd.clone(),
        },
        platform: args.platform.map(platform),
        assume_nixpacks: args.builder == Some(Builder::Nixpacks),
    })
}

/// The strategy of that name.
pub(crate) fn strategy(typed: Typed) -> Strategy {
    match typed {
        Typed::Auto => Strategy::Auto,
        Typed::Managed => Strategy::Managed,
        Typed::Venv => Strategy::Venv,
        Typed::Explicit => Strategy::Explicit,
    }
}

/// The platform of that name.
pub(crate) fn platform(typed: TypedPlatform) -> Platform {
    match typed {
        TypedPlatform::Railway => Platform::Railway,
        TypedPlatform::Coolify => Platform::Coolify,
        TypedPlatform::Dokploy => Platform::Dokploy,
        TypedPlatform::Sevalla => Platform::Sevalla,
        TypedPlatform::Generic => Platform::Generic,
    }
}

/// The same arguments again, quoted for a shell.
pub(crate) fn repeated(args: &EngineArgs) -> Vec<String> {
    let mut words: Vec<String> =
        args.env.iter().flat_map(|typed| ["--env".to_owned(), reference(typed)]).collect();
    let mut add = |option: &str, value: &str| words.extend([option.to_owned(), shell_word(value)]);
    let commands = [
        ("--install-cmd", &args.install_cmd),
        ("--build-cmd", &args.build_cmd),
        ("--start-cmd", &args.start_cmd),
    ];
    for (option, command) in commands {
        if let Some(command) = command {
            add(option, command);
        }
    }
    for (option, rules) in [("--select", &args.select), ("--ignore", &args.ignore)] {
        if !rules.is_empty() {
            add(option, &rules.join(","));
        }
    }
    let strategy = args.strategy.filter(|strategy| *strategy != Typed::Auto);
    for (option, value) in [
        ("--platform", args.platform.and_then(|platform| platform.to_possible_value())),
        ("--strategy", strategy.and_then(|strategy| strategy.to_possible_value())),
    ] {
        if let Some(value) = value {
            add(option, value.get_name());
        }
    }
    if let Some(file) = &args.config {
        add("--config", &file.display().to_string());
    }
    if let Some(builder) = args.builder {
        add("--builder", &builder.to_string());
    }
    for (given, flag) in [(args.no_config, "--no-config"), (args.unsafe_fixes, "--unsafe-fixes")] {
        if given {
            words.push(flag.to_owned());
        }
    }
    words
}

/// A variable as an argument. Only the settings of Nixpacks show their value: any other may be a secret, and is
/// taken from the shell.
fn reference(typed: &str) -> String {
    let name = typed.split('=').next().unwrap_or_default();
    let is_name = |ch: char| ch.is_ascii_alphanumeric() || ch == '_';
    if name.starts_with("NIXPACKS_") || !name.chars().all(is_name) {
        return shell_word(typed);
    }
    format!("\"{name}=${name}\"")
}

/// The severity from which on the command fails.
pub(crate) fn threshold(fail_on: FailOn) -> Severity {
    match fail_on {
        FailOn::Error | FailOn::Unknown => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Note => Severity::Note,
    }
}

/// The message for a rule id that does not exist.
pub(crate) fn unknown_rule(id: &str, known: &[&str]) -> anyhow::Error {
    let help = match nearest(id, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`nixpacks-fix rules` lists them".to_owned(),
    };
    anyhow!("there is no rule `{id}`; help: {help}")
}

fn ids(typed: &[String], known: &[&str]) -> anyhow::Result<Vec<String>> {
    let typed = typed.iter().map(|id| id.trim()).filter(|id| !id.is_empty());
    typed
        .map(|id| if known.contains(&id) { Ok(id.to_owned()) } else { Err(unknown_rule(id, known)) })
        .collect()
}

fn variable(typed: &str) -> anyhow::Result<(String, String)> {
    match typed.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(anyhow!(
            "cannot use `--env {typed}`; help: write `--env NAME=VALUE`, the environment of this process is not read"
        )),
    }
}

/// The known id that is closest to `id`, if any is close.
pub(crate) fn nearest<'a>(id: &str, known: &[&'a str]) -> Option<&'a str> {
    // Ids are short, so a long one is no typing mistake; this also bounds the work.
    if id.len() > 64 {
        return None;
    }
    let best = known.iter().map(|name| (strsim::levenshtein(id, name), *name)).min()?;
    (best.0 <= id.chars().count().max(3) / 3).then_some(best.1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{ids, nearest, unknown_rule, variable};

    const KNOWN: &[&str] = &["pip-in-nix-pkgs", "system-pip-install", "venv-off-path"];

    #[test]
    fn suggests_the_close_rule_and_no_far_one() {
        assert_eq!(nearest("pip-in-nixpkgs", KNOWN), Some("pip-in-nix-pkgs"));
        assert_eq!(nearest("venv-of-path", KNOWN), Some("venv-off-path"));
        assert_eq!(nearest("F401", KNOWN), None);
        assert_eq!(nearest(&"x".repeat(100_000), KNOWN), None);
        assert_eq!(nearest("x", &[]), None);
        let message = unknown_rule("venv-of-path", KNOWN).to_string();
        assert_eq!(message, "there is no rule `venv-of-path`; help: did you mean `venv-off-path`?");
    }

    #[test]
    fn accepts_known_ids_with_spaces_round_them() {
        let typed = [" venv-off-path".to_owned(), String::new()];
        assert_eq!(ids(&typed, KNOWN).unwrap(), ["venv-off-path"]);
        assert!(ids(&["venv".to_owned()], KNOWN).is_err());
    }

    #[test]
    fn splits_a_variable_at_the_first_equals_sign() {
        assert_eq!(variable("A=b=c").unwrap(), ("A".to_owned(), "b=c".to_owned()));
        assert_eq!(variable("A=").unwrap(), ("A".to_owned(), String::new()));
        assert!(variable("A").is_err());
        assert!(variable("=b").is_err());
    }
}
