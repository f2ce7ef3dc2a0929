import { describe, expect, it } from '@jest/globals';
import { describeSource, load, readPackage } from '../../../test/contract/describe-source.js';
import { isRefused, type Reading } from '../../core/reading.js';
import { facebook } from '../facebook/index.js';
import { instagram } from '../instagram/index.js';
import { threads } from './index.js';

const FOLDER = 'src/sources/threads/fixtures';
const ALL = ['account', 'followers', 'likes'] as const;

describeSource(threads, {
  folder: FOLDER,
  fixtures: [
    {
      path: 'export',
      format: 'threads-posts,threads-references,threads-account',
      records: 10,
      read: 10,
      // A post without time, a like of nobody knows what, two lists about the account.
      rejected: 4,
      options: { include: ALL },
    },
    { path: 'page.html', format: 'threads-pages', records: 1, read: 1, rejected: 1 },
    // A post that is quoted, and passed on, is read twice more, second-hand.
    { path: 'captured.ndjson', format: 'threads-zeeschuimer', records: 4, read: 6, rejected: 0 },
  ],
});

it('nobody else holds these files for theirs as surely', () => {
  const members = ['export', 'page.html', 'captured.ndjson'].flatMap((name) => load(`${FOLDER}/${name}`));
  const paths = members.map(({ path }) => path);
  for (const { path, bytes } of members) {
    const member = { path, size: bytes.length, head: bytes, paths };
    const others = [facebook, instagram].map((source) => source.recognise(member)?.confidence ?? 0);
    expect([path, threads.recognise(member)!.confidence > Math.max(...others)]).toEqual([path, true]);
  }
});

describe('captured posts', () => {
  it('take no secret of an address over', async () => {
    const results = await readPackage(threads, load(`${FOLDER}/captured.ndjson`));
    expect(JSON.stringify(results)).not.toContain('secret');
  });

  it('are the same, first-hand and carried by others', async () => {
    const results = await readPackage(threads, load(`${FOLDER}/captured.ndjson`));
    const readings = results
      .flatMap((result) => result.items.flat())
      .filter((item): item is Reading => !isRefused(item));
    const [first] = readings;
    const same = readings.filter((reading) => reading.post === first!.post);
    expect(same.map(({ hand }) => hand)).toEqual(['first', 'second', 'second']);
    expect(new Set(same.map(({ content }) => JSON.stringify(content))).size).toBe(1);
  });
});

describe('locate', () => {
  it.each(['https://www.threads.net/@nour.example/post/DAbCdEfGhIj', 'https://www.threads.com/t/DAbCdEfGhIj?x=1'])(
    '%s',
    (url) => {
      expect(threads.locate!(url)).toBe('https://www.threads.net/t/DAbCdEfGhIj');
    },
  );

  it('not a profile, not another host', () => {
    expect(threads.locate!('https://www.threads.net/@nour.example')).toBeUndefined();
    expect(threads.locate!('https://threads.net.example/t/DAbCdEfGhIj')).toBeUndefined();
  });
});
