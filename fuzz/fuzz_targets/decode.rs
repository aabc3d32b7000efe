//! Any bytes are read or refused: no panic, no endless loop, no node that is not among the bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use memoxide::key::decoder::{Node, node, nodes};

fuzz_target!(|bytes: &[u8]| {
    let Ok(outermost) = nodes(bytes) else {
        return;
    };
    let length: usize = outermost.iter().map(|node| node.bytes.len()).sum();
    assert_eq!(length, bytes.len());
    // Each level is read anew; deeper ones than these take no more code, but much time.
    let mut open: Vec<(usize, Node<'_>)> = outermost.into_iter().map(|node| (0, node)).collect();
    while let Some((depth, parent)) = open.pop() {
        assert_eq!(node(parent.bytes), Ok(parent));
        if depth < 64 {
            let children = parent.children().expect("what was passed over can be read");
            open.extend(children.into_iter().map(|child| (depth + 1, child)));
        }
    }
});
