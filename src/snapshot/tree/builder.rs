//! Takes a tree of containers in, without recursion: they nest deeper than a thread's stack.

use std::collections::HashMap;

use ahash::RandomState;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyDict, PyFrozenSet, PyList, PySet, PyTuple};

use super::{ByKey, Index, Node, Tree, copy_of};
use crate::python::immutable;
use crate::python::intern;
use crate::snapshot::rules::{self, Rule};
use crate::snapshot::size::Sizes;
use crate::snapshot::{CopyMode, Snapshot, Source};

/// Bytes that a node holds beside its objects.
const OF_NODE: u64 = size_of::<Node>() as u64;
/// Bytes by which a container knows one of its nodes.
const OF_EDGE: u64 = size_of::<(Py<PyAny>, Index)>() as u64;

/// What became of a value.
#[derive(Clone, Copy)]
enum Part {
    /// Nobody can change it: it stays in the template around it.
    Shared,
    /// It is a node.
    Node(Index),
}

/// What is known of a container.
enum Known {
    /// It is open: who meets it again is inside of it.
    Open,
    Done(Part),
}

/// What entering a value led to.
enum Entered {
    Done(Part),
    /// Its items come first.
    Opened,
    /// It cannot be part of a tree.
    Refused,
}

/// A container whose items are being looked at.
struct Open<'py> {
    original: Bound<'py, PyAny>,
    copy: Container<'py>,
    items: std::vec::IntoIter<Bound<'py, PyAny>>,
    /// How many of them were looked at.
    place: usize,
    /// Those that are nodes.
    nodes: Vec<(usize, Index)>,
}

/// A copy of a container, since others may change the original meanwhile.
enum Container<'py> {
    /// And its keys.
    Dict(Bound<'py, PyDict>, Bound<'py, PyList>),
    List(Bound<'py, PyList>),
    Tuple(Bound<'py, PyTuple>),
}

/// The nodes so far.
pub struct Builder<'py, 's> {
    source: Source<'s>,
    nodes: Vec<Node>,
    /// By address.
    known: HashMap<usize, Known, RandomState>,
    /// All that is known lives until the end, so that no address is used twice.
    alive: Vec<Bound<'py, PyAny>>,
    open: Vec<Open<'py>>,
    sizes: Sizes,
}

impl<'py, 's> Builder<'py, 's> {
    /// A builder that has seen nothing.
    pub fn new(source: Source<'s>) -> Self {
        Self {
            source,
            nodes: Vec::new(),
            known: HashMap::default(),
            alive: Vec::new(),
            open: Vec::new(),
            sizes: Sizes::default(),
        }
    }

    /// The tree of a value. Nothing, if it holds itself, or something that is to be pickled: pickle
    /// has to see all of it, or what two parts share would come back twice.
    pub fn build(mut self, value: &Bound<'py, PyAny>) -> PyResult<Option<Tree>> {
        let mut entered = self.enter(value)?;
        loop {
            match entered {
                Entered::Refused => return Ok(None),
                Entered::Done(part) if !self.settle(part) => return Ok(Some(self.finish())),
                Entered::Done(_) | Entered::Opened => entered = self.advance()?,
            }
        }
    }

    fn finish(self) -> Tree {
        let of_nodes = OF_NODE.saturating_mul(self.nodes.len() as u64);
        Tree {
            size: self.sizes.total().saturating_add(of_nodes),
            nodes: self.nodes,
        }
    }

    /// Notes what an item of the innermost open container became. `false`: none is open.
    fn settle(&mut self, part: Part) -> bool {
        let Some(open) = self.open.last_mut() else {
            return false;
        };
        if let Part::Node(index) = part {
            open.nodes.push((open.place, index));
        }
        open.place += 1;
        true
    }

    /// Enters the next item of the innermost open container, or closes that.
    fn advance(&mut self) -> PyResult<Entered> {
        if let Some(item) = self.open.last_mut().and_then(|open| open.items.next()) {
            return self.enter(&item);
        }
        match self.open.pop() {
            Some(open) => self.close(open),
            None => Ok(Entered::Refused),
        }
    }

    fn enter(&mut self, value: &Bound<'py, PyAny>) -> PyResult<Entered> {
        if immutable::is_leaf(value)? {
            self.sizes.add(value)?;
            return Ok(Entered::Done(Part::Shared));
        }
        match self.known.get(&address(value)) {
            Some(Known::Done(part)) => return Ok(Entered::Done(*part)),
            Some(Known::Open) => return Ok(Entered::Refused),
            None => {}
        }
        match rules::of(value)? {
            Rule::Rebuild => self.enter_container(value),
            Rule::Pickle => Ok(Entered::Refused),
            _ => self.enter_other(value),
        }
    }

    /// Enters a value that has another form.
    fn enter_other(&mut self, value: &Bound<'py, PyAny>) -> PyResult<Entered> {
        match Snapshot::take(value, CopyMode::Auto, self.source)? {
            Snapshot::Pickled(_) => Ok(Entered::Refused),
            Snapshot::Shared { size, .. } => {
                self.sizes.add_bytes(size);
                Ok(self.done(value, Part::Shared))
            }
            snapshot => {
                self.sizes.add_bytes(snapshot.size());
                Ok(self.node(value, Node::Value(Box::new(snapshot))))
            }
        }
    }

    fn enter_container(&mut self, value: &Bound<'py, PyAny>) -> PyResult<Entered> {
        let (copy, items) = if let Ok(dict) = value.cast_exact::<PyDict>() {
            let copy = dict.copy()?;
            let keys = copy.keys();
            if !self.are_constant(&keys)? {
                return Ok(Entered::Refused);
            }
            let items = copy.values().iter().collect();
            (Container::Dict(copy, keys), items)
        } else if let Ok(list) = value.cast_exact::<PyList>() {
            let copy = copy_of(list);
            let items = copy.iter().collect();
            (Container::List(copy), items)
        } else if let Ok(tuple) = value.cast_exact::<PyTuple>() {
            (Container::Tuple(tuple.clone()), tuple.iter().collect())
        } else {
            return self.enter_flat(value);
        };
        self.open(value, copy, items);
        Ok(Entered::Opened)
    }

    fn open(
        &mut self,
        value: &Bound<'py, PyAny>,
        copy: Container<'py>,
        items: Vec<Bound<'py, PyAny>>,
    ) {
        self.known.insert(address(value), Known::Open);
        self.open.push(Open {
            original: value.clone(),
            copy,
            items: items.into_iter(),
            place: 0,
            nodes: Vec::new(),
        });
    }

    /// Enters a container that holds no nodes: bytes, or elements that are hashed.
    fn enter_flat(&mut self, value: &Bound<'py, PyAny>) -> PyResult<Entered> {
        let py = value.py();
        if value.is_exact_instance_of::<PyByteArray>() {
            let copy = value.call_method0(intern!(py, "copy"))?;
            self.sizes.add(&copy)?;
            let copy = copy.cast_into::<PyByteArray>()?;
            return Ok(self.node(value, Node::ByteArray(copy.unbind())));
        }
        let copy = value.call_method0(intern!(py, "copy"))?;
        let elements = PyList::empty(py);
        elements.call_method1(intern!(py, "extend"), (&copy,))?;
        if !self.are_constant(&elements)? {
            return Ok(Entered::Refused);
        }
        self.sizes.add(&copy)?;
        if copy.is_exact_instance_of::<PyFrozenSet>() {
            return Ok(self.done(value, Part::Shared));
        }
        let copy = copy.cast_into::<PySet>()?;
        Ok(self.node(value, Node::Set(copy.unbind())))
    }

    /// Whether none of them can change, as what is hashed should not.
    fn are_constant(&mut self, elements: &Bound<'py, PyList>) -> PyResult<bool> {
        for element in elements {
            if !immutable::is_leaf(&element)? && !immutable::is_immutable(&element)? {
                return Ok(false);
            }
            self.sizes.add(&element)?;
        }
        Ok(true)
    }

    fn close(&mut self, open: Open<'py>) -> PyResult<Entered> {
        let Open {
            original,
            copy,
            nodes,
            ..
        } = open;
        self.sizes
            .add_bytes(OF_EDGE.saturating_mul(nodes.len() as u64));
        let node = match copy {
            Container::Tuple(tuple) if nodes.is_empty() => {
                self.sizes.add(&tuple)?;
                return Ok(self.done(&original, Part::Shared));
            }
            Container::Tuple(tuple) => {
                let template = tuple_template(&tuple, &nodes)?;
                self.sizes.add(&template)?;
                Node::Tuple(template.unbind(), nodes.into())
            }
            Container::List(template) => {
                for (place, _) in &nodes {
                    template.set_item(*place, template.py().None())?;
                }
                self.sizes.add(&template)?;
                Node::List(template.unbind(), nodes.into())
            }
            Container::Dict(template, keys) => {
                let nodes = dict_nodes(&template, &keys, &nodes)?;
                self.sizes.add(&template)?;
                Node::Dict(template.unbind(), nodes)
            }
        };
        Ok(self.node(&original, node))
    }

    fn node(&mut self, value: &Bound<'py, PyAny>, node: Node) -> Entered {
        let Ok(index) = Index::try_from(self.nodes.len()) else {
            return Entered::Refused;
        };
        self.nodes.push(node);
        self.done(value, Part::Node(index))
    }

    fn done(&mut self, value: &Bound<'py, PyAny>, part: Part) -> Entered {
        self.known.insert(address(value), Known::Done(part));
        self.alive.push(value.clone());
        Entered::Done(part)
    }
}

fn address(value: &Bound<'_, PyAny>) -> usize {
    value.as_ptr() as usize
}

fn tuple_template<'py>(
    tuple: &Bound<'py, PyTuple>,
    nodes: &[(usize, Index)],
) -> PyResult<Bound<'py, PyTuple>> {
    let py = tuple.py();
    let mut items: Vec<_> = tuple.iter().collect();
    for (place, _) in nodes {
        items[*place] = py.None().into_bound(py);
    }
    PyTuple::new(py, items)
}

/// The keys of those that are nodes, which leave the template.
fn dict_nodes(
    template: &Bound<'_, PyDict>,
    keys: &Bound<'_, PyList>,
    nodes: &[(usize, Index)],
) -> PyResult<ByKey> {
    let keyed = nodes.iter().map(|(place, index)| {
        let key = keys.get_item(*place)?;
        template.set_item(&key, template.py().None())?;
        Ok((key.unbind(), *index))
    });
    keyed.collect()
}
