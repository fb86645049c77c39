//! Reads the program's files: what each of them defines, imports, and names. What only tests use is left out, because a test may
//! use anything.
//!
//! Only paths count: a method that is called on a value (`value.method()`) is not resolved, and `Type::function` belongs to the file
//! that defines the type.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Item, ItemMod, ItemUse, Macro, Meta, UseTree,
    visit::{self, Visit},
};

/// The names of a path, from the first to the last. Within the program's code, the first one is `crate`.
pub(crate) type Names = Vec<String>;

/// A file of the program.
pub(crate) struct Source {
    /// Its path below `src/`, with `/`.
    pub(crate) path: String,
    /// The module that the file is, as a path from `crate` on.
    module: Names,
    /// Every path that its code names, in full.
    pub(crate) named: BTreeSet<Names>,
    /// The names that it defines.
    defined: BTreeSet<String>,
    /// The names that it imports, for itself, its children or others, and the full path of each.
    imported: BTreeMap<String, Names>,
}

impl Source {
    /// The module of `lib.rs` that the file belongs to.
    pub(crate) fn top_module(&self) -> &str {
        self.module.get(1).map_or("", String::as_str)
    }

    /// Whether the file is `home`, or below the folder `home`.
    pub(crate) fn is_in(&self, home: &str) -> bool {
        self.path.strip_prefix(home).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
    }

    /// Whether the code names this path, or one that begins with it.
    pub(crate) fn names(&self, path: &str) -> bool {
        let wanted: Names = path.split("::").map(str::to_owned).collect();
        self.named.iter().any(|named| named.starts_with(&wanted))
    }
}

/// The program, file by file.
pub(crate) struct Program {
    pub(crate) sources: Vec<Source>,
    /// The index of each module's file.
    modules: BTreeMap<Names, usize>,
}

/// The program as it is now.
pub(crate) static PROGRAM: LazyLock<Program> = LazyLock::new(Program::read);

impl Program {
    /// Reads `main.rs`, `lib.rs`, and all modules that it declares.
    fn read() -> Self {
        let mut program = Self { sources: Vec::new(), modules: BTreeMap::new() };
        program.add(&root().join("lib.rs"), &["crate".to_owned()]);
        program.add(&root().join("main.rs"), &["main".to_owned()]);
        program
    }

    fn add(&mut self, file: &Path, module: &[String]) {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let path = file.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        let code = Code::of(&syn::parse_file(&text).unwrap(), module);
        let folder = match file.file_stem().unwrap().to_str().unwrap() {
            "lib" | "main" | "mod" => file.parent().unwrap().to_owned(),
            stem => file.with_file_name(stem),
        };
        self.modules.insert(module.to_owned(), self.sources.len());
        self.sources.push(Source {
            path,
            named: code.full_paths(module),
            module: module.to_owned(),
            defined: code.defined,
            imported: code.imported,
        });
        for child in code.modules {
            let below = |name: &str| folder.join(name);
            let candidates = [below(&format!("{child}.rs")), below(&format!("{child}/mod.rs"))];
            let file = candidates.iter().find(|file| file.exists()).unwrap_or_else(|| panic!("{child}"));
            self.add(file, &[module, &[child]].concat());
        }
    }

    /// Returns the file that defines what `path` names: a name that another file imports is followed to its origin. A path to a
    /// whole module, and one out of the program, have none.
    ///
    /// # Panics
    ///
    /// If a name of the program is not found, for then this reader does not understand the code.
    pub(crate) fn origin(&self, path: &[String]) -> Option<usize> {
        if path.first().is_none_or(|first| first != "crate") {
            return None;
        }
        let depth = (1..=path.len()).rev().find(|end| self.modules.contains_key(&path[..*end]))?;
        let Some(name) = path.get(depth) else {
            // A function may have the name of its module.
            let (last, parent) = path.split_last()?;
            let parent = &self.sources[*self.modules.get(parent)?];
            return parent.imported.get(last).and_then(|target| self.origin(target));
        };
        let index = self.modules[&path[..depth]];
        let source = &self.sources[index];
        if source.defined.contains(name) {
            return Some(index);
        }
        let target = source.imported.get(name).unwrap_or_else(|| {
            panic!("src/{} has no `{name}`: `{}` is not understood", source.path, path.join("::"))
        });
        self.origin(&[target.as_slice(), &path[depth + 1..]].concat())
    }

    /// Returns the files that each file imports something from.
    pub(crate) fn imports(&self) -> Vec<BTreeSet<usize>> {
        let imports = self.sources.iter().enumerate().map(|(index, source)| {
            source
                .named
                .iter()
                .filter_map(|path| self.origin(path))
                .filter(|origin| *origin != index)
                .collect()
        });
        imports.collect()
    }
}

/// The folder of the program's code.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// What one file of code contains, before its paths are completed.
#[derive(Default)]
struct Code {
    /// The modules that have files of their own.
    modules: Vec<String>,
    defined: BTreeSet<String>,
    imported: BTreeMap<String, Names>,
    /// The paths as they are written.
    written: BTreeSet<Names>,
}

impl Code {
    fn of(file: &syn::File, module: &[String]) -> Self {
        let mut code = Self::default();
        code.visit_file(file);
        code.imported =
            code.imported.iter().map(|(name, path)| (name.clone(), code.full(path, module))).collect();
        code
    }

    fn full_paths(&self, module: &[String]) -> BTreeSet<Names> {
        let written = self.written.iter().map(|path| self.full(path, module));
        written.chain(self.imported.values().cloned()).filter(|path| !path.is_empty()).collect()
    }

    /// Completes a path of this file, whose module is given.
    fn full(&self, path: &[String], module: &[String]) -> Names {
        let Some((first, rest)) = path.split_first() else { return Names::new() };
        match first.as_str() {
            "self" => [module, rest].concat(),
            "super" => {
                let parent = module.split_last().map_or(module, |(_, parent)| parent);
                let is_above = rest.first().is_some_and(|next| next == "super");
                if is_above { self.full(rest, parent) } else { [parent, rest].concat() }
            }
            name if self.modules.iter().any(|module| module == name) => [module, path].concat(),
            name => match self.imported.get(name) {
                Some(import) if import != path => [self.full(import, module).as_slice(), rest].concat(),
                _ => path.to_owned(),
            },
        }
    }

    /// Notes what a tree of imports brings: `a::{b, c::{self, d as e}}` has `a::b`, `a::c` and `a::c::d`.
    fn import(&mut self, tree: &UseTree, before: &[String]) {
        let (name, path) = match tree {
            UseTree::Path(path) => {
                let below = [before, &[path.ident.to_string()]].concat();
                return self.import(&path.tree, &below);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|item| self.import(item, before));
            }
            UseTree::Name(name) if name.ident == "self" => {
                (before.last().unwrap().clone(), before.to_owned())
            }
            UseTree::Name(name) => (name.ident.to_string(), [before, &[name.ident.to_string()]].concat()),
            UseTree::Rename(rename) => {
                let path = if rename.ident == "self" {
                    before.to_owned()
                } else {
                    [before, &[rename.ident.to_string()]].concat()
                };
                (rename.rename.to_string(), path)
            }
            UseTree::Glob(_) => {
                let is_of_module = before.last().is_none_or(|name| name.starts_with(char::is_lowercase));
                let is_of_program =
                    before.first().is_some_and(|name| ["crate", "self", "super"].contains(&name.as_str()));
                assert!(
                    !(is_of_module && is_of_program),
                    "`{}::*`: import names one by one",
                    before.join("::")
                );
                self.written.insert(before.to_owned());
                return;
            }
        };
        // Two imports of one name, such as the trait `_`, are both kept.
        let key = if self.imported.contains_key(&name) { path.join("::") } else { name };
        self.imported.insert(key, path);
    }

    /// Notes the paths in the arguments of a macro or an attribute, which are not parsed.
    fn read_tokens(&mut self, tokens: TokenStream) {
        let mut path = Names::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.written.insert(std::mem::take(&mut path));
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.written.insert(std::mem::take(&mut path));
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.read_tokens(group.stream());
                    }
                }
            }
        }
        self.written.insert(path);
    }
}

impl Visit<'_> for Code {
    fn visit_item(&mut self, item: &Item) {
        let (attributes, name) = match item {
            Item::Const(item) => (&item.attrs, Some(&item.ident)),
            Item::Enum(item) => (&item.attrs, Some(&item.ident)),
            Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
            Item::Impl(item) => (&item.attrs, None),
            Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
            Item::Mod(item) => (&item.attrs, None),
            Item::Static(item) => (&item.attrs, Some(&item.ident)),
            Item::Struct(item) => (&item.attrs, Some(&item.ident)),
            Item::Trait(item) => (&item.attrs, Some(&item.ident)),
            Item::Type(item) => (&item.attrs, Some(&item.ident)),
            Item::Use(item) => (&item.attrs, None),
            other => panic!("an item is not understood: {other:?}"),
        };
        if is_for_tests(attributes) {
            return;
        }
        self.defined.extend(name.map(ToString::to_string));
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, module: &ItemMod) {
        match &module.content {
            None => self.modules.push(module.ident.to_string()),
            Some(_) => panic!("the module `{}` needs a file of its own", module.ident),
        }
    }

    fn visit_item_use(&mut self, item: &ItemUse) {
        self.import(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &syn::Path) {
        self.written.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &Macro) {
        self.visit_path(&call.path);
        self.read_tokens(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &Attribute) {
        self.visit_path(attribute.path());
        if let Meta::List(list) = &attribute.meta {
            self.read_tokens(list.tokens.clone());
        }
    }
}

/// Whether an item is there for tests alone: `#[cfg(test)]`, or with more conditions.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => {
            let condition = list.tokens.to_string();
            list.path.is_ident("cfg") && (condition == "test" || condition.starts_with("all (test"))
        }
        _ => false,
    })
}
