//! Line formats against logs of others, with what is known to be in them.
//!
//! The logs are not part of the project. They are read from `$HEIMDALL_CORPORA`, or from `shared/corpora` beside the
//! work tree; a set that is not there is skipped, and the output says so.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod loghub;
#[cfg(test)]
mod table;
#[cfg(test)]
mod vendors;
