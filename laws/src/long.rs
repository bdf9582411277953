//! Apps with any number of entries of one shape, for what the cost grows with.

use crate::App;
use nixpacks_transforms::app::MemoryApp;

/// What stands in the files again and again. A `#` in a text is the number of the entry.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Its name.
    pub name: &'static str,
    /// What does not repeat, before the entries.
    head: &'static str,
    /// One entry.
    entry: &'static str,
    /// What does not repeat, behind the entries.
    tail: &'static str,
    /// The file that they stand in.
    file: &'static str,
}

const CONFIG: &str = "nixpacks.toml";
const INSTALL: &str = "[phases.install]\ncmds = [\"pip install -r requirements.txt\"]\n";
const SETUP: &str = "[phases.setup]\nnixPkgs = [\"python311\", \"pip\"]\n";
const START: &str = "[start]\ncmd = \"gunicorn app:app\"\n";

/// Shapes other than commands.
const OTHERS: &[Shape] = &[
    config("packages", "[phases.setup]\nnixPkgs = [\n", "    \"python311Packages.p#\",\n", "\"pip\"]\n"),
    config("undefined-packages", "[phases.setup]\nnixPkgs = [\"python311\"", ", \"pip\"", "]\n"),
    config("misspelt-packages", "[phases.setup]\nnixPkgs = [\"python311\"", ", \"g++\"", "]\n"),
    config("phases", "", "[phases.p#]\n", ""),
    config("phases-with-pip", "", "[phases.p#]\ncmds = [\"pip install x\"]\n", ""),
    config("phases-that-install", "", "[phases.p#]\ncmds = [\"pip install -r requirements.txt\"]\n", ""),
    config("phases-with-paths", "", "[phases.p#]\npaths = [\"/srv/#\"]\ncmds = [\"echo #\"]\n", ""),
    config("phases-with-packages", "", "[phases.p#]\nnixPkgs = [\"pip\"]\n", ""),
    config("phases-with-misspelt-key", "", "[phases.p#]\nnixpkgs = [\"python311\"]\n", ""),
    config("phases-with-unread-key", "", "[phases.p#]\npackages = [\"ffmpeg\"]\n", ""),
    config(
        "phases-with-a-key-and-its-alias",
        "",
        "[phases.p#]\naptPkgs = [\"a#\"]\naptPackages = [\"b#\"]\n",
        "",
    ),
    config("tables-of-phases", "", "[phase.p#]\naptPkgs = [\"a#\"]\n", ""),
    config("providers-in-phases", "", "[phases.p#]\nproviders = [\"python\"]\n", ""),
    config("variables-that-are-numbers", "[variables]\n", "NAME_# = #\n", ""),
    config("lists-in-a-list", "[phases.build]\ncmds = [\n", "    [\"echo #\"],\n", "]\n"),
    config("start-commands", "[start]\ncmd = [\n", "    \"echo #\",\n", "]\n"),
    config("unread-tables", "", "[t#]\nx = \"1\"\n", ""),
    config("dropped-apt-packages", "[phases.setup]\naptPkgs = [", "\"python-pip\", ", "\"curl\"]\n"),
    config("phases-in-a-chain", "[phases.p0]\n", "[phases.p#]\ndependsOn = [\"p@\"]\n", ""),
    config("dots", "[phases.setup]\nnixPkgs = [", "\"... package#\", ", "\"curl\"]\n"),
    config("phases-with-old-packages", "", "[phases.p#]\nnixPkgs = [\"package#\"]\n", ""),
    config(
        "phases-with-an-archive",
        "",
        "[phases.p#]\nnixpkgsArchive = \"github:NixOS/nixpkgs/#\"\nnixPkgs = [\"package#\"]\n",
        "",
    ),
    config("snaps", "[phases.setup]\naptPkgs = [", "\"chromium-browser\", ", "\"curl\"]\n"),
    config("secrets", "[variables]\n", "SECRET_# = \"3f9c1b7e5d2a4860\"\n", ""),
    config("references", "[variables]\n", "NAME_# = \"/x:$NAME_@\"\n", ""),
    config("lines-of-commands", "[phases.build]\ncmds = [", "\"\"\"\necho #\necho @\n\"\"\", ", "]\n"),
    config("lines-of-one-command", "[phases.build]\ncmds = [\"\"\"", "echo #\n", "\"\"\"]\n"),
    config("paths", "[phases.build]\npaths = [", "\"/srv/#\", ", "]\n"),
    config("cache-directories", "[phases.build]\ncacheDirectories = [", "\"/srv/#\", ", "]\n"),
    config("variables", "[variables]\n", "NAME_# = \"x\"\n", ""),
    config("silenced", "[phases.build]\ncmds = [\n", SILENCED, "]\n"),
    Shape { name: "processes", head: "", entry: "p#: python -m service#\n", tail: "", file: "Procfile" },
    Shape {
        name: "requirements",
        head: "flask\ngunicorn\n",
        entry: "package#[extra]>=1.2 ; python_version > '3'\n",
        tail: "",
        file: "requirements.txt",
    },
];
const SILENCED: &str = "    \"pip install x#\", # nixpacks-fix: ignore[pip-outside-venv] #\n";

const fn config(name: &'static str, head: &'static str, entry: &'static str, tail: &'static str) -> Shape {
    Shape { name, head, entry, tail, file: CONFIG }
}

/// Commands, each entry one or several of them.
const COMMANDS: &[(&str, &[&str])] = &[
    ("pip", &["pip install package#-name==1"]),
    ("pip-in-quotes", &["bash -c 'pip install x#'"]),
    ("pip-by-two-names", &["pip install x# || pip3 install x#"]),
    ("pip-for-the-user", &["pip install --user x#"]),
    ("pip-into-the-system", &["pip install --break-system-packages x#"]),
    ("pip-into-a-directory", &["pip install --target d# x#"]),
    ("pip-as-root", &["sudo -H pip install x#"]),
    ("pip-upgrades", &["pip install --upgrade pip"]),
    ("environments", &["python -m venv v#", "v#/bin/pip install x"]),
    ("environments-activated", &["python -m venv v#", ". v#/bin/activate"]),
    ("environments-activated-for-pip", &["python -m venv v#", ". v#/bin/activate", "pip install x#"]),
    ("environments-with-site-packages", &["python -m venv --system-site-packages v#"]),
    ("environment-made-again", &["python -m venv /opt/venv", "/opt/venv/bin/pip install x#"]),
    ("unknown-commands", &["python -m venv v#", "$COMMAND || pip install x#"]),
    ("get-pip", &["curl https://bootstrap.pypa.io/get-pip.py -o g#.py", "python g#.py"]),
    ("poetry", &["poetry install"]),
    ("uv", &["uv pip install --system x#"]),
    ("directories", &["cd d#", "pip install -r r.txt"]),
    ("copies", &["cp a# b#", "python b#"]),
    ("scripts", &["python f#.py"]),
    ("variables", &["export A#=1", "pip install x"]),
    ("apt", &["apt-get install -y p#"]),
    ("comments", &["# nothing", "echo #"]),
    ("files-of-variables", &["set -e", ". ./x#.env"]),
    ("denied-scripts", &["./start#.sh"]),
];

/// How commands are laid out: as the entries of one list, on lines of their own or on one line, as the
/// steps of one command, and each in a phase of its own.
const LAYOUTS: [&str; 4] = ["list", "line", "steps", "phases"];

/// The names of all shapes, for [`app`].
pub fn shapes() -> Vec<String> {
    let others = OTHERS.iter().map(|shape| shape.name.to_owned());
    let commands = COMMANDS.iter().flat_map(|(name, _)| LAYOUTS.map(|layout| format!("{layout}:{name}")));
    others.chain(commands).collect()
}

/// An app with so many entries of a shape; `None` where there is no such shape.
pub fn app(shape: &str, count: usize) -> Option<App> {
    let mut files = MemoryApp::new([("requirements.txt", "flask\ngunicorn\n")]);
    if let Some(shape) = OTHERS.iter().find(|other| other.name == shape) {
        let own = format!("{}{}{}", shape.head, repeated(shape.entry, count), shape.tail);
        let own_setup = own.starts_with("[phases.setup]");
        let config = if shape.file == CONFIG { own.as_str() } else { "" };
        let setup = if own_setup { "" } else { SETUP };
        files.insert(CONFIG, format!("{setup}{INSTALL}{config}{START}"));
        if shape.file != CONFIG {
            files.insert(shape.file, own);
        }
    } else {
        let (layout, name) = shape.split_once(':')?;
        let (_, commands) = COMMANDS.iter().find(|(other, _)| *other == name)?;
        let joined = |between: &str| {
            let entry: Vec<&str> = commands.iter().flat_map(|command| [*command, between]).collect();
            repeated(&entry.concat(), count)
        };
        let list = |lines: String| format!("[phases.install]\ncmds = [{lines}]\n");
        let own = match layout {
            "list" => list(format!("\n    \"{}pip --version\"\n", joined("\",\n    \""))),
            "line" => list(format!("\"{}pip --version\"", joined("\", \""))),
            "steps" => list(format!("\"{}true\"", joined(" && "))),
            "phases" => repeated(&format!("[phases.p#]\ncmds = [\"{}\"]\n", commands.join("\", \"")), count),
            _ => return None,
        };
        files.insert(CONFIG, format!("{SETUP}{own}{START}"));
    }
    Some(App { files, ..App::default() })
}

/// The text so many times, with the number for `#` and the one before it for `@`.
fn repeated(text: &str, count: usize) -> String {
    (1..=count).map(|at| text.replace('#', &at.to_string()).replace('@', &(at - 1).to_string())).collect()
}
