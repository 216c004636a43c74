//! Paths of both systems, and texts between them.

use proptest::prelude::*;

use super::*;

fn ok(raw: &str) -> String {
    canonical_path(raw).unwrap_or_else(|error| panic!("{raw}: {error}")).into_owned()
}

#[test]
fn drives() {
    for raw in [
        r"c:\windows\system32\cmd.exe",
        r"C:\Windows\System32\cmd.exe",
        r"C:/Windows/System32/cmd.exe",
        r"C:\\Windows\\System32\\cmd.exe",
        r"C:\Windows\.\Temp\..\System32\cmd.exe",
        r"C:\..\Windows\System32\cmd.exe",
        r"C:\Windows \System32.\cmd.exe. .",
        r"C:\Windows\System32\cmd.exe::$DATA",
        r"\\?\C:\Windows\System32\cmd.exe",
        r"\??\C:\Windows\System32\cmd.exe",
        r"\\.\C:\Windows\System32\cmd.exe",
        r"\\\\?\\C:\\Windows\\System32\\cmd.exe",
        r"//?/C:/Windows/System32/cmd.exe",
    ] {
        assert_eq!(ok(raw), r"c:\windows\system32\cmd.exe", "{raw}");
    }
    assert!(matches!(canonical_path(r"c:\windows"), Ok(Cow::Borrowed(_))));
    for (raw, text) in [
        ("C:\\", "c:\\"),
        ("C:/", "c:\\"),
        (r"C:\Windows\", r"c:\windows"),
        (r"C:\a\..", "c:\\"),
        ("C:", "c:"),
        (r"C:report.txt", "c:report.txt"),
        (r"C:..\x", r"c:..\x"),
        (r"\\?\C:\", "c:\\"),
        (r"\\?\C:", r"\\.\c:"),
        (r"C:\x\a.txt:Zone.Identifier", r"c:\x\a.txt:zone.identifier"),
        (r"C:\x\a.txt:s:$DATA", r"c:\x\a.txt:s"),
        (r"C:\ΑΣ.TXT", r"c:\ασ.txt"),
        (r"C:\ας.txt", r"c:\ασ.txt"),
    ] {
        assert_eq!(ok(raw), text, "{raw}");
    }
}

#[test]
fn shares_devices_and_roots() {
    for (raw, text) in [
        (r"\\SRV\Share\X", r"\\srv\share\x"),
        (r"\\?\UNC\srv\share\x", r"\\srv\share\x"),
        (r"\\.\UNC\srv\share\x", r"\\srv\share\x"),
        (r"\\\\srv\\share\\x", r"\\srv\share\x"),
        (r"\\srv\share\..\..\x", r"\\srv\share\x"),
        (r"\\srv", r"\\srv"),
        (r"\\.\PhysicalDrive0", r"\\.\physicaldrive0"),
        (r"\\.\pipe\X", r"\\.\pipe\x"),
        (r"\\?\Volume{AB}\x", r"\\.\volume{ab}\x"),
        (r"\Device\HarddiskVolume2\Windows", r"\device\harddiskvolume2\windows"),
        (r"\Windows\..\x", r"\x"),
        (r"\", r"\"),
    ] {
        assert_eq!(ok(raw), text, "{raw}");
    }
}

#[test]
fn what_win32_cannot_open_stays_verbatim() {
    for (raw, text) in [
        (r"\\?\C:\x.", r"\\?\c:\x."),
        (r"\??\C:\x \y", r"\\?\c:\x \y"),
        (r"\\?\C:\x\..\y", r"\\?\c:\x\..\y"),
        (r"\\?\C:\x \", r"\\?\c:\x \"),
    ] {
        assert_eq!(ok(raw), text, "{raw}");
        assert_eq!(ok(text), text);
    }
}

#[test]
fn relative_paths_and_variables_of_windows() {
    for (raw, text) in [
        (r"Temp\X.exe", r"temp\x.exe"),
        (r".\X.exe", "x.exe"),
        (r"..\X", r"..\x"),
        (r"a\..", "."),
        (r"a\..\..\b", r"..\b"),
        (r"%SystemRoot%\System32", r"%systemroot%\system32"),
        (r"%SystemRoot%/System32/", r"%systemroot%\system32"),
        (r"%TEMP%\..\x", r"%temp%\..\x"),
        (r"C:\Users\%USERNAME%\..\x", r"c:\users\%username%\..\x"),
        (r".\%TEMP%\x", r".\%temp%\x"),
        (r".\c:x", r".\c:x"),
        (r".\ x", r".\ x"),
        ("$env:TEMP\\X", r"$env:temp\x"),
    ] {
        assert_eq!(ok(raw), text, "{raw}");
        assert_eq!(ok(text), text);
    }
}

#[test]
fn posix() {
    for (raw, text) in [
        ("/etc/passwd", "/etc/passwd"),
        ("//etc///passwd/", "/etc/passwd"),
        ("/etc/./x/../passwd", "/etc/passwd"),
        ("/../etc/passwd", "/etc/passwd"),
        ("/", "/"),
        ("/..", "/"),
        ("/Etc/Passwd", "/Etc/Passwd"),
        ("/a\\b", "/a\\b"),
        ("../../a/../b", "../../b"),
        ("./a", "a"),
        ("a/..", "."),
        ("~/x", "~/x"),
        ("/a /", "/a /"),
        ("/a /.", "/a /"),
        ("./c:x/y", "./c:x/y"),
        ("./%A%/y", "./%A%/y"),
        ("./ a", "./ a"),
        ("Invoice.PDF", "Invoice.PDF"),
        ("a.txt:stream", "a.txt:stream"),
        (".", "."),
    ] {
        assert_eq!(ok(raw), text, "{raw}");
        assert_eq!(ok(text), text);
    }
    assert!(matches!(canonical_path("/etc/passwd"), Ok(Cow::Borrowed(_))));
}

#[test]
fn others_are_refused_with_the_rule() {
    for (raw, reason) in [
        ("", "empty"),
        ("/etc/pass\0wd", "a control character"),
        ("C:\\a\nb", "a control character"),
        ("https://example.org/x", "a URL"),
        ("file:///etc/passwd", "a URL"),
        (r"C:\...\x", "a name of dots and spaces only"),
        (r"C:\a\.. \x", "a name of dots and spaces only"),
        ("\"C:\\a b\\c.exe\" -x", "a character that no name on Windows has"),
        (r"\\", "a share without a server"),
        (r"\\?\", "a prefix without a path"),
        (r"\\?", "a prefix without a path"),
        (r"\a\..\??\c:", "a prefix without a path"),
    ] {
        assert_eq!(canonical_path(raw).map(Cow::into_owned), Err(error(reason)), "{raw}");
    }
    assert!(canonical_path(&"a".repeat(10_000_000)).is_err());
}

#[test]
fn likely_paths() {
    for raw in [r"C:\x", "C:/x", r"\\srv\share", r"%TEMP%\x", "/etc/passwd", r"\\?\C:\x", r"\??\C:\x"] {
        assert!(likelihood(raw).is_some_and(|likely| likely >= 0.5), "{raw}");
    }
    for raw in
        ["/index.html", "/images/logo.png", "/a/b?c=d", "a/b", "x.exe", r"corp\alice", "c:x", "//", r"\\x"]
    {
        assert!(likelihood(raw).is_none_or(|likely| likely < 0.5), "{raw}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn once_is_enough(
        raw in "([cC]:|\\\\|/|\\.|\\.\\.| |\\?|\\?\\?|UNC|%[aA]%|%|::?\\$DATA|[aB]|:|http://|[ΣςİȺK]|\\*|\"){0,9}"
    ) {
        if let Ok(once) = canonical_path(&raw) {
            prop_assert_eq!(canonical_path(&once).map(Cow::into_owned), Ok(once.to_string()));
        }
    }
}
