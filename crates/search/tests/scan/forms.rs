//! Each form, as another program writes it: Python 3.11 (`base64`, `quopri`, `json`, `urllib`, `hashlib`, `hmac`).

use super::support::{found, has, hits};

#[test]
fn character_sets_as_python_writes_them() {
    let utf8: [(&str, &[u8]); 6] = [
        ("utf8/word 1", b"Z\xc3\xa9bulonique"),
        ("utf8/word 1/upper", b"Z\xc3\x89BULONIQUE"),
        ("utf8/word 1/nfd", b"Ze\xcc\x81bulonique"),
        ("utf8-twice/word 1", b"Z\xc3\x83\xc2\xa9bulonique"),
        ("latin1/word 1", b"Z\xe9bulonique"),
        ("utf8/word 2", b"Quirfletan"),
    ];
    for (form, bytes) in utf8 {
        has(bytes, &format!("name: {form}"));
    }
    has(b"Z\0\xe9\0b\0u\0l\0o\0n\0i\0q\0u\0e\0", "name: utf16le/word 1");
    has(b"\0Z\0\xe9\0b\0u\0l\0o\0n\0i\0q\0u\0e", "name: utf16be/word 1");
    has(b"Q\0\0\0u\0\0\0i\0\0\0r\0\0\0f\0\0\0l\0\0\0e\0\0\0t\0\0\0a\0\0\0n\0\0\0", "name: utf32le/word 2");
    has(b"\0\0\0Q\0\0\0u\0\0\0i\0\0\0r\0\0\0f\0\0\0l\0\0\0e\0\0\0t\0\0\0a\0\0\0n", "name: utf32be/word 2");
}

#[test]
fn capitals_accents_and_what_joins_words_make_no_difference() {
    for (form, text) in [
        ("name: utf8/word 1/plain", "ZEBULONIQUE"),
        ("name: utf8/word 1/plain", "zebulonique-quirfletan"),
        ("name: utf8/word 1/plain", "zEbUlOnIqUe"),
        ("name: utf8/word 2", "QUIRFLETAN Zébulonique"),
        ("name: utf16le/word 1/plain", "z\0e\0b\0u\0l\0o\0n\0i\0q\0u\0e\0"),
        ("short name: utf8", "ORVïN TULBEK"),
        ("short name: utf8/upper", "ORVÏN TULBEK"),
        ("short name: utf8/plain", "orvin tulbek"),
        ("short name: utf8/joined(-)-plain", "/p/orvin-tulbek.html"),
        ("short name: utf8/joined()-plain", "OrvinTulbek"),
        ("short name: utf8/joined(_)-plain", "orvin_tulbek"),
        ("short name: form", "q=Orv%C3%AFn+Tulbek"),
        ("short name: utf8/turned/plain", "TULBEK ORVIN"),
        ("short name: utf8/turned/joined(, )", "Tulbek, Orvïn"),
        ("e-mail: utf8/domain", "PERVANDEL.example"),
        ("e-mail: utf8/local", "OLGRAMISTU@Pervandel.Example"),
    ] {
        let stream = text.as_bytes();
        assert!(
            found(stream).iter().any(|hit| hit == form || hit.starts_with(&format!("{form}-"))),
            "{form}: {:?}",
            found(stream)
        );
    }
}

#[test]
fn escapes_as_other_programs_write_them() {
    for (form, text) in [
        ("percent/word 1", "/patients?q=Z%C3%A9bulonique%20Quirfletan"),
        ("percent/word 1", "/patients?q=z%c3%a9bulonique"),
        ("percent-twice/word 1", "next=%2Fp%3Fq%3DZ%25C3%25A9bulonique"),
        ("percent-all/word 2", "%51%75%69%72%66%6C%65%74%61%6E"),
        ("percent/latin1/word 1", "q=Z%E9bulonique"),
        ("json/word 1", r#"{"name":"Z\u00e9bulonique Quirfletan"}"#),
        ("json-all/word 1", r"\u005a\u00e9\u0062\u0075\u006c\u006f\u006e\u0069\u0071\u0075\u0065"),
        ("quoted-printable/word 1", "Z=C3=A9bulonique"),
        ("quoted-printable/latin1/word 1", "Subject: =?iso-8859-1?Q?Z=E9bulonique?="),
        ("html-named/word 1", "<b>Z&eacute;bulonique</b>"),
        ("html-named/word 1", "<b>Z&Eacute;BULONIQUE</b>"),
        ("html-decimal/word 1", "Z&#233;bulonique"),
        ("html-hex/word 1", "Z&#xE9;bulonique"),
        ("html-decimal-all/word 2", "&#81;&#117;&#105;&#114;&#102;&#108;&#101;&#116;&#97;&#110;"),
        ("html-hex-all/word 2", "&#x51;&#x75;&#x69;&#x72;&#x66;&#x6c;&#x65;&#x74;&#x61;&#x6e;"),
        ("hex-escape/word 1", r"b'Z\xc3\xa9bulonique'"),
        ("octal-escape/word 1", r"Z\303\251bulonique"),
        ("hex/word 1", r"\x5ac3a962756c6f6e69717565"),
        ("hex/word 1", r"\x5AC3A962756C6F6E69717565"),
        ("hex/utf16le/word 1", "5a00e900620075006c006f006e006900710075006500"),
        ("rot13/word 1/plain", "Mrohybavdhr"),
        ("reversed/word 1", "euqinolubéZ"),
    ] {
        has(text, &format!("name: {form}"));
    }
    has(b"euqinolub\xa9\xc3Z", "name: bytes-reversed/word 1");
}

#[test]
fn alphabets_from_every_offset() {
    for (form, text) in [
        ("base64@0/word 1", "WsOpYnVsb25pcXVlIFF1aXJmbGV0YW4h"),
        ("base64@1/word 1", "eFrDqWJ1bG9uaXF1ZSBRdWlyZmxldGFuIQ=="),
        ("base64@2/word 1", "eHhaw6lidWxvbmlxdWUgUXVpcmZsZXRhbiE="),
        ("base32@0/word 1", "LLB2SYTVNRXW42LROVSSAULVNFZGM3DFORQW4II="),
        ("base32@1/word 1", "PBNMHKLCOVWG63TJOF2WKICROVUXEZTMMV2GC3RB"),
        ("base32@2/word 1", "PB4FVQ5JMJ2WY33ONFYXKZJAKF2WS4TGNRSXIYLOEE======"),
        ("base32@3/word 1", "PB4HQWWDVFRHK3DPNZUXC5LFEBIXK2LSMZWGK5DBNYQQ===="),
        ("base32@4/word 1", "PB4HQ6C2YOUWE5LMN5XGS4LVMUQFC5LJOJTGYZLUMFXCC==="),
        ("base64@0/utf16le/word 1", "ewAiAGEAWgDpAGIAdQBsAG8AbgBpAHEAdQBlACAAUQB1AGkAcgBmAGwAZQB0AGEAbgA="),
        ("base64@2/utf16le/word 1", "ewAiAGEAIgBaAOkAYgB1AGwAbwBuAGkAcQB1AGUAIABRAHUAaQByAGYAbABlAHQAYQBuAA=="),
        ("base64@1/utf16le/word 1", "ewAiAGEAIgA6AFoA6QBiAHUAbABvAG4AaQBxAHUAZQAgAFEAdQBpAHIAZgBsAGUAdABhAG4A"),
        ("base64@2/json/word 1", "YWJ7Im5hbWUiOiJaXHUwMGU5YnVsb25pcXVlIn0="),
    ] {
        // As a value in a line, and not as the whole stream, which would be decoded.
        has(format!("value: {text};"), &format!("name: {form}"));
    }
}

#[test]
fn phone_numbers_in_any_grouping() {
    for text in ["06 39 98 12 34", "0639981234", "06.39.98.12.34", "06-39-98-12-34", "06/39/98/12/34", "0639 98 1234"] {
        has(format!("tel: {text},"), "phone: digits/national");
    }
    for text in ["+33639981234", "+33 6 39 98 12 34", "33-639-981-234", "tel:+33.6.39.98.12.34"] {
        has(format!("{text},"), "phone: digits/international");
    }
    has("+33 (0)6 39 98 12 34", "phone: digits/international(0)");
    has("0033639981234", "phone: digits/international00");
    has("0\x006\x003\x009\x009\x008\x001\x002\x003\x004\x00", "phone: digits/national");
    has("tel=%2B33%206%2039%2098%2012%2034", "phone: percent");
    has("30363339393831323334", "phone: hex/national");
    has("x: MDYzOTk4MTIzNA==", "phone: base64@0/national");
    assert_eq!(hits("0639981234").first().map(|hit| hit.offset), Some(0));
}

#[test]
fn times_as_programs_and_people_write_them() {
    for (form, text) in [
        ("utf8/iso", "2031-04-17T14:35:00+02:00"),
        ("utf8/iso-utc", "2031-04-17T12:35:00Z"),
        ("utf8/iso-basic-utc", "20310417T123500Z"),
        ("utf8/iso-space", "2031-04-17 14:35:00"),
        ("utf8/digits", "20310417143500"),
        ("utf8/slashes", "17/04/2031 à 14:35"),
        ("utf8/slashes-h", "le 17/04/2031 à 14h35"),
        ("utf8/french", "jeudi 17 avril 2031 à 14h35"),
        ("utf8/french", "17 AVRIL 2031 14:35"),
        ("utf8/english-us", "April 17, 2031 at 2:35 PM"),
        ("utf8/slashes-us", "4/17/2031, 2:35 PM"),
        ("utf8/rfc2822-utc", "Thu, 17 Apr 2031 12:35:00 GMT"),
        ("utf8/german", "17. April 2031 um 14:35 Uhr"),
        ("utf8/unix-s", "\"start\":1934195700,"),
        ("utf8/unix-ms", "1934195700000"),
        ("utf8/julian-day", "2462974.02430556"),
        ("percent/iso", "from=2031-04-17T14%3A35%3A00%2B02%3A00"),
        ("hex/iso", "323033312d30342d31375431343a3335"),
        ("base64@0/iso", "v: MjAzMS0wNC0xN1QxNDozNTowMCswMjowMA=="),
    ] {
        has(text, &format!("time: {form}"));
    }
    has(1_934_195_700_i64.to_le_bytes(), "time: unix-s/le64");
    has(1_934_195_700_000_i64.to_be_bytes(), "time: unix-ms/be64");
    has((987_510_900_000_000_i64).to_be_bytes(), "time: pg-us/be64");
    for other in ["19341957001", "91934195700", "2031-04-17", "2031-04-17T14:36"] {
        assert!(found(other).is_empty(), "{other}");
    }
}

#[test]
fn hashes_as_python_computes_them() {
    for (form, text) in [
        ("e-mail: md5/typed/hex", "51375fc88247980ffa9f7505bed6b9d1"),
        ("e-mail: sha1/typed/hex", "31842fe5a2b069baf43cc7073a6fa0d8b25d57f1"),
        ("e-mail: sha224/typed/hex", "b56ac8dae8ffbfae1e8ec3fc143885292ef383c93ce29aee4ef70348"),
        ("e-mail: sha256/typed/hex", "230379A9B64687FD083314D304077E1B3840B3DCD85B2373D63A753F4A265F5E"),
        ("e-mail: sha512-256/typed/hex", "f6edf1c34eaa291451f46d174ed21a6c91ad28e93816ce0aac87ac14d4f7358b"),
        ("e-mail: sha3-256/typed/hex", "5909a54a6c6a398426bcaaf34808415f015e8dca5f98cd74d7b886792858d5d7"),
        ("e-mail: blake2b-256/typed/hex", "6857a7b2613d84a3749f7019c6f762cdcf1b781df2e61862ff1468bac77fa251"),
        ("e-mail: blake2s/typed/hex", "a1305aa4de1353882381fd479f9b1bb65e5d4ee8c280ec1875b30f3d558e94c7"),
        ("phone: sha256/e164/hex", "5e59c3ce49f52588f6343006ae717839916f4bacfa9fe65664f23bd619f692c1"),
        ("phone: sha1/national/hex", "c26cbeb39d79f8b5ef45fcd49a54cb4bbaaae561"),
        ("phone: md5/international/hex", "a32339a866da0a91bab2493429dcb063"),
        ("name: sha256/word 1-plain-lower/hex", "3c9bc8f11a3c6d59fcf48d57828c1263931eea5505e1f50dbad2de05e9c66fa5"),
        ("name: md5/lower/hex", "308068f2b3a806bf20b68bb9f4c46bc1"),
        ("phone: hmac-md5(key 1)/e164/hex", "8f53c5875c16b4a333a24a0392542392"),
        ("phone: hmac-sha1(key 1)/e164/hex", "1a3744fb089ea2c411c39b00e51681ae3921832b"),
        ("phone: hmac-sha256(key 1)/e164/hex", "a8b4fdf1620f9ac239155f637d23fae02b9c5c41d1fc6bcd643b8fdaeb08b55c"),
        ("phone: key-sha256(key 1)/e164/hex", "e0cddbf70c477e9175828976f0909292232514b2876cff3f4cb4edfecf5afdd9"),
        ("e-mail: sha256/typed/base64@0", "IwN5qbZGh/0IMxTTBAd+GzhAs9zYWyNz1jp1P0omX14="),
        ("e-mail: sha256/typed/base64url@0", "IwN5qbZGh_0IMxTTBAd-GzhAs9zYWyNz1jp1P0omX14="),
    ] {
        let hits = hits(format!("id={text}\n"));
        assert!(hits.iter().all(|hit| hit.hashed), "{form}");
        has(format!("id={text}\n"), form);
    }
}

#[test]
fn a_hash_may_be_cut_to_eight_bytes() {
    for (form, text) in [
        ("e-mail: sha256/typed/hex[..16]", "id=230379a9b64687fd "),
        ("e-mail: sha256/typed/hex[..20]", "230379a9b64687fd08330000000000000000"),
        ("e-mail: sha256/typed/base64[..11]", "id=IwN5qbZGh/0="),
    ] {
        has(text, form);
    }
    has([0x3d, 0x23, 0x03, 0x79, 0xa9, 0xb6, 0x46, 0x87, 0xfd, 0x3d], "e-mail: sha256/typed/raw[..8]");
    // Where hex goes on for long, eight bytes are found by chance; and seven are none at all.
    for other in ["id=230379a9b64687fdffff", "id=aa230379a9b64687fd", "id=230379a9b64687 "] {
        assert!(found(other).is_empty(), "{other}");
    }
}

#[test]
fn a_secret_is_found_as_its_bytes_too() {
    let bytes = [0xde, 0xad, 0xbe, 0xef, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    has(bytes, "link: bytes");
    has("k=deadbeef000102030405060708090a0b0c0d0e0f", "link: hex/bytes");
    has("/r#1.3q2-7wABAgMEBQYHCAkKCwwNDg8", "link: utf8");
    has("v: eN6tvu8AAQIDBAUGBwgJCgsMDQ4P", "link: base64@1/bytes");
}

#[test]
fn what_is_split_cut_or_only_similar_is_not_found() {
    for other in [
        "Zébulo nique",
        "Zébulo\nnique Quirfle\ntan",
        "Quirfleta",
        "Zébuloni",
        "Zèbulonique",
        "Orvïn, der Tulbek",
        "Orvïn Tulbe",
        "06 39 98 12 35",
        "06 39 98 12",
        "10639981234",
        "zebuloniqu3",
        "d\u{fb}lomenax",
    ] {
        assert!(found(other).is_empty(), "{other}: {:?}", found(other));
    }
}
