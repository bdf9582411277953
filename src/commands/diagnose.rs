use crate::cli::{DiagnoseArgs, LogFormat};
use crate::discover;
use crate::examine::examine;
use crate::exit::Exit;
use crate::report::{Examined, diagnosis, markdown};
use crate::settings::Resolver;
use crate::shared::Shared;
use crate::terminal::{Output, OutputStyle};
use anyhow::Context as _;
use nixpacks_diagnose::{Answer, Diagnosis};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

/// Bytes that are read at once.
const CHUNK: usize = 64 << 10;

/// `diagnose`: says what failed in a log, at which line, and how to fix it.
pub(super) fn run(args: &DiagnoseArgs, style: OutputStyle, output: &mut Output) -> anyhow::Result<Exit> {
    let (name, found) = read(&args.log)?;
    match args.output_format {
        LogFormat::Json => output.stdout = diagnosis::json(&found)?,
        LogFormat::Concise => output.stdout = diagnosis::concise(&name, &found),
        LogFormat::Markdown => {
            let app = if diagnosis::is_fixable(&found) { app(args)? } else { None };
            output.stdout = markdown::of_log(&name, &found, app.as_ref(), here().as_deref());
        }
        LogFormat::Human => {
            output.stdout = diagnosis::human(&name, &found, style);
            if diagnosis::is_fixable(&found)
                && let Some(app) = app(args)?
            {
                let here = here();
                output.stdout.push_str(&diagnosis::fix(&found, &app, here.as_deref(), style));
            }
        }
    }
    Ok(if found.answer == Answer::Unexplained { Exit::Findings } else { Exit::Clean })
}

fn read(path: &Path) -> anyhow::Result<(String, Diagnosis)> {
    let (name, from): (String, Box<dyn Read>) = if path.as_os_str() == "-" {
        ("standard input".to_owned(), Box::new(io::stdin().lock()))
    } else {
        let name = path.display().to_string();
        let context = || format!("failed to read `{name}`");
        if std::fs::metadata(path).with_context(context)?.is_dir() {
            anyhow::bail!(
                "`{name}` is a directory; help: name the file with the log, or `-` for standard input"
            );
        }
        (name.clone(), Box::new(File::open(path).with_context(context)?))
    };
    let log = BufReader::with_capacity(CHUNK, from);
    let found = nixpacks_diagnose::diagnose(log).with_context(|| format!("failed to read `{name}`"))?;
    Ok((name, found))
}

/// The app that was named; without a name the one in the current directory, if there is one.
fn app(args: &DiagnoseArgs) -> anyhow::Result<Option<Examined>> {
    let resolver = Resolver::new(&args.engine, None)?;
    let shared = Shared::default();
    let paths: Vec<PathBuf> = args.app.clone().into_iter().collect();
    let found = discover::inputs(&paths, None, &shared)?;
    let here = found.inputs.into_iter().filter(|input| args.app.is_some() || is_here(input));
    let [only] = &here.collect::<Vec<_>>()[..] else { return Ok(None) };
    let apps = examine(std::slice::from_ref(only), &resolver, &shared)?;
    Ok(apps.into_iter().next())
}

/// Whether an app is the current directory itself.
fn is_here(input: &discover::Input) -> bool {
    matches!(input, discover::Input::Dir { real, .. } if Some(real) == here().as_ref())
}

/// The canonical current directory.
fn here() -> Option<PathBuf> {
    std::env::current_dir().ok().and_then(|dir| dir.canonicalize().ok())
}
