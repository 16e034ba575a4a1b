// What is kept, as its person sees it without a network: a card, its claims in the language of the page, and how it stood last.

import {country} from "/assets/wallet-region.js";
import {paint} from "/assets/wallet-look.js";
import {label} from "/assets/wallet-status.js";
import {fill, moment, say} from "/assets/words.js";

const TONES = {valid: 'pass', suspended: 'paused', revoked: 'fail', expired: 'warning', notYetValid: 'waiting'};
const PICTURE = /^data:image\/(jpeg|png);base64,[A-Za-z0-9+/=]+$/;

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const isolated = text => element('bdi', {}, text);

/** A name in the language of the page; English where that has no other. */
const read = said => said[document.documentElement.lang] || said.en || '';

/** What was kept before copies had every language has one name, in that of its day. */
export const nameOf = kept => (kept.names ? read(kept.names) : kept.name);
export const labelOf = claim => (claim.labels ? read(claim.labels) : claim.label);

/** What a claim says, to be put into the page. */
function valueOf({value, values, region}) {
  if (PICTURE.test(value)) return element('img', {class: 'portrait', src: value, alt: ''});
  if (/^did:/.test(value)) return element('span', {class: 'hash'}, value);
  return isolated(region ? country(value, region) : (values && values[document.documentElement.lang]) || value);
}

/** One row for each claim. */
export const rows = claims =>
  claims.map(claim => element('li', {}, element('span', {}, isolated(labelOf(claim))), element('b', {}, valueOf(claim))));

/** The same as lines of a label. */
export const lines = claims =>
  claims.map(claim => element('span', {class: 'line'}, isolated(labelOf(claim)), ': ', valueOf(claim)));

/** The claims that go out with one that is chosen by name: those of the VC Data Model stand in its subject. */
export const under = ({format, claims = []}, name) =>
  claims.filter(({path}) => path[format === 'dc+sd-jwt' ? 0 : 1] === name);

function card({issuer, look = {}, holderName, ...kept}) {
  const face = element('span', {});
  if (look.logo) face.append(element('img', {class: 'credential-logo', src: look.logo.src, alt: look.logo.alt, width: 48, height: 48}));
  face.append(element('span', {class: 'credential-type'}, isolated(nameOf(kept))), element('span', {class: 'credential-issuer'}, isolated(issuer)));
  const foot = element('span', {class: 'credential-foot'}, element('span', {class: 'credential-holder'}, isolated(holderName || '')));
  const made = element('div', {class: 'credential whole'}, face, foot);
  if (look.kind) made.classList.add(look.kind);
  if (look.ground) Object.assign(made.dataset, {ground: look.ground, text: look.text});
  return made;
}

const passed = (text, now) => Boolean(text) && Date.parse(text) <= now;

/** How it stands as far as a phone alone can tell: by its dates now, else as the wallet saw it last. */
function standing({status = {}, validFrom, validUntil}, now) {
  if (passed(validUntil, now)) return ['expired', say("offline-ended", {at: moment(new Date(validUntil))})];
  if (validFrom && !passed(validFrom, now)) return ['notYetValid', say("offline-not-yet", {at: moment(new Date(validFrom))})];
  const {state = 'unknown', checkedAt} = status;
  return [state, checkedAt ? say("offline-checked", {at: moment(new Date(checkedAt))}) : say("offline-unchecked")];
}

function verdict(kept, now) {
  const [state, sentence] = standing(kept, now);
  return element('div', {class: `verdict ${TONES[state] || 'not-checked'}`},
    element('div', {}, element('h3', {}, label(state)), element('p', {}, sentence)));
}

const fact = (name, text) => (text ? [element('dt', {}, name), element('dd', {}, moment(new Date(text)))] : []);

/** Shows it in the places of the page. `now` is in milliseconds. */
export function showSeen(kept, now) {
  const at = id => document.getElementById(id);
  at('seen-title').textContent = nameOf(kept);
  fill(at('seen-card'), [card(kept), verdict(kept, now)]);
  fill(at('seen-claims'), rows(kept.claims || []));
  fill(at('seen-dates'), [...fact(say("credential-valid-from"), kept.validFrom), ...fact(say("credential-valid-until"), kept.validUntil)]);
  paint();
}
