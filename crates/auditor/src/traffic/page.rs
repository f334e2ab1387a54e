//! What a page, a style sheet or a header leads a browser to.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// Something that a browser fetches, or speaks with, because of an element of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The element, such as `script`.
    pub(crate) element: String,
    /// The attribute, such as `src`.
    pub(crate) attribute: String,
    /// Of a link, what it is.
    pub(crate) rel: String,
    /// Where it leads.
    pub(crate) url: String,
    /// The hash that the page asks for (SRI).
    pub(crate) integrity: Option<String>,
}

/// Attributes whose value is an address that a browser goes to without being told.
const ADDRESSES: [&str; 12] = [
    "src",
    "href",
    "action",
    "formaction",
    "poster",
    "data",
    "background",
    "manifest",
    "ping",
    "xlink:href",
    "archive",
    "codebase",
];
/// Attributes with several addresses.
const LISTS: [&str; 3] = ["srcset", "imagesrcset", "ping"];

/// What a page's elements lead to, in order. An `a` or `area` leads somewhere only when it is pressed.
pub(crate) fn references(html: &[u8]) -> Vec<Reference> {
    let tokenizer = Tokenizer::new(Elements::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(String::from_utf8_lossy(html).as_ref()));
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.found.into_inner()
}

#[derive(Default)]
struct Elements {
    found: RefCell<Vec<Reference>>,
}

impl TokenSink for Elements {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        if let Token::TagToken(tag) = token
            && tag.kind == TagKind::StartTag
        {
            self.found.borrow_mut().extend(of_element(&tag));
        }
        TokenSinkResult::Continue
    }
}

fn of_element(tag: &Tag) -> Vec<Reference> {
    let attribute = |name: &str| {
        let mut all = tag.attrs.iter();
        all.find(|attribute| &*attribute.name.local == name).map(|attribute| attribute.value.to_string())
    };
    let (rel, integrity) = (attribute("rel").unwrap_or_default().to_ascii_lowercase(), attribute("integrity"));
    let element = tag.name.to_string();
    let mut found = Vec::new();
    let mut add = |attribute: &str, url: &str| {
        found.push(Reference {
            element: element.clone(),
            attribute: attribute.to_owned(),
            rel: rel.clone(),
            url: url.trim().to_owned(),
            integrity: integrity.clone(),
        });
    };
    let pressed = matches!(element.as_str(), "a" | "area");
    for given in &tag.attrs {
        let (name, value) = (given.name.local.to_string(), given.value.to_string());
        if LISTS.contains(&name.as_str()) {
            value.split([',', ' ']).filter(|part| part.contains('/')).for_each(|part| add(&name, part));
        } else if ADDRESSES.contains(&name.as_str()) && !(pressed && name.ends_with("href")) {
            add(&name, &value);
        } else if name == "style" {
            for url in of_style(&value) {
                add("style", &url);
            }
        }
    }
    let refreshes = attribute("http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("refresh"));
    if let Some((_, url)) = attribute("content").as_deref().filter(|_| refreshes).and_then(|text| text.split_once('='))
    {
        add("content", url.trim_matches(['\'', '"', ' ']));
    }
    found
}

/// What a style sheet loads: `url(…)` and `@import "…"`.
pub(crate) fn of_style(css: &str) -> Vec<String> {
    let of_urls = css.split("url(").skip(1).filter_map(|rest| rest.split(')').next());
    let imports = css.split("@import").skip(1).filter_map(|rest| rest.split(';').next());
    of_urls.chain(imports).map(|text| text.trim_matches([' ', '"', '\'', '\n', '\t']).to_owned()).collect()
}

/// Every whole address in a header's value, such as that of `link`, `location`, `report-to` or a security policy.
pub(crate) fn of_header(value: &str) -> Vec<String> {
    let parts = value.split([' ', ',', ';', '<', '>', '"', '\'', '=', '(', ')', '{', '}', '[', ']', '\t']);
    parts.filter(|part| part.contains("://") || part.starts_with("//")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(html: &str) -> Vec<String> {
        references(html.as_bytes()).into_iter().map(|found| found.url).collect()
    }

    #[test]
    fn what_a_page_loads_is_found() {
        assert_eq!(
            urls(
                "<!doctype html><link rel=dns-prefetch href='//a.example'><SCRIPT SRC=/b.js integrity='sha256-x'></SCRIPT>\
                 <img srcset='/c.png 1x, https://d.example/d.png 2x' style='background:url(\"//e.example/e\")'>\
                 <a href='https://not.example' ping='https://f.example/f'>x</a><form action=/g>\
                 <meta http-equiv=refresh content='0; url=https://h.example/'><use xlink:href='#i'>\
                 <!-- <script src=/no.js> --><script>'<img src=/no.png>'</script>"
            ),
            [
                "//a.example",
                "/b.js",
                "/c.png",
                "https://d.example/d.png",
                "//e.example/e",
                "https://f.example/f",
                "/g",
                "https://h.example/",
                "#i",
                "/no.png"
            ],
            "what a script holds is looked at too, since this does not build the page"
        );
        let script = &references(b"<script src=/b.js integrity='sha256-x'>")[0];
        assert_eq!((script.element.as_str(), script.integrity.as_deref()), ("script", Some("sha256-x")));
    }

    #[test]
    fn what_a_style_sheet_and_a_header_lead_to_is_found() {
        assert_eq!(of_style("@import '//a.example/x.css'; a{b:url( '/c' )}"), ["/c", "//a.example/x.css"]);
        assert_eq!(of_header("</x>; rel=preload, <https://a.example/y>; rel=preconnect"), ["https://a.example/y"]);
        assert_eq!(of_header(r#"{"endpoints":[{"url":"https://b.example/r"}]}"#), ["https://b.example/r"]);
        assert_eq!(of_header("default-src 'none'; script-src 'self'"), Vec::<String>::new());
    }
}
