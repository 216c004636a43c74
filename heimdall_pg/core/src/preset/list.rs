//! The presets, in order of their names. Each is a file of that name in `sql/presets`.

macro_rules! presets {
    ($($name:literal)*) => {
        /// The text of every preset, beside its name.
        pub(super) const FILES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../../sql/presets/", $name, ".json")))),*];
    };
}

presets! {
    "zeek.dns"
}
