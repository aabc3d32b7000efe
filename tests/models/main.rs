//! Models of the pure core: what threads do to it, in every order that matters.
//!
//! `make models` runs them; elsewhere there are none.
#![cfg(memoxide_model)]

mod caches;
mod check;
mod cycles;
mod flights;
mod refreshes;
mod registries;
mod schedule;
mod stores;
mod tasks;
mod values;
