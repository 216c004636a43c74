//! Cypher for those who only read: what a query gives back, and whether it may run at all.
//!
//! Rights are the database's to judge: an analyst has SELECT and nothing else. What is refused here is what rights do
//! not stop, such as a query that loads the whole graph, and what would only fail later with a message that says less.
//! What would end the server cannot be told from the text: the extension looks at what AGE makes of it.

mod answer;
mod lexer;

pub use answer::json;
pub use lexer::{Token, TokenKind, tokens};

use std::collections::HashSet;

/// Longest query, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// Most columns of a row.
pub const MAX_COLUMNS: usize = 50;

/// Why a query is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CypherError {
    /// Longer than [`MAX_BYTES`].
    #[error("the query is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// A quote or a comment that is not closed.
    #[error("a {0} is not closed")]
    Unterminated(&'static str),
    /// A character that begins nothing in Cypher, at that byte.
    #[error("a character that Cypher does not have, at byte {0}")]
    Character(usize),
    /// A clause that writes, or runs what may.
    #[error("{0} is not for reading")]
    Writes(&'static str),
    /// `schema.function(…)`.
    #[error("a function of another schema is called")]
    QualifiedFunction,
    /// `-[*1..3]->`, `shortestPath`, `vle`.
    #[error("a path of variable length")]
    VariableLength,
    /// Nothing is returned.
    #[error("the query returns nothing")]
    NoReturn,
    /// `RETURN *`.
    #[error("RETURN * does not say which columns there are")]
    ReturnsAll,
    /// More than [`MAX_COLUMNS`].
    #[error("more than {MAX_COLUMNS} columns are returned")]
    TooManyColumns,
    /// Two columns have one name.
    #[error("two columns have the same name")]
    SameName,
}

const WRITES: [&str; 12] = [
    "CREATE", "MERGE", "SET", "REMOVE", "DELETE", "DETACH", "CALL", "LOAD", "FOREACH", "DROP", "EXPLAIN",
    "PROFILE",
];

const WHOLE_GRAPH: [&str; 5] = ["shortestPath", "shortest_path", "allShortestPaths", "vle", "age_vle"];

/// The names of the columns that a query returns, in order.
///
/// # Errors
/// Where the query is refused.
pub fn columns(query: &str) -> Result<Vec<String>, CypherError> {
    if query.len() > MAX_BYTES {
        return Err(CypherError::TooLong);
    }
    let tokens = tokens(query)?;
    check(&tokens)?;
    returned(query, &tokens)
}

/// A tag for a dollar-quoted string that does not stand in the query.
pub fn dollar_tag(query: &str) -> String {
    // One of so many different tags is not in a text that is too short to hold all of them.
    let tags = (0..=query.len()).map(|number| format!("$heimdall{number}$"));
    tags.into_iter().find(|tag| !query.contains(tag.as_str())).unwrap_or_default()
}

fn check(tokens: &[Token<'_>]) -> Result<(), CypherError> {
    // Of the brackets that are open, whether they are those of an edge in a pattern: `-[…]-`.
    let mut open: Vec<bool> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = |distance: usize| at.checked_sub(distance).and_then(|at| tokens.get(at));
        let calls = tokens.get(at + 1).is_some_and(|next| next.is_symbol("("));
        match token.kind {
            TokenKind::Word | TokenKind::QuotedName
                if calls && before(1).is_some_and(|dot| dot.is_symbol(".")) =>
            {
                return Err(CypherError::QualifiedFunction);
            }
            TokenKind::Word | TokenKind::QuotedName
                if calls
                    && WHOLE_GRAPH
                        .into_iter()
                        .any(|name| name.eq_ignore_ascii_case(token.text.trim_matches('`'))) =>
            {
                return Err(CypherError::VariableLength);
            }
            TokenKind::Word if !is_name(before(1), before(2), tokens.get(at + 1)) => {
                if let Some(clause) = WRITES.into_iter().find(|clause| token.is(clause)) {
                    return Err(CypherError::Writes(clause));
                }
            }
            TokenKind::Symbol => match token.text {
                "[" => open.push(before(1).is_some_and(|dash| dash.is_symbol("-"))),
                "(" | "{" => open.push(false),
                ")" | "]" | "}" => {
                    open.pop();
                }
                "*" if open.last() == Some(&true) => return Err(CypherError::VariableLength),
                _ => {}
            },
            _ => {}
        }
    }
    Ok(())
}

/// True where a word stands for a name, whatever it says: a property (`n.set`), a label (`:Set`), a key of a map
/// (`{set: 1}`). No clause stands in these places.
fn is_name(before: Option<&Token<'_>>, earlier: Option<&Token<'_>>, after: Option<&Token<'_>>) -> bool {
    let follows = |symbol| before.is_some_and(|token| token.is_symbol(symbol));
    let of_something = earlier.is_some_and(|token| {
        matches!(token.kind, TokenKind::Word | TokenKind::QuotedName | TokenKind::Parameter)
            || [")", "]", "}"].into_iter().any(|close| token.is_symbol(close))
    });
    (follows(".") && of_something)
        || follows(":")
        || (after.is_some_and(|token| token.is_symbol(":")) && (follows("{") || follows(",")))
}

/// What stands behind the first RETURN that is in no bracket, cut at the commas that are in none.
fn returned(query: &str, tokens: &[Token<'_>]) -> Result<Vec<String>, CypherError> {
    let mut depth = 0usize;
    let mut items: Vec<Vec<Token<'_>>> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = |distance: usize| at.checked_sub(distance).and_then(|at| tokens.get(at));
        let is_clause =
            depth == 0 && token.kind == TokenKind::Word && !is_name(before(1), before(2), tokens.get(at + 1));
        if items.is_empty() {
            if is_clause && token.is("RETURN") {
                items.push(Vec::new());
            }
        } else if depth == 0
            && (token.is_symbol(";")
                || is_clause && ["ORDER", "SKIP", "LIMIT", "UNION"].into_iter().any(|end| token.is(end)))
        {
            break;
        } else if depth == 0 && token.is_symbol(",") {
            items.push(Vec::new());
            continue;
        } else if let Some(item) = items.last_mut().filter(|item| !item.is_empty() || !token.is("DISTINCT")) {
            item.push(*token);
        }
        match token.text {
            _ if token.kind != TokenKind::Symbol => {}
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    if items.is_empty() || items.len() > MAX_COLUMNS {
        return Err(if items.is_empty() { CypherError::NoReturn } else { CypherError::TooManyColumns });
    }
    let mut names = HashSet::new();
    let mut columns = Vec::with_capacity(items.len());
    for item in &items {
        let name = match item.as_slice() {
            [] => return Err(CypherError::NoReturn),
            [star] if star.is_symbol("*") => return Err(CypherError::ReturnsAll),
            [.., alias, name] if alias.is("AS") => unquoted(name),
            [name] => unquoted(name),
            [first, .., last] => query.get(first.at..last.end()).unwrap_or_default().to_owned(),
        };
        if !names.insert(name.clone()) {
            return Err(CypherError::SameName);
        }
        columns.push(name);
    }
    Ok(columns)
}

fn unquoted(name: &Token<'_>) -> String {
    match name.kind {
        TokenKind::QuotedName => name.text.get(1..name.text.len() - 1).unwrap_or_default().replace("``", "`"),
        _ => name.text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
