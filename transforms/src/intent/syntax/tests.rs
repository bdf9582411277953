#![allow(clippy::unwrap_used)]
use super::mend;
use crate::document::FileKind;
use crate::edit;

fn mended(kind: FileKind, text: &str) -> Option<String> {
    mend("f", kind, text).map(|mended| edit::apply(text, &mended.edits).unwrap())
}

#[test]
fn mends_what_has_one_plain_meaning() {
    let toml = FileKind::NixpacksToml;
    for (kind, text, want) in [
        (toml, "[start]\ncmd = 'a'\n```\n\n**2.** Push:\n```\ngit push\n", Some("[start]\ncmd = 'a'\n")),
        (toml, "Here it is:\n```toml\n[start]\ncmd = 'a'\n```\n", Some("[start]\ncmd = 'a'\n")),
        (toml, "[start]\ncmd = \u{201c}a b\u{201d}\n", Some("[start]\ncmd = \"a b\"\n")),
        (
            toml,
            "[phases.build]\ncmds = [\n  \"a\" # one\n  \"b\",\n\n  \"c\"\n\n  \"d\"\n]\n",
            Some("[phases.build]\ncmds = [\n  \"a\", # one\n  \"b\",\n\n  \"c\",\n\n  \"d\"\n]\n"),
        ),
        (toml, "[variables]\nA = \"1\", # x\nB = \"2\",\n", Some("[variables]\nA = \"1\" # x\nB = \"2\"\n")),
        (
            toml,
            "[phases.build]\nenv = {\n  A = \"1\",\n  # why\n  B = \"2\"  # because\n}\ncmds = ['x']\n",
            Some("[phases.build]\nenv.A = \"1\"\n  # why\nenv.B = \"2\"  # because\ncmds = ['x']\n"),
        ),
        (toml, "cmd = \n", None),
        (
            FileKind::NixpacksJson,
            "{\n  // why\n  \"start\": {\"cmd\": \"a\",}, /* x */\n}\n",
            Some("{\n  \"start\": {\"cmd\": \"a\"}\n}\n"),
        ),
    ] {
        let found = mended(kind, text);
        assert_eq!(found.as_deref(), want, "{text}");
    }
}

#[test]
fn keys_get_the_quotes_that_they_need() {
    for (text, want) in [
        ("[phases.python:install]\ncmds = []\n", Some("[phases.\"python:install\"]\ncmds = []\n")),
        ("  [ phases . node:build ]\n", Some("  [ phases . \"node:build\" ]\n")),
        ("phases.python:install.cmds = ['a']\n", Some("phases.\"python:install\".cmds = ['a']\n")),
        (
            "[phases.a:b]\ncmds = []\n\n[phases.c/d]\ncmds = []\n",
            Some("[phases.\"a:b\"]\ncmds = []\n\n[phases.\"c/d\"]\ncmds = []\n"),
        ),
        ("[variables]\nMY VAR = '1'\n", Some("[variables]\n\"MY VAR\" = '1'\n")),
        ("[phases.\"python:install\"]\n", None),
        ("cmds = [\n'a'\n[start]\n", Some("cmds = [\n'a'\n]\n[start]\n")),
    ] {
        assert_eq!(mended(FileKind::NixpacksToml, text).as_deref(), want, "{text}");
        let only_keys = mend("f", FileKind::NixpacksToml, text).is_some_and(|mended| mended.only_keys);
        assert_eq!(only_keys, want.is_some_and(|want| want.contains('"')), "{text}");
    }
}

#[test]
fn mends_slips_of_toml() {
    let setup = "[phases.setup]\nnixPkgs = ['a', 'b']\n";
    for (text, want) in [
        ("[start\ncmd = 'a'\n", Some("[start]\ncmd = 'a'\n")),
        ("[start]]\ncmd = 'a'\n", Some("[start]\ncmd = 'a'\n")),
        ("[start]\ncmd = python main.py # run\n", Some("[start]\ncmd = \"python main.py\" # run\n")),
        ("[start]\ncmd = python \"a b\".py\n", Some("[start]\ncmd = 'python \"a b\".py'\n")),
        ("[start]\ncmd = python main.py\"\n", Some("[start]\ncmd = \"python main.py\"\n")),
        ("[start]\ncmd = \"python main.py\n", Some("[start]\ncmd = \"python main.py\"\n")),
        ("[start]\ncmd = \"python main.py'\n", Some("[start]\ncmd = \"python main.py\"\n")),
        ("[start]\ncmd: 'a'\n", Some("[start]\ncmd = 'a'\n")),
        ("[start]\ncmd := 'a'\n", Some("[start]\ncmd = 'a'\n")),
        ("[start]\ncmd = 'a';\n", Some("[start]\ncmd = 'a'\n")),
        ("// why\n[start]\ncmd = 'a' // and how\n", Some("# why\n[start]\ncmd = 'a' # and how\n")),
        ("[start]\ncmd = \"a \\$PORT \\d\"\n", Some("[start]\ncmd = \"a $PORT \\\\d\"\n")),
        ("[start]\ncmd = \"C:\\new \\main\"\n", None),
        ("[start]\n\u{200b}cmd\u{a0}= 'a'\n", Some("[start]\ncmd = 'a'\n")),
        ("[variables]\nDEBUG = True\nexport A='b'\n", Some("[variables]\nDEBUG = \"True\"\nA='b'\n")),
        (
            "[phases.setup]\nnixPkgs = [a, b.c, 'd']\n",
            Some("[phases.setup]\nnixPkgs = [\"a\", \"b.c\", 'd']\n"),
        ),
        (
            "[phases.setup]\nnixPkgs = ['a', 'b'\n[start]\ncmd = 'c'\n",
            Some("[phases.setup]\nnixPkgs = ['a', 'b']\n[start]\ncmd = 'c'\n"),
        ),
        (
            "[phases.setup]\nnixPkgs = [\n  'a', # x\n  'b', # y\n\n[start]\ncmd = 'c'\n",
            Some("[phases.setup]\nnixPkgs = [\n  'a', # x\n  'b', # y\n]\n\n[start]\ncmd = 'c'\n"),
        ),
        ("[phases.setup]\nnixPkgs = ['a', 'b'", Some("[phases.setup]\nnixPkgs = ['a', 'b']")),
        ("cat > nixpacks.toml << 'EOF'\n[start]\ncmd = 'a'\nEOF\n", Some("[start]\ncmd = 'a'\n")),
        ("echo '[start]' > f.toml\necho \"cmd = \\\"a\\\"\" >> f.toml\n", Some("[start]\ncmd = \"a\"\n")),
        ("[start]\n<<<<<<< HEAD\ncmd = 'a'\n=======\ncmd = 'b'\n>>>>>>> x\n", None),
        ("start:\n  cmd: a\n", None),
        ("[start]\ncmd = 'a'\nThis starts it.\n", None),
        ("[phases.setup]\nnixPkgs = a, b\n", None),
        (
            "[phases.setup]\nnixPkgs = ['a']\nnixPkgs = ['b', 'a']\n",
            Some("[phases.setup]\nnixPkgs = ['a', 'b']\n"),
        ),
        (
            "[phases.setup]\nnixPkgs = ['a']\n\n[start]\ncmd = 'c'\n\n[phases.setup]\nnixPkgs = ['a', 'b']\n",
            Some("[phases.setup]\nnixPkgs = ['a', 'b']\n\n[start]\ncmd = 'c'\n\n"),
        ),
        (
            "[phases.setup]\naptPkgs = ['a']\n\n[phases.setup] # again\n# libs\nnixLibs = ['b']\n\n[start]\ncmd = 'c'\n",
            Some("[phases.setup]\naptPkgs = ['a']\n# libs\nnixLibs = ['b']\n\n[start]\ncmd = 'c'\n"),
        ),
        (
            "[phases.build]\ncmds = ['a', 'b']\ncmds = [\n  'a', # one\n  'c', # two\n]\n",
            Some("[phases.build]\ncmds = [\n  'a', # one\n  'b',\n  'c', # two\n]\n"),
        ),
        ("[phases.build]\ncmds = [\n  'a', # x\n]\ncmds = [\n  'c', # y\n]\n", None),
        ("[start]\ncmd = 'a'\n[start]\ncmd = 'a'\n", Some("[start]\ncmd = 'a'\n")),
        ("[start]\ncmd = 'a'\n[start]\ncmd = 'b'\n", None),
        (setup, None),
    ] {
        let found = mended(FileKind::NixpacksToml, text);
        assert_eq!(found.as_deref(), want, "{text}");
    }
}

#[test]
fn mends_slips_of_json() {
    for (text, want) in [
        ("{'start': {cmd: 'a'}}\n", Some("{\"start\": {\"cmd\": \"a\"}}\n")),
        ("\u{feff}{\"start\": {\"cmd\": \"a\"}\n", Some("{\"start\": {\"cmd\": \"a\"}}\n")),
        (
            "{\"variables\": {\"A\": True, \"B\": None}}",
            Some("{\"variables\": {\"A\": \"True\", \"B\": null}}"),
        ),
        (
            "{\"a\": {\"b\": \"c\"} \"d\": [\"e\" \"f\",]}",
            Some("{\"a\": {\"b\": \"c\"}, \"d\": [\"e\", \"f\"]}"),
        ),
        ("{\"a\": [1}", None),
    ] {
        assert_eq!(mended(FileKind::NixpacksJson, text).as_deref(), want, "{text}");
    }
}
