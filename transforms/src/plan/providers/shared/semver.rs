//! Ranges of Node versions, as the planner's semver library reads them: what it cannot read it skips.

/// Major, minor, patch, and whether it is a release (1) or comes before it (0).
type Version = (u64, u64, u64, u8);

/// Versions from the first to before the second.
type Range = (Version, Version);

const MAX: Version = (u64::MAX, 0, 0, 0);

/// Whether some version of the major release lies in the range, `None` where nothing of it is one.
pub(super) fn allows_major(text: &str, major: u64) -> Option<bool> {
    let (low, high) = ((major, 0, 0, 1), (major + 1, 0, 0, 0));
    let sets = parse(text);
    if sets.is_empty() { None } else { Some(sets.iter().any(|set| set.0.max(low) < set.1.min(high))) }
}

fn parse(text: &str) -> Vec<Range> {
    let mut sets: Vec<Range> = Vec::new();
    for alternative in text.split("||") {
        let first = sets.len();
        let mut rest = alternative.trim();
        while !rest.is_empty() {
            let (set, tail) = simple(rest);
            rest = tail.trim_start();
            let Some(set) = set.filter(|set| set.0 < set.1) else { continue };
            // Comparators meet the one before; where they have nothing in common, both stand.
            match sets[first..].last_mut() {
                Some(last) if last.0.max(set.0) < last.1.min(set.1) => {
                    *last = (last.0.max(set.0), last.1.min(set.1));
                }
                _ => sets.push(set),
            }
        }
    }
    sets
}

fn simple(text: &str) -> (Option<Range>, &str) {
    let read = hyphen(text).or_else(|| comparator(text));
    match read {
        Some((set, rest)) if rest.is_empty() || rest.starts_with([' ', '\t']) => (set, rest),
        _ => (None, text.find([' ', '\t']).map_or("", |end| &text[end..])),
    }
}

fn hyphen(text: &str) -> Option<(Option<Range>, &str)> {
    let (low, rest) = partial(text)?;
    let rest = rest.strip_prefix([' ', '\t'])?.trim_start().strip_prefix('-')?;
    let (high, rest) = partial(rest.strip_prefix([' ', '\t'])?.trim_start())?;
    Some((Some((low.floor(), high.ceiling())), rest))
}

fn comparator(text: &str) -> Option<(Option<Range>, &str)> {
    let operator = [">=", ">", "=", "<=", "<", "^", "~>", "~"].into_iter().find(|op| text.starts_with(op));
    let operator = operator.unwrap_or_default();
    let (at, rest) = partial(text[operator.len()..].trim_start())?;
    let (floor, zero) = (at.floor(), (0, 0, 0, 0));
    let set = match operator {
        ">=" => Some((floor, MAX)),
        ">" if at.patch.is_some() => Some((after(floor), MAX)),
        ">" => Some((release(at.ceiling()), MAX)),
        "<=" if at.patch.is_some() => Some((zero, after(floor))),
        "<=" => Some((zero, before(floor))),
        "<" if at.minor.is_some() && at.patch.is_none() => Some((zero, before(floor))),
        "<" => Some((zero, floor)),
        "^" => at.major.map(|major| match (major, at.minor, at.patch) {
            (0, None, _) => (zero, (1, 0, 0, 0)),
            (0, Some(0), Some(patch)) => (floor, (0, 0, patch + 1, 0)),
            (0, Some(minor), _) => (floor, (0, minor + 1, 0, 0)),
            _ => (floor, (major + 1, 0, 0, 0)),
        }),
        "~" | "~>" => at.major.map(|major| match at.minor {
            Some(minor) => (floor, (major, minor + 1, 0, 0)),
            None => (floor, (major + 1, 0, 0, 0)),
        }),
        _ => Some((floor, at.ceiling())),
    };
    Some((set, rest))
}

fn release(version: Version) -> Version {
    (version.0, version.1, version.2, 1)
}

fn before(version: Version) -> Version {
    (version.0, version.1, version.2, 0)
}

fn after(version: Version) -> Version {
    (version.0, version.1, version.2.saturating_add(1), 0)
}

/// A version of which the last parts may be missing or `x`.
struct Partial {
    major: Option<u64>,
    minor: Option<u64>,
    patch: Option<u64>,
}

impl Partial {
    fn floor(&self) -> Version {
        (self.major.unwrap_or(0), self.minor.unwrap_or(0), self.patch.unwrap_or(0), 1)
    }

    /// Where the versions that it stands for end.
    fn ceiling(&self) -> Version {
        match (self.major, self.minor, self.patch) {
            (None, ..) => MAX,
            (Some(major), None, _) => (major + 1, 0, 0, 0),
            (Some(major), Some(minor), None) => (major, minor + 1, 0, 0),
            (Some(major), Some(minor), Some(patch)) => (major, minor, patch + 1, 0),
        }
    }
}

fn partial(text: &str) -> Option<(Partial, &str)> {
    let text = text.strip_prefix('v').unwrap_or(text).trim_start_matches([' ', '\t']);
    let (major, mut rest) = component(text)?;
    let mut next = || {
        let (part, tail) = component(rest.strip_prefix('.')?)?;
        rest = tail;
        Some(part)
    };
    let minor = next();
    let patch = if minor.is_some() { next() } else { None };
    if patch.is_some() && rest.starts_with(['-', '+']) {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-+.".contains(c)));
        rest = end.map_or("", |end| &rest[end..]);
    }
    Some((Partial { major, minor: minor.flatten(), patch: patch.flatten() }, rest))
}

fn component(text: &str) -> Option<(Option<u64>, &str)> {
    if let Some(rest) = text.strip_prefix(['x', 'X', '*']) {
        return Some((None, rest));
    }
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    // The library's own limit, which also keeps the sums above in range.
    let number = text[..end].parse().ok().filter(|number| *number <= 9_007_199_254_740_991)?;
    Some((Some(number), &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::allows_major;

    #[test]
    fn reads_what_package_files_say() {
        let cases = [
            (">=18", 24, Some(true)),
            (">= 18 <21", 22, Some(false)),
            (">= 18 <21", 20, Some(true)),
            ("18.x", 18, Some(true)),
            ("^16.13.0 || >=20", 18, Some(false)),
            ("~20.1", 20, Some(true)),
            ("14 - 18", 18, Some(true)),
            ("14 - 18", 20, Some(false)),
            ("<=20", 20, Some(false)),
            ("<=20.0.0", 20, Some(true)),
            ("<20", 20, Some(false)),
            (">18", 18, Some(false)),
            ("v20.11.1", 20, Some(true)),
            ("lts/*", 18, None),
            ("", 18, None),
            (">=18,<20", 18, None),
        ];
        for (range, major, expected) in cases {
            assert_eq!(allows_major(range, major), expected, "{range} {major}");
        }
    }
}
