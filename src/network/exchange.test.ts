import { describe, expect, it } from '@jest/globals';
import { Redactor } from './exchange.js';

const bearer = new Redactor({ name: 'main', kind: 'bearer', secret: 'sesame+open/7' });

describe('headers', () => {
  it.each([
    'authorization',
    'proxy-authorization',
    'cookie',
    'set-cookie',
    'x-api-key',
    'apikey',
    'x-csrf-token',
    'x-guest-token',
    'x-auth-key',
    'x-client-secret',
    'x-session-id',
  ])('%s is taken out', (name) => {
    const removed = new Set<string>();
    expect(bearer.headers({ [name]: 'value' }, removed)).toEqual({ [name]: 'REDACTED' });
    expect([...removed]).toEqual([name]);
  });

  it.each(['content-type', 'etag', 'www-authenticate', 'x-ratelimit-remaining', 'keep-alive', 'x-author', 'date'])(
    '%s stays',
    (name) => {
      const removed = new Set<string>();
      expect(bearer.headers({ [name]: 'value; a=b' }, removed)).toEqual({ [name]: 'value; a=b' });
      expect(removed.size).toBe(0);
    },
  );

  it('that hold addresses lose the secrets in them', () => {
    const removed = new Set<string>();
    const link = '<https://a.example/x?max_id=1&access_token=abc>; rel="next"';
    expect(bearer.headers({ link }, removed)['link']).toBe(
      '<https://a.example/x?max_id=1&access_token=REDACTED>; rel="next"',
    );
    expect([...removed]).toEqual(['access_token']);
  });
});

describe('the credential itself', () => {
  it.each([
    ['in a path', 'https://a.example/botsesame+open/7/getUpdates', 'https://a.example/botREDACTED/getUpdates'],
    ['as a parameter of any name', 'https://a.example/?q=sesame%2Bopen%2F7', 'https://a.example/?q=REDACTED'],
  ])('%s is taken out', (_where, url, shown) => {
    const removed = new Set<string>();
    expect(bearer.url(url, removed)).toBe(shown);
    expect([...removed]).toEqual(['credential']);
  });

  it('is taken out of what a server repeats in its headers', () => {
    expect(bearer.headers({ 'x-debug': 'you are sesame+open/7' })).toEqual({ 'x-debug': 'you are REDACTED' });
  });

  it('is not looked for where it is short enough to be a word', () => {
    const short = new Redactor({ name: 'main', kind: 'basic', user: 'a', secret: 'com' });
    expect(short.url('https://example.com/')).toBe('https://example.com/');
  });
});

describe('what is sent', () => {
  it.each([
    ['a form', 'grant_type=password&username=nour&password=p4ss&scope=read', 'password=REDACTED', 'p4ss'],
    ['the first field of a form', 'access_token=abcdef&q=1', 'access_token=REDACTED&q=1', 'abcdef'],
    ['JSON', '{"query":"a \\"b\\"", "apiKey" : "k\\"ey1", "n":{"session_id":"s1"}}', '"apiKey" : "REDACTED"', 'ey1'],
    ['the credential itself', '{"any":"sesame+open/7"}', '{"any":"REDACTED"}', 'sesame'],
  ])('loses its secrets and nothing else: %s', (_what, text, shown, secret) => {
    const removed = new Set<string>();
    const clean = bearer.body(text, removed);
    expect(clean).toContain(shown);
    expect(clean).not.toContain(secret);
    expect(removed.size).toBeGreaterThan(0);
  });

  it('stays as it is where it holds none', () => {
    for (const text of ['grant_type=client_credentials', '{"query":"sesame","limit":5}', 'plain words', ''])
      expect(bearer.body(text)).toBe(text);
  });
});
