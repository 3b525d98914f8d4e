//! No file of a crate imports, over however many others, itself. A module and its parent may import each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree};

use crate::project::{assert_none, root, rust_files, text};

/// A module's path inside its crate; the crate's root is empty.
type Module = Vec<String>;

/// The modules of one crate, each with its imports.
struct Crate {
    imports: BTreeMap<Module, Imports>,
}

/// What one file names of its own crate.
#[derive(Default)]
struct Imports {
    /// Paths that begin with `crate`, `self` or `super`.
    named: BTreeSet<Vec<String>>,
    /// Names that the file hands on from another module: the name, and the path that it stands for.
    handed_on: BTreeMap<String, Vec<String>>,
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item(&mut self, item: &'ast Item) {
        if !attributes(item).iter().any(is_for_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let is_public = !matches!(item.vis, syn::Visibility::Inherited);
        let mut paths = Vec::new();
        flatten(&item.tree, &mut Vec::new(), &mut paths);
        for path in paths {
            if let Some(name) = path.last().filter(|_| is_public) {
                self.handed_on.insert(name.clone(), path.clone());
            }
            self.named.insert(path);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string());
        self.named.insert(segments.collect());
        visit::visit_path(self, path);
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(ItemMod { attrs, .. }) => attrs,
        Item::Fn(function) => &function.attrs,
        Item::Impl(block) => &block.attrs,
        Item::Use(import) => &import.attrs,
        _ => &[],
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute
            .parse_args::<syn::Path>()
            .is_ok_and(|path| path.is_ident("test"))
}

fn flatten(tree: &UseTree, before: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, paths);
            before.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|item| flatten(item, before, paths)),
        UseTree::Name(name) => paths.push([&before[..], &[name.ident.to_string()]].concat()),
        UseTree::Rename(name) => paths.push([&before[..], &[name.ident.to_string()]].concat()),
        UseTree::Glob(_) => paths.push(before.clone()),
    }
}

impl Crate {
    fn read(source: &Path, files: &[std::path::PathBuf]) -> Self {
        let inside = files
            .iter()
            .filter_map(|file| Some((file, file.strip_prefix(source).ok()?)));
        let imports = inside.filter(|(_, inside)| !is_test(inside)).map(|(file, inside)| {
            let parsed = syn::parse_file(&text(file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let mut imports = Imports::default();
            imports.visit_file(&parsed);
            (module_of(inside), imports)
        });
        Self {
            imports: imports.collect(),
        }
    }

    /// The module in which the path's item is defined, as seen from a module.
    fn resolve(&self, from: &Module, path: &[String]) -> Option<Module> {
        let supers = path.iter().take_while(|segment| *segment == "super").count();
        let (mut module, mut rest) = match path.first()?.as_str() {
            "crate" => (Module::new(), &path[1..]),
            "self" => (from.clone(), &path[1..]),
            "super" => (from[..from.len().checked_sub(supers)?].to_vec(), &path[supers..]),
            first if self.imports.contains_key(&[&from[..], &[first.to_owned()]].concat()) => (from.clone(), path),
            _ => return None,
        };
        while let Some((first, after)) = rest.split_first() {
            let below = [&module[..], std::slice::from_ref(first)].concat();
            if !self.imports.contains_key(&below) {
                let handed_on = self.imports.get(&module)?.handed_on.get(first);
                let elsewhere = handed_on.and_then(|path| self.resolve(&module, path));
                return Some(elsewhere.unwrap_or(module));
            }
            (module, rest) = (below, after);
        }
        Some(module)
    }

    /// The groups of modules that import each other.
    fn circles(&self) -> Vec<Vec<String>> {
        let names: BTreeMap<&Module, String> = self.imports.keys().map(|module| (module, module.join("::"))).collect();
        let mut graph = DiGraphMap::<&str, ()>::new();
        for (module, imports) in &self.imports {
            for imported in imports.named.iter().filter_map(|path| self.resolve(module, path)) {
                if !imported.starts_with(module) && !module.starts_with(&imported) {
                    graph.add_edge(&names[module], &names[&imported], ());
                }
            }
        }
        let circles = tarjan_scc(&graph).into_iter().filter(|group| group.len() > 1);
        circles
            .map(|group| group.into_iter().map(str::to_owned).collect())
            .collect()
    }
}

fn is_test(inside: &Path) -> bool {
    inside
        .with_extension("")
        .components()
        .any(|part| part.as_os_str() == "tests")
}

fn module_of(inside: &Path) -> Module {
    let mut module: Module = inside
        .with_extension("")
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    if module
        .last()
        .is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str()))
    {
        module.pop();
    }
    module
}

#[test]
fn no_files_of_a_crate_import_each_other_in_a_circle() {
    let files = rust_files();
    let sources: BTreeSet<_> = files
        .iter()
        .flat_map(|file| file.ancestors())
        .filter(|folder| folder.ends_with("src") && root().join(folder).with_file_name("Cargo.toml").exists())
        .collect();
    assert!(sources.len() > 20, "only {} crates were found", sources.len());
    let circles = sources.into_iter().flat_map(|source| {
        let circles = Crate::read(source, &files).circles();
        circles
            .into_iter()
            .map(move |circle| format!("{}: {}", source.display(), circle.join(", ")))
    });
    assert_none(&circles.collect::<Vec<_>>());
}
