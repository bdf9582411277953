//! The environment that the planner sees: what the platform passes, then what the file adds.

use std::collections::BTreeMap;

/// Variables by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Env {
    vars: BTreeMap<String, String>,
}

impl Env {
    /// Takes pairs as the planner's `--env NAME=VALUE` does: the name ends at the first character
    /// that a name cannot have. An empty value means "look in the process environment", which on a
    /// platform holds nothing of the app: the variable is not there.
    pub(super) fn new(pairs: &[(String, String)]) -> Self {
        let mut vars = BTreeMap::new();
        for (name, value) in pairs {
            let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
            let (name, value) = match end {
                Some(end) => (&name[..end], format!("{}={value}", &name[end..])),
                None => (name.as_str(), value.clone()),
            };
            if !value.is_empty() {
                vars.insert(name.to_owned(), value);
            }
        }
        Self { vars }
    }

    /// This environment with the variables of a config file over it.
    pub(super) fn with<'a>(&self, more: impl Iterator<Item = (&'a String, &'a String)>) -> Self {
        let mut vars = self.vars.clone();
        vars.extend(more.map(|(name, value)| (name.clone(), value.clone())));
        Self { vars }
    }

    /// The variables, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.vars.iter()
    }

    /// The value of a variable.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str)
    }

    /// The value of `NIXPACKS_<name>`, without its line feeds.
    pub(super) fn config(&self, name: &str) -> Option<String> {
        self.get(&format!("NIXPACKS_{name}")).map(|value| value.replace('\n', ""))
    }

    /// Whether `NIXPACKS_<name>` is `1` or `true`.
    pub(super) fn truthy(&self, name: &str) -> bool {
        matches!(self.config(name).as_deref(), Some("1" | "true"))
    }
}

#[cfg(test)]
mod tests {
    use super::Env;

    #[test]
    fn reads_pairs_as_the_command_line_does() {
        let env = Env::new(&[
            ("NIXPACKS_A".to_owned(), "x\ny=z".to_owned()),
            ("A.B".to_owned(), "c".to_owned()),
            ("EMPTY".to_owned(), String::new()),
        ]);
        assert_eq!(env.config("A").as_deref(), Some("xy=z"));
        assert_eq!(env.get("A"), Some(".B=c"));
        assert_eq!(env.get("EMPTY"), None);
    }
}
