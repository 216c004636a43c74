//! Line formats against logs of others, with what is known to be in them.

mod audit;
mod loghub;
mod vendors;
