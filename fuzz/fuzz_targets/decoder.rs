//! Any bytes at all: the decoder refuses them, or reads nodes that it reads again in each other.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memoxide::key::decoder::{Form, Node, node, nodes};

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = nodes(bytes) else {
        return;
    };
    let together: Vec<u8> = read.iter().flat_map(|node| node.bytes).copied().collect();
    assert_eq!(together, bytes, "nothing is left out or read twice");
    read.iter().for_each(check);
});

fn check(read: &Node<'_>) {
    assert_eq!(node(read.bytes).as_ref(), Ok(read), "a node is complete");
    let Form::Container(count, _) = read.form else {
        return;
    };
    let children = read.children().expect("its end was found by reading them");
    assert_eq!(children.len(), count, "as many children as it says");
}
