/** In which encoding a feed is written: by its byte order mark, else by its XML declaration, else UTF-8. */
import { Rejection } from '../../core/errors.js';
import type { Losses } from './losses.js';

export interface Encoding {
  /** As TextDecoder calls it. */
  readonly label: string;
  /** Whether `<` is the byte 0x3C wherever it is a sign of its own, so that the file can be split without decoding. */
  readonly bytewise: boolean;
  /** What to say about it with every record. */
  readonly loss?: string;
}

const DECLARATION = /<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']\s*([\w.:-]{1,40})\s*["']/i;
const WIDE = /^(?:utf-?16|ucs-?[24]|utf-?32|iso-10646-ucs|csucs|u16|u32|utf_16|utf_32|unicode)/i;

/** Throws a Rejection (`invalid-encoding`) for one that nothing here can decode. */
export function encodingOf(head: Uint8Array): Encoding {
  const [a, b, c, d] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { label: 'utf-8', bytewise: true };
  if (isUtf32(head)) {
    throw new Rejection('invalid-encoding', 'the file is UTF-32, which is not read; convert it to UTF-8');
  }
  if ((a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c && c === 0 && d !== 0)) {
    return { label: 'utf-16be', bytewise: false };
  }
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0 && c !== 0 && d === 0)) {
    return { label: 'utf-16le', bytewise: false };
  }
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 4_096)).toString('latin1');
  const declared = DECLARATION.exec(start)?.[1];
  // A declaration that can be read byte by byte cannot be of a wide encoding, whatever it says.
  if (declared === undefined || WIDE.test(declared)) return { label: 'utf-8', bytewise: true };
  return (
    known(declared) ?? { label: 'utf-8', bytewise: true, loss: `the encoding ${declared} is unknown; read as UTF-8` }
  );
}

function isUtf32([a, b, c, d]: Uint8Array): boolean {
  if (a === 0 && b === 0) return (c === 0xfe && d === 0xff) || (c === 0 && d === 0x3c);
  return c === 0 && d === 0 && ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0));
}

function known(declared: string): Encoding | undefined {
  for (const name of [declared, declared.replace(/^(?:x-)?cp-?(\d+)$/i, 'windows-$1'), declared.replace(/_/g, '-')]) {
    try {
      const label = new TextDecoder(name).encoding;
      return { label, bytewise: label !== 'iso-2022-jp' && !label.startsWith('utf-16') };
    } catch {
      continue;
    }
  }
  return undefined;
}

type Decoder = InstanceType<typeof TextDecoder>;
const decoders = new Map<string, Decoder>();

function decoderOf(label: string, fatal: boolean): Decoder {
  const key = `${label} ${fatal}`;
  let decoder = decoders.get(key);
  if (!decoder) decoders.set(key, (decoder = new TextDecoder(label, { fatal })));
  return decoder;
}

/** One in so many signs may be wrong; beyond that, the encoding is another one. */
const WRONG_AT_MOST = 1 / 50;

/** Wrong bytes become U+FFFD, named as a loss; where they are many, the record is rejected (`invalid-encoding`). */
export function decode(bytes: Uint8Array, encoding: Encoding, losses: Losses): string {
  if (encoding.loss !== undefined) losses.add(encoding.loss);
  try {
    return decoderOf(encoding.label, true).decode(bytes);
  } catch {
    const text = decoderOf(encoding.label, false).decode(bytes);
    const wrong = text.split('\ufffd').length - 1;
    if (wrong > Math.max(4, text.length * WRONG_AT_MOST)) {
      const line = text.slice(0, text.indexOf('\ufffd')).split('\n').length;
      const detail = `${wrong} places are not ${encoding.label}, the first in line ${line} of the record`;
      throw new Rejection('invalid-encoding', `${detail}; state the right encoding in the XML declaration`);
    }
    losses.add(`${wrong} bytes that are not ${encoding.label} are shown as U+FFFD`);
    return text;
  }
}

/** For looking only: never fails. */
export function decodeLoosely(bytes: Uint8Array, label: string): string {
  return decoderOf(label, false).decode(bytes);
}
