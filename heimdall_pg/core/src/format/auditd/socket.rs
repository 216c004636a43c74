//! Socket addresses (`struct sockaddr`) as the kernel writes them, on machines of little endian.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::value::bytes;

/// What a socket address says.
#[derive(Debug, PartialEq)]
pub(super) enum Socket {
    Inet { ip: String, port: u16 },
    Unix { path: String },
}

/// Reads `saddr=0200…`; `None` for other families, and for what is cut short.
pub(super) fn read(written: &str) -> Option<Socket> {
    let bytes = bytes(written)?;
    let (family, rest) = bytes.split_first_chunk::<2>()?;
    match u16::from_le_bytes(*family) {
        1 => {
            // An abstract name begins with a NUL.
            let path = rest.strip_prefix(b"\0").unwrap_or(rest).split(|byte| *byte == 0).next()?;
            Some(Socket::Unix { path: String::from_utf8(path.to_vec()).ok()? })
        }
        2 => {
            let (port, rest) = rest.split_first_chunk::<2>()?;
            let ip = Ipv4Addr::from(*rest.first_chunk::<4>()?);
            Some(Socket::Inet { ip: ip.to_string(), port: u16::from_be_bytes(*port) })
        }
        10 => {
            let (port, rest) = rest.split_first_chunk::<2>()?;
            // The flow label comes between.
            let ip = Ipv6Addr::from(*rest.get(4..)?.first_chunk::<16>()?);
            Some(Socket::Inet { ip: ip.to_string(), port: u16::from_be_bytes(*port) })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        assert_eq!(
            read("02000035C00002010000000000000000"),
            Some(Socket::Inet { ip: "192.0.2.1".to_owned(), port: 53 })
        );
        assert_eq!(
            read("0A0001BB0000000020010DB800000000000000000000000100000000"),
            Some(Socket::Inet { ip: "2001:db8::1".to_owned(), port: 443 })
        );
        assert_eq!(read("01002F72756E2F7800"), Some(Socket::Unix { path: "/run/x".to_owned() }));
        for cut in ["", "02", "0200", "02000035C000", "1000", "xx"] {
            assert_eq!(read(cut), None, "{cut}");
        }
    }
}
