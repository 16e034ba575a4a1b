// The result as a person at a desk reads it: one large word, then who and what, then every check. Built of elements, never
// of markup, so nothing that a credential says can become part of the page.

const CLASSES = {valid: 'pass', invalid: 'fail', undetermined: 'not-checked'};
const RESULTS = {pass: 'pass', fail: 'fail', notChecked: 'not-checked'};
const LONGEST = 300;

/** An element with attributes and children; text children are text. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** The whole result; `age` is what is known of how old the pack's knowledge is, in words. */
export function resultView({report, words, knowledge, policy, age, isReplayable}) {
  const parts = [verdict(report, words, policy, age)];
  if (isReplayable) parts.push(replayable(words));
  parts.push(nextButton(words));
  parts.push(...report.credentials.map(one => credentialCard(one, words, knowledge)));
  parts.push(checksCard(report, words));
  if (report.predicates.length > 0) parts.push(predicatesCard(report, words));
  return parts;
}

/** What is shown where this page itself failed: nothing was verified. */
export function unforeseenView(words) {
  return [
    element('div', {class: 'verdict not-checked desk-verdict', role: 'status', tabindex: '-1', 'data-testid': 'verdict',
      'data-outcome': 'unforeseen'}, element('div', {},
      element('h1', {}, words.say('desk-not-verified')), element('p', {}, words.say('desk-not-verified-why')))),
    nextButton(words),
  ];
}

function nextButton(words) {
  return element('div', {class: 'actions'},
    element('button', {type: 'button', class: 'large', id: 'desk-next', 'data-testid': 'next'}, words.say('desk-next')));
}

/** The word stands in large letters, so the sentence beside it goes on without it. */
function verdict(report, words, policy, age) {
  const word = words.say(`word-${report.outcome}`);
  const sentence = words.outcome(report, policy.title);
  const rest = sentence.startsWith(word) ? sentence.slice(word.length).replace(/^[.。]\s*/, '') : sentence;
  const tone = CLASSES[report.outcome];
  return element('div', {class: `verdict ${tone} desk-verdict`, role: 'status', tabindex: '-1', 'data-testid': 'verdict',
    'data-outcome': tone}, element('div', {},
    element('h1', {}, word), element('p', {}, rest),
    element('p', {class: 'small', 'data-testid': 'age'}, words.say('desk-known-ago', {age}))));
}

function replayable(words) {
  return element('div', {class: 'banner waiting', role: 'note', 'data-testid': 'replayable'},
    element('strong', {}, words.say('desk-replayable')), element('p', {}, words.say('desk-replayable-why')));
}

function credentialCard({claims, types, issuer, issuerName}, words, knowledge) {
  const {language} = words;
  const facts = element('dl', {class: 'facts'});
  const add = (label, value) => facts.append(element('dt', {}, label), element('dd', {}, element('bdi', {}, value)));
  for (const [name, value] of Object.entries(claims ?? {}).filter(([one]) => one !== 'id')) {
    add(knowledge.claimName(types, name, language) ?? name, plain(value));
  }
  if (issuer) add(words.say('page-issued-by'), issuerName ?? issuer);
  return element('div', {class: 'card gap-above'},
    element('h2', {}, knowledge.kindName(types, language) ?? words.say('page-credential')), facts,
    element('p', {class: 'small muted'}, words.say('desk-gone')));
}

function checksCard(report, words) {
  const subject = report.credentials.length > 0 ? 'credential' : 'presentation';
  const lines = report.checks.map(check => element('li',
    {class: RESULTS[check.result], 'data-check': check.name, 'data-code': check.code},
    element('div', {}, element('strong', {}, words.say(`check-${check.name}`)), words.sentence(check, subject)),
    element('span', {class: 'check-result'},
      words.say(`result-${check.result}`) + (check.required ? '' : ` (${words.say('page-optional')})`))));
  const evidence = report.checks.filter(check => Object.keys(check.evidence).length > 0)
    .flatMap(check => evidenceOf(check, words));
  return element('div', {class: 'card gap-above'}, element('h2', {}, words.say('page-checks')),
    element('ul', {class: 'checks'}, ...lines),
    element('details', {class: 'gap-above'}, element('summary', {}, words.say('page-evidence')), ...evidence));
}

function predicatesCard(report, words) {
  const lines = report.predicates.map(one => element('li',
    {class: RESULTS[one.result], 'data-check': one.name, 'data-code': one.code},
    element('div', {}, element('strong', {}, words.say(`predicate-${one.name}`)), words.sentence(one)),
    element('span', {class: 'check-result'}, words.say(`result-${one.result}`))));
  return element('div', {class: 'card gap-above'}, element('h2', {}, words.say('page-predicates')),
    element('ul', {class: 'checks', 'data-testid': 'predicates'}, ...lines));
}

function evidenceOf(check, words) {
  const facts = element('dl', {class: 'facts'});
  for (const [name, value] of Object.entries(check.evidence)) {
    const text = words.moment(plain(value));
    facts.append(element('dt', {}, words.say(`evidence-${name}`)), element('dd', {class: 'hash'},
      element('bdi', {}, text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)));
  }
  return [element('h3', {}, words.say(`check-${check.name}`)), facts];
}

/** A value on one line. An organisation is shown by its name. */
function plain(value) {
  if (value === null) return '';
  if (Array.isArray(value)) return value.map(plain).join(', ');
  if (typeof value !== 'object') return String(value);
  if ('text' in value && value.constructor?.name === 'InexactNumber') return value.text;
  return 'name' in value ? plain(value.name) : Object.values(value).map(plain).join(', ');
}
