//! Differences of objects: in attributes, items, pairs, in what they are made from, in code.

use super::literal::class_name;
use super::{Cause, Comparison, Place, Step, in_brackets, pairs};
use crate::key::decoder::{Form, Node};
use crate::key::tag::Tag;

/// The way from a value to each of its children, where all have a name.
fn steps(tag: Tag) -> &'static [&'static str] {
    match tag {
        Tag::Function => &[
            ".__module__",
            ".__qualname__",
            ".__code__",
            ".__defaults__",
            ".__kwdefaults__",
            ".__closure__",
            ".__doc__",
            ".__annotations__",
            ".__dict__",
            ".__name__",
        ],
        Tag::Method => &[".__func__", ".__self__"],
        Tag::Cached => &["", ".__self__"],
        Tag::Cell | Tag::ClassOf => &[""],
        Tag::CacheKey => &["", " (its __cache_key__)"],
        _ => &[],
    }
}

/// How an object's constructor is written that takes the class first, and then what the class does.
const NEW_OBJECT: &str = "copyreg.__newobj__";

/// Keys of a state under which attributes lie, as models of pydantic have them.
const NESTED_ATTRIBUTES: [&str; 3] = ["__dict__", "__pydantic_extra__", "__pydantic_private__"];

impl<'a> Comparison<'a> {
    pub(super) fn objects(&mut self, place: &Place<'a>, before: &[Node<'a>], now: &[Node<'a>]) {
        match (place.now.tag, before, now) {
            (Tag::Defined, ..) => self.edited(place, &place.now),
            (Tag::Object, [class, _, made_from, state, items, pairs, _, beside @ ..], now)
                if now.len() == before.len() =>
            {
                if self.is_of_edited_class(place, *class, now[0]) {
                    return;
                }
                self.made_from(place, now[1], *made_from, now[2]);
                self.state(place, *state, now[3]);
                self.descend(place, || Step::Words(""), *items, now[4]);
                self.pairs(place, *pairs, now[5]);
                if let [beside] = beside {
                    self.state(place, *beside, now[7]);
                }
            }
            (
                Tag::Subclass,
                [class, record, attributes],
                [now_class, now_record, now_attributes],
            ) => {
                if self.is_of_edited_class(place, *class, *now_class) {
                    return;
                }
                self.descend(place, || Step::Words(""), *record, *now_record);
                self.state(place, *attributes, *now_attributes);
            }
            (Tag::Hashed, [_, function, result], [_, now_function, now_result]) => {
                self.hashed(place, (*function, *result), (*now_function, *now_result));
            }
            (Tag::Function, [module, name, code, ..], now) if now.len() == before.len() => {
                if module.bytes != now[0].bytes || name.bytes != now[1].bytes {
                    return self.changed(place, "is another function");
                }
                if code.bytes != now[2].bytes {
                    let name = class_name(&place.now);
                    return self.note(&place.path, "its code was edited", Cause::Code(name));
                }
                self.named_children(place, steps(Tag::Function), before, now);
            }
            (tag, ..) => self.named_children(place, steps(tag), before, now),
        }
    }

    /// Each child by its name; all of them as one, where they have none.
    fn named_children(
        &mut self,
        place: &Place<'a>,
        steps: &[&'static str],
        before: &[Node<'a>],
        now: &[Node<'a>],
    ) {
        if steps.is_empty() || before.len() != now.len() {
            return self.changed(place, "");
        }
        for ((before, now), step) in before.iter().zip(now).zip(steps) {
            self.descend(place, || Step::Words(step), *before, *now);
        }
    }

    fn edited(&mut self, place: &Place<'a>, class: &Node<'a>) {
        let name = class_name(class);
        self.note(
            &place.path,
            &format!("its class {name} was edited"),
            Cause::Code(name),
        );
    }

    /// Classes of one name that differ. Nothing else is told of their instances.
    fn is_of_edited_class(&mut self, place: &Place<'a>, before: Node<'a>, now: Node<'a>) -> bool {
        let differs = before.bytes != now.bytes;
        if differs {
            self.edited(place, &now);
        }
        differs
    }

    fn hashed(
        &mut self,
        place: &Place<'a>,
        (function, result): (Node<'a>, Node<'a>),
        (now_function, now_result): (Node<'a>, Node<'a>),
    ) {
        if function.bytes == now_function.bytes {
            let step = || Step::Words(" (what its hash function gives)");
            return self.descend(place, step, result, now_result);
        }
        let digest = match now_function.form {
            Form::Leaf(digest) => digest.try_into().unwrap_or_default(),
            _ => [0; 32],
        };
        self.note(
            &place.path,
            "its hash function was edited",
            Cause::HashFunction(digest),
        );
    }

    /// The arguments of the constructor; those of a named tuple are its items.
    fn made_from(
        &mut self,
        place: &Place<'a>,
        constructor: Node<'a>,
        before: Node<'a>,
        now: Node<'a>,
    ) {
        if before.bytes == now.bytes {
            return;
        }
        // Of what an attribute is made nobody asks.
        if place.path.has_words() {
            return self.changed(place, "");
        }
        let children = self.children(before).zip(self.children(now));
        let is_new_object = constructor.text() == Some(NEW_OBJECT);
        match children.filter(|(before, now)| is_new_object && before.len() == now.len()) {
            Some((before, now)) => self.arguments(place, &before, &now),
            None => self.descend(
                place,
                || Step::Words(" (what it is made from)"),
                before,
                now,
            ),
        }
    }

    /// What comes after the class: one of them is the value itself under another form.
    fn arguments(&mut self, place: &Place<'a>, before: &[Node<'a>], now: &[Node<'a>]) {
        let is_whole = now.len() == 2;
        for (index, (before, now)) in before.iter().zip(now).skip(1).enumerate() {
            let step = if is_whole {
                Step::Words("")
            } else {
                Step::Item(index)
            };
            self.descend(place, || step, *before, *now);
        }
    }

    /// Attributes: a dict, or a tuple of two, of which the second has those in slots.
    pub(super) fn state(&mut self, place: &Place<'a>, before: Node<'a>, now: Node<'a>) {
        if before.bytes == now.bytes {
            return;
        }
        let opened = self.open(before).zip(self.open(now));
        let Some((before, now)) = opened else {
            return self.changed(place, "");
        };
        let children = before.children().ok().zip(now.children().ok());
        let Some((old, new)) = children else {
            return self.changed(place, "");
        };
        let may_be_none = |node: &Node<'_>, tag| node.tag == tag || node.tag == Tag::None;
        if may_be_none(&before, Tag::Dict) && may_be_none(&now, Tag::Dict) {
            self.attributes(place, &old, &new);
        } else if before.tag == Tag::Tuple && now.tag == Tag::Tuple && old.len() == new.len() {
            for (old, new) in old.iter().zip(&new) {
                self.state(place, *old, *new);
            }
        } else {
            self.descend(place, || Step::Words(" (its state)"), before, now);
        }
    }

    fn attributes(&mut self, place: &Place<'a>, before: &[Node<'a>], now: &[Node<'a>]) {
        let nested = |children: &[Node<'a>], key| {
            let found = pairs(children).find(|(name, _)| name.text() == Some(key));
            found.map(|(_, attributes)| attributes)
        };
        let found = self.changes.len();
        for key in NESTED_ATTRIBUTES {
            if let Some((before, now)) = nested(before, key).zip(nested(now, key)) {
                self.state(place, before, now);
            }
        }
        // What lies beside them mostly says which of them were set.
        if self.changes.len() == found {
            self.dicts(place, before, now, as_attribute);
        }
    }

    /// A mapping's keys and values, as a list of tuples.
    fn pairs(&mut self, place: &Place<'a>, before: Node<'a>, now: Node<'a>) {
        if before.bytes == now.bytes {
            return;
        }
        let flat = |list: Node<'a>| -> Option<Vec<Node<'a>>> {
            let pairs = self.children(list)?;
            let pairs: Option<Vec<_>> = pairs.into_iter().map(|pair| self.children(pair)).collect();
            Some(pairs?.concat())
        };
        match flat(before).zip(flat(now)) {
            Some((before, now)) => self.dicts(place, &before, &now, in_brackets),
            None => self.changed(place, ""),
        }
    }
}

fn as_attribute(name: &Node<'_>) -> Step {
    match name.text() {
        Some(text) => Step::Attribute(text.to_owned()),
        None => in_brackets(name),
    }
}
