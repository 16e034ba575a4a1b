// The gallery of the wallet's pages, in English and in Arabic beside each other: which there are, how a picture is made small,
// and the page that shows them. Run by itself it writes docs/gallery.md; `tests/run --gallery` makes pictures and page anew.
import {existsSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

export const LANGUAGES = ['en', 'ar'];
const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));
const FOLDER = 'screenshots/pages';
/** Of a picture, in bytes: of a phone, and of an officer's wider page. */
const MOST = {phone: 40_000, officer: 80_000};
/** A page that is longer is cut: what is told of it stands at its top. */
const TALLEST = 1500;

/** Journeys, and the pictures of each: name, what it shows. Those of a desk are as wide as a desk's screen. */
export const JOURNEYS = [
  ['The first visit', [
    ['first', 'The first page, with the languages on top'],
    ['wallet-entry', 'Opened by a link: sign in, or make a wallet'],
    ['pin', 'A phone without a screen lock gets a PIN'],
    ['support-link', 'What officers read from a support code'],
    ['no-such-page', 'An address that leads nowhere'],
  ]],
  ['Receiving a certificate', [
    ['wallet-offer', 'Who offers what, proven by the registry'],
    ['wallet-offer-wrong-code', 'A wrong code'],
    ['wallet-received', 'Received'],
    ['wallet-offer-sign-in', 'A code, or signing in at the organisation'],
    ['wallet-organisations', 'Asking an organisation that offered nothing'],
    ['wallet-organisation', 'What it gives to whoever signs in'],
    ['wallet-offer-wish', 'Signing in there comes first'],
    ['wallet-sign-in-denied', 'They did not agree'],
    ['offer-link', 'A link that cannot be used'],
    ['wallet-home-empty', 'A wallet with nothing in it'],
    ['home', 'What is held, what waits, and a warning'],
    ['credentials', 'One certificate'],
    ['credentials-card', 'A card to be printed: choose'],
    ['printed-card', 'The card'],
  ]],
  ['Showing a certificate', [
    ['wallet-consent', 'Who asks, for what, and what would be shown'],
    ['wallet-shown', 'Shown'],
    ['wallet-refused', 'Said no'],
    ['shared', 'What I shared, with receipts'],
    ['looked', 'Who looked at me'],
    ['activity', 'Activity'],
  ]],
  ['Without a network', [
    ['wallet-kept', 'A copy on the phone'],
    ['offline-kept', 'What is kept, in airplane mode'],
    ['offline-seen', 'One of them, looked at there'],
    ['offline-code', 'The desk’s code'],
    ['offline-claims', 'What to show, and to whom'],
    ['offline-answer', 'The answer, as codes in turn'],
    ['offline-replayable', 'Without the desk’s code'],
  ]],
  ['The yearly proof', [
    ['wallet-year-open', 'The year on the first page: begin'],
    ['wallet-existence', 'With the passkey alone'],
    ['wallet-existence-sent', 'Sent: the reference for the officer'],
    ['wallet-existence-confirmed', 'Confirmed, with the receipt'],
    ['wallet-year-home-after', 'Done, and until when'],
    ['wallet-certificate', 'The certificate'],
    ['wallet-capture', 'With pictures: three movements'],
    ['wallet-capture-again-photograph', 'What to do better'],
    ['wallet-capture-denied', 'No camera is no dead end'],
    ['wallet-capture-sent', 'Sent, with pictures'],
    ['wallet-appeal', 'Refused; another look is asked for'],
    ['wallet-form-waits', 'A signed form, sent as a picture, is with an officer'],
    ['wallet-form-accepted', 'The form counted'],
    ['wallet-ahead-ready', 'The phone is ready for airplane mode'],
    ['wallet-ahead-proof', 'In airplane mode'],
    ['wallet-ahead-made', 'Made; it waits'],
    ['wallet-ahead-sent', 'Sent, with both times'],
  ]],
  ['Enrolment', [
    ['wallet-enrol-entry', 'The invitation is opened'],
    ['wallet-enrol-wrong-code', 'Number and code do not fit'],
    ['wallet-enrol-no-time', 'No time is free'],
    ['wallet-enrol-choose', 'Choosing a time'],
    ['wallet-enrol-booked', 'The appointment'],
    ['wallet-enrol-proposed', 'Almost done'],
    ['wallet-enrol-approved', 'Enrolled'],
    ['wallet-enrol-separation', 'A separating official has a credential instead of a code'],
    ['wallet-enrol-separated', 'The organisation vouched'],
  ]],
  ['Account and recovery', [
    ['account', 'The account'],
    ['ways-in', 'Ways into the wallet'],
    ['recovery-code', 'The recovery code, shown once'],
    ['recover', 'Using it'],
    ['recovered', 'Back in: what comes next'],
    ['recover-help-ask', 'Neither passkey nor code: asking two officers'],
    ['recover-help', 'The code for the officers'],
    ['deleted', 'The wallet is deleted'],
  ]],
  ['At a desk: the person', [
    ['visit', 'The person’s wallet at an officer’s desk'],
    ['ways-in-visit', 'Ways in, at the desk'],
    ['existence-visit', 'The yearly proof at a station'],
    ['queued', 'Taken without a line: it waits, sealed'],
    ['finished', 'The visit is over without a line'],
    ['acting', 'A guardian acts'],
    ['wallet-station-enrol-sent', 'Enrolled at a station: with the Fund now'],
  ]],
  ['At a desk: the officer', [
    ['officers-closed', 'Officers sign in'],
    ['officers-join', 'Becoming an officer'],
    ['officers', 'Requests for help'],
    ['officers-requests', 'One request'],
    ['officers-desk', 'The desk'],
    ['officers-stations', 'Stations'],
    ['officers-mandates', 'Representatives'],
    ['officers-mandates-one', 'One representative'],
  ]],
];

/** Pages of the other services, and the wallet's among officers, as `picture` puts them into the folder above. */
const OTHERS = [
  ['console-overview', 'Console: overview'],
  ['console-staff', 'Console: staff'],
  ['console-import-faults', 'Console: what is wrong with a list, row by row'],
  ['console-approvals', 'Console: what waits for a second person'],
  ['console-keys-rotated', 'Console: a signing key was rotated'],
  ['console-request-answered', 'Console: an answer without pictures'],
  ['console-request-station', 'Console: an answer from a station'],
  ['console-desk-call', 'Console: the call of an enrolment'],
  ['console-desk-second', 'Console: the second officer decides'],
  ['console-desk-separation', 'Console: an organisation vouched for the person'],
  ['console-desk-station', 'Console: enrolled at a station'],
  ['wallet-station-proof', 'Wallet: the yearly proof on the tablet of a station'],
  ['verifier-report-valid', 'Verifier: valid'],
  ['verifier-report-entitlement', 'Verifier: a certificate of entitlement'],
  ['registry-explorer', 'Registry: the explorer'],
];

const SHOWN = new Map(JOURNEYS.flatMap(([heading, pictures]) =>
  pictures.map(([name]) => [name, heading === 'At a desk: the officer' ? {width: 1000, height: 800} : {width: 360, height: 640}])));

/** Puts the page as it is into the gallery, where its list has it. */
export async function hang(page, docs, language, name) {
  const size = SHOWN.get(name);
  if(!docs || !size || !LANGUAGES.includes(language)) {
    return;
  }
  const folder = join(docs, 'pages');
  mkdirSync(folder, {recursive: true});
  const before = page.viewportSize();
  await page.setViewportSize(size);
  await page.evaluate(() => scrollTo(0, 0));
  const height = Math.min(TALLEST, await page.evaluate(() => document.documentElement.scrollHeight));
  const most = size.width > 360 ? MOST.officer : MOST.phone;
  const clip = {x: 0, y: 0, width: size.width, height};
  for(let quality = 70, bytes = Infinity; bytes > most && quality > 5; quality -= 8) {
    bytes = (await page.screenshot({path: join(folder, `${language}-${name}.jpg`), type: 'jpeg', quality, clip, fullPage: true})).length;
  }
  await page.setViewportSize(before);
}

/** The page of the gallery. */
export function written() {
  const wide = heading => heading === 'At a desk: the officer';
  const sections = JOURNEYS.map(([heading, pictures]) => {
    const width = wide(heading) ? 420 : 270;
    const rows = pictures.map(([name, caption]) => {
      const cells = LANGUAGES.map(language => `<img src="${FOLDER}/${language}-${name}.jpg" alt="${caption} (${language})" width="${width}">`);
      return `| ${caption} | ${cells.join(' | ')} |`;
    });
    return `## ${heading}\n\n| | English | العربية |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# Every page of the wallet, in both directions\n\nOn a phone of 360 pixels, left to right and right to left; the officers' pages as on a desk. \`tests/run --gallery --only browser\`\nmakes the pictures anew, on the way through the journeys that the browser tests walk.\n\n${sections.join('\n')}\n${others()}`;
}

function others() {
  const shown = OTHERS.map(([name, caption]) => `| ${caption} | <img src="screenshots/${name}.jpg" alt="${caption}" width="560"> |`);
  return `## The other services\n\n| | |\n| --- | --- |\n${shown.join('\n')}\n`;
}

/** What the list has and the folder has not, and the other way round. */
export function missing() {
  const folder = join(DOCS, FOLDER);
  const there = existsSync(folder) ? readdirSync(folder) : [];
  const wanted = LANGUAGES.flatMap(language => [...SHOWN.keys()].map(name => `${language}-${name}.jpg`));
  const others = OTHERS.map(([name]) => `${name}.jpg`).filter(name => !existsSync(join(DOCS, 'screenshots', name)));
  return [...wanted.filter(name => !there.includes(name)), ...there.filter(name => !wanted.includes(name)), ...others];
}

export const PAGE = join(DOCS, 'gallery.md');

if(process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(PAGE, written());
  const amiss = missing();
  console.log(`${PAGE}: ${SHOWN.size} pages, ${amiss.length ? `amiss: ${amiss.join(' ')}` : 'every picture is there'}`);
  process.exitCode = amiss.length ? 1 : 0;
}
