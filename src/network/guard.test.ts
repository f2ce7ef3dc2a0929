import { describe, expect, it } from '@jest/globals';
import type { LookupAddress } from 'node:dns';
import { connect } from 'node:net';
import { checkTarget, forbidden, ForbiddenAddress, guardedLookup, isTrusted } from './guard.js';

describe('addresses as written', () => {
  it.each([
    ['loopback', 'http://127.0.0.1/'],
    ['loopback, another one', 'http://127.8.9.10/'],
    ['one decimal number', 'http://2130706433/'],
    ['octal', 'http://0177.0.0.1/'],
    ['octal, all', 'http://017700000001/'],
    ['hexadecimal', 'http://0x7f.0.0.1/'],
    ['hexadecimal, all', 'http://0x7f000001/'],
    ['short', 'http://127.1/'],
    ['shorter', 'http://0/'],
    ['mixed', 'http://0x7f.1/'],
    ['with a dot at the end', 'http://127.0.0.1./'],
    ['percent-encoded', 'http://%31%32%37.0.0.1/'],
    ['full-width digits', 'http://１２７.0.0.1/'],
    ['circled digits', 'http://①②⑦.⓪.⓪.①/'],
    ['ideographic dots', 'http://127。0。0。1/'],
    ['unspecified', 'http://0.0.0.0/'],
    ['private', 'http://10.1.2.3/'],
    ['private', 'http://172.16.0.1/'],
    ['private', 'http://172.31.255.255/'],
    ['private', 'http://192.168.1.1/'],
    ['carrier-grade NAT', 'http://100.64.0.1/'],
    ['Alibaba metadata', 'http://100.100.100.200/'],
    ['link-local metadata', 'http://169.254.169.254/latest/meta-data'],
    ['Azure metadata', 'http://168.63.129.16/'],
    ['Oracle metadata', 'http://192.0.0.192/'],
    ['multicast', 'http://224.0.0.1/'],
    ['reserved', 'http://240.0.0.1/'],
    ['broadcast', 'http://255.255.255.255/'],
    ['documentation', 'http://192.0.2.1/'],
    ['benchmarking', 'http://198.18.0.1/'],
    ['IPv6 loopback', 'http://[::1]/'],
    ['IPv6 loopback, in full', 'http://[0:0:0:0:0:0:0:1]/'],
    ['IPv6 unspecified', 'http://[::]/'],
    ['IPv4-mapped', 'http://[::ffff:127.0.0.1]/'],
    ['IPv4-mapped, in hexadecimal', 'http://[::ffff:7f00:1]/'],
    ['IPv4-mapped, private', 'http://[::ffff:10.0.0.1]/'],
    ['IPv4-compatible', 'http://[::127.0.0.1]/'],
    ['IPv4-translated', 'http://[::ffff:0:127.0.0.1]/'],
    ['NAT64', 'http://[64:ff9b::127.0.0.1]/'],
    ['NAT64, metadata', 'http://[64:ff9b::a9fe:a9fe]/'],
    ['NAT64, local use', 'http://[64:ff9b:1::8.8.8.8]/'],
    ['6to4', 'http://[2002:7f00:1::]/'],
    ['Teredo', 'http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/'],
    ['unique local', 'http://[fd00:ec2::254]/'],
    ['link-local', 'http://[fe80::1]/'],
    ['site-local', 'http://[fec0::1]/'],
    ['multicast', 'http://[ff02::1]/'],
    ['documentation', 'http://[2001:db8::1]/'],
    ['discard-only', 'http://[100::1]/'],
    ['outside what is given out', 'http://[4000::1]/'],
    ['another scheme', 'ftp://example.org/'],
    ['another scheme', 'file:///etc/passwd'],
    ['another scheme', 'gopher://example.org/'],
    ['another scheme', 'data:text/plain,hello'],
    ['another scheme', 'javascript:alert(1)'],
    ['a user name', 'http://user@example.org/'],
    ['a password', 'http://user:password@example.org/'],
    ['no address', 'example.org'],
    ['nothing', ''],
  ])('%s is not asked: %s', (_what, address) => {
    expect(() => checkTarget(address, [])).toThrow(ForbiddenAddress);
  });

  it('tells no password in its error', () => {
    expect(() => checkTarget('http://user:hunter22@example.org/', [])).toThrow(
      /^(?!.*hunter22).*user name or password/,
    );
  });

  it.each([
    'https://example.org/',
    'http://example.org:8080/',
    'wss://example.org/',
    'http://8.8.8.8/',
    'http://[2606:4700:4700::1111]/',
    'http://[64:ff9b::8.8.8.8]/',
    'http://[::ffff:8.8.8.8]/',
    'https://172.32.0.1/',
  ])('%s may be asked', (address) => {
    expect(checkTarget(address, [])).toMatchObject({ trusted: false });
  });
});

describe('hosts that people trust', () => {
  it.each([
    ['http://127.0.0.1:3080/', '127.0.0.1'],
    ['http://127.0.0.1:3080/', '127.0.0.1:3080'],
    ['http://2130706433:3080/', '127.0.0.1:3080'],
    ['http://[::1]:3080/', '::1'],
    ['http://[::1]:3080/', '[::1]'],
    ['http://[::1]:3080/', '[::1]:3080'],
    ['https://Mastodon.Local/', 'mastodon.LOCAL'],
    ['https://mastodon.local/', 'mastodon.local:443'],
    ['ws://mastodon.local/', 'mastodon.local:80'],
  ])('%s, by %s', (address, trusted) => {
    expect(checkTarget(address, [trusted])).toMatchObject({ trusted: true });
  });

  it.each([
    ['another port', 'http://127.0.0.1:3081/', '127.0.0.1:3080'],
    ['another host', 'http://127.0.0.2/', '127.0.0.1'],
    ['a name that ends alike', 'http://evil-mastodon.local/', 'mastodon.local'],
    ['a name below it', 'http://a.mastodon.local/', 'mastodon.local'],
  ])('and not %s', (_what, address, trusted) => {
    expect(isTrusted(new URL(address), [trusted])).toBe(false);
  });

  it('may not be of another scheme all the same', () => {
    expect(() => checkTarget('file://localhost/etc/passwd', ['localhost'])).toThrow(ForbiddenAddress);
  });
});

describe('names', () => {
  const v4 = (...addresses: string[]): LookupAddress[] => addresses.map((address) => ({ address, family: 4 }));
  const found = (addresses: LookupAddress[], trusted = false): Promise<unknown> =>
    new Promise((resolve, reject) => {
      guardedLookup(trusted, async () => addresses)('example.org', { all: true }, (error, given) =>
        error ? reject(error) : resolve(given),
      );
    });

  it('that lead to public addresses may be asked, at exactly these', async () => {
    expect(await found(v4('8.8.8.8', '8.8.4.4'))).toEqual(v4('8.8.8.8', '8.8.4.4'));
  });

  it.each([
    ['a private address', v4('10.0.0.1')],
    ['a private address among public ones', v4('8.8.8.8', '169.254.169.254')],
    ['a private IPv6 address', [{ address: '::ffff:127.0.0.1', family: 6 }]],
    ['what is no address', v4('localhost')],
  ])('that lead to %s are not asked', async (_what, addresses) => {
    await expect(found(addresses)).rejects.toThrow(/^example\.org leads to .*: such addresses are not asked$/);
  });

  it('that are trusted may lead anywhere', async () => {
    expect(await found(v4('10.0.0.1'), true)).toEqual(v4('10.0.0.1'));
  });

  it('that lead nowhere are an error of their own', async () => {
    await expect(found([])).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('are resolved once for a connection, to what was checked, so that rebinding gains nothing', async () => {
    let asked = 0;
    // Public when it is first asked, and this machine ever after.
    const rebinding = async (): Promise<LookupAddress[]> => v4(asked++ === 0 ? '8.8.8.8' : '127.0.0.1');
    const reach = (): Promise<string> =>
      new Promise((resolve) => {
        const lookup = guardedLookup(false, rebinding);
        const socket = connect({ host: 'rebind.example', port: 80, lookup, autoSelectFamily: false });
        socket.on('lookup', (error: NodeJS.ErrnoException | null, address) => {
          // Where it would connect to; that is enough to know.
          socket.destroy();
          resolve(error?.code ?? address);
        });
        socket.on('error', () => undefined);
      });
    expect([await reach(), asked]).toEqual(['8.8.8.8', 1]);
    expect([await reach(), asked]).toEqual(['EFORBIDDENADDRESS', 2]);
  });
});

it('an address that cannot be read is none', () => {
  expect(forbidden('127.0.0.1.5')).toBe('no IP address');
});
