//! The language server, played by a client that follows a script.

use crate::support::{BROKEN, Sandbox};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

struct Client {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    last_id: i64,
}

impl Client {
    /// A client that has said hello, with these capabilities.
    fn new(capabilities: &Value) -> (Self, Value) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_nixpacks-fix"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let mut client = Self { child, to, from, last_id: 0 };
        let hello = client.ask("initialize", &json!({ "capabilities": capabilities }));
        client.tell("initialized", &json!({}));
        (client, hello)
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let to = self.to.as_mut().unwrap();
        write!(to, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        to.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The result, or the error, of a request. What the server says before it is passed over.
    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.read().expect("the server has ended");
            if message["id"] == id && message.get("method").is_none() {
                return if message.get("error").is_some() { message } else { message["result"].clone() };
            }
        }
    }

    /// The next message; `None` where the server has closed its output.
    fn read(&mut self) -> Option<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.from.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            match line.trim_end() {
                "" => break,
                header => {
                    if let Some(number) = header.strip_prefix("Content-Length: ") {
                        length = number.parse().unwrap();
                    }
                }
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).unwrap();
        Some(serde_json::from_slice(&body).unwrap())
    }

    fn open(&mut self, uri: &str, text: &str) -> Value {
        let document = json!({ "uri": uri, "languageId": "toml", "version": 1, "text": text });
        self.tell("textDocument/didOpen", &json!({ "textDocument": document }));
        self.diagnostics(uri)
    }

    fn change(&mut self, uri: &str, version: i32, text: &str) -> Value {
        let params = json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": [{ "text": text }] });
        self.tell("textDocument/didChange", &params);
        self.diagnostics(uri)
    }

    /// The next diagnostics of a file.
    fn diagnostics(&mut self, uri: &str) -> Value {
        loop {
            let message = self.read().expect("the server has ended");
            if message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri {
                return message["params"]["diagnostics"].clone();
            }
        }
    }

    fn actions(&mut self, uri: &str, line: usize, only: &[&str]) -> Vec<Value> {
        let at = json!({ "line": line, "character": 0 });
        let end = json!({ "line": line, "character": 99 });
        let context = if only.is_empty() {
            json!({ "diagnostics": [] })
        } else {
            json!({ "diagnostics": [], "only": only })
        };
        let params = json!({ "textDocument": { "uri": uri }, "range": { "start": at, "end": end }, "context": context });
        self.ask("textDocument/codeAction", &params).as_array().unwrap().clone()
    }

    fn at(&mut self, method: &str, uri: &str, line: usize, character: usize) -> Value {
        let position = json!({ "line": line, "character": character });
        self.ask(method, &json!({ "textDocument": { "uri": uri }, "position": position }))
    }

    /// Says good-bye, and gives the exit status.
    fn end(mut self) -> Option<i32> {
        assert_eq!(self.ask("shutdown", &Value::Null), Value::Null);
        self.tell("exit", &Value::Null);
        self.to.take();
        while self.read().is_some() {}
        self.child.wait().unwrap().code()
    }
}

fn uri(sandbox: &Sandbox, file: &str) -> String {
    format!("file://{}/{file}", sandbox.path().display())
}

fn codes(diagnostics: &Value) -> Vec<&str> {
    diagnostics.as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap()).collect()
}

/// The text with the edits of an action made. Its places are counted in UTF-16.
fn edited(text: &str, edits: &Value) -> String {
    let offset = |at: &Value| {
        let (line, column) = (at["line"].as_u64().unwrap(), at["character"].as_u64().unwrap());
        let start: usize = text.split_inclusive('\n').take(line.try_into().unwrap()).map(str::len).sum();
        let units: Vec<u16> = text[start..].encode_utf16().take(column.try_into().unwrap()).collect();
        start + String::from_utf16(&units).unwrap().len()
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let range = &edit["range"];
            (offset(&range["start"]), offset(&range["end"]), edit["newText"].as_str().unwrap())
        })
        .collect();
    edits.sort_unstable();
    let mut text = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, new);
    }
    text
}

#[test]
fn tells_of_problems_as_they_are_typed_and_offers_their_fixes() {
    let sandbox = Sandbox::broken();
    let (mut client, hello) = Client::new(&json!({}));
    assert_eq!(hello["capabilities"]["positionEncoding"], "utf-16");
    let uri = uri(&sandbox, "nixpacks.toml");
    // Not what is on disk counts, but what is typed.
    let found = client.open(&uri, "[start]\ncmd = \"python main.py\"\n");
    assert_eq!(codes(&found), Vec::<&str>::new());
    let text = format!("# \u{1f40d}\n{BROKEN}");
    let found = client.change(&uri, 2, &text);
    assert_eq!(codes(&found), ["undefined-nix-package", "pip-outside-venv"], "{found}");
    let page = found[0]["codeDescription"]["href"].as_str().unwrap();
    assert!(page.ends_with("/docs/rules.md#undefined-nix-package"), "{page}");
    assert_eq!((&found[0]["severity"], &found[0]["range"]["start"]["line"]), (&json!(1), &json!(2)));
    assert!(found[0]["message"].as_str().unwrap().contains("undefined variable 'pip'"), "{found}");

    let actions = client.actions(&uri, 2, &["quickfix"]);
    assert_eq!(actions.len(), 1, "{actions:?}");
    assert_eq!(actions[0]["title"], "Remove `pip` from `nixPkgs`");
    let fixed = edited(&text, &actions[0]["edit"]["changes"][&uri]);
    assert!(fixed.contains("nixPkgs = [\"python311\"]\n"), "{fixed}");

    // All of them at once come to what `fix` writes.
    let all = client.actions(&uri, 0, &["source.fixAll"]);
    assert_eq!(all[0]["kind"], "source.fixAll.nixpacks-fix");
    let fixed = edited(&text, &all[0]["edit"]["changes"][&uri]);
    sandbox.write("nixpacks.toml", &text);
    assert_eq!(sandbox.run(&["fix"]).code, 0);
    assert_eq!(fixed, sandbox.read("nixpacks.toml"));
    assert_eq!(codes(&client.change(&uri, 3, &fixed)), Vec::<&str>::new());
    assert_eq!(client.end(), Some(0));
}

#[test]
fn says_what_a_key_is_for_and_where_its_value_comes_from() {
    let sandbox = Sandbox::broken();
    let (mut client, _) = Client::new(&json!({ "general": { "positionEncodings": ["utf-8"] } }));
    let uri = uri(&sandbox, "nixpacks.toml");
    let text = "[phases.setup]\nnixPkgs = [\"...\", \"ffmpeg\"]\n\n[variables]\nTOKEN = \"hunter2\"\n";
    client.open(&uri, text);
    let hover = client.at("textDocument/hover", &uri, 1, 3);
    let said = hover["contents"]["value"].as_str().unwrap();
    assert!(said.contains("`python3` from provider python"), "{said}");
    assert!(said.contains("`ffmpeg` from ") && said.contains("nixpacks.toml:2:"), "{said}");
    let hover = client.at("textDocument/hover", &uri, 4, 1);
    assert!(!hover.to_string().contains("hunter2"), "{hover}");
    assert_eq!(client.at("textDocument/hover", &uri, 2, 0), Value::Null);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn completes_keys_providers_and_packages_in_every_file() {
    let sandbox = Sandbox::broken();
    let (mut client, _) = Client::new(&json!({}));
    let mut labels = |file: &str, text: &str, want: &[&str], insert: &str| {
        let uri = uri(&sandbox, file);
        client.open(&uri, text);
        let line = text.matches('\n').count();
        let column = text.rsplit('\n').next().unwrap().len();
        let items = client.at("textDocument/completion", &uri, line, column);
        for want in want {
            let item = items.as_array().unwrap().iter().find(|item| item["label"] == *want);
            let item = item.unwrap_or_else(|| panic!("{want} is not in {items}"));
            let inserted = item.get("insertText").unwrap_or(&item["label"]);
            assert_eq!(inserted, &json!(insert.replace("NAME", want)), "{file}");
        }
    };
    labels("nixpacks.toml", "[phases.setup]\n", &["nixPkgs", "aptPkgs"], "NAME");
    labels("nixpacks.toml", "providers = [", &["python", "node", "..."], "\"NAME\"");
    labels("nixpacks.toml", "[phases.setup]\nnixPkgs = [\"", &["ffmpeg", "python311"], "NAME");
    labels("nixpacks.toml", "[", &["phases.install"], "NAME");
    labels("nixpacks.json", "{\"phases\": {\"build\": {", &["cmds"], "\"NAME\"");
    labels("Procfile", "", &["web"], "NAME: ");
    assert_eq!(client.end(), Some(0));
}

#[test]
fn a_file_that_a_fix_makes_is_made_by_the_editor() {
    let railway = "{\n  \"deploy\": { \"startCommand\": \"python main.py\" }\n}\n";
    let files = [("railway.json", railway), ("requirements.txt", "flask\n"), ("server.py", "import flask\n")];
    let sandbox = Sandbox::new(files);
    let edits = json!({ "documentChanges": true, "resourceOperations": ["create"] });
    let (mut client, _) = Client::new(&json!({ "workspace": { "workspaceEdit": edits } }));
    let uri = uri(&sandbox, "railway.json");
    client.open(&uri, &railway.replace("main", "server"));
    let actions = client.actions(&uri, 1, &["quickfix"]);
    let made = actions.iter().find(|action| action["edit"]["documentChanges"][0]["kind"] == "create");
    let made = made.unwrap_or_else(|| panic!("{actions:?}"));
    let changes = &made["edit"]["documentChanges"];
    assert!(changes[0]["uri"].as_str().unwrap().ends_with("/nixpacks.toml"), "{changes}");
    assert!(made["title"].as_str().unwrap().ends_with("(may change what works today)"), "{made}");
    assert_eq!(client.end(), Some(0));

    // Another client gets no action that it could not carry out.
    let (mut client, _) = Client::new(&json!({}));
    client.open(&uri, &railway.replace("main", "server"));
    assert!(client.actions(&uri, 1, &["quickfix"]).is_empty());
    assert_eq!(client.end(), Some(0));
}

#[test]
fn goes_on_after_what_it_cannot_understand() {
    let sandbox = Sandbox::broken();
    let (mut client, _) = Client::new(&json!({}));
    let uri = uri(&sandbox, "nixpacks.toml");
    assert_eq!(client.ask("workspace/unheard-of", &json!({}))["error"]["code"], -32601);
    assert_eq!(client.ask("textDocument/hover", &json!({ "x": 1 }))["error"]["code"], -32602);
    client.tell("textDocument/didChange", &json!({ "x": 1 }));
    let broken = client.open(&uri, "[phases.setup\nnixPkgs = [\"ff");
    assert_eq!(broken[0]["severity"], 1, "{broken}");
    let huge = client.change(&uri, 2, &"#".repeat(2 << 20));
    assert!(huge[0]["message"].as_str().unwrap().contains("larger than 1 MiB"), "{huge}");
    assert_eq!(codes(&client.change(&uri, 3, "")), Vec::<&str>::new());
    client.tell("textDocument/didClose", &json!({ "textDocument": { "uri": uri } }));
    assert_eq!(client.diagnostics(&uri), json!([]));
    assert_eq!(client.actions(&uri, 0, &[]), Vec::<Value>::new());
    assert_eq!(client.end(), Some(0));
}
