//! Sets of numbers that grow together.

use std::collections::BTreeMap;

/// Each number's group is named by its smallest member, so that the order of joining changes nothing.
#[derive(Debug, Clone)]
pub(super) struct Union {
    parent: Vec<usize>,
}

impl Union {
    pub(super) fn new(size: usize) -> Union {
        Union { parent: (0..size).collect() }
    }

    fn top(&mut self, mut n: usize) -> usize {
        while self.parent[n] != n {
            self.parent[n] = self.parent[self.parent[n]];
            n = self.parent[n];
        }
        n
    }

    pub(super) fn join(&mut self, members: &[usize]) {
        for pair in members.windows(2) {
            let (a, b) = (self.top(pair[0]), self.top(pair[1]));
            self.parent[a.max(b)] = a.min(b);
        }
    }

    pub(super) fn groups(mut self) -> Vec<Vec<usize>> {
        let mut out: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for n in 0..self.parent.len() {
            let top = self.top(n);
            out.entry(top).or_default().push(n);
        }
        out.into_values().collect()
    }
}
