//! Where results go: standard output or a file, whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::Path;

use tempfile::TempPath;

use super::{Exit, fail};

/// What is collected before it is written on.
const BUFFER: usize = 1 << 16;

/// Writes a result to a file (beside it first, then renamed) or to standard output.
///
/// A reader that closes the pipe ends the run quietly.
pub(super) fn deliver(
    file: Option<&Path>,
    exit: Exit,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Exit {
    let written = match file {
        Some(path) => to_file(path, write),
        None => buffered(io::stdout().lock(), write),
    };
    match (written, file) {
        (Ok(()), _) => exit,
        (Err(error), None) if error.kind() == ErrorKind::BrokenPipe => exit,
        (Err(error), Some(path)) => not_written(path, &error),
        (Err(error), None) => fail(&format!("the result cannot be written: {error}")),
    }
}

/// Shows something beside the result. Nobody may be reading it any more, which is no failure.
pub(super) fn tell(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

fn buffered(out: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFER, out);
    write(&mut out)?;
    out.flush()
}

/// Writes a file, whole or not at all.
pub(super) fn to_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(io::Error::other("it is a folder")),
        // A device or a named pipe is written to, not replaced.
        Ok(found) if !found.is_file() => return buffered(File::options().write(true).open(path)?, write),
        _ => {}
    }
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(io::Error::other(format!("there is no folder `{}`", folder.display())));
    }
    let mut beside = beside().tempfile_in(folder)?;
    buffered(beside.as_file_mut(), write)?;
    beside.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Replaces the text of a file that is there, whole or not at all. It keeps its permissions; a link stays a link.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let found = fs::metadata(&path)?;
    if !found.is_file() || found.permissions().readonly() {
        let why = if found.is_file() { "it is read-only" } else { "it is not a file" };
        return Err(io::Error::other(why));
    }
    let mut beside = beside().tempfile_in(path.parent().unwrap_or(Path::new(".")))?;
    beside.write_all(text.as_bytes())?;
    beside.as_file().set_permissions(found.permissions())?;
    beside.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// A file of its own in the same folder, with the permissions of any new file.
fn beside() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

/// A long result that is written before it is known how it begins: to the file that takes its place beside the one
/// that is wanted, or else to one without a name, from which it is copied.
pub(super) struct Draft<'p> {
    file: Option<&'p Path>,
    beside: Option<TempPath>,
}

impl<'p> Draft<'p> {
    pub(super) fn of(file: Option<&'p Path>) -> Draft<'p> {
        Draft { file, beside: None }
    }

    /// A new file.
    pub(super) fn open(&mut self) -> io::Result<File> {
        // A device is not replaced, and a folder that is missing is told when the result is written.
        let beside_it = self.file.filter(|file| file.is_file() || !file.exists()).map(folder_of);
        match beside_it.filter(|folder| folder.is_dir()) {
            Some(folder) => {
                let (file, path) = beside().tempfile_in(folder)?.into_parts();
                self.beside = Some(path);
                Ok(file)
            }
            None => tempfile::tempfile(),
        }
    }

    /// Tells that the result could not be written so far.
    pub(super) fn failed(&self, error: &io::Error) -> Exit {
        match (self.file, &self.beside) {
            (Some(path), Some(_)) => not_written(path, error),
            _ => fail(&format!("the result cannot be put aside: {error}")),
        }
    }

    /// Delivers the result: where the file that was opened is not it, by writing it.
    pub(super) fn deliver(self, exit: Exit, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Exit {
        match (self.file, self.beside) {
            (Some(path), Some(beside)) => match beside.persist(path) {
                Ok(()) => exit,
                Err(error) => not_written(path, &error.error),
            },
            (file, _) => deliver(file, exit, write),
        }
    }
}

fn not_written(path: &Path, error: &io::Error) -> Exit {
    fail(&format!("`{}` cannot be written: {error}", path.display()))
}

/// Whether diagnostics may be coloured.
pub(super) fn colour_errors() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Whether results may be coloured.
pub(super) fn colour_results(file: Option<&Path>) -> bool {
    file.is_none() && io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}
