//! A policy with the files it names, read and checked.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::lints::allow::Allows;
use crate::check::{self, Input, References};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::lint;
use crate::model::Policy;
use crate::scenario;
use crate::snapshot::Snapshot;
use crate::span::{FileId, Sources};
use crate::syntax::{self, ast::Ast};
use crate::template::{self, TemplateFile, TemplateSet};

/// Files beyond this are no templates or holiday lists.
const LARGEST: u64 = 4 << 20;

/// A policy and its templates.
pub(super) struct Project {
    pub(super) sources: Sources,
    pub(super) templates: TemplateSet,
    /// The policy, when nothing is wrong with it or its templates.
    pub(super) policy: Option<Policy>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What is legal and hardly meant.
    pub(super) lints: Vec<Diagnostic>,
    /// How many warnings the policy allows.
    pub(super) allowed: usize,
    pub(super) ast: Ast,
    allows: Allows,
}

impl Project {
    /// Adds what data shows about the policy.
    pub(super) fn look_at(&mut self, policy: &Policy, snapshot: &Snapshot) {
        let mut found = lint::lints(policy, &self.ast, &self.templates, snapshot);
        self.allowed += self.allows.silence(&mut found);
        let mut unused = self.allows.unused_with_data();
        self.allowed += self.allows.silence(&mut unused);
        self.lints.extend(found.into_iter().chain(unused));
    }

    /// Puts the lints among the other findings, by place.
    pub(super) fn join_lints(&mut self) {
        self.diagnostics.append(&mut self.lints);
        self.diagnostics.sort_by_key(place);
    }
}

fn place(found: &Diagnostic) -> Option<(FileId, u32)> {
    found.span.map(|span| (span.file, span.start))
}

/// Why a policy file could not be read.
pub(super) struct Unread {
    pub(super) code: Code,
    pub(super) why: String,
}

/// Reads and checks a policy with everything it names.
///
/// # Errors
/// When the policy file itself cannot be read as text.
pub(super) fn open(path: &Path) -> Result<Project, Unread> {
    let text = read_text(path)?;
    let mut sources = Sources::default();
    let file = sources.add(&path.display().to_string(), &text);
    let (ast, mut diagnostics) = syntax::parse(&sources, file);
    let broken = !diagnostics.is_empty();
    let named = check::references(&ast);
    let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
    let (files, unreadable) = templates(&folder, &named, &mut sources);
    let read = unreadable.is_none();
    diagnostics.extend(unreadable);
    let templates = TemplateSet::new(files, named.language.as_deref().unwrap_or("en"));
    let files = named_files(&folder, &named);
    let checked = check::check(&Input {
        sources: &sources,
        file,
        ast: &ast,
        templates: read.then_some(&templates),
        files: &files,
    });
    // What could not be parsed is missing from the tree: names that look unknown may stand there.
    let missing = [
        Code::UnknownName,
        Code::UnknownField,
        Code::TemplateUnknownName,
        Code::NoPolicyBlock,
        Code::NoSegment,
        Code::ScenarioIncomplete,
    ];
    let stated = checked.policy.as_ref().map(|policy| scenario::findings(policy, &ast));
    let found = checked.diagnostics.into_iter().chain(template::check(&templates, &checked.fields));
    let found = found.chain(stated.into_iter().flatten());
    diagnostics.extend(found.filter(|found| !broken || !missing.contains(&found.code)));
    let sound = !diagnostics.iter().any(Diagnostic::is_error);
    let (mut lints, mut allows) = (checked.lints, checked.allows);
    if !sound {
        // What seems unused or unreachable may only be unread; charges are told beside their error.
        lints.retain(|found| found.code == Code::ChargeToConsumer && !broken);
    }
    let mut allowed = allows.silence(&mut diagnostics) + allows.silence(&mut lints);
    if sound {
        let mut unused = allows.unused();
        allowed += allows.silence(&mut unused);
        lints.extend(unused);
    }
    diagnostics.sort_by_key(place);
    let policy = checked.policy.filter(|_| sound);
    Ok(Project { sources, templates, policy, diagnostics, lints, allowed, allows, ast })
}

/// The text of a policy file, or why it cannot be read.
pub(super) fn read_text(path: &Path) -> Result<String, Unread> {
    let shown = path.display();
    let unread = |why: String| Unread { code: Code::FileNotRead, why };
    if path.is_dir() {
        return Err(unread(format!("`{shown}` is a folder; name the policy file in it")));
    }
    let cannot = |error: std::io::Error| unread(format!("`{shown}` cannot be read: {error}"));
    // One byte more than may be: no file is read without end, whatever size it claims to have.
    let most = syntax::LONGEST as u64 + 1;
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(cannot)?.take(most).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() > syntax::LONGEST {
        let why =
            format!("`{shown}` is larger than {} MiB; a policy is written by people", syntax::LONGEST >> 20);
        return Err(Unread { code: Code::FileTooLarge, why });
    }
    utf8(&shown.to_string(), bytes).map_err(unread)
}

/// Bytes as text, or in which line they are none.
pub(super) fn utf8(shown: &str, bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        format!(
            "`{shown}` is not UTF-8 text: line {line} has a byte that does not belong; save the file as UTF-8"
        )
    })
}

fn named_files(folder: &Path, named: &References) -> BTreeMap<String, Result<String, String>> {
    let read = |path: &String| {
        let text = small(&folder.join(path))
            .and_then(|path| fs::read_to_string(path).map_err(|error| error.to_string()));
        (path.clone(), text)
    };
    named.files.iter().map(read).collect()
}

/// A path whose file is not absurdly large.
fn small(path: &Path) -> Result<&Path, String> {
    let size = fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > LARGEST { Err(format!("it is larger than {} MiB", LARGEST >> 20)) } else { Ok(path) }
}

/// Reads the templates folder and adds its files to the sources.
fn templates(
    folder: &Path,
    named: &References,
    sources: &mut Sources,
) -> (Vec<TemplateFile>, Option<Diagnostic>) {
    let Some((name, span)) = &named.templates else { return (Vec::new(), None) };
    let root = folder.join(name);
    let mut paths = Vec::new();
    let found = collect(&root, &mut paths).and_then(|()| {
        paths.sort();
        paths.iter().map(|path| template_file(&root, path, sources)).collect()
    });
    match found {
        Ok(files) => (files, None),
        Err(why) => {
            let error =
                Diagnostic::error(Code::FileNotRead, *span, format!("the templates cannot be read: {why}"));
            (Vec::new(), Some(error.help("the folder is relative to the policy file")))
        }
    }
}

fn template_file(root: &Path, path: &Path, sources: &mut Sources) -> Result<TemplateFile, String> {
    let shown = path.display().to_string();
    let text = small(path).and_then(|path| fs::read_to_string(path).map_err(|error| error.to_string()));
    let text = text.map_err(|why| format!("`{shown}`: {why}"))?;
    let relative = path.strip_prefix(root).unwrap_or(path);
    let relative: Vec<_> =
        relative.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    let file: FileId = sources.add(&shown, &text);
    Ok(TemplateFile { file, path: relative.join("/"), text: Arc::from(text) })
}

/// The template files below a folder; hidden files and other kinds are left alone.
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("`{}`: {error}", folder.display()))?;
    for entry in entries {
        let entry = entry.map_err(|error| error.to_string())?;
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let kind = entry.file_type().map_err(|error| error.to_string())?;
        let is_template = path.extension().is_some_and(|end| end == "md" || end == "txt" || end == "html");
        match (hidden, kind.is_dir()) {
            (true, _) => {}
            (false, true) => collect(&path, paths)?,
            (false, false) if is_template => paths.push(path),
            (false, false) => {}
        }
    }
    Ok(())
}
