use super::{BranchState, Decision, DesiredPr, Why, decide};
use crate::forge::{Account, Pull, State};
use crate::pr::kind::ProposalKind;
use crate::pr::marker::{Marker, text_digest};

const KIND: ProposalKind = ProposalKind::Repair;
const OURS: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const THEIRS: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const ASK: DesiredPr<'_> = DesiredPr { fingerprint: "f1", title: "Title", body: "Body." };

fn marker() -> Marker {
    Marker {
        oid: OURS.to_owned(),
        fingerprint: "f1".to_owned(),
        title: Some(text_digest("Title")),
        body: Some(text_digest("Body.")),
        ..Marker::default()
    }
}

fn pull(state: State, body: &str) -> Pull {
    Pull {
        number: 7,
        url: "u".to_owned(),
        state,
        title: "Title".to_owned(),
        mark: "",
        body: body.to_owned(),
        base: "main".to_owned(),
        created: String::new(),
        author: Some(own()),
    }
}

/// The account that the token is of.
fn own() -> Account {
    Account { name: "deploy-bot".to_owned(), id: Some(1) }
}

/// The same pull request, opened by somebody else.
fn by_another(pull: Pull) -> Pull {
    Pull { author: Some(Account { name: "mallory".to_owned(), id: Some(2) }), ..pull }
}

fn ours(state: State, marker: &Marker) -> Pull {
    pull(state, &marker.attach("Body."))
}

fn branches(tip: Option<&str>, pulls: Vec<Pull>) -> BranchState {
    let tip = tip.map(str::to_owned);
    BranchState {
        branch: "nixpacks-fix/main".to_owned(),
        tip,
        pulls,
        has_repair: true,
        ..BranchState::default()
    }
}

fn free() -> BranchState {
    BranchState { branch: "nixpacks-fix/main-2".to_owned(), ..BranchState::default() }
}

/// The decision in a word.
fn word(desired: Option<DesiredPr<'_>>, branches: &[BranchState]) -> String {
    told(Some(&own()), desired, branches)
}

/// The same for the token of another account, or of one that nobody tells.
fn told(own: Option<&Account>, desired: Option<DesiredPr<'_>>, branches: &[BranchState]) -> String {
    phrase(decide(KIND, "main", own, desired, branches))
}

fn phrase(decision: Decision) -> String {
    match decision {
        Decision::Nothing => "nothing".to_owned(),
        Decision::UpToDate { .. } => "up to date".to_owned(),
        Decision::Open { branch, lease } => {
            format!("open {branch} {}", if lease.is_some() { "leased" } else { "new" })
        }
        Decision::Update { push, title, body, .. } => format!("update push={push} title={title} body={body}"),
        Decision::Close(close) => format!("close{}", if close.shared { " alone" } else { "" }),
        Decision::Sweep { .. } => "sweep".to_owned(),
        Decision::HandsOff { why, .. } => format!("hands off {why:?}"),
        Decision::Declined(_) => "declined".to_owned(),
        Decision::Undone(_) => "undone".to_owned(),
    }
}

#[test]
fn opens_once_and_then_leaves_well_alone() {
    assert_eq!(word(Some(ASK), &[free()]), "open nixpacks-fix/main-2 new");
    assert_eq!(
        word(Some(ASK), &[BranchState { reproducible: true, ..branches(Some(OURS), vec![]) }]),
        "open nixpacks-fix/main leased"
    );
    assert_eq!(
        word(Some(ASK), &[branches(Some(OURS), vec![ours(State::Open, &marker())]), free()]),
        "up to date"
    );
    assert_eq!(word(None, &[free()]), "nothing");
}

#[test]
fn what_we_would_make_ourselves_is_nobodys_work() {
    let twin =
        BranchState { reproducible: true, ..branches(Some(THEIRS), vec![ours(State::Open, &marker())]) };
    assert_eq!(word(Some(ASK), &[twin]), "update push=false title=false body=false");
}

#[test]
fn keeps_off_what_a_person_has_touched() {
    let open = || vec![ours(State::Open, &marker())];
    assert_eq!(word(Some(ASK), &[branches(Some(THEIRS), open())]), format!("hands off {:?}", Why::Commits));
    assert_eq!(word(None, &[branches(Some(THEIRS), open())]), "hands off Commits");
    assert_eq!(word(Some(ASK), &[branches(None, open())]), "hands off NoBranch");
    assert_eq!(
        word(Some(ASK), &[branches(Some(OURS), vec![pull(State::Open, "Body.")])]),
        "hands off NoMarker"
    );
    let by_someone_else = BranchState { by_someone_else: true, ..branches(Some(OURS), open()) };
    assert_eq!(word(Some(ASK), &[by_someone_else]), "hands off Commits");
    let elsewhere = Pull { base: "dev".to_owned(), ..ours(State::Open, &marker()) };
    assert_eq!(word(Some(ASK), &[branches(Some(OURS), vec![elsewhere]), free()]), "hands off Base");
}

#[test]
fn writes_only_the_texts_that_nobody_else_wrote() {
    let with = |title: &str, body: &str, marker: &Marker| {
        let pull = Pull { title: title.to_owned(), body: marker.attach(body), ..pull(State::Open, "") };
        word(
            Some(DesiredPr { title: "New title", body: "New body.", ..ASK }),
            &[branches(Some(OURS), vec![pull])],
        )
    };
    assert_eq!(with("Title", "Body.", &marker()), "update push=false title=true body=true");
    assert_eq!(with("Mine", "Body.", &marker()), "update push=false title=false body=true");
    assert_eq!(with("Mine", "Mine.", &marker()), "up to date");
    let taken = Marker { title: None, body: None, ..marker() };
    assert_eq!(with("Title", "Body.", &taken), "up to date");
}

#[test]
fn goes_on_where_a_run_was_cut_short() {
    let moving = Marker { oid: THEIRS.to_owned(), previous_oid: Some(OURS.to_owned()), ..marker() };
    let before = BranchState { has_repair: false, ..branches(Some(OURS), vec![ours(State::Open, &moving)]) };
    assert_eq!(word(Some(ASK), &[before]), "update push=true title=false body=false");
    assert_eq!(word(Some(ASK), &[branches(Some(THEIRS), vec![ours(State::Open, &moving)])]), "up to date");
    let unlabelled = Marker { pending: true, ..marker() };
    let after = branches(Some(OURS), vec![ours(State::Open, &unlabelled)]);
    assert_eq!(word(Some(ASK), &[after]), "update push=false title=false body=false");
}

#[test]
fn what_was_declined_is_not_proposed_again_and_something_else_is() {
    let closed = || branches(Some(OURS), vec![ours(State::Closed, &marker())]);
    assert_eq!(word(Some(ASK), &[closed(), free()]), "declined");
    assert_eq!(
        word(Some(DesiredPr { fingerprint: "f2", ..ASK }), &[closed(), free()]),
        "open nixpacks-fix/main-2 new"
    );
    let by_us = Marker { closed: true, ..marker() };
    let closed = branches(Some(OURS), vec![ours(State::Closed, &by_us)]);
    assert_eq!(word(Some(ASK), &[closed, free()]), "open nixpacks-fix/main-2 new");
    let merged = || branches(None, vec![ours(State::Merged, &marker())]);
    assert_eq!(word(None, &[merged(), free()]), "nothing");
    assert_eq!(word(Some(ASK), &[merged(), free()]), "undone");
    assert_eq!(
        word(Some(DesiredPr { fingerprint: "f2", ..ASK }), &[merged(), free()]),
        "open nixpacks-fix/main-2 new"
    );
}

#[test]
fn a_no_to_a_migration_is_a_no_to_each_of_them() {
    let told = |state, marker: Marker, base: &str| {
        let pull = Pull { base: base.to_owned(), ..ours(state, &marker) };
        let later = DesiredPr { fingerprint: "f2", ..ASK };
        let branches = [branches(Some(OURS), vec![pull]), free()];
        phrase(decide(ProposalKind::Migration, "main", Some(&own()), Some(later), &branches))
    };
    let migration = || Marker { kind: ProposalKind::Migration, ..marker() };
    let opens = "open nixpacks-fix/main-2 new";
    assert_eq!(told(State::Closed, migration(), "main"), "declined");
    assert_eq!(told(State::Closed, Marker { closed: true, ..migration() }, "main"), opens);
    assert_eq!(told(State::Closed, migration(), "dev"), opens);
    assert_eq!(told(State::Merged, migration(), "main"), opens);
    // A no to a repair is none to the move.
    assert_eq!(told(State::Closed, marker(), "main"), opens);
}

#[test]
fn one_for_something_else_is_left_alone_whatever_it_says() {
    let migration = || Marker { kind: ProposalKind::Migration, ..marker() };
    let of_later_kind = marker().attach("Body.").replace(" oid=", " kind=heroku oid=");
    let handed_back = Marker { handed_back: true, ..migration() }.attach("Body.");
    for body in [migration().attach("Body."), handed_back, of_later_kind] {
        for tip in [Some(OURS), Some(THEIRS), None] {
            for desired in [Some(ASK), None] {
                let branch = branches(tip, vec![pull(State::Open, &body)]);
                assert_eq!(word(desired, &[branch, free()]), "hands off OtherKind", "{body}");
            }
        }
    }
    let closing = Marker { kind: ProposalKind::Migration, closing: true, ..marker() };
    let gone = branches(None, vec![ours(State::Closed, &closing)]);
    assert_eq!(super::unsettled(KIND, "main", Some(&own()), &[gone]), []);
}

#[test]
fn one_that_was_closed_without_its_marker_may_have_been_for_this() {
    let closed = branches(Some(OURS), vec![pull(State::Closed, "Body.")]);
    assert_eq!(word(Some(ASK), &[closed, free()]), "declined");
}

#[test]
fn one_that_we_closed_and_a_person_reopened_is_open_for_good() {
    let by_us = Marker { closed: true, ..marker() };
    let reopened = branches(Some(OURS), vec![ours(State::Open, &by_us)]);
    assert_eq!(word(Some(ASK), &[reopened]), "update push=false title=false body=false");
}

#[test]
fn what_was_handed_back_is_replaced_whatever_is_there() {
    let handed_back = Marker { oid: String::new(), handed_back: true, ..Marker::default() };
    let branches = branches(Some(THEIRS), vec![ours(State::Open, &handed_back)]);
    let by_someone_else = BranchState { by_someone_else: true, ..branches };
    assert_eq!(
        word(Some(ASK), std::slice::from_ref(&by_someone_else)),
        "update push=true title=false body=false"
    );
    assert_eq!(word(None, &[by_someone_else]), "close");
    // Cut short before the branch moved, and after.
    let moving =
        Marker { oid: OURS.to_owned(), previous_oid: Some(THEIRS.to_owned()), handed_back: true, ..marker() };
    let at = |tip| {
        vec![BranchState {
            by_someone_else: tip == THEIRS,
            ..super::tests::branches(Some(tip), vec![ours(State::Open, &moving)])
        }]
    };
    assert_eq!(word(Some(ASK), &at(THEIRS)), "update push=true title=false body=false");
    assert_eq!(word(Some(ASK), &at(OURS)), "update push=false title=false body=false");
    let other = "cccccccccccccccccccccccccccccccccccccccc";
    assert_eq!(word(Some(ASK), &at(other)), "hands off Commits");
}

#[test]
fn finishes_closing_and_does_not_close_what_somebody_reopened() {
    let closing = Marker { closing: true, ..marker() };
    let open = |tip, marker: &Marker| branches(tip, vec![ours(State::Open, marker)]);
    assert_eq!(word(None, &[open(Some(OURS), &closing)]), "close");
    assert_eq!(word(None, &[open(None, &closing)]), "close");
    assert_eq!(word(Some(ASK), &[open(None, &closing)]), "close");
    assert_eq!(word(Some(ASK), &[open(Some(OURS), &closing)]), "update push=false title=false body=false");
    // A forge may close it when the branch goes, before we do.
    let gone = branches(None, vec![ours(State::Closed, &closing)]);
    assert_eq!(word(Some(ASK), &[gone, free()]), "open nixpacks-fix/main-2 new");
    let closed = Marker { closed: true, ..marker() };
    assert_eq!(word(None, &[open(Some(OURS), &closed)]), "hands off Reopened");
}

#[test]
fn a_branch_that_another_pull_request_is_from_stays() {
    let elsewhere = Pull { base: "dev".to_owned(), ..pull(State::Open, "Mine.") };
    let shared = branches(Some(OURS), vec![elsewhere, ours(State::Open, &marker())]);
    assert_eq!(word(None, &[shared]), "close alone");
}

#[test]
fn a_branch_that_was_left_without_a_pull_request_goes_when_nothing_needs_it() {
    let reproducible = BranchState { reproducible: true, ..branches(Some(OURS), vec![]) };
    assert_eq!(word(None, &[reproducible]), "sweep");
}

#[test]
fn closes_what_the_base_no_longer_needs() {
    assert_eq!(word(None, &[branches(Some(OURS), vec![ours(State::Open, &marker())])]), "close");
}

#[test]
fn what_another_account_opened_says_nothing_for_us() {
    let handed_back = Marker { handed_back: true, ..marker() };
    let closed = Marker { closed: true, ..marker() };
    for marker in [marker(), handed_back, closed] {
        for by_someone_else in [true, false] {
            let open = |tip| BranchState {
                by_someone_else,
                ..branches(Some(tip), vec![by_another(ours(State::Open, &marker))])
            };
            for tip in [OURS, THEIRS] {
                for desired in [Some(ASK), None] {
                    assert_eq!(word(desired, &[open(tip), free()]), "hands off OtherAccount", "{marker:?}");
                }
            }
        }
    }
    // Nor does it say no for a person, or that it was us who closed one.
    for (state, marker) in [(State::Closed, marker()), (State::Merged, marker())] {
        let theirs = branches(Some(THEIRS), vec![by_another(ours(state, &marker))]);
        assert_eq!(word(Some(ASK), &[theirs, free()]), "open nixpacks-fix/main-2 new", "{state:?}");
    }
    let closed = Marker { closed: true, ..marker() };
    let both = vec![by_another(ours(State::Closed, &closed)), ours(State::Closed, &marker())];
    assert_eq!(word(Some(ASK), &[branches(Some(OURS), both), free()]), "declined");
    let closing = Marker { closing: true, ..marker() };
    let theirs = branches(None, vec![by_another(ours(State::Closed, &closing))]);
    assert_eq!(super::unsettled(KIND, "main", Some(&own()), &[theirs]), []);
}

#[test]
fn goes_on_with_its_own_beside_one_of_another_account() {
    let theirs = branches(Some(THEIRS), vec![by_another(ours(State::Open, &marker()))]);
    let second = BranchState {
        branch: "nixpacks-fix/main-2".to_owned(),
        ..branches(Some(OURS), vec![ours(State::Open, &marker())])
    };
    assert_eq!(word(Some(ASK), &[theirs, second]), "up to date");
}

#[test]
fn nothing_is_moved_removed_or_repeated_where_the_own_account_is_not_known() {
    let unknown = |desired, branches: &[BranchState]| told(None, desired, branches);
    for state in [State::Open, State::Closed, State::Merged] {
        for marker in
            [marker(), Marker { handed_back: true, ..marker() }, Marker { closed: true, ..marker() }]
        {
            for desired in [Some(ASK), None] {
                let name = branches(Some(OURS), vec![ours(state, &marker)]);
                assert_eq!(
                    unknown(desired, &[name, free()]),
                    "hands off UnknownAccount",
                    "{state:?} {marker:?}"
                );
            }
        }
    }
    let reproducible = BranchState { reproducible: true, ..branches(Some(OURS), vec![]) };
    assert_eq!(unknown(None, std::slice::from_ref(&reproducible)), "nothing");
    assert!(!super::is_free(None, &reproducible) && super::is_free(Some(&own()), &reproducible));
    // A first one takes nothing from anybody.
    assert_eq!(unknown(Some(ASK), &[free()]), "open nixpacks-fix/main-2 new");
}
