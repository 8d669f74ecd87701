//! What a typesetter is given: the page that the printed HTML is made of, as plain values. Every text in it is made
//! visible first, and every time is put as tables print it, so that no press has to know about either.

use serde_json::{Value, json};

use super::view::FrozenView;
use super::{ReportError, figures, html, json, publish, text};

/// The page of a view, cut down to what may leave.
pub fn sheets(view: &FrozenView) -> Result<Value, ReportError> {
    let view = publish::publish(view);
    let digest = json::digest(&view)?;
    let mut page = serde_json::to_value(html::Page::new(&view, &digest))?;
    let o = &view.overview;
    let carried = [
        ("Agents' calls whose record names both the person and the agent", o.both_principals, o.agent_calls),
        ("Agents' calls whose record carries a run id", o.run_on_record, o.agent_calls),
        ("Agents' calls whose decision in evidence names its evaluated subjects", o.decided, o.agent_calls),
        ("of these, decided with the person's rights among those evaluated", o.decided_on_person, o.decided),
    ]
    .map(|(what, n, of)| json!({ "what": what, "n": n, "of": of, "share": figures::share(n.into(), of.into()) }));
    if let Some(page) = page.as_object_mut() {
        page.insert("carried".into(), Value::from(carried.to_vec()));
        page.insert("prepared".into(), html::moment(&view.prepared_at).into());
    }
    dress(&mut page);
    Ok(page)
}

fn dress(value: &mut Value) {
    match value {
        Value::String(text) => *text = text::visible(&html::stamp(text)),
        Value::Array(items) => items.iter_mut().for_each(dress),
        Value::Object(fields) => fields.values_mut().for_each(dress),
        _ => {}
    }
}
