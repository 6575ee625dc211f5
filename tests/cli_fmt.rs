//! `dun fmt` as a person or a script sees it: exit codes, what is written where, and what is left alone.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "tests write the files that they run on")]

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use tempfile::TempDir;

const SLOPPY: &str = "segment a:\n hold; never sms # both\n";
const CANONICAL: &str = "segment a:\n  hold\n  never sms                                # both\n";
const WRONG: &str = "segment a:\n  hodl\n";
const DIFFERENCE: &str = "\
@@ -1,2 +1,3 @@
 segment a:
- hold; never sms # both
+  hold
+  never sms                                # both
";

/// A folder of policies in which `dun` runs.
struct Folder(TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let path = folder.0.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    /// Runs `dun fmt` with a text on standard input: exit code, standard output, standard error.
    fn fmt_with(&self, arguments: &[&str], input: &[u8]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dun"));
        command.arg("fmt").args(arguments).current_dir(self.0.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn fmt(&self, arguments: &[&str]) -> (i32, String, String) {
        self.fmt_with(arguments, b"")
    }
}

/// Everything that a run says, with an empty standard error.
fn said(code: i32, out: impl Into<String>) -> (i32, String, String) {
    (code, out.into(), String::new())
}

#[test]
fn formatting_is_0_and_names_what_was_changed() {
    let folder = Folder::with(&[("a.dun", SLOPPY), ("b.dun", CANONICAL)]);
    assert_eq!(folder.fmt(&["a.dun", "b.dun"]), said(0, "formatted a.dun\n1 of 2 files formatted\n"));
    assert_eq!([folder.read("a.dun"), folder.read("b.dun")], [CANONICAL, CANONICAL]);
    assert_eq!(folder.fmt(&["a.dun"]), said(0, "0 of 1 file formatted\n"));
}

#[test]
fn check_is_0_when_nothing_would_change() {
    let folder = Folder::with(&[("a.dun", CANONICAL)]);
    assert_eq!(folder.fmt(&["--check", "a.dun"]), said(0, "0 of 1 file would change\n"));
}

#[test]
fn check_is_2_with_the_difference_and_writes_nothing() {
    let folder = Folder::with(&[("a.dun", SLOPPY), ("b.dun", CANONICAL)]);
    let shown = format!("--- a.dun\n+++ a.dun\n{DIFFERENCE}1 of 2 files would change\n");
    assert_eq!(folder.fmt(&["--check", "a.dun", "b.dun"]), said(2, shown));
    assert_eq!(folder.read("a.dun"), SLOPPY);
}

#[test]
fn a_file_that_does_not_parse_is_1_and_untouched_and_the_others_are_formatted() {
    let folder = Folder::with(&[("a.dun", SLOPPY), ("wrong.dun", WRONG), ("z.dun", SLOPPY)]);
    let (code, out, err) = folder.fmt(&["a.dun", "wrong.dun", "missing.dun", "z.dun"]);
    assert_eq!(
        (code, out.as_str()),
        (1, "formatted a.dun\nformatted z.dun\n2 of 4 files formatted, 2 could not be formatted\n")
    );
    assert!(err.contains("wrong.dun:2:3") && err.contains("`wrong.dun` is left as it is: 1 error"), "{err}");
    assert!(err.contains("`missing.dun` cannot be read"), "{err}");
    assert_eq!([folder.read("wrong.dun"), folder.read("z.dun")], [WRONG, CANONICAL]);
}

#[test]
fn check_of_a_file_that_does_not_parse_is_1_even_when_others_would_change() {
    let folder = Folder::with(&[("a.dun", SLOPPY), ("wrong.dun", WRONG)]);
    let (code, out, _) = folder.fmt(&["--check", "a.dun", "wrong.dun"]);
    let shown =
        format!("--- a.dun\n+++ a.dun\n{DIFFERENCE}1 of 2 files would change, 1 could not be formatted\n");
    assert_eq!((code, out), (1, shown));
}

#[test]
fn a_folder_means_all_policies_below_it_that_are_not_hidden() {
    let names = ["p/a.dun", "p/deep/er/b.dun", "p/.hidden/c.dun", "p/.d.dun", "p/e.txt"];
    let folder = Folder::with(&names.map(|name| (name, SLOPPY)));
    let shown = "formatted p/a.dun\nformatted p/deep/er/b.dun\n2 of 2 files formatted\n";
    assert_eq!(folder.fmt(&["p"]), said(0, shown));
    let formatted = names.map(|name| folder.read(name) == CANONICAL);
    assert_eq!(formatted, [true, true, false, false, false]);
}

#[test]
fn a_folder_without_policies_is_1() {
    let folder = Folder::with(&[("p/e.txt", SLOPPY)]);
    let (code, out, err) = folder.fmt(&["p"]);
    assert_eq!((code, out.as_str()), (1, "0 of 0 files formatted, 1 could not be formatted\n"));
    assert_eq!(err, "error: there is no policy file, named `*.dun`, below `p`\n");
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = Folder::with(&[]);
    assert_eq!(folder.fmt_with(&["-"], SLOPPY.as_bytes()), said(0, CANONICAL));
    assert_eq!(folder.fmt_with(&["--check", "-"], CANONICAL.as_bytes()), said(0, ""));
    let shown = format!("--- standard input\n+++ standard input\n{DIFFERENCE}");
    assert_eq!(folder.fmt_with(&["--check", "-"], SLOPPY.as_bytes()), said(2, shown));
}

#[test]
fn wrong_standard_input_is_1_with_nothing_on_standard_output() {
    let folder = Folder::with(&[]);
    let (code, out, err) = folder.fmt_with(&["-"], WRONG.as_bytes());
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("standard input:2:3"), "{err}");
    let (code, out, err) = folder.fmt_with(&["-"], b"\xff");
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("`standard input` is not UTF-8 text: line 1"), "{err}");
}

#[test]
fn usage_errors_are_1() {
    let folder = Folder::with(&[("a.dun", SLOPPY)]);
    assert_eq!(folder.fmt(&[]).0, 1);
    let (code, out, err) = folder.fmt(&["-", "a.dun"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert_eq!(err, "error: `-` is standard input and cannot be named beside other files\n");
    assert_eq!(folder.read("a.dun"), SLOPPY);
}

/// Windows line ends and a byte-order mark are not canonical; the difference makes them visible.
#[test]
fn line_ends_are_made_plain() {
    let folder = Folder::with(&[("a.dun", "\u{feff}everywhere:\r\n  hold\r\n")]);
    let shown =
        "--- a.dun\n+++ a.dun\n@@ -1,2 +1,2 @@\n-\u{fffd}everywhere:␍\n-  hold␍\n+everywhere:\n+  hold\n";
    assert_eq!(folder.fmt(&["--check", "a.dun"]), said(2, format!("{shown}1 of 1 file would change\n")));
    assert_eq!(folder.fmt(&["a.dun"]).0, 0);
    assert_eq!(folder.read("a.dun"), "everywhere:\n  hold\n");
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay_and_what_is_read_only_is_left_alone() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = Folder::with(&[("a.dun", SLOPPY), ("locked.dun", SLOPPY)]);
    let path = |name: &str| folder.0.path().join(name);
    let mode = |name: &str| fs::metadata(path(name)).unwrap().permissions().mode() & 0o777;
    fs::set_permissions(path("a.dun"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::set_permissions(path("locked.dun"), fs::Permissions::from_mode(0o444)).unwrap();
    symlink("a.dun", path("link.dun")).unwrap();
    assert_eq!(folder.fmt(&["link.dun"]), said(0, "formatted link.dun\n1 of 1 file formatted\n"));
    assert!(path("link.dun").is_symlink());
    assert_eq!((folder.read("a.dun").as_str(), mode("a.dun")), (CANONICAL, 0o640));
    let (code, _, err) = folder.fmt(&["locked.dun"]);
    assert_eq!((code, err.as_str()), (1, "error: `locked.dun` cannot be written: it is read-only\n"));
    assert_eq!(folder.read("locked.dun"), SLOPPY);
}

#[test]
fn help_says_what_it_does() {
    let (code, out, err) = Folder::with(&[]).fmt(&["--help"]);
    assert_eq!((code, err.as_str()), (0, ""));
    insta::assert_snapshot!(out);
}
