//! The real planner, in a process of its own: it prints, it may crash, and it may end its process.

use nixpacks::nixpacks::builder::docker::DockerBuilderOptions;
use nixpacks::nixpacks::plan::BuildPlan;
use nixpacks::nixpacks::plan::generator::GeneratePlanOptions;
use nixpacks::nixpacks::plan::phase::{Phase, StartPhase};
use serde_json::Value;
use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::process::{Command, Stdio};
use std::task::{Context, Poll, Waker};

/// Where the planner leaves its Dockerfile, below the app.
const DOCKERFILE: &str = ".nixpacks/Dockerfile";
/// Where the child leaves the values of the plan's variables, which the platform hands to the build.
const VARIABLES: &str = ".nixpacks/lab-variables.json";
/// Where the child leaves the box with the plan that Nixpacks prints first.
const BOX: &str = ".nixpacks/lab-box.txt";

/// What the planner made of an app.
pub(crate) struct Planned {
    pub(crate) dockerfile: String,
    pub(crate) variables: Value,
}

/// Has the app in `dir` planned; what Nixpacks writes is then below it, as in the context that it builds from.
pub(crate) fn plan(dir: &Path) -> Result<(), String> {
    let own = std::env::current_exe().unwrap();
    let mut child = Command::new(own);
    let output = child.arg("plan").arg(dir).env_clear().stdin(Stdio::null()).output().unwrap();
    if !output.status.success() {
        // Where nothing can be planned, Nixpacks says so on standard output.
        let said = if output.stderr.is_empty() { &output.stdout } else { &output.stderr };
        return Err(String::from_utf8_lossy(said).into_owned());
    }
    Ok(())
}

/// What the planner left below `dir`.
pub(crate) fn read(dir: &Path) -> Result<Planned, String> {
    let text = |name| std::fs::read_to_string(dir.join(name)).map_err(|error| format!("{name}: {error}"));
    let variables = serde_json::from_str(&text(VARIABLES)?).map_err(|error| error.to_string())?;
    Ok(Planned { dockerfile: text(DOCKERFILE)?, variables })
}

/// The box that Nixpacks prints of what it planned below `dir`.
pub(crate) fn shown(dir: &Path) -> String {
    std::fs::read_to_string(dir.join(BOX)).unwrap_or_default()
}

/// The child's side.
pub(crate) fn child(dir: &str) -> Result<(), String> {
    let (plan, config_file) = dashboard(Path::new(dir));
    let options = GeneratePlanOptions { plan: Some(plan), config_file };
    let plan =
        nixpacks::generate_build_plan(dir, Vec::new(), &options).map_err(|error| format!("{error:#}"))?;
    let build = DockerBuilderOptions {
        out_dir: Some(dir.to_owned()),
        // Railway's builds have one, so that cache directories are mounted.
        cache_key: Some("lab".to_owned()),
        ..DockerBuilderOptions::default()
    };
    let written = ready(nixpacks::create_docker_image(dir, Vec::new(), &options, &build));
    written.map_err(|error| format!("{error:#}"))?;
    let shown = plan.get_build_string().map_err(|error| format!("{error:#}"))?;
    std::fs::write(Path::new(dir).join(BOX), shown).map_err(|error| error.to_string())?;
    let variables = serde_json::to_string(&plan.variables.unwrap_or_default()).unwrap();
    std::fs::write(Path::new(dir).join(VARIABLES), variables).map_err(|error| error.to_string())
}

/// What Railway's own file sets, which the platform hands to the planner as options.
fn dashboard(dir: &Path) -> (BuildPlan, Option<String>) {
    let text = |name: &str| std::fs::read_to_string(dir.join(name)).ok();
    let json = text("railway.json").and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let toml = || text("railway.toml").and_then(|text| toml::from_str::<Value>(&text).ok());
    let railway = json.or_else(toml).unwrap_or_default();
    let value = |pointer: &str| railway.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let mut plan = BuildPlan::default();
    if let Some(cmd) = value("/build/buildCommand") {
        let mut build = Phase::build(None);
        build.cmds = Some(vec![cmd]);
        plan.add_phase(build);
    }
    if let Some(cmd) = value("/deploy/startCommand") {
        plan.set_start_phase(StartPhase::new(cmd));
    }
    (plan, value("/build/nixpacksConfigPath").map(|path| path.trim_start_matches('/').to_owned()))
}

/// Writing a Dockerfile waits for nothing, so this needs no runtime.
fn ready<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the planner waits for something"),
    }
}
