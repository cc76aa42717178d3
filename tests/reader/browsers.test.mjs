/** Which browser it is, by what real ones say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browserOf } from '../../theme/static/reader/browsers.js';

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const SAFARI = `${IPHONE} Version/17.5 Mobile/15E148 Safari/604.1`;
const WINDOW = `${IPHONE} Mobile/15E148`;
const ANDROID = 'Mozilla/5.0 (Linux; Android 14; Pixel 8';
const worker = {};

function told(userAgent, more = {}, alone = false) {
  const { system, place, install } = browserOf({ userAgent, serviceWorker: worker, ...more }, alone);
  return `${system} ${place} ${install}`;
}

test('Safari on an iPhone is its own browser (and Gmail, which calls itself the same, can not be told from it), and so is an iPad that calls itself a Mac', () => {
  assert.equal(told(SAFARI), 'ios own ios');
  assert.equal(told('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15', { maxTouchPoints: 5 }), 'ios own ios');
});

test('windows inside apps on an iPhone are told by their names, and by what they lack', () => {
  const facebook = `${WINDOW} [FBAN/FBIOS;FBAV/465.0.0.37.103;FBDV/iPhone14,2;FBMD/iPhone]`;
  const instagram = `${WINDOW} Instagram 331.0.0.36.119 (iPhone14,2; iOS 17_5_1; sv_SE)`;
  const google = `${IPHONE} GSA/315.0.629483957 Mobile/15E148 Safari/604.1`;
  for (const agent of [facebook, instagram, google, WINDOW]) assert.equal(told(agent), 'ios app ios');
  assert.equal(told(SAFARI, { serviceWorker: undefined }), 'ios app ios');
});

test('the home screen is no app to leave, though it says less than Safari', () => {
  assert.equal(told(WINDOW, { standalone: true, serviceWorker: undefined }), 'ios home-screen ios');
  assert.equal(told(`${ANDROID}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36`, {}, true), 'android home-screen android');
});

test('other browsers on an iPhone are neither Safari nor apps', () => {
  for (const name of ['CriOS/126.0.6478.54', 'FxiOS/127.0', 'EdgiOS/125.0.2535.96']) assert.equal(told(`${IPHONE} ${name} Mobile/15E148 Safari/604.1`), 'ios foreign ios-foreign');
});

test('Android: Chrome, Samsung, Firefox, and a window inside an app', () => {
  const rest = 'AppleWebKit/537.36 (KHTML, like Gecko)';
  assert.equal(told(`${ANDROID}) ${rest} Chrome/126.0.0.0 Mobile Safari/537.36`), 'android own android');
  assert.equal(told(`${ANDROID}) ${rest} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36`), 'android own android-samsung');
  assert.equal(told('Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0'), 'android own android-firefox');
  assert.equal(told(`${ANDROID} Build/AP1A; wv) ${rest} Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/468.0]`), 'android app android');
});

test('computers', () => {
  const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
  assert.equal(told(`${mac} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15`, { maxTouchPoints: 0 }), 'mac own mac-safari');
  assert.equal(told(`${mac} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36`), 'mac own desktop');
  assert.equal(told('Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0'), 'other own bookmark');
});
