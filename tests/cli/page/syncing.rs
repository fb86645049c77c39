//! Tests of the parts of the page for administrators.

use super::{check_layout, in_a_browser, registry, server::token};

#[test]
fn an_administrator_can_sync_and_allow_removals() {
    let folder = registry();
    in_a_browser(&folder, async |browser, _server| {
        browser.value("window.stays = true").await;
        browser.click("#sync").await;
        browser.shows("answer", "Enter a token first").await;
        for (wrong, words) in
            [("nonsense".to_owned(), "not accepted (401)"), (token("USER"), "not allowed (403)")]
        {
            browser.fill("#token", &wrong).await;
            browser.click("#sync").await;
            browser.shows("answer", words).await;
        }
        browser.fill("#token", &token("ADMIN")).await;
        browser.click("#status").await;
        browser.shows("answer", "Registrable modules9").await;

        folder.edit("modules/drive/module.yaml", "folders", "files");
        folder.commit("another word");
        browser.click("#dry-run").await;
        browser.shows("answer", "Dry run, nothing was written: version 5 would be published").await;
        assert_eq!(browser.text("#version").await, "v4");
        browser.click("#sync").await;
        browser.shows("answer", "version 5 was published; 1 module is invalid").await;
        browser.shows("answer", "error calendar: ").await;
        browser.shows("version", "v5").await;
        browser.click("#versions li:first-child summary").await;
        browser.shows("versions", "updated drive").await;
        browser.click("#versions li:first-child .what summary").await;
        browser.find("#versions ins").await;
        assert_eq!(
            [browser.text("#versions del").await, browser.text("#versions ins").await],
            ["folders", "files"]
        );
        check_layout(browser, "synced").await;

        for name in ["one", "two", "three", "four"] {
            folder.remove_folder(&format!("modules/{name}"));
        }
        folder.commit("four go");
        browser.click("#sync").await;
        browser.shows("answer", "Refused by a guard").await;
        assert_eq!(browser.text("#answer .words").await, "four\none\nthree\ntwo");
        let allow = browser.find("#answer .danger").await;
        assert!(!allow.is_enabled().await.unwrap(), "one click is not enough to remove modules");
        assert_eq!(browser.text("#version").await, "v5");
        browser.click("#sure").await;
        check_layout(browser, "refused").await;
        allow.click().await.unwrap();
        browser.shows("version", "v6").await;
        browser.shows("total", "5").await;

        assert_eq!(browser.value("window.stays").await, true, "the page was not reloaded");
        let kept = "[localStorage.length, sessionStorage.length, document.cookie, location.hash].join()";
        assert_eq!(browser.value(kept).await, "0,0,,");
        let console = browser.console().await;
        assert!(console.iter().all(|line| line.contains("Failed to load resource")), "{console:#?}");
        browser.click("#forget").await;
        assert_eq!(browser.value("document.getElementById('token').value").await, "");
    });
}
