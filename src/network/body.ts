/** The body of an answer: content codings undone, bounded, copied aside while it is small. */
import { pipeline, type Duplex, Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { messageOf } from '../core/errors.js';

/** Bodies up to this long stay in memory beside being kept. */
export const IN_MEMORY_BYTES = 4 * 1024 * 1024;
/** A body may take this many times the patience between two chunks, and more the longer it is, at this rate. */
const WHOLE_BODY_PATIENCE = 20;
const SLOWEST_BYTES_PER_MS = 16;
/** Nobody means more than one; a pile of them is a bomb. */
const MAX_CODINGS = 2;

export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}
export class TooSlow extends Error {
  override readonly name = 'TooSlow';
}
/** It is cut short, or not in the coding that it says. */
export class BrokenBody extends Error {
  override readonly name = 'BrokenBody';
}

/**
 * Undoes what Content-Encoding names.
 * @throws BrokenBody where it was not asked for, or is broken or cut short (while iterating)
 */
export function decoded(body: AsyncIterable<Uint8Array>, encoding: string): AsyncIterable<Uint8Array> {
  const codings = encoding
    .toLowerCase()
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && each !== 'identity');
  if (codings.length > MAX_CODINGS) throw new BrokenBody(`${codings.length} content codings on each other`);
  // The one that was put on last comes off first.
  return codings.reduceRight((inner, coding) => undone(inner, coding), body);
}

async function* undone(body: AsyncIterable<Uint8Array>, coding: string): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  const first = await chunks.next();
  // An empty body has no coding, whatever its headers say.
  if (first.done) return;
  let failure: unknown;
  const source = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield first.value;
      for (;;) {
        const next = await chunks.next();
        if (next.done) return;
        yield next.value;
      }
    } catch (error) {
      // What the network did, rather than what the decoder makes of it.
      failure = error;
      throw error;
    } finally {
      await chunks.return?.();
    }
  };
  const decoder = decoderOf(coding, first.value);
  pipeline(Readable.from(source(), { objectMode: false }), decoder, () => undefined);
  try {
    for await (const chunk of decoder as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    if (failure !== undefined) throw failure as Error;
    throw new BrokenBody(`content coding ${coding}: ${messageOf(error)}`, { cause: error });
  }
}

function decoderOf(coding: string, first: Uint8Array): Duplex {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'br':
      return createBrotliDecompress();
    case 'deflate':
      // Zlib's wrapping is meant; some servers send the bare stream. Wrapped, the first byte ends in method 8.
      return ((first[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw();
    default:
      throw new BrokenBody(`content coding ${coding.slice(0, 40)}, which was not asked for`);
  }
}

/** Counts, bounds and copies a body while it is handed on. */
export class Taken {
  bytes = 0;
  private chunks: Uint8Array[] | undefined = [];
  private readonly began = performance.now();

  constructor(
    private readonly maxBytes: number,
    private readonly timeoutMs: number,
  ) {}

  /** @throws TooLarge, TooSlow */
  async *from(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let waited = 0;
    const chunks = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const asked = performance.now();
        const next = await chunks.next();
        waited += performance.now() - asked;
        if (next.done) return;
        this.count(next.value);
        if (waited > this.timeoutMs * WHOLE_BODY_PATIENCE + this.bytes / SLOWEST_BYTES_PER_MS)
          throw new TooSlow(
            `the body comes too slowly: ${this.bytes} bytes in ${Math.round((performance.now() - this.began) / 1000)} s`,
          );
        yield next.value;
      }
    } finally {
      await chunks.return?.();
    }
  }

  private count(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    if (this.bytes > this.maxBytes) throw new TooLarge(`more than ${this.maxBytes} bytes`);
    if (this.bytes > IN_MEMORY_BYTES) this.chunks = undefined;
    else this.chunks?.push(chunk);
  }

  /** The whole of it, where it is small. */
  content(): Buffer | undefined {
    return this.chunks && Buffer.concat(this.chunks);
  }
}
