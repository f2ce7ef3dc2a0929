/** Records of looks: what is written is what is read. */
import { describe, expect, it } from '@jest/globals';
import { sha256 } from '../core/digest.js';
import { actorUri, postUri } from '../core/uri.js';
import type { Exchange } from './harvest.js';
import { accountLookRecord, lookRecord, readLook } from './look.js';

const exchange = {
  seq: 3,
  url: 'https://pds.example/xrpc/x',
  status: 400,
  at: '2024-01-01T00:00:00.000Z',
  digest: sha256('{"error":"RepoTakendown"}'),
} as Exchange;
const observedAt = { at: { at: '2024-01-01T00:00:00.000Z', precision: 'ms', zone: 'utc' }, basis: 'http' };
const actor = actorUri('did:plc:nour1nobody');
const post = postUri('at://did:plc:nour1nobody/app.bsky.feed.post/1');

describe('a look', () => {
  it('of a post says what was found of it', () => {
    const line = lookRecord({ kind: 'absence', post, outcome: 'notFound', detail: '404', exchange });
    expect(readLook(Buffer.from(line))).toEqual([{ post, outcome: 'notFound', hand: 'first', observedAt }]);
  });

  it('of an account says what the platform said of it, and names the exchange that it rests on', () => {
    const line = accountLookRecord({ actor, status: 'suspended', detail: 'RepoTakendown', exchange });
    expect(readLook(Buffer.from(line))).toEqual([
      { actor, profile: { status: 'suspended' }, hand: 'first', observedAt },
    ]);
    expect(JSON.parse(line)).toMatchObject({ exchange: { seq: 3, digest: `sha256:${exchange.digest}` } });
  });

  it.each(['{', '{}', '{"actor":"did:plc:x","status":"odd","exchange":{"at":"2024-01-01T00:00:00.000Z"}}', '[]'])(
    'that is none is refused: %s',
    (line) => {
      expect(() => readLook(Buffer.from(line))).toThrow('not the record of a look');
    },
  );
});
