use std::io::Write;

use flate2::write::GzEncoder;
use proptest::prelude::*;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::*;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    compress_to_vec(text, CompressionLevel::Fastest)
}

/// What comes out, and how it ends.
fn given<'a>(most: u32, mut chunks: impl Iterator<Item = &'a [u8]>) -> (Vec<u8>, Result<(), FormatError>) {
    let (mut out, mut largest) = (Vec::new(), 0);
    let mut layer = Compression::new(most);
    let mut take = |piece: &[u8]| {
        largest = largest.max(piece.len());
        out.extend_from_slice(piece);
        Ok(())
    };
    let end =
        chunks.try_for_each(|chunk| layer.push(chunk, &mut take)).and_then(|()| layer.finish(&mut take));
    assert!(matches!(layer.state, State::Plain) || largest <= PIECE);
    (out, end)
}

fn unpack<'a>(most: u32, chunks: impl Iterator<Item = &'a [u8]>) -> Result<Vec<u8>, FormatError> {
    let (out, end) = given(most, chunks);
    end.map(|()| out)
}

/// A text that neither format packs to nothing, of several blocks.
fn text() -> Vec<u8> {
    (0..40_000_u32)
        .flat_map(|line| format!("{:08x}\n", line.wrapping_mul(2_654_435_761)).into_bytes())
        .collect()
}

#[test]
fn members_and_frames_cut_anywhere_give_their_text() {
    let skippable = [0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3];
    let dumps = [
        b"plain".to_vec(),
        b"".to_vec(),
        [gzip(b"one "), gzip(b""), gzip(b"two"), vec![0; 9]].concat(),
        [zstd(b"one "), skippable.to_vec(), zstd(b"two")].concat(),
        [skippable.to_vec(), zstd(b"one two")].concat(),
    ];
    for (dump, text) in dumps.iter().zip(["plain", "", "one two", "one two", "one two"]) {
        for at in 0..=dump.len() {
            let (left, right) = dump.split_at(at);
            let cut = unpack(200, [left, right].into_iter());
            assert_eq!(cut.as_deref(), Ok(text.as_bytes()), "cut at {at}");
        }
        assert_eq!(unpack(200, dump.chunks(1)).as_deref(), Ok(text.as_bytes()));
    }
}

#[test]
fn large_dumps_come_in_pieces() {
    let text = text();
    for dump in [gzip(&text), zstd(&text)] {
        assert!(dump.len() < text.len());
        for size in [1009, 65536, usize::MAX] {
            assert!(unpack(200, dump.chunks(size)).as_ref() == Ok(&text), "chunks of {size}");
        }
    }
}

#[test]
fn what_is_cut_short_is_refused_wherever_it_ends() {
    for dump in [gzip(b"some text"), zstd(b"some text")] {
        for len in MAGIC..dump.len() {
            let error = unpack(200, [&dump[..len]].into_iter()).err();
            assert_eq!(error, Some(FormatError::CompressionEnds), "{len} of {}", dump.len());
        }
    }
}

#[test]
fn what_is_corrupted_or_goes_on_is_refused() {
    let text = text();
    for dump in [gzip(&text), zstd(&text)] {
        for at in [dump.len() / 2, dump.len() - 6, dump.len() - 1] {
            let mut corrupted = dump.clone();
            corrupted[at] ^= 0x10;
            let error = unpack(200, corrupted.chunks(4096)).err();
            assert_eq!(error, Some(FormatError::CompressionCorrupt), "byte {at} of {}", dump.len());
        }
        let error = unpack(200, [dump.as_slice(), b"more"].into_iter()).err();
        assert_eq!(error, Some(FormatError::CompressionRest));
    }
    let padded = [gzip(b"a"), vec![0], gzip(b"b")].concat();
    assert_eq!(unpack(200, padded.chunks(7)).err(), Some(FormatError::CompressionRest));
}

#[test]
fn what_is_packed_twice_is_unpacked_once() {
    let inner = gzip(b"text");
    assert_eq!(unpack(200, gzip(&inner).chunks(5)), Ok(inner));
}

/// zstd: blocks of one byte repeated, 128 KiB out of four bytes.
fn bomb(blocks: usize) -> Vec<u8> {
    let header: u32 = (128 << 10) << 3 | 1 << 1;
    let mut dump = vec![0x28, 0xB5, 0x2F, 0xFD, 0, 0x40];
    for _ in 0..blocks {
        dump.extend_from_slice(&header.to_le_bytes()[..3]);
        dump.push(b'\n');
    }
    dump.extend_from_slice(&[1, 0, 0]);
    dump
}

#[test]
fn bombs_are_stopped() {
    let zeros = gzip(&vec![0; FREE as usize + 1]);
    for dump in [zeros.as_slice(), &bomb(513)] {
        let error = unpack(200, dump.chunks(100)).err();
        assert_eq!(error, Some(FormatError::Expansion { most: 200 }));
    }
    assert_eq!(unpack(2000, zeros.chunks(100)).map(|out| out.len()), Ok(FREE as usize + 1));
    assert_eq!(unpack(200, bomb(500).chunks(100)).map(|out| out.len()), Ok(500 << 17));
}

#[test]
fn a_window_that_memory_does_not_hold_is_refused() {
    // 2^26 bytes, and the next larger one.
    let header = |window: u8| [0x28, 0xB5, 0x2F, 0xFD, 0, window, 1, 0, 0];
    assert_eq!(unpack(200, [header(16 << 3).as_slice()].into_iter()), Ok(Vec::new()));
    let error = unpack(200, [header(16 << 3 | 1).as_slice()].into_iter()).err();
    assert_eq!(error, Some(FormatError::CompressionWindow));
}

proptest! {
    #[test]
    fn damaged_dumps_end_in_one_way_wherever_they_are_cut(
        packed_by in 0..2_usize,
        text in "[ab]{0,200}",
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        size in 1..64_usize,
    ) {
        let mut dump = [gzip, zstd][packed_by](text.as_bytes());
        for (at, byte) in damage {
            let at = at.index(dump.len());
            dump[at] = byte;
        }
        let whole = given(200, [dump.as_slice()].into_iter());
        prop_assert_eq!(given(200, dump.chunks(size)), whole);
    }
}
