/**
 * Handed any file of the lot, alone and under a name that says nothing, Perdure says what it is or that it does not know.
 * Compared with what an independent reader says of each; skipped, saying so, where the files are absent.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { decompress } from 'fzstd';
import { answersFor, decide } from '../../src/pipeline/recognise.js';
import { packingOf } from '../../src/pipeline/unpack/packing.js';
import { isWarc } from '../../src/pipeline/unpack/warc-records.js';
import { SOURCES } from '../../src/sources/index.js';
import { HEAD_BYTES } from '../../src/sources/source.js';

const EXPORTS = join('..', 'shared', 'data', 'exports');
const HERE = existsSync(EXPORTS);

interface Expected {
  readonly family?: string;
  readonly format?: string;
  readonly kind?: string;
}

const load = (name: string): Record<string, Expected> =>
  HERE ? (JSON.parse(readFileSync(join(EXPORTS, name), 'utf8')) as Record<string, Expected>) : {};
const expected = { ...load('EXPECTED-x.json'), ...load('EXPECTED-other.json') };
const files = Object.keys(expected).filter((path) => {
  const full = join(EXPORTS, path);
  return existsSync(full) && statSync(full).isFile() && statSync(full).size > 0;
});

const SOURCE_OF: Readonly<Record<string, string>> = {
  twarc: 'x',
  'x-api-v1.1': 'x',
  'x-api-v2': 'x',
  'x-archive': 'x',
  zeeschuimer: 'x',
  activitypub: 'mastodon',
  'mastodon-archive': 'mastodon',
  'mastodon-rest': 'mastodon',
  feeds: 'feed',
};
/** Renderings of no platform, which other tools make for tests: whose they are is said by their format. */
const CROSS: Readonly<Record<string, string>> = { as2: 'mastodon', bsky: 'bluesky', feed: 'feed', rss: 'feed' };
const HOLDS_POSTS = new Set([
  'posts',
  'messages',
  'comments',
  'private messages',
  'feed',
  'post-history',
  'message',
  'activity lists',
]);

/** What else is found, and why that is right. */
const TWINS =
  'Messenger and Instagram write conversations alike, and a lone file does not say which: the person is asked';
const EXPLAINED: Readonly<Record<string, readonly [found: string, why: string]>> = {
  'facebook/messenger/2A_7M.json': ['ambiguous: facebook, instagram', TWINS],
  'instagram/chat-miner/test_export.json': ['ambiguous: facebook, instagram', TWINS],
};

function sourceOf({ family = '', format = '' }: Expected): string | undefined {
  if (family === 'cross-format') return CROSS[format];
  return SOURCE_OF[family] ?? family;
}

function headOf(path: string): Buffer {
  const file = openSync(join(EXPORTS, path), 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

function unpacked(path: string, packing: 'gzip' | 'zstd'): Buffer {
  const whole = readFileSync(join(EXPORTS, path));
  const bytes = packing === 'gzip' ? gunzipSync(whole) : Buffer.from(decompress(whole));
  return bytes.subarray(0, HEAD_BYTES);
}

/** `source`, `ambiguous: a, b`, or `nothing`. */
function found(path: string, name: string): string {
  const head = headOf(path);
  const packing = packingOf(head);
  if (packing === 'zip' || packing === 'tar' || isWarc(head)) return 'a package';
  const bytes = packing === 'gzip' || packing === 'zstd' ? unpacked(path, packing) : head;
  if (packing === 'gzip' && (isWarc(bytes) || packingOf(bytes) === 'tar')) return 'a package';
  const answers = answersFor(
    { path: name, size: statSync(join(EXPORTS, path)).size, head: bytes, paths: [name] },
    SOURCES,
  );
  const decision = decide(answers, false);
  if ('ambiguous' in decision) return `ambiguous: ${decision.ambiguous.map(({ source }) => source).join(', ')}`;
  return decision.answer?.source ?? 'nothing';
}

(HERE ? describe : describe.skip)(`recognition of real files${HERE ? '' : ` (skipped: no ${EXPORTS})`}`, () => {
  const families = [...new Set(files.map((path) => expected[path]!.family ?? ''))];

  it.each(families)('%s', (family) => {
    const wrong: string[] = [];
    for (const path of files) {
      const theirs = expected[path]!;
      if ((theirs.family ?? '') !== family) continue;
      const source = sourceOf(theirs);
      for (const name of [basename(path), 'file.bin']) {
        const ours = found(path, name);
        if (ours === 'a package' || ours === EXPLAINED[path]?.[0]) continue;
        const right =
          ours === source || (ours === 'nothing' && !(HOLDS_POSTS.has(theirs.kind ?? '') && source !== undefined));
        if (!right)
          wrong.push(
            `${path} as ${name} (${theirs.format ?? ''} ${theirs.kind ?? ''}): ${ours}, not ${source ?? 'nothing'}`,
          );
      }
    }
    expect(wrong).toEqual([]);
  });
});
