//! The laws hold of apps drawn at random, and enough of those need a repair.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use laws::{Broken, Seen, check, generate, raw};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use std::cell::RefCell;
use std::collections::BTreeMap;

fn cases(usual: u32) -> u32 {
    #[allow(clippy::disallowed_methods, reason = "a test may be told how long to run")]
    std::env::var("LAWS_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

fn run(cases: u32, longest: usize, app: fn(&[u8]) -> laws::App) -> Vec<Seen> {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 4_000, ..Config::default() };
    let seen = RefCell::new(Vec::new());
    let result = TestRunner::new(config).run(&proptest::collection::vec(any::<u8>(), 0..longest), |bytes| {
        let app = app(&bytes);
        match check(&app) {
            Ok(one) => seen.borrow_mut().push(one),
            Err(Broken { law, detail }) => {
                return Err(TestCaseError::fail(format!("{law}\n{app}\n{detail}")));
            }
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    seen.into_inner()
}

#[test]
fn drawn_apps_keep_the_laws_and_most_need_a_repair() {
    let seen = run(cases(1200), 400, generate::app);
    let share = |is: &dyn Fn(&Seen) -> bool| seen.iter().filter(|seen| is(seen)).count() * 100 / seen.len();
    let (found, offered) = (share(&|seen| !seen.rules.is_empty()), share(&|seen| seen.offered));
    let changed = share(&|seen| seen.changed);
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    let mut verdicts: BTreeMap<String, usize> = BTreeMap::new();
    for seen in &seen {
        seen.rules.iter().for_each(|rule| *rules.entry(rule).or_default() += 1);
        *verdicts.entry(format!("{:?}", seen.before)).or_default() += 1;
    }
    let never: Vec<&str> = nixpacks_transforms::rules::RULES
        .iter()
        .map(|rule| rule.id)
        .filter(|id| !rules.contains_key(id))
        .collect();
    println!("{} apps: {found} % with a finding, {offered} % with a repair, {changed} % changed", seen.len());
    println!("rules: {rules:#?}\nnever: {never:?}\nverdicts: {verdicts:#?}");
    assert!(never.len() < 8, "rules that never spoke: {never:?}");
    assert!(found > 60 && changed > 30, "{found} % with a finding, {changed} % changed");
}

#[test]
fn raw_bytes_keep_the_laws() {
    run(cases(300), 200, raw::app);
}
