use proptest::prelude::*;

use super::*;
use crate::key::decoder;
use crate::key::encoder::Encoder;
use crate::key::trace::Trace;

/// A value, written into an encoder.
type Write<'a> = &'a dyn Fn(&mut Encoder);

fn int(value: i64) -> impl Fn(&mut Encoder) {
    move |encoder| encoder.int(value)
}

fn text(value: &str) -> impl Fn(&mut Encoder) {
    move |encoder| encoder.leaf(Tag::Str, value.as_bytes())
}

fn none(encoder: &mut Encoder) {
    encoder.unit(Tag::None);
}

fn container<'a>(tag: Tag, children: &'a [Write<'a>]) -> impl Fn(&mut Encoder) + 'a {
    move |encoder| {
        encoder.open(tag);
        encoder.length(if tag == Tag::Dict {
            children.len() / 2
        } else {
            children.len()
        });
        for child in children {
            child(encoder);
            encoder.flush();
        }
        encoder.close();
    }
}

fn encoded(write: impl Fn(&mut Encoder)) -> (Vec<u8>, Trace) {
    let mut encoder = Encoder::new();
    write(&mut encoder);
    let bytes = encoder.as_bytes().to_vec();
    (bytes, encoder.take_trace())
}

/// Each difference as one line.
fn lines(before: impl Fn(&mut Encoder), now: impl Fn(&mut Encoder)) -> Vec<String> {
    let ((before, before_trace), (now, now_trace)) = (encoded(before), encoded(now));
    let mut digested = Nodes::default();
    digested.add(&before_trace);
    digested.add(&now_trace);
    let found = changes(node(&before).unwrap(), node(&now).unwrap(), &digested);
    let line = |change: &Change| format!("x{}: {}", change.path, change.detail);
    found.iter().map(line).collect()
}

#[test]
fn equal_values_have_no_differences() {
    assert!(lines(int(1), int(1)).is_empty());
}

#[test]
fn numbers_are_shown_and_texts_are_not() {
    assert_eq!(lines(int(-1), int(300)), ["x: was -1, is 300"]);
    assert_eq!(lines(text("secret"), text("secrets")), ["x: "]);
    assert_eq!(lines(int(1), text("1")), ["x: was int, is str"]);
}

#[test]
fn items_are_named_by_their_index() {
    let list = |last| move |e: &mut Encoder| container(Tag::List, &[&int(1), &int(last)])(e);
    assert_eq!(lines(list(2), list(3)), ["x[1]: was 2, is 3"]);
    let shorter = |e: &mut Encoder| container(Tag::List, &[&int(1)])(e);
    assert_eq!(lines(list(2), shorter), ["x: 1 item, was 2"]);
}

#[test]
fn values_are_named_by_their_key() {
    let (a, b) = (text("a"), text("b"));
    let dict = |value| {
        let (a, b) = (&a, &b);
        move |e: &mut Encoder| container(Tag::Dict, &[a, &int(0), b, &int(value)])(e)
    };
    assert_eq!(lines(dict(1), dict(2)), [r#"x["b"]: was 1, is 2"#]);
    let other_order = |e: &mut Encoder| container(Tag::Dict, &[&b, &int(1), &a, &int(0)])(e);
    assert_eq!(
        lines(dict(1), other_order),
        ["x: its keys are in another order"]
    );
    let other_key = |e: &mut Encoder| container(Tag::Dict, &[&a, &int(0), &int(5), &int(1)])(e);
    assert_eq!(
        lines(dict(1), other_key),
        [r#"x["b"]: is gone"#, "x[5]: is new"]
    );
}

#[test]
fn sets_say_how_many_elements_differ() {
    let set = |values: &'static [i64]| {
        move |encoder: &mut Encoder| {
            encoder.open(Tag::Set);
            encoder.length(values.len());
            for value in values {
                encoder.int(*value);
            }
            encoder.close();
        }
    };
    assert_eq!(lines(set(&[1, 2]), set(&[1, 2, 3])), ["x: 1 element more"]);
    assert_eq!(lines(set(&[1, 2]), set(&[2])), ["x: 1 element fewer"]);
    assert_eq!(
        lines(set(&[1, 2]), set(&[3, 4])),
        ["x: 2 elements new, 2 gone"]
    );
}

#[test]
fn parts_of_records_have_their_names() {
    let frame = |column: &'static str, values: &'static [i64]| {
        move |encoder: &mut Encoder| {
            encoder.open_record("pandas.DataFrame", 4 + values.len());
            text(column)(encoder);
            (0..3).for_each(|_| encoder.unit(Tag::None));
            for value in values {
                encoder.int(*value);
            }
            encoder.close();
        }
    };
    assert_eq!(
        lines(frame("a", &[1, 2]), frame("a", &[1, 3])),
        ["x.iloc[:, 1]: was 2, is 3"]
    );
    assert_eq!(
        lines(frame("a", &[1, 2]), frame("b", &[1])),
        ["x.columns: "]
    );
}

#[test]
fn a_place_is_told_once() {
    let data = |length: i64, content: &'static str| {
        move |encoder: &mut Encoder| {
            encoder.open_record("arrow.data", 3);
            encoder.int(length);
            text(content)(encoder);
            text(content)(encoder);
            encoder.close();
        }
    };
    assert_eq!(lines(data(1, "a"), data(1, "b")), ["x: "]);
    let longer = lines(data(1, "a"), data(2, "b"));
    assert_eq!(longer, ["x (its length): was 1, is 2", "x: "]);
}

#[test]
fn columns_that_tell_their_own_names_are_columns() {
    let series = |name: &'static str, value| {
        move |encoder: &mut Encoder| {
            encoder.open_record("polars.Series", 2);
            text(name)(encoder);
            encoder.int(value);
            encoder.close();
        }
    };
    let frame = |columns: &'static [(&'static str, i64)]| {
        move |encoder: &mut Encoder| {
            encoder.open_record("polars.DataFrame", 1 + columns.len());
            encoder.int(1);
            for (name, value) in columns {
                series(name, *value)(encoder);
            }
            encoder.close();
        }
    };
    let before = frame(&[("a", 1), ("b", 2)]);
    let changed = lines(before, frame(&[("a", 1), ("b", 3)]));
    assert_eq!(changed, ["x.iloc[:, 1].dtype: was 2, is 3"]);
    assert_eq!(lines(before, frame(&[("a", 1), ("c", 3)])), ["x.columns: "]);
    assert_eq!(lines(before, frame(&[("a", 1)])), ["x.columns: "]);
}

#[test]
fn a_record_of_attributes_is_its_attributes() {
    let namespace = |value| {
        move |encoder: &mut Encoder| {
            encoder.open_record("types.SimpleNamespace", 1);
            container(Tag::Dict, &[&text("a"), &int(value)])(encoder);
            encoder.close();
        }
    };
    assert_eq!(lines(namespace(1), namespace(2)), ["x.a: was 1, is 2"]);
}

fn class(encoder: &mut Encoder, digest: u8) {
    let digest = [digest; 32];
    let bytes = move |e: &mut Encoder| e.leaf(Tag::Bytes, &digest);
    container(Tag::Defined, &[&text("shop"), &text("Point"), &bytes])(encoder);
}

/// An instance whose attribute `x` is `value`, of a class of this definition.
fn object(definition: u8, value: i64) -> impl Fn(&mut Encoder) {
    move |encoder| {
        let class = move |e: &mut Encoder| class(e, definition);
        let arguments = |e: &mut Encoder| container(Tag::Tuple, &[&class])(e);
        let state = |e: &mut Encoder| container(Tag::Dict, &[&text("x"), &int(value)])(e);
        let new = text("copyreg.__newobj__");
        let parts: [Write<'_>; 7] = [&class, &new, &arguments, &state, &none, &none, &none];
        container(Tag::Object, &parts)(encoder);
    }
}

#[test]
fn attributes_have_their_names() {
    assert_eq!(lines(object(0, 1), object(0, 2)), ["x.x: was 1, is 2"]);
}

#[test]
fn of_an_edited_class_nothing_else_is_said() {
    assert_eq!(
        lines(object(0, 1), object(9, 2)),
        ["x: its class shop.Point was edited"]
    );
}

fn hashed(function: u8, result: i64) -> impl Fn(&mut Encoder) {
    move |encoder| {
        let class = |e: &mut Encoder| class(e, 0);
        let digest = move |e: &mut Encoder| e.leaf(Tag::Bytes, &[function; 32]);
        container(Tag::Hashed, &[&class, &digest, &int(result)])(encoder);
    }
}

#[test]
fn a_hash_function_that_was_edited_is_the_cause() {
    let found = lines(hashed(0, 1), hashed(0, 2));
    assert_eq!(found, ["x (what its hash function gives): was 1, is 2"]);
    let ((before, _), (now, _)) = (encoded(hashed(0, 1)), encoded(hashed(7, 1)));
    let digested = Nodes::default();
    let found = changes(node(&before).unwrap(), node(&now).unwrap(), &digested);
    assert_eq!(found[0].cause, Cause::HashFunction([7; 32]));
}

/// Lists in lists, each long enough to become a digest.
fn deep(levels: usize, innermost: i64) -> impl Fn(&mut Encoder) {
    move |encoder| {
        let filler = "x".repeat(250);
        for _ in 0..levels {
            encoder.open(Tag::List);
            encoder.length(2);
            text(&filler)(encoder);
        }
        encoder.int(innermost);
        for _ in 0..levels {
            encoder.close();
        }
    }
}

#[test]
fn long_values_are_looked_into() {
    assert_eq!(lines(deep(3, 1), deep(3, 2)), ["x[1][1][1]: was 1, is 2"]);
}

#[test]
fn a_way_is_not_followed_for_ever() {
    let found = lines(deep(10_000, 1), deep(10_000, 2));
    assert_eq!(found, [format!("x{}: ", "[1]".repeat(MAX_STEPS))]);
}

#[test]
fn there_are_not_more_changes_than_help() {
    let list = |value: i64| {
        move |encoder: &mut Encoder| {
            encoder.open(Tag::List);
            encoder.length(1000);
            (0..1000).for_each(|_| encoder.int(value));
            encoder.close();
        }
    };
    assert_eq!(lines(list(1), list(2)).len(), MAX_CHANGES);
}

#[test]
fn what_is_not_kept_is_a_change_as_a_whole() {
    let ((before, _), (now, _)) = (encoded(deep(2, 1)), encoded(deep(2, 2)));
    let digested = Nodes::default();
    let found = changes(node(&before).unwrap(), node(&now).unwrap(), &digested);
    assert_eq!((found.len(), found[0].path.0.len()), (1, 0));
}

/// Bytes that are often an encoding: tags, small counts, and now and then anything.
fn likely() -> impl Strategy<Value = Vec<u8>> {
    let tags = (0..=u8::MAX).filter(|byte| Tag::from_byte(*byte).is_some());
    let tag = prop::sample::select(tags.collect::<Vec<_>>());
    let byte = prop_oneof![4 => tag, 6 => 0..8_u8, 1 => any::<u8>()];
    prop::collection::vec(byte, 0..60)
}

proptest! {
    #[test]
    fn whatever_can_be_read_can_be_compared(before in likely(), now in likely()) {
        let digested = Nodes::default();
        let (before, now) = (decoder::nodes(&before), decoder::nodes(&now));
        for (before, now) in before.iter().flatten().zip(now.iter().flatten()) {
            let found = changes(*before, *now, &digested);
            prop_assert_eq!(found.is_empty(), before.bytes == now.bytes);
        }
    }
}
