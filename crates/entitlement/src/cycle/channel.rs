//! The ways to prove being alive. They are equal in effect: nothing in the cycle asks which one it was.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Channel {
    OwnDevice,
    /// The Fund's tablet in a country office.
    Kiosk,
    /// The bar-coded form by post.
    Paper,
    /// The bar-coded form, scanned.
    Upload,
    Letter,
    Visit,
    VideoCall,
    /// A certificate from an authority.
    Authority,
}

/// Somebody who helped. Named in the evidence, and never the holder of the person's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Helper {
    pub role: HelperRole,
    /// The helper's number in the register.
    pub id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HelperRole {
    Guardian,
    PowerOfAttorney,
    Carer,
}

impl Channel {
    pub const ALL: [Self; 8] = [
        Self::OwnDevice,
        Self::Kiosk,
        Self::Paper,
        Self::Upload,
        Self::Letter,
        Self::Visit,
        Self::VideoCall,
        Self::Authority,
    ];

    /// Whether an officer or operator of the Fund takes part, who is then named in the evidence.
    #[must_use]
    pub fn has_operator(self) -> bool {
        matches!(self, Self::Kiosk | Self::Visit | Self::VideoCall)
    }
}

/// What is offered after these ways did not work. There is always one: paper can be tried again without end.
///
/// A call is offered only while the appointment desk has a slot before the due date.
#[must_use]
pub fn next_channel(tried: &[Channel], slot_before_due: bool) -> Channel {
    let offered = [Channel::VideoCall, Channel::Kiosk, Channel::Paper, Channel::Letter, Channel::Visit];
    let open =
        |channel: &Channel| !tried.contains(channel) && (*channel != Channel::VideoCall || slot_before_due);
    offered.into_iter().find(open).unwrap_or(Channel::Paper)
}
