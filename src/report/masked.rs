//! Secrets out of what is shown of deploy files: values of variables that tell by their name, tokens by their form.

/// Names of public things that look random.
const PUBLIC: [&str; 2] = ["nixpkgsArchive", "nixOverlays"];

/// A line of a file without its secrets.
pub(super) fn line(text: &str) -> String {
    let shown = nixpacks_diagnose::mask(text);
    // Of a very long line only the beginning is looked at.
    let is_public = PUBLIC.iter().any(|name| text.contains(name)) || text.starts_with(&shown);
    if is_public { text.to_owned() } else { shown }
}

/// Whether a line of a file has a secret in it.
pub(super) fn has_secret(text: &str) -> bool {
    let text = text.trim_end();
    line(text) != text
}

/// The value of a variable, as far as it may be shown.
pub(super) fn value(name: &str, value: &str) -> String {
    let shown = line(&format!("{name}={value}"));
    shown.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')).unwrap_or("…").to_owned()
}

#[cfg(test)]
mod tests {
    use super::{has_secret, line, value};

    #[test]
    fn hides_what_looks_like_a_secret_and_shows_the_rest() {
        assert_eq!(value("API_KEY", "sk_live_51H8abcdefghijklmnop"), "…");
        assert_eq!(value("NIXPACKS_PYTHON_VERSION", "3.11"), "3.11");
        assert_eq!(value("DATABASE", "postgres://a:b@db/x"), "postgres://…@db/x");
        assert!(has_secret("TOKEN = \"abc\"\n"));
        assert!(!has_secret("cmds = [\"pip install flask\"]\n"));
        let archive = "nixpkgsArchive = \"bc8f8d1be58e8c8383e683a06e1e1e57893fff87\"";
        assert_eq!(line(archive), archive);
    }
}
