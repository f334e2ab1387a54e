//! The public log as bytes (`docs/spec/log.md`): RFC 6962 trees and the texts of C2SP. No clock, no file, no network.
