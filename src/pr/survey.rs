//! What stands in a repository and at its forge. Reads, and changes nothing.

use super::Wants;
use super::branch::{FAMILIES, NAMES, family, numbered, of_app};
use super::decide::{Ask, Decision, Named, decide, is_free, unsettled};
use super::marker::Marker;
use super::place::{NotSurveyed, Place, access};
use super::proposal::{Looked, Made, Proposal, changes, look};
use super::remake::Remake;
use super::transport::BareClone;
use crate::discover;
use crate::forge::{Address, Forge, Head, Pull, State};
use crate::report::Examined;
use anyhow::anyhow;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A repository and what is to be done about it.
pub(crate) struct Surveyed {
    /// Where.
    pub(crate) place: Place,
    /// The tip of the base; empty where it was not cloned.
    pub(crate) base_oid: String,
    /// The clone, where there was reason for one.
    pub(crate) clone: Option<BareClone>,
    /// The repository wants no pull requests.
    pub(crate) opted_out: bool,
    /// Why nothing is proposed, if nothing is.
    pub(crate) idle: String,
    /// What is to be done, one for each pull request.
    pub(crate) plans: Vec<Plan>,
    /// When the pull requests that we know of were opened.
    pub(crate) opened: Vec<String>,
}

impl Surveyed {
    /// One of which nothing is known yet.
    pub(crate) fn new(place: Place) -> Self {
        Self {
            place,
            base_oid: String::new(),
            clone: None,
            opted_out: false,
            idle: String::new(),
            plans: Vec::new(),
            opened: Vec::new(),
        }
    }
}

/// What is to be done about one pull request.
pub(crate) struct Plan {
    /// What.
    pub(crate) decision: Decision,
    /// The repair.
    pub(crate) proposal: Option<Proposal>,
    /// Pull requests that we closed, and whose markers do not say so yet, with their branches.
    pub(crate) unsettled: Vec<(String, Pull)>,
}

/// Looks at one repository.
pub(crate) fn survey(forge: &dyn Forge, address: &Address, wants: &Wants) -> Result<Surveyed, NotSurveyed> {
    let place = Place::find(forge, address, wants)?;
    place.admit(wants, forge)?;
    let family = family(&wants.prefix, &place.base, None);
    let mut surveyed = Surveyed::new(place);
    if wants.list_first && is_idle(forge, address, &surveyed.place, &family)? {
        "it has no config that Nixpacks reads".clone_into(&mut surveyed.idle);
        return Ok(surveyed);
    }
    let place = &surveyed.place;
    let clone = BareClone::new(&place.url, &place.base, !wants.fork, access(forge, address))?;
    let Some(clone) = clone else {
        let why = format!("there is no branch `{}`", place.base);
        // A repository without a commit has a default branch all the same.
        let asked = wants.base.is_some();
        return Err(if asked { anyhow!(why).into() } else { NotSurveyed::Skipped(why) });
    };
    surveyed.base_oid = clone.base()?;
    let looked = look(clone.path(), &surveyed.base_oid, &wants.options)?;
    surveyed.opted_out = looked.opted_out;
    surveyed.idle = looked.idle();
    let tips = match &surveyed.place.head {
        Some(_) => clone.tips(&surveyed.place.push_url, &family)?,
        None => BTreeMap::new(),
    };
    let (base, looked) = (surveyed.place.base.clone(), Rc::new(looked));
    let remake = Remake::new(&clone, wants, &base).with(&surveyed.base_oid, Rc::clone(&looked));
    let look = Look { forge, wants, clone: &clone, remake, tips, family };
    look.ensure_one_kind(&surveyed)?;
    for (name, proposal) in look.proposals(&surveyed, &looked)? {
        let plan = look.plan(&mut surveyed, &name, proposal)?;
        surveyed.plans.push(plan);
    }
    surveyed.clone = Some(clone);
    Ok(surveyed)
}

/// Whether there is nothing to look at: no config, and no branch of ours.
fn is_idle(forge: &dyn Forge, address: &Address, place: &Place, family: &str) -> Result<bool, NotSurveyed> {
    let Some(files) = forge.files(&place.repository, &place.base)? else { return Ok(false) };
    let holds_config = |path: &String| {
        let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
        discover::holds_config(dir, name)
    };
    if files.iter().any(holds_config) {
        return Ok(false);
    }
    let clone = BareClone::nowhere(access(forge, address))?;
    Ok(place.head.is_none() || clone.tips(&place.push_url, family)?.is_empty())
}

struct Look<'a> {
    forge: &'a dyn Forge,
    wants: &'a Wants,
    clone: &'a BareClone,
    remake: Remake<'a>,
    tips: BTreeMap<String, String>,
    family: String,
}

impl Look<'_> {
    /// One pull request for all apps, and one for each, would change the same files.
    fn ensure_one_kind(&self, surveyed: &Surveyed) -> Result<(), NotSurveyed> {
        let of_apps: Vec<&String> =
            self.tips.keys().filter(|branch| of_app(branch, &self.family).is_some()).collect();
        if of_apps.len() > FAMILIES {
            return Err(anyhow!("more than {FAMILIES} branches `{}--…`", self.family).into());
        }
        let (others, why) = if self.wants.per_app {
            let of_all =
                |branch: &&String| (1..=NAMES).any(|number| **branch == numbered(&self.family, number));
            let of_all = self.tips.keys().filter(of_all).collect();
            (of_all, "a pull request for all apps is open; close it first, or leave out `--per-app`")
        } else {
            (of_apps, "pull requests for single apps are open; close them first, or add `--per-app`")
        };
        let Some(head) = &surveyed.place.head else { return Ok(()) };
        for branch in others {
            let head = Head { repository: head.clone(), branch: branch.clone() };
            let pulls = self.forge.pulls(&surveyed.place.repository, &head)?;
            let ours = |pull: &Pull| {
                let here = pull.state == State::Open && pull.base == surveyed.place.base;
                here && Marker::of(pull, surveyed.place.account.as_ref()).is_some()
            };
            if pulls.iter().any(ours) {
                return Err(NotSurveyed::Skipped(why.to_owned()));
            }
        }
        Ok(())
    }

    /// The branch names, and what is to be proposed from each.
    fn proposals(
        &self,
        surveyed: &Surveyed,
        looked: &Looked,
    ) -> Result<BTreeMap<String, Option<Proposal>>, NotSurveyed> {
        let mut found = BTreeMap::new();
        let new = |apps: &[&Examined]| self.remake.propose(apps, &surveyed.base_oid);
        if !self.wants.per_app {
            found.insert(self.family.clone(), new(&looked.apps.iter().collect::<Vec<_>>())?);
            return Ok(found);
        }
        // A branch whose app needs nothing any more has a pull request to close.
        for family in self.tips.keys().filter_map(|branch| of_app(branch, &self.family)) {
            found.insert(family.to_owned(), None);
        }
        for app in looked.apps.iter().filter(|app| changes(app)) {
            let name = family(&self.wants.prefix, &surveyed.place.base, Some(&app.home.shown));
            found.insert(name, new(&[app])?);
        }
        Ok(found)
    }

    fn plan(
        &self,
        surveyed: &mut Surveyed,
        family: &str,
        proposal: Option<Proposal>,
    ) -> Result<Plan, NotSurveyed> {
        let own = surveyed.place.account.clone();
        let mut named = Vec::new();
        for branch in (1..=NAMES).map(|number| numbered(family, number)) {
            let name = self.name(surveyed, branch, family, proposal.as_ref())?;
            let is_free = is_free(own.as_ref(), &name);
            named.push(name);
            if is_free {
                break;
            }
        }
        let ours = |pull: &&Pull| Marker::of(pull, own.as_ref()).is_some();
        let opened = named.iter().flat_map(|name| name.pulls.iter().filter(ours));
        surveyed.opened.extend(opened.map(|pull| pull.created.clone()));
        let ask = proposal.as_ref().map(|proposal| Ask {
            fingerprint: &proposal.fingerprint,
            title: &proposal.message.subject,
            body: &proposal.body,
        });
        if named.last().is_some_and(|last| !is_free(own.as_ref(), last)) {
            return Err(anyhow!("{NAMES} branches `{family}…` are taken").into());
        }
        let base = &surveyed.place.base;
        let decision = decide(base, own.as_ref(), ask, &named);
        Ok(Plan { decision, unsettled: unsettled(base, own.as_ref(), &named), proposal })
    }

    /// What is known of one branch name.
    fn name(
        &self,
        surveyed: &Surveyed,
        branch: String,
        family: &str,
        proposal: Option<&Proposal>,
    ) -> Result<Named, NotSurveyed> {
        let tip = self.tips.get(&branch).cloned();
        let mut name = Named { branch, tip, ..Named::default() };
        let Some(head) = &surveyed.place.head else { return Ok(name) };
        let head = Head { repository: head.clone(), branch: name.branch.clone() };
        name.pulls = self.forge.pulls(&surveyed.place.repository, &head)?;
        let Some(tip) = &name.tip else { return Ok(name) };
        let is_open = name.pulls.iter().any(|pull| pull.state == State::Open);
        if !is_open && !name.pulls.is_empty() {
            return Ok(name);
        }
        self.clone.fetch_tip(&surveyed.place.push_url, &name.branch)?;
        let made = Made::read(self.clone.path(), tip)?;
        if is_open {
            if let Some(proposal) = proposal {
                name.holds = proposal.stands_in(self.clone.path(), tip, &surveyed.base_oid)?;
            }
            // Another identity of ours may have made it, or another run beside this one; then it is what this one
            // would make.
            let stranger = self.wants.identity.as_ref().is_some_and(|identity| !identity.made(&made.people));
            let own = surveyed.place.account.as_ref();
            let knows = |pull: &Pull| Marker::of(pull, own).is_some_and(|(marker, _)| marker.left_at(tip));
            let open = name.pulls.iter().filter(|pull| pull.state == State::Open);
            if stranger || !open.clone().any(knows) {
                name.orphan = self.remake.equals(&made, family)?;
            }
            name.foreign = stranger && !name.orphan;
        } else {
            name.orphan = self.remake.is_signed(&made) && self.remake.equals(&made, family)?;
        }
        Ok(name)
    }
}
