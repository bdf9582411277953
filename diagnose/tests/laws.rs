//! What holds of any bytes: no panic, bounded answers, nothing quoted unmasked. `fuzz/fuzz_targets/log.rs` draws more of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

use nixpacks_diagnose::{Answer, Diagnosis, diagnose, mask};
use proptest::prelude::*;
use std::io::BufReader;

/// Lines of logs, from which logs are drawn that no platform prints.
const LINES: &[&str] = &[
    "2026-01-26T21:33:20.392777550Z [inf]  [Region: us-east4]",
    "2026-01-26T21:33:20.392777550Z [inf]  [stage-0 6/9] RUN pip install -r requirements.txt",
    "2026-01-26T21:33:20.392777550Z [err]  /bin/bash: line 1: pip: command not found",
    "2026-Feb-09 09:10:56.747447 [DEBUG] #10 40.1 error: undefined variable 'pip'",
    "#0 building with \"default\" instance using docker driver",
    "#10 [stage-0  6/10] RUN pip install x --token=hunter2hunter2",
    "#10 40.10 ERROR: No matching distribution found for x @ https://ada:hunter2hunter2@host/x",
    "#10 ERROR: process \"/bin/bash -ol pipefail -c pip install x --token=hunter2hunter2\" did not complete successfully: exit code: 1",
    "#10 DONE 1.0s",
    " > [stage-0  6/10] RUN pip install x --token=hunter2hunter2:",
    "34.15 error: API_KEY=hunter2hunter2",
    "------",
    "Dockerfile:20",
    "  20 | >>> RUN pip install x --token=hunter2hunter2",
    "╔════ Nixpacks v1.41.0 ════╗",
    "║ install    │ pip install x SECRET_KEY=hunter2hunter2 ║",
    "╚════╝",
    "```",
    "# Title",
    "Starting Container",
    "Stopping Container",
    "Traceback (most recent call last):",
    "ModuleNotFoundError: No module named 'x'",
    "KeyError: {\"password\": \"hunter2hunter2\"}",
    "stage-0",
    "RUN npm ci",
    "2m 10s",
    "Oops something is not okay, are you okay? 😢",
    "=== Successfully Built! ===",
    "{\"message\":\"/bin/bash: line 1: uvicorn: command not found\",\"timestamp\":\"x\"}",
    "[{\"message\":\"a\"},{\"message\":\"error: TOKEN=hunter2hunter2\"",
    "Error: Failed to parse Nixpacks config file `nixpacks.toml`",
    "Caused by:",
    "    invalid type: DB_PASSWORD=hunter2hunter2",
    "",
];

fn hold(found: &Diagnosis) {
    let texts = found.line.iter().chain(&found.failure).map(|line| &line.text);
    for text in texts.chain(&found.command).chain(&found.excerpt) {
        assert_eq!(mask(text), *text);
        assert!(text.chars().count() <= 301 && !text.chars().any(char::is_control), "{text:?}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    let explained = matches!(found.answer, Answer::Failed | Answer::StartFailed);
    assert_eq!(explained, found.line.is_some());
    assert_eq!(explained, found.reason.is_some());
    assert!(found.rule.is_none() || explained);
}

proptest! {
    #[test]
    fn any_bytes_get_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        hold(&diagnose(&bytes[..]).unwrap());
    }

    #[test]
    fn any_order_of_lines_gets_an_answer(
        lines in proptest::collection::vec(0..LINES.len(), 0..60),
        end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r"), Just("")],
        cut in 0.0..1.0,
    ) {
        let text = lines.iter().map(|at| LINES[*at]).collect::<Vec<_>>().join(end);
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let bytes = &text.as_bytes()[..(text.len() as f64 * cut) as usize];
        let whole = diagnose(bytes).unwrap();
        hold(&whole);
        // How the bytes arrive does not matter.
        assert_eq!(whole, diagnose(BufReader::with_capacity(7, bytes)).unwrap());
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [b"\xff\xfe", &wide[..]].concat();
        assert_eq!(diagnose(text.as_bytes()).unwrap(), diagnose(&marked[..]).unwrap());
    }
}

#[test]
fn very_long_lines_and_very_many_steps_are_bounded() {
    let line = format!("#10 1.0 error: {}", "x".repeat(1 << 20));
    let step = |at: u32| ["[stage-0 1/9] RUN step ", &at.to_string(), "\nerror: x\n"].concat();
    let many = (0..20_000).map(step).collect::<Vec<_>>().concat();
    let runs = "Starting Container\nKeyError: 'x'\n".repeat(5_000);
    for text in [line, many, runs, "[".repeat(1 << 20), "{\"message\":\"".repeat(100_000)] {
        hold(&diagnose(text.as_bytes()).unwrap());
    }
}
