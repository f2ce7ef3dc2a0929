import { describe, expect, it } from '@jest/globals';
import { withoutSecrets } from './secrets.js';

describe('withoutSecrets', () => {
  it.each([
    ['https://api.example/1/search?q=aleppo&count=10', 'https://api.example/1/search?q=aleppo&count=10', []],
    [
      'https://graph.example/me?access_token=EAAB%7C1&limit=5#id_token=x',
      'https://graph.example/me?access_token=REDACTED&limit=5#id_token=REDACTED',
      ['access_token', 'id_token'],
    ],
    [
      'https://www.tiktok.example/api/?msToken=a&X-Bogus=b&verifyFp=c&_signature=d&region=SY',
      'https://www.tiktok.example/api/?msToken=REDACTED&X-Bogus=REDACTED&verifyFp=REDACTED&_signature=REDACTED&region=SY',
      ['msToken', 'X-Bogus', 'verifyFp', '_signature'],
    ],
    ['http://amal:pass@host.example/a b?x', 'http://host.example/a b?x', ['user name and password']],
    ['https://example.org/?key=AIza&keyword=حلب', 'https://example.org/?key=REDACTED&keyword=حلب', ['key']],
    ['at first sight no address', 'at first sight no address', []],
  ])('of %s', (url, cleaned, removed) => {
    expect(withoutSecrets(url)).toEqual({ url: cleaned, removed });
  });
});
