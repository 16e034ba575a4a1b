use registry_types::Hash;

const NIBBLES: usize = 64;

/// The first nibbles of a place: where a page or a bucket hangs in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    length: u8,
    /// Zero beyond the length.
    nibbles: Hash,
}

impl Path {
    pub const ROOT: Self = Self { length: 0, nibbles: [0; 32] };

    /// How many nibbles long.
    #[must_use]
    pub fn length(&self) -> usize {
        usize::from(self.length)
    }

    /// How many bits long: the depth of what hangs here.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.length() * 4
    }

    /// One nibble further. A path that is as long as a place stays as it is.
    #[must_use]
    pub fn child(&self, nibble: usize) -> Self {
        let mut child = *self;
        let nibble = u8::try_from(nibble & 15).unwrap_or(0);
        if let Some(byte) = child.nibbles.get_mut(self.length() / 2) {
            *byte |= if self.length.is_multiple_of(2) { nibble << 4 } else { nibble };
            child.length += 1;
        }
        child
    }

    /// The first place beneath.
    #[must_use]
    pub fn first(&self) -> Hash {
        self.nibbles
    }

    /// The last place beneath.
    #[must_use]
    pub fn last(&self) -> Hash {
        let mut last = self.nibbles;
        for nibble in self.length()..NIBBLES {
            if let Some(byte) = last.get_mut(nibble / 2) {
                *byte |= if nibble % 2 == 0 { 0xf0 } else { 0x0f };
            }
        }
        last
    }

    /// Length, then as many bytes as the nibbles need: in the order of the tree among equals in length.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.length];
        bytes.extend(self.nibbles.iter().take(self.length().div_ceil(2)));
        bytes
    }
}

/// The nibble of a place at a depth counted in nibbles.
pub(super) fn nibble(place: &Hash, depth: usize) -> usize {
    let byte = place.get(depth / 2).copied().unwrap_or(0);
    usize::from(if depth.is_multiple_of(2) { byte >> 4 } else { byte & 15 })
}

/// Whether the bit of a place at a depth is set.
pub(super) fn bit(place: &Hash, depth: usize) -> bool {
    place.get(depth / 8).is_some_and(|byte| byte & (0x80 >> (depth % 8)) != 0)
}
