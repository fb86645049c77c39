//! What the property tests of several modules share.

use proptest::test_runner::{Config, RngSeed};

use crate::domain::ObjectFormat;

/// The object format of the repositories of tests in which the format does not matter.
pub(crate) const FORMAT: ObjectFormat = ObjectFormat::Sha1;

/// The same `cases` on every run, so that a red build is about the change that was made.
///
/// `PROPTEST_CASES` and `PROPTEST_RNG_SEED` search further.
pub(crate) fn same_cases_every_time(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(0), failure_persistence: None, ..Config::default() }
}
