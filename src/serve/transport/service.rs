//! The part of every request that does not depend on its route: the id, the choice of the route, the check that reading is
//! allowed, the time limit, the line in the log and the metrics.
//!
//! Most requests are for prepared responses. They are answered here directly, without the router and without waiting.

use std::{
    any::Any,
    convert::Infallible,
    future::Future,
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Request, Response, header, uri::PathAndQuery},
    response::IntoResponse as _,
};
use tower::{Layer as _, ServiceExt as _};
use tower_http::catch_panic::{CatchPanicLayer, ResponseForPanic};

use super::cors::{self, Origin};
use crate::serve::{
    api::router,
    http::{
        peer::Peer,
        problem::Problem,
        request_id::{self, RequestId, RequestIds},
    },
    routes::table::{Access, Route, RouteId},
    state::State,
};

/// The server without its sockets. It is cheap to clone.
#[derive(Debug, Clone)]
pub struct HttpService {
    state: Arc<State>,
    router: Router,
    ids: Arc<RequestIds>,
}

/// The facts about a request that are needed when its response is finished.
struct RequestMetadata {
    began: Instant,
    id: HeaderValue,
    route: Option<&'static Route>,
    method: Method,
    path: Option<PathAndQuery>,
    origin: Origin,
}

/// A response that is ready or being computed.
pub enum ResponseFuture {
    /// A response that is ready, until the future is polled.
    Ready(Option<Response<Body>>),
    /// A response that a handler computes.
    Computed(Pin<Box<dyn Future<Output = Response<Body>> + Send>>),
}

impl Future for ResponseFuture {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Ready(response) => {
                Poll::Ready(Ok(response.take().expect("a future is not polled again after it was ready")))
            }
            Self::Computed(response) => response.as_mut().poll(context).map(Ok),
        }
    }
}

impl HttpService {
    /// Makes a service for all routes.
    pub fn new(state: Arc<State>) -> Self {
        let router = router::router().with_state(Arc::clone(&state));
        Self { state, router, ids: Arc::new(RequestIds::new()) }
    }

    /// Makes a service with other handlers.
    #[cfg(test)]
    pub(crate) fn with_router(state: Arc<State>, router: Router) -> Self {
        Self { router, ..Self::new(state) }
    }

    /// Returns the state that all requests share.
    pub fn state(&self) -> &Arc<State> {
        &self.state
    }

    /// Answers a request.
    pub fn respond(&self, request: Request<Body>, peer: IpAddr) -> ResponseFuture {
        let route = Route::find(request.uri().path());
        let metadata = RequestMetadata {
            began: Instant::now(),
            id: self.ids.of_request(request.headers()),
            route,
            method: request.method().clone(),
            path: request.uri().path_and_query().cloned(),
            origin: cors::check_origin(&self.state.options.settings, route, request.headers()),
        };
        if let Some(response) = metadata.route.and_then(|route| self.prepared(route, &request)) {
            return ResponseFuture::Ready(Some(self.finish(metadata, response)));
        }
        let service = self.clone();
        ResponseFuture::Computed(Box::pin(async move {
            let response = match metadata.route {
                Some(route) => service.dispatch(route, request, peer, &metadata.id).await,
                None => Problem::not_found("no such path; `/openapi.json` lists all paths").into_response(),
            };
            service.finish(metadata, response)
        }))
    }

    /// Returns the prepared response, if there is one for this request and everyone may read it.
    fn prepared(&self, route: &Route, request: &Request<Body>) -> Option<Response<Body>> {
        let is_plain = request.uri().query().is_none()
            && self.state.options.settings.public_read
            && route.accepts(request.method());
        if !is_plain {
            return None;
        }
        let view = self.state.view();
        let snapshot = view.snapshot.as_ref()?;
        let prepared = match route.id {
            RouteId::Snapshot => &snapshot.document,
            RouteId::Modules => &snapshot.list,
            RouteId::Module => &snapshot.modules.get(request.uri().path().rsplit('/').next()?)?.entry,
            _ => return None,
        };
        Some(prepared.respond(request.method(), request.headers()))
    }

    /// Adds the headers that every response has, counts the response, and logs it.
    fn finish(&self, metadata: RequestMetadata, mut response: Response<Body>) -> Response<Body> {
        let RequestMetadata { began, id, route, method, path, origin } = metadata;
        let (status, took) = (response.status(), began.elapsed());
        self.state.metrics.count_response(route, &method, status, took);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        // The query is not logged: a client may have put a token into it.
        let path = path.as_ref().map_or("", PathAndQuery::path);
        let (text, method, code) =
            (id.to_str().unwrap_or_default(), method.as_str(), u64::from(status.as_u16()));
        if status.is_server_error() {
            tracing::warn!(target: "request", id = text, method, path, status = code, micros);
        } else {
            tracing::info!(target: "request", id = text, method, path, status = code, micros);
        }
        let headers = response.headers_mut();
        cors::add_headers(headers, origin);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(&request_id::HEADER, id);
        response
    }

    async fn dispatch(
        &self,
        route: &'static Route,
        request: Request<Body>,
        peer: IpAddr,
        id: &HeaderValue,
    ) -> Response<Body> {
        if let Some(response) = cors::preflight(&self.state.options.settings, route, &request) {
            return response;
        }
        if !route.accepts(request.method()) {
            let detail = format!("the methods of this path are {}", route.allow());
            return Problem::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, detail)
                .header(header::ALLOW, HeaderValue::from_static(route.allow()))
                .into_response();
        }
        if route.access == Access::Read
            && let Err(problem) = self.check_read_access(request.headers(), peer).await
        {
            return problem.into_response();
        }
        self.call_handler(route, request, peer, id).await
    }

    async fn check_read_access(&self, headers: &HeaderMap, peer: IpAddr) -> Result<(), Problem> {
        if self.state.options.settings.public_read {
            return Ok(());
        }
        self.state.auth.authorize_reader(headers, peer).await.map(drop).map_err(Problem::from)
    }

    /// Calls the handler of a route. Only reading has a time limit: a sync goes on after its request has failed, so the client
    /// would not learn the result.
    async fn call_handler(
        &self,
        route: &'static Route,
        mut request: Request<Body>,
        peer: IpAddr,
        id: &HeaderValue,
    ) -> Response<Body> {
        request.extensions_mut().insert(Peer(peer));
        request.extensions_mut().insert(RequestId(id.clone()));
        let response =
            CatchPanicLayer::custom(PanicResponse(id.clone())).layer(self.router.clone()).oneshot(request);
        let response = if route.method == Method::POST {
            response.await
        } else {
            let limit = self.state.options.settings.request_timeout;
            match tokio::time::timeout(limit, response).await {
                Ok(response) => response,
                Err(_) => return Problem::unavailable("the request took too long").into_response(),
            }
        };
        response.unwrap_or_else(|never| match never {}).map(Body::new)
    }
}

/// The response to a request whose handler panicked. It contains the id of the request.
#[derive(Debug, Clone)]
struct PanicResponse(HeaderValue);

impl ResponseForPanic for PanicResponse {
    type ResponseBody = Body;

    fn response_for_panic(&mut self, _reason: Box<dyn Any + Send>) -> Response<Body> {
        let id = self.0.to_str().unwrap_or_default();
        tracing::error!(id, "a request failed because of a bug in modreg; please report it");
        Problem::internal().into_response()
    }
}
