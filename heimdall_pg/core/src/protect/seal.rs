//! Two-way protection: AES-256-GCM (NIST SP 800-38D) under data keys that a master key wraps.
//!
//! A sealed value is base64 of `version (1) | TLP (1) | data key id (4, big endian) | nonce (12) |
//! ciphertext | tag (16)`. The header, the record key and the field name are associated data, so that
//! a ciphertext cannot be moved to another record or field, and its mark cannot be lowered.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use thiserror::Error;
use zeroize::Zeroizing;

use super::{Secret, Tlp};

const VERSION: u8 = 1;
const HEADER: usize = 6;
const NONCE: usize = 12;
const TAG: usize = 16;
/// Associated data of a wrapped data key.
const WRAP: &[u8] = b"heimdall/data-key/v1";

/// Why a value cannot be sealed or opened. Says nothing of the value itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// Not a sealed value: too short, another version, or not base64.
    #[error("this is not a sealed value")]
    Malformed,
    /// Sealed under another data key than the one at hand.
    #[error("the value is sealed under another data key")]
    OtherKey,
    /// Altered, moved to another record or field, or opened with the wrong key.
    #[error("the sealed value does not belong to this record and field, or it was altered")]
    Forged,
    /// The operating system gave no randomness.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
}

/// What a sealed value is bound to.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    /// Key of the record: `label:value`.
    pub record: &'a str,
    /// Name of the field.
    pub field: &'a str,
}

impl Binding<'_> {
    fn associated_data(&self, header: &[u8]) -> Vec<u8> {
        let mut data = Vec::with_capacity(header.len() + self.record.len() + self.field.len() + 4);
        data.extend_from_slice(header);
        // The length in front keeps ("ab", "c") and ("a", "bc") apart.
        data.extend_from_slice(&(self.record.len() as u32).to_be_bytes());
        data.extend_from_slice(self.record.as_bytes());
        data.extend_from_slice(self.field.as_bytes());
        data
    }
}

/// Random bytes from the operating system, fetched by the page: a call a nonce would cost more than
/// the encryption.
struct Nonces {
    pool: [u8; 256 * NONCE],
    next: usize,
}

impl Nonces {
    const fn new() -> Nonces {
        Nonces { pool: [0; 256 * NONCE], next: 256 * NONCE }
    }

    fn next(&mut self) -> Result<[u8; NONCE], SealError> {
        if self.next + NONCE > self.pool.len() {
            random(&mut self.pool)?;
            self.next = 0;
        }
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&self.pool[self.next..self.next + NONCE]);
        self.next += NONCE;
        Ok(nonce)
    }
}

fn random(bytes: &mut [u8]) -> Result<(), SealError> {
    getrandom::fill(bytes).map_err(|_| SealError::NoRandomness)
}

/// The key-encryption key.
pub struct MasterKey(Aes256Gcm);

impl MasterKey {
    /// Takes the secret that `HMD_MASTER_KEY` holds.
    pub fn new(secret: &Secret) -> MasterKey {
        MasterKey(Aes256Gcm::new(secret.bytes().into()))
    }

    /// Makes a new data key and gives it wrapped, to be stored.
    ///
    /// # Errors
    /// [`SealError::NoRandomness`].
    pub fn new_data_key(&self, id: u32) -> Result<(DataKey, Vec<u8>), SealError> {
        let mut key = Zeroizing::new([0u8; 32]);
        random(key.as_mut())?;
        let mut nonce = [0; NONCE];
        random(&mut nonce)?;
        let payload = Payload { msg: key.as_ref(), aad: &wrap_data(id) };
        let sealed = self.0.encrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::Forged)?;
        let wrapped = [nonce.as_slice(), &sealed].concat();
        Ok((DataKey::new(id, &key), wrapped))
    }

    /// Opens a wrapped data key.
    ///
    /// # Errors
    /// [`SealError::Forged`] under another master key, or where `wrapped` belongs to another id.
    pub fn unwrap_data_key(&self, id: u32, wrapped: &[u8]) -> Result<DataKey, SealError> {
        let (nonce, sealed) = wrapped.split_at_checked(NONCE).ok_or(SealError::Malformed)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| SealError::Malformed)?;
        let payload = Payload { msg: sealed, aad: &wrap_data(id) };
        let key =
            Zeroizing::new(self.0.decrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::Forged)?);
        let key: &[u8; 32] = key.as_slice().try_into().map_err(|_| SealError::Malformed)?;
        Ok(DataKey::new(id, key))
    }
}

fn wrap_data(id: u32) -> Vec<u8> {
    [WRAP, &id.to_be_bytes()].concat()
}

/// A key that seals values.
pub struct DataKey {
    id: u32,
    cipher: Aes256Gcm,
    nonces: Nonces,
    sealed: u64,
}

impl DataKey {
    /// How many values one key may seal: with random nonces SP 800-38D allows 2^32, this is half.
    pub const LIMIT: u64 = 1 << 31;

    fn new(id: u32, key: &[u8; 32]) -> DataKey {
        DataKey { id, cipher: Aes256Gcm::new(key.into()), nonces: Nonces::new(), sealed: 0 }
    }

    /// The number under which the wrapped key is stored.
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// How many values this object has sealed.
    pub const fn sealed(&self) -> u64 {
        self.sealed
    }

    /// Seals a value for one field of one record.
    ///
    /// # Errors
    /// [`SealError::NoRandomness`].
    pub fn seal(&mut self, binding: Binding<'_>, tlp: Tlp, plain: &[u8]) -> Result<String, SealError> {
        let mut sealed = Vec::with_capacity(HEADER + NONCE + plain.len() + TAG);
        sealed.extend_from_slice(&[VERSION, tlp.level() as u8]);
        sealed.extend_from_slice(&self.id.to_be_bytes());
        let aad = binding.associated_data(&sealed);
        let nonce = self.nonces.next()?;
        sealed.extend_from_slice(&nonce);
        let payload = Payload { msg: plain, aad: &aad };
        let body = self.cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::Forged)?;
        sealed.extend_from_slice(&body);
        self.sealed += 1;
        Ok(STANDARD_NO_PAD.encode(&sealed))
    }

    /// Opens what [`DataKey::seal`] gave, for the same record and field.
    ///
    /// # Errors
    /// [`SealError`] where it is not that.
    pub fn open(&self, binding: Binding<'_>, sealed: &str) -> Result<(Tlp, Zeroizing<Vec<u8>>), SealError> {
        let sealed = STANDARD_NO_PAD.decode(sealed).map_err(|_| SealError::Malformed)?;
        if sealed.len() < HEADER + NONCE + TAG || sealed[0] != VERSION {
            return Err(SealError::Malformed);
        }
        if sealed[2..HEADER] != self.id.to_be_bytes() {
            return Err(SealError::OtherKey);
        }
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&sealed[HEADER..HEADER + NONCE]);
        let payload =
            Payload { msg: &sealed[HEADER + NONCE..], aad: &binding.associated_data(&sealed[..HEADER]) };
        let plain = self.cipher.decrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::Forged)?;
        Ok((Tlp::from_level(i16::from(sealed[1])), Zeroizing::new(plain)))
    }
}

/// The id of the data key that a sealed value needs.
///
/// # Errors
/// [`SealError::Malformed`].
pub fn sealed_data_key(sealed: &str) -> Result<u32, SealError> {
    let sealed = STANDARD_NO_PAD.decode(sealed).map_err(|_| SealError::Malformed)?;
    match sealed.get(..HEADER) {
        Some(&[VERSION, _, a, b, c, d]) => Ok(u32::from_be_bytes([a, b, c, d])),
        _ => Err(SealError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn master(fill: &str) -> MasterKey {
        MasterKey::new(&Secret::parse(&fill.repeat(4)).unwrap())
    }

    const HERE: Binding<'static> = Binding { record: "Email:00ff", field: "value" };

    #[test]
    fn a_sealed_value_opens_where_it_belongs() {
        let (mut key, wrapped) = master("0123456789abcdef").new_data_key(7).unwrap();
        let sealed = key.seal(HERE, Tlp::Amber, b"hunter2").unwrap();
        assert_eq!(sealed_data_key(&sealed), Ok(7));
        let again = master("0123456789abcdef").unwrap_data_key(7, &wrapped).unwrap();
        let (tlp, plain) = again.open(HERE, &sealed).unwrap();
        assert_eq!((tlp, plain.as_slice()), (Tlp::Amber, b"hunter2".as_slice()));
        assert_eq!(key.sealed(), 1);
    }

    #[test]
    fn a_moved_value_is_refused() {
        let (mut key, _) = master("0123456789abcdef").new_data_key(1).unwrap();
        let sealed = key.seal(HERE, Tlp::Red, b"hunter2").unwrap();
        for elsewhere in [
            Binding { record: "Email:00fe", field: "value" },
            Binding { record: "Email:00ff", field: "note" },
            Binding { record: "Email:00ffv", field: "alue" },
        ] {
            assert_eq!(key.open(elsewhere, &sealed).unwrap_err(), SealError::Forged);
        }
    }

    #[test]
    fn an_altered_value_is_refused() {
        let (mut key, _) = master("0123456789abcdef").new_data_key(1).unwrap();
        let bytes = STANDARD_NO_PAD.decode(key.seal(HERE, Tlp::Red, b"hunter2").unwrap()).unwrap();
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            assert!(key.open(HERE, &STANDARD_NO_PAD.encode(&altered)).is_err(), "byte {at}");
            assert!(key.open(HERE, &STANDARD_NO_PAD.encode(&bytes[..at])).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn equal_values_do_not_show() {
        let (mut key, _) = master("0123456789abcdef").new_data_key(1).unwrap();
        let first = key.seal(HERE, Tlp::Red, b"x").unwrap();
        assert_ne!(first, key.seal(HERE, Tlp::Red, b"x").unwrap());
    }

    #[test]
    fn a_data_key_opens_only_under_its_master_key_and_id() {
        let (_, wrapped) = master("0123456789abcdef").new_data_key(1).unwrap();
        assert!(master("fedcba9876543210").unwrap_data_key(1, &wrapped).is_err());
        assert!(master("0123456789abcdef").unwrap_data_key(2, &wrapped).is_err());
    }

    /// AES-256-GCM, test case 14 of the GCM specification, through the same primitive.
    #[test]
    fn gcm_is_the_published_one() {
        let cipher = Aes256Gcm::new(&[0u8; 32].into());
        let sealed = cipher.encrypt(&Nonce::from([0u8; 12]), [0u8; 16].as_slice()).unwrap();
        let expected = "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919";
        assert_eq!(super::super::hex(&sealed), expected);
    }
}
