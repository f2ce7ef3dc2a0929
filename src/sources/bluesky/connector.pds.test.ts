/** What only a real server shows: edits far down a list, copies, records that are withheld, a place it does not have. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestIo, readingsOf, stepsOf, type TestIo } from '../../../test/support/harvest-io.js';
import { pdsInstalled, startPds, type Pds, type PdsAccount } from '../../../test/support/pds.js';
import type { Captured, Cursor, HarvestStep, PostToSee, SeedView } from '../harvest.js';
import { jetstreamConnector } from './connector-jetstream.js';
import { blueskyConnector as connector } from './connector.js';
import { bluesky } from './index.js';

const installed = pdsInstalled();
const declare = installed ? describe : describe.skip;

declare(`a real PDS${installed ? '' : ' (not installed: skipped)'}`, () => {
  let pds: Pds;
  let nour: PdsAccount;
  let test: TestIo;
  let seed: SeedView;

  beforeAll(async () => {
    pds = await startPds();
    nour = await pds.createAccount('nour');
    test = openTestIo({ hosts: { 'plc.directory': pds.plc } });
    seed = await seedOf(nour);
  }, 60_000);
  afterAll(async () => {
    await test.close();
    await pds.close();
  });

  const seedOf = async ({ did }: PdsAccount): Promise<SeedView> => ({
    ...(await connector.resolve(did, test.io))!,
    backfill: 500,
  });
  const harvest = (since: Cursor | null, of = seed): Promise<HarvestStep[]> =>
    stepsOf(connector.harvest(of, since, test.io));
  const look = (uris: readonly string[], of = seed): Promise<HarvestStep[]> =>
    stepsOf(connector.look!(of, uris.map(toSee), test.io));
  const toSee = (uri: string): PostToSee => ({ post: uri as never, ref: uri.split('/').slice(3).join('/') });
  const captured = (steps: readonly HarvestStep[]): Captured[] =>
    steps.filter((step): step is Captured => step.kind === 'captured');
  const seen = (steps: readonly HarvestStep[]): string[] =>
    captured(steps).flatMap(({ posts }) => posts.map(({ post }) => post));
  const cursorIn = (steps: readonly HarvestStep[]): Cursor => {
    const last = steps.at(-1);
    if (last?.kind !== 'bookmark') throw new Error('the harvest ended without a bookmark');
    return last.cursor;
  };
  /** As moderators do it: the records stay in the repository. */
  const takeDown = async (subject: object): Promise<void> => {
    const answer = await fetch(`${pds.url}/xrpc/com.atproto.admin.updateSubjectStatus`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from('admin:admin-pass').toString('base64')}`,
      },
      body: JSON.stringify({ subject, takedown: { applied: true, ref: 'test' } }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  };

  it('shows an edit that is further down than a list is read', async () => {
    const old = await nour.post('old');
    for (let n = 0; n < 120; n++) await nour.post(`post ${n}`);
    const cursor = cursorIn(await harvest(null));
    await nour.edit(old, 'old, and edited');
    const steps = await harvest(cursor);
    const read = await Promise.all(captured(steps).map((step) => readingsOf(bluesky, test, step)));
    expect(read.flat()).toContainEqual(
      expect.objectContaining({ post: old, content: expect.objectContaining({ text: 'old, and edited' }) }),
    );
    expect(seen(steps)).toContain(old);
    expect(cursorIn(steps)).not.toEqual(cursor);
  });

  it('has nothing to show where only a like was written', async () => {
    const liked = await nour.post('liked');
    const cursor = cursorIn(await harvest(null));
    await nour.like(liked);
    expect((await harvest(cursor)).map(({ kind }) => kind)).toEqual(['bookmark']);
  });

  it('does not send the copy of a post once more, and the copy is seen', async () => {
    const same = { createdAt: '2024-01-01T00:00:00.000Z' };
    await nour.post('twin', same);
    const cursor = cursorIn(await harvest(null));
    const twin = await nour.post('twin', same);
    expect(seen(await harvest(cursor))).toContain(twin);
  });

  it('withholds a record, and says the same of one that was deleted: the tree tells them apart', async () => {
    const [withheld, gone] = [await nour.post('withheld'), await nour.post('gone')];
    const rkey = withheld.slice(withheld.lastIndexOf('/') + 1);
    const query = new URLSearchParams({ repo: nour.did, collection: 'app.bsky.feed.post', rkey });
    const answer = await fetch(`${pds.url}/xrpc/com.atproto.repo.getRecord?${query.toString()}`);
    const { cid } = (await answer.json()) as { cid: string };
    await takeDown({ $type: 'com.atproto.repo.strongRef', uri: withheld, cid });
    await nour.delete(gone);
    expect(await look([withheld, gone])).toMatchObject([
      { kind: 'absence', post: withheld, outcome: 'forbidden', detail: expect.stringContaining('withholds') },
      { kind: 'absence', post: gone, outcome: 'deleted', detail: expect.stringContaining('RecordNotFound') },
    ]);
  });

  it('serves an account no more: its posts are suspended, and not deleted', async () => {
    const layla = await pds.createAccount('layla');
    const of = await seedOf(layla);
    const post = await layla.post('here');
    const cursor = cursorIn(await harvest(null, of));
    await takeDown({ $type: 'com.atproto.admin.defs#repoRef', did: layla.did });
    expect(await harvest(cursor, of)).toMatchObject([{ kind: 'account', state: 'suspended' }]);
    expect(await look([post], of)).toMatchObject([
      { kind: 'account', state: 'suspended' },
      { kind: 'absence', outcome: 'suspended' },
    ]);
  });

  it('does not have the place where its firehose was left: that is told, and the stream begins anew', async () => {
    const url = `${pds.url.replace('http', 'ws')}/xrpc/com.atproto.sync.subscribeRepos`;
    const stream: SeedView = {
      ...(await jetstreamConnector.resolve(url, test.io))!,
      backfill: 0,
      followed: [nour.did],
    };
    const steps = await stepsOf(jetstreamConnector.harvest(stream, { at: 9_999_999 }, test.io));
    expect(steps).toMatchObject([{ kind: 'gap', reason: 'cursor-reset' }, { kind: 'bookmark' }]);
    expect(cursorIn(steps)).not.toHaveProperty('at');
  });
});
