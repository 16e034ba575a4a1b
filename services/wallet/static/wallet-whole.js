// Says when a page cannot work: a browser that knows no modules, or a script that did not come or could not be read. It is read by
// every browser, so it is written in the grammar of the oldest ones, and is no module. Where not even this comes, the style sheet shows
// the same words after a while.

(function () {
  var AFTER_MS = 25000;
  var page = document.documentElement;
  var failed = false;
  var left = 0;

  function show(id) {
    var place = document.getElementById(id);
    if (place) place.hidden = false;
  }

  // With it the style sheet leaves its words away: from here on this script says them.
  page.className += ' watched';
  if (!('noModule' in document.createElement('script'))) {
    show('too-old');
    return;
  }

  function fail() {
    failed = true;
    show('not-whole');
  }

  function settle() {
    left -= 1;
    if (left > 0 || failed) return;
    page.className += ' whole';
    document.getElementById('not-whole').hidden = true;
  }

  var scripts = document.querySelectorAll('script[type=module]');
  for (var at = 0; at < scripts.length; at += 1) {
    left += 1;
    scripts[at].addEventListener('load', settle);
    scripts[at].addEventListener('error', fail);
  }
  // A module whose words this browser does not know is only told of here; it counts as loaded.
  function broken(event) {
    if (event.error && event.error.name === 'SyntaxError') fail();
  }
  window.addEventListener('error', broken);
  window.addEventListener('load', function () { window.removeEventListener('error', broken); });
  window.setTimeout(function () { if (left > 0) show('not-whole'); }, AFTER_MS);
})();
