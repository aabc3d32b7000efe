//! What stands in an encoding, byte by byte.

use super::*;

fn encoded(write: impl FnOnce(&mut Encoder)) -> Vec<u8> {
    let mut encoder = Encoder::new();
    write(&mut encoder);
    encoder.as_bytes().to_vec()
}

#[test]
fn integers_take_the_shortest_form() {
    for (value, bytes) in [
        (0, vec![3, 1, 0]),
        (127, vec![3, 1, 0x7f]),
        (128, vec![3, 2, 0x80, 0]),
        (-128, vec![3, 1, 0x80]),
        (-129, vec![3, 2, 0x7f, 0xff]),
        (i64::MIN, vec![3, 8, 0, 0, 0, 0, 0, 0, 0, 0x80]),
    ] {
        assert_eq!(encoded(|e| e.int(value)), bytes, "{value}");
    }
}

#[test]
fn zeros_keep_their_sign_and_nans_do_not_differ() {
    let bits = |value| encoded(|e| e.float(value));
    assert_ne!(bits(0.0), bits(-0.0));
    assert_eq!(bits(f64::NAN), bits(-f64::NAN));
}

#[test]
fn a_long_leaf_is_tag_length_and_digest() {
    let contents = vec![5; INLINE_LIMIT + 1];
    let digest = blake3::hash(&contents);
    let expected = [&[0xfe, 0x08, 0x81, 0x02], digest.as_bytes().as_slice()];
    assert_eq!(
        encoded(|e| e.leaf(Tag::Bytes, &contents)),
        expected.concat()
    );
    let inline = encoded(|e| e.leaf(Tag::Bytes, &contents[1..]));
    assert_eq!(inline[3..], contents[1..]);
}

#[test]
fn a_node_can_be_its_digest_however_short_it_is() {
    let text = encoded(|e| e.leaf(Tag::Str, b"a"));
    let digest = *blake3::hash(&text).as_bytes();
    let expected = [&[0x4a, 0xff], digest.as_slice()].concat();
    let of_written = |e: &mut Encoder| {
        e.unit(Tag::Ignored);
        let start = e.len();
        e.leaf(Tag::Str, b"a");
        e.digest_from(start);
        e.digest_from(start);
    };
    assert_eq!(encoded(of_written), expected);
    let of_known = |e: &mut Encoder| {
        e.unit(Tag::Ignored);
        e.digested(&digest);
    };
    assert_eq!(encoded(of_known), expected);
}

#[test]
fn a_leaf_in_pieces_is_the_same_leaf() {
    for length in [0, 1, INLINE_LIMIT, INLINE_LIMIT + 1, 300_000] {
        let contents: Vec<u8> = (0..length).map(|i| low_byte(i % 251)).collect();
        let mut leaf = LeafHasher::new(Tag::Buffer, length);
        for piece in contents.chunks(100_000) {
            leaf.update(piece);
        }
        let whole = encoded(|e| e.leaf(Tag::Buffer, &contents));
        assert_eq!(encoded(|e| e.finish_leaf(leaf)), whole, "{length} bytes");
    }
}

#[test]
fn flushing_changes_nothing() {
    let list = |flush: bool| {
        encoded(|e| {
            e.open(Tag::List);
            for value in 0..100_000 {
                e.int(value);
                if flush {
                    e.flush();
                }
            }
            e.close();
        })
    };
    assert_eq!(list(true), list(false));
}

#[test]
fn sorted_children_forget_their_order() {
    let set = |values: &[i64]| {
        encoded(|e| {
            e.open_sorted(Tag::Set);
            let mut starts = Vec::new();
            for &value in values {
                starts.push(e.position());
                e.int(value);
                e.flush();
            }
            e.sort_children(&starts);
            e.close();
        })
    };
    assert_eq!(set(&[1, 300, -5]), set(&[-5, 1, 300]));
    assert_ne!(set(&[1, 2]), set(&[1, 3]));
}

#[test]
fn boundaries_between_leaves_count() {
    let pair = |a: &[u8], b: &[u8]| {
        encoded(|e| {
            e.leaf(Tag::Str, a);
            e.leaf(Tag::Str, b);
        })
    };
    assert_ne!(pair(b"ab", b"c"), pair(b"a", b"bc"));
}
