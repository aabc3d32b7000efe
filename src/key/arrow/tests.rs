//! Columns made by hand: equal content has one node, whatever the memory.

use super::Error;
use super::data::{self, Dictionaries};
use super::raw::made::{array, dictionary, schema};
use super::raw::{Array, Schema};
use crate::key::encoder::Encoder;

fn try_node(field: &Schema, chunks: &[Array]) -> super::Result<Vec<u8>> {
    let mut encoder = Encoder::new();
    data::write(
        &mut encoder,
        field,
        chunks.iter().collect(),
        Dictionaries::Whole,
    )?;
    Ok(encoder.as_bytes().to_vec())
}

fn node(field: &Schema, chunks: &[Array]) -> Vec<u8> {
    try_node(field, chunks).unwrap()
}

fn int32s(values: &[i32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

fn ints(values: &[i32]) -> Array {
    let length = i64::try_from(values.len()).unwrap();
    array(length, vec![None, Some(int32s(values))], vec![])
}

fn strings(texts: &[&str]) -> Array {
    let mut offsets = vec![0];
    for text in texts {
        offsets.push(offsets.last().unwrap() + i32::try_from(text.len()).unwrap());
    }
    let buffers = vec![
        None,
        Some(int32s(&offsets)),
        Some(texts.concat().into_bytes()),
    ];
    array(i64::try_from(texts.len()).unwrap(), buffers, vec![])
}

#[test]
fn a_slice_equals_its_copy() {
    let field = schema("i", vec![]);
    let copy = node(&field, &[ints(&[2, 3])]);
    assert_eq!(node(&field, &[ints(&[1, 2, 3, 4]).slice(1, 2)]), copy);
    assert_ne!(node(&field, &[ints(&[1, 2, 3, 4]).slice(2, 2)]), copy);
}

#[test]
fn chunks_do_not_count() {
    let field = schema("u", vec![]);
    let whole = node(&field, &[strings(&["a", "", "bc"])]);
    let chunks = [strings(&["a", ""]), strings(&[]), strings(&["bc"])];
    assert_eq!(node(&field, &chunks), whole);
    assert_ne!(node(&field, &[strings(&["a", "b", "c"])]), whole);
}

#[test]
fn what_lies_under_a_null_does_not_count() {
    let field = schema("i", vec![]);
    let with = |valid: u8, values: &[i32]| {
        let buffers = vec![Some(vec![valid]), Some(int32s(values))];
        node(&field, &[array(3, buffers, vec![])])
    };
    assert_eq!(with(0b101, &[1, 7, 3]), with(0b1111_1101, &[1, 8, 3]));
    assert_ne!(with(0b101, &[1, 7, 3]), with(0b110, &[1, 7, 3]));
    assert_eq!(with(0b111, &[1, 7, 3]), node(&field, &[ints(&[1, 7, 3])]));
}

#[test]
fn booleans_begin_at_the_first_bit() {
    let field = schema("b", vec![]);
    let bits = |bits: u8| array(8, vec![None, Some(vec![bits])], vec![]);
    let sliced = node(&field, &[bits(0b0110_1101).slice(3, 2)]);
    assert_eq!(sliced, node(&field, &[bits(0b1111_1101).slice(0, 2)]));
    assert_ne!(sliced, node(&field, &[bits(0b1111_1101).slice(0, 3)]));
}

#[test]
fn widths_of_offsets_and_views_do_not_count() {
    let long = "more than twelve bytes";
    let narrow = node(&schema("u", vec![]), &[strings(&["a", long])]);
    let end = i64::try_from(1 + long.len()).unwrap();
    let offsets = [0, 1, end]
        .iter()
        .flat_map(|offset: &i64| offset.to_le_bytes())
        .collect();
    let buffers = vec![None, Some(offsets), Some(format!("a{long}").into_bytes())];
    assert_eq!(
        node(&schema("U", vec![]), &[array(2, buffers, vec![])]),
        narrow
    );

    let mut views = int32s(&[1, i32::from(b'a'), 0, 0]);
    views.extend(int32s(&[i32::try_from(long.len()).unwrap(), 0, 0, 2]));
    let sizes = (2 + long.len() as u64).to_le_bytes().to_vec();
    let buffers = vec![
        None,
        Some(views),
        Some(format!("??{long}").into_bytes()),
        Some(sizes),
    ];
    assert_eq!(
        node(&schema("vu", vec![]), &[array(2, buffers, vec![])]),
        narrow
    );
}

#[test]
fn lists_refer_to_their_own_rows_only() {
    let field = schema("+l", vec![schema("i", vec![])]);
    let list = |offsets: &[i32], items: &[i32]| {
        array(2, vec![None, Some(int32s(offsets))], vec![ints(items)])
    };
    let expected = node(&field, &[list(&[0, 1, 3], &[5, 6, 7])]);
    assert_eq!(
        node(&field, &[list(&[2, 3, 5], &[0, 0, 5, 6, 7, 0])]),
        expected
    );
    assert_ne!(node(&field, &[list(&[0, 2, 3], &[5, 6, 7])]), expected);

    let field = schema("+vl", vec![schema("i", vec![])]);
    let buffers = vec![None, Some(int32s(&[3, 0])), Some(int32s(&[1, 2]))];
    let view = array(2, buffers, vec![ints(&[6, 7, 0, 5])]);
    assert_eq!(node(&field, &[view]), expected);
}

#[test]
fn unions_of_both_kinds_hold_the_rows_that_are_read() {
    let children = || vec![schema("i", vec![]), schema("u", vec![])];
    let types = || Some(vec![5, 0, 5]);
    let sparse = array(
        3,
        vec![types()],
        vec![ints(&[0, 7, 0]), strings(&["a", "?", "b"])],
    );
    let offsets = Some(int32s(&[1, 0, 0]));
    let dense = array(
        3,
        vec![types(), offsets],
        vec![ints(&[7]), strings(&["b", "a"])],
    );
    assert_eq!(
        node(&schema("+us:0,5", children()), &[sparse]),
        node(&schema("+ud:0,5", children()), &[dense])
    );
}

#[test]
fn runs_are_one_however_they_were_cut() {
    let field = schema("+r", vec![schema("i", vec![]), schema("u", vec![])]);
    let runs = |length, ends: &[i32], values: &[&str]| {
        array(length, vec![], vec![ints(ends), strings(values)])
    };
    let expected = node(&field, &[runs(5, &[3, 5], &["a", "b"])]);
    assert_eq!(
        node(&field, &[runs(5, &[1, 3, 5], &["a", "a", "b"])]),
        expected
    );
    assert_eq!(
        node(&field, &[runs(9, &[4, 7], &["a", "b"]).slice(1, 5)]),
        expected
    );
    let chunks = [runs(2, &[2], &["a"]), runs(3, &[1, 3], &["a", "b"])];
    assert_eq!(node(&field, &chunks), expected);
    assert_ne!(node(&field, &[runs(5, &[2, 5], &["a", "b"])]), expected);
}

#[test]
fn chunks_with_dictionaries_of_their_own_have_one() {
    let field = dictionary("c", schema("u", vec![]));
    let coded = |codes: &[u8], values: &[&str]| {
        let length = i64::try_from(codes.len()).unwrap();
        array(length, vec![None, Some(codes.to_vec())], vec![]).into(strings(values))
    };
    let expected = node(&field, &[coded(&[1, 0, 2], &["a", "b", "c"])]);
    let chunks = [coded(&[1, 0], &["a", "b"]), coded(&[0], &["c", "a"])];
    assert_eq!(node(&field, &chunks), expected);
    assert_ne!(
        node(&field, &[coded(&[0, 1, 2], &["b", "a", "c"])]),
        expected
    );
}

#[test]
fn what_leads_out_of_its_memory_is_an_error() {
    let malformed = |field: &Schema, chunk: Array| {
        let error = try_node(field, &[chunk]).unwrap_err();
        assert!(matches!(error, Error::Malformed(_)), "{error}");
    };
    let list = schema("+l", vec![schema("i", vec![])]);
    malformed(
        &list,
        array(1, vec![None, Some(int32s(&[0, 2]))], vec![ints(&[1])]),
    );
    malformed(
        &schema("u", vec![]),
        array(
            1,
            vec![None, Some(int32s(&[3, 1])), Some(vec![0; 3])],
            vec![],
        ),
    );
    malformed(
        &schema("u", vec![]),
        array(
            1,
            vec![None, Some(int32s(&[-3, 1])), Some(vec![0; 3])],
            vec![],
        ),
    );
    malformed(&schema("i", vec![]), array(1, vec![None, None], vec![]));
    malformed(&schema("i", vec![]), array(-1, vec![None, None], vec![]));
    malformed(
        &schema("+s", vec![schema("i", vec![])]),
        array(1, vec![None], vec![]),
    );
    let view = vec![
        None,
        Some(int32s(&[20, 0, 0, 0])),
        Some(0_u64.to_le_bytes().to_vec()),
    ];
    malformed(&schema("vu", vec![]), array(1, view, vec![]));
    let coded = array(1, vec![None, Some(vec![1])], vec![]).into(strings(&["a"]));
    malformed(&dictionary("c", schema("u", vec![])), coded);
}

#[test]
fn a_type_without_end_is_an_error() {
    let mut field = schema("i", vec![]);
    let mut column = ints(&[1]);
    for _ in 0..200 {
        field = schema("+s", vec![field]);
        column = array(1, vec![None], vec![column]);
    }
    assert_eq!(try_node(&field, &[column]), Err(Error::TooDeep));
}
