//! Console scripts and import names of well-known packages, after their metadata.
//!
//! What is not in these tables is not known: absence proves nothing.

use super::name::normalize;
use super::requirement::Requirement;

/// Distribution, and the console scripts in its own metadata.
const SCRIPTS: &[(&str, &[&str])] = &[
    ("alembic", &["alembic"]),
    ("arq", &["arq"]),
    ("awscli", &["aws"]),
    ("black", &["black", "blackd"]),
    ("bokeh", &["bokeh"]),
    ("celery", &["celery"]),
    ("chainlit", &["chainlit"]),
    ("chromadb", &["chroma"]),
    ("daphne", &["daphne"]),
    ("django", &["django-admin"]),
    ("dramatiq", &["dramatiq"]),
    ("fastapi", &["fastapi"]),
    ("fastapi-cli", &["fastapi"]),
    ("fastmcp", &["fastmcp"]),
    ("flask", &["flask"]),
    ("gdown", &["gdown"]),
    ("google-adk", &["adk"]),
    ("gradio", &["gradio", "upload_theme"]),
    ("granian", &["granian"]),
    ("gunicorn", &["gunicorn"]),
    ("honcho", &["honcho"]),
    ("huggingface-hub", &["hf", "huggingface-cli"]),
    ("hypercorn", &["hypercorn"]),
    ("jupyter-core", &["jupyter"]),
    ("jupyterlab", &["jupyter-lab", "jupyter-labextension"]),
    ("langgraph-cli", &["langgraph"]),
    ("litellm", &["litellm"]),
    ("litestar", &["litestar"]),
    ("marimo", &["marimo"]),
    ("mcp", &["mcp"]),
    ("mkdocs", &["mkdocs"]),
    ("mlflow", &["mlflow"]),
    ("modal", &["modal"]),
    ("notebook", &["jupyter-notebook"]),
    ("openai", &["openai"]),
    ("panel", &["panel"]),
    ("pipenv", &["pipenv"]),
    ("playwright", &["playwright"]),
    ("poetry", &["poetry"]),
    ("prefect", &["prefect"]),
    ("prisma", &["prisma"]),
    ("pytest", &["py.test", "pytest"]),
    ("python-dotenv", &["dotenv"]),
    ("quart", &["quart"]),
    ("reflex", &["reflex"]),
    ("rq", &["rq", "rqinfo", "rqworker"]),
    ("ruff", &["ruff"]),
    ("sanic", &["sanic"]),
    ("scrapy", &["scrapy"]),
    ("solara", &["solara"]),
    ("spacy", &["spacy"]),
    ("streamlit", &["streamlit"]),
    ("supervisor", &["supervisord", "supervisorctl"]),
    ("uv", &["uv", "uvx"]),
    ("uvicorn", &["uvicorn"]),
    ("uwsgi", &["uwsgi"]),
    ("voila", &["voila"]),
    ("waitress", &["waitress-serve"]),
    ("watchfiles", &["watchfiles"]),
    ("yt-dlp", &["yt-dlp"]),
];

/// Distribution, an extra or nothing, and the distributions with scripts that it requires.
const REQUIRES: &[(&str, &str, &[&str])] = &[
    ("chainlit", "", &["fastapi", "python-dotenv", "uvicorn"]),
    ("channels", "daphne", &["daphne"]),
    ("chromadb", "", &["uvicorn"]),
    ("dash", "", &["flask"]),
    ("django-cors-headers", "", &["django"]),
    ("djangorestframework", "", &["django"]),
    ("fastapi", "all", &["fastapi-cli", "uvicorn"]),
    ("fastapi", "standard", &["fastapi-cli", "python-dotenv", "uvicorn", "watchfiles"]),
    ("fastapi-cli", "standard", &["python-dotenv", "uvicorn", "watchfiles"]),
    ("fastmcp", "", &["mcp", "uvicorn"]),
    ("flask-cors", "", &["flask"]),
    ("flask-login", "", &["flask"]),
    ("flask-migrate", "", &["alembic", "flask"]),
    ("flask-socketio", "", &["flask"]),
    ("flask-sqlalchemy", "", &["flask"]),
    ("google-adk", "", &["fastapi", "uvicorn"]),
    ("gradio", "", &["fastapi", "huggingface-hub", "uvicorn"]),
    ("jupyterlab", "", &["jupyter-core"]),
    ("litellm", "proxy", &["fastapi", "gunicorn", "uvicorn"]),
    ("mcp", "", &["uvicorn"]),
    ("mlflow", "", &["alembic", "flask", "gunicorn"]),
    ("nicegui", "", &["fastapi", "uvicorn"]),
    ("notebook", "", &["jupyter-core", "jupyterlab"]),
    ("panel", "", &["bokeh"]),
    ("quart", "", &["flask", "hypercorn"]),
    ("uvicorn", "standard", &["python-dotenv", "watchfiles"]),
];

/// Distribution, and the modules that it installs, where they are not its name.
const IMPORTS: &[(&str, &[&str])] = &[
    ("attrs", &["attr", "attrs"]),
    ("beautifulsoup4", &["bs4"]),
    ("discord-py", &["discord"]),
    ("django-cors-headers", &["corsheaders"]),
    ("djangorestframework", &["rest_framework"]),
    ("faiss-cpu", &["faiss"]),
    ("ffmpeg-python", &["ffmpeg"]),
    ("fpdf2", &["fpdf"]),
    ("gitpython", &["git"]),
    ("grpcio", &["grpc"]),
    ("line-bot-sdk", &["linebot"]),
    ("mysql-connector-python", &["mysql"]),
    ("mysqlclient", &["MySQLdb"]),
    ("opencv-contrib-python", &["cv2"]),
    ("opencv-python", &["cv2"]),
    ("opencv-python-headless", &["cv2"]),
    ("pillow", &["PIL"]),
    ("protobuf", &["google"]),
    ("psycopg2-binary", &["psycopg2"]),
    ("py-cord", &["discord"]),
    ("pycryptodome", &["Crypto"]),
    ("pyjwt", &["jwt"]),
    ("pymupdf", &["fitz", "pymupdf"]),
    ("pynacl", &["nacl"]),
    ("pyopenssl", &["OpenSSL"]),
    ("pypdf2", &["PyPDF2"]),
    ("pyserial", &["serial"]),
    ("pytelegrambotapi", &["telebot"]),
    ("python-dateutil", &["dateutil"]),
    ("python-docx", &["docx"]),
    ("python-dotenv", &["dotenv"]),
    ("python-engineio", &["engineio"]),
    ("python-jose", &["jose"]),
    ("python-magic", &["magic"]),
    ("python-multipart", &["multipart", "python_multipart"]),
    ("python-pptx", &["pptx"]),
    ("python-socketio", &["socketio"]),
    ("python-telegram-bot", &["telegram"]),
    ("pyyaml", &["yaml"]),
    ("pyzmq", &["zmq"]),
    ("scikit-image", &["skimage"]),
    ("scikit-learn", &["sklearn"]),
    ("setuptools", &["pkg_resources", "setuptools"]),
    ("tensorflow-cpu", &["tensorflow"]),
    ("umap-learn", &["umap"]),
    ("websocket-client", &["websocket"]),
];

/// Whether installing `requirement` brings the console script `script`, as far as the tables know.
/// A distribution that they don't list is taken to have a script of its own name.
pub fn brings_script(requirement: &Requirement, script: &str) -> bool {
    let Some(name) = requirement.name.as_deref() else { return false };
    brings(name, &requirement.extras, script)
}

/// Whether installing the distribution `name` with `extras` brings the console script `script`.
pub fn brings(name: &str, extras: &[String], script: &str) -> bool {
    let name = normalize(name);
    let own = SCRIPTS.iter().find(|(listed, _)| *listed == name);
    if own.map_or(name == normalize(script), |(_, scripts)| scripts.contains(&script)) {
        return true;
    }
    let required = REQUIRES.iter().filter(|(listed, extra, _)| {
        *listed == name && (extra.is_empty() || extras.iter().any(|wanted| normalize(wanted) == *extra))
    });
    // The tables hold no cycle, which a test checks.
    required.flat_map(|(_, _, names)| *names).any(|dependency| brings(dependency, &[], script))
}

/// The distributions in the tables: any other has at most a script of its own name.
pub(crate) fn listed() -> impl Iterator<Item = &'static str> {
    SCRIPTS.iter().map(|(name, _)| *name).chain(REQUIRES.iter().map(|(name, _, _)| *name))
}

/// The distributions whose modules the tables name.
pub(crate) fn import_listed() -> impl Iterator<Item = &'static str> {
    IMPORTS.iter().map(|(name, _)| *name)
}

/// The distributions whose own metadata has the console script `script`.
pub fn distributions_with_script(script: &str) -> impl Iterator<Item = &'static str> {
    SCRIPTS.iter().filter(move |(_, scripts)| scripts.contains(&script)).map(|(name, _)| *name)
}

/// The modules that the distribution installs: from the table, or its name as an identifier.
pub fn import_names(name: &str) -> Vec<String> {
    let name = normalize(name);
    // The namespace that Google's packages share.
    if ["google-ai-", "google-auth", "google-cloud-", "google-genai", "google-generativeai"]
        .iter()
        .any(|start| name.starts_with(start))
    {
        return vec!["google".to_owned(), name.replace('-', "_")];
    }
    match IMPORTS.iter().find(|(listed, _)| *listed == name) {
        Some((_, modules)) => modules.iter().map(|module| (*module).to_owned()).collect(),
        None => vec![name.replace('-', "_")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brings_with(name: &str, extra: &str, script: &str) -> bool {
        brings(name, &[extra.to_owned()], script)
    }

    #[test]
    fn the_tables_are_sorted_and_normalised() {
        assert!(SCRIPTS.is_sorted_by_key(|(name, _)| *name));
        assert!(REQUIRES.is_sorted_by_key(|(name, extra, _)| (*name, *extra)));
        assert!(IMPORTS.is_sorted_by_key(|(name, _)| *name));
        assert!(SCRIPTS.iter().all(|(name, _)| normalize(name) == *name));
        assert!(REQUIRES.iter().all(|(name, _, _)| normalize(name) == *name));
        assert!(IMPORTS.iter().all(|(name, _)| normalize(name) == *name));
    }

    #[test]
    fn every_required_distribution_has_scripts() {
        for name in REQUIRES.iter().flat_map(|(_, _, names)| *names) {
            assert!(SCRIPTS.iter().any(|(listed, _)| listed == name), "{name}");
        }
    }

    #[test]
    fn nothing_requires_itself() {
        let mut reached: Vec<(&str, &str)> =
            REQUIRES.iter().flat_map(|(name, _, names)| names.iter().map(move |to| (*name, *to))).collect();
        for _ in 0..REQUIRES.len() {
            let more: Vec<_> = reached
                .iter()
                .flat_map(|(from, via)| {
                    REQUIRES
                        .iter()
                        .filter(move |(name, _, _)| name == via)
                        .flat_map(move |(_, _, names)| names.iter().map(move |to| (*from, *to)))
                })
                .filter(|edge| !reached.contains(edge))
                .collect();
            reached.extend(more);
            reached.sort_unstable();
            reached.dedup();
        }
        assert!(reached.iter().all(|(from, to)| from != to));
    }

    #[test]
    fn scripts_come_from_extras_and_dependencies() {
        assert!(brings("Django", &[], "django-admin"));
        assert!(!brings("django", &[], "django"));
        assert!(brings("gradio", &[], "uvicorn"));
        assert!(brings_with("fastapi", "standard", "uvicorn"));
        assert!(!brings("fastapi", &[], "uvicorn"));
        assert!(brings("quart", &[], "hypercorn"));
        assert!(brings_with("uvicorn", "Standard", "dotenv"));
        assert!(brings("some-tool", &[], "some_tool"));
        assert!(!brings("some-tool", &[], "other"));
        assert_eq!(distributions_with_script("fastapi").collect::<Vec<_>>(), ["fastapi", "fastapi-cli"]);
    }

    #[test]
    fn import_names_fall_back_to_the_name() {
        assert_eq!(import_names("Pillow"), ["PIL"]);
        assert_eq!(import_names("flask-cors"), ["flask_cors"]);
    }
}
