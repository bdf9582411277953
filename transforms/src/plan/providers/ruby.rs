//! The Ruby provider, as far as a Python deploy depends on it.

use super::shared::{js, pattern};
use crate::plan::detect::{Provided, Provider, Scope};
use crate::plan::draft::{self, Draft};
use crate::plan::files::{Files, error};
use crate::plan::types::{Origin, Plan, PlanError};
use regex::Regex;
use std::sync::LazyLock;

const BY: Origin = Origin::Provider("ruby");

pub(super) const RUBY: Provider = Provider {
    name: "ruby",
    detect: |scope| Ok(scope.files.has("Gemfile")),
    plan: |scope| plan(scope).map(Provided::from).map(Some),
};

fn plan(scope: Scope<'_>) -> Result<Plan, PlanError> {
    let files = scope.files;
    let version = version(scope)?;
    let gem = |name: &str| {
        files.text_or_empty("Gemfile").contains(name) || files.text_or_empty("Gemfile.lock").contains(name)
    };
    let rails = files.text_or_empty("config/application.rb").contains("Rails::Application");
    let mut plan = Plan::default();
    setup(&version, gem("magick")).put(&mut plan);

    let mut install = Draft::install(&BY, None);
    if !gem("local") {
        install.file("Gemfile").file("Gemfile.lock");
    }
    install.cmd("bundle install");
    install.path(format!("/usr/local/rvm/rubies/{version}/bin"));
    install.path(format!("/usr/local/rvm/gems/{version}/bin"));
    install.path(format!("/usr/local/rvm/gems/{version}@global/bin"));
    install.put(&mut plan);

    let mut build = Draft::build(&BY, None);
    if rails && (gem("sprockets") || gem("propshaft")) {
        build.cmd("bundle exec rake assets:precompile");
    }
    if rails && gem("bootsnap") {
        build.cmd("bundle exec bootsnap precompile app/ lib/");
    }
    if files.has("package.json") || gem("execjs") {
        js::all_packages(files)?;
        let (mut setup, install) = (js::setup(&BY, scope)?.phase, js::install(&BY, scope)?.phase);
        // Their own dependencies keep their plain names.
        setup.depends_on = None;
        plan.phases.insert("node:setup".to_owned(), setup);
        plan.phases.insert("node:install".to_owned(), install);
        build.after("node:install");
    }
    build.put(&mut plan);
    if let Some(cmd) = start(files, rails) {
        draft::start(&mut plan, &BY, cmd);
    }
    Ok(plan)
}

fn setup(version: &str, magick: bool) -> Draft {
    let version = version.trim_start_matches("ruby-");
    let mut setup = Draft::new(&BY, "setup");
    setup.phase.only_include_files = Some(Vec::new());
    let mut parts = version.split('.').map(str::parse::<u8>);
    // Either brings an archive of nixpkgs along.
    if magick {
        setup.pkgs(["imagemagick"]);
    }
    if let (Some(Ok(3..)), Some(Ok(1..))) = (parts.next(), parts.next()) {
        setup.pkgs(["rustc"]);
    }
    setup.apt(["procps", "git", "curl", "autoconf", "bison", "build-essential"]);
    setup.cmd(format!("rbenv install {version} && rbenv global {version} && gem install bundler"));
    setup.path("$HOME/.rbenv/bin");
    setup
}

fn start(files: &Files<'_>, rails: bool) -> Option<&'static str> {
    if rails && files.has("rails") {
        Some("bundle exec rails server -b 0.0.0.0 -p ${PORT:-3000}")
    } else if rails {
        Some("bundle exec bin/rails server -b 0.0.0.0 -p ${PORT:-3000} -e $RAILS_ENV")
    } else if files.has("config/environment.rb") && files.has_dir("script") {
        Some("bundle exec ruby script/server -p ${PORT:-3000}")
    } else if files.has("config.ru") {
        Some("bundle exec rackup config.ru -p ${PORT:-3000}")
    } else if files.has("Rakefile") {
        Some("bundle exec rake")
    } else {
        None
    }
}

fn version(scope: Scope<'_>) -> Result<String, PlanError> {
    static GEMFILE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"ruby (?:'|")(.*)(?:'|")[^>]"#));
    static LOCK: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"ruby ((?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*))[^>]"));
    let files = scope.files;
    if let Some(version) = scope.env.config("RUBY_VERSION") {
        return Ok(version);
    }
    if files.has(".ruby-version") {
        return Ok(files.text(".ruby-version")?.trim().to_owned());
    }
    let (gemfile, lock) = (files.text_or_empty("Gemfile"), files.text_or_empty("Gemfile.lock"));
    let found = GEMFILE.captures(&gemfile).or_else(|| LOCK.captures(&lock));
    match found.and_then(|captures| captures.get(1)) {
        Some(version) => Ok(format!("ruby-{}", version.as_str())),
        None => Err(error("Please specify ruby's version in .ruby-version file")),
    }
}
