//! The page for people: that nothing in it runs or comes from elsewhere, that it can be read by all, in both languages.

use std::collections::BTreeSet;

use html5ever::tendril::TendrilSink as _;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use souspli_auditor::Check;
use souspli_auditor::report::Language::{self, English, French};
use souspli_auditor::report::{Proof, Report, Signed, meaning, page, title, visible};

use crate::samples::{HOSTILE, all, end, full, hex, hostile, key};

fn html(report: &Report, language: Language) -> String {
    let json = report.to_json();
    let signed = report.auditor.key.map(|_| Signed::sign(&json, &key()));
    page(report, &Proof::of(&json, signed), language)
}

/// An element, and the text in it.
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
}

impl Element {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn text_of(node: &Handle) -> String {
    match &node.data {
        NodeData::Text { contents } => contents.borrow().to_string(),
        _ => node.children.borrow().iter().map(text_of).collect(),
    }
}

/// Every element of a page; a page that the parser has to mend is refused.
fn elements(html: &str) -> Vec<Element> {
    let dom = parse_document(RcDom::default(), ParseOpts::default()).one(html);
    assert_eq!(dom.errors.borrow().len(), 0, "{:?}", dom.errors.borrow());
    let mut found = Vec::new();
    collect(&dom.document, &mut found);
    found
}

fn collect(node: &Handle, found: &mut Vec<Element>) {
    if let NodeData::Element { name, attrs, .. } = &node.data {
        let attributes = attrs.borrow().iter().map(|a| (a.name.local.to_string(), a.value.to_string())).collect();
        found.push(Element { name: name.local.to_string(), attributes, text: text_of(node) });
    }
    node.children.borrow().iter().for_each(|child| collect(child, found));
}

fn pages() -> impl Iterator<Item = (&'static str, Language, String)> {
    all().into_iter().flat_map(|(name, report)| Language::ALL.map(|language| (name, language, html(&report, language))))
}

#[test]
fn nothing_in_a_page_runs_or_comes_from_elsewhere() {
    const ALLOWED: &[&str] = &[
        "a", "article", "body", "br", "caption", "code", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "head",
        "header", "html", "li", "main", "meta", "nav", "ol", "p", "section", "span", "strong", "style", "table",
        "tbody", "td", "th", "thead", "title", "tr", "ul",
    ];
    const ATTRIBUTES: &[&str] = &[
        "aria-labelledby",
        "charset",
        "class",
        "colspan",
        "content",
        "data-label",
        "dir",
        "href",
        "http-equiv",
        "id",
        "lang",
        "name",
        "role",
        "scope",
        "translate",
    ];
    for (name, language, html) in pages() {
        for element in elements(&html) {
            assert!(ALLOWED.contains(&element.name.as_str()), "{name} {language:?}: <{}>", element.name);
            for (attribute, value) in &element.attributes {
                assert!(ATTRIBUTES.contains(&attribute.as_str()), "{name}: {attribute}={value}");
            }
            if let Some(target) = element.get("href") {
                assert!(element.name == "a" && target.starts_with('#'), "{name}: {target}");
            }
            if element.name == "style" {
                let style = &element.text;
                assert!(!style.contains("url(") && !style.contains("@import") && !style.contains("expression"));
            }
        }
    }
}

#[test]
fn the_page_forbids_itself_everything_that_it_does_not_need() {
    for (name, _, html) in pages() {
        let all = elements(&html);
        let policy = all.iter().find(|e| e.get("http-equiv") == Some("Content-Security-Policy")).expect(name);
        let content = policy.get("content").expect("content");
        assert!(content.starts_with("default-src 'none'; style-src 'unsafe-inline'"), "{content}");
        let place = |wanted: &str| all.iter().position(|e| e.name == wanted).expect("there");
        let at = all.iter().position(|e| e.get("http-equiv").is_some()).expect("there");
        assert!(at < place("style") && at < place("title"), "the policy stands before what it governs");
    }
}

#[test]
fn what_a_host_chose_is_shown_whole_and_raw_nowhere() {
    for language in Language::ALL {
        let html = html(&hostile(), language);
        for raw in [
            "<script",
            "<img",
            "<svg",
            "<base",
            "onerror=alert(1)>",
            "\0",
            "\u{202e}",
            "\u{1b}",
            "\u{2066}",
            "\u{feff}",
            "\u{200b}",
        ] {
            assert!(!html.contains(raw), "{raw:?}");
        }
        let shown: BTreeSet<String> =
            elements(&html).iter().filter(|e| e.name == "code").map(|e| e.text.clone()).collect();
        for text in HOSTILE.iter().filter(|text| !text.is_empty()) {
            assert!(shown.contains(&visible(text)), "{text:?} is shown as {:?}", visible(text));
        }
        assert!(shown.iter().all(|text| text.chars().count() < 2_500), "a name of 10,000 characters is cut");
        assert!(shown.iter().any(|text| text.starts_with("xxxx") && text.contains("10000 bytes, SHA-256 ")));
    }
}

#[test]
fn every_text_from_elsewhere_keeps_to_itself() {
    let html = html(&hostile(), English);
    for element in elements(&html).iter().filter(|e| e.name == "code" && e.text.contains('\u{5e9}')) {
        assert_eq!(element.get("dir"), Some("ltr"), "letters from right to left do not turn what follows");
        assert_eq!(element.get("translate"), Some("no"));
    }
}

#[test]
fn headings_tables_and_languages_are_there_for_who_does_not_see_the_page() {
    for (name, language, html) in pages() {
        let all = elements(&html);
        assert_eq!(all.iter().find(|e| e.name == "html").and_then(|e| e.get("lang")), Some(language.code()));
        let levels: Vec<u32> = all
            .iter()
            .filter(|e| e.name.len() == 2 && e.name.starts_with('h') && e.name != "hr")
            .map(|e| e.name[1..].parse().expect("a level"))
            .collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{name}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: a level is left out: {levels:?}");
        for head in all.iter().filter(|e| e.name == "th") {
            assert!(head.get("scope").is_some() && head.get("role").is_some(), "{name}");
        }
        let count = |wanted: &str| all.iter().filter(|e| e.name == wanted).count();
        assert_eq!(count("table"), count("caption"), "{name}");
        assert_eq!(count("main"), 1);
        let ids: Vec<&str> = all.iter().filter_map(|e| e.get("id")).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id stands twice");
        for target in
            all.iter().filter_map(|e| e.get("href")).chain(all.iter().filter_map(|e| e.get("aria-labelledby")))
        {
            assert!(ids.contains(&target.trim_start_matches('#')), "{name}: {target}");
        }
        for element in all
            .iter()
            .filter(|e| ["h1", "h2", "h3", "h4", "li", "p", "dd", "dt", "caption", "title"].contains(&e.name.as_str()))
        {
            assert!(!element.text.trim().is_empty(), "{name}: an empty <{}>", element.name);
        }
    }
}

/// The texts of a page that are this program's own, in their order.
fn own_texts(html: &str) -> Vec<String> {
    fn walk(node: &Handle, texts: &mut Vec<String>) {
        match &node.data {
            NodeData::Element { name, .. } if ["code", "style", "title"].contains(&&*name.local) => {}
            NodeData::Text { contents } => texts.push(contents.borrow().trim().to_owned()),
            _ => node.children.borrow().iter().for_each(|child| walk(child, texts)),
        }
    }
    let dom = parse_document(RcDom::default(), ParseOpts::default()).one(html);
    let mut texts = Vec::new();
    walk(&dom.document, &mut texts);
    texts.retain(|text| !text.is_empty());
    texts
}

#[test]
fn no_word_of_a_page_is_left_untranslated() {
    /// Words that both languages share.
    const SHARED: &[&str] = &["Souspli", "Code", "Codes", "Notes", "SHA-256", "Note", "table", "test", "minute", "row"];
    let wordless = |text: &str| !text.chars().any(char::is_alphabetic);
    let unit = |text: &str| text.ends_with("\u{a0}s") || text.ends_with("\u{a0}min");
    for (name, report) in all() {
        let (english, french) = (own_texts(&html(&report, English)), own_texts(&html(&report, French)));
        assert_eq!(english.len(), french.len(), "{name}: the pages have the same parts");
        for (english, french) in english.iter().zip(&french) {
            let same_is_fine = wordless(english) || unit(english) || SHARED.contains(&english.as_str());
            assert!(english != french || same_is_fine, "{name}: {english}");
        }
    }
}

#[test]
fn a_page_tells_every_check_that_found_something_with_its_meaning() {
    for language in Language::ALL {
        let own = own_texts(&html(&end(full()), language)).join("\n").replace('\u{a0}', " ");
        for check in Check::ALL {
            assert!(own.contains(title(*check, language)), "{check}");
            assert!(own.contains(meaning(*check, language)), "{check}");
        }
    }
}

#[test]
fn the_same_report_gives_the_same_page_and_names_the_file_that_is_signed() {
    let report = end(full());
    let (json, page) = (report.to_json(), html(&report, English));
    assert_eq!(page, html(&Report::from_json(&json).expect("read"), English));
    let hash = hex(&souspli_attest::sha256(&json).0);
    assert!(page.contains(&hash) && page.contains(&key().public().to_string()));
}

#[test]
fn a_page_of_nothing_found_claims_no_more_than_was_looked_at() {
    for (name, report) in all() {
        let english = own_texts(&html(&report, English)).join("\n");
        let nothing = english.contains("Nothing was found in what was looked at.");
        assert_eq!(nothing, name == "clean", "{name}");
        assert_eq!(english.contains("this report says nothing about the host"), name == "empty");
        assert!(english.contains("What no audit can show") && english.contains("What was not looked at"));
        assert_eq!(english.contains("The audit is incomplete"), !report.complete && name != "empty", "{name}");
    }
}
