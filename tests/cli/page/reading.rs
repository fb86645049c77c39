//! Tests of the parts of the page that everyone can see.

use super::{MARKUP, check_layout, in_a_browser, registry};

#[test]
fn the_page_shows_the_registry_and_never_parses_markup() {
    let folder = registry();
    in_a_browser(&folder, async |browser, _server| {
        browser.shows("version", "v4").await;
        browser.shows("total", "9").await;
        browser.shows("health", "Up to date").await;
        browser.shows("age", "ago").await;
        browser.shows("held-list", "calendar since v4").await;
        browser.shows("held-list", "schema/unknown-field").await;
        browser.shows("pinned-list", "chat to v1").await;
        browser.shows("pinned-list", "it took calls from <b>Calendar</b>").await;
        browser.shows("filters", "Other8").await;
        browser.shows("versions", "v1").await;
        check_layout(browser, "page").await;

        browser.fill("#search", "FOLD driv").await;
        browser.shows("count", "1 of 9 modules").await;
        assert!(browser.text("#list").await.starts_with("drive"));
        browser.press(" nowhere").await;
        browser.shows("count", "No module contains all of these words").await;
        browser.fill("#search", "").await;
        browser.shows("count", "9 modules").await;
        browser.click("[data-filter=held]").await;
        browser.shows("count", "1 of 9 modules").await;
        browser.click("[data-filter='category FINANCE']").await;
        browser.shows("list", MARKUP.split('"').next().unwrap()).await;
        browser.shows("list", "Deprecated").await;

        browser.click("#list a").await;
        browser.until("document.getElementById('module').open").await;
        assert_eq!(browser.text("#module-title").await, MARKUP);
        let body = browser.text("#module-body").await;
        assert_eq!(body.matches(MARKUP).count(), 9, "{body}");
        for words in ["strange:read", "/api/strange cached for 1 minute", "modules/strange.json", "Finance"] {
            assert!(body.contains(words), "{words} is not in\n{body}");
        }
        assert!(body.starts_with("Deprecated since 1.0.0: "), "{body}");
        assert!(body.contains("Use drive instead."), "{body}");
        check_layout(browser, "module").await;
        browser.click("#module-body a[href='#module/drive']").await;
        browser.shows("module-title", "drive").await;
        browser.click("#close").await;
        browser.until("!document.getElementById('module').open && location.hash === ''").await;

        browser.click("#versions li:nth-child(3) summary").await;
        browser.shows("versions", "updated chat").await;
        browser.shows("versions", "updated drive").await;
        browser.click("#versions li:nth-child(3) li:last-child summary").await;
        browser.find("#versions ins").await;
        assert_eq!(browser.text("#versions .field").await, "aiContext.keywords\nsecond\nfolders");

        let strays =
            browser.value("document.querySelectorAll('main img, main b, main script, dialog img').length");
        assert_eq!(strays.await, 0);
        assert_eq!(browser.value("document.title").await, "Module registry v4");
        assert_eq!(browser.console().await, [""; 0]);

        let forced =
            "(() => { try { document.body.innerHTML = '<b>'; } catch (error) { return error.name; } })()";
        assert_eq!(browser.value(forced).await, "TypeError", "the policy forbids to parse text as markup");
    });
}

#[test]
fn an_address_opens_a_module_and_hidden_characters_are_shown() {
    let folder = registry();
    in_a_browser(&folder, async |browser, server| {
        browser.open(&format!("{}/#module/calendar", server.address)).await;
        browser.shows("module-body", "Held since v4").await;
        browser.shows("module-body", "schema/unknown-field").await;
        browser.open(&format!("{}/#module/a%E2%80%AEb", server.address)).await;
        browser.shows("module-title", r"a\u{202e}b").await;
        browser.shows("module-body", "contains no module of this name").await;
        assert_eq!(browser.console().await, [""; 0]);
    });
}

#[test]
fn the_page_can_be_used_with_the_keyboard_alone() {
    const TAB: char = '\u{e004}';
    const ENTER: char = '\u{e007}';
    const ESCAPE: char = '\u{e00c}';
    let folder = registry();
    in_a_browser(&folder, async |browser, _server| {
        browser.press(TAB).await;
        assert_eq!(browser.value("document.activeElement.className").await, "skip");
        browser.press("/").await;
        assert_eq!(browser.value("document.activeElement.id").await, "search");
        browser.press("folders").await;
        browser.shows("count", "1 of 9 modules").await;
        assert_eq!(browser.value("document.getElementById('search').value").await, "folders");
        for _ in 0..10 {
            browser.press(TAB).await;
            let outline = browser.value("getComputedStyle(document.activeElement).outlineStyle").await;
            assert_eq!(outline, "solid", "the focus is visible");
            if browser.value("document.activeElement.matches('#list a')").await == true {
                break;
            }
        }
        browser.press(ENTER).await;
        browser.until("document.getElementById('module').open").await;
        assert_eq!(browser.value("document.activeElement.id").await, "module-title");
        browser.press(ESCAPE).await;
        browser.until("!document.getElementById('module').open").await;
        assert_eq!(browser.value("document.activeElement.hash").await, "#module/drive");
    });
}

#[test]
fn the_page_keeps_its_content_and_reports_when_the_server_is_unreachable() {
    let folder = registry();
    in_a_browser(&folder, async |browser, mut server| {
        server.kill();
        browser.value("document.dispatchEvent(new Event('visibilitychange'))").await;
        browser.shows("health", "Stale").await;
        browser.shows("notices", "cannot be reached").await;
        browser.shows("notices", "The page shows the state of").await;
        assert_eq!(browser.text("#version").await, "v4");
        browser.click("#list a[href='#module/drive']").await;
        browser.shows("module-body", "folders").await;
    });
}
