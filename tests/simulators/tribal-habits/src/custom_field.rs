//! A portal's custom fields and the values they take.

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

/// How dates in custom fields are read back. The contract says only how they may be written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DateStyle {
    /// `dd/mm/yyyy`, as in the vendor's example, however the date was written.
    #[default]
    DayMonthYear,
    /// As it was written.
    AsWritten,
}

/// What a custom field holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Text of any characters.
    String,
    /// A date, written `dd/mm/yyyy`, `dd/mm/yy` or `yyyy-mm-dd`.
    Date,
    /// `nn` or `nn.mm`.
    Number,
    /// Items of this list, joined by `;`. The API cannot add to the list.
    List(Vec<String>),
}

/// A custom field of the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomField {
    /// Its name, without the `X-` that the API puts before it.
    pub name: String,
    /// What it holds.
    pub kind: FieldKind,
}

impl CustomField {
    /// A field of any characters.
    #[must_use]
    pub fn string(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: FieldKind::String,
        }
    }

    /// Returns a date field.
    #[must_use]
    pub fn date(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: FieldKind::Date,
        }
    }

    /// Returns a number field.
    #[must_use]
    pub fn number(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: FieldKind::Number,
        }
    }

    /// A choice from these items.
    #[must_use]
    pub fn list<'a>(name: &str, items: impl IntoIterator<Item = &'a str>) -> Self {
        let items = items.into_iter().map(str::to_owned).collect();
        Self {
            name: name.to_owned(),
            kind: FieldKind::List(items),
        }
    }

    /// Its name in the API, such as `X-Location`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("X-{}", self.name)
    }

    /// The value as the portal keeps it, null where it is cleared, or why it is refused.
    pub(crate) fn accept(&self, value: &Value, dates: DateStyle) -> Result<Value, &'static str> {
        let text = match value {
            Value::Null => return Ok(Value::Null),
            Value::String(text) if text.is_empty() => return Ok(Value::Null),
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => return Err("is invalid"),
        };
        match &self.kind {
            FieldKind::String => Ok(text.into()),
            FieldKind::Date => date(&text, dates),
            FieldKind::Number => number(&text),
            FieldKind::List(items) => list(&text, items),
        }
    }
}

fn date(text: &str, style: DateStyle) -> Result<Value, &'static str> {
    let date = ["%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d"].iter().find_map(|format| {
        let date = Date::strptime(format, text).ok()?;
        // Exactly this format: strptime itself is generous with missing zeros and short years.
        (date.strftime(format).to_string() == text).then_some(date)
    });
    let date = date.ok_or("is not a date")?;
    match style {
        DateStyle::DayMonthYear => Ok(date.strftime("%d/%m/%Y").to_string().into()),
        DateStyle::AsWritten => Ok(text.into()),
    }
}

fn number(text: &str) -> Result<Value, &'static str> {
    let (whole, hundredths) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(hundredths) || hundredths.len() > 2 {
        return Err("is not a number");
    }
    serde_json::from_str(text.trim_start_matches('0'))
        .or_else(|_| serde_json::from_str(text))
        .map_err(|_| "is not a number")
}

fn list(text: &str, items: &[String]) -> Result<Value, &'static str> {
    let chosen: Vec<&str> = text.split(';').map(str::trim).collect();
    let known = |item: &&str| items.iter().any(|existing| existing == item);
    if chosen.iter().all(known) {
        Ok(chosen.join(";").into())
    } else {
        Err("is not in the list")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn accept(field: &CustomField, value: &Value) -> Result<Value, &'static str> {
        field.accept(value, DateStyle::DayMonthYear)
    }

    #[test]
    fn a_date_is_taken_in_exactly_three_formats() {
        let field = CustomField::date("Start Date");
        for written in ["23/01/1980", "1980-01-23"] {
            assert_eq!(accept(&field, &json!(written)), Ok(json!("23/01/1980")));
        }
        assert_eq!(accept(&field, &json!("05/02/24")), Ok(json!("05/02/2024")));
        for refused in [
            "1980-1-23",
            "01/23/1980",
            "1980-01-23T00:00:00Z",
            "31/02/2024",
            "23-01-1980",
            " 23/01/1980",
        ] {
            assert_eq!(accept(&field, &json!(refused)), Err("is not a date"), "{refused}");
        }
    }

    #[test]
    fn a_list_takes_existing_items_only() {
        let field = CustomField::list("Cars", ["Toyota", "Honda"]);
        assert_eq!(accept(&field, &json!("Toyota;Honda")), Ok(json!("Toyota;Honda")));
        assert_eq!(accept(&field, &json!("Toyota;Tesla")), Err("is not in the list"));
        assert_eq!(accept(&field, &json!("toyota")), Err("is not in the list"));
    }

    #[test]
    fn a_number_has_at_most_two_decimals() {
        let field = CustomField::number("Age");
        assert_eq!(accept(&field, &json!(27)), Ok(json!(27)));
        assert_eq!(accept(&field, &json!("27.50")), Ok(json!(27.5)));
        for refused in [json!("27.555"), json!("-3"), json!("abc"), json!("1."), json!(1e30)] {
            assert_eq!(accept(&field, &refused), Err("is not a number"), "{refused}");
        }
    }

    #[test]
    fn an_empty_text_and_null_clear_any_field() {
        for field in [
            CustomField::string("A"),
            CustomField::date("B"),
            CustomField::list("C", []),
        ] {
            assert_eq!(accept(&field, &json!("")), Ok(Value::Null));
            assert_eq!(accept(&field, &Value::Null), Ok(Value::Null));
        }
    }
}
