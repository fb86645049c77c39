//! How many tokens may be refused to one caller before it has to wait.
//!
//! Callers are told apart by the address of the peer alone, for headers such as `X-Forwarded-For` say what a caller likes.
//! A good token always passes: whoever shares an address with somebody who guesses is not locked out.

use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as GovernorClock, ReasonablyRealtime},
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::keyed::HashMapStateStore,
};

use super::clock::Clock;

/// So many at once.
const BURST: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
/// And one more in this time.
const REFILL_INTERVAL: Duration = Duration::from_secs(6);
/// Callers share this many counters, so that no number of addresses fills the memory.
const COUNTERS: u64 = 4096;

/// Counts refused tokens by caller.
pub(super) struct Attempts {
    limiter: RateLimiter<u64, HashMapStateStore<u64>, LimiterClock, NoOpMiddleware<Nanos>>,
    hasher: RandomState,
    clock: LimiterClock,
}

impl Attempts {
    pub(super) fn new(clock: Clock) -> Self {
        let clock = LimiterClock(clock);
        let quota = Quota::with_period(REFILL_INTERVAL).expect("not zero").allow_burst(BURST);
        let limiter = RateLimiter::hashmap_with_clock(quota, clock.clone());
        Self { limiter, hasher: RandomState::new(), clock }
    }

    /// Notes that a token was refused, and tells how long the caller has to wait if it was one too many.
    pub(super) fn record_failure(&self, peer: IpAddr) -> Result<(), Duration> {
        let counter = self.hasher.hash_one(network(peer)) % COUNTERS;
        self.limiter.check_key(&counter).map_err(|until| until.wait_time_from(self.clock.now()))
    }
}

impl fmt::Debug for Attempts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Attempts").finish_non_exhaustive()
    }
}

/// What one caller has for itself: an IPv4 address, or the 64 bits that an IPv6 network shares.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        IpAddr::V4(address) => address.into(),
    }
}

/// The clock of the server, as the limiter reads it.
#[derive(Clone)]
struct LimiterClock(Clock);

impl GovernorClock for LimiterClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(u64::try_from((self.0)().as_nanosecond()).unwrap_or(0))
    }
}

impl ReasonablyRealtime for LimiterClock {}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };

    use jiff::Timestamp;

    use super::*;

    #[test]
    fn each_caller_may_fail_some_times_and_then_some_more() {
        let now = Arc::new(AtomicI64::new(1_800_000_000));
        let clock = Arc::clone(&now);
        let attempts =
            Attempts::new(Arc::new(move || Timestamp::from_second(clock.load(Ordering::Relaxed)).unwrap()));
        let peer = |text: &str| text.parse::<IpAddr>().unwrap();
        for _ in 0..BURST.get() {
            assert_eq!(attempts.record_failure(peer("192.0.2.1")), Ok(()));
        }
        assert_eq!(attempts.record_failure(peer("192.0.2.1")), Err(REFILL_INTERVAL));
        assert_eq!(attempts.record_failure(peer("::ffff:192.0.2.1")), Err(REFILL_INTERVAL));
        now.fetch_add(6, Ordering::Relaxed);
        assert_eq!(attempts.record_failure(peer("192.0.2.1")), Ok(()));
        assert!(attempts.record_failure(peer("192.0.2.1")).is_err());
        for host in 0..BURST.get() {
            assert_eq!(attempts.record_failure(peer(&format!("2001:db8::{host}"))), Ok(()));
        }
        assert!(attempts.record_failure(peer("2001:db8::ffff")).is_err());
    }

    #[test]
    fn no_number_of_addresses_fills_the_memory() {
        let attempts = Attempts::new(Arc::new(|| Timestamp::UNIX_EPOCH));
        for address in 0..20_000_u32 {
            let _ = attempts.record_failure(IpAddr::V4(address.into()));
        }
        assert!(attempts.limiter.len() <= usize::try_from(COUNTERS).unwrap());
    }
}
