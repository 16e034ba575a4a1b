use borsh::BorshDeserialize as _;
use redb::{ReadableDatabase as _, ReadableTable as _};
use registry_types::Address;

use super::tables::EVIDENCE;
use super::{Store, StoreError, encode};
use crate::evidence::DoubleSign;

/// A few show what a validator is; keeping all would let it fill the disk.
const PER_VALIDATOR: usize = 32;

impl Store {
    /// Keeps evidence once; beyond a bound for each validator the earliest stays.
    pub fn put_evidence(&self, double: &DoubleSign) -> Result<(), StoreError> {
        let mut key = double.validator.to_vec();
        key.extend(double.height.to_be_bytes());
        key.extend(double.digest());
        let write = self.database.begin_write()?;
        {
            let mut table = write.open_table(EVIDENCE)?;
            let (from, to) = of(&double.validator);
            let kept = table.range(from.as_slice()..=to.as_slice())?.take(PER_VALIDATOR).count();
            if kept < PER_VALIDATOR {
                table.insert(key.as_slice(), encode(double).as_slice())?;
            }
        }
        write.commit()?;
        Ok(())
    }

    /// By validator, then height.
    pub fn evidence(&self, limit: usize) -> Result<Vec<DoubleSign>, StoreError> {
        let table = self.database.begin_read()?.open_table(EVIDENCE)?;
        let mut found = Vec::new();
        for entry in table.iter()?.take(limit) {
            let (_, bytes) = entry?;
            let double =
                DoubleSign::try_from_slice(bytes.value()).map_err(|_| StoreError::Damaged("evidence"))?;
            found.push(double);
        }
        Ok(found)
    }
}

fn of(validator: &Address) -> (Vec<u8>, Vec<u8>) {
    let (mut from, mut to) = (validator.to_vec(), validator.to_vec());
    from.extend([0; 40]);
    to.extend([255; 40]);
    (from, to)
}
