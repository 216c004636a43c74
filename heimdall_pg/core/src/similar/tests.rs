//! What is near to what, and that it is the same everywhere.

use proptest::prelude::*;

use super::*;

fn similarity(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

fn domains(one: &str, other: &str) -> f32 {
    similarity(&embedding_domain(one), &embedding_domain(other))
}

#[test]
fn look_alikes_are_nearer_than_others() {
    for look_alike in [
        "paypa1.com",
        "paypai.com",
        "pay-pal.com",
        "paypla.com",
        "paypall.com",
        "paypl.com",
        "paypal.net",
        "paypal-login.com",
        "secure-paypal.com",
        "login.paypal.com",
        "www.paypal.com",
        "paypal.com.evil.example",
        "xn--pypal-4ve.com",
    ] {
        let near = domains("paypal.com", look_alike);
        for other in ["example.org", "papal.example", "google.com", "login.example", "alphapay.com"] {
            let far = domains("paypal.com", other);
            assert!(near > far || other == "papal.example", "{look_alike} {near}, {other} {far}");
        }
    }
}

#[test]
fn what_looks_the_same_is_the_same() {
    for (one, other) in
        [("paypal.com", "paypa1.com"), ("modern.example", "modem.example"), ("paypal.com", "www.paypal.com")]
    {
        assert!(domains(one, other) > 0.9999, "{one} {other}");
    }
}

#[test]
fn urls_are_near_by_host_and_by_path() {
    let url = |url| embedding_url(url);
    let own = url("https://paypal.com/signin/account");
    let host = similarity(&own, &url("https://paypa1.com/other"));
    let path = similarity(&own, &url("https://unheard.example/signin/account"));
    let both = similarity(&own, &url("https://paypa1.com/signin/account"));
    let neither = similarity(&own, &url("https://unheard.example/other"));
    assert!(both > host && host > path && path > neither, "{both} {host} {path} {neither}");
    assert!(similarity(&own, &embedding_domain("paypal.com")) > 0.8);
    // An address has no registrable name.
    assert!(similarity(&url("http://192.0.2.1/a"), &url("http://192.0.2.2/a")) > 0.8);
}

/// Stored vectors are compared with those of other machines: not a bit may differ. Where this fails on purpose,
/// VERSION is to be raised.
#[test]
fn embeddings_stay_as_they_were() {
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |vector: Vec<f32>| {
        for byte in vector.iter().flat_map(|x| x.to_bits().to_le_bytes()) {
            digest = (digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    for domain in [
        "example.org",
        "a-b.example.co.uk",
        "xn--bcher-kva.example",
        "localhost",
        "r3---sn-4g5e6.example.com",
    ] {
        add(embedding_domain(domain));
    }
    add(embedding_url("https://www.example.org/a/b?c=d"));
    assert_eq!((VERSION, format!("{digest:016x}").as_str()), (1, "8d31ec8d23745249"));
}

proptest! {
    #[test]
    fn any_value_has_one_of_length_one(value in "\\PC{1,60}") {
        for vector in [embedding_domain(&value), embedding_url(&value)] {
            prop_assert_eq!(vector.len(), DIMENSIONS);
            prop_assert!(vector.iter().all(|x| x.is_finite()));
            let length = similarity(&vector, &vector).sqrt();
            prop_assert!((length - 1.0).abs() < 1e-3 || length == 0.0, "{}", length);
        }
    }

    #[test]
    fn names_have_one_of_length_one(name in "[a-z][a-z0-9-]{0,20}\\.(com|co\\.uk|example)") {
        let vector = embedding_domain(&name);
        prop_assert!((similarity(&vector, &vector) - 1.0).abs() < 1e-3);
        prop_assert_eq!(vector, embedding_domain(&name));
    }
}
