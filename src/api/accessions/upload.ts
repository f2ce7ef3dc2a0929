/**
 * One uploaded file as a stream, whichever way it came: as the body itself, or as the file part of a form.
 *
 * Whoever reads the chunks gets all of them or an error: a client that goes away, a form without its closing boundary,
 * a digest that does not fit, a service that stops. Bytes are passed on, never gathered.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { messageOf } from '../../core/errors.js';
import { Problem } from '../http/problem.js';

export interface Upload {
  /** As the client calls the file; undefined when it says nothing. */
  readonly name: string | undefined;
  /** What the form says beside its file; it stands before the file. */
  readonly fields: Readonly<Record<string, string>>;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Whoever does not want the rest says so; the chunks end with an error. */
  dismiss(): void;
}

/** So long may a client send nothing at all. */
const IDLE_MS = 120_000;
const BUFFER_BYTES = 1024 * 1024;

/** @throws Problem when there is no file in the request */
export async function openUpload(message: IncomingMessage, stopping: AbortSignal): Promise<Upload> {
  const { headers } = message;
  if (headers['content-length'] === '0' || (headers['content-length'] ?? headers['transfer-encoding']) === undefined) {
    throw new Problem(
      'invalid',
      'There is no file: send it as the body of the request, or as the file part of a form.',
    );
  }
  const body = bodyOf(message, stopping);
  const dismiss = (): void => {
    body.destroy();
    drain(message, stopping.aborted ? 500 : 10_000);
  };
  if (!/^multipart\/form-data\b/i.test(headers['content-type'] ?? '')) {
    const chunks = checked(body, digestOf(headers['content-digest']) ?? digestOf(headers['repr-digest']));
    return { name: fileName(headers['content-disposition']), fields: {}, chunks, dismiss };
  }
  try {
    return { ...(await openForm(body, message)), dismiss };
  } catch (error) {
    dismiss();
    throw error;
  }
}

/** Reads on for a while, so that a client that still sends gets to see our answer; then the connection ends. */
function drain(message: IncomingMessage, ms: number): void {
  message.unpipe();
  if (message.complete || message.destroyed) return;
  let left = 64 * 1024 * 1024;
  const end = setTimeout(() => message.destroy(), ms);
  end.unref();
  message.on('close', () => clearTimeout(end));
  message.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) message.destroy();
  });
  message.resume();
}

/** The body behind a stream of its own: that one can fail without taking the connection, and our answer, with it. */
function bodyOf(message: IncomingMessage, stopping: AbortSignal): Readable {
  const body = new PassThrough({ highWaterMark: BUFFER_BYTES });
  const fail = (error: Error): void => void body.destroy(error);
  const onStopping = (): void =>
    fail(new Problem('stopping', 'Nothing of this upload was kept: send it again in a moment.'));
  const brokeOff = (): void => fail(new Problem('invalid', 'The upload broke off; nothing was kept.'));
  const onClose = (): void => {
    if (!message.complete) brokeOff();
  };
  message.setTimeout(IDLE_MS, () =>
    fail(new Problem('invalid', `Nothing came for ${IDLE_MS / 1000} s; nothing was kept.`)),
  );
  message.once('error', brokeOff);
  message.once('close', onClose);
  stopping.addEventListener('abort', onStopping, { once: true });
  body.once('close', () => {
    stopping.removeEventListener('abort', onStopping);
    message.off('close', onClose);
    message.setTimeout(0);
    message.unpipe(body);
    // A later complaint of the connection concerns nobody any more; unheard, it would end the process.
    message.on('error', () => undefined);
  });
  // Whoever reads the chunks hears of an error; nobody need be reading yet.
  body.on('error', () => undefined);
  if (stopping.aborted) onStopping();
  message.pipe(body);
  return body;
}

// ── as the body itself ──────────────────────────────────────────────────────────────────────────────────────────────

/** @param announced SHA-256 in base64, by the client's own word */
async function* checked(body: Readable, announced: string | undefined): AsyncGenerator<Uint8Array> {
  if (announced === undefined) {
    yield* body as AsyncIterable<Uint8Array>;
    return;
  }
  const hash = createHash('sha256');
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    yield chunk;
  }
  const found = hash.digest('base64');
  if (found === announced) return;
  throw new Problem('digest-mismatch', `The body's digest is sha-256=:${found}:, announced was sha-256=:${announced}:`);
}

/** SHA-256 out of a Content-Digest or Repr-Digest field (RFC 9530); other algorithms are not asked. */
function digestOf(field: string | string[] | undefined): string | undefined {
  return /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/.exec(String(field ?? ''))?.[1];
}

/** The name in a Content-Disposition (RFC 6266); the extended form, which can say every name, wins. */
export function fileName(disposition: string | undefined): string | undefined {
  const extended = /filename\*=UTF-8''([^;\s]+)/i.exec(disposition ?? '')?.[1];
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended);
    } catch {
      return undefined; // not UTF-8, whatever it says
    }
  }
  const plain = /filename=(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition ?? '');
  const text = plain?.[1]?.replace(/\\(.)/g, '$1') ?? plain?.[2];
  // Node hands headers out as Latin-1; clients write UTF-8.
  return text === undefined ? undefined : Buffer.from(text, 'latin1').toString('utf8');
}

// ── as a part of a form ─────────────────────────────────────────────────────────────────────────────────────────────

const LIMITS = { fields: 32, fieldSize: 64 * 1024, headerSize: 16 * 1024, parts: 34 };

function openForm(body: Readable, message: IncomingMessage): Promise<Omit<Upload, 'dismiss'>> {
  return new Promise((resolve, reject) => {
    const fields = new Map<string, string>();
    let file: Readable | undefined;
    /** Something that came after the file, which is on its way to the disk already. */
    let late: Problem | undefined;
    /** Why the form as a whole is no good. The stream of its file ends with it, or with a vaguer word of the parser. */
    let failure: Error | undefined;
    const parser = parserOf(message);
    const ended = new Promise<void>((settle, fail) => {
      parser.once('finish', settle);
      parser.once('error', (error) =>
        fail(new Problem('invalid', `The form is damaged or cut short (${messageOf(error)}); nothing was kept.`)),
      );
      body.once('error', fail);
    });
    parser.on('field', (name, value, _nameCut, valueCut) => {
      if (valueCut) late ??= new Problem('invalid', `The form field ${JSON.stringify(name)} is too long.`);
      if (file)
        late ??= new Problem('invalid', `The form field ${JSON.stringify(name)} comes after the file: send it before.`);
      fields.set(name, value);
    });
    parser.on('file', (_field, stream, name) => {
      if (file) {
        late ??= new Problem('invalid', 'The form holds more than one file: send them one by one.');
        stream.resume();
        return;
      }
      file = stream;
      // Whoever reads it hears of an error; nobody need be reading yet.
      stream.on('error', () => undefined);
      resolve({ name, fields: Object.fromEntries(fields), chunks: whole(stream, ended, () => failure ?? late) });
    });
    ended.then(
      () => reject(late ?? new Problem('invalid', 'There is no file in the form.')),
      (error: Error) => {
        failure = error;
        body.unpipe(parser);
        file?.destroy(error);
        reject(error);
      },
    );
    body.pipe(parser);
  });
}

function parserOf({ headers }: IncomingMessage): BusboyInstance {
  try {
    return new Busboy({ headers: { ...headers, 'content-type': headers['content-type'] ?? '' }, limits: LIMITS });
  } catch (error) {
    throw new Problem('invalid', `The form cannot be read: ${messageOf(error)}`);
  }
}

/** A file ends where its form ends well: before, nobody knows whether it was cut short. */
async function* whole(
  file: Readable,
  ended: Promise<void>,
  problem: () => Error | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    yield* file as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw problem() ?? error;
  }
  await ended;
  const late = problem();
  if (late) throw late;
}
