//! `dun init`: a policy of one's own, begun from one that is shipped.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use include_dir::{Dir, include_dir};

use super::output::deliver;
use super::{Exit, fail};
use crate::suggest::{nearest, one_of};

static POLICIES: Dir = include_dir!("$CARGO_MANIFEST_DIR/policies");
static FIXTURES: Dir = include_dir!("$CARGO_MANIFEST_DIR/fixtures");
const WORKFLOW: &str = include_str!("init/workflow.yml");
const WORKFLOW_PATH: &str = ".github/workflows/dun.yml";
const ATTRIBUTES: &str = include_str!("init/gitattributes");
const ATTRIBUTES_PATH: &str = ".gitattributes";

/// Start a policy of your own: a policy that is shipped with its templates, sample data, and a GitHub workflow
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The folder to write into; nothing that is there already is touched
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// The shipped policy to start from
    #[arg(long, value_name = "NAME", default_value = "small-business")]
    from: String,
    /// Show the policies that can be started from
    #[arg(long)]
    list: bool,
}

/// A file to be written.
struct Seed {
    path: PathBuf,
    text: Vec<u8>,
}

impl Init {
    pub(super) fn run(self) -> Exit {
        if self.list {
            return deliver(None, Exit::Done, |out| out.write_all(list().as_bytes()));
        }
        if self.folder.exists() && !self.folder.is_dir() {
            return fail(&format!("`{}` is a file; name a folder", shown(&self.folder)));
        }
        let Some(seeds) = seeds(&self.from, &self.folder) else {
            let known = || names().map(str::to_owned).collect::<Vec<_>>();
            let meant = match nearest(&self.from, known().iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there is {}", one_of(known().iter().map(String::as_str))),
            };
            return fail(&format!("there is no policy `{}` to start from: {meant}", self.from));
        };
        let taken: Vec<String> =
            seeds.iter().filter(|seed| seed.path.exists()).map(|seed| shown(&seed.path)).collect();
        if let Some((first, others)) = taken.split_first() {
            let more =
                if others.is_empty() { String::new() } else { format!(" and {} more files", others.len()) };
            return fail(&format!(
                "nothing was written: `{first}`{more} would be overwritten; name another folder"
            ));
        }
        if let Err(error) = write(&seeds) {
            return fail(&format!("nothing was kept: {error}"));
        }
        deliver(None, Exit::Done, |out| out.write_all(self.closing(&seeds).as_bytes()))
    }

    /// What was written, and the command to go on with.
    fn closing(&self, seeds: &[Seed]) -> String {
        let folder = shown(&self.folder);
        let mut text =
            format!("wrote {} files to `{folder}`, from the policy `{}`:\n\n", seeds.len(), self.from);
        for (what, meaning) in [
            ("policy.dun", "the rules; change the names and addresses at its top first"),
            ("templates", "the texts of its messages"),
            ("data", "sample data; yours takes its place"),
            (WORKFLOW_PATH, "reviews the policy on every pull request; put in the owner of dun's sources"),
            (ATTRIBUTES_PATH, attributes_meaning(seeds)),
        ] {
            text.push_str(&format!("  {what:<26} {meaning}\n"));
        }
        let within = |name: &str| shown(&self.folder.join(name)).trim_start_matches("./").to_owned();
        text.push_str("\nNext, see what it would do:\n\n");
        text.push_str(&format!("  dun plan {} --data {}\n", within("policy.dun"), within("data")));
        text
    }
}

/// What became of the attributes; a file that is there has lines of its own and is left to its owner.
fn attributes_meaning(seeds: &[Seed]) -> &'static str {
    if seeds.iter().any(|seed| seed.path.ends_with(ATTRIBUTES_PATH)) {
        "has git name the block of each change; one command in it is for you to run"
    } else {
        "is there and stays as it is; the line `*.dun diff=dun` may be added"
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The policies that have sample data to go with them.
fn names() -> impl Iterator<Item = &'static str> {
    let folders = POLICIES.dirs().filter_map(|folder| folder.path().to_str());
    folders.filter(|name| FIXTURES.get_dir(name).is_some())
}

/// Each policy with the first sentence of its page.
fn list() -> String {
    let mut text = String::new();
    for name in names() {
        let page = POLICIES.get_file(format!("{name}/README.md")).and_then(|file| file.contents_utf8());
        let about =
            page.and_then(|page| page.lines().find(|line| !line.is_empty() && !line.starts_with('#')));
        let about = about.map_or("the policy of the README", |line| {
            line.split_once(". ").map_or(line, |(first, _)| first)
        });
        text.push_str(&format!("{name:<20} {}\n", about.trim_end_matches('.')));
    }
    text
}

/// The files of a policy, where they go; none when there is no such policy.
fn seeds(name: &str, folder: &Path) -> Option<Vec<Seed>> {
    if !names().any(|known| known == name) {
        return None;
    }
    let mut seeds = Vec::new();
    let policy = POLICIES.get_dir(name)?;
    collect(policy, &mut |path, text| {
        let relative = path.strip_prefix(name).unwrap_or(path);
        let wanted = relative.components().count() > 1 || relative == Path::new("policy.dun");
        if wanted {
            seeds.push(Seed { path: folder.join(relative), text: text.to_vec() });
        }
    });
    collect(FIXTURES.get_dir(name)?, &mut |path, text| {
        let relative = path.strip_prefix(name).unwrap_or(path);
        if relative != Path::new("README.md") {
            seeds.push(Seed { path: folder.join("data").join(relative), text: text.to_vec() });
        }
    });
    seeds.push(workflow(folder));
    let attributes = folder.join(ATTRIBUTES_PATH);
    if !attributes.exists() {
        seeds.push(Seed { path: attributes, text: ATTRIBUTES.into() });
    }
    Some(seeds)
}

fn collect(folder: &Dir, found: &mut impl FnMut(&Path, &[u8])) {
    folder.files().for_each(|file| found(file.path(), file.contents()));
    folder.dirs().for_each(|inner| collect(inner, found));
}

/// The workflow, at the top of the repository that the folder lies in, where GitHub looks for it. It names files
/// from there, and the version of dun that wrote it.
fn workflow(folder: &Path) -> Seed {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let top = absolute.ancestors().find(|above| above.join(".git").exists()).unwrap_or(&absolute);
    let below = absolute.strip_prefix(top).unwrap_or(Path::new(""));
    let within = |name: &str| format!("{:?}", shown(&below.join(name)).replace('\\', "/"));
    let text = WORKFLOW
        .replace("@VERSION", concat!("@v", env!("CARGO_PKG_VERSION")))
        .replace("\"policy.dun\"", &within("policy.dun"))
        .replace("\"data\"", &within("data"));
    let root = if below.as_os_str().is_empty() { folder } else { top };
    Seed { path: root.join(WORKFLOW_PATH), text: text.into_bytes() }
}

/// Writes all files; when one fails, those before it are taken away again.
fn write(seeds: &[Seed]) -> io::Result<()> {
    for (at, seed) in seeds.iter().enumerate() {
        if let Err(error) = write_new(seed) {
            seeds[..at].iter().for_each(|written| _ = fs::remove_file(&written.path));
            return Err(io::Error::other(format!("`{}` cannot be written: {error}", seed.path.display())));
        }
    }
    Ok(())
}

fn write_new(seed: &Seed) -> io::Result<()> {
    if let Some(folder) = seed.path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::File::create_new(&seed.path)?;
    io::Write::write_all(&mut file, &seed.text)
}
