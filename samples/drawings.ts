/**
 * Small pictures, drawn by shapes, written as PNG with 16 colours.
 *
 * The image data stands uncompressed in its zlib frame: deflate's output differs between versions and processors, and
 * these bytes are compared by digest. The ZIP around them packs 60 KB into one or two.
 */

const WIDTH = 400;
const HEIGHT = 300;

const COLOURS = {
  night: 0x10203a,
  wall: 0x6b5a4a,
  sand: 0xd9c7a3,
  paper: 0xf7f2e4,
  board: 0x1f4d3a,
  chalk: 0xf2f2ea,
  wood: 0x8a5a2b,
  glow: 0xffd978,
  flame: 0xff9f2e,
  moon: 0xf4efd0,
  blue: 0x3b6ea5,
  leaf: 0x4f8a4b,
  red: 0xb5443a,
  grey: 0x8d9199,
  ink: 0x22242a,
  white: 0xffffff,
} as const;
type Colour = keyof typeof COLOURS;
const NAMES = Object.keys(COLOURS) as Colour[];

class Canvas {
  private readonly pixels = new Uint8Array(WIDTH * HEIGHT);

  fill(colour: Colour, inside: (x: number, y: number) => boolean): this {
    const index = NAMES.indexOf(colour);
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++) if (inside(x, y)) this.pixels[y * WIDTH + x] = index;
    return this;
  }

  ground(colour: Colour): this {
    return this.fill(colour, () => true);
  }

  box(colour: Colour, left: number, top: number, width: number, height: number): this {
    return this.fill(colour, (x, y) => x >= left && x < left + width && y >= top && y < top + height);
  }

  disc(colour: Colour, cx: number, cy: number, rx: number, ry = rx): this {
    const [a, b] = [rx * rx, ry * ry];
    return this.fill(colour, (x, y) => (x - cx) * (x - cx) * b + (y - cy) * (y - cy) * a <= a * b);
  }

  /** A thick line; integers only, so that every machine draws the same. */
  line(colour: Colour, x1: number, y1: number, x2: number, y2: number, thick: number): this {
    const [dx, dy] = [x2 - x1, y2 - y1];
    const square = dx * dx + dy * dy;
    return this.fill(colour, (x, y) => {
      const along = Math.min(square, Math.max(0, (x - x1) * dx + (y - y1) * dy));
      const [ox, oy] = [(x - x1) * square - along * dx, (y - y1) * square - along * dy];
      return 4 * (ox * ox + oy * oy) <= thick * thick * square * square;
    });
  }

  path(colour: Colour, thick: number, ...points: readonly (readonly [number, number])[]): this {
    for (let i = 1; i < points.length; i++) this.line(colour, ...points[i - 1]!, ...points[i]!, thick);
    return this;
  }

  triangle(colour: Colour, ...[a, b, c]: readonly [readonly number[], readonly number[], readonly number[]]): this {
    const side = (p: readonly number[], q: readonly number[], x: number, y: number): number =>
      (q[0]! - p[0]!) * (y - p[1]!) - (q[1]! - p[1]!) * (x - p[0]!);
    return this.fill(colour, (x, y) => {
      const signs = [side(a, b, x, y), side(b, c, x, y), side(c, a, x, y)];
      return signs.every((sign) => sign >= 0) || signs.every((sign) => sign <= 0);
    });
  }

  png(): Buffer {
    const row = 1 + WIDTH / 2;
    const raw = Buffer.alloc(HEIGHT * row);
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x += 2) {
        const at = y * WIDTH + x;
        raw[y * row + 1 + x / 2] = (this.pixels[at]! << 4) | this.pixels[at + 1]!;
      }
    }
    const header = Buffer.alloc(13);
    header.writeUInt32BE(WIDTH, 0);
    header.writeUInt32BE(HEIGHT, 4);
    header.set([4, 3, 0, 0, 0], 8); // four bits a pixel, palette
    const palette = Buffer.from(
      NAMES.flatMap((name) => [COLOURS[name] >> 16, (COLOURS[name] >> 8) & 255, COLOURS[name] & 255]),
    );
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    return Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('PLTE', palette),
      chunk('IDAT', stored(raw)),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  }
}

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

/** RFC 1950 around one stored block of RFC 1951. */
function stored(data: Buffer): Buffer {
  if (data.length > 0xffff) throw new RangeError('one stored block holds 65,535 bytes');
  const out = Buffer.alloc(data.length + 11);
  out.set([0x78, 0x01, 0x01], 0);
  out.writeUInt16LE(data.length, 3);
  out.writeUInt16LE(data.length ^ 0xffff, 5);
  data.copy(out, 7);
  let [a, b] = [1, 0];
  for (const byte of data) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  out.writeUInt32BE(((b << 16) | a) >>> 0, data.length + 7);
  return out;
}

// zlib.crc32 came with Node 22.
const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(data: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of data) value = CRC[(value ^ byte) & 255]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

const PICTURES = {
  lamp: (c: Canvas) =>
    c
      .ground('wall')
      .box('wood', 90, 40, 220, 200)
      .box('night', 102, 52, 92, 82)
      .box('night', 206, 52, 92, 82)
      .box('night', 102, 146, 92, 82)
      .box('night', 206, 146, 92, 82)
      .disc('moon', 256, 90, 22)
      .disc('night', 266, 84, 20)
      .box('wood', 70, 240, 260, 14)
      .disc('glow', 150, 200, 46, 50)
      .disc('flame', 150, 202, 9, 20)
      .box('ink', 134, 224, 32, 16),
  blackboard: (c: Canvas) =>
    c
      .ground('sand')
      .box('wood', 40, 40, 320, 200)
      .box('board', 54, 54, 292, 172)
      // Alif; baa: a boat and a dot.
      .line('chalk', 300, 90, 300, 190, 9)
      .path('chalk', 9, [240, 130], [236, 158], [218, 170], [176, 170], [158, 158], [154, 130])
      .disc('chalk', 197, 196, 7)
      // A and its little sister.
      .path('chalk', 7, [80, 190], [104, 96], [128, 190])
      .line('chalk', 89, 158, 119, 158, 7)
      .box('white', 180, 240, 46, 8),
  map: (c: Canvas) =>
    c
      .ground('paper')
      .path('grey', 16, [0, 220], [120, 200], [400, 230])
      .path('grey', 12, [120, 0], [120, 200], [100, 300])
      .path('grey', 12, [270, 0], [250, 110], [260, 218])
      .path('grey', 10, [120, 90], [250, 110], [400, 96])
      .box('red', 300, 130, 50, 40)
      .triangle('red', [292, 132], [325, 106], [358, 132])
      .box('wood', 178, 150, 10, 34)
      .disc('leaf', 183, 136, 28, 26)
      .path('blue', 4, [60, 260], [112, 214], [120, 130], [190, 100], [250, 118], [256, 190], [318, 172])
      .disc('blue', 60, 260, 7),
  bell: (c: Canvas) =>
    c
      .ground('sand')
      .box('grey', 110, 130, 150, 90)
      .disc('grey', 185, 220, 75, 24)
      .disc('ink', 185, 130, 75, 20)
      .box('ink', 84, 140, 30, 12)
      .box('ink', 256, 140, 30, 12)
      .line('wood', 330, 60, 268, 112, 10)
      .disc('wood', 336, 54, 20, 14)
      .path('red', 4, [60, 90], [80, 104])
      .path('red', 4, [90, 60], [104, 82])
      .path('red', 4, [140, 46], [146, 72]),
  house: (c: Canvas) =>
    c
      .ground('paper')
      .disc('glow', 330, 60, 30)
      .box('leaf', 0, 230, 400, 70)
      .box('sand', 110, 130, 170, 110)
      .triangle('red', [94, 132], [195, 60], [296, 132])
      .box('wood', 178, 176, 38, 64)
      .box('blue', 128, 152, 32, 30)
      .box('blue', 232, 152, 32, 30),
  cat: (c: Canvas) =>
    c
      .ground('paper')
      .disc('ink', 200, 200, 80, 54)
      .disc('ink', 130, 140, 40)
      .triangle('ink', [96, 124], [98, 82], [124, 106])
      .triangle('ink', [138, 104], [160, 82], [164, 122])
      .disc('glow', 116, 136, 6, 9)
      .disc('glow', 144, 136, 6, 9)
      .path('ink', 12, [272, 190], [320, 160], [318, 110], [340, 92])
      .line('grey', 80, 152, 112, 150, 2)
      .line('grey', 148, 150, 182, 152, 2),
  // Named in tweets.js, and in no ZIP.
  door: (c: Canvas) => c.ground('wall').box('wood', 150, 60, 100, 210).box('night', 160, 70, 24, 200),
  tent: (c: Canvas) =>
    c
      .ground('blue')
      .box('sand', 0, 220, 400, 80)
      .triangle('white', [60, 240], [200, 70], [340, 240])
      .triangle('grey', [170, 240], [200, 130], [230, 240])
      .path('ink', 8, [226, 96], [250, 100], [246, 124], [270, 128]),
  certificate: (c: Canvas) =>
    c
      .ground('wood')
      .box('paper', 50, 40, 300, 220)
      .box('blue', 64, 54, 272, 4)
      .box('blue', 64, 242, 272, 4)
      .line('ink', 110, 100, 290, 100, 8)
      .line('grey', 90, 140, 310, 140, 4)
      .line('grey', 90, 164, 310, 164, 4)
      .line('grey', 90, 188, 240, 188, 4)
      .disc('red', 290, 208, 22)
      .disc('glow', 290, 208, 12),
  sign: (c: Canvas) =>
    c
      .ground('leaf')
      .line('ink', 120, 0, 100, 90, 4)
      .line('ink', 280, 0, 300, 90, 4)
      .box('wood', 60, 86, 280, 130)
      .box('paper', 72, 98, 256, 106)
      .path('blue', 8, [296, 130], [284, 160], [244, 160], [236, 130])
      .disc('blue', 262, 178, 6)
      .path('red', 8, [210, 130], [180, 130], [210, 160], [180, 160])
      .line('leaf', 150, 124, 150, 166, 8)
      .path('flame', 8, [122, 130], [92, 130], [92, 162], [122, 162]),
  /** Of a direct message: sealed. */
  key: (c: Canvas) =>
    c
      .ground('night')
      .disc('glow', 120, 150, 40)
      .disc('night', 120, 150, 22)
      .box('glow', 156, 142, 150, 16)
      .box('glow', 270, 158, 14, 26)
      .box('glow', 292, 158, 14, 34),
  /** The account's picture. */
  avatar: (c: Canvas) =>
    c.ground('blue').disc('paper', 200, 150, 110).box('blue', 130, 96, 140, 110).line('paper', 200, 96, 200, 206, 6),
} satisfies Record<string, (canvas: Canvas) => Canvas>;

export type Picture = keyof typeof PICTURES;

export const SIZE = { width: WIDTH, height: HEIGHT } as const;

export function draw(picture: Picture): Buffer {
  return PICTURES[picture](new Canvas()).png();
}
