/**
 * Which browser this is, as far as it tells: an app's own window, the home screen, a browser. Knows user agents. Does not know the document.
 * It can't know all: Gmail on an iPhone shows pages in a window that says, in everything a page may ask, that it is Safari.
 */

/** @typedef {'ios' | 'android' | 'mac' | 'other'} System */
/** @typedef {'home-screen' | 'app' | 'foreign' | 'own'} Place `app`: a window inside an app; `foreign`: a browser on an iPhone that isn't Safari; `own`: what looks like the system's own browser */
/** @typedef {{system: System, place: Place, install: string}} Browser `install`: by which explanation it is put on the home screen */
/** @typedef {{userAgent: string, maxTouchPoints?: number, standalone?: boolean, serviceWorker?: unknown}} Told what a navigator says */

const APPS = /FBA[NV]|FB_IAB|FBIOS|Instagram|Messenger|Snapchat|musical_ly|Bytedance|TikTok|Twitter|LinkedInApp|Pinterest|MicroMessenger|WhatsApp|\bLine\/|\bGSA\/|Gmail|Outlook|Teams|Slack|Telegram/i;
const FOREIGN = /CriOS|FxiOS|EdgiOS|OPiOS|OPT\/|OPX\/|DuckDuckGo|Ddg\/|Brave|Focus\/|Klar\/|Vivaldi|YaBrowser|Ecosia/i;

/** @param {Told} told @param {boolean} [alone] the page has a window without a browser around it @returns {Browser} */
export function browserOf({ userAgent: agent, maxTouchPoints = 0, standalone, serviceWorker }, alone = false) {
  const ios = /\biP(hone|ad|od)\b/.test(agent) || (/\bMacintosh\b/.test(agent) && maxTouchPoints > 1);
  /** @type {System} */
  const system = ios ? 'ios' : /\bAndroid\b/.test(agent) ? 'android' : /\bMacintosh\b/.test(agent) ? 'mac' : 'other';
  /** @type {Place} */
  let place = 'own';
  if (standalone || alone) place = 'home-screen';
  else if (APPS.test(agent) || (ios && !/Safari\//.test(agent)) || /; wv\)/.test(agent)) place = 'app';
  else if (ios && FOREIGN.test(agent)) place = 'foreign';
  else if (ios && !serviceWorker) place = 'app'; // calls itself Safari, and lacks what only Safari gets
  return { system, place, install: installOf(system, place, agent) };
}

/** @param {System} system @param {Place} place @param {string} agent */
function installOf(system, place, agent) {
  if (system === 'ios') return place === 'foreign' ? 'ios-foreign' : 'ios';
  if (system === 'android') return /Firefox\//.test(agent) ? 'android-firefox' : /SamsungBrowser/.test(agent) ? 'android-samsung' : 'android';
  if (/Firefox\//.test(agent)) return 'bookmark';
  return system === 'mac' && !/Chrom(e|ium)\//.test(agent) ? 'mac-safari' : 'desktop';
}

/** This very browser. */
export function presentBrowser() {
  const { userAgent, maxTouchPoints, standalone, serviceWorker } = /** @type {Navigator & {standalone?: boolean}} */ (navigator);
  return browserOf({ userAgent, maxTouchPoints, standalone, serviceWorker }, matchMedia('(display-mode: standalone)').matches);
}
