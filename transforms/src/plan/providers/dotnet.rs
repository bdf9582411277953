//! C# and F#.

use crate::plan::detect::{Provided, Provider, Scope};
use crate::plan::draft::{self, Draft, variables};
use crate::plan::types::{Origin, Plan, PlanError};
use serde::Deserialize;

pub(super) const CSHARP: Provider = Provider {
    name: "c#",
    detect: |scope| Ok(scope.files.ending(&[".csproj"]).next().is_some()),
    plan: |scope| Ok(Some(plan(scope, "c#", ".csproj", sdk(scope)?))),
};

pub(super) const FSHARP: Provider = Provider {
    name: "f#",
    detect: |scope| Ok(scope.files.ending(&[".fsproj"]).next().is_some()),
    plan: |scope| Ok(Some(plan(scope, "f#", ".fsproj", "dotnet-sdk".to_owned()))),
};

fn plan(scope: Scope<'_>, name: &'static str, extension: &str, sdk: String) -> Provided {
    let by = Origin::Provider(name);
    let project = scope.files.ending(&[extension]).next().unwrap_or_default().to_owned();
    let project = project.rsplit('/').next().unwrap_or_default();
    let project = project.strip_suffix(extension).unwrap_or(project);
    let mut plan = Plan::default();
    Draft::setup(&by, [sdk]).put(&mut plan);
    Draft::install(&by, Some("dotnet restore".to_owned())).put(&mut plan);
    Draft::build(&by, Some("dotnet publish --no-restore -c Release -o out".to_owned())).put(&mut plan);
    draft::start(&mut plan, &by, format!("./out/{project}"));
    let fixed = [
        ("ASPNETCORE_ENVIRONMENT", "Production"),
        ("ASPNETCORE_URLS", "http://0.0.0.0:3000"),
        ("DOTNET_ROOT", "/nix/var/nix/profiles/default/"),
    ];
    variables(&mut plan, &by, fixed.map(|(name, value)| (name, value.to_owned())));
    Provided::from(plan)
}

/// What the planner reads of a `global.json`.
#[derive(Deserialize)]
struct Global {
    sdk: Option<Sdk>,
}

#[derive(Deserialize)]
struct Sdk {
    version: Option<String>,
}

fn sdk(scope: Scope<'_>) -> Result<String, PlanError> {
    let named = if scope.files.has("global.json") {
        scope.files.json::<Global>("global.json")?.sdk.and_then(|sdk| sdk.version)
    } else {
        None
    };
    let version = scope.env.config("CSHARP_SDK_VERSION").or(named).unwrap_or_else(|| "6".to_owned());
    let major: u8 = version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(6);
    Ok(if major == 6 { "dotnet-sdk".to_owned() } else { format!("dotnet-sdk_{major}") })
}
