//! What stands at a forge, without a look at the repository's files: `pr status`, and `pr close`.

use super::branch::{FAMILIES, NAMES, family, numbered, of_app};
use super::closing::close;
use super::decide::{Close, Named};
use super::marker::Marker;
use super::place::{NotSurveyed, Place, access};
use super::survey::Surveyed;
use super::transport::BareClone;
use super::{Row, Status, Wants};
use crate::forge::{Address, Forge, Head, Pull, State};
use std::collections::BTreeSet;

/// The pull requests of ours, by the names of their branches.
fn standing(
    forge: &dyn Forge,
    address: &Address,
    wants: &Wants,
) -> Result<(Surveyed, Vec<Named>), NotSurveyed> {
    let place = Place::find(forge, address, wants)?;
    let clone = BareClone::nowhere(access(forge, address))?;
    let first = family(&wants.prefix, &place.base, None);
    let mut named = Vec::new();
    if let Some(head) = &place.head {
        let tips = clone.tips(&place.push_url, &first)?;
        let mut families: BTreeSet<&str> = tips.keys().filter_map(|branch| of_app(branch, &first)).collect();
        if families.len() > FAMILIES {
            return Err(NotSurveyed::Failed(format!("more than {FAMILIES} branches `{first}--…`")));
        }
        families.insert(&first);
        for family in families {
            for branch in (1..=NAMES).map(|number| numbered(family, number)) {
                let head = Head { repository: head.clone(), branch: branch.clone() };
                let pulls = forge.pulls(&place.repository, &head)?;
                let tip = tips.get(&branch).cloned();
                if pulls.is_empty() && tip.is_none() {
                    break;
                }
                named.push(Named { branch, tip, pulls, ..Named::default() });
            }
        }
    }
    Ok((Surveyed { clone: Some(clone), ..Surveyed::new(place) }, named))
}

/// A line for each of our pull requests.
pub(crate) fn status(forge: &dyn Forge, address: &Address, wants: &Wants) -> Result<Vec<Row>, NotSurveyed> {
    let (surveyed, named) = standing(forge, address, wants)?;
    Ok(rows(forge, &surveyed, &named, |_, _, _| {}))
}

/// The lines, each as `finish` leaves it.
fn rows(
    forge: &dyn Forge,
    surveyed: &Surveyed,
    named: &[Named],
    finish: impl Fn(&Named, &Pull, &mut Row),
) -> Vec<Row> {
    let place = &surveyed.place;
    let mut rows = Vec::new();
    for name in named {
        for pull in name.pulls.iter().filter(|pull| pull.base == place.base) {
            let (status, said) = tell(pull, name.tip.as_deref());
            let mut row = Row {
                base: place.base.clone(),
                number: Some((forge.kind().sigil(), pull.number)),
                url: pull.url.clone(),
                branch: name.branch.clone(),
                commit: name.tip.clone().unwrap_or_default(),
                ..Row::new(&place.repository.name, status, said)
            };
            finish(name, pull, &mut row);
            rows.push(row);
        }
    }
    if rows.is_empty() {
        let row = Row::new(&place.repository.name, Status::Nothing, "no pull request of this tool");
        rows.push(Row { base: place.base.clone(), ..row });
    }
    rows
}

fn tell(pull: &Pull, tip: Option<&str>) -> (Status, String) {
    let marker = Marker::find(&pull.body).map(|(marker, _)| marker);
    let (status, said) = match (pull.state, marker) {
        (State::Merged, _) => (Status::Merged, ""),
        (State::Closed, Some(marker)) if marker.is_closed_by_us() => (Status::Closed, "closed by the tool"),
        (State::Closed, _) => (Status::Declined, "closed by a person"),
        (State::Open, Some(marker)) if marker.closed => {
            (Status::HandsOff, "it was closed, and somebody opened it again")
        }
        (State::Open, Some(marker)) if tip.is_some_and(|tip| marker.left_at(tip)) => {
            (Status::UpToDate, "open")
        }
        (State::Open, _) => (Status::HandsOff, "open, and left to a person"),
    };
    (status, said.to_owned())
}

/// The same, and closes those that are open and that nobody has worked on; only says so where it is to ask first.
pub(crate) fn close_all(
    forge: &dyn Forge,
    address: &Address,
    wants: &Wants,
    ask_first: bool,
) -> Result<Vec<Row>, NotSurveyed> {
    let (surveyed, named) = standing(forge, address, wants)?;
    Ok(rows(forge, &surveyed, &named, |name, pull, row| {
        if row.status != Status::UpToDate {
            return;
        }
        row.status = Status::Closed;
        "asked for".clone_into(&mut row.said);
        row.would = ask_first || wants.dry_run;
        if ask_first && !wants.dry_run {
            return;
        }
        match close_one(forge, &surveyed, wants, name, pull) {
            Ok(steps) => row.steps = steps,
            Err(why) => {
                row.status = Status::Failed;
                row.would = false;
                row.said = why;
            }
        }
    }))
}

fn close_one(
    forge: &dyn Forge,
    surveyed: &Surveyed,
    wants: &Wants,
    name: &Named,
    pull: &Pull,
) -> Result<Vec<super::Step>, String> {
    let (Some((marker, _)), tip) = (Marker::find(&pull.body), name.tip.clone()) else {
        return Err("it changed meanwhile; run this again".to_owned());
    };
    let (pull, branch) = (pull.clone(), name.branch.clone());
    close(forge, surveyed, wants, &Close { pull, branch, tip, marker, shared: name.is_shared() })
}
