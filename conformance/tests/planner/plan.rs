//! Both planners' answers in one shape, and how they are compared.

use crate::case::Case;
use nixpacks::nixpacks::plan::BuildPlan;
use nixpacks::nixpacks::plan::generator::GeneratePlanOptions;
use nixpacks::nixpacks::plan::phase::{Phase as RealPhase, StartPhase};
use nixpacks_transforms::plan::{Item, Phase, PlanErrorKind, model};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::Path;
use std::sync::Once;

thread_local! {
    static IN_PLANNER: Cell<bool> = const { Cell::new(false) };
}

pub(crate) enum Outcome {
    Refused(String),
    Planned(Box<Plan>),
}

type List = Option<Vec<String>>;

#[derive(Default)]
pub(crate) struct Plan {
    ran: Vec<String>,
    image: Option<String>,
    assets: Vec<String>,
    variables: BTreeMap<String, String>,
    phases: BTreeMap<String, Vec<(&'static str, List)>>,
    start: Vec<(&'static str, List)>,
    /// `None` for a cycle.
    order: Option<Vec<String>>,
}

impl Plan {
    /// A name for what the app is, to count by.
    pub(crate) fn kind(&self) -> &'static str {
        match self.ran.as_slice() {
            [] => "none",
            [only] if only == "python" => "python",
            [only] if only == "node" => "node",
            [_] => "other",
            _ => "several",
        }
    }
}

/// Railway's own file as the planner's command line, by other parsers than the model's. What the environment
/// `production` says goes before the rest.
fn railway(case: &Case) -> serde_json::Value {
    let text = |name: &str| Some(std::str::from_utf8(case.files.get(name)?).ok()?.to_owned());
    let toml = || text("railway.toml").and_then(|text| toml::from_str::<serde_json::Value>(&text).ok());
    // One that cannot be read stops the deploy: the other does not take its place.
    let mut railway = match text("railway.json") {
        Some(json) => serde_json::from_str(&json).ok().filter(serde_json::Value::is_object),
        None => toml(),
    }
    .unwrap_or_default();
    for part in ["build", "deploy"] {
        let own = railway.pointer(&format!("/environments/production/{part}"));
        for (key, value) in own.and_then(|own| own.as_object()).cloned().unwrap_or_default() {
            railway[part][key] = value;
        }
    }
    railway
}

/// What the real planner says.
pub(crate) fn real(dir: &Path, case: &Case) -> Outcome {
    let railway = railway(case);
    let value = |pointer: &str| {
        let value = railway.pointer(pointer).and_then(|value| value.as_str());
        value.filter(|value| !value.trim().is_empty()).map(str::to_owned)
    };
    // Railway's paths start at the root of the app.
    let config = value("/build/nixpacksConfigPath").map(|path| path.trim_start_matches('/').to_owned());
    let plan = railway.pointer("/build/nixpacksPlan").map(ToString::to_string);
    let mut cli = match plan.map(BuildPlan::from_json).transpose() {
        Ok(plan) => plan.unwrap_or_default(),
        Err(e) => return Outcome::Refused(format!("{e:#}")),
    };
    if let Some(cmd) = &case.dashboard.install_cmd {
        let mut install = RealPhase::install(None);
        install.cmds = Some(vec![cmd.clone()]);
        cli.add_phase(install);
    }
    if let Some(cmd) = value("/build/buildCommand").or(case.dashboard.build_cmd.clone()) {
        let mut build = RealPhase::build(None);
        build.cmds = Some(vec![cmd]);
        cli.add_phase(build);
    }
    if let Some(cmd) = value("/deploy/startCommand").or(case.dashboard.start_cmd.clone()) {
        cli.set_start_phase(StartPhase::new(cmd));
    }
    let env: Vec<String> = case.dashboard.env.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let options = GeneratePlanOptions { plan: Some(cli), config_file: config };
    let path = dir.to_str().unwrap();
    let run = || {
        let env = env.iter().map(String::as_str).collect();
        nixpacks::generate_build_plan(path, env, &options)
    };
    quiet_crashes();
    IN_PLANNER.set(true);
    let planned = catch_unwind(AssertUnwindSafe(run));
    IN_PLANNER.set(false);
    match planned {
        Err(_) => Outcome::Refused("it crashed".to_owned()),
        Ok(Err(e)) => Outcome::Refused(format!("{e:#}")),
        Ok(Ok(plan)) => Outcome::Planned(Box::new(from_real(&plan))),
    }
}

/// Keeps what the planner prints when it crashes off the terminal.
fn quiet_crashes() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let hook = take_hook();
        set_hook(Box::new(move |info| {
            if !IN_PLANNER.get() {
                hook(info);
            }
        }));
    });
}

fn from_real(plan: &BuildPlan) -> Plan {
    let phase = |phase: &RealPhase| {
        vec![
            ("dependsOn", phase.depends_on.clone()),
            ("nixPkgs", phase.nix_pkgs.clone()),
            ("nixLibs", phase.nix_libs.clone()),
            ("nixOverlays", phase.nix_overlays.clone()),
            ("nixpkgsArchive", phase.nixpkgs_archive.clone().map(|archive| vec![archive])),
            ("aptPkgs", phase.apt_pkgs.clone()),
            ("cmds", phase.cmds.clone()),
            ("onlyIncludeFiles", phase.only_include_files.clone()),
            ("cacheDirectories", phase.cache_directories.clone()),
            ("paths", phase.paths.clone()),
        ]
    };
    let one = |value: &Option<String>| value.clone().map(|value| vec![value]);
    Plan {
        ran: Vec::new(),
        image: plan.build_image.clone(),
        assets: plan.static_assets.iter().flatten().map(|(name, _)| name.clone()).collect(),
        variables: plan.variables.clone().unwrap_or_default(),
        phases: plan.phases.iter().flatten().map(|(name, own)| (name.clone(), phase(own))).collect(),
        start: plan.start_phase.as_ref().map_or(Vec::new(), |start| {
            vec![
                ("cmd", one(&start.cmd)),
                ("runImage", one(&start.run_image)),
                ("onlyIncludeFiles", start.only_include_files.clone()),
                ("user", one(&start.user)),
            ]
        }),
        order: plan.get_sorted_phases().ok().map(|phases| phases.iter().map(RealPhase::get_name).collect()),
    }
}

/// What the model says.
pub(crate) fn modelled(case: &Case) -> Outcome {
    let model = model(&case.app(), &case.dashboard);
    // Railway reads its own file before it asks the planner, which never sees it.
    let mut errors = model.errors.iter().filter(|error| error.kind != PlanErrorKind::RailwayFile);
    let cycle = match errors.next() {
        Some(error) if error.kind != PlanErrorKind::DependencyCycle => {
            return Outcome::Refused(error.message.clone());
        }
        cycle => cycle.is_some(),
    };
    let plan = &model.plan;
    let list = |items: &Option<Vec<Item>>| -> List {
        items.as_ref().map(|items| items.iter().map(|item| item.value.clone()).collect())
    };
    let one = |item: &Option<Item>| item.as_ref().map(|item| vec![item.value.clone()]);
    let phase = |phase: &Phase| {
        vec![
            ("dependsOn", list(&phase.depends_on)),
            ("nixPkgs", list(&phase.nix_pkgs)),
            ("nixLibs", list(&phase.nix_libs)),
            ("nixOverlays", list(&phase.nix_overlays)),
            ("nixpkgsArchive", one(&phase.nixpkgs_archive)),
            ("aptPkgs", list(&phase.apt_pkgs)),
            ("cmds", list(&phase.cmds)),
            ("onlyIncludeFiles", list(&phase.only_include_files)),
            ("cacheDirectories", list(&phase.cache_directories)),
            ("paths", list(&phase.paths)),
        ]
    };
    Outcome::Planned(Box::new(Plan {
        ran: plan.active_providers.clone(),
        image: plan.build_image.as_ref().map(|image| image.value.clone()),
        assets: plan.static_assets.iter().flatten().map(|(name, _)| name.clone()).collect(),
        variables: plan.variables.iter().map(|(name, item)| (name.clone(), item.value.clone())).collect(),
        phases: plan.phases.iter().map(|(name, own)| (name.clone(), phase(own))).collect(),
        start: plan.start.as_ref().map_or(Vec::new(), |start| {
            vec![
                ("cmd", one(&start.cmd)),
                ("runImage", one(&start.run_image)),
                ("onlyIncludeFiles", list(&start.only_include_files)),
                ("user", one(&start.user)),
            ]
        }),
        order: (!cycle).then_some(model.order),
    }))
}

/// Providers of which every word of the plan is compared. Of the others: the phases and their order,
/// archives, paths and files, which of them run anything, and whether the start has an image of its own.
const WHOLE: [&str; 2] = ["python", "node"];

/// Where the two differ, empty where they don't.
pub(crate) fn differences(real: &Outcome, model: &Outcome) -> Vec<String> {
    let (real, model) = match (real, model) {
        (Outcome::Refused(_), Outcome::Refused(_)) => return Vec::new(),
        (Outcome::Refused(message), Outcome::Planned(_)) => {
            return vec![format!("only the planner refuses: {message}")];
        }
        (Outcome::Planned(_), Outcome::Refused(message)) => {
            return vec![format!("only the model refuses: {message}")];
        }
        (Outcome::Planned(real), Outcome::Planned(model)) => (real, model),
    };
    let whole = model.ran.iter().all(|provider| WHOLE.contains(&provider.as_str()));
    let mut found = Vec::new();
    let mut check = |what: String, real: &dyn std::fmt::Debug, model: &dyn std::fmt::Debug| {
        let (real, model) = (format!("{real:?}"), format!("{model:?}"));
        if real != model {
            found.push(format!("{what}:\n  planner {real}\n  model   {model}"));
        }
    };
    check("order".to_owned(), &real.order, &model.order);
    check("phases".to_owned(), &real.phases.keys(), &model.phases.keys());
    check("image".to_owned(), &real.image, &model.image);
    for (name, fields) in &real.phases {
        let Some(own) = model.phases.get(name) else { continue };
        for ((key, real), (_, model)) in fields.iter().zip(own) {
            let what = format!("phases.{name}.{key}");
            if whole || matches!(*key, "dependsOn" | "nixpkgsArchive" | "paths" | "onlyIncludeFiles") {
                check(what, real, model);
            } else if *key == "cmds" {
                check(what, &runs(real), &runs(model));
            }
        }
    }
    if whole {
        check("start".to_owned(), &real.start, &model.start);
        check("assets".to_owned(), &real.assets, &model.assets);
        check("variables".to_owned(), &real.variables, &model.variables);
    } else {
        // The first two: the command and the image.
        let starts = |plan: &Plan| -> Vec<bool> {
            plan.start.iter().take(2).map(|(_, value)| value.is_some()).collect()
        };
        check("start".to_owned(), &starts(real), &starts(model));
        let provider = |plan: &Plan| {
            let metadata = plan.variables.get("NIXPACKS_METADATA").cloned().unwrap_or_default();
            metadata.split(',').next().map(str::to_owned)
        };
        check("provider".to_owned(), &provider(real), &provider(model));
    }
    found
}

fn runs(cmds: &List) -> bool {
    cmds.as_ref().is_some_and(|cmds| !cmds.is_empty())
}
