use crate::support::Sandbox;

/// Values that look like secrets, in commands that are shown: of a list, of a start command, and of what is left to do.
const SECRETS: [&str; 3] = ["hunter22", "sk_live_51H8abcdefghijklmnop", "s3cr3t-of-the-start"];

fn app() -> Sandbox {
    let config = "[phases.install]\n\
        cmds = [\"pip install --extra-index-url https://me:hunter22@packages.example.com/simple -r requirements.txt\"]\n\n\
        [phases.build]\n\
        cmds = [\"API_TOKEN=sk_live_51H8abcdefghijklmnop ./build.sh\"]\n\n\
        [start]\n\
        cmd = \"DB_PASSWORD=s3cr3t-of-the-start /usr/bin/python3 main.py\"\n";
    Sandbox::new([("nixpacks.toml", config), ("main.py", "import flask\n"), ("requirements.txt", "flask\n")])
}

fn holds(text: &str) -> Vec<&'static str> {
    SECRETS.into_iter().filter(|secret| text.contains(secret)).collect()
}

#[test]
fn no_format_shows_the_secrets_of_commands() {
    let app = app();
    for command in ["check", "simulate", "plan"] {
        let formats: &[&str] = match command {
            "check" => &["human", "concise", "json", "sarif", "github", "gitlab", "markdown"],
            _ => &["human", "json"],
        };
        for format in formats {
            let ran = app.run(&[command, "--output-format", format]);
            assert!(ran.out.len() > 100, "{command} {format}: {ran:?}");
            assert_eq!(holds(&ran.out), [""; 0], "{command} {format}: {}", ran.out);
            assert_eq!(holds(&ran.err), [""; 0], "{command} {format}: {}", ran.err);
        }
    }
    let shown = app.run(&["check"]).out;
    assert!(
        shown.contains("at `pip install --extra-index-url https://…@packages.example.com/simple"),
        "{shown}"
    );
    assert!(shown.contains("8 - cmd = \"DB_PASSWORD=… /usr/bin/python3 main.py\""), "{shown}");
    assert!(shown.contains("cmds = [\"API_TOKEN=… ./build.sh\"]"), "{shown}");
}

#[test]
fn changes_keep_the_secrets_of_commands_byte_for_byte() {
    let app = app();
    let before = app.read("nixpacks.toml");
    let patch = app.run(&["diff"]).out;
    assert_eq!(holds(&patch), SECRETS);
    let fixed = app.run(&["fix"]);
    let after = app.read("nixpacks.toml");
    assert_ne!(after, before);
    assert_eq!(holds(&after), SECRETS);
    assert!(!after.contains('…'), "{after}");
    assert_eq!(holds(&fixed.out), [""; 0], "{}", fixed.out);
    let other = self::app();
    other.tool("git", "", &["apply", "-"], &patch);
    assert_eq!(other.read("nixpacks.toml"), after);
}
