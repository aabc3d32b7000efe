//! Dates, times, spans of time and zones.

use pyo3::prelude::*;
use pyo3::types::{
    PyDate, PyDateAccess, PyDateTime, PyDelta, PyDeltaAccess, PyDict, PyTime, PyTimeAccess,
    PyTuple, PyType, PyTzInfoAccess,
};

use super::Encode::By;
use super::{Family, all_attributes, attributes_beside};
use crate::error::Result;
use crate::key::walk::Walk;
use crate::key::walk::record::{Part, Record};
use crate::python;
use crate::python::intern;

/// The classes of `datetime`, and `zoneinfo.ZoneInfo`.
pub const FAMILY: Family = Family {
    classes: &[
        (&["datetime"], "date", By(date)),
        (&["datetime"], "time", By(time)),
        (&["datetime"], "datetime", By(datetime)),
        (&["datetime"], "timedelta", By(timedelta)),
        (&["datetime"], "timezone", By(timezone)),
        (&["zoneinfo"], "ZoneInfo", By(zone)),
    ],
    attributes: all_attributes,
    heeds_reduce: true,
    has_members_below: false,
};

/// The classes of pendulum, whose reductions leave out which of two equal times is meant, and what of a
/// span are months.
pub const PENDULUM: Family = Family {
    classes: &[
        (&["pendulum.datetime"], "DateTime", By(datetime)),
        (&["pendulum.time"], "Time", By(time)),
        (&["pendulum.duration"], "Duration", By(timedelta)),
    ],
    attributes: beside_pendulum,
    heeds_reduce: true,
    has_members_below: false,
};

/// All but hours, minutes and seconds of a span, which it keeps when it was asked for them.
fn beside_pendulum<'py>(
    value: &Bound<'py, PyAny>,
    base: &Bound<'py, PyType>,
) -> Result<Option<Bound<'py, PyDict>>> {
    attributes_beside(value, base, &[("Duration", &["_h", "_i", "_s"])])
}

fn date<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    Ok(with_day(
        record,
        value.cast::<PyDate>().map_err(PyErr::from)?,
    ))
}

fn with_day<'py>(record: Record<'py>, day: &impl PyDateAccess) -> Record<'py> {
    record
        .with(Part::int(day.get_year().into()))
        .with(Part::int(day.get_month().into()))
        .with(Part::int(day.get_day().into()))
}

/// Which of the two equal times is meant where clocks are set back counts.
fn with_time<'py>(
    record: Record<'py>,
    time: &(impl PyTimeAccess + PyTzInfoAccess<'py>),
) -> Record<'py> {
    let zone = time.get_tzinfo();
    record
        .with(Part::int(time.get_hour().into()))
        .with(Part::int(time.get_minute().into()))
        .with(Part::int(time.get_second().into()))
        .with(Part::int(time.get_microsecond().into()))
        .with(Part::truth(time.get_fold()))
        .with(zone.map_or_else(Part::none, |zone| Part::Value(zone.into_any())))
}

fn time<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    Ok(with_time(
        record,
        value.cast::<PyTime>().map_err(PyErr::from)?,
    ))
}

fn datetime<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let moment = value.cast::<PyDateTime>().map_err(PyErr::from)?;
    Ok(with_time(with_day(record, moment), moment))
}

fn timedelta<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let span = value.cast::<PyDelta>().map_err(PyErr::from)?;
    Ok(record
        .with(Part::int(span.get_days().into()))
        .with(Part::int(span.get_seconds().into()))
        .with(Part::int(span.get_microseconds().into())))
}

/// A fixed offset, which may have a name of its own.
fn timezone<'py>(
    _: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    let given = value.call_method0(intern!(value.py(), "__getinitargs__"))?;
    let given = given.cast_into::<PyTuple>().map_err(PyErr::from)?;
    let name = given.get_item(1).map_or_else(|_| Part::none(), Part::Inner);
    Ok(record.with(Part::Inner(given.get_item(0)?)).with(name))
}

/// A zone is known by its key. One that came from a file has no key that says all.
fn zone<'py>(
    walk: &mut Walk<'_, 'py>,
    value: &Bound<'py, PyAny>,
    record: Record<'py>,
) -> Result<Record<'py>> {
    if value
        .call_method0(intern!(walk.py(), "__reduce__"))
        .is_err()
    {
        let reason = "a zone from a file has no key that says what it holds";
        return Err(walk.unhashable(value, reason, None));
    }
    let class = python::ZONE_INFO.get(walk.py())?;
    Ok(record.with_attributes_of(class, value, &["key"])?)
}
