import { describe, expect, it } from '@jest/globals';
import { Rejection } from '../../core/errors.js';
import { assertSameHost, authorInUri, hostOf, postUriOf, tryActorUri, webUrl } from './uri.js';

const reason = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof Rejection) return error.reason;
    throw error;
  }
  return 'accepted';
};

describe('the identity of a post', () => {
  it.each([
    'https://social.example/users/nour/statuses/1',
    'http://social.example:3000/ap/users/7/statuses/1',
    'tag:social.example,2016-11-23:objectId=14:objectType=Status',
    'https://social.example?c=148',
    'ap://did:key:z6Mk/object',
  ])('%s is one', (id) => {
    expect(postUriOf(id, 'the post')).toBe(id);
  });

  it.each([undefined, null, '', 7, 'SCRUBBED_ID', '{{id}}', 'https://{{domain}}/objects/1', 'outbox.json', '/users/1'])(
    '%j is none',
    (id) => {
      expect(reason(() => postUriOf(id, 'the post'))).toBe('no-identity');
    },
  );

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'https://',
    `https://a.example/${'x'.repeat(3_000)}`,
    'HTTPS://a.example/1',
  ])('%s is none either', (id) => {
    expect(reason(() => postUriOf(id, 'the post'))).toBe('no-identity');
    expect(tryActorUri(id)).toBeUndefined();
  });
});

describe('who may speak for a post', () => {
  it('hosts, with ports that matter', () => {
    expect(hostOf('https://User@Social.Example:443/x')).toBe('social.example');
    expect(hostOf('http://social.example:3000/x')).toBe('social.example:3000');
    expect(hostOf('https://social.example?x')).toBe('social.example');
    expect(hostOf('tag:Social.example,2016:x')).toBe('social.example');
    expect(hostOf('urn:uuid:1')).toBeUndefined();
    expect(webUrl('//social.example/x')).toBeUndefined();
  });

  it('the author of another host is refused, one without a host is not', () => {
    const post = 'https://a.example/1';
    expect(reason(() => assertSameHost(post, 'https://a.example/users/1'))).toBe('accepted');
    expect(reason(() => assertSameHost(post, 'https://b.example/users/1'))).toBe('spoofed-identity');
    expect(reason(() => assertSameHost(post, 'https://a.example.b.example/1'))).toBe('spoofed-identity');
    expect(reason(() => assertSameHost(post, 'https://a.example@b.example/1'))).toBe('spoofed-identity');
    expect(reason(() => assertSameHost(post, 'did:plc:x'))).toBe('accepted');
    expect(reason(() => assertSameHost(post, undefined))).toBe('accepted');
  });

  it('the author stands in the URI where Mastodon built it', () => {
    expect(authorInUri('https://a.example/users/nour/statuses/1')).toBe('https://a.example/users/nour');
    expect(authorInUri('https://a.example/users/nour/statuses/1/activity')).toBe('https://a.example/users/nour');
    expect(authorInUri('https://a.example/ap/users/7/statuses/1')).toBe('https://a.example/ap/users/7');
    expect(authorInUri('https://a.example/objects/1')).toBeUndefined();
    expect(authorInUri('https://a.example/@nour/1')).toBeUndefined();
  });
});
