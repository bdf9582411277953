//! Configs with several mistakes each, drawn. The real planner is held to the same ones in `conformance`.

/// A part of a config: as it has to be, and mistakes in it, each with its name.
struct Part {
    right: &'static str,
    wrong: &'static [(&'static str, &'static str)],
}

/// The parts of a config in the order of the file, each with its line break.
const PARTS: [Part; 12] = [
    Part {
        right: "",
        wrong: &[
            ("a fence", "Put this into the file:\n```toml\n"),
            ("a comment of another language", "// the settings\n"),
            ("a shell command", "cat > nixpacks.toml << 'EOF'\n"),
        ],
    },
    Part {
        right: "providers = [\"python\"]\n",
        wrong: &[
            ("a table of providers", "[providers]\npython = \"3.11\"\n"),
            ("a number in a table of providers", "[providers.python]\nversion = 3.11\n"),
            ("a text for a list of providers", "providers = \"python\"\n"),
            ("a provider in upper case", "providers = [\"Python\"]\n"),
            ("providers without quotes", "providers = [python]\n"),
        ],
    },
    Part {
        right: "[phases.setup]\n",
        wrong: &[("an open header", "[phases.setup\n"), ("a header closed twice", "[phases.setup]]\n")],
    },
    Part {
        right: "nixPkgs = [\"...\", \"ffmpeg\"] # video\n",
        wrong: &[
            ("a missing comma", "nixPkgs = [\"...\" \"ffmpeg\"] # video\n"),
            ("quotation marks of a word processor", "nixPkgs = [\"...\", \u{201c}ffmpeg\u{201d}] # video\n"),
            ("an entry without quotes", "nixPkgs = [\"...\", ffmpeg]\n"),
            ("an open list", "nixPkgs = [\"...\", \"ffmpeg\"\n"),
            ("an open list over several lines", "nixPkgs = [\n  \"...\",\n  \"ffmpeg\", # video\n"),
            ("a list in a list", "nixPkgs = [\"...\", [\"ffmpeg\"]]\n"),
        ],
    },
    Part {
        right: "aptPkgs = [\"curl\", \"git\"]\n",
        wrong: &[
            ("a text for a list", "aptPkgs = \"curl\"\n"),
            ("a key and its alias", "aptPkgs = [\"curl\"]\naptPackages = [\"git\"]\n"),
            ("a key twice", "aptPkgs = [\"curl\"]\naptPkgs = [\"git\"]\n"),
            ("a semicolon", "aptPkgs = [\"curl\", \"git\"];\n"),
            ("a blank that is none", "aptPkgs\u{a0}= [\"curl\", \"git\"]\n"),
        ],
    },
    Part { right: "\n[phases.build]\n", wrong: &[("a list of tables for a phase", "\n[[phases.build]]\n")] },
    Part {
        right: "cmds = [\n  \"echo one\", # first\n  \"echo two\",\n]\n",
        wrong: &[
            ("lines without commas", "cmds = [\n  \"echo one\" # first\n  \"echo two\"\n]\n"),
            ("a command for a list", "cmds = \"echo one\"\n"),
            ("a colon", "cmds: [\"echo one\"]\n"),
            ("two commas", "cmds = [\"echo one\",, \"echo two\"]\n"),
        ],
    },
    Part {
        right: "\n[phases.\"python:extra\"]\ndependsOn = [\"install\"]\n",
        wrong: &[("a key without quotes", "\n[phases.python:extra]\ndependsOn = [\"install\"]\n")],
    },
    Part {
        right: "\n[variables]\nMODE = \"fast\"\n",
        wrong: &[
            ("numbers and booleans", "\n[variables]\nWORKERS = 2\nDEBUG = false\n"),
            ("a boolean of Python", "\n[variables]\nDEBUG = True\n"),
            ("a value without quotes", "\n[variables]\nMODE = very fast # so\n"),
            ("export", "\n[variables]\nexport MODE=\"fast\"\n"),
            ("a text in single and double quotes", "\n[variables]\nMODE = \"fast'\n"),
        ],
    },
    Part {
        right: "\n[start]\n",
        wrong: &[("a list of tables for the start", "\n[[start]]\n"), ("an open header", "\n[start\n")],
    },
    Part {
        right: "cmd = \"python main.py\"\n",
        wrong: &[
            ("a list for the start command", "cmd = [\"echo up\", \"python main.py\"]\n"),
            ("the parts of a command", "cmd = [\"python\", \"main.py\"]\n"),
            ("a command without quotes", "cmd = python main.py\n"),
            ("an open text", "cmd = \"python main.py\n"),
            ("an escape that TOML does not know", "cmd = \"python main.py \\$PORT\"\n"),
        ],
    },
    Part {
        right: "",
        wrong: &[
            ("a table twice", "\n[variables]\nLATER = \"1\"\n"),
            ("a command that writes", "echo '# the end' >> nixpacks.toml\n"),
        ],
    },
];

/// What ends the file where a part at its top is wrong.
fn end_of(top: &str) -> &'static str {
    match top {
        "a fence" => "```\nThen push.\n",
        "a shell command" => "EOF\n",
        _ => "",
    }
}

/// The text of a config, and its mistakes: at least three. `draw(n)` gives a number below `n`.
pub(crate) fn config(draw: &mut impl FnMut(usize) -> usize) -> (String, Vec<&'static str>) {
    loop {
        let (mut text, mut names, mut end) = (String::new(), Vec::new(), "");
        for part in &PARTS {
            let wrong = if draw(5) < 2 { part.wrong.get(draw(part.wrong.len())) } else { None };
            let Some((name, wrong)) = wrong else {
                text.push_str(part.right);
                continue;
            };
            names.push(*name);
            text.push_str(wrong);
            if end.is_empty() {
                end = end_of(name);
            }
        }
        text.push_str(end);
        if names.len() >= 3 {
            if draw(4) == 0 {
                text = text.replace('\n', "\r\n");
            }
            return (text, names);
        }
    }
}
