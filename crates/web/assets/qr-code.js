// Draws text as a QR code (ISO/IEC 18004) with error correction M, versions 1 to 20: enough for what desks and wallets show
// each other. Text of the alphanumeric characters takes less room than other text.

const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

/** By version: error correction bytes of a block, then pairs of how many blocks with how many data bytes. */
const BLOCKS = [
  [10, 1, 16], [16, 1, 28], [26, 1, 44], [18, 2, 32], [24, 2, 43], [16, 4, 27], [18, 4, 31], [22, 2, 38, 2, 39],
  [22, 3, 36, 2, 37], [26, 4, 43, 1, 44], [30, 1, 50, 4, 51], [22, 6, 36, 2, 37], [22, 8, 37, 1, 38],
  [24, 4, 40, 5, 41], [24, 5, 41, 5, 42], [28, 7, 45, 3, 46], [28, 10, 46, 1, 47], [26, 9, 43, 4, 44],
  [26, 3, 44, 11, 45], [26, 3, 41, 13, 42],
];

/** By version: the centres of the alignment patterns. */
const CENTRES = [
  [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50], [6, 30, 54],
  [6, 32, 58], [6, 34, 62], [6, 26, 46, 66], [6, 26, 48, 70], [6, 26, 50, 74], [6, 30, 54, 78], [6, 30, 56, 82],
  [6, 30, 58, 86], [6, 34, 62, 90],
];

const MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (x, y) => y % 2 === 0,
  x => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
  (x, y) => (x * y) % 2 + (x * y) % 3 === 0,
  (x, y) => ((x * y) % 2 + (x * y) % 3) % 2 === 0,
  (x, y) => ((x + y) % 2 + (x * y) % 3) % 2 === 0,
];

/** Draws the code as an SVG element with a quiet zone, and a name for those who do not see it. */
export function draw(text, name) {
  const modules = encode(text);
  const size = modules.length + 8;
  let path = '';
  modules.forEach((row, y) => row.forEach((dark, x) => {
    if (dark) path += `M${x + 4} ${y + 4}h1v1h-1z`;
  }));
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  for (const [key, value] of Object.entries({viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': name,
    'shape-rendering': 'crispEdges', class: 'qr'})) svg.setAttribute(key, value);
  shape.setAttribute('d', path);
  shape.setAttribute('fill', '#000000');
  svg.append(shape);
  return svg;
}

/** Rows of modules, true where dark. A RangeError where the text is too long. */
export function encode(text) {
  const {version, bits} = segment(text);
  const codewords = interleave(padded(bits, version), version);
  const frame = new Frame(version);
  const drawn = MASKS.map((mask, number) => frame.masked(codewords, mask, number));
  return drawn.reduce((best, one) => (penalty(one) < penalty(best) ? one : best));
}

const dataBytes = version => {
  const [, ...groups] = BLOCKS[version - 1];
  return groups.reduce((sum, value, at) => (at % 2 === 0 ? sum + value * groups[at + 1] : sum), 0);
};

/** 7.4: mode, length and characters as bits, in the smallest version that holds them. */
function segment(text) {
  const isAlphanumeric = [...text].every(character => ALPHANUMERIC.includes(character));
  const bytes = new TextEncoder().encode(text);
  for (let version = 1; version <= BLOCKS.length; version += 1) {
    const bits = [];
    const lengthBits = isAlphanumeric ? (version < 10 ? 9 : 11) : (version < 10 ? 8 : 16);
    put(bits, isAlphanumeric ? 0b0010 : 0b0100, 4);
    put(bits, isAlphanumeric ? text.length : bytes.length, lengthBits);
    if (isAlphanumeric) putAlphanumeric(bits, text);
    else bytes.forEach(byte => put(bits, byte, 8));
    if (bits.length <= dataBytes(version) * 8) return {version, bits};
  }
  throw new RangeError('too long for a code');
}

function putAlphanumeric(bits, text) {
  for (let at = 0; at < text.length; at += 2) {
    const [first, second] = [text[at], text[at + 1]].map(one => (one === undefined ? -1 : ALPHANUMERIC.indexOf(one)));
    if (second < 0) put(bits, first, 6);
    else put(bits, first * 45 + second, 11);
  }
}

function put(bits, value, length) {
  for (let at = length - 1; at >= 0; at -= 1) bits.push((value >> at) & 1);
}

/** 7.4.10: the terminator, then bytes that mean nothing. */
function padded(bits, version) {
  const capacity = dataBytes(version) * 8;
  put(bits, 0, Math.min(4, capacity - bits.length));
  while (bits.length % 8 !== 0) bits.push(0);
  for (let filler = 0xec; bits.length < capacity; filler ^= 0xec ^ 0x11) put(bits, filler, 8);
  const bytes = [];
  for (let at = 0; at < bits.length; at += 8) bytes.push(parseInt(bits.slice(at, at + 8).join(''), 2));
  return bytes;
}

/** 7.6: the blocks' data byte by byte, then their error correction. */
function interleave(bytes, version) {
  const [correction, ...groups] = BLOCKS[version - 1];
  const blocks = [];
  let from = 0;
  for (let at = 0; at < groups.length; at += 2) {
    for (let count = 0; count < groups[at]; count += 1) {
      blocks.push(bytes.slice(from, from + groups[at + 1]));
      from += groups[at + 1];
    }
  }
  const columns = lists => Array.from({length: Math.max(...lists.map(list => list.length))},
    (_, at) => lists.map(list => list[at]).filter(value => value !== undefined)).flat();
  return [...columns(blocks), ...columns(blocks.map(block => remainder(block, correction)))];
}

/** Products in the field of 256 elements by x^8 + x^4 + x^3 + x^2 + 1. */
function times(left, right) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((right >> bit) & 1) * left;
  }
  return product;
}

/** 7.5.2: the remainder of the block by the generator polynomial of that degree. */
function remainder(block, degree) {
  let generator = [1];
  for (let power = 0, root = 1; power < degree; power += 1, root = times(root, 2)) {
    const next = [...generator, 0];
    generator.forEach((value, at) => { next[at + 1] ^= times(value, root); });
    generator = next;
  }
  const rest = [...block, ...new Array(degree).fill(0)];
  block.forEach((_, at) => {
    const factor = rest[at];
    generator.forEach((value, place) => { rest[at + place] ^= times(value, factor); });
  });
  return rest.slice(block.length);
}

/** The patterns that every code of a version has. */
class Frame {
  constructor(version) {
    this.version = version;
    this.size = version * 4 + 17;
    this.fixed = this.grid(null);
    this.finders();
    this.timing();
    this.alignment();
    this.reserve();
  }

  grid(value) {
    return Array.from({length: this.size}, () => new Array(this.size).fill(value));
  }

  set(x, y, dark) {
    if (x >= 0 && y >= 0 && x < this.size && y < this.size) this.fixed[y][x] = dark;
  }

  square(x, y, reach, isDark) {
    for (let dy = -reach; dy <= reach; dy += 1) {
      for (let dx = -reach; dx <= reach; dx += 1) {
        this.set(x + dx, y + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))));
      }
    }
  }

  finders() {
    const isDark = distance => distance !== 2 && distance !== 4;
    for (const [x, y] of [[3, 3], [this.size - 4, 3], [3, this.size - 4]]) this.square(x, y, 4, isDark);
  }

  timing() {
    for (let at = 8; at < this.size - 8; at += 1) {
      this.set(at, 6, at % 2 === 0);
      this.set(6, at, at % 2 === 0);
    }
  }

  alignment() {
    const centres = CENTRES[this.version - 1];
    const last = centres[centres.length - 1];
    for (const x of centres) {
      for (const y of centres) {
        const atFinder = (x === 6 && y === 6) || (x === last && y === 6) || (x === 6 && y === last);
        if (!atFinder) this.square(x, y, 2, distance => distance !== 1);
      }
    }
  }

  /** The places of the format and version information, and the dark module. */
  reserve() {
    for (const [x, y] of this.formatPlaces().flat()) this.set(x, y, false);
    this.set(8, this.size - 8, true);
    if (this.version >= 7) this.putVersion();
  }

  /** Two copies of fifteen places, the lowest bit first. */
  formatPlaces() {
    const last = this.size - 1;
    const first = [0, 1, 2, 3, 4, 5, 7, 8].map(y => [8, y]).concat([7, 5, 4, 3, 2, 1, 0].map(x => [x, 8]));
    const second = [0, 1, 2, 3, 4, 5, 6, 7].map(x => [last - x, 8]).concat([6, 5, 4, 3, 2, 1, 0].map(y => [8, last - y]));
    return [first, second];
  }

  putVersion() {
    const value = (this.version << 12) | checked(this.version, 12, 0x1f25);
    for (let at = 0; at < 18; at += 1) {
      const [long, short] = [Math.floor(at / 3), this.size - 11 + (at % 3)];
      const dark = ((value >> at) & 1) === 1;
      this.set(long, short, dark);
      this.set(short, long, dark);
    }
  }

  /** A whole code by one of the masks. */
  masked(codewords, mask, number) {
    const rows = this.fixed.map(row => [...row]);
    const bits = codewords.flatMap(byte => Array.from({length: 8}, (_, at) => (byte >> (7 - at)) & 1));
    let next = 0;
    for (const [x, y] of this.path()) {
      rows[y][x] = (bits[next] === 1) !== mask(x, y);
      next += 1;
    }
    const data = number; // 7.9: level M is 00.
    const format = ((data << 10) | checked(data, 10, 0x537)) ^ 0x5412;
    for (const places of this.formatPlaces()) {
      places.forEach(([x, y], at) => { rows[y][x] = ((format >> at) & 1) === 1; });
    }
    return rows;
  }

  /** 7.7.3: pairs of columns from the right, up and down in turn, without the column of the timing pattern. */
  * path() {
    let upwards = true;
    for (let right = this.size - 1; right > 0; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < this.size; step += 1) {
        const y = upwards ? this.size - 1 - step : step;
        for (const x of [right, right - 1]) if (this.fixed[y][x] === null) yield [x, y];
      }
      upwards = !upwards;
    }
  }
}

/** The remainder of a value by a generator of so many bits. */
function checked(value, length, generator) {
  let rest = value;
  for (let at = 0; at < length; at += 1) rest = (rest << 1) ^ ((rest >> (length - 1)) * generator);
  return rest;
}

/** 7.8.3: what makes a code hard to read; the mask with the least is taken. */
function penalty(rows) {
  const columns = rows.map((_, x) => rows.map(row => row[x]));
  const lines = [...rows, ...columns].reduce((sum, line) => sum + ofLine(line), 0);
  const dark = rows.flat().filter(Boolean).length / rows.length ** 2;
  return lines + ofSquares(rows) + Math.floor(Math.abs(dark * 100 - 50) / 5) * 10;
}

function ofLine(line) {
  const text = line.map(dark => (dark ? '1' : '0')).join('');
  const runs = (text.match(/0{5,}|1{5,}/g) || []).reduce((sum, run) => sum + run.length - 2, 0);
  const finders = (text.match(/(?=10111010000|00001011101)/g) || []).length;
  return runs + finders * 40;
}

function ofSquares(rows) {
  let count = 0;
  for (let y = 1; y < rows.length; y += 1) {
    for (let x = 1; x < rows.length; x += 1) {
      const dark = rows[y][x];
      if (rows[y - 1][x] === dark && rows[y][x - 1] === dark && rows[y - 1][x - 1] === dark) count += 3;
    }
  }
  return count;
}
