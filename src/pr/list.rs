//! Many repositories: which, and which part of them.

use crate::forge::address::Site;
use crate::forge::{Address, Forge};
use crate::load::{self, Unread};
use crate::pr::fingerprint::digest;
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
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let parsed = text
            .split_once('/')
            .and_then(|(index, count)| Some(Self { index: index.parse().ok()?, count: count.parse().ok()? }));
        let usable = parsed.filter(|shard| (1..=shard.count).contains(&shard.index));
        usable.ok_or_else(|| format!("`{text}` is not a part; help: write `I/N` with I from 1 to N"))
    }

    /// Whether a repository is in this part. Its name alone decides, so machines need not agree on a list.
    pub(crate) fn takes(self, key: &str) -> bool {
        let head: String = digest(key.to_lowercase().as_bytes()).chars().take(12).collect();
        u64::from_str_radix(&head, 16).unwrap_or_default() % self.count == self.index - 1
    }
}

/// The repositories that the lines of a file name; `-` is standard input. Empty lines and comments are passed
/// over.
pub(crate) fn read(path: &Path, own: &Site) -> Result<Vec<Address>, String> {
    let bytes = if path.as_os_str() == "-" {
        load::stream(std::io::stdin().lock(), LONGEST)
    } else {
        load::read(path, LONGEST)
    };
    let shown = path.display();
    let bytes = bytes.map_err(|unread| match unread {
        Unread::Missing => format!("failed to read `{shown}`: no such file"),
        Unread::Because(why) => format!("failed to read `{shown}`: {why}"),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| format!("failed to read `{shown}`: it is not UTF-8"))?;
    parse(&text, own).map_err(|(line, why)| format!("`{shown}`, line {line}: {why}"))
}

fn parse(text: &str, own: &Site) -> Result<Vec<Address>, (usize, String)> {
    let mut found = Vec::new();
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if !line.is_empty() && !line.starts_with('#') {
            found.push(Address::parse(line, own).map_err(|why| (at + 1, why))?);
        }
    }
    Ok(found)
}

/// The repositories of an organisation, those that cannot be written to left out.
pub(crate) fn of(forge: &dyn Forge, site: &Site, owner: &str, forks: bool) -> Result<Vec<Address>, String> {
    let found = forge.repositories(owner).map_err(|error| error.to_string())?;
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

    #[test]
    fn reads_lines_and_names_the_one_that_is_wrong() {
        let text =
            "\u{feff}# all of them\nacme/shop # the shop\r\n\nhttps://gitlab.com/a/b/c.git\nAcme/Shop\n";
        let found = parse(text, &Site::github()).unwrap();
        let names: Vec<&str> = found.iter().map(|address| address.name.as_str()).collect();
        assert_eq!(names, ["acme/shop", "a/b/c", "Acme/Shop"]);
        assert_eq!(once(found, None).len(), 2);
        let (line, why) = parse("a/b\nnonsense\n", &Site::github()).unwrap_err();
        assert_eq!(line, 2);
        assert!(why.contains("`nonsense`"), "{why}");
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
