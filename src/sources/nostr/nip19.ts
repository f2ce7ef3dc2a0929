/**
 * The names that people pass around for keys and events (NIP-19): bech32 over the raw bytes, or over a list of
 * type-length-value entries. Bech32 is BIP-173's, without its limit of 90 characters.
 */
const CHARSET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const VALUE = new Map([...CHARSET].map((char, index) => [char, index]));
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
/** Longer than any real one; a bound, because texts hold whatever their authors put there. */
const MAX_LENGTH = 2_048;

export type Name =
  | { readonly type: 'event'; readonly id: string; readonly author?: string }
  | { readonly type: 'key'; readonly key: string; readonly relays?: readonly string[] }
  | { readonly type: 'address'; readonly kind: number; readonly author: string; readonly identifier: string };

/** Undefined for what is none of note, nevent, npub, nprofile, naddr, or does not add up. */
export function decodeName(text: string): Name | undefined {
  const decoded = decodeBech32(text);
  if (!decoded) return undefined;
  const { prefix, bytes } = decoded;
  if (prefix === 'note') return bytes.length === 32 ? { type: 'event', id: hex(bytes) } : undefined;
  if (prefix === 'npub') return bytes.length === 32 ? { type: 'key', key: hex(bytes) } : undefined;
  const entries = entriesOf(bytes);
  const [special, author, kind] = [entries.get(0), entries.get(2), entries.get(3)];
  if (!special) return undefined;
  if (prefix === 'nprofile')
    return special.length === 32 ? { type: 'key', key: hex(special), relays: relaysIn(bytes) } : undefined;
  if (prefix === 'nevent') {
    if (special.length !== 32) return undefined;
    return { type: 'event', id: hex(special), ...(author?.length === 32 && { author: hex(author) }) };
  }
  if (prefix !== 'naddr' || author?.length !== 32 || kind?.length !== 4) return undefined;
  const identifier = Buffer.from(special).toString('utf8');
  return { type: 'address', kind: Buffer.from(kind).readUInt32BE(0), author: hex(author), identifier };
}

/** `npub1…` of a public key, `note1…` of an event's id; both are 32 bytes in hex. */
export function encodeName(prefix: 'npub' | 'note', key: string): string {
  const words = regroup(Buffer.from(key, 'hex'), 8, 5, true)!;
  let sum = PREFIX_SUMS[prefix];
  let out = `${prefix}1`;
  for (const word of words) {
    sum = step(sum, word);
    out += CHARSET[word]!;
  }
  for (let i = 0; i < 6; i++) sum = step(sum, 0);
  sum ^= 1;
  for (let i = 0; i < 6; i++) out += CHARSET[(sum >>> (5 * (5 - i))) & 31]!;
  return out;
}

function decodeBech32(text: string): { prefix: string; bytes: number[] } | undefined {
  if (text.length > MAX_LENGTH || (text !== text.toLowerCase() && text !== text.toUpperCase())) return undefined;
  const lower = text.toLowerCase();
  const one = lower.lastIndexOf('1');
  if (one < 1 || lower.length - one < 8) return undefined;
  const prefix = lower.slice(0, one);
  const words: number[] = [];
  for (let i = one + 1; i < lower.length; i++) {
    const value = VALUE.get(lower[i]!);
    if (value === undefined) return undefined;
    words.push(value);
  }
  if (words.reduce(step, prefixSum(prefix)) !== 1) return undefined;
  const bytes = regroup(words.slice(0, -6), 5, 8, false);
  return bytes && { prefix, bytes };
}

/** The checksum is a remainder, taken word by word: first of what the prefix spells. */
function prefixSum(prefix: string): number {
  let sum = 1;
  for (let i = 0; i < prefix.length; i++) sum = step(sum, prefix.charCodeAt(i) >> 5);
  sum = step(sum, 0);
  for (let i = 0; i < prefix.length; i++) sum = step(sum, prefix.charCodeAt(i) & 31);
  return sum;
}

function step(sum: number, word: number): number {
  const top = sum >>> 25;
  let next = ((sum & 0x1ffffff) << 5) ^ word;
  for (let i = 0; i < 5; i++) if (((top >>> i) & 1) === 1) next ^= GENERATOR[i]!;
  return next;
}

const PREFIX_SUMS = { npub: prefixSum('npub'), note: prefixSum('note') };

/** Bits in groups of another width; undefined when what is left over is no padding. */
function regroup(values: ArrayLike<number>, from: number, to: number, pad: boolean): number[] | undefined {
  const out: number[] = [];
  let held = 0;
  let bits = 0;
  for (let i = 0; i < values.length; i++) {
    held = ((held << from) | values[i]!) & 0xfff;
    bits += from;
    while (bits >= to) {
      bits -= to;
      out.push((held >> bits) & ((1 << to) - 1));
    }
  }
  const rest = (held << (to - bits)) & ((1 << to) - 1);
  if (pad) {
    if (bits > 0) out.push(rest);
  } else if (bits >= from || rest !== 0) return undefined;
  return out;
}

/** The first entry of each type. */
function entriesOf(bytes: readonly number[]): Map<number, number[]> {
  const entries = new Map<number, number[]>();
  for (const [type, value] of entriesIn(bytes)) if (!entries.has(type)) entries.set(type, value);
  return entries;
}

/** Entries of type 1: where the account's events may be found. */
function relaysIn(bytes: readonly number[]): string[] {
  return [...entriesIn(bytes)].flatMap(([type, value]) => (type === 1 ? Buffer.from(value).toString('utf8') : []));
}

function* entriesIn(bytes: readonly number[]): Generator<readonly [type: number, value: number[]]> {
  for (let i = 0; i + 2 <= bytes.length;) {
    const [type, length] = [bytes[i]!, bytes[i + 1]!];
    const value = bytes.slice(i + 2, i + 2 + length);
    if (value.length === length) yield [type, value];
    i += 2 + length;
  }
}

function hex(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString('hex');
}
