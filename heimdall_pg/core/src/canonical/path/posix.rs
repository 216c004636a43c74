//! Paths of POSIX systems (IEEE 1003.1 4.13), and names without any separator.

use super::Style;

pub(super) fn path(value: &str) -> String {
    let absolute = value.starts_with('/');
    let mut names: Vec<&str> = Vec::new();
    for name in value.split('/') {
        match name {
            "" | "." => {}
            ".." if names.last().is_some_and(|last| *last != "..") => {
                names.pop();
            }
            ".." if absolute => {}
            name => names.push(name),
        }
    }
    let mut text = if absolute { "/".to_owned() } else { String::new() };
    text.push_str(&names.join("/"));
    if text.is_empty() {
        text.push('.');
    }
    if text.ends_with(' ') {
        text.push('/');
    }
    if !absolute && (text.starts_with(' ') || Style::of(&text) != Style::Posix) {
        text.insert_str(0, "./");
    }
    text
}
