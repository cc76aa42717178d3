/**
 * The vault: the one piece of code that turns an address into opened bytes (docs/format.md §13, step 5). Knows what the root and the keyrings lead to.
 * Does not know the document, nor how they came here. Throws ReaderError only: its `word` is one of §15.
 */
import { must } from './errors.js';
import { objectPath, sealedLength } from './layout.js';
import { paddedLength } from './padding.js';
import { catalogueFrom, indexFrom, monthSecret, nodeOf, rowFrom } from './chain.js';
import { Current } from './current.js';
import { fetchSealed } from './host.js';
import { CHAIN_PLACE, recall } from './store.js';
import { openNamed, openObject } from './sealed.js';

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./values.js').Reference} Reference */
/** @typedef {import('./values.js').Index} Index */
/** @typedef {import('./values.js').Card} Card */
/** @typedef {Card & { index: Index, audiences: string[], time: number }} Post where its media: addresses are looked up; where it stands; ms */

const tabs = globalThis.document && globalThis.BroadcastChannel ? new BroadcastChannel('pluttra') : null;
if (tabs) tabs.onmessage = () => location.reload(); // a device forgotten in one tab is forgotten in all

/** @template T @param {Map<string, Promise<T>>} known @param {string} id @param {() => Promise<T>} make @returns {Promise<T>} */
function once(known, id, make) {
  const found = known.get(id);
  if (found) return found;
  const made = make();
  made.catch(() => known.delete(id));
  known.set(id, made);
  return made;
}

export class Vault extends EventTarget {
  #current;
  /** @type {[Bytes, Bytes] | null | undefined} the secret of the invitation that was just opened, and the key in it */
  opening;

  /** @param {Current} current */
  constructor(current) {
    super();
    this.#current = current;
  }

  /** From this device alone: null when it has no key, `ready` false when it has kept nothing that opens. @returns {Promise<Vault | null>} */
  static async resume() {
    const current = await Current.resume();
    return current && new Vault(current);
  }

  /** Opens what an invitation gives, and keeps its key beside those the device has. @param {import('./current.js').Invitation} invitation */
  static async adopt(invitation) {
    const vault = new Vault(await Current.adopt(invitation));
    vault.#purge();
    return vault;
  }

  get ready() {
    return Boolean(this.#current.state);
  }

  /** The newest root and keyrings, and what they have opened. Throws ReaderError: host, where nothing is. */
  get opened() {
    return this.#current.opened;
  }

  /** Asks the host for what is new, and lets go of what no longer is. */
  async refresh() {
    const news = await this.#current.refresh();
    if (!news.offline) this.#purge();
    return news;
  }

  /** Later, and once for each root. */
  async #purge() {
    const { digest } = this.opened.root;
    if (!globalThis.document || (await recall('facts', 'purged')) === digest) return;
    setTimeout(() => import('./forget.js').then(({ purge }) => purge(this, digest)).catch(() => {}), 4000);
  }

  /** Reads an object, by its reference or, after a root renewed in between, by the one that stands in its place. @template T @param {Reference} reference @param {(reference: Reference) => Promise<T>} read */
  read(reference, read) {
    const before = this.#current.state;
    return this.#current.lookAgain(async () => read(this.#current.state === before ? reference : await this.#asOfNow(reference)));
  }

  /** @param {Reference} reference @returns {Promise<Reference>} */
  async #asOfNow({ at }) {
    const index = at ? await this.index(at.audience, at.month) : null;
    const holder = at?.post ? index && [...index.posts, ...index.pages].find(({ id }) => id === at.post) : index;
    const found = holder && (at && at.n >= 0 && 'media' in holder ? holder.media[at.n] : holder.page);
    must(found, 'host');
    return found;
  }

  /** A catalogue or an index. @template T @param {string} path @param {(sealed: Bytes) => Promise<T>} open @param {number} [limit] in bytes @returns {Promise<T>} */
  #openChain(path, open, limit) {
    const { files } = this.opened;
    const noted = async (/** @type {Bytes} */ sealed) => {
      const opened = await open(sealed);
      files.set(path, sealed);
      return opened;
    };
    return openNamed(CHAIN_PLACE, path, noted, () => fetchSealed(path, { limit }), this.#current.together.get(path));
  }

  /** @param {string} id */
  #catalogue(id) {
    const { access, catalogues } = this.opened;
    const audience = access.get(id);
    const { where, secret } = audience || {};
    if (!audience || !where || !secret) return null;
    const open = (/** @type {Bytes} */ sealed) => catalogueFrom(sealed, where.digest, secret, audience);
    return once(catalogues, id, () => this.#openChain(objectPath(where.name), open));
  }

  /** The row of a month that this reader may open, or null. @param {string} audience @param {string} month */
  async row(audience, month) {
    const node = nodeOf(this.opened.access.get(audience)?.opens, month);
    const sealed = (await this.#catalogue(audience))?.months.get(month);
    return node && sealed ? rowFrom(sealed, await monthSecret(node, month)) : null;
  }

  get published() {
    return this.opened.root.time;
  }

  get reader() {
    return this.opened.keyrings[0].reader;
  }

  get readers() {
    return this.opened.keyrings.map(({ reader }) => reader);
  }

  get children() {
    return [...new Map(this.opened.keyrings.flatMap(({ children }) => children).map((child) => [child.id, child])).values()];
  }

  get audiences() {
    return [...this.opened.access.values()].map(({ id, kind, title, child }) => ({ id, kind, title, child }));
  }

  /** Newest first, those this reader may open. @param {string} audience @returns {Promise<string[]>} */
  months(audience) {
    return this.#current.lookAgain(async () => {
      const catalogue = await this.#catalogue(audience);
      const opens = this.opened.access.get(audience)?.opens;
      return [...(catalogue?.months.keys() || [])].filter((month) => nodeOf(opens, month));
    });
  }

  /** Null when this reader has no such month. @param {string} audience @param {string} month @returns {Promise<Index | null>} */
  index(audience, month) {
    return this.#current.lookAgain(() =>
      once(this.opened.indexes, `${audience}:${month}`, async () => {
        const row = await this.row(audience, month);
        if (!row) return null;
        const open = (/** @type {Bytes} */ sealed) => indexFrom(sealed, row, audience, month);
        return this.#openChain(objectPath(row.name), open, sealedLength(paddedLength('index', row.length)));
      }),
    );
  }

  /**
   * Newest first, each post once. `child`: those that name the child or lie in its folder, from every audience. Fetches a month at a time.
   * @param {{ audience?: string, child?: string, month?: string }} [wanted] @returns {AsyncGenerator<Post, void, void>}
   */
  async *posts({ audience, child, month } = {}) {
    const audiences = audience ? [audience] : [...this.opened.access.keys()];
    const home = child && this.children.find(({ id }) => id === child)?.audience;
    const found = await Promise.all(audiences.map((id) => this.months(id)));
    const months = [...new Set(found.flat())].filter((one) => !month || one === month).sort().reverse();
    for (const one of months) {
      const having = audiences.filter((_, i) => found[i].includes(one));
      const indexes = await Promise.all(having.map((id) => this.index(id, one)));
      /** @type {Map<string, Post>} */
      const posts = new Map();
      for (const index of indexes) {
        for (const card of index?.posts || []) {
          if (child && card.home !== home && !card.children.some(([id]) => id === child)) continue;
          const known = posts.get(card.id);
          const where = [...(known?.audiences || []), /** @type {Index} */ (index).audience];
          if (known && (this.opened.access.get(where[0])?.kind === 'staff' || known.media.length >= card.media.length)) known.audiences = where;
          else posts.set(card.id, { ...card, index: /** @type {Index} */ (index), audiences: where, time: Date.parse(card.date) });
        }
      }
      yield* [...posts.values()].sort((a, b) => b.time - a.time || (a.id < b.id ? -1 : 1));
    }
  }

  /** Null when this reader has no such post. @param {string} id @returns {Promise<Post | null>} */
  async post(id) {
    for await (const post of this.posts()) if (post.id === id) return post;
    return null;
  }

  /** The HTML fragment of a card's or an index's page, sanitised by the publisher. @param {Reference} reference @returns {Promise<string>} */
  page(reference) {
    return once(this.opened.pages, reference.name, async () => new TextDecoder().decode(await this.read(reference, (found) => openObject(found, 'page'))));
  }

  /** Paths of the root and the keyrings. */
  get paths() {
    return this.#current.paths;
  }

  /** Where sealed answers are left: what the keyring says of the drop box, or null. */
  get drop() {
    return this.opened.keyrings[0].drop;
  }

  /** Forgets this device: keys, memory, everything sealed, the worker. */
  async forget() {
    this.#current.forget();
    await (await import('./forget.js')).forgetAll();
    tabs?.postMessage('forgotten');
  }
}
