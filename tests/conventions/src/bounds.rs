//! No signature has more bounds on one type than a reader keeps in mind: ports are grouped by use case.

use std::collections::BTreeMap;

use syn::visit::{self, Visit};
use syn::{GenericParam, Generics, TypeParamBound, WherePredicate};

use crate::project::{assert_none, rust_files, text};

/// The greatest number of traits that one type parameter is bound by.
const AT_MOST: usize = 4;

/// The type parameters of one file that have too many bounds.
#[derive(Default)]
struct Bounds {
    too_many: Vec<String>,
}

impl<'ast> Visit<'ast> for Bounds {
    fn visit_generics(&mut self, generics: &'ast Generics) {
        for (parameter, bounds) in by_parameter(generics) {
            if bounds > AT_MOST {
                self.too_many.push(format!("{parameter}: {bounds} bounds"));
            }
        }
        visit::visit_generics(self, generics);
    }
}

fn by_parameter(generics: &Generics) -> BTreeMap<String, usize> {
    let mut bounds = BTreeMap::new();
    let mut count = |name: String, more: &syn::punctuated::Punctuated<TypeParamBound, syn::Token![+]>| {
        let traits = more.iter().filter(|bound| matches!(bound, TypeParamBound::Trait(_)));
        *bounds.entry(name).or_default() += traits.count();
    };
    for parameter in &generics.params {
        if let GenericParam::Type(parameter) = parameter {
            count(parameter.ident.to_string(), &parameter.bounds);
        }
    }
    for predicate in generics.where_clause.iter().flat_map(|clause| &clause.predicates) {
        if let WherePredicate::Type(predicate) = predicate
            && let syn::Type::Path(path) = &predicate.bounded_ty
            && let Some(name) = path.path.get_ident()
        {
            count(name.to_string(), &predicate.bounds);
        }
    }
    bounds
}

#[test]
fn no_type_parameter_has_more_than_four_bounds() {
    let production = rust_files()
        .into_iter()
        .filter(|path| !path.starts_with("tests") && !path.components().any(|part| part.as_os_str() == "tests"));
    let offenders = production.flat_map(|path| {
        let mut found = Bounds::default();
        found.visit_file(&syn::parse_file(&text(&path)).expect("is Rust"));
        found
            .too_many
            .into_iter()
            .map(move |bounds| format!("{}: {bounds}", path.display()))
    });
    assert_none(&offenders.collect::<Vec<_>>());
}
