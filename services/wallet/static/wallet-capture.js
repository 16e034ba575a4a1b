// Pictures of a face that does what is asked: a quiet one first, then one of each movement and one of rest after it.

import { PasskeyError } from "/assets/passkey.js";
import { send } from "/assets/wallet-key.js";
import { say } from "/assets/words.js";

const QUIET_MS = 3000;
const MOVE_MS = 2600;
const REST_MS = 1600;
const PLACE_MS = 40000;
const WIDTH = 480;
const HEIGHT = 640;
const TRIES = 4;

const at = (id) => document.getElementById(id);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const sentences = () => ({
  left: say("capture-left"),
  right: say("capture-right"),
  up: say("capture-up"),
  closer: say("capture-closer"),
  blink: say("capture-blink"),
});

/** Shows what to do, and says it aloud where the person wants that and the phone can. */
function prompt(text, kind) {
  at("capture-prompt").textContent = text;
  at("viewfinder").dataset.asks = kind || "";
  if (!window.speechSynthesis || !at("capture-speak").checked) return;
  const said = new SpeechSynthesisUtterance(text);
  said.lang = document.documentElement.lang;
  speechSynthesis.cancel();
  speechSynthesis.speak(said);
}

async function openCamera() {
  const media = navigator.mediaDevices;
  if (!media || !media.getUserMedia) throw new PasskeyError(say("capture-no-camera"));
  try {
    const video = { facingMode: "user", width: { ideal: 640 }, height: { ideal: 480 } };
    return await media.getUserMedia({ audio: false, video });
  } catch (error) {
    throw new PasskeyError(error && /^NotAllowed/.test(error.name) ? say("capture-denied") : say("capture-no-camera"));
  }
}

const encoded = (canvas, quality) => new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));

/** The upright middle of what the camera sees, or that part of it, small enough to send. */
async function picture(video, most, part) {
  const { videoWidth: wide, videoHeight: high } = video;
  const width = Math.min(wide, (high * WIDTH) / HEIGHT) * part;
  const height = (width * HEIGHT) / WIDTH;
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  canvas
    .getContext("2d")
    .drawImage(video, (wide - width) / 2, (high - height) / 2, width, height, 0, 0, WIDTH, HEIGHT);
  for (const quality of [0.8, 0.6, 0.4, 0.2]) {
    const blob = await encoded(canvas, quality);
    if (blob && blob.size <= most) return base64url(await new Response(blob).arrayBuffer());
  }
  throw new PasskeyError(say("capture-no-camera"));
}

function base64url(buffer) {
  let binary = "";
  for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/**
 * Leads through the movements; gives the pictures with their times. The camera is off again afterwards. `part` of the middle is
 * taken where the face should fill the picture.
 */
export async function take({ movements, mostBytes, part = 1 }) {
  const stream = await openCamera();
  const video = at("capture-video");
  const frames = [];
  try {
    at("viewfinder").hidden = false;
    video.srcObject = stream;
    await video.play();
    at("viewfinder").scrollIntoView({ block: "center" });
    const begun = performance.now();
    let first = 0;
    const keep = async () => {
      const now = Math.round(performance.now() - begun);
      if (!frames.length) first = now;
      frames.push({ millis: now - first, jpeg: await picture(video, mostBytes, part) });
      at("capture-count").value = frames.length;
    };
    at("capture-count").max = 1 + 2 * movements.length;
    at("capture-count").hidden = false;
    prompt(say("capture-look"));
    await pause(QUIET_MS);
    await keep();
    const words = sentences();
    for (const movement of movements) {
      prompt(words[movement], movement);
      await pause(MOVE_MS);
      await keep();
      prompt(say("capture-middle"));
      await pause(REST_MS);
      await keep();
    }
    return frames;
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
    at("viewfinder").hidden = true;
  }
}

/** Sends the pictures one by one; what is there already is not sent again when the line was cut. */
export async function upload(base, frames) {
  const there = new Set();
  for (let place = 0; place < frames.length; place += 1) {
    at("capture-prompt").textContent = say("capture-sending", { number: place + 1, all: frames.length });
    for (let tried = 1; !there.has(place); tried += 1) {
      try {
        await send("PUT", `${base}/frames/${place}`, frames[place]);
        there.add(place);
      } catch (error) {
        if (error.problem || tried === TRIES) throw error.problem ? error : new PasskeyError(say("capture-kept"));
        await pause(1000 * tried);
      }
    }
  }
  at("capture-prompt").textContent = "";
}

/**
 * Where the device is, rounded here to tenths of a degree; null when it is refused, not found in time, or when nobody
 * answers the browser's question: its own time limit begins only after the answer.
 */
export async function place() {
  const found = await new Promise((resolve) => {
    if (!navigator.geolocation) return resolve(null);
    const options = { enableHighAccuracy: false, timeout: 15000, maximumAge: 600000 };
    setTimeout(() => resolve(null), PLACE_MS);
    return navigator.geolocation.getCurrentPosition(({ coords }) => resolve(coords), () => resolve(null), options);
  });
  if (!found) return null;
  return {
    latitudeTenths: Math.round(found.latitude * 10),
    longitudeTenths: Math.round(found.longitude * 10),
    accuracyMetres: Math.min(Math.round(found.accuracy), 1000000),
  };
}
