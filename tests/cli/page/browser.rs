//! A headless Chromium that is controlled through `WebDriver`.

use std::{
    io::{BufRead as _, BufReader, ErrorKind},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use axum::http::Method;
use fantoccini::{
    Client, ClientBuilder, Locator, elements::Element, error::CmdError, wd::WebDriverCompatibleCommand,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// The time limit for a condition to become true on a busy machine.
const WAIT_TIMEOUT: Duration = Duration::from_mins(1);
/// The interval for checking a condition.
const CHECK_INTERVAL: Duration = Duration::from_millis(20);

/// A browser with one page, which is closed when the value is dropped.
pub(crate) struct Browser {
    client: Client,
    driver: Child,
}

/// A command of chromedriver that is not part of the standard.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _url: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

impl Browser {
    /// Starts a browser, or returns `None` if none is installed.
    pub(crate) async fn start() -> Option<Self> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
        let mut driver = match command.spawn() {
            Ok(driver) => driver,
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            Err(error) => panic!("chromedriver: {error}"),
        };
        let lines = BufReader::new(driver.stdout.take().expect("a pipe")).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let address = format!("http://127.0.0.1:{}", port.expect("chromedriver prints its port"));
        let arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
        let capabilities = json!({
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities.as_object().expect("an object").clone());
        let client = builder.connect(&address).await.expect("a browser starts");
        Some(Self { client, driver })
    }

    /// Closes the browser.
    pub(crate) async fn end(self) {
        self.client.clone().close().await.expect("the browser ends");
    }

    pub(crate) async fn open(&self, address: &str) {
        self.client.goto(address).await.expect("the page loads");
    }

    /// Waits for an element that a CSS selector finds, and returns the first one.
    pub(crate) async fn find(&self, css: &str) -> Element {
        self.wait(Locator::Css(css), css).await
    }

    /// Waits until the text of an element contains some words.
    pub(crate) async fn shows(&self, id: &str, words: &str) {
        let path = format!("//*[@id='{id}'][contains(normalize-space(.), \"{words}\")]");
        self.wait(Locator::XPath(&path), &path).await;
    }

    /// Waits until an expression of JavaScript is true.
    pub(crate) async fn until(&self, condition: &str) {
        let look = format!(
            "const done = arguments[0]; const look = () => ({condition}) ? done(true) : requestAnimationFrame(look); look();"
        );
        let found = self.client.execute_async(&look, Vec::new()).await;
        found.unwrap_or_else(|error| panic!("{condition}: {error}"));
    }

    async fn wait(&self, locator: Locator<'_>, what: &str) -> Element {
        let found = self.client.wait().at_most(WAIT_TIMEOUT).every(CHECK_INTERVAL).for_element(locator).await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("{what}: {error}\n{}", self.text("body").await),
        }
    }

    pub(crate) async fn click(&self, css: &str) {
        self.find(css).await.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Types into the focused element.
    pub(crate) async fn press(&self, keys: impl Into<String>) {
        let focused = self.client.active_element().await.expect("something has the focus");
        focused.send_keys(&keys.into()).await.expect("keys can be pressed");
    }

    /// Replaces the text of a field.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        const SELECT_ALL: &str = "\u{e009}a\u{e000}";
        const BACKSPACE: &str = "\u{e003}";
        self.click(css).await;
        self.press(format!("{SELECT_ALL}{BACKSPACE}{text}")).await;
    }

    /// Returns the visible text of an element.
    pub(crate) async fn text(&self, css: &str) -> String {
        self.find_now(css).await.text().await.expect("an element has text")
    }

    async fn find_now(&self, css: &str) -> Element {
        self.client.find(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    /// Returns the value of a JavaScript expression.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        let script = format!("return {expression};");
        self.client.execute(&script, Vec::new()).await.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Returns the lines of the console since the last call: errors, and violations of the page's policy.
    pub(crate) async fn console(&self) -> Vec<String> {
        let log = self.extension("se/log", json!({ "type": "browser" })).await.expect("the log");
        let lines = log.as_array().expect("a list").iter();
        lines.map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Emulates a window of this size and color scheme.
    pub(crate) async fn emulate(&self, width: u32, height: u32, scheme: &str) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// Writes a screenshot of the window into a file.
    pub(crate) async fn screenshot(&self, file: &Path) {
        let picture = self.client.screenshot().await.expect("a picture");
        std::fs::write(file, picture).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }

    async fn devtools(&self, command: &str, parameters: Value) {
        let body = json!({ "cmd": command, "params": parameters });
        self.extension("goog/cdp/execute", body).await.unwrap_or_else(|error| panic!("{command}: {error}"));
    }

    async fn extension(&self, path: &'static str, body: Value) -> Result<Value, CmdError> {
        self.client.issue_cmd(Extension { path, body }).await
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
