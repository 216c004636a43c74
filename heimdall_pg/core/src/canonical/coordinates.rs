//! Coordinates on the ground: latitude and longitude of WGS 84 in decimal degrees.

mod angle;
mod iso6709;
mod pair;
mod token;

use std::borrow::Cow;
use std::fmt::Write;

use super::limit::{max_bytes, trimmed};
use super::{CanonicalError, Kind};

/// Units of the canonical text: it has seven decimals, about a centimetre, and an angle is a whole number of
/// them. No floating point is involved, so that every machine writes the same.
const UNITS: i64 = 10_000_000;
const MAX_LATITUDE: i64 = 90 * UNITS;
const MAX_LONGITUDE: i64 = 180 * UNITS;

/// The canonical text of coordinates: `latitude,longitude`, at most seven decimals, rounded half away from
/// zero, without trailing zeros.
///
/// Read are decimal degrees (`48.8584, 2.2945`), degrees with minutes and seconds (`48°51'30.2"N 2°17'40.2"E`),
/// hemispheres before or behind (`N48.8584 E2.2945`), the `geo:` URI of RFC 5870 and ISO 6709
/// (`+48.8584+002.2945/`). Without letters latitude comes first. What says how high and how exact is dropped.
///
/// After RFC 5870 3.4.4 the longitude of a pole is 0, and the date line is 180 rather than -180.
pub fn canonical_coordinates(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::Coordinates, raw)?;
    let (latitude, longitude) = parsed(value).map_err(error)?;
    if latitude.abs() > MAX_LATITUDE {
        return Err(error("the latitude is past 90 degrees"));
    }
    if longitude.abs() > MAX_LONGITUDE {
        return Err(error("the longitude is past 180 degrees"));
    }
    let longitude = match longitude {
        _ if latitude.abs() == MAX_LATITUDE => 0,
        longitude if longitude == -MAX_LONGITUDE => MAX_LONGITUDE,
        longitude => longitude,
    };
    let mut text = String::with_capacity(24);
    write_degrees(&mut text, latitude);
    text.push(',');
    write_degrees(&mut text, longitude);
    Ok(if text == value { Cow::Borrowed(value) } else { Cow::Owned(text) })
}

fn parsed(value: &str) -> Result<(i64, i64), &'static str> {
    match geo_target(value) {
        Some(target) => geo(target),
        None => iso6709::position(value).unwrap_or_else(|| pair::position(value)),
    }
}

/// True where the value says by itself that it is a position: `geo:`, or a degree sign.
pub(super) fn is_marked(value: &str) -> bool {
    geo_target(value).is_some()
        || value.len() <= max_bytes(Kind::Coordinates) && value.contains(token::DEGREES)
}

fn geo_target(value: &str) -> Option<&str> {
    let scheme = value.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("geo:"))?;
    value.get(scheme.len()..)
}

/// `coord-a,coord-b[,coord-c][;crs=wgs84][;u=…]` of RFC 5870 3.3.
fn geo(target: &str) -> Result<(i64, i64), &'static str> {
    let (numbers, parameters) = target.split_once(';').unwrap_or((target, ""));
    for parameter in parameters.split(';') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        if name.eq_ignore_ascii_case("crs") && !value.eq_ignore_ascii_case("wgs84") {
            return Err("another reference system than WGS 84");
        }
    }
    let mut numbers = numbers.split(',').map(angle::signed_degrees);
    let (Some(latitude), Some(longitude)) = (numbers.next(), numbers.next()) else {
        return Err("not two numbers");
    };
    if let Some(altitude) = numbers.next() {
        altitude?;
    }
    if numbers.next().is_some() {
        return Err("more than three numbers");
    }
    Ok((latitude?, longitude?))
}

fn write_degrees(text: &mut String, angle: i64) {
    let (whole, decimals) = (angle.abs() / UNITS, angle.abs() % UNITS);
    let sign = if angle < 0 { "-" } else { "" };
    // Writing to a string does not fail.
    let _ = write!(text, "{sign}{whole}");
    if decimals != 0 {
        let _ = write!(text, ".{decimals:07}");
        text.truncate(text.trim_end_matches('0').len());
    }
}

fn error(reason: &'static str) -> CanonicalError {
    CanonicalError::new(Kind::Coordinates, reason)
}

#[cfg(test)]
mod tests;
