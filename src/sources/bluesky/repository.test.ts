/** Repositories beyond the golden files: any order of blocks, damage, old versions, other people's signatures. */
import { describe, expect, it } from '@jest/globals';
import { readPackage } from '../../../test/contract/describe-source.js';
import { carOf, commitBlock, didDocument, repository, signer, tid, type Block } from '../../../test/support/atproto.js';
import { isOfPost, isProfile, isRefused, type Reading } from '../../core/reading.js';
import { bluesky } from './index.js';

const DID = 'did:plc:rim1nobody';
const KEY = signer('rim');
const NOW = '2024-12-08T04:10:00.000Z';
const REV = tid(NOW);

const RECORDS = Object.fromEntries(
  Array.from({ length: 300 }, (_, i) => {
    const rkey = tid(new Date(Date.parse(NOW) + i * 1000).toISOString());
    return [`app.bsky.feed.post/${rkey}`, { $type: 'app.bsky.feed.post', text: `${i}`, createdAt: NOW }];
  }),
);
const repo = repository(DID, REV, RECORDS, KEY);
const all: readonly Block[] = [repo.commit, ...repo.nodes, ...repo.records.values()];

async function read(car: Buffer, document?: unknown, path = 'rim.car') {
  const documents = document ? [{ path: 'did.json', bytes: Buffer.from(JSON.stringify(document)) }] : [];
  return (await readPackage(bluesky, [{ path, bytes: car }, ...documents], {}, 1_000)).flatMap(({ items }) =>
    items.flat(),
  );
}

function readings(items: Awaited<ReturnType<typeof read>>): Reading[] {
  return items.filter(isOfPost);
}

function refusals(items: Awaited<ReturnType<typeof read>>): string[] {
  return items.filter(isRefused).map(({ refused }) => refused);
}

/** A copy whose bytes are not those that its CID names. */
function damaged({ cid, data }: Block): Block {
  const bytes = Buffer.from(data);
  bytes[bytes.length - 1]! ^= 1;
  return { cid, data: bytes };
}

describe('a repository', () => {
  it.each([
    ['the tree first', all],
    ['the tree last', [...all].reverse()],
    ['by CID', [...all].sort((a, b) => a.cid.compare(b.cid))],
    ['each block twice', [...all, ...all]],
  ])('whose blocks stand in any order: %s', async (_, blocks) => {
    const items = await read(carOf(repo.commit, blocks));
    expect(refusals(items)).toEqual([]);
    const found = readings(items).map(({ post, content }) => [post.slice(`at://${DID}/`.length), content!.text]);
    const expected = Object.entries(RECORDS).map(([key, { text }]) => [key, text]);
    expect(new Map(found as [string, string][])).toEqual(new Map(expected as [string, string][]));
    expect(found).toHaveLength(expected.length);
  });

  it('is seen as of its commit, unless that has no time', async () => {
    const [first] = readings(await read(carOf(repo.commit, all)));
    expect(first!.observedAt).toEqual({ at: { at: NOW, precision: 'ms', zone: 'utc' }, basis: 'manifest' });
    const old = repository(DID, REV, RECORDS, KEY, 2);
    const [second] = readings(await read(carOf(old.commit, [old.commit, ...old.nodes, ...old.records.values()])));
    expect(second).toMatchObject({ post: first!.post });
    expect(second!.observedAt).toBeUndefined();
  });

  it('refuses a damaged record, and nothing else with it', async () => {
    const [first, ...rest] = repo.records.values();
    const items = await read(carOf(repo.commit, [repo.commit, ...repo.nodes, damaged(first!), ...rest]));
    expect(refusals(items)).toEqual(['malformed']);
    expect(readings(items)).toHaveLength(299);
  });

  it('does not give names by a damaged node', async () => {
    const [node, ...nodes] = repo.nodes;
    const items = await read(carOf(repo.commit, [repo.commit, damaged(node!), ...nodes, ...repo.records.values()]));
    const [own, ...below] = refusals(items);
    expect(own).toBe('malformed');
    expect(below.length).toBeGreaterThan(0);
    expect(new Set(below)).toEqual(new Set(['no-identity']));
    expect(readings(items).length + below.length).toBe(300);
  });

  it('that was cut off gives what there is, and says so', async () => {
    const whole = carOf(repo.commit, all);
    const items = await read(whole.subarray(0, whole.length - 50));
    expect(readings(items)).toHaveLength(299);
    expect(refusals(items)).toEqual(['truncated']);
  });

  it.each([
    ['without its commit', carOf(repo.commit, all.slice(1)), 'truncated'],
    ['whose commit was altered', carOf(repo.commit, [damaged(repo.commit), ...all.slice(1)]), 'malformed'],
    ['whose root is no commit', carOf(repo.nodes[0]!, all), 'not-supported'],
    ['of version 1', carOf(commitBlock(DID, REV, repo.nodes.at(-1)!, KEY, 1), all), 'truncated'],
    ['in a CAR of version 2', Buffer.from('0aa16776657273696f6e02' + '00'.repeat(40), 'hex'), 'not-supported'],
    ['that is no CAR', Buffer.from('hello'), 'truncated'],
  ])('%s is refused as a whole', async (_, car, reason) => {
    const ranges = bluesky.split(once(car), 'bluesky-car', 'x.car');
    await expect(ranges[Symbol.asyncIterator]().next()).rejects.toMatchObject({ reason });
  });

  it('is proven by the key in its DID document, of either curve; by another key it is not, and that is told', async () => {
    const profile = { 'app.bsky.actor.profile/self': { $type: 'app.bsky.actor.profile', displayName: 'ريم' } };
    for (const curve of ['k256', 'p256'] as const) {
      const key = signer('rim', curve);
      const { commit, nodes, records } = repository(DID, REV, profile, key);
      const car = carOf(commit, [commit, ...nodes, ...records.values()]);
      const lossesBy = async (document?: unknown) =>
        (await read(car, document)).filter(isProfile).map(({ profile: { name }, losses }) => [name, losses]);
      expect(await lossesBy()).toEqual([['ريم', undefined]]);
      expect(await lossesBy(didDocument(DID, 'rim.example', key))).toEqual([['ريم', undefined]]);
      expect(await lossesBy({ [DID]: didDocument(DID, 'rim.example', key) })).toEqual([['ريم', undefined]]);
      expect(await lossesBy(didDocument(DID, 'rim.example', signer('sami', curve)))).toEqual([
        ['ريم', [expect.stringContaining('sig: not by the key')]],
      ]);
    }
  });

  it('with a key that is no place for a record refuses that record', async () => {
    const { commit, nodes, records } = repository(DID, REV, { 'no place': { $type: 'app.bsky.feed.post' } }, KEY);
    expect(refusals(await read(carOf(commit, [commit, ...nodes, ...records.values()])))).toEqual(['no-identity']);
  });

  it('is passed over as far as it is no record: blobs, nodes of old trees, old commits', async () => {
    const old = repository(DID, tid('2024-12-07T00:00:00.000Z'), { 'app.bsky.feed.post/a': { text: 'old' } }, KEY);
    const items = await read(carOf(repo.commit, [...all, old.commit, ...old.nodes]));
    expect(refusals(items)).toEqual([]);
  });
});

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
