// Pictures that are compared. A link shows one large; here the arrows go to its neighbours, and Escape back to all.

const frame = document.querySelector(".compared");

const shown = () => frame && frame.querySelector("figure:target");

const go = (name) => {
  const link = shown() && shown().querySelector(`a[data-go=${name}]`);
  if (link) location.replace(link.href);
};

const keys = { ArrowLeft: "previous", ArrowRight: "next", Escape: "close" };
document.addEventListener("keydown", (event) => {
  if (!shown() || !keys[event.key]) return;
  event.preventDefault();
  go(keys[event.key]);
});

// Many pictures later the button of the browser still leads to the page before.
if (frame) {
  frame.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    event.preventDefault();
    const back = shown();
    location.replace(link.href);
    const focus = shown() ? shown().querySelector("a[data-go=close]") : back && back.querySelector("a");
    if (focus) focus.focus();
  });
}
