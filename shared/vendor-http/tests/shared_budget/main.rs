//! The shared budget in virtual time: several processes on one store, requests that are under way for a while, and a vendor
//! that counts for itself and refuses everything once its limit is passed.

mod blocks;
mod clocks;
mod crashes;
mod fairness;
mod rates;
mod rig;
