// @ts-nocheck ES5, for browsers that no type checker knows.
/* Tells old browsers, and a reader that did not start, in words. ES5, and loaded by every browser before the reader, which does not start
   where `data-refused` is set. Knows the shell's sections only. */
(function () {
  var root = document.documentElement;
  var able = 'noModule' in document.createElement('script') && window.Promise && window.indexedDB && window.structuredClone
    && window.IntersectionObserver && window.HTMLDialogElement && Array.prototype.at && Object.hasOwn;

  function say(id) {
    var main = document.getElementById('main');
    var section = document.getElementById(id);
    if (!section || root.getAttribute('data-started')) return;
    main.style.display = 'none';
    section.removeAttribute('hidden');
    section.style.display = 'block';
  }

  function refuse(id) {
    root.setAttribute('data-refused', id);
    say(id);
  }

  if (!able) refuse('old-browser');
  else if (!window.crypto || !window.crypto.subtle) refuse('not-secure');
  else {
    document.querySelector('.wait').removeAttribute('hidden');
    window.addEventListener('error', function (event) {
      if (event.error && event.error.name === 'SyntaxError') say('old-browser');
      else if (event.target && event.target.tagName === 'SCRIPT') say('not-started');
    }, true);
    setTimeout(function () {
      say('not-started');
    }, 30000);
  }
}());
