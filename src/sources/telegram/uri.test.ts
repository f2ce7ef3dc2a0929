import { describe, expect, it } from '@jest/globals';
import { sha256 } from '../../core/digest.js';
import {
  exportedPageUri,
  locate,
  messageNumber,
  messageUri,
  peerOf,
  unshifted,
  visibilityOf,
  type Chat,
} from './uri.js';

const accession = sha256('a package');
const chat = (type: string | undefined, more: Partial<Chat> = {}): Chat => ({
  ordinal: 0,
  id: '999900000001',
  ...(type !== undefined && { type }),
  ...more,
});

describe('telegram names', () => {
  it('shares the numbers of channels and supergroups among all who export them', () => {
    const uri = 'https://t.me/c/999900000001/5';
    for (const type of ['public_channel', 'private_channel', 'public_supergroup', 'private_supergroup']) {
      expect(messageUri(chat(type), '5', accession)).toBe(uri);
      expect(messageUri(chat(type, { exporter: '7' }), '5', sha256('another'))).toBe(uri);
    }
  });

  it('keeps what an account counts for itself apart, by exporter and by type', () => {
    const keys = ['personal_chat', 'bot_chat', 'private_group', 'saved_messages', undefined].flatMap((type) => [
      messageUri(chat(type), '5', accession),
      messageUri(chat(type), '5', sha256('another')),
      messageUri(chat(type, { exporter: '7' }), '5', accession),
      messageUri(chat(type, { exporter: '8' }), '5', accession),
    ]);
    expect(new Set(keys).size).toBe(keys.length);
    expect(messageUri(chat('personal_chat', { exporter: '7' }), '5', sha256('another'))).toBe(keys[2]);
  });

  it('does not take the basic group that a supergroup was for the supergroup', () => {
    const uri = messageUri(chat('private_supergroup', { exporter: '7' }), '-999999988', accession);
    expect(uri).toBe('perdure:telegram:7:migrated_group:999900000001:12');
  });

  it('makes a URI of any title', () => {
    const uri = exportedPageUri('chats/chat_01', 'ح'.repeat(4_000), '1', accession);
    expect(uri.length).toBeLessThan(2_048);
    expect(exportedPageUri('', 'a/b: c', '1', accession)).toContain(':html:a%2Fb%3A%20c:1');
  });

  it.each([
    ['user5', 'user', '5'],
    ['chat6', 'chat', '6'],
    ['channel7', 'channel', '7'],
    [5, 'user', '5'],
    [2 ** 32 + 5, 'user', '5'],
    [2 ** 33 + 7, 'channel', '7'],
  ])('reads the sender %s', (value, kind, id) => {
    expect(peerOf(value)).toEqual({ kind, id });
  });

  it('reads what is no sender as none', () => {
    for (const value of ['user', 'userx', 'bot5', null, undefined, -5, 0, 1.5, {}])
      expect(peerOf(value)).toBeUndefined();
    expect(peerOf(2 ** 33 + 7, 'private_group')).toEqual({ kind: 'chat', id: '7' });
  });

  it('takes the shift of old exports off, and only that', () => {
    expect([String(2 ** 32 + 1), String(2 ** 33 + 1), '1', String(3 * 2 ** 32)].map(unshifted)).toEqual([
      '1',
      '1',
      '1',
      String(3 * 2 ** 32),
    ]);
  });

  it('reads message numbers', () => {
    expect([5, '5', -999_999_988, '-3'].map(messageNumber)).toEqual(['5', '5', '-999999988', '-3']);
    expect([0, '0', '05', 1.5, 2 ** 60, '', 'x', null].map(messageNumber)).toEqual(new Array(8).fill(undefined));
  });

  it('shows nothing more widely than the chat did', () => {
    expect(visibilityOf('private_channel')).toBe('followers');
    expect(visibilityOf('verification_codes')).toBe('direct');
    expect(visibilityOf('toString')).toBe('unknown');
    expect(visibilityOf(undefined)).toBe('unknown');
  });

  it.each([
    ['https://t.me/c/999900000001/5', 'https://t.me/c/999900000001/5'],
    ['https://t.me/c/999900000001/3/5?single', 'https://t.me/c/999900000001/5'],
    ['http://telegram.me/c/999900000001/5/', 'https://t.me/c/999900000001/5'],
    ['https://t.me/yasmina_quarter_example/5', undefined],
    ['https://t.me/c/999900000001', undefined],
    ['https://evil.example/t.me/c/1/2', undefined],
  ])('locates %s', (url, uri) => {
    expect(locate(url)).toBe(uri);
  });
});
