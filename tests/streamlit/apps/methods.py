import streamlit as st
from counting import count


class Store:
    @st.cache_data
    def read(_self, x):
        count("read")
        st.write("read", x)
        return x

    @staticmethod
    @st.cache_data
    def plain(x):
        count("plain")
        return x


store = Store()
st.write(store.read(1), store.read(1), Store.plain(2), store.plain(2))
