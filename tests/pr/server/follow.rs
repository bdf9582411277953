//! What pushes do to pull requests.

use super::state::{Kind, Pull, State, World};

impl World {
    /// Keeps the commits of a pull request's head where forges do, in the repository it is for.
    pub fn keep_head(&self, base: &str, pull: &Pull) {
        let base = &self.repositories[base].bare;
        let number = pull.number;
        let name = match self.kind {
            Kind::GitLab => format!("refs/merge-requests/{number}/head"),
            Kind::GitHub | Kind::Gitea => format!("refs/pull/{number}/head"),
        };
        let head = &self.repositories[pull.head_repository.as_deref().unwrap()].bare;
        if head.path != base.path {
            let path = head.path.to_string_lossy();
            base.git(&["fetch", "-q", &path, &format!("refs/heads/{}", pull.head)]);
        }
        base.git(&["update-ref", &name, &pull.sha]);
    }

    /// Lets pull requests follow what was pushed to this repository.
    pub fn follow(&mut self, pushed: &str) {
        let names: Vec<String> = self.repositories.keys().cloned().collect();
        for base in names {
            for index in 0..self.repositories[&base].pulls.len() {
                let mut pull = self.repositories[&base].pulls[index].clone();
                let concerned = base == pushed || pull.head_repository.as_deref() == Some(pushed);
                if pull.state == State::Open && concerned {
                    self.follow_one(&base, &mut pull);
                    self.repositories.get_mut(&base).unwrap().pulls[index] = pull;
                }
            }
        }
    }

    fn follow_one(&mut self, base: &str, pull: &mut Pull) {
        let Some(tip) = self.tip(pull.head_repository.as_deref(), &pull.head) else {
            pull.state = State::Closed;
            return;
        };
        let moved = pull.sha != tip;
        if moved {
            pull.sha = tip;
            self.keep_head(base, pull);
        }
        let held = &self.repositories[base].bare;
        let done = held.tip(&pull.base).is_some_and(|base| held.contains(&base, &pull.sha));
        match (done, moved, self.kind) {
            (true, true, Kind::GitHub) => pull.state = State::Closed,
            (true, false, Kind::GitHub | Kind::GitLab) => {
                pull.state = State::Merged;
                pull.merged_at = Some(self.now_text());
            }
            // The others leave it open, with nothing in it.
            _ => {}
        }
    }
}
