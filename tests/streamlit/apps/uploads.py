"""Files that were uploaded count by what is in them, and by their names."""

import io

import streamlit as st
from counting import count
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec


def upload(name, data, file_id="id"):
    return UploadedFile(UploadedFileRec(file_id, name, "text/plain", data), FileURLs())


@st.cache_data(show_spinner=False)
def read(file):
    count("read")
    return file.read()


st.write(read(upload("a.txt", b"one")))
st.write(read(upload("a.txt", b"one", "another id")))
st.write(read(upload("a.txt", b"two")))
st.write(read(upload("b.txt", b"one")))
file = upload("a.txt", b"one")
file.seek(1)
st.write(read(file))
st.write(read(io.BytesIO(b"one")))
