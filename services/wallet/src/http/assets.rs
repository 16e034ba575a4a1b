//! The wallet's own files under `/assets/`, from inside the binary.

use web::assets::{Asset, Assets, SCRIPT, STYLE};

use super::offline;

macro_rules! module {
    ($name:literal) => {
        Asset { name: $name, content_type: SCRIPT, body: include_bytes!(concat!("../../static/", $name)) }
    };
}

pub const ASSETS: Assets = Assets(&[
    Asset { name: "wallet.css", content_type: STYLE, body: include_bytes!("../../static/wallet.css") },
    Asset {
        name: "wallet-card.css",
        content_type: STYLE,
        body: include_bytes!("../../static/wallet-card.css"),
    },
    module!("wallet-key.js"),
    module!("wallet-entry.js"),
    module!("wallet-open.js"),
    module!("wallet-offer.js"),
    module!("wallet-consent.js"),
    module!("wallet-existence.js"),
    module!("wallet-capture.js"),
    module!("wallet-enrol.js"),
    module!("wallet-home.js"),
    module!("wallet-install.js"),
    module!("wallet-year.js"),
    module!("wallet-receive.js"),
    module!("wallet-renew.js"),
    module!("wallet-account.js"),
    module!("wallet-credential.js"),
    module!("wallet-card.js"),
    offline::STYLE_SHEET,
    offline::KEEP,
    offline::KEPT,
    offline::CODE,
    offline::LINE,
    offline::PAGE,
    offline::AHEAD,
    offline::PROOF,
    offline::PROVE,
    offline::SEND,
    offline::SEQUENCE,
    offline::SEEN,
    offline::SHOWING,
    offline::SIGNING,
    module!("wallet-proof.js"),
    module!("wallet-ask.js"),
    module!("wallet-ask-pin.js"),
    module!("wallet-presence.js"),
    module!("wallet-desk.js"),
    module!("wallet-mandates.js"),
    module!("desk-queue.js"),
    module!("storage.js"),
    module!("desk-queue-send.js"),
    module!("desk-finish.js"),
    module!("wallet-stations.js"),
    module!("wallet-enrol-station.js"),
    module!("wallet-pin.js"),
    module!("wallet-then.js"),
    module!("wallet-pin-wait.js"),
    module!("wallet-session.js"),
    module!("wallet-whole.js"),
    module!("wallet-erased.js"),
    module!("wallet-remind.js"),
    module!("wallet-way-back.js"),
    module!("wallet-recover.js"),
    module!("wallet-recovered.js"),
    module!("wallet-region.js"),
    module!("wallet-ways-in.js"),
    module!("wallet-help.js"),
    module!("wallet-stop.js"),
    module!("wallet-officers.js"),
    module!("wallet-look.js"),
    module!("wallet-status.js"),
    Asset {
        name: "wallet-192.png",
        content_type: "image/png",
        body: include_bytes!("../../static/wallet-192.png"),
    },
    Asset {
        name: "wallet-512.png",
        content_type: "image/png",
        body: include_bytes!("../../static/wallet-512.png"),
    },
]);

pub const MANIFEST: &str = include_str!("../../static/manifest.webmanifest");
