//! The pull requests of the emulator, as the test and the people of a repository see them.

use super::emulated::{Emulator, PERSON, text};
use super::state::{Comment, Pull, State};
use serde_json::{Value, json};

fn each(value: &Value, read: impl Fn(&Value) -> String) -> Vec<String> {
    value.as_array().into_iter().flatten().map(read).collect()
}

impl Emulator {
    /// Every pull request of a repository, oldest first.
    pub fn pulls(&self, name: &str) -> Vec<Pull> {
        let path = format!("/repos/{name}/pulls?state=all&per_page=100&direction=asc");
        let listed = self.must("GET", &path, &Value::Null);
        listed.as_array().into_iter().flatten().map(|pull| self.pull(name, pull)).collect()
    }

    fn pull(&self, name: &str, pull: &Value) -> Pull {
        let number = pull["number"].as_u64().unwrap();
        let path = format!("/repos/{name}/issues/{number}/comments?per_page=100");
        let comments = self.must("GET", &path, &Value::Null);
        let comment = |comment: &Value| Comment {
            id: comment["id"].as_u64().unwrap_or_default(),
            author: text(&comment["user"]["login"]),
            body: text(&comment["body"]),
        };
        let head = &pull["head"];
        let state = match (pull["merged_at"].is_string(), text(&pull["state"]).as_str()) {
            (true, _) => State::Merged,
            (_, "open") => State::Open,
            _ => State::Closed,
        };
        Pull {
            number,
            state,
            title: text(&pull["title"]),
            body: text(&pull["body"]),
            draft: pull["draft"] == json!(true),
            author: text(&pull["user"]["login"]),
            head: text(&head["ref"]),
            head_repository: head["repo"]["full_name"].as_str().map(str::to_owned),
            base: text(&pull["base"]["ref"]),
            sha: self
                .tip(&text(&head["repo"]["full_name"]), &text(&head["ref"]))
                .unwrap_or_else(|| text(&head["sha"])),
            labels: each(&pull["labels"], |label| text(&label["name"])),
            reviewers: each(&pull["requested_reviewers"], |user| text(&user["login"])),
            team_reviewers: each(&pull["requested_teams"], |team| text(&team["slug"])),
            comments: comments.as_array().into_iter().flatten().map(comment).collect(),
            maintainer_can_modify: true,
            created_at: text(&pull["created_at"]),
            merged_at: pull["merged_at"].as_str().map(str::to_owned),
        }
    }

    fn tip(&self, name: &str, branch: &str) -> Option<String> {
        let (status, found) =
            self.ask(super::TOKEN, "GET", &format!("/repos/{name}/git/ref/heads/{branch}"), &Value::Null);
        (status == 200).then(|| text(&found["object"]["sha"]))
    }

    /// A person comments.
    pub fn comment(&self, name: &str, number: u64, body: &str) {
        let path = format!("/repos/{name}/issues/{number}/comments");
        let (status, answer) = self.ask(PERSON, "POST", &path, &json!({"body": body}));
        assert_eq!(status, 201, "{answer}");
    }

    /// Closes one.
    pub fn close(&self, name: &str, number: u64) {
        self.must("PATCH", &format!("/repos/{name}/pulls/{number}"), &json!({"state": "closed"}));
    }

    /// Marks one as merged. The commit that the emulator makes for it is not what git would make of it.
    pub fn merge(&self, name: &str, number: u64) {
        self.must("PUT", &format!("/repos/{name}/pulls/{number}/merge"), &json!({}));
    }
}
