// The agent's side of a video call, and the picture that is taken from it.

import { call, devices, still } from "/assets/call.js";

const panel = document.getElementById("call");
if (panel) {
  const state = document.getElementById("call-state");
  const begin = document.getElementById("call-begin");
  const end = document.getElementById("call-end");
  const picture = document.getElementById("call-picture");
  const other = document.getElementById("call-other");
  const own = document.getElementById("call-own");
  const base = `/console/enrolment/appointments/${encodeURIComponent(panel.dataset.appointment)}`;
  let line = null;

  const told = (what) => {
    state.textContent = state.dataset[what];
    state.dataset.now = what;
    picture.disabled = what !== "connected";
    if (what === "closed") hung();
  };

  async function post(path, body) {
    const response = await fetch(base + path, {
      method: "POST",
      credentials: "same-origin",
      headers: { accept: "application/json", "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (response.ok) return response.json();
    const error = new Error("refused");
    error.problem = { status: response.status };
    throw error;
  }

  function hung() {
    begin.disabled = false;
    end.disabled = true;
    picture.disabled = true;
    own.srcObject = null;
  }

  begin.addEventListener("click", async () => {
    begin.disabled = true;
    try {
      await post("/call", {});
    } catch {
      return told("closed");
    }
    try {
      own.srcObject = await devices();
    } catch {
      begin.disabled = false;
      return told("camera");
    }
    end.disabled = false;
    document.getElementById("call-screen").hidden = false;
    const exchange = (body) => post("/signals", body);
    line = call({ agent: true, exchange, own: own.srcObject, other, told });
    return undefined;
  });

  end.addEventListener("click", () => {
    if (line) line.stop();
    hung();
  });
  begin.disabled = false;

  picture.addEventListener("click", async () => {
    const blob = await still(other);
    if (!blob) return;
    const files = new DataTransfer();
    files.items.add(new File([blob], "call.jpg", { type: "image/jpeg" }));
    const input = document.getElementById("picture-file");
    input.files = files.files;
    // Leaving the page would end the call, so the picture goes to the service beside it.
    const form = document.getElementById("picture-form");
    const response = await fetch(form.action, {
      method: "POST",
      credentials: "same-origin",
      headers: { accept: "text/html" },
      body: new FormData(form),
    });
    const fetched = new DOMParser().parseFromString(await response.text(), "text/html");
    const fault = fetched.querySelector("[data-testid=fault] p");
    const seen = fetched.querySelector("[data-testid=new-picture]");
    const said = document.getElementById("picture-said") || document.createElement("p");
    said.id = "picture-said";
    said.setAttribute("role", "status");
    said.textContent = fault ? fault.textContent : panel.dataset.kept;
    picture.closest(".actions").after(said);
    if (seen && !fault) {
      const shown = document.getElementById("picture-shown") || document.createElement("img");
      shown.id = "picture-shown";
      shown.className = "portrait";
      shown.src = seen.src;
      shown.alt = "";
      said.after(shown);
      input.value = "";
    }
  });
}
