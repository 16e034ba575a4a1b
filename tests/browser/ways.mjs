// The ways in which somebody with a wallet goes through a journey: how wide the screen is, which language they read, and whether
// they use a pointer or the keyboard alone. Each journey has a usual way, so that a run has all of them among its journeys;
// WIDTH, SPEAKS and HANDS have everybody with a wallet go another way, which `tests/run --long` does for every pair of the first two.

export const PHONE = {width: 360, height: 640};
export const DESK = {width: 1280, height: 800};

const SIZES = {phone: PHONE, desktop: DESK};
const ALLOWED = {
  WIDTH: Object.keys(SIZES),
  SPEAKS: ['ar', 'en', 'es', 'fr', 'ru', 'zh'],
  HANDS: ['pointer', 'keyboard'],
};

function chosen(variable, usual) {
  const value = process.env[variable] || usual;
  if(!ALLOWED[variable].includes(value)) {
    throw new Error(`${variable} is ${value}; it is one of ${ALLOWED[variable].join(', ')}`);
  }
  return value;
}

/** A way from its words, as in `phone ar keyboard`, and from what the environment says instead. */
export function way(usual) {
  const [width, language, hands] = usual.split(' ');
  return {
    size: SIZES[chosen('WIDTH', width)],
    language: chosen('SPEAKS', language),
    keys: chosen('HANDS', hands) === 'keyboard',
  };
}

/** Whether the journeys are walked in one width and one language, after a run that has looked at every page in all of them. */
export const ONE_WAY = Boolean(process.env.WIDTH && process.env.SPEAKS);
