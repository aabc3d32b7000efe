//! The structs of the Arrow C Data Interface, and what can be read of them without fear.
//!
//! See <https://arrow.apache.org/docs/format/CDataInterface.html>. A producer promises that all
//! pointers hold until `release` is called, and that buffers are as long as the format, length and
//! offset call for. There is no way to check that; all else is checked.

use std::ffi::{CStr, c_char, c_int, c_void};

use super::{Error, Result, size};

/// `ArrowSchema`: a field.
#[repr(C)]
pub struct Schema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    n_children: i64,
    children: *mut *mut Schema,
    dictionary: *mut Schema,
    release: Option<unsafe extern "C" fn(*mut Schema)>,
    private_data: *mut c_void,
}

/// `ArrowArray`: the memory of a column, or of a chunk of one.
#[repr(C)]
pub struct Array {
    length: i64,
    null_count: i64,
    offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *const *const c_void,
    children: *mut *mut Array,
    dictionary: *mut Array,
    release: Option<unsafe extern "C" fn(*mut Array)>,
    private_data: *mut c_void,
}

/// `ArrowArrayStream`: chunks of one schema.
#[repr(C)]
pub struct Stream {
    get_schema: Option<unsafe extern "C" fn(*mut Stream, *mut Schema) -> c_int>,
    get_next: Option<unsafe extern "C" fn(*mut Stream, *mut Array) -> c_int>,
    get_last_error: Option<unsafe extern "C" fn(*mut Stream) -> *const c_char>,
    release: Option<unsafe extern "C" fn(*mut Stream)>,
    private_data: *mut c_void,
}

/// A struct that releases what it leads to when it goes.
pub trait Owned: Sized {
    /// Moves the struct out of a producer's memory, which is left released.
    ///
    /// # Safety
    ///
    /// `source` points to a struct that a producer filled, and nobody else uses it meanwhile.
    unsafe fn take(source: *mut Self) -> Self;

    /// Whether nothing is left to read.
    fn is_released(&self) -> bool;
}

macro_rules! owned {
    ($($struct:ident)*) => {$(
        impl Owned for $struct {
            unsafe fn take(source: *mut Self) -> Self {
                // SAFETY: the caller's promise. The interface allows to move a struct if the source
                // is marked as released, as it is here.
                unsafe {
                    let taken = source.read();
                    (*source).release = None;
                    taken
                }
            }

            fn is_released(&self) -> bool {
                self.release.is_none()
            }
        }

        impl Drop for $struct {
            fn drop(&mut self) {
                if let Some(release) = self.release {
                    // SAFETY: the producer's own callback, on a struct that has not been released.
                    unsafe { release(self) }
                }
            }
        }

        // SAFETY: what the pointers lead to is not changed before the release, and the interface lets
        // any thread read and release.
        unsafe impl Send for $struct {}

        // SAFETY: as above; nothing is changed through a shared reference.
        unsafe impl Sync for $struct {}
    )*};
}

owned!(Schema Array Stream);

/// A pointer out of an array of pointers.
///
/// # Safety
///
/// `pointers` is null or points to `count` pointers, each null or valid for `'a`.
unsafe fn at<'a, T>(pointers: *mut *mut T, count: i64, index: usize) -> Result<&'a T> {
    let inside = usize::try_from(count).is_ok_and(|count| index < count);
    if !inside || pointers.is_null() {
        return Err(Error::Malformed("a child is missing"));
    }
    // SAFETY: the caller's promise; the index is below the count.
    let child = unsafe { (*pointers.add(index)).as_ref() };
    child.ok_or(Error::Malformed("a child is missing"))
}

/// # Safety
///
/// `text` is null or points to a string that ends with a zero byte and is valid for `'a`.
unsafe fn bytes_of<'a>(text: *const c_char) -> &'a [u8] {
    if text.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_bytes()
}

impl Schema {
    /// What the type is, in the interface's letters.
    pub fn format(&self) -> Result<&str> {
        // SAFETY: the producer's promise.
        let format = unsafe { bytes_of(self.format) };
        std::str::from_utf8(format).map_err(|_| Error::Malformed("a format is no text"))
    }

    /// The field's name.
    pub fn name(&self) -> &[u8] {
        // SAFETY: the producer's promise.
        unsafe { bytes_of(self.name) }
    }

    /// Whether the dictionary's order means something, nulls may be, a map's keys are sorted.
    pub fn flags(&self) -> i64 {
        self.flags
    }

    /// How many children there are.
    pub fn children(&self) -> Result<usize> {
        size(self.n_children, "a count of children is negative")
    }

    /// A child.
    pub fn child(&self, index: usize) -> Result<&Self> {
        // SAFETY: the producer's promise.
        unsafe { at(self.children, self.n_children, index) }
    }

    /// The values' type, if the column holds indices into a dictionary.
    pub fn dictionary(&self) -> Option<&Self> {
        // SAFETY: the producer's promise.
        unsafe { self.dictionary.as_ref() }
    }

    /// The field's metadata: keys and values, one after the other.
    pub fn metadata(&self) -> Result<Vec<&[u8]>> {
        if self.metadata.is_null() {
            return Ok(Vec::new());
        }
        let mut next = self.metadata;
        // SAFETY: the producer's promise, by which the count and each length are the start of what
        // they count, and no byte beyond them is read.
        unsafe {
            let pairs = number(&mut next)?;
            (0..2 * pairs)
                .map(|_| {
                    let length = number(&mut next)?;
                    let bytes = std::slice::from_raw_parts(next.cast::<u8>(), length);
                    next = next.add(length);
                    Ok(bytes)
                })
                .collect()
        }
    }
}

/// Reads a size, and moves on.
///
/// # Safety
///
/// `next` points to four bytes that can be read.
unsafe fn number(next: &mut *const c_char) -> Result<usize> {
    // SAFETY: the caller's promise.
    let number = unsafe { next.cast::<i32>().read_unaligned() };
    // SAFETY: at most one past the end of what the caller promised.
    *next = unsafe { next.add(size_of::<i32>()) };
    size(number.into(), "a size in the metadata is negative")
}

impl Array {
    /// How many rows there are.
    pub fn length(&self) -> Result<usize> {
        size(self.length, "a length is negative")
    }

    /// Where the first row lies in the buffers.
    pub fn offset(&self) -> Result<usize> {
        size(self.offset, "an offset is negative")
    }

    /// How many rows are null; unknown if negative.
    pub fn null_count(&self) -> i64 {
        self.null_count
    }

    /// How many buffers there are.
    pub fn buffers(&self) -> Result<usize> {
        size(self.n_buffers, "a count of buffers is negative")
    }

    fn buffer_at(&self, index: usize) -> *const u8 {
        let inside = self.buffers().is_ok_and(|count| index < count);
        if !inside || self.buffers.is_null() {
            return std::ptr::null();
        }
        // SAFETY: the producer's promise; the index is below the count.
        unsafe { *self.buffers.add(index) }.cast()
    }

    /// Whether there is a buffer of that number.
    pub fn has_buffer(&self, index: usize) -> bool {
        !self.buffer_at(index).is_null()
    }

    /// The first `length` bytes of a buffer, as many as the format says that it has at least.
    pub fn buffer(&self, index: usize, length: usize) -> Result<&[u8]> {
        if length == 0 {
            return Ok(&[]);
        }
        let start = self.buffer_at(index);
        if start.is_null() || isize::try_from(length).is_err() {
            return Err(Error::Malformed("a buffer is missing"));
        }
        // SAFETY: the producer's promise: the buffer is as long as the format calls for.
        Ok(unsafe { std::slice::from_raw_parts(start, length) })
    }

    /// Whether this is the same memory as another, of the same type.
    pub fn is_same(&self, other: &Self) -> bool {
        let flat = self.n_children == 0 && self.dictionary.is_null() && other.dictionary.is_null();
        let extent = |array: &Self| {
            (
                array.offset,
                array.length,
                array.n_buffers,
                array.n_children,
            )
        };
        let buffers = 0..self.buffers().unwrap_or(0);
        flat && extent(self) == extent(other)
            && buffers
                .into_iter()
                .all(|index| self.buffer_at(index) == other.buffer_at(index))
    }

    /// A child.
    pub fn child(&self, index: usize) -> Result<&Self> {
        // SAFETY: the producer's promise.
        unsafe { at(self.children, self.n_children, index) }
    }

    /// The column of a table's chunk that has one.
    pub fn only_child(&self) -> Result<&Self> {
        let child = self.child(0)?;
        if self.n_children != 1 || self.offset != 0 || self.length != child.length {
            return Err(Error::Malformed("it is no table of one column"));
        }
        Ok(child)
    }

    /// The values, if the rows are indices into a dictionary.
    pub fn dictionary(&self) -> Result<&Self> {
        // SAFETY: the producer's promise.
        let dictionary = unsafe { self.dictionary.as_ref() };
        dictionary.ok_or(Error::Malformed("a dictionary is missing"))
    }
}

impl Stream {
    /// The chunks' schema.
    pub fn schema(&mut self) -> std::result::Result<Schema, String> {
        let mut schema = Schema::released();
        let Some(get) = self.get_schema else {
            return Err("its stream has no schema".to_owned());
        };
        // SAFETY: the producer's own callback, on a stream that has not been released.
        match unsafe { get(self, &raw mut schema) } {
            0 => Ok(schema),
            _ => Err(self.last_error()),
        }
    }

    /// The next chunk, if there is one.
    pub fn next_chunk(&mut self) -> std::result::Result<Option<Array>, String> {
        let mut array = Array::released();
        let Some(get) = self.get_next else {
            return Err("its stream has no chunks".to_owned());
        };
        // SAFETY: the producer's own callback, on a stream that has not been released.
        match unsafe { get(self, &raw mut array) } {
            0 => Ok((!array.is_released()).then_some(array)),
            _ => Err(self.last_error()),
        }
    }

    fn last_error(&mut self) -> String {
        let Some(get) = self.get_last_error else {
            return "its stream failed".to_owned();
        };
        // SAFETY: the producer's own callback, right after another has failed; the text holds until
        // the next call.
        let text = unsafe { bytes_of(get(self)) };
        String::from_utf8_lossy(text).into_owned()
    }
}

impl Schema {
    fn released() -> Self {
        Self {
            format: std::ptr::null(),
            name: std::ptr::null(),
            metadata: std::ptr::null(),
            flags: 0,
            n_children: 0,
            children: std::ptr::null_mut(),
            dictionary: std::ptr::null_mut(),
            release: None,
            private_data: std::ptr::null_mut(),
        }
    }
}

impl Array {
    fn released() -> Self {
        Self {
            length: 0,
            null_count: 0,
            offset: 0,
            n_buffers: 0,
            n_children: 0,
            buffers: std::ptr::null(),
            children: std::ptr::null_mut(),
            dictionary: std::ptr::null_mut(),
            release: None,
            private_data: std::ptr::null_mut(),
        }
    }
}

#[cfg(test)]
pub mod made {
    //! Structs made by hand, whose memory is leaked: tests are short.

    use super::{Array, Schema};

    fn leaked<T>(children: Vec<T>) -> (i64, *mut *mut T) {
        let count = i64::try_from(children.len()).unwrap();
        let pointers: Vec<*mut T> = children
            .into_iter()
            .map(|child| Box::into_raw(Box::new(child)))
            .collect();
        (count, Box::leak(pointers.into_boxed_slice()).as_mut_ptr())
    }

    fn text(text: &str) -> *const std::ffi::c_char {
        std::ffi::CString::new(text).unwrap().into_raw()
    }

    /// A field of that format.
    pub fn schema(format: &str, children: Vec<Schema>) -> Schema {
        let (n_children, children) = leaked(children);
        Schema {
            format: text(format),
            name: text("name"),
            flags: 2,
            n_children,
            children,
            ..Schema::released()
        }
    }

    /// A field of indices into a dictionary.
    pub fn dictionary(indices: &str, values: Schema) -> Schema {
        Schema {
            dictionary: Box::into_raw(Box::new(values)),
            ..schema(indices, vec![])
        }
    }

    /// An array of these buffers.
    pub fn array(length: i64, buffers: Vec<Option<Vec<u8>>>, children: Vec<Array>) -> Array {
        let (n_children, children) = leaked(children);
        let buffers: Vec<_> = buffers
            .into_iter()
            .map(|buffer| match buffer {
                Some(bytes) => Box::leak(bytes.into_boxed_slice()).as_ptr().cast(),
                None => std::ptr::null(),
            })
            .collect();
        Array {
            length,
            null_count: -1,
            n_buffers: i64::try_from(buffers.len()).unwrap(),
            n_children,
            buffers: Box::leak(buffers.into_boxed_slice()).as_ptr(),
            children,
            ..Array::released()
        }
    }

    impl Array {
        /// Rows of the same memory.
        #[must_use]
        pub fn slice(mut self, offset: i64, length: i64) -> Self {
            (self.offset, self.length) = (self.offset + offset, length);
            self
        }

        /// The same rows as indices into a dictionary.
        #[must_use]
        pub fn into(mut self, values: Array) -> Self {
            self.dictionary = Box::into_raw(Box::new(values));
            self
        }
    }
}
