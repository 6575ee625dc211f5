//! Where results go: standard output or a file, whole or not at all.

use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::Path;

use super::{Exit, fail};

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
        None => {
            let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
            write(&mut out).and_then(|()| out.flush())
        }
    };
    match (written, file) {
        (Ok(()), _) => exit,
        (Err(error), None) if error.kind() == ErrorKind::BrokenPipe => exit,
        (Err(error), Some(path)) => fail(&format!("`{}` cannot be written: {error}", path.display())),
        (Err(error), None) => fail(&format!("the result cannot be written: {error}")),
    }
}

fn to_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    let mut out = BufWriter::with_capacity(1 << 16, beside.as_file_mut());
    write(&mut out)?;
    out.flush()?;
    drop(out);
    beside.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Whether diagnostics may be coloured.
pub(super) fn colour_errors() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Whether results may be coloured.
pub(super) fn colour_results(file: Option<&Path>) -> bool {
    file.is_none() && io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}
