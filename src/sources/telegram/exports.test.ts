/**
 * Real exports, where they lie beside the project, against what an independent reader found in them. They are other
 * people's and never part of the project.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { load, readPackage } from '../../../test/contract/describe-source.js';
import { sha256 } from '../../core/digest.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { telegram } from './index.js';

const FOLDER = '../shared/data/exports';
const present = existsSync(`${FOLDER}/EXPECTED-other.json`);

interface Expected {
  readonly items: number;
  readonly posts: number;
  readonly service: number;
  readonly edited: number;
  readonly unkeyed?: number;
  readonly visibility: Readonly<Record<string, number>>;
  readonly spots?: readonly (readonly [key: string | null, text: string, time: string])[];
  readonly keysSha256?: string;
  readonly refs?: { readonly reply?: number };
  readonly albumIds?: readonly string[];
}

/** Where we read otherwise than the oracle, and why. */
const EXPLAINED: Readonly<Record<string, { readonly why: string; readonly posts: number }>> = {
  'telegram/chat-miner/telegram/test_batch_export.json': {
    why: 'neither chat nor message has an id; the oracle counts no keyed post, we keep both, known by their place in the file',
    posts: 2,
  },
  'telegram/chat-miner/telegram/test_single_export.json': {
    why: 'as above: a key that holds within the accession keeps the text, where rejecting it would lose it',
    posts: 2,
  },
};

/** Our URI as the oracle writes keys. */
function oracleKey(uri: string): string | null {
  const channel = /^https:\/\/t\.me\/c\/(\d+)\/(\d+)$/.exec(uri);
  if (channel) return `telegram:channel:${channel[1]}:${channel[2]}`;
  const page = /^perdure:telegram:[0-9a-f]{64}:html:([^:]+):(\d+)$/.exec(uri);
  if (page) return `telegram:html:${decodeURIComponent(page[1]!).split('/').pop()}:${page[2]}`;
  const chat = /^perdure:telegram:(?:\d+|[0-9a-f]{64}):([a-z_]+):(\d+):(\d+)$/.exec(uri);
  return chat ? `telegram:${chat[1]}:${chat[2]}:${chat[3]}` : null;
}

/** As the oracle cuts a text for comparison. */
function start(text: string | undefined): string {
  return [...(text ?? '').replace(/\s+/g, ' ').trim()].slice(0, 60).join('');
}

(present ? describe : describe.skip)(`real Telegram exports${present ? '' : ' (not on this machine)'}`, () => {
  const expected = present
    ? (JSON.parse(readFileSync(`${FOLDER}/EXPECTED-other.json`, 'utf8')) as Record<string, Expected>)
    : {};
  // jest wants a case even where all of them are skipped.
  const cases = present ? Object.keys(expected).filter((key) => key.startsWith('telegram/')) : ['absent'];

  it.each(cases)('%s', async (path) => {
    const oracle = expected[path]!;
    const results = await readPackage(telegram, load(`${FOLDER}/${path}`));
    const items = results.flatMap((result) => result.items.flat());
    const readings = items.filter((item): item is Reading => !isRefused(item));
    const refused = items.filter(isRefused);
    const explained = EXPLAINED[path];

    const visibility = { ...oracle.visibility };
    for (const key of Object.keys(visibility)) {
      visibility[key] = readings.filter((reading) => reading.content?.visibility === key).length;
    }
    const keys = new Set(readings.map((reading) => reading.post));
    expect({
      items: readings.length,
      posts: keys.size,
      service: refused.filter((item) => item.refused === 'service-message').length,
      others: refused.filter((item) => item.refused !== 'service-message').map((item) => item.refused),
      edited: readings.filter((r) => r.content?.updated ?? r.content?.extra?.['edited']).length,
      replies: readings.filter((r) => r.content?.inReplyTo !== undefined).length,
      visibility,
    }).toEqual({
      items: oracle.items,
      posts: explained?.posts ?? oracle.posts,
      service: oracle.service,
      others: oracle.items + oracle.service === 0 ? ['not-a-post'] : [],
      edited: oracle.edited,
      replies: oracle.refs?.reply ?? 0,
      visibility: oracle.visibility,
    });

    const seen = readings.map((r) => [oracleKey(r.post), start(r.content?.text), r.content?.published?.at] as const);
    for (const spot of oracle.spots ?? []) expect(seen).toContainEqual(spot);
    if (oracle.keysSha256 !== undefined) {
      const listed = seen.map(([key]) => key!).sort();
      expect(sha256(listed.join('\n')).slice(0, 16)).toBe(oracle.keysSha256);
    }
    if (oracle.albumIds) expect(readings[0]?.content?.extra?.['albumIds']).toEqual(oracle.albumIds);
  });

  it('explains every disagreement of a case that exists', () => {
    expect(Object.keys(EXPLAINED).filter((path) => !cases.includes(path))).toEqual([]);
  });

  it('claims no other platform’s files', () => {
    const claimed: string[] = [];
    for (const entry of readdirSync(FOLDER, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = `${entry.parentPath}/${entry.name}`;
      const path = file.slice(FOLDER.length + 1);
      if (path.startsWith('telegram/')) continue;
      const bytes = readFileSync(file);
      const head = { path, size: bytes.length, head: bytes.subarray(0, 65_536), paths: [path] };
      if (telegram.recognise(head)) claimed.push(path);
    }
    expect(claimed).toEqual([]);
  });
});
