/** One photo of the page, as large as the screen allows, and the way to the ones beside it. Knows the document only. */
import { fill, slot } from './dom.js';

/** @param {HTMLImageElement} chosen */
export function showLarge(chosen) {
  const all = /** @type {HTMLImageElement[]} */ ([...document.querySelectorAll('#main .zoom img')]);
  const node = /** @type {HTMLDialogElement} */ (fill('picture'));
  const frame = slot(node, 'frame');
  const before = slot(node, 'before');
  const next = slot(node, 'next');
  let at = all.indexOf(chosen);
  const show = () => {
    const img = /** @type {HTMLImageElement} */ (all[at].cloneNode());
    img.sizes = '100vw';
    img.loading = 'eager';
    if (!img.src) all[at].scrollIntoView();
    frame.replaceChildren(img);
    before.disabled = at === 0;
    next.disabled = at === all.length - 1;
  };
  const step = (/** @type {number} */ way) => {
    if (!all[at + way]) return;
    at += way;
    show();
  };
  before.onclick = () => step(-1);
  next.onclick = () => step(1);
  slot(node, 'close').onclick = () => node.close();
  node.onkeydown = ({ key }) => step(key === 'ArrowLeft' ? -1 : key === 'ArrowRight' ? 1 : 0);
  node.onclose = () => {
    node.remove();
    all[at].closest('button')?.focus();
  };
  addEventListener('hashchange', () => node.close(), { once: true });
  document.body.append(node);
  show();
  node.showModal();
}
