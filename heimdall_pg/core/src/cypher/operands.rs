//! Operands that Apache AGE 1.8.0 cannot take. `IN` with anything but a list written out, `STARTS WITH`, `ENDS WITH`,
//! `CONTAINS` and subscripts read every operand as an agtype; `id()` and its like give a graphid, and `IS NULL`, `NOT`,
//! `AND` and comparisons a boolean, which brings the whole server down. Seen for each of these on a server that was meant
//! for it. What is not seen to be harmless is refused.

use std::collections::HashSet;

use super::{CypherError, Token, TokenKind};

/// Deepest brackets.
const MAX_DEPTH: usize = 50;

const OPERATORS: [&str; 4] = ["IN", "STARTS", "ENDS", "CONTAINS"];

/// Between these and others lies an operand.
const BOUNDARIES: [&str; 19] = [
    "WHERE", "AND", "OR", "XOR", "NOT", "WITH", "RETURN", "WHEN", "THEN", "ELSE", "END", "CASE", "MATCH",
    "OPTIONAL", "UNWIND", "ORDER", "SKIP", "LIMIT", "UNION",
];

/// What gives a boolean rather than an agtype.
const BOOLEAN: [&str; 10] = ["IS", "NOT", "AND", "OR", "XOR", "EXISTS", "IN", "STARTS", "ENDS", "CONTAINS"];

/// Refuses operands that are no agtype, or may be none.
///
/// # Errors
/// Where there is such an operand, or brackets do not match.
pub(super) fn check(tokens: &[Token<'_>]) -> Result<(), CypherError> {
    let mut query = Query { tokens, partner: partners(tokens)?, suspects: HashSet::new() };
    for (at, token) in tokens.iter().enumerate() {
        if query.is_keyword(at, "WITH")
            && !at.checked_sub(1).is_some_and(|before| query.is_any(before, &["STARTS", "ENDS"]))
        {
            query.follow_aliases(at + 1);
        } else if token.is_symbol("[") && query.is_subscript(at) {
            if query.is_suspect(at + 1, query.partner_of(at)) {
                return Err(CypherError::Crashes("a subscript that is an id or a condition"));
            }
        } else if query.is_any(at, &OPERATORS) {
            query.check_operator(at)?;
        }
    }
    Ok(())
}

struct Query<'t, 'q> {
    tokens: &'t [Token<'q>],
    /// Of each bracket, the place of the other one.
    partner: Vec<usize>,
    /// Names that a WITH gave to something that may be no agtype.
    suspects: HashSet<&'q str>,
}

impl<'q> Query<'_, 'q> {
    fn get(&self, at: usize) -> Option<&Token<'q>> {
        self.tokens.get(at)
    }

    fn partner_of(&self, at: usize) -> usize {
        self.partner.get(at).copied().unwrap_or(at)
    }

    fn is_symbol(&self, at: usize, symbols: &[&str]) -> bool {
        self.get(at).is_some_and(|token| symbols.iter().any(|symbol| token.is_symbol(symbol)))
    }

    /// A keyword, and not a property or a label of that name.
    fn is_keyword(&self, at: usize, keyword: &str) -> bool {
        self.get(at).is_some_and(|token| token.is(keyword))
            && !at.checked_sub(1).is_some_and(|before| self.is_symbol(before, &[".", ":"]))
    }

    fn is_any(&self, at: usize, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is_keyword(at, keyword))
    }

    /// `x[…]`, and not a list or an edge.
    fn is_subscript(&self, at: usize) -> bool {
        at.checked_sub(1).is_some_and(|before| {
            self.is_symbol(before, &[")", "]", "}"])
                || self.get(before).is_some_and(|token| !matches!(token.kind, TokenKind::Symbol))
                    && !self.is_any(before, &BOUNDARIES)
                    && !self.is_any(before, &OPERATORS)
                    && !self.is_any(before, &["BY", "DISTINCT", "AS"])
        })
    }

    /// True where what lies there may be no agtype.
    fn is_suspect(&self, from: usize, to: usize) -> bool {
        (from..to).any(|at| {
            let is_property = at.checked_sub(1).is_some_and(|before| self.is_symbol(before, &["."]));
            let calls = self.is_symbol(at + 1, &["("]);
            self.is_symbol(at, &["=", "<", ">"])
                || !is_property
                    && (self.is_any(at, &BOOLEAN)
                        || self.get(at).is_some_and(|token| {
                            let name = unquoted(token);
                            match token.kind {
                                TokenKind::Word | TokenKind::QuotedName if calls => is_id(name),
                                TokenKind::Word | TokenKind::QuotedName => self.suspects.contains(name),
                                _ => false,
                            }
                        }))
        })
    }

    /// Notes the names that the items of a WITH give to what may be no agtype.
    fn follow_aliases(&mut self, from: usize) {
        let (mut at, mut start) = (from, from);
        loop {
            let ends = self.get(at).is_none() || self.is_symbol(at, &[")", "]", "}", ";"]);
            let ends = ends
                || self.is_any(
                    at,
                    &["WHERE", "MATCH", "OPTIONAL", "UNWIND", "RETURN", "ORDER", "SKIP", "LIMIT", "UNION"],
                );
            let ends = ends
                || self.is_keyword(at, "WITH") && !self.is_any(at.saturating_sub(1), &["STARTS", "ENDS"]);
            if ends || self.is_symbol(at, &[","]) {
                if at >= start + 3
                    && self.is_keyword(at - 2, "AS")
                    && self.is_suspect(start, at - 2)
                    && let Some(alias) = self.tokens.get(at - 1)
                {
                    self.suspects.insert(unquoted(alias));
                }
                if ends {
                    return;
                }
                start = at + 1;
            }
            at = self.partner_of(at).max(at) + 1;
        }
    }

    fn check_operator(&self, at: usize) -> Result<(), CypherError> {
        let is_in = self.is_keyword(at, "IN");
        let right = at + if is_in || self.is_keyword(at, "CONTAINS") { 1 } else { 2 };
        let left = self.start_of(at);
        let end = self.end_of(right);
        // A list that is written out becomes a list of the other operand's type.
        if is_in
            && self.is_symbol(right, &["["])
            && self.partner_of(right) + 1 == end
            && !self.is_comprehension(right)
        {
            return Ok(());
        }
        let chained = left.checked_sub(1).is_some_and(|before| self.is_any(before, &OPERATORS))
            || self.is_any(end, &OPERATORS);
        if chained || self.is_suspect(left, at) || self.is_suspect(right, end) {
            return Err(CypherError::Crashes("an id or a condition that is compared with a list or a text"));
        }
        Ok(())
    }

    fn is_boundary(&self, at: usize) -> bool {
        self.get(at).is_none()
            || self.is_symbol(at, &[",", "|", ":", ";", "(", ")", "[", "]", "{", "}"])
            || self.is_any(at, &BOUNDARIES)
            || self.is_any(at, &OPERATORS)
    }

    /// Where the operand before that place begins.
    fn start_of(&self, at: usize) -> usize {
        let mut start = at;
        while let Some(before) = start.checked_sub(1) {
            if self.is_symbol(before, &[")", "]", "}"]) {
                start = self.partner_of(before);
            } else if self.is_boundary(before) {
                break;
            } else {
                start = before;
            }
        }
        start
    }

    /// Where the operand from that place on has ended.
    fn end_of(&self, at: usize) -> usize {
        let mut end = at;
        loop {
            if self.is_symbol(end, &["(", "[", "{"]) {
                end = self.partner_of(end) + 1;
            } else if self.is_boundary(end) {
                return end;
            } else {
                end += 1;
            }
        }
    }

    /// `[x IN list | …]`, where the bracket opens.
    fn is_comprehension(&self, open: usize) -> bool {
        self.is_keyword(open + 2, "IN")
    }
}

/// Calls of these give a graphid.
fn is_id(name: &str) -> bool {
    ["id", "start_id", "end_id"].into_iter().any(|id| id.eq_ignore_ascii_case(name))
}

fn unquoted<'q>(token: &Token<'q>) -> &'q str {
    token.text.trim_matches('`')
}

fn partners(tokens: &[Token<'_>]) -> Result<Vec<usize>, CypherError> {
    let mut partner: Vec<usize> = (0..tokens.len()).collect();
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Symbol) {
        match token.text {
            "(" | "[" | "{" => open.push((at, token.text)),
            ")" | "]" | "}" => {
                let (begin, bracket) = open.pop().ok_or(CypherError::Brackets)?;
                if !matches!((bracket, token.text), ("(", ")") | ("[", "]") | ("{", "}")) {
                    return Err(CypherError::Brackets);
                }
                for (one, other) in [(begin, at), (at, begin)] {
                    if let Some(place) = partner.get_mut(one) {
                        *place = other;
                    }
                }
            }
            _ => {}
        }
        if open.len() > MAX_DEPTH {
            return Err(CypherError::TooDeep);
        }
    }
    if open.is_empty() { Ok(partner) } else { Err(CypherError::Brackets) }
}
