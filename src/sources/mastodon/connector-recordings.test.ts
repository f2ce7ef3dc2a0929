/**
 * Answers that a GoToSocial server gave, played back: ULIDs, no `uri` in accounts, histories with the newest first. They
 * lie outside the project; where they are absent, nothing here runs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openTestIo, readingsOf, stepsOf } from '../../../test/support/harvest-io.js';
import { startTape, type Reply } from '../../../test/support/tape-server.js';
import { isRefused, type Reading } from '../../core/reading.js';
import type { SeedView } from '../harvest.js';
import { mastodonConnector } from './connector.js';
import { mastodon } from './index.js';

const RECORDINGS = join('..', 'shared', 'data', 'recordings', 'gotosocial');
const present = existsSync(RECORDINGS);
const HOST = 'localhost:18282';
const ACTOR = `http://${HOST}/users/archivist`;
const ACCOUNT = '01BTQFGTB0779A8QSGZX6M94X7';
const EDITED = '01M82GAVPM5A36XEXR05WRYQPD';

function recorded(name: string): Reply {
  const link = /^Link: (.*)$/m.exec(readFileSync(join(RECORDINGS, `${name}.headers`), 'latin1'))?.[1];
  const headers = { 'content-type': 'application/json', ...(link !== undefined && { link: link.trim() }) };
  return { headers, body: readFileSync(join(RECORDINGS, `${name}.json`)) };
}

describe(present ? 'a recorded server' : 'a recorded server (not here: nothing runs)', () => {
  (present ? it : it.skip)('is followed, from the handle to the versions of an edited post', async () => {
    const self = { rel: 'self', type: 'application/activity+json', href: ACTOR };
    const list = `GET /api/v1/accounts/${ACCOUNT}/statuses`;
    const tape = await startTape({
      'GET /.well-known/webfinger': { body: { subject: `acct:archivist@${HOST}`, links: [self] } },
      'GET /api/v1/accounts/lookup': recorded('accounts_lookup_acct_archivist'),
      [list]: ({ query }) =>
        query.has('max_id') || query.has('pinned') ? { body: [] } : recorded(`accounts_${ACCOUNT}_statuses_limit_40`),
      [`GET /api/v1/statuses/${EDITED}/history`]: recorded(`statuses_${EDITED}_history`),
    });
    const test = openTestIo({ hosts: { [HOST]: tape.url } });
    try {
      const resolved = await mastodonConnector.resolve(`@archivist@${HOST}`, test.io);
      expect(resolved).toEqual({
        uri: ACTOR,
        name: `@archivist@${HOST}`,
        settings: { origin: `http://${HOST}`, accountId: ACCOUNT, acct: `archivist@${HOST}` },
      });
      const seed: SeedView = { ...resolved!, backfill: 40 };
      const steps = await stepsOf(mastodonConnector.harvest(seed, null, test.io));
      expect(steps.map(({ kind }) => kind)).toEqual(['captured', 'captured', 'bookmark', 'bookmark']);
      const captures = steps.filter((step) => step.kind === 'captured');
      const items = await Promise.all(captures.map((step) => readingsOf(mastodon, test, step)));
      const readings = items.flat().filter((item): item is Reading => !isRefused(item));
      expect(readings).toHaveLength(items.flat().length);
      const edited = readings.filter(({ post }) => post === `${ACTOR}/statuses/${EDITED}`);
      expect(edited.map(({ content, edition }) => [content!.text!.slice(0, 20), edition])).toEqual([
        ['Hello archive EDITED', 1795380573],
        ['Hello archive EDITED', 1795380573],
        ['Hello archive #test ', 1795380571],
      ]);
      for (const { content, hand } of readings) expect([content!.attributedTo, hand]).toEqual([ACTOR, 'first']);
    } finally {
      await test.close();
      await tape.close();
    }
  });
});
