// Pictures that are compared. A link shows one large; here the arrows go to its neighbours, and Escape back to all.

const frame = document.querySelector(".compared");

const shown = () => frame && frame.querySelector("figure:target");

// In the place of the present address: many pictures later the button of the browser still leads to the page before.
const show = (href) => {
  const before = shown();
  location.replace(href);
  const now = shown();
  const focus = now ? now.querySelector("a[data-go=close]") : before && before.querySelector("a");
  if (focus) focus.focus({ preventScroll: !now });
};

const keys = { ArrowLeft: "previous", ArrowRight: "next", Escape: "close" };
document.addEventListener("keydown", (event) => {
  const link = shown() && keys[event.key] && shown().querySelector(`a[data-go=${keys[event.key]}]`);
  if (!link) return;
  event.preventDefault();
  show(link.href);
});

if (frame) {
  frame.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    event.preventDefault();
    show(link.href);
  });
}
