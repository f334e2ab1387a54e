//! Ids, keys and hashes by the order in which they come up: two views are equal only if the same ones come back at the
//! same places. Of a list in random order it counts which ones were seen before.

use std::collections::{BTreeMap, HashMap};

/// A list whose order is random or that of random ids.
#[derive(Debug, Clone)]
pub struct List {
    /// What it is a list of.
    pub what: &'static str,
    /// Its items, as they stood.
    pub items: Vec<Vec<u8>>,
}

/// The names given so far.
#[derive(Debug, Default)]
pub struct Names {
    single: HashMap<Vec<u8>, usize>,
    listed: HashMap<Vec<u8>, Vec<usize>>,
    lists: Vec<List>,
}

impl Names {
    /// The name of bytes that nobody can read; a new one where they come up first.
    pub fn name(&mut self, bytes: &[u8]) -> String {
        if bytes.iter().all(|byte| *byte == 0) {
            return format!("zero[{}]", bytes.len());
        }
        let next = self.single.len();
        let number = *self.single.entry(bytes.to_vec()).or_insert(next);
        format!("#{number}[{}]{}", bytes.len(), self.lists_of(bytes))
    }

    /// The same, and whether they are new.
    pub fn name_once(&mut self, bytes: &[u8]) -> (String, bool) {
        let is_new = !self.single.contains_key(bytes);
        (self.name(bytes), is_new)
    }

    /// The name of bytes that came up before, alone or in a list.
    pub fn known(&self, bytes: &[u8]) -> Option<String> {
        let name = self.single.get(bytes).map(|number| format!("#{number}[{}]", bytes.len()));
        let lists = self.lists_of(bytes);
        name.or_else(|| (!lists.is_empty()).then(|| format!("one[{}]{lists}", bytes.len())))
    }

    /// A list: how many of its items were seen where, and whether they stand in their own order.
    pub fn list(&mut self, what: &'static str, items: Vec<Vec<u8>>) -> String {
        let mut seen = BTreeMap::<String, usize>::new();
        for item in &items {
            *seen.entry(self.known(item).unwrap_or_else(|| format!("new[{}]", item.len()))).or_default() += 1;
        }
        let number = self.lists.len();
        for item in &items {
            self.listed.entry(item.clone()).or_default().push(number);
        }
        let order = if items.is_sorted() { "sorted" } else { "shuffled" };
        let seen: Vec<String> = seen.into_iter().map(|(what, count)| format!("{count} × {what}")).collect();
        self.lists.push(List { what, items });
        format!("{what}@{number} {order} {{{}}}", seen.join(", "))
    }

    /// The places, in each list of one kind, of what also came up alone, and how long the list is: which ones are real
    /// must not follow from where they stand.
    pub fn places_of_used(&self, what: &str) -> Vec<(Vec<usize>, usize)> {
        let lists = self.lists.iter().filter(|list| list.what == what);
        let used = |list: &List| {
            let items = list.items.iter().enumerate().filter(|(_, item)| self.single.contains_key(*item));
            (items.map(|(place, _)| place).collect::<Vec<_>>(), list.items.len())
        };
        lists.map(used).filter(|(places, _)| !places.is_empty()).collect()
    }

    fn lists_of(&self, bytes: &[u8]) -> String {
        self.listed.get(bytes).map(|lists| format!(" in {lists:?}")).unwrap_or_default()
    }
}
