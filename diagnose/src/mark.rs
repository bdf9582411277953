//! What single lines say by their form: names of steps, ends of builds, heads of attempts.

use crate::answer::{Builder, Platform};
use regex::Regex;
use std::sync::LazyLock;

/// A step as a line names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StepName<'a> {
    /// `stage-0  6/10`, `internal`, and so on.
    pub(crate) stage: &'a str,
    pub(crate) instruction: &'a str,
    /// The step is over, or was not run because its result was kept.
    pub(crate) done: bool,
}

impl StepName<'_> {
    pub(crate) fn runs(&self) -> bool {
        self.instruction.starts_with("RUN")
    }
}

/// `[stage-0 6/9] RUN …`, also with a mark before it and a duration after it.
pub(crate) fn step_name(line: &str) -> Option<StepName<'_>> {
    let line = line.trim_start().trim_start_matches(['✕', '✖', '✗', '✔', '✓', '❌', '•']).trim_start();
    let line =
        ["ERROR ", "CACHED ", "CANCELED "].iter().find_map(|word| line.strip_prefix(word)).unwrap_or(line);
    let (stage, rest) = line.strip_prefix('[')?.split_once(']')?;
    if stage.len() > 80 {
        return None;
    }
    let rest = rest.trim_start();
    let known = matches!(stage.split(' ').next(), Some("internal" | "auth" | "railpack" | "context"));
    let counted = stage.split_whitespace().next_back().is_some_and(is_count);
    let word = rest.split_whitespace().next().unwrap_or_default();
    // Yarn prints `[1/4] Resolving packages...`; the word of an instruction is in capitals, in any language.
    let instruction = word.chars().count() > 2 && word.chars().all(char::is_uppercase);
    if !(known || counted && instruction) {
        return None;
    }
    let (instruction, end) = cut_state(rest);
    Some(StepName { stage, instruction, done: end })
}

/// `6/10`
fn is_count(word: &str) -> bool {
    let digits =
        |text: &str| !text.is_empty() && text.len() < 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    word.split_once('/').is_some_and(|(at, of)| digits(at) && digits(of))
}

/// The instruction without what a page writes after it.
fn cut_state(text: &str) -> (&str, bool) {
    for mark in [" ✔ ", " ✓ "] {
        if let Some((before, _)) = text.rsplit_once(mark) {
            return (before.trim_end(), true);
        }
    }
    match text.strip_suffix(" cached").or_else(|| text.strip_suffix(" CACHED")) {
        Some(before) => (before.trim_end(), true),
        None => (text.trim_end(), false),
    }
}

/// A line of `BuildKit`: the number of the step, and the rest.
pub(crate) fn vertex(line: &str) -> Option<(u32, &str)> {
    let line = line.trim_start();
    let line = line.strip_prefix("Error: #").or_else(|| line.strip_prefix('#'))?;
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=4).contains(&digits) {
        return None;
    }
    let rest = line.get(digits..)?;
    // A line of a trace of PHP is no step: `#0 /var/www/html/app/x.php(1): f()`.
    if !rest.is_empty() && !rest.starts_with(' ') || rest.starts_with(" /") || rest.starts_with(" {main}") {
        return None;
    }
    Some((line.get(..digits)?.parse().ok()?, rest.get(1..).unwrap_or_default()))
}

/// The text after the seconds that `BuildKit` writes before each line: `34.15 text`.
pub(crate) fn after_seconds(text: &str) -> Option<&str> {
    let whole = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.get(whole..)?.strip_prefix('.')?;
    let parts = rest.bytes().take_while(u8::is_ascii_digit).count();
    if whole == 0 || whole > 6 || !(1..=3).contains(&parts) {
        return None;
    }
    let rest = rest.get(parts..)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(' ') }
}

/// A line of dashes that opens or closes a part.
pub(crate) fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && line.chars().all(|ch| matches!(ch, '-' | '─' | '—'))
}

/// `Dockerfile:20`, the head of an excerpt.
pub(crate) fn is_excerpt_head(line: &str) -> bool {
    let Some((path, number)) = line.trim().rsplit_once(':') else { return false };
    let name = path.rsplit('/').next().unwrap_or(path);
    (1..=5).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !path.contains(' ')
        && name.to_ascii_lowercase().contains("dockerfile")
}

/// A duration that Railway's page shows below the name of a step: `766ms`, `34s`, `2m 10s`.
pub(crate) fn is_duration(line: &str) -> bool {
    let line = line.trim();
    if line.len() > 10 || !line.starts_with(|ch: char| ch.is_ascii_digit()) {
        return false;
    }
    line.split(' ').all(|part| {
        let unit = part.trim_start_matches(|ch: char| ch.is_ascii_digit() || ch == '.');
        unit.len() < part.len() && matches!(unit, "ms" | "s" | "m" | "h" | "sec" | "secs" | "min")
    })
}

/// The label that Railway's page shows above the name of a step: `stage-0`, `internal`, `4`.
pub(crate) fn is_stage_label(line: &str) -> bool {
    let line = line.trim();
    let word =
        line.len() < 24 && line.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    word && (line.len() < 3 && line.bytes().all(|byte| byte.is_ascii_digit())
        || line.starts_with(|ch: char| ch.is_ascii_lowercase()))
}

/// Instructions of a Dockerfile, and what `BuildKit` does itself, as a page names them.
pub(crate) fn is_instruction(line: &str) -> bool {
    const WORDS: [&str; 11] =
        ["RUN", "COPY", "FROM", "WORKDIR", "ADD", "ENV", "ARG", "USER", "load", "CMD", "SHELL"];
    line.split_once(' ').is_some_and(|(word, _)| WORDS.contains(&word))
}

/// A step of Railpack, which has a name in words; whether it runs a command.
pub(crate) fn railpack_step(line: &str) -> Option<bool> {
    const RUNS: [&str; 2] = ["install mise packages", "install apt packages"];
    const OTHERS: [&str; 6] = [
        "copy ",
        "mkdir /etc/mise",
        "create mise config",
        "docker-image://",
        "local://",
        "load build definition from",
    ];
    let starts = |names: &[&str]| names.iter().any(|name| line.starts_with(name));
    if starts(&RUNS) { Some(true) } else { starts(&OTHERS).then_some(false) }
}

/// `Step 5/9 : RUN …` of the builder before `BuildKit`.
pub(crate) fn legacy_step(line: &str) -> Option<(&str, &str)> {
    let (count, rest) = line.trim_start().strip_prefix("Step ")?.split_once(" : ")?;
    is_count(count.trim()).then_some((count, rest))
}

/// Lines with which an attempt begins.
pub(crate) fn is_head(line: &str) -> bool {
    const HEADS: [&str; 13] = [
        "[Region: ",
        "Using Nixpacks",
        "Using Detected Dockerfile",
        "Using Railpack",
        "Using Dockerfile",
        "Starting deployment of ",
        "Initializing deployment",
        "### Download ",
        "### Cloning ",
        "using build driver ",
        "You reached the start of the range",
        "╔",
        "Step 1/",
    ];
    let line = line.trim_start();
    HEADS.iter().any(|head| line.starts_with(head)) || line.starts_with('│') && line.contains("Railpack ")
}

/// Lines that say that the image was built.
pub(crate) fn is_green(line: &str) -> bool {
    const STARTS: [&str; 11] = [
        "=== Successfully Built! ===",
        "Build time: ",
        "Docker Deployed: ",
        "Rolling update completed",
        "Building docker image completed",
        "Successfully tagged ",
        "Successfully built ",
        "containerimage.digest:",
        "image push",
        "importing to docker",
        "New container started",
    ];
    let line = line.trim_start();
    STARTS.iter().any(|start| line.starts_with(start)) && !line.ends_with('…')
}

/// `[+] Building 267.1s (17/17) FINISHED`: all steps of a terminal's frame are over.
pub(crate) fn is_finished(line: &str) -> bool {
    let counts = line.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
    counts.is_some_and(|(counts, rest)| {
        let all = counts.split_once('/').is_some_and(|(done, all)| done == all);
        all && rest.contains("FINISHED")
    })
}

/// Lines that say that a build failed, and not why.
pub(crate) fn is_bare_failure(line: &str) -> bool {
    const STARTS: [&str; 15] = [
        "Build process failed",
        "Unknown build fail type",
        "Error: Docker build failed",
        "ERROR: failed to build",
        "ERROR: failed to solve",
        "error: failed to solve",
        "failed to solve: ",
        "Build Failed: ",
        "Build failed:",
        "nixpacks exited with an error",
        "Error ❌",
        "Deployment failed",
        "Command failed with exit code",
        "Oops something is not okay",
        "exit status 1",
    ];
    let line = line.trim_start().trim_start_matches("Error: ").trim_start_matches("❌ ");
    STARTS.iter().any(|start| line.starts_with(start))
        || line.starts_with("Docker build failed")
        || line == "Nixpacks build failed"
}

/// Lines after which Coolify and Dokploy show the output of the build a second time.
pub(crate) fn is_replay(line: &str) -> bool {
    line.starts_with("Oops something is not okay")
        || line.starts_with("Error ❌")
        || line.starts_with("Deployment failed: Command execution failed")
}

/// What tells the platform.
const PLATFORMS: [(&str, Platform); 30] = [
    ("scheduling build on Metal builder", Platform::Railway),
    ("[Region: ", Platform::Railway),
    ("railway-registry", Platform::Railway),
    ("snapshot-target-unpack/", Platform::Railway),
    ("You reached the start of the range", Platform::Railway),
    ("using build driver ", Platform::Railway),
    ("build daemon returned an error", Platform::Railway),
    ("id=s/", Platform::Railway),
    ("/railwayapp/bind-mounts/", Platform::Railway),
    (".railway.internal", Platform::Railway),
    ("Using Detected Dockerfile", Platform::Railway),
    ("coollabsio/", Platform::Coolify),
    ("coolify-helper", Platform::Coolify),
    ("COOLIFY_", Platform::Coolify),
    (" to localhost.", Platform::Coolify),
    ("/artifacts/", Platform::Coolify),
    ("Rolling update ", Platform::Coolify),
    ("/etc/dokploy/", Platform::Dokploy),
    ("Build nixpacks: ", Platform::Dokploy),
    ("Initializing deployment", Platform::Dokploy),
    ("Docker Deployed: ", Platform::Dokploy),
    ("/etc/easypanel/", Platform::Easypanel),
    ("easypanel/", Platform::Easypanel),
    ("### Download Github Archive", Platform::Easypanel),
    ("sevalla", Platform::Sevalla),
    ("Sevalla", Platform::Sevalla),
    ("kinsta", Platform::Sevalla),
    ("Kinsta", Platform::Sevalla),
    // What the page says above the log, by its documentation of failed deployments.
    ("Build process failed", Platform::Sevalla),
    ("Unknown build fail type", Platform::Sevalla),
];

/// What tells the builder.
const BUILDERS: [(&str, Builder); 16] = [
    ("using build driver railpack", Builder::Railpack),
    ("using build driver nixpacks", Builder::Nixpacks),
    ("│ Railpack ", Builder::Railpack),
    ("railpack-plan.json", Builder::Railpack),
    ("install mise packages", Builder::Railpack),
    ("Railpack could not determine", Builder::Railpack),
    ("build plan with Railpack", Builder::Railpack),
    ("Using Nixpacks", Builder::Nixpacks),
    ("Nixpacks v", Builder::Nixpacks),
    (".nixpacks/", Builder::Nixpacks),
    ("railwayapp/nixpacks:", Builder::Nixpacks),
    ("nixpacks plan -f", Builder::Nixpacks),
    ("Build nixpacks: ", Builder::Nixpacks),
    ("Nixpacks config file", Builder::Nixpacks),
    ("Nixpacks was unable", Builder::Nixpacks),
    ("Using Detected Dockerfile", Builder::Dockerfile),
];

/// What a line has that names a command which failed, or tells the health of an app: one search for all of it.
static TRIGGERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        "process \"|did not complete|executor failed running|returned a non-zero code|failed to solve|ealth|",
        "before the deadline"
    ))
    .ok()
});

/// Whether it is worth while to look for more than the form of a line.
pub(crate) fn has_trigger(line: &str) -> bool {
    TRIGGERS.as_ref().is_none_or(|triggers| triggers.is_match(line))
}

/// Any of the marks above: one search for all of them.
static MARKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let names = PLATFORMS.iter().map(|(mark, _)| *mark).chain(BUILDERS.iter().map(|(mark, _)| *mark));
    Regex::new(&names.map(regex::escape).collect::<Vec<_>>().join("|")).ok()
});

/// Who writes such a line, and who builds, as far as it tells.
pub(crate) fn origin(line: &str) -> (Option<Platform>, Option<Builder>) {
    if !MARKS.as_ref().is_some_and(|marks| marks.is_match(line)) {
        return (None, None);
    }
    let platform = PLATFORMS.iter().find(|(mark, _)| line.contains(mark)).map(|(_, platform)| *platform);
    (platform, BUILDERS.iter().find(|(mark, _)| line.contains(mark)).map(|(_, builder)| *builder))
}

#[cfg(test)]
mod tests {
    use super::{after_seconds, is_duration, is_excerpt_head, is_stage_label, step_name, vertex};

    #[test]
    fn names_of_steps_in_every_spelling() {
        for (line, stage, instruction, done) in [
            ("[stage-0  6/10] RUN pip install x", "stage-0  6/10", "RUN pip install x", false),
            ("[ 6/10] RUN  npm ci", " 6/10", "RUN  npm ci", false),
            ("✕ [stage-0 6/8] RUN x ", "stage-0 6/8", "RUN x", false),
            ("[stage-0 2/8] WORKDIR /app/  ✔ 0 ms – CACHED", "stage-0 2/8", "WORKDIR /app/", true),
            ("[internal] load .dockerignore", "internal", "load .dockerignore", false),
            ("[6/6] КОПИРОВАТЬ . /app", "6/6", "КОПИРОВАТЬ . /app", false),
        ] {
            let found = step_name(line);
            assert_eq!(
                found.map(|name| (name.stage, name.instruction, name.done)),
                Some((stage, instruction, done))
            );
        }
        for line in
            ["[1/4] Resolving packages...", "[1/1] Healthcheck succeeded!", "[INFO] 3/4 done", "[Region: us]"]
        {
            assert_eq!(step_name(line), None, "{line}");
        }
    }

    #[test]
    fn numbers_of_buildkit() {
        assert_eq!(vertex("#10 40.1 x"), Some((10, "40.1 x")));
        assert_eq!(vertex("Error: #0 building with"), Some((0, "building with")));
        assert_eq!(vertex("#0 /var/www/html/app/x.php(12): f()"), None);
        assert_eq!(vertex("# Title"), None);
        assert_eq!(after_seconds("40.10 error"), Some("error"));
        assert_eq!(after_seconds("0.125"), Some(""));
        assert_eq!(after_seconds("1.2.3 x"), None);
        assert_eq!(after_seconds("3 x"), None);
    }

    #[test]
    fn what_a_page_shows() {
        assert!(["766ms", "34s", "2m 10s", "0ms"].iter().all(|text| is_duration(text)));
        assert!(["3 packages", "s", "10 KB", "1.2.3"].iter().all(|text| !is_duration(text)));
        assert!(["stage-0", "internal", "12"].iter().all(|text| is_stage_label(text)));
        assert!(is_excerpt_head("Dockerfile:20") && is_excerpt_head(".nixpacks/Dockerfile:3"));
        assert!(!is_excerpt_head("main.py:20") && !is_excerpt_head("see Dockerfile: 20"));
    }
}
