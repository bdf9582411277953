//! What stands at a forge, without a look at the repository's files: `pr status`, and `pr close`.

use super::branch::{FAMILIES, NAMES, family, numbered, of_app};
use super::closing::close;
use super::decide::{Close, Named};
use super::marker::Marker;
use super::place::{NotSurveyed, Place, access};
use super::proposal::Made;
use super::remake::Remake;
use super::survey::Surveyed;
use super::transport::BareClone;
use super::{Row, Status, Wants};
use crate::forge::{Account, Address, Forge, Head, Pull, State};
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
            let Some((status, said)) = tell(pull, place.account.as_ref(), name.tip.as_deref()) else {
                continue;
            };
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

/// What became of a pull request; `None` for one that somebody else opened, and that is over.
fn tell(pull: &Pull, own: Option<&Account>, tip: Option<&str>) -> Option<(Status, String)> {
    let marker = Marker::of(pull, own).map(|(marker, _)| marker);
    let is_own = own.is_some_and(|own| pull.is_by(own));
    let (status, said) = match (pull.state, marker) {
        (State::Open, _) if own.is_none() => {
            (Status::HandsOff, "open, and the token is not allowed to read its own account")
        }
        (State::Open, _) if !is_own => (Status::HandsOff, "open, and another account opened it"),
        (State::Closed | State::Merged, _) if !is_own => return None,
        (State::Merged, _) => (Status::Merged, ""),
        (State::Closed, Some(marker)) if marker.is_closed_by_us() => (Status::Closed, "closed by the tool"),
        (State::Closed, _) => (Status::Declined, "closed by a person"),
        (State::Open, Some(marker)) if marker.closed => {
            (Status::HandsOff, "it was closed, and somebody opened it again")
        }
        (State::Open, Some(marker)) if tip.is_some_and(|tip| marker.left_at(tip)) => {
            (Status::UpToDate, "open")
        }
        (State::Open, _) => (Status::HandsOff, "open, and left alone"),
    };
    Some((status, said.to_owned()))
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
        match is_foreign(&surveyed, wants, name) {
            Ok(false) => {}
            Ok(true) => {
                row.status = Status::HandsOff;
                "open, and left alone".clone_into(&mut row.said);
                return;
            }
            Err(NotSurveyed::Skipped(why) | NotSurveyed::Failed(why)) => {
                row.status = Status::Failed;
                row.said = why;
                return;
            }
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

/// Whether the tip of a branch carries the names of somebody else, whatever the description says.
fn is_foreign(surveyed: &Surveyed, wants: &Wants, name: &Named) -> Result<bool, NotSurveyed> {
    let (Some(clone), Some(tip), Ok(identity)) = (&surveyed.clone, &name.tip, &wants.identity) else {
        return Ok(false);
    };
    if !identity.own {
        return Ok(false);
    }
    clone.fetch_tip(&surveyed.place.push_url, &name.branch)?;
    let made = Made::read(clone.path(), tip)?;
    // Another identity of ours may have made it; then it is what this one would make.
    let base = &surveyed.place.base;
    let first = family(&wants.prefix, base, None);
    let of = of_app(&name.branch, &first).unwrap_or(&first);
    Ok(!identity.made(&made.people) && !Remake::new(clone, wants, base).equals(&made, of)?)
}

fn close_one(
    forge: &dyn Forge,
    surveyed: &Surveyed,
    wants: &Wants,
    name: &Named,
    pull: &Pull,
) -> Result<Vec<super::Step>, String> {
    let own = surveyed.place.account.as_ref();
    let (Some((marker, _)), Some(tip)) = (Marker::of(pull, own), name.tip.clone()) else {
        return Err("it changed meanwhile; run this again".to_owned());
    };
    let (pull, branch, tip) = (pull.clone(), name.branch.clone(), Some(tip));
    close(forge, surveyed, wants, &Close { pull, branch, tip, marker, shared: name.is_shared() })
}
