//! The libraries that the Python provider gives its packages, for plans in which it does not run.

use super::draft::Draft;
use crate::document::schema::NIX_LIBS;

/// What the Python provider sets as `nixLibs` (providers/python.rs, `setup`).
const PROVIDER_LIBS: [&str; 2] = ["zlib", "stdenv.cc.cc.lib"];

impl Draft<'_> {
    /// Adds them to the setup phase.
    pub(crate) fn add_provider_libs(&mut self, rule: &'static str) {
        if let Some(list) = self.list("setup", NIX_LIBS) {
            for lib in PROVIDER_LIBS {
                if !list.pieces.iter().any(|piece| piece.text == lib) {
                    list.insert(list.pieces.len(), lib);
                }
            }
            list.rules.insert(rule);
            list.say(
                "add `zlib` and `stdenv.cc.cc.lib` to `nixLibs`: compiled packages such as numpy need them",
            );
            return;
        }
        let lower = self.model.provider_plan.phases.get("setup").and_then(|phase| phase.nix_libs.as_ref());
        let [zlib, libstdcxx] = PROVIDER_LIBS;
        if lower.is_some_and(|libs| !libs.is_empty()) {
            self.insert("setup", "nixLibs", &["...", zlib, libstdcxx], rule);
        } else {
            self.insert("setup", "nixLibs", &PROVIDER_LIBS, rule);
        }
    }
}
