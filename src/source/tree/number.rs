//! The numbers that every JSON reader represents exactly.

/// The largest integer that every JSON reader represents exactly: 2^53 − 1 (RFC 8259, section 6).
const MAX_NUMBER: i64 = (1 << 53) - 1;

/// A number between ±(2^53 − 1). A float without a fraction is an integer: `1.0` is `1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A whole number.
    Integer(i64),
    /// A finite number with a fraction.
    Float(f64),
}

impl Number {
    /// Returns the nearest number there is, for one that is out of range; a number that is none is 0.
    pub(in crate::source) fn nearest(number: f64) -> Self {
        match number {
            _ if number.is_nan() => Self::Integer(0),
            _ if number < 0.0 => Self::Integer(-MAX_NUMBER),
            _ => Self::Integer(MAX_NUMBER),
        }
    }

    /// Takes an integer, or `None` beyond ±(2^53 − 1).
    pub fn from_integer(number: i128) -> Option<Self> {
        i64::try_from(number).ok().filter(|number| number.abs() <= MAX_NUMBER).map(Self::Integer)
    }

    /// Takes a float, or `None` if it is not finite or beyond ±(2^53 − 1).
    pub fn from_float(number: f64) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "2^53 - 1 is exact in a float")]
        let in_range = number.abs() <= MAX_NUMBER as f64;
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53 - 1")]
        match in_range {
            true if number.fract() == 0.0 => Some(Self::Integer(number as i64)),
            true => Some(Self::Float(number)),
            false => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beyond_the_exact_range_do_not_exist() {
        assert_eq!(Number::from_float(1.0), Some(Number::Integer(1)));
        assert_eq!(Number::from_float(-0.0), Some(Number::Integer(0)));
        assert_eq!(Number::from_float(1.5), Some(Number::Float(1.5)));
        for number in [f64::NAN, f64::INFINITY, 9_007_199_254_740_992.0] {
            assert_eq!(Number::from_float(number), None, "{number}");
        }
        assert_eq!(Number::from_integer(i128::from(MAX_NUMBER)), Some(Number::Integer(MAX_NUMBER)));
        assert_eq!(Number::from_integer(i128::from(MAX_NUMBER) + 1), None);
    }
}
