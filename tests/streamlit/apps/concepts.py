"""What Streamlit's guide to caching shows."""

import datetime
import threading

import pandas as pd
import streamlit as st
from counting import count


@st.cache_data
def load_data(url):
    count("load_data")
    return pd.DataFrame({"Date": ["2020-01-01"] * 3, "Base": [url] * 3, "Lat": [1.5, 2.5, 3.5]})


df = load_data("uber")
st.dataframe(df)
df.drop(columns=["Lat"], inplace=True)
st.dataframe(load_data("uber"))


@st.cache_data
def transform(df):
    count("transform")
    df = df.filter(items=["Date", "Base"])
    return df.apply(lambda column: column.str.upper())


st.dataframe(transform(df))
st.dataframe(transform(load_data("uber")))


@st.cache_data
def add(arr1, arr2):
    count("add")
    return arr1 + arr2


st.write(add([1], [2]), add([1], [2]), add([2], [1]))


@st.cache_resource
def load_list():
    count("load_list")
    return [10, 20, 30]


first = load_list()
st.write(first)
first.append(1)
st.write(load_list(), load_list() is first)


@st.cache_resource
def connect():
    count("connect")
    return threading.Lock()


@st.cache_data(ttl=3600, max_entries=2, show_spinner="Fetching data from API...")
def query(_connection, number):
    count(f"query {number}")
    return number


for number in (1, 2, 3, 1):
    st.write(query(connect(), number))


class MyCustomClass:
    def __init__(self, initial_score):
        self.my_score = initial_score
        self.lock = threading.Lock()

    @st.cache_data(hash_funcs={"__main__.MyCustomClass": lambda x: x.my_score})
    def multiply_score(self, multiplier):
        count("multiply_score")
        return self.my_score * multiplier


@st.cache_data(hash_funcs={MyCustomClass: lambda x: x.my_score})
def multiply(obj, multiplier):
    count("multiply")
    return obj.my_score * multiplier


for score in (5, 6, 5):
    st.write(MyCustomClass(score).multiply_score(2), multiply(MyCustomClass(score), 2))


@st.cache_data(hash_funcs={datetime.datetime: lambda dt: dt.year})
def year(dt):
    count("year")
    return dt.year


st.write(year(datetime.datetime(2020, 1, 1)), year(datetime.datetime(2020, 2, 2)))


@st.cache_data(show_spinner=False)
def hashed(obj):
    return 1


try:
    hashed(MyCustomClass(1))
except Exception as error:
    st.write(type(error).__name__)


@st.cache_data
def static(n):
    count("static")
    st.success("Successfully fetched data!")
    with st.expander("more"):
        st.metric("n", n)
    st.sidebar.write("aside")
    return n


static(1), static(1)


@st.cache_data
def widget():
    count("widget")
    return st.checkbox("inside")


widget()


@st.cache_data
def cleared(n):
    count(f"cleared {n}")
    return n


cleared(1), cleared(2)
if st.button("clear"):
    cleared.clear(1)
    static.clear()
    st.cache_resource.clear()
cleared(1), cleared(2)
st.write(load_list())
