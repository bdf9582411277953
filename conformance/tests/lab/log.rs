//! The log that a run would have left on a platform, as Docker prints it without a terminal.

use crate::outcome::Outcome;
use std::fmt::Write as _;

/// Lines that Docker repeats of a step that failed.
const REPEATED: usize = 10;

/// The log of the build, and of the app if it was started.
pub(crate) fn of(run: &Outcome) -> String {
    if run.stage == "plan" {
        let said = run.output.trim();
        let unplanned = said.contains("unable to generate a build plan");
        return if unplanned { format!("{said}\n") } else { format!("Error: {said}\n") };
    }
    let mut log = format!("\n{}\n\n", run.plan.trim_matches('\n'));
    for (number, what) in
        [(1, "[internal] load build definition from Dockerfile"), (2, "[internal] load build context")]
    {
        let _ = write!(log, "#{number} {what}\n#{number} DONE 0.1s\n\n");
    }
    if run.stage == "start" {
        // The second line is how Railway begins the log of the app.
        log.push_str(
            "#9 exporting to image\n#9 exporting layers 4.2s done\n#9 DONE 4.6s\n\nStarting Container\n",
        );
        log.push_str(&run.output);
        return log;
    }
    let command = run.command.replace('\n', " ");
    let process = format!(
        "process \"/bin/bash -ol pipefail -c {command}\" did not complete successfully: exit code: {}",
        run.code
    );
    let _ = writeln!(log, "#5 [stage-0 5/9] RUN {command}");
    for line in run.output.lines() {
        let _ = writeln!(log, "#5 0.512 {line}");
    }
    let _ = write!(log, "#5 ERROR: {process}\n------\n > [stage-0 5/9] RUN {command}:\n");
    let lines: Vec<&str> = run.output.lines().collect();
    for line in lines.iter().skip(lines.len().saturating_sub(REPEATED)) {
        let _ = writeln!(log, "0.512 {line}");
    }
    let _ = write!(log, "------\nERROR: failed to build: failed to solve: {process}\n");
    log
}
