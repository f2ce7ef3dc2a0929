/** From what people type to a seed. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openTestIo, type TestIo } from '../../../test/support/harvest-io.js';
import { keyFor, startRelay, type SmallRelay } from '../../../test/support/nostr-relay.js';
import { startTape, type Reply, type Tape } from '../../../test/support/tape-server.js';
import { UsageError } from '../../core/errors.js';
import type { ResolvedSeed } from '../harvest.js';
import { nostrConnectorWith } from './connector.js';
import { named } from './harvest-name.js';

const nour = keyFor('nour');
const other = keyFor('somebody else');
const HOST = 'paper.example';
const connector = nostrConnectorWith(300);

let test: TestIo;
let tape: Tape;
let relay: SmallRelay;
beforeEach(async () => {
  tape = await startTape();
  relay = await startRelay();
  test = openTestIo({ hosts: { [HOST]: tape.url } });
});
afterEach(async () => {
  await test.close();
  await tape.close();
  await relay.close();
});

const resolve = (text: string): Promise<ResolvedSeed | undefined> => connector.resolve(text, test.io);
const names = (reply: Reply): void => tape.on('GET /.well-known/nostr.json', reply);

describe('what is typed', () => {
  const RELAY = 'wss://relay.example';

  it.each<[string, string[]]>([
    [nour.npub, []],
    [`nostr:${nour.npub}`, []],
    [nour.pubkey, []],
    [nour.pubkey.toUpperCase(), []],
    [`${nour.npub} ${RELAY}`, [RELAY]],
    [`${nour.npub}  ${RELAY}/  wss://two.example/inbox?x=1`, [RELAY, 'wss://two.example/inbox?x=1']],
    [`${nour.npub}?relay=${RELAY}`, [RELAY]],
    [`${nour.npub}?relay=${RELAY}&relay=wss://two.example`, [RELAY, 'wss://two.example']],
    [`${nour.npub}?relay=${encodeURIComponent(RELAY)}`, [RELAY]],
    [`nostr:${nour.npub} ${RELAY} ${RELAY}`, [RELAY]],
  ])('%s', (text, relays) => {
    expect(named(text)).toMatchObject({ who: { key: nour.pubkey }, relays });
  });

  it('is claimed as surely as the text alone allows', () => {
    const profile =
      'nprofile1qqsrhuxx8l9ex335q7he0f09aej04zpazpl0ne2cgukyawd24mayt8gpp4mhxue69uhhytnc9e3k7mgpz4mhxue69uhkg6nzv9ejuumpv34kytnrdaksjlyr9p';
    expect(connector.claims(nour.npub)).toBe(1);
    expect(connector.claims(profile)).toBe(1);
    expect(named(profile)?.relays).toEqual(['wss://r.x.com', 'wss://djbas.sadkb.com']);
    expect(connector.claims('nour@paper.example')).toBe(0.2);
    expect(connector.claims(nour.pubkey)).toBe(0.5);
    for (const no of [
      '@nour@social.example',
      'nour.bsky.social',
      'https://x.com/nour',
      'note1abc',
      `${nour.npub}x`,
      '',
      'wss://relay.example',
      'nour @paper',
    ])
      expect([no, connector.claims(no)]).toEqual([no, 0]);
  });

  it('may name more relays than are asked', () => {
    const many = Array.from({ length: 9 }, (_, i) => `wss://r${i}.example`);
    expect(named(`${nour.npub} ${many.slice(0, 6).join(' ')}`)?.relays).toHaveLength(4);
  });
});

describe('a key', () => {
  it('is the seed, called as its profile says, at its relays and those that it writes to', async () => {
    relay.events.push(
      nour.sign(1_600_000_000, '{"name":"before"}', 0),
      nour.sign(1_700_000_000, '{"name":"nour","display_name":"Nour"}', 0),
      nour.sign(1_700_000_000, '', 10_002, [
        ['r', 'wss://write.example/', 'write'],
        ['r', 'wss://read.example', 'read'],
        ['r', 'wss://both.example'],
        ['r', 'no address'],
      ]),
    );
    expect(await resolve(`${nour.npub} ${relay.url}`)).toEqual({
      uri: `nostr:${nour.npub}`,
      name: 'nour',
      settings: { pubkey: nour.pubkey, relays: [relay.url, 'wss://write.example', 'wss://both.example'] },
    });
  });

  it('without a profile is called by its own name', async () => {
    // What another signed, or nobody, is not its profile.
    relay.events.push({ ...other.sign(1, '{"name":"forged"}', 0), pubkey: nour.pubkey });
    expect(await resolve(`${nour.pubkey} ${relay.url}`)).toMatchObject({ name: nour.npub });
  });

  it('without a relay is told what to add', async () => {
    await expect(resolve(nour.npub)).rejects.toThrow(UsageError);
    await expect(resolve(nour.npub)).rejects.toThrow(`${nour.npub}?relay=wss://`);
    await expect(resolve(`${nour.npub} https://relay.example`)).rejects.toThrow('begins with wss://');
  });

  it('whose relays are all away cannot be followed now', async () => {
    await relay.close();
    await expect(resolve(`${nour.npub} ${relay.url}`)).rejects.toMatchObject({ problem: 'unreachable' });
    relay = await startRelay();
  });
});

describe('a name at a domain', () => {
  const text = `Nour@${HOST}`;

  it('is the key that the domain says, at the relays that it says', async () => {
    names({ body: { names: { nour: nour.pubkey }, relays: { [nour.pubkey]: [relay.url, 7, 'x'] } } });
    expect(await resolve(text)).toEqual({
      uri: `nostr:${nour.npub}`,
      name: `nour@${HOST}`,
      settings: { pubkey: nour.pubkey, relays: [relay.url] },
    });
    expect(tape.requests[0]!.query.get('name')).toBe('nour');
  });

  it.each<[string, Reply]>([
    ['404', { status: 404 }],
    ['HTML', { body: '<html>welcome</html>' }],
    ['another name', { body: { names: { bashir: nour.pubkey } } }],
    ['an npub where the hex belongs', { body: { names: { nour: nour.npub } } }],
    ['a list', { body: [] }],
    ['names of another kind', { body: { names: 7, relays: [] } }],
    ['a redirect, even to the right answer', { status: 302, headers: { location: '/elsewhere' } }],
  ])('is none where the domain says %s', async (_what, reply) => {
    tape.on('GET /elsewhere', { body: { names: { nour: nour.pubkey } } });
    names(reply);
    expect(await resolve(text)).toBeUndefined();
  });

  it('needs a relay, from the domain or from people', async () => {
    names({ body: { names: { nour: nour.pubkey } } });
    await expect(resolve(text)).rejects.toThrow(UsageError);
    expect(await resolve(`${text} ${relay.url}`)).toMatchObject({ settings: { relays: [relay.url] } });
  });
});
