// Small improvements that every page may use; without them the pages still work.

import { fill, moment } from "/assets/words.js";

// Lists and states that change by themselves: data-refresh="SECONDS" on an element with an id fetches the page
// again and replaces that element alone, until the attribute is gone from the fetched page.
const watch = (element) => {
  const seconds = Number(element.dataset.refresh);
  if (!element.id || !(seconds > 0)) return;
  setTimeout(async () => {
    if (document.hidden) return watch(element);
    try {
      const response = await fetch(location.href, { headers: { accept: "text/html" }, credentials: "same-origin" });
      if (response.redirected) return location.reload();
      const fetched = new DOMParser().parseFromString(await response.text(), "text/html").getElementById(element.id);
      if (!fetched) return location.reload();
      const focused = element.contains(document.activeElement);
      if (!focused && fetched.innerHTML !== element.innerHTML) fill(element, fetched.childNodes);
      if (!fetched.dataset.refresh) {
        // The last change must be seen even by somebody whose focus is inside.
        if (focused) return location.reload();
        delete element.dataset.refresh;
        return undefined;
      }
    } catch {
      // The next round tries again.
    }
    return watch(element);
  }, seconds * 1000);
};
document.querySelectorAll("[data-refresh]").forEach(watch);

// data-stay on a form: what the service does not take is said beside the button, and everything stays as it was typed or chosen.
// Without scripts the answer is a page of its own, and the button of the browser leads back.
const say = (form, text) => {
  let place = form.querySelector("[data-said]");
  if (!place) {
    place = document.createElement("p");
    place.dataset.said = "";
    place.className = "banner error";
    place.tabIndex = -1;
    place.setAttribute("role", "alert");
    const button = form.querySelector("button[type=submit], button:not([type])");
    (button.closest(".actions") || button).before(place);
  }
  place.textContent = text;
  place.focus();
};
const sendAndStay = async (form, button) => {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  const body = new FormData(form);
  if (button.name) body.append(button.name, button.value);
  const files = form.enctype === "multipart/form-data";
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: files ? body : new URLSearchParams(body),
      headers: { accept: "application/problem+json" },
      credentials: "same-origin",
    });
    if (response.ok) return location.assign(response.url);
    const problem = await response.json();
    say(form, problem.detail || problem.title);
  } catch {
    say(form, form.dataset.stay || "This could not be sent. Everything is still here: try again.");
  }
  button.disabled = false;
  return button.removeAttribute("aria-busy");
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !("stay" in form.dataset)) return;
  event.preventDefault();
  const button = event.submitter || form.querySelector("button[type=submit], button:not([type])");
  sendAndStay(form, button);
});

// A form is sent once: the button shows that something is happening.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  // Before Chromium 81 an event does not say which button it was.
  const button = event.submitter || event.target.querySelector("button:not([type]), button[type=submit]");
  if (!button || event.target.target === "_blank") return;
  setTimeout(() => {
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
  });
});
// Coming back with the browser's button must not find it still busy.
addEventListener("pageshow", () => {
  document.querySelectorAll("button[aria-busy]").forEach((button) => {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  });
});

// data-copy="ID" copies the text or value of that element.
document.querySelectorAll("button[data-copy]").forEach((button) => {
  if (!navigator.clipboard) {
    button.hidden = true;
    return;
  }
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(source.value === undefined ? source.textContent.trim() : source.value);
    const before = button.textContent;
    button.textContent = button.dataset.copied || "Copied";
    setTimeout(() => (button.textContent = before), 2000);
  });
});

// data-confirm="TEXT" asks before the form that holds the button is sent.
document.querySelectorAll("button[data-confirm]").forEach((button) => {
  button.addEventListener("click", (event) => {
    if (!confirm(button.dataset.confirm)) event.preventDefault();
  });
});

// <time datetime data-local> shows the instant in the reader's zone and language.
document.querySelectorAll("time[data-local]").forEach((time) => {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) return;
  time.textContent = moment(at, "zone" in time.dataset);
});

// A file dropped on .drop lands in its input; the name is shown by the input itself.
document.querySelectorAll(".drop").forEach((zone) => {
  const input = zone.querySelector("input[type=file]");
  if (!input) return;
  for (const type of ["dragenter", "dragover"]) {
    zone.addEventListener(type, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  for (const type of ["dragleave", "drop"]) zone.addEventListener(type, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });
});
