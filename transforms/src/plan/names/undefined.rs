//! Names that people write in `nixPkgs` and that are no attribute of nixpkgs.

/// What takes the place of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// Nothing: what it is meant to bring comes with another package.
    Drop,
    /// An attribute.
    Rename(&'static str),
    /// Not known.
    None,
}

/// A name that is no attribute of nixpkgs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undefined {
    /// The name, as in `nixPkgs`.
    pub name: &'static str,
    /// What takes its place.
    pub replacement: Replacement,
    /// Why, a clause that can follow the name.
    pub why: &'static str,
}

/// The error with which Nix stops at such a name. One with an operator in it does not even parse.
pub fn error(name: &str) -> String {
    if name.contains("++") {
        return "error: syntax error, unexpected CONCAT".to_owned();
    }
    format!("error: undefined variable '{name}'")
}

const fn new(name: &'static str, replacement: Replacement, why: &'static str) -> Undefined {
    Undefined { name, replacement, why }
}

const PIP: &str = "is no package of its own: a virtual environment has it";
const VENV: &str = "is a module of every Python";
const NPM: &str = "comes with Node";
const HEADERS: &str = "is the name of a Debian package: the headers come with the interpreter";
const DOT: &str = "has no dot in nixpkgs";
const NODE: &str = "is no attribute: they are named `nodejs_NN`";

/// Sorted by name. The names are those that the study of public configs met
/// (`undefined variable '…'` in build logs) and their near relatives; nixpkgs' own list,
/// `pkgs/top-level/all-packages.nix`, has none of them. `nodejs-18_x` is not here, being an alias until
/// late 2024, nor `npm-9_x`, `pnpm-9_x` and `yarn-1_x`, which the Node provider's overlay defines.
static UNDEFINED: &[Undefined] = &[
    new("build-essential", Replacement::Rename("gcc"), "is the name of a Debian package"),
    new("ca-certificates", Replacement::Rename("cacert"), "is the name of a Debian package"),
    new("ensurepip", Replacement::Drop, VENV),
    new("g++", Replacement::Rename("gcc"), "is the name of the program"),
    new("libpq-dev", Replacement::None, "is the name of a Debian package"),
    new("libstdc++", Replacement::Rename("stdenv.cc.cc.lib"), "is the name of a Debian package"),
    new("node", Replacement::Rename("nodejs"), "is the name of the program"),
    new("nodejs-14", Replacement::Rename("nodejs_14"), NODE),
    new("nodejs-16", Replacement::Rename("nodejs_16"), NODE),
    new("nodejs-18", Replacement::Rename("nodejs_18"), NODE),
    new("nodejs-20", Replacement::Rename("nodejs_20"), NODE),
    new("nodejs-20_x", Replacement::Rename("nodejs_20"), NODE),
    new("nodejs-21_x", Replacement::Rename("nodejs_21"), NODE),
    new("nodejs-22", Replacement::Rename("nodejs_22"), NODE),
    new("nodejs-22_x", Replacement::Rename("nodejs_22"), NODE),
    new("nodejs-23_x", Replacement::Rename("nodejs_23"), NODE),
    new("nodejs-24", Replacement::Rename("nodejs_24"), NODE),
    new("nodejs-24_x", Replacement::Rename("nodejs_24"), NODE),
    new("nodejs14", Replacement::Rename("nodejs_14"), NODE),
    new("nodejs16", Replacement::Rename("nodejs_16"), NODE),
    new("nodejs18", Replacement::Rename("nodejs_18"), NODE),
    new("nodejs20", Replacement::Rename("nodejs_20"), NODE),
    new("nodejs22", Replacement::Rename("nodejs_22"), NODE),
    new("nodejs24", Replacement::Rename("nodejs_24"), NODE),
    new("npm", Replacement::Drop, NPM),
    new("npx", Replacement::Drop, NPM),
    new("pip", Replacement::Drop, PIP),
    new("pip3", Replacement::Drop, PIP),
    new("python-3.10", Replacement::Rename("python310"), DOT),
    new("python-3.11", Replacement::Rename("python311"), DOT),
    new("python-3.12", Replacement::Rename("python312"), DOT),
    new("python-3.13", Replacement::Rename("python313"), DOT),
    new("python-3.9", Replacement::Rename("python39"), DOT),
    new("python-dev", Replacement::Drop, HEADERS),
    new("python-pip", Replacement::Drop, PIP),
    new("python-venv", Replacement::Drop, VENV),
    new("python3-dev", Replacement::Drop, HEADERS),
    new("python3-pip", Replacement::Drop, PIP),
    new("python3-venv", Replacement::Drop, VENV),
    new("python3.10", Replacement::Rename("python310"), DOT),
    new("python3.11", Replacement::Rename("python311"), DOT),
    new("python3.12", Replacement::Rename("python312"), DOT),
    new("python3.13", Replacement::Rename("python313"), DOT),
    new("python3.14", Replacement::Rename("python314"), DOT),
    new("python3.7", Replacement::Rename("python37"), DOT),
    new("python3.8", Replacement::Rename("python38"), DOT),
    new("python3.9", Replacement::Rename("python39"), DOT),
    new("python310-pip", Replacement::Drop, PIP),
    new("python310Packages.ensurepip", Replacement::Drop, VENV),
    new("python310Packages.venv", Replacement::Drop, VENV),
    new("python311-pip", Replacement::Drop, PIP),
    new("python311Packages.ensurepip", Replacement::Drop, VENV),
    new("python311Packages.venv", Replacement::Drop, VENV),
    new("python312-pip", Replacement::Drop, PIP),
    new("python312Packages.ensurepip", Replacement::Drop, VENV),
    new("python312Packages.venv", Replacement::Drop, VENV),
    new("python313-pip", Replacement::Drop, PIP),
    new("python313Packages.ensurepip", Replacement::Drop, VENV),
    new("python313Packages.venv", Replacement::Drop, VENV),
    new("python38-pip", Replacement::Drop, PIP),
    new("python38Packages.ensurepip", Replacement::Drop, VENV),
    new("python38Packages.venv", Replacement::Drop, VENV),
    new("python39-pip", Replacement::Drop, PIP),
    new("python39Packages.ensurepip", Replacement::Drop, VENV),
    new("python39Packages.venv", Replacement::Drop, VENV),
    new("python3Packages.ensurepip", Replacement::Drop, VENV),
    new("python3Packages.venv", Replacement::Drop, VENV),
    new("venv", Replacement::Drop, VENV),
];

/// What there is to say of a name that is no attribute of nixpkgs. `None`: it is one, or the table
/// doesn't have it.
pub fn undefined(name: &str) -> Option<&'static Undefined> {
    let find = |name: &str| UNDEFINED.binary_search_by(|undefined| undefined.name.cmp(name)).ok();
    let at = find(name).or_else(|| if is_pip(name) { find("pip") } else { None })?;
    UNDEFINED.get(at)
}

/// The spellings of pip with a version or a prefix: `pip311`, `python311Pip`, `py3-pip`, `pkgs.pip`.
fn is_pip(name: &str) -> bool {
    let name = name.strip_prefix("pkgs.").or_else(|| name.strip_prefix("nixpkgs.")).unwrap_or(name);
    let lower = name.to_ascii_lowercase();
    let Some(at) = lower.rfind("pip") else { return false };
    let (before, after) = (&lower[..at], &lower[at + 3..]);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let stem = before.trim_end_matches('-');
    let prefix = stem.strip_prefix("python").or_else(|| stem.strip_prefix("py")).unwrap_or(stem);
    digits(after) && (digits(prefix) || prefix == "get")
}

#[cfg(test)]
mod tests {
    use super::super::python;
    use super::{Replacement, UNDEFINED, undefined};

    #[test]
    fn knows_pip_in_every_spelling() {
        for name in ["pip311", "pip3.11", "python311Pip", "py3-pip", "python3pip", "get-pip", "pkgs.pip"] {
            assert!(undefined(name).is_some(), "{name}");
        }
        for name in ["pipenv", "pipx", "python311Packages.pip", "pipewire", "python311", "gst-pipewire"] {
            assert!(undefined(name).is_none(), "{name}");
        }
    }

    #[test]
    fn the_table_is_sorted_and_offers_no_undefined_name() {
        assert!(UNDEFINED.windows(2).all(|pair| pair[0].name < pair[1].name));
        for entry in UNDEFINED {
            if let Replacement::Rename(name) = entry.replacement {
                assert!(undefined(name).is_none(), "{name}");
            }
            assert_eq!(python(entry.name, None), None, "{}", entry.name);
        }
    }

    #[test]
    fn knows_pip_and_not_python() {
        assert_eq!(undefined("pip").map(|u| u.replacement), Some(Replacement::Drop));
        assert_eq!(undefined("python3.11").map(|u| u.replacement), Some(Replacement::Rename("python311")));
        for defined in ["python311", "python311Packages.pip", "nodejs_20", "nodejs-18_x", "gcc", "..."] {
            assert!(undefined(defined).is_none(), "{defined}");
        }
    }
}
