/** A secret, from a pipe or from the keyboard without showing it: never from an argument, which `ps` and histories show. */
import type { ReadStream } from 'node:tty';
import { UsageError } from '../core/errors.js';
import { CliExit, type CliIo } from './io.js';

/** What stdin is: a terminal, a pipe, a file. */
export type SecretInput = AsyncIterable<Buffer | string> & Partial<Pick<ReadStream, 'isTTY'>>;

/** No token is longer; a file that was piped in by mistake is. */
const MOST_BYTES = 16 * 1024;

/** @throws UsageError where there is none, or something that is none */
export async function readSecret(io: Pick<CliIo, 'err'>, question: string, input: SecretInput): Promise<string> {
  const text = input.isTTY ? await askHidden(io, question, input as ReadStream) : await readAll(input);
  // Editors and `echo` end a line; a secret does not begin or end with white space.
  const secret = text.trim();
  if (secret === '') throw new UsageError('no secret came: type it when asked, or pipe it in');
  // eslint-disable-next-line no-control-regex -- a header with one of these could not be sent
  if (/[\u0000-\u001f\u007f]/.test(secret))
    throw new UsageError('the secret holds a line break or another control character: one secret, on one line');
  return secret;
}

async function readAll(input: SecretInput): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    const part = Buffer.from(chunk as Buffer);
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new UsageError(`more than ${MOST_BYTES} bytes were piped in: that is no secret`);
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The last is Ctrl-D. */
const ENTER: readonly string[] = ['\r', '\n', '\u0004'];
const INTERRUPT = '\u0003';
const BACKSPACE: readonly string[] = ['\b', '\u007f'];

/** In raw mode the terminal shows nothing of what is typed or pasted. */
async function askHidden(io: Pick<CliIo, 'err'>, question: string, input: ReadStream): Promise<string> {
  input.setRawMode(true);
  io.err(question);
  input.setEncoding('utf8');
  try {
    let typed: string[] = [];
    for await (const text of input as AsyncIterable<string>) {
      for (const char of text) {
        if (ENTER.includes(char)) return typed.join('');
        if (char === INTERRUPT) throw new CliExit(130);
        if (BACKSPACE.includes(char)) typed = typed.slice(0, -1);
        else if (typed.length < MOST_BYTES) typed.push(char);
      }
    }
    return typed.join('');
  } finally {
    input.setRawMode(false);
    input.pause();
    io.err('\n');
  }
}
