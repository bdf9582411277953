//! Lists of repositories: from a file or an organisation, and the part of them that one machine takes.

use crate::forge::address::Site;
use crate::forge::{Address, Forge};
use crate::load;
use crate::report::digest::digest;
use anyhow::{Context as _, anyhow};
use std::collections::BTreeSet;
use std::path::Path;

/// A list above this is refused.
const LONGEST: u64 = 16 << 20;

/// The part of a list that one machine takes: the parts are apart, and together are all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    /// 1-based.
    index: u64,
    count: u64,
}

impl Shard {
    /// Reads `I/N`.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let parsed = text
            .split_once('/')
            .and_then(|(index, count)| Some(Self { index: index.parse().ok()?, count: count.parse().ok()? }));
        let usable = parsed.filter(|shard| (1..=shard.count).contains(&shard.index));
        usable.with_context(|| format!("`{text}` is not a part; help: write `I/N` with I from 1 to N"))
    }

    /// Whether a repository is in this part. Its name alone decides, so machines need not agree on a list.
    pub(crate) fn takes(self, key: &str) -> bool {
        let head: String = digest(key.to_lowercase().as_bytes()).chars().take(12).collect();
        u64::from_str_radix(&head, 16).unwrap_or_default() % self.count == self.index - 1
    }
}

/// The repositories that the lines of a file name; `-` is standard input. Empty lines and comments are passed
/// over.
pub(crate) fn read(path: &Path, own: &Site) -> anyhow::Result<Vec<Address>> {
    let bytes = if path.as_os_str() == "-" {
        load::stream(std::io::stdin().lock(), LONGEST)
    } else {
        load::read(path, LONGEST)
    };
    let shown = path.display();
    let bytes = bytes.with_context(|| format!("failed to read `{shown}`"))?;
    let text = String::from_utf8(bytes).map_err(|_| anyhow!("failed to read `{shown}`: it is not UTF-8"))?;
    parse(&text, own, &shown.to_string())
}

fn parse(text: &str, own: &Site, shown: &str) -> anyhow::Result<Vec<Address>> {
    let mut found = Vec::new();
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if !line.is_empty() && !line.starts_with('#') {
            let address = Address::parse(line, own);
            found.push(address.with_context(|| format!("`{shown}`, line {}", at + 1))?);
        }
    }
    Ok(found)
}

/// The repositories of an organisation, those that cannot be written to left out.
pub(crate) fn of(forge: &dyn Forge, site: &Site, owner: &str, forks: bool) -> anyhow::Result<Vec<Address>> {
    let found = forge.repositories(owner)?;
    let wanted = found.into_iter().filter(|found| !found.archived && (forks || !found.fork));
    Ok(wanted.map(|found| Address { site: site.clone(), name: found.name, remote: None }).collect())
}

/// Each once, in their order, and of this part.
pub(crate) fn once(addresses: Vec<Address>, shard: Option<Shard>) -> Vec<Address> {
    let mut seen = BTreeSet::new();
    let mine = |address: &Address| shard.is_none_or(|shard| shard.takes(&address.key()));
    addresses.into_iter().filter(|address| seen.insert(address.key()) && mine(address)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Shard, Site, once, parse};
    use crate::errors::line;

    #[test]
    fn reads_lines_and_names_the_one_that_is_wrong() {
        let text =
            "\u{feff}# all of them\nacme/shop # the shop\r\n\nhttps://gitlab.com/a/b/c.git\nAcme/Shop\n";
        let found = parse(text, &Site::github(), "list").unwrap();
        let names: Vec<&str> = found.iter().map(|address| address.name.as_str()).collect();
        assert_eq!(names, ["acme/shop", "a/b/c", "Acme/Shop"]);
        assert_eq!(once(found, None).len(), 2);
        let error = parse("a/b\nnonsense\n", &Site::github(), "list").unwrap_err();
        assert!(line(&error).starts_with("`list`, line 2: cannot use `nonsense`"), "{}", line(&error));
    }

    #[test]
    fn parts_are_apart_and_together_are_all() {
        let names: Vec<String> = (0..500).map(|number| format!("github.com/acme/r{number}")).collect();
        let shards: Vec<Shard> =
            ["1/3", "2/3", "3/3"].iter().map(|text| Shard::parse(text).unwrap()).collect();
        for name in &names {
            assert_eq!(shards.iter().filter(|shard| shard.takes(name)).count(), 1, "{name}");
        }
        for shard in &shards {
            let count = names.iter().filter(|name| shard.takes(name)).count();
            assert!((100..=240).contains(&count), "{count}");
        }
        for text in ["0/3", "4/3", "1", "a/b", "1/0", "-1/2"] {
            assert!(Shard::parse(text).is_err(), "{text}");
        }
    }
}
