//! The small forms that the texts share: decimals without leading zeroes.

/// A number in ASCII decimal without a sign and without leading zeroes; `None` for everything else and beyond 2^64 - 1.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    (plain && (text == "0" || !text.starts_with('0'))).then(|| text.parse().ok()).flatten()
}
