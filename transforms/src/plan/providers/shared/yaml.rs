//! The little of YAML that the planner's decisions need: which keys a mapping has.

/// The keys of the top-level mapping, or of the mapping under `parent`, with the scalar after each.
pub(in crate::plan::providers) fn top_level<'a>(
    text: &'a str,
    parent: Option<&str>,
) -> Vec<(&'a str, &'a str)> {
    let mut inside = parent.is_none();
    let mut indent: Option<usize> = parent.is_none().then_some(0);
    let mut pairs = Vec::new();
    for line in text.lines() {
        let body = line.trim_start();
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        let depth = line.len() - body.len();
        let Some((key, value)) = body.split_once(':') else { continue };
        let key = key.trim().trim_matches(['"', '\'']);
        if depth == 0 && parent.is_some() {
            inside = parent == Some(key);
            indent = None;
        } else if inside && *indent.get_or_insert(depth) == depth {
            pairs.push((key, value.trim().trim_matches(['"', '\''])));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::top_level;

    #[test]
    fn lists_keys_of_one_level() {
        let text = "name: \"app\"\n# c: d\ntargets:\n  one:\n    main: x\n  two:\nversion: 1\n";
        assert_eq!(top_level(text, None), [("name", "app"), ("targets", ""), ("version", "1")]);
        assert_eq!(top_level(text, Some("targets")), [("one", ""), ("two", "")]);
    }
}
