//! Secrets out of what is quoted: tokens, addresses with a password, values of variables that tell by their name.

use regex::{Captures, Regex, Replacer};
use std::cell::LazyCell;
use std::sync::LazyLock;

/// What stands in the place of a secret.
const HIDDEN: &str = "…";
/// Bytes of a text that are looked at. What is quoted is far shorter.
const LIMIT: usize = 4096;

/// What is replaced, and by what. `$1` is kept.
const RULES: &[(&str, &str)] = &[
    // Arguments of docker and nixpacks: every value.
    (r#"((?:--build-arg|--env|--secret|-e)[ =]['"]?[A-Za-z_][\w.-]*=)('[^']*'?|"[^"]*"?|[^\s'"]+)"#, "$1…"),
    // scheme://user:password@host
    (r"([A-Za-z][A-Za-z0-9+.-]*://)[^\s/@'\x22<>]*(?:/[^\s@'\x22<>]*)?@", "$1…@"),
    // Variables with a telling name.
    (
        concat!(
            r"\b([A-Z0-9_]*(?:SECRET|TOKEN|PASSW|PASS|PWD|KEY|AUTH|CREDENTIAL|DSN|PRIVATE|SALT|SIGNATURE|COOKIE|SESSION|",
            r"DATABASE_URL|REDIS_URL|MONGO|CONNECTION_STRING|WEBHOOK)[A-Z0-9_]*\s?[=:]\s?)('[^']*'?|\x22[^\x22]*\x22?|[^\s,;&]+)"
        ),
        "$1…",
    ),
    (
        r"(?i)\b([\w-]*(?:secret|token|passw(?:or)?d|api_?key|access_?key|private_?key|credential)[\w-]*=)('[^']*'?|\x22[^\x22]*\x22?|[^\s,;&]+)",
        "$1…",
    ),
    // The same in JSON and in Python's dictionaries.
    (
        concat!(
            r"(?i)(\\?['\x22][\w.-]*(?:secret|token|passw(?:or)?d|pwd|key|auth|credential|dsn|database_url|cookie)[\w.-]*\\?['\x22]\s*[:,]\s*)",
            r"(\\?'[^']*'?|\\?\x22[^\x22]*\x22?|[^\s,}\]]+)"
        ),
        "$1…",
    ),
    (r"(?i)\b(bearer|basic)\s+[A-Za-z0-9+/._~=-]{8,}", "$1 …"),
    // Tokens by their form.
    (
        concat!(
            r"\b(?:eyJ[\w-]{8,}(?:\.[\w-]*)*|gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|sk-[\w-]{16,}|[sprw]k_(?:live|test)_\w+|",
            r"whsec_\w+|xox[a-z]-[\w-]+|A(?:KI|SI)A[0-9A-Z]{12,}|AIza[\w-]{20,}|hf_\w{16,}|npm_\w{20,}|pypi-[\w-]{16,}|dckr_pat_[\w-]+|",
            r"SG\.[\w-]{8,}\.[\w-]*|sbp_\w{16,}|\d{8,10}:[\w-]{30,})"
        ),
        "…",
    ),
    (r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*", "…"),
];

/// Long numbers in base 16, and long random words.
const WORDS: &str = r"[A-Za-z0-9+=_-]{32,}";

/// What long numbers stand after that are no secrets: they name public things.
const PUBLIC: [&str; 6] = ["nixpkgs-", "/nix/store/", "/archive/", "sha256:", "sha256-", "commit "];

struct Compiled {
    rules: Vec<(Regex, &'static str)>,
    words: Option<Regex>,
}

static COMPILED: LazyLock<Compiled> = LazyLock::new(|| Compiled {
    rules: RULES.iter().filter_map(|(pattern, by)| Some((Regex::new(pattern).ok()?, *by))).collect(),
    words: Regex::new(WORDS).ok(),
});

/// Names of variables that tell, as a part of a name in capitals.
const TELLING: [&str; 17] = [
    "SECRET",
    "TOKEN",
    "PASS",
    "PWD",
    "KEY",
    "AUTH",
    "CREDENTIAL",
    "DSN",
    "PRIVATE",
    "SALT",
    "SIGNATURE",
    "COOKIE",
    "SESSION",
    "_URL",
    "MONGO",
    "CONNECTION_STRING",
    "WEBHOOK",
];
/// The same as a part of any name, in small letters.
const TELLING_SMALL: [&str; 10] =
    ["secret", "token", "passw", "pwd", "key", "auth", "credential", "dsn", "database_url", "cookie"];
/// How tokens begin, and what stands in them.
const TOKENS: [&str; 23] = [
    "eyJ",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "sk-",
    "k_live_",
    "k_test_",
    "whsec_",
    "xox",
    "AKIA",
    "ASIA",
    "AIza",
    "hf_",
    "npm_",
    "pypi-",
    "dckr_pat_",
    "SG.",
    "sbp_",
    "-----BEGIN",
];

/// Whether a text may have a secret in it. Most have none, and to compile the patterns takes longer than all else that
/// a small app needs.
fn may_hide(text: &str) -> bool {
    let has = |part: &str| text.contains(part);
    let (equals, colon) = (text.contains('='), text.contains(':'));
    let quoted = text.contains(['\'', '"']) && (colon || text.contains(','));
    let small = LazyCell::new(|| text.to_ascii_lowercase());
    // Letters that are others in small.
    text.contains(['\u{17f}', '\u{212a}'])
        || equals && ["--build-arg", "--env", "--secret", "-e"].into_iter().any(has)
        || has("://") && text.contains('@')
        || (equals || colon) && TELLING.into_iter().any(has)
        || TOKENS.into_iter().any(has)
        || colon
            && text.split(':').any(|part| part.chars().rev().take_while(|ch| ch.is_numeric()).count() >= 8)
        || text
            .split(|ch: char| !(ch.is_ascii_alphanumeric() || matches!(ch, '+' | '=' | '_' | '-')))
            .any(|word| word.len() >= 32)
        || (equals || quoted) && TELLING_SMALL.into_iter().any(|word| small.contains(word))
        || small.contains("bearer")
        || small.contains("basic")
}

/// `text` without its secrets.
pub fn mask(text: &str) -> String {
    let end = (0..=LIMIT.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let mut text = text.get(..end).unwrap_or_default().to_owned();
    if !may_hide(&text) {
        return text;
    }
    // What one rule leaves may be what another looks for.
    for _ in 0..4 {
        let before = text.clone();
        for (pattern, by) in &COMPILED.rules {
            if pattern.is_match(&text) {
                text = pattern.replace_all(&text, *by).into_owned();
            }
        }
        if let Some(pattern) = &COMPILED.words {
            text = pattern.replace_all(&text, Words { text: text.clone() }).into_owned();
        }
        if text == before {
            break;
        }
    }
    text
}

/// Hides words that look random.
struct Words {
    text: String,
}

impl Replacer for Words {
    fn replace_append(&mut self, found: &Captures<'_>, out: &mut String) {
        let Some(word) = found.get(0) else { return };
        let before = self.text.get(..word.start()).unwrap_or_default();
        let public = |name: &str| before.ends_with(name) || word.as_str().starts_with(name);
        if !PUBLIC.iter().any(|name| public(name)) && is_random(word.as_str()) {
            out.push_str(HIDDEN);
        } else {
            out.push_str(word.as_str());
        }
    }
}

fn is_random(word: &str) -> bool {
    let hexadecimal = word
        .split(|ch: char| !ch.is_ascii_hexdigit())
        .any(|part| part.len() >= 32 && part.bytes().any(|byte| byte.is_ascii_digit()));
    let has = |test: fn(&u8) -> bool| word.bytes().any(|byte| test(&byte));
    let mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let one_word = !word.contains(['-', '_']) || word.len() >= 64;
    hexadecimal || (mixed && word.len() >= 36 && one_word)
}

#[cfg(test)]
mod tests {
    use super::{COMPILED, mask, may_hide};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_may_not_hide_a_secret_matches_no_pattern(
            parts in proptest::collection::vec(
                prop_oneof![
                    proptest::sample::select(vec![
                        "SECRET", "API_KEY", "key", "token", "toKen", "PASSWORD", "passwd", "DATABASE_URL", "REDIS_URL",
                        "bearer ", "Basic ", "://", "@", "=", ": ", ",", "'", "\"", " ", "-e ", "--env ", "eyJhbGciOiJI",
                        "sk-", "sk_live_", "xoxb-", "ghp_", "AKIA", "12345678", "1234567890:", "abcdefghijklmnop", "A1b2",
                        "-----BEGIN RSA PRIVATE KEY-----", "pip install -r requirements.txt", "x",
                    ])
                    .prop_map(str::to_owned),
                    "[ -~]{0,6}",
                ],
                0..8,
            )
        ) {
            let text: String = parts.concat();
            if !may_hide(&text) {
                for (pattern, _) in &COMPILED.rules {
                    prop_assert!(!pattern.is_match(&text), "{text:?} {pattern}");
                }
                prop_assert!(COMPILED.words.as_ref().is_some_and(|words| !words.is_match(&text)), "{text:?}");
            }
        }
    }

    #[test]
    fn secrets_go_and_the_error_stays() {
        for (text, want) in [
            (
                "docker build --build-arg 'API=abc def' --build-arg NODE_ENV='x' .",
                "docker build --build-arg 'API=… def' --build-arg NODE_ENV=… .",
            ),
            (
                "nixpacks plan --env COOLIFY_URL=https://x --env A=b /app",
                "nixpacks plan --env COOLIFY_URL=… --env A=… /app",
            ),
            ("connect postgres://ada:s3cr/t@db:5432/x failed", "connect postgres://…@db:5432/x failed"),
            ("git clone https://x-access-token:abc@github.com/a/b", "git clone https://…@github.com/a/b"),
            ("STRIPE_SECRET_KEY=abc and DEBUG=1", "STRIPE_SECRET_KEY=… and DEBUG=1"),
            ("password=hunter2&x=1", "password=…&x=1"),
            (r#"{"env":{"JWT_SECRET":"abc","PORT":"1"}}"#, r#"{"env":{"JWT_SECRET":…,"PORT":"1"}}"#),
            ("Authorization: Bearer abcdefghijkl", "Authorization: Bearer …"),
            ("key eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJ4In0.abc-def end", "key … end"),
            ("hash 0123456789abcdef0123456789abcdef.", "hash …."),
            ("KeyError: 'SECRET_KEY'", "KeyError: 'SECRET_KEY'"),
            (
                "at /app/.nixpacks/nixpkgs-bc8f8d1be58e8c8383e683a06e1e1e57893fff87.nix:19:9",
                "at /app/.nixpacks/nixpkgs-bc8f8d1be58e8c8383e683a06e1e1e57893fff87.nix:19:9",
            ),
            ("error: undefined variable 'pip'", "error: undefined variable 'pip'"),
            ("bot 1234567890:AAabcdefghijklmnopqrstuvwxyz_012345 said", "bot … said"),
            (
                "Cannot install package-with-a-very-long-name-that-goes-on",
                "Cannot install package-with-a-very-long-name-that-goes-on",
            ),
        ] {
            assert_eq!(mask(text), want);
        }
    }

    proptest! {
        #[test]
        fn what_is_masked_stays_as_it_is(text in "[A-Za-z0-9=:/@_'\"{}, .-]{0,120}") {
            let once = mask(&text);
            prop_assert_eq!(mask(&once), once);
        }

        #[test]
        fn a_value_of_a_telling_name_is_never_left(name in "(API|DB|X)_(TOKEN|SECRET|PASSWORD|KEY)", value in "[a-z0-9]{6,20}q9") {
            for text in [format!("{name}={value}"), format!("--build-arg '{name}={value}'"), format!("\"{name}\": \"{value}\"")] {
                prop_assert!(!mask(&text).contains(&value), "{}", mask(&text));
            }
        }
    }
}
