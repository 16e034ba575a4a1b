//! The rules of each operation. They read the state as it is at that place of the block and answer with
//! changes; nothing else is touched.

pub mod accreditation;
pub mod did;
pub mod documents;
pub mod issuing;
pub mod member;
