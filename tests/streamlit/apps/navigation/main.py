import streamlit as st
from counting import count


@st.cache_data
def common(x):
    count("common")
    st.write("drawn in the frame", x)
    return x


def first():
    @st.cache_data
    def inner():
        count("first inner")
        st.write("drawn by the first page")

    inner()
    st.write(common(1))
    if st.button("on"):
        st.switch_page(second_page)


second_page = st.Page("second.py", title="Second")
page = st.navigation([st.Page(first, title="First"), second_page])
st.write(common(2))
page.run()
