//! What is asked: in the URL, or in a body, where values of persons belong, since URLs are kept by browsers and proxies.

use std::fmt;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::Method;
use serde::de::{DeserializeOwned, Deserializer, SeqAccess, Visitor};

use crate::http::extract::{Json, Query};
use crate::problem::Problem;

/// Of the body where the method is POST, else of the query.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequest<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if request.method() == Method::POST {
            return Json::from_request(request, state).await.map(|Json(asked)| Asked(asked));
        }
        let (mut parts, _) = request.into_parts();
        Query::from_request_parts(&mut parts, state).await.map(|Query(asked)| Asked(asked))
    }
}

/// A list: an array in a body, words with commas between them in a query.
///
/// # Errors
/// Where it is neither.
pub fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    struct Words;

    impl<'de> Visitor<'de> for Words {
        type Value = Option<Vec<String>>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a list of texts")
        }

        fn visit_str<E>(self, words: &str) -> Result<Self::Value, E> {
            Ok(Some(words.split(',').map(str::to_owned).collect()))
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
            let mut words = Vec::new();
            while let Some(word) = array.next_element()? {
                words.push(word);
            }
            Ok(Some(words))
        }
    }

    deserializer.deserialize_any(Words)
}
