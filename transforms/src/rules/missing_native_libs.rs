use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::NIX_LIBS;
use crate::fix::Draft;
use crate::simulate::Reason;

static INFO: RuleInfo = RuleInfo {
    id: "missing-native-libs",
    summary: "a compiled package such as numpy does not find libstdc++",
    docs: r#"## What it does
Finds apps that use a compiled package, such as numpy, when `nixLibs` does not include the C++ library.

## Why it fails
The compiled parts of numpy, grpcio and similar packages need `libstdc++.so.6`. Only `nixLibs` puts it where they look for it. Nixpacks sets `nixLibs` for Python apps, but here that step is replaced or does not run.

See also: https://nixpacks.com/docs/providers/python

## Example
```toml
providers = []

[phases.setup]
nixPkgs = ["python311"]

[phases.install]
cmds = ["python -m venv --copies /opt/venv && /opt/venv/bin/pip install -r requirements.txt"]
paths = ["/opt/venv/bin"]

[start]
cmd = "python stats.py"
```
becomes
```toml
providers = []

[phases.setup]
nixPkgs = ["python311"]
nixLibs = ["zlib", "stdenv.cc.cc.lib"]

[phases.install]
cmds = ["python -m venv --copies /opt/venv && /opt/venv/bin/pip install -r requirements.txt"]
paths = ["/opt/venv/bin"]

[start]
cmd = "python stats.py"
```

## Fix
Adds the libraries that Nixpacks uses for Python apps.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::AfterStrategy, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    support::all_calls(cx)
        .find(|(_, call)| call.reason() == Some(Reason::NativeLibMissing))
        .map(|(command, call)| {
            let message = call.error().unwrap_or_default().to_owned();
            let label = "ImportError: libstdc++.so.6: cannot open shared object file";
            match Found::call(cx, command, call, Severity::Error, message.clone()) {
                Some(found) => found.label(label),
                // Ex) the start command of the provider
                None => Found::app(Severity::Error, message),
            }
        })
        .into_iter()
        .collect()
}

fn fix(cx: &Context<'_>, _: &Finding, draft: &mut Draft<'_>) -> bool {
    if cx.simulation.profile.libstdcxx {
        return false;
    }
    if cx.model.plan.active_providers.iter().any(|name| name == "python") {
        // A list of the file hides the provider's.
        let Some(list) = draft.list("setup", NIX_LIBS).filter(|list| !list.has_marker()) else {
            return false;
        };
        list.insert(0, "...");
        list.rules.insert(INFO.id);
        list.say("add `\"...\"` to `nixLibs`: it stands for the libraries that Nixpacks adds itself");
        return true;
    }
    draft.add_provider_libs(INFO.id);
    true
}
