// Goes back to the application as soon as the page, which changes by itself, offers the way.
const login = document.getElementById("login");
const leave = () => {
  const way = login?.querySelector("a[data-leave]");
  if (way) location.replace(way.href);
};
if (login) new MutationObserver(leave).observe(login, { childList: true });
leave();
