//! Limits how many invalid tokens a caller may send.
//!
//! Callers are distinguished only by the address of their connection, because headers such as `X-Forwarded-For` can contain
//! anything. A valid token is always accepted, so a caller is not locked out by others who share its address.

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

/// The number of invalid tokens that a caller may send at once.
const BURST: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
/// The time after which a caller may send one more invalid token.
const REFILL_INTERVAL: Duration = Duration::from_secs(6);
/// The number of counters. Callers share them, so that many addresses do not exhaust the memory.
const COUNTERS: u64 = 4096;

/// The counters of invalid tokens by caller.
pub(super) struct FailedLogins {
    limiter: RateLimiter<u64, HashMapStateStore<u64>, LimiterClock, NoOpMiddleware<Nanos>>,
    hasher: RandomState,
    clock: LimiterClock,
}

impl FailedLogins {
    pub(super) fn new(clock: Clock) -> Self {
        let clock = LimiterClock(clock);
        let quota = Quota::with_period(REFILL_INTERVAL).expect("not zero").allow_burst(BURST);
        let limiter = RateLimiter::hashmap_with_clock(quota, clock.clone());
        Self { limiter, hasher: RandomState::new(), clock }
    }

    /// Records an invalid token, or returns how long the caller has to wait if it has sent too many.
    pub(super) fn record_failure(&self, peer: IpAddr) -> Result<(), Duration> {
        let counter = self.hasher.hash_one(network(peer)) % COUNTERS;
        self.limiter.check_key(&counter).map_err(|until| until.wait_time_from(self.clock.now()))
    }
}

impl fmt::Debug for FailedLogins {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FailedLogins").finish_non_exhaustive()
    }
}

/// Returns the part of an address that identifies a caller: an IPv4 address, or the first 64 bits of an IPv6 address.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        IpAddr::V4(address) => address.into(),
    }
}

/// The clock of the server in the form that the limiter needs.
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
    fn a_caller_may_fail_ten_times_and_again_after_each_interval() {
        let now = Arc::new(AtomicI64::new(1_800_000_000));
        let clock = Arc::clone(&now);
        let failed_logins = FailedLogins::new(Arc::new(move || {
            Timestamp::from_second(clock.load(Ordering::Relaxed)).unwrap()
        }));
        let peer = |text: &str| text.parse::<IpAddr>().unwrap();
        for _ in 0..BURST.get() {
            assert_eq!(failed_logins.record_failure(peer("192.0.2.1")), Ok(()));
        }
        assert_eq!(failed_logins.record_failure(peer("192.0.2.1")), Err(REFILL_INTERVAL));
        assert_eq!(failed_logins.record_failure(peer("::ffff:192.0.2.1")), Err(REFILL_INTERVAL));
        now.fetch_add(6, Ordering::Relaxed);
        assert_eq!(failed_logins.record_failure(peer("192.0.2.1")), Ok(()));
        assert!(failed_logins.record_failure(peer("192.0.2.1")).is_err());
        for host in 0..BURST.get() {
            assert_eq!(failed_logins.record_failure(peer(&format!("2001:db8::{host}"))), Ok(()));
        }
        assert!(failed_logins.record_failure(peer("2001:db8::ffff")).is_err());
    }

    #[test]
    fn many_addresses_do_not_exhaust_the_memory() {
        let failed_logins = FailedLogins::new(Arc::new(|| Timestamp::UNIX_EPOCH));
        for address in 0..20_000_u32 {
            let _ = failed_logins.record_failure(IpAddr::V4(address.into()));
        }
        assert!(failed_logins.limiter.len() <= usize::try_from(COUNTERS).unwrap());
    }
}
