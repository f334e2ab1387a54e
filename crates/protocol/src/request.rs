//! Signed requests, nonces, proof of work and the event statements, as bytes to sign or hash (`docs/spec/http.md` §3, §4).

use crate::tlv::Writer;
use crate::{Context, Digest, Label, Nonce, SUITE, Signature, VerifyingKey, Work, from_base64url, to_base64url};

/// What a signed request signs (§3).
pub fn request_statement(context: &Context, method: &str, path: &str, body: &Digest, nonce: &Nonce) -> Vec<u8> {
    context
        .write(Label::Request)
        .text(4, method)
        .text(5, path)
        .bytes(6, body.as_bytes())
        .bytes(7, nonce.as_bytes())
        .finish()
}

/// What the host's nonce is the MAC of (§3).
pub fn nonce_input(minute: u32, random: &[u8; 12]) -> Vec<u8> {
    Writer::new(Label::Nonce).u8(1, SUITE).u32(4, minute).bytes(5, random).finish()
}

/// What a proof of work is the hash of (§4); `object` is the SHA-256 of the hold request or of the event.
pub fn work_input(context: &Context, object: &Digest, work: &Work) -> Vec<u8> {
    context.write(Label::Work).bytes(4, object.as_bytes()).bytes(5, work.as_bytes()).finish()
}

/// What the author of an event signs; `unsigned` is the SHA-256 of everything before the signatures.
pub fn event_statement(context: &Context, unsigned: &Digest) -> Vec<u8> {
    context.write(Label::SignEvent).bytes(4, unsigned.as_bytes()).finish()
}

/// What the manage key of a create signs.
pub fn manage_statement(context: &Context, unsigned: &Digest) -> Vec<u8> {
    context.write(Label::SignEventManage).bytes(4, unsigned.as_bytes()).finish()
}

/// What the session that held the time signs; `event` is the event hash.
pub fn session_statement(context: &Context, event: &Digest) -> Vec<u8> {
    context.write(Label::SignEventSession).bytes(4, event.as_bytes()).finish()
}

/// The `Authorization` header of a signed request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authorization {
    /// Who signs.
    pub key: VerifyingKey,
    /// The host's nonce.
    pub nonce: Nonce,
    /// Over the request statement.
    pub signature: Signature,
}

impl Authorization {
    const SCHEME: &'static str = "Souspli ";

    /// The header's value: always 179 characters.
    pub fn encode(&self) -> String {
        let bytes = [&self.key.0[..], &self.nonce.0, &self.signature.0].concat();
        format!("{}{}", Self::SCHEME, to_base64url(&bytes))
    }

    /// Reads a header's value; `None` for any other form.
    pub fn decode(value: &str) -> Option<Self> {
        let bytes = from_base64url(value.strip_prefix(Self::SCHEME)?).ok()?;
        let (key, rest) = bytes.split_first_chunk::<32>()?;
        let (nonce, signature) = rest.split_first_chunk::<32>()?;
        Some(Self { key: VerifyingKey(*key), nonce: Nonce(*nonce), signature: Signature::try_from(signature).ok()? })
    }
}
