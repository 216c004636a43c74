//! A server of uploads that does what a test wants of it: refuses, forgets, wants to be asked again. And a provider of tokens.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, Request, Response, StatusCode};
use axum::routing::any;
use http_body_util::BodyExt;
use serde_json::{Value, json};

/// What a request finds instead of what it wants.
#[derive(Clone)]
pub enum Fault {
    /// 503, and when to come again.
    Busy(u32),
    /// All uploads are gone.
    Forget,
    /// A problem.
    Refuse(u16, Value),
    /// The upload goes to another server.
    Elsewhere,
}

/// What the server knows.
#[derive(Default)]
pub struct Known {
    uploads: HashMap<String, Upload>,
    /// Faults by the method that is to meet them, after so many that do not, each once.
    faults: VecDeque<(Method, usize, Fault)>,
    /// Methods and paths, in order.
    pub asked: Vec<String>,
    /// What came as `Authorization`.
    pub authorizations: Vec<String>,
    /// Dumps that are whole.
    pub dumps: Vec<Vec<u8>>,
    /// Whether bytes are only counted.
    pub forgetful: bool,
    /// Before then it wants to hear nothing.
    busy_until: Option<Instant>,
    /// Requests that came all the same.
    pub early: usize,
    /// The token that holds; none is any.
    pub token: Option<String>,
    granted: usize,
}

impl Known {
    /// What a request with that method meets.
    fn fault(&mut self, method: &Method) -> Option<Fault> {
        let at = self.faults.iter().position(|(meant, ..)| meant == method)?;
        match self.faults.get_mut(at) {
            Some((_, left @ 1.., _)) => {
                *left -= 1;
                None
            }
            _ => self.faults.remove(at).map(|(.., fault)| fault),
        }
    }
}

#[derive(Default)]
struct Upload {
    bytes: Vec<u8>,
    offset: u64,
    length: Option<u64>,
}

/// It runs until it is dropped.
pub struct Tus {
    /// `http://127.0.0.1:port`
    pub url: String,
    /// What it knows.
    pub known: Arc<Mutex<Known>>,
    _runtime: tokio::runtime::Runtime,
}

impl Tus {
    /// On a free port of this machine.
    pub fn start() -> Tus {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let known = Arc::new(Mutex::new(Known::default()));
        let routes = Router::new().fallback(any(answer)).with_state((url.clone(), Arc::clone(&known)));
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Tus { url, known, _runtime: runtime }
    }

    /// The next request with that method meets it.
    pub fn next(&self, method: Method, fault: Fault) {
        self.skip(method, 0, fault);
    }

    /// After so many requests with that method the next meets it.
    pub fn skip(&self, method: Method, requests: usize, fault: Fault) {
        self.known.lock().expect("no panic").faults.push_back((method, requests, fault));
    }

    /// How often something was asked that begins so.
    pub fn asked(&self, beginning: &str) -> usize {
        let known = self.known.lock().expect("no panic");
        known.asked.iter().filter(|asked| asked.starts_with(beginning)).count()
    }

    /// Dumps that are whole.
    pub fn dumps(&self) -> Vec<Vec<u8>> {
        self.known.lock().expect("no panic").dumps.clone()
    }
}

type Shared = (String, Arc<Mutex<Known>>);

async fn answer(State((url, known)): State<Shared>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let header =
        |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    if path == "/.well-known/openid-configuration" {
        return json(200, &json!({"token_endpoint": format!("{url}/token")}));
    }
    let busy = 'known: {
        let mut known = known.lock().expect("no panic");
        known.asked.push(format!("{} {path}", parts.method));
        known.authorizations.extend(header("authorization"));
        if known.busy_until.is_some_and(|until| Instant::now() < until) {
            known.early += 1;
        }
        if path == "/token" {
            known.granted += 1;
            let token = format!("granted-{}", known.granted);
            known.token = Some(token.clone());
            return json(200, &json!({"access_token": token, "expires_in": 3600}));
        }
        if known
            .token
            .as_ref()
            .is_some_and(|token| header("authorization") != Some(format!("Bearer {token}")))
        {
            return json(401, &json!({"title": "Who asks is not known"}));
        }
        if let Some(fault) = known.fault(&parts.method) {
            match fault {
                Fault::Busy(seconds) => {
                    known.busy_until = Some(Instant::now() + Duration::from_secs(seconds.into()));
                    break 'known Some(seconds);
                }
                Fault::Forget => known.uploads.clear(),
                Fault::Refuse(status, problem) => return json(status, &problem),
                Fault::Elsewhere => {
                    let answer = Response::builder()
                        .status(201)
                        .header("Location", "https://example.org/v1/uploads/1");
                    return answer.body(Body::empty()).expect("an answer");
                }
            }
        }
        if parts.method == Method::POST {
            let id = format!("/v1/uploads/{}", known.uploads.len() + 1);
            let length = header("upload-length").and_then(|length| length.parse().ok());
            known.uploads.insert(id.clone(), Upload { length, ..Upload::default() });
            if length == Some(0) {
                known.dumps.push(Vec::new());
            }
            return Response::builder()
                .status(201)
                .header("Location", id)
                .body(Body::empty())
                .expect("an answer");
        }
        if !known.uploads.contains_key(&path) {
            return json(404, &json!({"title": "There is no such thing", "status": 404}));
        }
        None
    };
    if let Some(seconds) = busy {
        // Who is answered before all has been read may see a cut line instead of the answer.
        let _ = body.collect().await;
        let answer = Response::builder().status(503).header("Retry-After", seconds);
        return answer.body(Body::empty()).expect("an answer");
    }
    if parts.method == Method::PATCH {
        take(&known, &path, header("upload-length"), body).await;
    }
    let mut known = known.lock().expect("no panic");
    let upload = known.uploads.get(&path).expect("it is there");
    let (offset, length, whole) = (upload.offset, upload.length, upload.length == Some(upload.offset));
    if parts.method == Method::GET {
        let report =
            json!({"batch": 7, "duplicate": false, "rows_read": 3, "rows_accepted": 2, "rows_rejected": 1});
        return json(
            200,
            &if whole {
                json!({"state": "finished", "report": report})
            } else {
                json!({"state": "receiving"})
            },
        );
    }
    if whole && parts.method == Method::PATCH {
        let bytes = upload.bytes.clone();
        known.dumps.push(bytes);
    }
    let mut answer = Response::builder().status(StatusCode::NO_CONTENT).header("Upload-Offset", offset);
    if let Some(length) = length {
        answer = answer.header("Upload-Length", length);
    }
    answer.body(Body::empty()).expect("an answer")
}

/// What has come counts, however the request ends.
async fn take(known: &Mutex<Known>, path: &str, length: Option<String>, mut body: Body) {
    while let Some(Ok(frame)) = body.frame().await {
        let mut known = known.lock().expect("no panic");
        let forgetful = known.forgetful;
        if let (Some(upload), Ok(bytes)) = (known.uploads.get_mut(path), frame.into_data()) {
            upload.offset += bytes.len() as u64;
            if !forgetful {
                upload.bytes.extend_from_slice(&bytes);
            }
        }
    }
    if let Some(upload) = known.lock().expect("no panic").uploads.get_mut(path) {
        upload.length = length.and_then(|length| length.parse().ok()).or(upload.length);
    }
}

fn json(status: u16, value: &Value) -> Response<Body> {
    let answer = Response::builder().status(status).header("Content-Type", "application/json");
    answer.body(Body::from(value.to_string())).expect("an answer")
}
