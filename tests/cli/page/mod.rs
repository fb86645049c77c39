//! Tests of the status page in a real browser, with mouse, keyboard and token.

mod browser;
mod reading;
mod server;
mod syncing;

use std::path::{Path, PathBuf};

use serde_json::json;

use self::{browser::Browser, server::Server};
use crate::harness::Folder;

const MARKUP: &str = "</script><img src=x onerror=\"document.title='owned'\"><b>bold</b>";

/// Returns a registry with four versions: calendar is held, chat is pinned, and the texts of one module are markup.
fn registry() -> Folder {
    let names = ["calendar", "chat", "drive", "one", "two", "three", "four", "five"];
    let folder = Folder::with_modules(&names);
    let text = json!({
        "name": "strange",
        "displayName": MARKUP,
        "version": "1.0.0",
        "deprecated": { "since": "1.0.0", "reason": MARKUP, "replacedBy": "drive" },
        "aiContext": {
            "purpose": MARKUP,
            "category": "FINANCE",
            "keywords": [MARKUP, "strange"],
            "examples": [MARKUP],
            "entities": [{ "name": MARKUP, "pluralName": MARKUP, "description": MARKUP }],
            "actions": [{ "name": "act", "description": MARKUP, "permissions": ["strange:read"] }],
            "contextProviders": [{ "name": "recent", "endpoint": "/api/strange", "cacheDuration": 60000 }],
            "relationships": [{ "module": "drive", "type": "depends", "description": MARKUP }],
        },
    });
    folder.write("modules/strange.json", text.to_string());
    folder.commit("a strange one");
    folder.expect(0, &["sync"]);
    folder.edit("modules/drive/module.yaml", "second", "folders");
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.commit("other words");
    folder.expect(0, &["sync"]);
    folder.expect(0, &["rollback", "1", "chat", "--reason", "it took calls from <b>Calendar</b>"]);
    folder.edit("modules/calendar/module.yaml", "purpose", "purpos");
    folder.commit("a mistake");
    folder.expect(3, &["sync"]);
    folder
}

/// Opens the page of a registry in a browser, and closes the browser afterwards.
#[expect(clippy::print_stderr, reason = "a skipped test reports that it was skipped")]
fn in_a_browser(folder: &Folder, test: impl AsyncFnOnce(&Browser, Server)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let Some(browser) = Browser::start().await else {
            eprintln!("skipped: chromedriver is not installed");
            return;
        };
        let server = Server::start(folder);
        browser.open(&server.address).await;
        browser.find("#list li").await;
        test(&browser, server).await;
        browser.end().await;
    });
}

/// Returns the folder for screenshots, if the environment contains one.
#[expect(clippy::disallowed_methods, reason = "the variable requests screenshots from the test")]
fn screenshots() -> Option<PathBuf> {
    std::env::var_os("MODREG_SCREENSHOTS").map(PathBuf::from)
}

/// Checks in narrow and wide windows, light and dark, that nothing is wider than the window.
async fn check_layout(browser: &Browser, name: &str) {
    for (width, height) in [(360, 800), (1280, 900)] {
        for scheme in ["light", "dark"] {
            browser.emulate(width, height, scheme).await;
            let excess = browser.value("document.documentElement.scrollWidth - window.innerWidth").await;
            assert!(
                excess.as_i64().is_some_and(|excess| excess <= 0),
                "{name} at {width}: {excess} too wide"
            );
            let dialog = "document.getElementById('module')";
            let excess = browser.value(&format!("{dialog}.scrollWidth - {dialog}.clientWidth")).await;
            assert_eq!(excess, 0, "the dialog of {name} at {width}");
            if let Some(folder) = screenshots() {
                let file: &Path = &folder.join(format!("{name}-{width}-{scheme}.png"));
                browser.screenshot(file).await;
            }
        }
    }
}
