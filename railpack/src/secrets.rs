//! What looks like a secret is not copied into a file.

/// Parts of names of variables that hold secrets.
const NAMES: [&str; 16] = [
    "SECRET",
    "TOKEN",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "API_KEY",
    "APIKEY",
    "PRIVATE",
    "CREDENTIAL",
    "ACCESS_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "MONGO",
    "DSN",
    "WEBHOOK",
    "CONNECTION_STRING",
];
/// What such names are or end with, after `_`.
const ENDS: [&str; 5] = ["KEY", "PASS", "PWD", "SALT", "AUTH"];
/// The length from which on a text without words is taken for a key.
const LONG: usize = 24;

/// Whether a variable looks like a secret, by its name or by its value.
pub(crate) fn looks_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let ends =
        |end: &&str| name.strip_suffix(*end).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'));
    let named = NAMES.iter().any(|part| name.contains(part)) || ENDS.iter().any(ends);
    let is_reference = value.is_empty() || value.starts_with('$') || value.starts_with("${");
    (named && !is_reference) || value.split([' ', '"', '\'']).any(is_key)
}

/// Whether a command sets a variable to what looks like a secret, or has an address with a password.
pub(crate) fn in_command(command: &str) -> bool {
    let words = command.split(|ch: char| ch.is_whitespace() || matches!(ch, ';' | '&' | '|' | '(' | ')'));
    words.filter(|word| !word.is_empty()).any(|word| {
        if has_password(word) {
            return true;
        }
        let Some((name, value)) = word.split_once('=') else { return false };
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        is_name && looks_secret(name, value.trim_matches(['"', '\'']))
    })
}

/// Whether an address has a name and a password before its host.
fn has_password(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    user.split_once(':').is_some_and(|(_, password)| !password.is_empty() && !password.starts_with('$'))
}

/// A long run of letters and digits in which both stand, as keys are.
fn is_key(word: &str) -> bool {
    if has_password(word) {
        return true;
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'=');
    let has = |test: fn(&u8) -> bool| word.as_bytes().iter().any(test);
    word.len() >= LONG
        && word.bytes().all(plain)
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && word.bytes().filter(u8::is_ascii_digit).count() * 8 >= word.len()
}

#[cfg(test)]
mod tests {
    use super::{in_command, looks_secret};

    #[test]
    fn knows_secrets_by_name_and_by_value() {
        for (name, value) in [
            ("SECRET_KEY", "abc"),
            ("DATABASE_URL", "postgres://x"),
            ("SMTP_PASS", "hunter2"),
            ("PWD", "hunter2"),
            ("SLACK_WEBHOOK_URL", "https://hooks.example/T0/B0/x"),
            ("A", "postgres://u:pw@host/db"),
            ("A", "sk4f9d0a7b6c5e4f3a2b1c0d9e8f"),
        ] {
            assert!(looks_secret(name, value), "{name}={value}");
        }
        for (name, value) in [
            ("DJANGO_SETTINGS_MODULE", "mysite.settings"),
            ("SECRET_KEY", "$SECRET_KEY"),
            ("PYTHONPATH", "/app/src"),
            ("BYPASS", "1"),
            ("MONKEY", "1"),
            ("A", "config-for-the-production-site"),
        ] {
            assert!(!looks_secret(name, value), "{name}={value}");
        }
        assert!(in_command("API_KEY=abc python main.py"));
        assert!(in_command("psql postgres://u:pw@host/db"));
        assert!(!in_command(
            "DJANGO_SETTINGS_MODULE=a.b python manage.py x && gunicorn a --bind 0.0.0.0:$PORT"
        ));
    }
}
