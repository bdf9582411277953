//! A repository of a forge, as its people and the test see it.

use super::bare::{Bare, Signature};
use super::shared::Shared;
use super::state::{self, Comment, Found, Pull, Settings, State};
use std::path::PathBuf;
use std::sync::Arc;

const ADA: &str = "Ada <ada@example.org>";

/// A repository.
#[derive(Clone)]
pub struct Repository {
    shared: Arc<Shared>,
    /// The name it was made with.
    name: String,
    bare: Bare,
}

impl Repository {
    pub(super) fn create(shared: &Arc<Shared>, name: &str) -> Self {
        let path = shared.root().join(format!("{name}.git"));
        let bare = Bare::init(path, shared.home(), "main");
        let mut world = shared.world();
        let (id, settings) = (world.id(), Settings::default());
        let made = state::Repository {
            id,
            name: name.to_owned(),
            bare: bare.clone(),
            settings,
            pulls: Vec::new(),
            labels: Vec::new(),
        };
        assert!(world.repositories.insert(name.to_owned(), made).is_none(), "{name} is there already");
        if let Some(emulator) = &shared.emulator {
            emulator.create(name);
        }
        Self { shared: Arc::clone(shared), name: name.to_owned(), bare }
    }

    pub(super) fn find(shared: &Arc<Shared>, name: &str) -> Option<Self> {
        let world = shared.world();
        let (Found::Here(name) | Found::Moved(name, _)) = world.find(name) else {
            return None;
        };
        let bare = world.repositories[&name].bare.clone();
        Some(Self { shared: Arc::clone(shared), name, bare })
    }

    /// Its number.
    pub fn id(&self) -> u64 {
        self.with(|repository| repository.id)
    }

    /// Where git clones it from, without a password.
    pub fn clone_url(&self) -> String {
        format!("{}/{}.git", self.shared.url, self.name)
    }

    /// Where it is on disk.
    pub fn path(&self) -> PathBuf {
        self.bare.path.clone()
    }

    /// What it is set to.
    pub fn settings(&self) -> Settings {
        self.with(|repository| repository.settings.clone())
    }

    /// Sets it.
    pub fn set(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.settings();
        change(&mut settings);
        if let Some(emulator) = &self.shared.emulator {
            emulator.set(&self.name, &self.settings(), &settings);
        }
        self.with(|repository| {
            repository.settings = settings;
            let head = format!("refs/heads/{}", repository.settings.default_branch);
            repository.bare.git(&["symbolic-ref", "HEAD", &head]);
        });
    }

    /// A person commits and pushes: a file with no text goes, a new branch starts at the default one.
    pub fn commit(&self, branch: &str, files: &[(&str, Option<&str>)], message: &str) -> String {
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.map(|text| text.as_bytes().to_vec())))
            .collect();
        let mut world = self.shared.world();
        let default = world.repositories[&self.name].settings.default_branch.clone();
        let from = self.bare.tip(branch).or_else(|| self.bare.tip(&default));
        let by = Signature { author: ADA, committer: ADA, date: world.now() };
        let message = format!("{}\n", message.trim_end());
        let commit = self.bare.commit(branch, from.as_deref(), &files, &message, &by);
        drop(world);
        self.shared.pushed(&self.name);
        commit
    }

    /// The commit of a branch.
    pub fn tip(&self, branch: &str) -> Option<String> {
        self.bare.tip(branch)
    }

    /// The text of a file on a branch.
    pub fn show(&self, branch: &str, path: &str) -> Option<String> {
        self.bare.show(branch, path)
    }

    /// Runs git in it. A pull request notices with the next push, or with `follow`.
    pub fn git(&self, args: &[&str]) -> String {
        self.bare.git(args)
    }

    /// All branches, in order.
    pub fn branches(&self) -> Vec<String> {
        let listed = self.git(&["for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads"]);
        listed.lines().map(str::to_owned).collect()
    }

    /// Lets pull requests follow what `git` changed.
    pub fn follow(&self) {
        self.shared.pushed(&self.name);
    }

    /// A person deletes a branch.
    pub fn delete_branch(&self, branch: &str) {
        self.git(&["update-ref", "-d", &format!("refs/heads/{branch}")]);
        self.follow();
    }

    /// Installs a hook.
    pub fn hook(&self, name: &str, script: &str) {
        let path = self.bare.path.join("hooks").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, script).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    /// Every pull request, oldest first.
    pub fn pulls(&self) -> Vec<Pull> {
        match &self.shared.emulator {
            Some(emulator) => emulator.pulls(&self.name),
            None => self.with(|repository| repository.pulls.clone()),
        }
    }

    /// One pull request.
    pub fn pull(&self, number: u64) -> Pull {
        self.pulls().into_iter().find(|pull| pull.number == number).unwrap()
    }

    /// Changes one, as a person or as time would.
    pub fn edit_pull(&self, number: u64, change: impl FnOnce(&mut Pull)) {
        assert!(self.shared.emulator.is_none(), "the emulator's pull requests change through its API only");
        self.with(|repository| change(repository.pull_mut(number).unwrap()));
    }

    /// Somebody opens one from a branch of the repository: its number.
    pub fn propose(&self, author: &str, head: &str, body: &str) -> u64 {
        assert!(
            self.shared.emulator.is_none(),
            "the emulator's pull requests are opened through its API only"
        );
        let mut world = self.shared.world();
        let created_at = world.now_text();
        let name = &self.name;
        let pull = Pull {
            number: world.repositories[name].pulls.len() as u64 + 1,
            state: State::Open,
            title: "Have a look".to_owned(),
            body: body.to_owned(),
            draft: false,
            author: author.to_owned(),
            head: head.to_owned(),
            head_repository: Some(name.clone()),
            base: world.repositories[name].settings.default_branch.clone(),
            sha: self.bare.tip(head).unwrap_or_default(),
            labels: Vec::new(),
            reviewers: Vec::new(),
            team_reviewers: Vec::new(),
            comments: Vec::new(),
            maintainer_can_modify: true,
            created_at,
            merged_at: None,
        };
        world.keep_head(name, &pull);
        let number = pull.number;
        world.repositories.get_mut(name).unwrap().pulls.push(pull);
        number
    }

    /// A person comments on one.
    pub fn comment(&self, number: u64, author: &str, body: &str) {
        if let Some(emulator) = &self.shared.emulator {
            return emulator.comment(&self.name, number, body);
        }
        let id = self.shared.world().id();
        let comment = Comment { id, author: author.to_owned(), body: body.to_owned() };
        self.edit_pull(number, |pull| pull.comments.push(comment));
    }

    /// A person closes one.
    pub fn close(&self, number: u64) {
        match &self.shared.emulator {
            Some(emulator) => emulator.close(&self.name, number),
            None => self.edit_pull(number, |pull| pull.state = State::Closed),
        }
    }

    /// A person merges one, with a merge commit. The branch stays.
    pub fn merge(&self, number: u64) {
        self.merge_as(number, false);
    }

    /// A person merges one into a single commit. The branch stays.
    pub fn squash(&self, number: u64) {
        self.merge_as(number, true);
    }

    fn merge_as(&self, number: u64, squash: bool) {
        if let Some(emulator) = &self.shared.emulator {
            let pull = self.pull(number);
            emulator.merge(&self.name, number);
            self.bare.merge(&pull.base, &pull.sha, &pull.title, squash);
            return self.shared.pushed(&self.name);
        }
        let mut world = self.shared.world();
        let now = world.now_text();
        let repository = world.repositories.get_mut(&self.name).unwrap();
        let bare = repository.bare.clone();
        let pull = repository.pull_mut(number).unwrap();
        bare.merge(&pull.base, &pull.sha, &pull.title, squash);
        pull.state = State::Merged;
        pull.merged_at = Some(now);
        world.follow(&self.name);
    }

    fn with<T>(&self, work: impl FnOnce(&mut state::Repository) -> T) -> T {
        work(self.shared.world().repositories.get_mut(&self.name).unwrap())
    }
}
