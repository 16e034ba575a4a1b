// Enrolment: number and code, the key of this phone, an appointment, and the call.

import { call, devices } from "/assets/call.js";
import { PasskeyError, post, withButton } from "/assets/passkey.js";
import { ensure, isProblem, send, sign } from "/assets/wallet-key.js";
import { say } from "/assets/words.js";

const form = document.getElementById("invitation");
if (form) {
  const button = document.getElementById("enrol-begin");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    withButton(button, async () => {
      const uid = document.getElementById("uid").value;
      const code = document.getElementById("code").value;
      const { id } = await post("/v1/enrolments", { fund: form.dataset.fund, uid, code });
      await nameKey(id);
      location.replace(`/enrolments/${encodeURIComponent(id)}`);
    });
  });
  button.disabled = false;
}

const show = document.getElementById("separation-begin");
if (show) {
  show.addEventListener("click", () => {
    withButton(show, async () => {
      const { present } = await post("/v1/enrolments/separation", { fund: show.dataset.fund });
      location.assign(present);
    });
  });
  show.disabled = false;
}

// Back from showing the credential: the code leaves the address, then the Fund is asked.
const back = document.getElementById("separation-return");
if (back) {
  const button = document.getElementById("separation-go-on");
  const asking = document.getElementById("separation-asking");
  history.replaceState(null, "", location.pathname);
  const goOn = () =>
    withButton(button, async () => {
      asking.hidden = false;
      try {
        const { id } = await post("/v1/enrolments/separation/answer", { responseCode: back.dataset.code });
        await nameKey(id);
        location.replace(`/enrolments/${encodeURIComponent(id)}`);
      } catch (error) {
        // What the Fund has answered is not answered otherwise a second time; a line that was cut is.
        const again = document.getElementById("separation-again");
        if (again && error.problem && error.problem.status === 409) {
          again.hidden = false;
          button.hidden = true;
        }
        throw error;
      } finally {
        asking.hidden = true;
      }
    });
  button.addEventListener("click", goOn);
  goOn();
}

async function nameKey(id) {
  // At a desk there is no key on this device; the one that the service keeps is named at the station.
  if (document.getElementById("person").dataset.desk !== undefined) return null;
  const base = `/v1/enrolments/${encodeURIComponent(id)}`;
  const key = await ensure();
  const { toSign } = await post(`${base}/prepare`, { deviceKey: key.thumbprint });
  return post(`${base}/device-key`, { deviceKey: key.thumbprint, signatures: await sign(key, toSign) });
}

const page = document.getElementById("enrolment");
if (page) {
  const base = `/v1/enrolments/${encodeURIComponent(page.dataset.id)}`;
  const on = (button, step) => {
    if (button) button.addEventListener("click", () => withButton(button, () => step(button)));
  };
  const again = () => location.reload();
  // Said once.
  if (location.search) history.replaceState(null, "", `${location.pathname}${location.hash}`);

  on(document.getElementById("name-key"), () => nameKey(page.dataset.id).then(again));
  on(document.getElementById("keep-place"), () => post(`${base}/place`, {}).then(again));
  on(document.getElementById("cancel-appointment"), () => {
    if (!confirm(say("enrol-cancel-sure"))) return undefined;
    return post(`${base}/appointment`, { slot: null }).then(again);
  });
  page.querySelectorAll("button[data-slot]").forEach((button) => {
    on(button, async () => {
      try {
        await post(`${base}/appointment`, { slot: button.dataset.slot });
      } catch (error) {
        if (!isProblem(error, "time-taken")) throw error;
        // The same button would fail again: the times come anew, and the page says why.
        return location.replace(`${location.pathname}?taken${document.getElementById("talk") ? "#talk" : ""}`);
      }
      return again();
    });
  });

  const join = document.getElementById("call-join");
  let line = null;
  if (join) {
    const state = document.getElementById("call-state");
    const leave = document.getElementById("call-leave");
    const own = document.getElementById("call-own");
    const told = (what) => {
      state.dataset.now = what;
      if (what === "waiting") state.textContent = say("enrol-call-waiting");
      if (what === "connected") state.textContent = say("enrol-call-connected");
      if (what === "broken") state.textContent = say("enrol-call-broken");
      if (what === "closed") state.textContent = say("enrol-call-closed");
    };
    on(join, async () => {
      try {
        own.srcObject = await devices();
      } catch {
        throw new PasskeyError(say("enrol-call-camera"));
      }
      const other = document.getElementById("call-other");
      const exchange = (body) => post(`${base}/signals`, body);
      line = call({ agent: false, exchange, own: own.srcObject, other, told });
      document.getElementById("call").hidden = false;
      join.hidden = true;
      leave.hidden = false;
    });
    join.disabled = false;
    leave.addEventListener("click", () => {
      if (line) line.stop();
      again();
    });
  }

  // What changes by itself: the call opens, an officer decides. Asked now and then, and not during a call.
  const { state, booked, open } = page.dataset;
  if (booked || state === "proposed") {
    const ask = async () => {
      if (!document.hidden) {
        try {
          const { status } = await send("GET", base);
          const now = status.appointment ? String(status.appointment.callOpen) : "";
          if (status.state !== state || (now !== open && !line)) return again();
        } catch {
          // The next round tries again.
        }
      }
      return setTimeout(ask, 15000);
    };
    setTimeout(ask, 15000);
  }
}
