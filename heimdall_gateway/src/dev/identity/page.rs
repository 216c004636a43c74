//! The pages: HTML without scripts.

use axum::http::header;
use axum::response::{Html, IntoResponse};

use super::people::{PEOPLE, Person};

const PAGE: &str = include_str!("page.html");

/// Who are you? The query goes along to where the answer is sent.
pub fn people(query: &str) -> Html<String> {
    let buttons: String = PEOPLE.iter().map(button).collect();
    let body = format!(
        "<p class=\"lead\">Who are you today? These people are made up, and there are no passwords.</p>\n\
         <form method=\"post\" action=\"/authorize?{}\">\n{buttons}</form>\n",
        escaped(query)
    );
    page("Log in to Heimdall", &body)
}

/// A sentence.
pub fn message(title: &str, text: &str) -> Html<String> {
    page(title, &format!("<p class=\"lead\">{}</p>\n", escaped(text)))
}

/// `/style.css`.
pub async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css"))
}

fn page(title: &str, body: &str) -> Html<String> {
    Html(PAGE.replace("{title}", &escaped(title)).replace("{body}", body))
}

fn button(person: &Person) -> String {
    format!(
        "<button name=\"person\" value=\"{subject}\"><span class=\"initial\" aria-hidden=\"true\">{initial}</span>\
         <span class=\"who\"><span><strong>{name}</strong> <span class=\"duty\">{duty}</span></span>\
         <span class=\"may\">{may}</span></span></button>\n",
        subject = person.subject,
        initial = person.name.get(..1).unwrap_or_default(),
        name = escaped(person.name),
        duty = escaped(person.duty),
        may = escaped(person.may),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
