//! Packages made on the spot: each brings the marker, a module that needs it to be imported, and a program.

use std::io::{Cursor, Write as _};
use zip::write::{SimpleFileOptions, ZipWriter};

/// Packages with native code, that need libstdc++ to be imported.
const NATIVE: &[&str] = &["numpy", "pandas", "opencv-python", "ta-lib", "grpcio"];

/// Packages whose program imports the module that it is told to serve.
const SERVERS: &[&str] = &["gunicorn", "uvicorn", "hypercorn", "daphne"];

/// Modules of another name than their package.
const MODULES: &[(&str, &str)] = &[("discord-py", "discord"), ("opencv-python", "cv2")];

/// A name as indexes compare it.
pub(crate) fn normal(name: &str) -> String {
    let parts: Vec<&str> = name.split(['-', '_', '.']).filter(|part| !part.is_empty()).collect();
    parts.join("-").to_lowercase()
}

/// The wheel's file name.
pub(crate) fn file_name(name: &str, version: &str) -> String {
    format!("{}-{version}-py3-none-any.whl", normal(name).replace('-', "_"))
}

/// The wheel.
pub(crate) fn bytes(name: &str, version: &str) -> Vec<u8> {
    let name = normal(name);
    let dist = name.replace('-', "_");
    let info = format!("{dist}-{version}.dist-info");
    let mut files = vec![(
        format!("{info}/WHEEL"),
        "Wheel-Version: 1.0\nGenerator: lab\nRoot-Is-Purelib: true\nTag: py3-none-any\n".to_owned(),
    )];
    // Each brings it, as a package manager that reads a lock file installs nothing that the file does not name.
    files.push(("lab_marker.py".to_owned(), include_str!("image/marker.py").to_owned()));
    let body = match &*name {
        name if SERVERS.contains(&name) => include_str!("image/server.py").to_owned(),
        _ => stub(&dist),
    };
    let module = MODULES.iter().find(|(package, _)| *package == name).map_or(&*dist, |(_, module)| module);
    files.push((format!("{module}/__init__.py"), body));
    files.push((format!("{module}/__main__.py"), format!("from {module} import main\n\nmain()\n")));
    files.push((format!("{info}/entry_points.txt"), format!("[console_scripts]\n{name} = {module}:main\n")));
    if NATIVE.contains(&&*name) {
        files.push((format!("lab_native/{dist}"), String::new()));
    }
    files.push((
        format!("{info}/METADATA"),
        format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"),
    ));
    // Without hashes, which pip does not ask for.
    let mut record: Vec<String> = files.iter().map(|(path, _)| format!("{path},,\n")).collect();
    record.push(format!("{info}/RECORD,,\n"));
    files.push((format!("{info}/RECORD"), record.concat()));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, text) in files {
        zip.start_file(path, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A module of an app or a package: it runs only where the marker is.
pub(crate) fn stub(name: &str) -> String {
    format!(
        "import lab_marker\n\n\ndef main():\n    lab_marker.ran(\"{name}\")\n\n\nif __name__ == \"__main__\":\n    main()\n"
    )
}
