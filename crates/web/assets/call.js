// A video call between two browsers. They find each other through the service; sound and picture go between them, or through
// the operator's TURN server, and are recorded by nobody.
//
// The agent's side says "ready"; the person's side answers with "join" and a number; the agent offers under that number. So
// either side may load its page again, and the call comes up anew.

const PAUSE = 1000;
const nonce = () => Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(16)).join("");

/** Camera and microphone; with a picture alone where there is no microphone. */
export async function devices() {
  const video = { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: "user" };
  try {
    return await navigator.mediaDevices.getUserMedia({ video, audio: true });
  } catch (error) {
    if (error.name === "NotAllowedError") throw error;
    return navigator.mediaDevices.getUserMedia({ video });
  }
}

/**
 * Begins a side of the call. `exchange({ send, after })` tells the service and hears the other side; `own` is the stream of this
 * side, `other` the element that shows the other one; `told` hears "waiting", "connected", "broken" and "closed".
 */
export function call({ agent, exchange, own, other, told }) {
  let peer = null;
  let current = "";
  let heard = 0;
  let after = 0;
  let queue = [];
  let early = [];
  let over = false;
  let timer = 0;

  const say = (message) => queue.push(JSON.stringify(message));

  function drop() {
    if (peer) peer.close();
    peer = null;
    early = [];
  }

  function connect(iceServers) {
    drop();
    peer = new RTCPeerConnection({ iceServers });
    const mine = peer;
    for (const track of own.getTracks()) mine.addTrack(track, own);
    mine.ontrack = ({ streams }) => {
      if (other.srcObject !== streams[0]) [other.srcObject] = streams;
    };
    mine.onicecandidate = ({ candidate }) => {
      if (candidate && mine === peer) say({ kind: "candidate", call: current, candidate });
    };
    mine.onconnectionstatechange = () => {
      if (mine !== peer) return;
      if (mine.connectionState === "connected") told("connected");
      if (mine.connectionState === "disconnected" || mine.connectionState === "failed") told("broken");
      // Both sides begin anew; the agent by asking again, the person by joining again.
      if (mine.connectionState === "failed" && agent) say({ kind: "ready", id: nonce() });
    };
  }

  async function candidate(one) {
    if (!peer.remoteDescription) early.push(one);
    else await peer.addIceCandidate(one);
  }

  async function described(description) {
    await peer.setRemoteDescription(description);
    for (const one of early.splice(0)) await peer.addIceCandidate(one);
  }

  async function take(message, iceServers) {
    if (agent && message.kind === "join") {
      current = message.call;
      connect(iceServers);
      await peer.setLocalDescription(await peer.createOffer());
      say({ kind: "offer", call: current, description: peer.localDescription });
    } else if (!agent && message.kind === "ready") {
      current = nonce();
      drop();
      say({ kind: "join", call: current });
    } else if (message.call !== current) {
      // Of a call before this one.
    } else if (!agent && message.kind === "offer") {
      connect(iceServers);
      await described(message.description);
      await peer.setLocalDescription(await peer.createAnswer());
      say({ kind: "answer", call: current, description: peer.localDescription });
    } else if (peer && agent && message.kind === "answer") {
      await described(message.description);
    } else if (peer && message.kind === "candidate") {
      await candidate(message.candidate);
    }
  }

  async function round() {
    const sending = queue.slice(0, 32);
    try {
      const { signals, iceServers } = await exchange({ send: sending, after });
      queue = queue.slice(sending.length);
      // Of several invitations to join only the latest counts.
      const messages = signals.map(({ number, body }) => ({ number, ...JSON.parse(body) }));
      const ready = messages.filter(({ kind }) => kind === (agent ? "join" : "ready")).pop();
      for (const message of messages) {
        after = Math.max(after, message.number);
        const stale = ready && message.kind === ready.kind && message !== ready;
        if (!stale && message.number > heard) await take(message, iceServers);
        heard = Math.max(heard, message.number);
      }
    } catch (error) {
      if (error.problem && error.problem.status === 409) {
        stop();
        return told("closed");
      }
      // A line that is cut for a moment: the next round says the same again.
    }
    if (!over) timer = setTimeout(round, queue.length ? 100 : PAUSE);
    return undefined;
  }

  function stop() {
    over = true;
    clearTimeout(timer);
    drop();
    for (const track of own.getTracks()) track.stop();
    other.srcObject = null;
  }

  told("waiting");
  if (agent) say({ kind: "ready", id: nonce() });
  round();
  return { stop };
}

// How much of the picture's height is taken: people sit further away than on the picture of a passport.
const TAKEN = 0.8;

/** The middle of what a video shows, three by four, as a JPEG. */
export function still(video) {
  const { videoWidth: width, videoHeight: height } = video;
  if (!width) return Promise.resolve(null);
  const cut = TAKEN * Math.min(width, (height * 3) / 4);
  const tall = (cut * 4) / 3;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(cut);
  canvas.height = Math.round(tall);
  const from = [(width - cut) / 2, (height - tall) / 2, cut, tall];
  canvas.getContext("2d").drawImage(video, ...from, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
}
