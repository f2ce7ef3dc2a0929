/** Which account a name leads to, and on which server it is asked for. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openTestIo, type TestIo } from '../../../test/support/harvest-io.js';
import { startTape, type Reply, type Tape } from '../../../test/support/tape-server.js';
import { mastodonConnector } from './connector.js';
import { nextLink } from './harvest-link.js';
import { accountName } from './harvest-name.js';

const ACTOR = 'https://social.example/users/nour';
const account = { id: '7', username: 'nour', acct: 'nour', uri: ACTOR, url: 'https://social.example/@nour' };
const jrd = (actor: string, subject = 'acct:nour@social.example'): Reply => ({
  headers: { 'content-type': 'application/jrd+json' },
  body: { subject, links: [{ rel: 'self', type: 'application/activity+json', href: actor }] },
});

let home: Tape;
let web: Tape;
let test: TestIo;
beforeEach(async () => {
  home = await startTape();
  web = await startTape();
  test = openTestIo({ hosts: { 'social.example': home.url, 'web.example': web.url } });
});
afterEach(async () => {
  await test.close();
  await home.close();
  await web.close();
});
const resolve = (text: string) => mastodonConnector.resolve(text, test.io);
const FOUND = {
  uri: ACTOR,
  name: '@nour@social.example',
  settings: { origin: 'https://social.example', accountId: '7', acct: 'nour@social.example' },
};

describe('names', () => {
  it.each([
    '@nour@social.example',
    'nour@social.example',
    'acct:nour@social.example',
    'https://social.example/@nour',
    'social.example/@nour',
    'https://social.example/users/nour',
    'https://web.example/@nour@social.example',
  ])('%s', async (text) => {
    home.on('GET /.well-known/webfinger', jrd(ACTOR));
    home.on('GET /api/v1/accounts/lookup', { body: account });
    expect(mastodonConnector.claims(text)).toBeGreaterThan(0.5);
    expect(await resolve(text)).toEqual(FOUND);
    expect(web.requests).toEqual([]);
  });

  it.each([
    'nour',
    '@nour',
    'https://www.youtube.com/@nour',
    'https://social.example/@nour/112',
    'at://did:plc:x',
    '',
    'a b@c d',
  ])('not %j', (text) => {
    expect(mastodonConnector.claims(text)).toBe(0);
  });

  it('servers on this machine are asked without encryption first, others never unless told', () => {
    expect(accountName('@a@127.0.0.1:8080')?.schemes).toEqual(['http', 'https']);
    expect(accountName('@a@localhost:8080')?.schemes).toEqual(['http', 'https']);
    expect(accountName('@a@social.example')?.schemes).toEqual(['https']);
    expect(accountName('http://social.example/@a')?.schemes).toEqual(['http']);
    expect(accountName('https://localhost/@a')?.schemes).toEqual(['https']);
  });

  it('on loopback, over plain HTTP', async () => {
    const actor = `${home.url}/users/nour`;
    home.on('GET /.well-known/webfinger', jrd(actor, `acct:nour@${home.host}`));
    home.on('GET /api/v1/accounts/lookup', { body: { ...account, uri: actor } });
    expect(await resolve(`@nour@${home.host}`)).toEqual({
      uri: actor,
      name: `@nour@${home.host}`,
      settings: { origin: home.url, accountId: '7', acct: `nour@${home.host}` },
    });
  });
});

describe('servers', () => {
  it('the handle’s domain may be another than the server’s', async () => {
    const actor = 'https://web.example/users/nour';
    home.on('GET /.well-known/webfinger', jrd(actor));
    web.on('GET /api/v1/accounts/lookup', { body: { ...account, uri: actor } });
    expect(await resolve('@nour@social.example')).toMatchObject({
      uri: actor,
      name: '@nour@social.example',
      settings: { origin: 'https://web.example' },
    });
  });

  it.each(['/api/v1/accounts/search', '/api/v1/accounts/nour', '/api/v2/search'])(
    'without lookup %s is asked',
    async (path) => {
      home.on('GET /.well-known/webfinger', jrd(ACTOR));
      home.on('GET /api/v1/accounts/lookup', { status: 401, body: { error: 'no' } });
      const others = { ...account, id: '8', uri: 'https://social.example/users/nour2', acct: 'nour2' };
      home.on(`GET ${path}`, {
        body: path.endsWith('2/search')
          ? { accounts: [others, account] }
          : path.endsWith('nour')
            ? account
            : [others, account],
      });
      expect(await resolve('@nour@social.example')).toEqual(FOUND);
    },
  );

  it('before Mastodon 4.2 the actor is the one that the handle’s domain names', async () => {
    const { uri: _uri, ...old } = account;
    home.on('GET /.well-known/webfinger', jrd(ACTOR));
    home.on('GET /api/v1/accounts/lookup', { body: old });
    expect(await resolve('@nour@social.example')).toEqual(FOUND);
    home.on('GET /.well-known/webfinger', { status: 404 });
    expect(await resolve('@nour@social.example')).toBeUndefined();
  });

  it.each<[string, Reply]>([
    ['has no such API', { status: 404 }],
    ['answers with pages', { body: '<html>', headers: { 'content-type': 'text/html' } }],
    ['shows nothing to strangers', { status: 401, body: { error: 'sign in' } }],
    ['names an actor of another server', { body: { ...account, uri: 'https://good.example/users/nour' } }],
    ['means another account', { body: { ...account, uri: 'https://social.example/users/other' } }],
  ])('is left to others where it %s', async (_name, reply) => {
    home.on('GET /.well-known/webfinger', jrd(ACTOR));
    home.on('GET /api/v1/accounts/lookup', reply);
    expect(await resolve('@nour@social.example')).toBeUndefined();
    expect(test.warnings.some((each) => /access token/.test(each))).toBe(reply.status === 401);
  });

  it('no server names an actor of another where WebFinger names none', async () => {
    home.on('GET /api/v1/accounts/lookup', { body: { ...account, uri: 'https://good.example/users/nour' } });
    expect(await resolve('@nour@social.example')).toBeUndefined();
    home.on('GET /api/v1/accounts/lookup', { body: account });
    expect(await resolve('@nour@social.example')).toEqual(FOUND);
  });

  it('an account that is gone says so', async () => {
    home.on('GET /.well-known/webfinger', { status: 410 });
    await expect(resolve('@nour@social.example')).rejects.toThrow(/gone \(410\)/);
  });
});

describe('the Link header', () => {
  it.each([
    ['<https://a.example/x?max_id=1>; rel="next", <https://a.example/x?min_id=9>; rel="prev"', 'max_id=1'],
    ['<https://a.example/x?min_id=9>; rel="prev"', undefined],
    ['</x?max_id=1&b=2>;rel=next', 'max_id=1&b=2'],
    ['<https://a.example/x?q=a,b>; title="next"; rel="prev", <?p=2>; rel="last next"', 'p=2'],
    ['nonsense', undefined],
    ['<https://a.example/>; rel="next"', undefined],
  ])('%s', (header, next) => {
    expect(nextLink(header, 'https://a.example/x')).toBe(next);
  });
});
