/// The name of a distribution as PEP 503 compares it: `Foo_.Bar` is `foo-bar`.
pub fn normalize(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut joint = false;
    for c in name.chars() {
        if matches!(c, '-' | '_' | '.') {
            joint = true;
            continue;
        }
        if joint {
            out.push('-');
            joint = false;
        }
        out.push(c.to_ascii_lowercase());
    }
    if joint {
        out.push('-');
    }
    out
}

/// Whether `name` may name a distribution or an extra.
pub(super) fn is_name(name: &str) -> bool {
    let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    edge(name.bytes().next()) && edge(name.bytes().last()) && name.bytes().all(inside)
}
