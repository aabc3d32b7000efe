//! The first byte of every encoded value.

/// What kind of value follows.
///
/// The numbers are part of the key format: a change of one is a change of the format version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Tag {
    /// `None`
    None = 0x00,
    /// `False`
    False = 0x01,
    /// `True`
    True = 0x02,
    /// An integer: length, then the shortest two's complement, little-endian.
    Int = 0x03,
    /// A float: the eight bytes of its IEEE 754 form, little-endian; every NaN is one NaN.
    Float = 0x04,
    /// A complex number: two floats.
    Complex = 0x05,
    /// A string: length, then UTF-8.
    Str = 0x06,
    /// A string with lone surrogates: length, then UTF-8 in which these are encoded as well.
    StrWithSurrogates = 0x07,
    /// `bytes`: length, then the bytes.
    Bytes = 0x08,
    /// `bytearray`: length, then the bytes.
    ByteArray = 0x09,
    /// A pickle buffer's memory: length, then the bytes.
    Buffer = 0x0a,
    /// `...`
    Ellipsis = 0x0b,
    /// `NotImplemented`
    NotImplemented = 0x0c,

    /// A list: count, then the items.
    List = 0x10,
    /// A tuple: count, then the items.
    Tuple = 0x11,
    /// A dict: count, then key and value of each item, in the dict's order.
    Dict = 0x12,
    /// A set: count, then the items' encodings in ascending order.
    Set = 0x13,
    /// A frozenset: as a set.
    FrozenSet = 0x14,

    /// An instance: type, callable, arguments, state, items, pairs, state setter, as reduced.
    Object = 0x20,
    /// A global that is found by name: module, qualified name; in a definition also a version.
    Global = 0x21,
    /// A class as it is defined: module, name, metaclass, bases, attributes.
    Class = 0x22,
    /// A function: module, name, code, defaults, keyword defaults, closure; where it is followed
    /// also the globals that it uses.
    Function = 0x23,
    /// A code object: names, argument layout, flags, bytecode, constants.
    Code = 0x24,
    /// A bound method: function, instance.
    Method = 0x25,
    /// A module: its name.
    Module = 0x26,
    /// A closure cell: its contents.
    Cell = 0x27,
    /// A closure cell without contents.
    EmptyCell = 0x28,
    /// An enum member: class, name, value.
    Enum = 0x29,
    /// A decorated function: the function that it wraps.
    Cached = 0x2e,
    /// A bare `object()` in a place where only its being there counts.
    Sentinel = 0x2f,
    /// Something without content inside a definition: its class.
    Opaque = 0x30,
    /// A property, static method or class method: class, functions.
    Descriptor = 0x31,
    /// A class of the user's own: module, name, digest of its definition.
    Defined = 0x32,

    /// A value of a family that is known: the family's name, then parts as it has them.
    Record = 0x33,
    /// An instance of a subclass of such a class, or one with attributes of its own: class, record,
    /// attributes.
    Subclass = 0x34,

    /// A value seen through a hash function: type, result.
    Hashed = 0x38,
    /// A value seen through `__cache_key__`: type, result.
    CacheKey = 0x39,

    /// A container that encloses this place: how many levels up.
    Enclosing = 0x40,
    /// An earlier container of the same cycle: how many such containers back.
    InCycle = 0x41,
    /// A container of a cycle that is complete: the cycle's bytes, the container's number.
    OfCycle = 0x42,

    /// An argument that is its parameter's default `object()`.
    Default = 0x48,
    /// An ignored argument of which only the class counts: the class.
    ClassOf = 0x49,
    /// An ignored argument.
    Ignored = 0x4a,

    /// A leaf with more than [`INLINE_LIMIT`](super::encoder::INLINE_LIMIT) bytes of contents: its
    /// tag, their length, their BLAKE3 digest.
    LongLeaf = 0xfe,
    /// A container of more than so many bytes: its BLAKE3 digest.
    Digest = 0xff,
}

/// Every tag.
const ALL: [Tag; 45] = [
    Tag::None,
    Tag::False,
    Tag::True,
    Tag::Int,
    Tag::Float,
    Tag::Complex,
    Tag::Str,
    Tag::StrWithSurrogates,
    Tag::Bytes,
    Tag::ByteArray,
    Tag::Buffer,
    Tag::Ellipsis,
    Tag::NotImplemented,
    Tag::List,
    Tag::Tuple,
    Tag::Dict,
    Tag::Set,
    Tag::FrozenSet,
    Tag::Object,
    Tag::Global,
    Tag::Class,
    Tag::Function,
    Tag::Code,
    Tag::Method,
    Tag::Module,
    Tag::Cell,
    Tag::EmptyCell,
    Tag::Enum,
    Tag::Cached,
    Tag::Sentinel,
    Tag::Opaque,
    Tag::Descriptor,
    Tag::Defined,
    Tag::Record,
    Tag::Subclass,
    Tag::Hashed,
    Tag::CacheKey,
    Tag::Enclosing,
    Tag::InCycle,
    Tag::OfCycle,
    Tag::Default,
    Tag::ClassOf,
    Tag::Ignored,
    Tag::LongLeaf,
    Tag::Digest,
];

impl Tag {
    /// The tag that this byte stands for.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        ALL.into_iter().find(|tag| *tag as u8 == byte)
    }
}
