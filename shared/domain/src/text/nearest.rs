//! Suggests the known name that was probably intended.

/// ` (did you mean workEmail?)`, or nothing where no known name is near.
pub(crate) fn did_you_mean<'n>(written: &str, known: impl IntoIterator<Item = &'n str>) -> String {
    nearest(written, known).map_or_else(String::new, |name| format!(" (did you mean {name}?)"))
}

/// The known name that differs least, letter case aside; none where all differ in more than a third of their letters.
pub(crate) fn nearest<'n>(written: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let written = written.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&written, &name.to_lowercase());
    known
        .into_iter()
        .map(|name| (distance(name), name))
        .filter(|(distance, name)| *distance <= name.chars().count() / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_has_a_nearest_name_and_another_word_has_none() {
        let known = ["workEmail", "location", "size"];
        assert_eq!(nearest("workemail", known), Some("workEmail"));
        assert_eq!(nearest("loaction", known), Some("location"));
        assert_eq!(nearest("shoeSize", known), None);
        assert_eq!(did_you_mean("siz", known), " (did you mean size?)");
        assert_eq!(did_you_mean("", known), "");
    }
}
