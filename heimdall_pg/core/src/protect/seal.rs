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

use super::{HashKeys, Secret, Tlp, hex};

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
pub struct MasterKey {
    cipher: Aes256Gcm,
    fingerprint: String,
}

impl MasterKey {
    /// Takes the secret that `HMD_MASTER_KEY` holds.
    pub fn new(secret: &Secret) -> MasterKey {
        let check = HashKeys::for_check(secret).digest("fingerprint", b"");
        MasterKey { cipher: Aes256Gcm::new(secret.bytes().into()), fingerprint: hex(&check[..8]) }
    }

    /// Tells master keys apart without saying anything of them: the first 16 hexadecimal digits of an HMAC under a
    /// key that is derived from the master key for this purpose alone.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Makes a new data key and gives it wrapped, to be stored.
    ///
    /// # Errors
    /// [`SealError::NoRandomness`].
    pub fn new_data_key(&self, id: u32) -> Result<(DataKey, Vec<u8>), SealError> {
        let mut key = Zeroizing::new([0u8; 32]);
        random(key.as_mut())?;
        let wrapped = self.wrap(id, &key)?;
        Ok((DataKey::new(id, &key), wrapped))
    }

    fn wrap(&self, id: u32, key: &[u8; 32]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE];
        random(&mut nonce)?;
        let payload = Payload { msg: key.as_slice(), aad: &wrap_data(id) };
        let sealed = self.cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::Forged)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens a wrapped data key.
    ///
    /// # Errors
    /// [`SealError::Forged`] under another master key, or where `wrapped` belongs to another id.
    pub fn unwrap_data_key(&self, id: u32, wrapped: &[u8]) -> Result<DataKey, SealError> {
        Ok(DataKey::new(id, &*self.unwrap(id, wrapped)?))
    }

    /// A data key that `old` has wrapped, wrapped by this master key. What it has sealed stays as it is.
    ///
    /// # Errors
    /// [`SealError`] where `old` does not open it.
    pub fn rewrap(&self, old: &MasterKey, id: u32, wrapped: &[u8]) -> Result<Vec<u8>, SealError> {
        self.wrap(id, &*old.unwrap(id, wrapped)?)
    }

    fn unwrap(&self, id: u32, wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, SealError> {
        let (nonce, sealed) = wrapped.split_at_checked(NONCE).ok_or(SealError::Malformed)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| SealError::Malformed)?;
        let payload = Payload { msg: sealed, aad: &wrap_data(id) };
        let opened = self.cipher.decrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::Forged)?;
        let opened = Zeroizing::new(opened);
        let key: &[u8; 32] = opened.as_slice().try_into().map_err(|_| SealError::Malformed)?;
        Ok(Zeroizing::new(*key))
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

    /// A key that nobody keeps, for what is sealed and thrown away.
    ///
    /// # Errors
    /// [`SealError::NoRandomness`].
    pub fn unkept() -> Result<DataKey, SealError> {
        let mut key = Zeroizing::new([0u8; 32]);
        random(key.as_mut())?;
        Ok(DataKey::new(0, &key))
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

    #[test]
    fn a_value_of_another_database_is_refused_though_all_else_is_the_same() {
        let sealed =
            master("0123456789abcdef").new_data_key(1).unwrap().0.seal(HERE, Tlp::Red, b"x").unwrap();
        // Two databases under one master key have a data key 1 each.
        let (other, _) = master("0123456789abcdef").new_data_key(1).unwrap();
        assert_eq!(other.open(HERE, &sealed).unwrap_err(), SealError::Forged);
    }

    #[test]
    fn a_value_that_says_another_key_or_mark_is_refused() {
        let (mut key, _) = master("0123456789abcdef").new_data_key(1).unwrap();
        let (mut other, _) = master("0123456789abcdef").new_data_key(2).unwrap();
        let bytes = STANDARD_NO_PAD.decode(key.seal(HERE, Tlp::Red, b"x").unwrap()).unwrap();
        let mut lowered = bytes.clone();
        lowered[1] = Tlp::Clear.level() as u8;
        assert_eq!(key.open(HERE, &STANDARD_NO_PAD.encode(&lowered)).unwrap_err(), SealError::Forged);
        let mut renamed = bytes.clone();
        renamed[5] = 2;
        assert_eq!(other.open(HERE, &STANDARD_NO_PAD.encode(&renamed)).unwrap_err(), SealError::Forged);
        assert_eq!(other.open(HERE, &STANDARD_NO_PAD.encode(&bytes)).unwrap_err(), SealError::OtherKey);
        // Nonce and body of two values of one field, put together anew.
        let second = STANDARD_NO_PAD.decode(key.seal(HERE, Tlp::Red, b"y").unwrap()).unwrap();
        let mixed = [&bytes[..HEADER + NONCE], &second[HEADER + NONCE..]].concat();
        assert_eq!(key.open(HERE, &STANDARD_NO_PAD.encode(&mixed)).unwrap_err(), SealError::Forged);
        assert!(other.seal(HERE, Tlp::Red, b"z").is_ok());
    }

    #[test]
    fn a_rewrapped_key_opens_what_it_sealed_and_needs_the_old_master_key_no_more() {
        let (old, new) = (master("0123456789abcdef"), master("fedcba9876543210"));
        let (mut key, wrapped) = old.new_data_key(3).unwrap();
        let sealed = key.seal(HERE, Tlp::Red, b"hunter2").unwrap();
        let rewrapped = new.rewrap(&old, 3, &wrapped).unwrap();
        let again = new.unwrap_data_key(3, &rewrapped).unwrap();
        assert_eq!(again.open(HERE, &sealed).unwrap().1.as_slice(), b"hunter2");
        assert!(old.unwrap_data_key(3, &rewrapped).is_err());
        assert_eq!(new.rewrap(&old, 4, &wrapped).unwrap_err(), SealError::Forged);
        assert_eq!(new.rewrap(&new, 3, &wrapped).unwrap_err(), SealError::Forged);
    }

    #[test]
    fn a_fingerprint_tells_master_keys_apart_and_is_none_of_their_bytes() {
        let (one, other) = (master("0123456789abcdef"), master("fedcba9876543210"));
        assert_eq!(one.fingerprint(), master("0123456789abcdef").fingerprint());
        assert_ne!(one.fingerprint(), other.fingerprint());
        assert_eq!(one.fingerprint().len(), 16);
        assert!(!"0123456789abcdef".repeat(2).contains(one.fingerprint()));
    }
}
