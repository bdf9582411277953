//! The language server: the problems, the fixes and the keys of deploy files, in an editor.
//!
//! It looks at the files that the editor has open, as they are typed, and at what is on disk beside them. It writes
//! nothing: the editor makes the changes that a person chooses.

mod completion;
mod cursor;
mod documents;
mod findings;
mod hover;
mod positions;

use anyhow::Context as _;
use documents::Documents;
use findings::{Abilities, FIX_ALL};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument,
    DidSaveTextDocument, LogMessage, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{CodeActionRequest, Completion, HoverRequest, RegisterCapability, Request as _};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams, CodeActionProviderCapability,
    CompletionOptions, CompletionParams, CompletionResponse, DidChangeTextDocumentParams,
    DidChangeWatchedFilesRegistrationOptions, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    FileSystemWatcher, GlobPattern, HoverParams, HoverProviderCapability, InitializeParams, InitializeResult,
    LogMessageParams, MessageType, PublishDiagnosticsParams, Range, Registration, RegistrationParams,
    ResourceOperationKind, ServerCapabilities, ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind,
    Uri,
};
use positions::Encoding;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Files beside an app's deploy files that decide about its build.
const WATCHED: &str = "**/{nixpacks.toml,nixpacks.json,railway.json,railway.toml,Procfile,requirements*.txt,\
    pyproject.toml,setup.py,Pipfile,poetry.lock,uv.lock,pdm.lock,runtime.txt,.python-version,package.json,\
    Dockerfile,Makefile,nixpacks-fix.toml,*.sh,*.py}";

/// Serves one client on standard input and output until it says good-bye.
pub(crate) fn serve() -> anyhow::Result<()> {
    let (connection, threads) = Connection::stdio();
    let ended = Server::serve(&connection);
    // The thread that writes ends when the connection is gone.
    drop(connection);
    ended?;
    threads.join().context("failed to end the connection with the editor")
}

struct Server<'c> {
    connection: &'c Connection,
    documents: Documents,
    abilities: Abilities,
}

impl<'c> Server<'c> {
    fn serve(connection: &'c Connection) -> anyhow::Result<()> {
        let (id, params) = connection.initialize_start()?;
        let params: InitializeParams =
            serde_json::from_value(params).context("the editor's first message")?;
        let client = &params.capabilities;
        let general = client.general.as_ref();
        let encoding = Encoding::of(general.and_then(|general| general.position_encodings.as_deref()));
        let edits = client.workspace.as_ref().and_then(|workspace| workspace.workspace_edit.as_ref());
        let create = edits.and_then(|edits| edits.resource_operations.as_ref());
        let abilities = Abilities {
            document_changes: edits.is_some_and(|edits| edits.document_changes == Some(true)),
            create: create.is_some_and(|kinds| kinds.contains(&ResourceOperationKind::Create)),
        };
        let result = InitializeResult { capabilities: capabilities(encoding), server_info: Some(info()) };
        connection.initialize_finish(id, serde_json::to_value(result)?)?;
        let mut server = Self { connection, documents: Documents::new(encoding), abilities };
        let files = client.workspace.as_ref().and_then(|workspace| workspace.did_change_watched_files);
        if files.is_some_and(|files| files.dynamic_registration == Some(true)) {
            server.watch()?;
        }
        server.run()
    }

    fn run(&mut self) -> anyhow::Result<()> {
        loop {
            // What waits is taken on first: of ten letters that were typed only the last text is looked at.
            let message = if let Ok(message) = self.connection.receiver.try_recv() {
                message
            } else {
                self.publish()?;
                let Ok(message) = self.connection.receiver.recv() else { return Ok(()) };
                message
            };
            match message {
                Message::Request(request) if self.connection.handle_shutdown(&request)? => return Ok(()),
                Message::Request(request) => {
                    self.publish()?;
                    self.request(request)?;
                }
                Message::Notification(notification) => self.notification(notification)?,
                Message::Response(_) => {}
            }
        }
    }

    /// Asks the client to tell of files that change on disk.
    fn watch(&self) -> anyhow::Result<()> {
        let watchers =
            vec![FileSystemWatcher { glob_pattern: GlobPattern::String(WATCHED.to_owned()), kind: None }];
        let options = DidChangeWatchedFilesRegistrationOptions { watchers };
        let registration = Registration {
            id: "files".to_owned(),
            method: DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: Some(serde_json::to_value(options)?),
        };
        let params = RegistrationParams { registrations: vec![registration] };
        let id = RequestId::from("watch".to_owned());
        self.send(Message::Request(Request::new(id, RegisterCapability::METHOD.to_owned(), params)))
    }

    fn notification(&mut self, note: Notification) -> anyhow::Result<()> {
        match self.heed(note) {
            Ok(None) => Ok(()),
            Ok(Some(closed)) => self.tell(closed, Vec::new(), None),
            // The editor goes on, and so does this.
            Err(error) => {
                let message = format!("a message of the editor is not as the protocol has it: {error}");
                let params = LogMessageParams { typ: MessageType::ERROR, message };
                self.send(Message::Notification(Notification::new(LogMessage::METHOD.to_owned(), params)))
            }
        }
    }

    /// Takes on what has changed. Gives back the file that is open no more.
    fn heed(&mut self, note: Notification) -> Result<Option<Uri>, serde_json::Error> {
        match note.method.as_str() {
            DidOpenTextDocument::METHOD => {
                let opened: DidOpenTextDocumentParams = serde_json::from_value(note.params)?;
                let opened = opened.text_document;
                self.documents.set(opened.uri, opened.version, opened.text);
            }
            DidChangeTextDocument::METHOD => {
                let changed: DidChangeTextDocumentParams = serde_json::from_value(note.params)?;
                // Whole texts were agreed on.
                if let Some(change) = changed.content_changes.into_iter().next_back() {
                    self.documents.set(changed.text_document.uri, changed.text_document.version, change.text);
                }
            }
            DidCloseTextDocument::METHOD => {
                let closed: DidCloseTextDocumentParams = serde_json::from_value(note.params)?;
                self.documents.close(&closed.text_document.uri);
                return Ok(Some(closed.text_document.uri));
            }
            DidSaveTextDocument::METHOD | DidChangeWatchedFiles::METHOD => self.documents.disk_changed(),
            _ => {}
        }
        Ok(None)
    }

    /// Looks at the apps that have changed, and tells what is wrong with them.
    fn publish(&mut self) -> anyhow::Result<()> {
        for dir in std::mem::take(&mut self.documents.changed) {
            self.documents.look(&dir);
            let encoding = self.documents.encoding;
            let Some(looked) = self.documents.of_directory(&dir) else { continue };
            let mut told = Vec::new();
            for (_, open) in self.documents.in_directory(&dir) {
                let found = match looked {
                    Ok(examined) => findings::diagnostics(open, examined, encoding),
                    Err(why) => vec![findings::failure(Range::default(), why.to_owned())],
                };
                told.push((open.uri.clone(), found, Some(open.version)));
            }
            for (uri, found, version) in told {
                self.tell(uri, found, version)?;
            }
        }
        Ok(())
    }

    fn tell(
        &self,
        uri: Uri,
        diagnostics: Vec<lsp_types::Diagnostic>,
        version: Option<i32>,
    ) -> anyhow::Result<()> {
        let params = PublishDiagnosticsParams { uri, diagnostics, version };
        self.send(Message::Notification(Notification::new(PublishDiagnostics::METHOD.to_owned(), params)))
    }

    fn request(&self, request: Request) -> anyhow::Result<()> {
        let Request { id, method, params: given } = request;
        let documents = &self.documents;
        let response = match method.as_str() {
            CodeActionRequest::METHOD => answer(id, given, |asked: CodeActionParams| {
                let wanted = asked.context.only.as_deref();
                let uri = &asked.text_document.uri;
                let actions = findings::actions(documents, uri, asked.range, wanted, self.abilities);
                actions.into_iter().map(CodeActionOrCommand::CodeAction).collect::<Vec<_>>()
            }),
            HoverRequest::METHOD => answer(id, given, |asked: HoverParams| {
                let at = asked.text_document_position_params;
                hover::hover(documents, &at.text_document.uri, at.position)
            }),
            Completion::METHOD => answer(id, given, |asked: CompletionParams| {
                let at = asked.text_document_position;
                CompletionResponse::Array(completion::completions(
                    documents,
                    &at.text_document.uri,
                    at.position,
                ))
            }),
            _ => {
                let unknown = format!("there is no method `{method}`");
                Response::new_err(id, ErrorCode::MethodNotFound as i32, unknown)
            }
        };
        self.send(Message::Response(response))
    }

    fn send(&self, message: Message) -> anyhow::Result<()> {
        self.connection.sender.send(message).context("the editor has closed the connection")
    }
}

fn answer<P: DeserializeOwned, R: Serialize>(
    id: RequestId,
    given: serde_json::Value,
    of: impl FnOnce(P) -> R,
) -> Response {
    match serde_json::from_value(given) {
        Ok(params) => Response::new_ok(id, of(params)),
        Err(error) => Response::new_err(id, ErrorCode::InvalidParams as i32, error.to_string()),
    }
}

fn capabilities(encoding: Encoding) -> ServerCapabilities {
    let quote = |mark: &str| mark.to_owned();
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::new(FIX_ALL)]),
            ..CodeActionOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(vec![quote("\""), quote("'"), quote("["), quote(".")]),
            ..CompletionOptions::default()
        }),
        ..ServerCapabilities::default()
    }
}

fn info() -> ServerInfo {
    ServerInfo {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
    }
}
