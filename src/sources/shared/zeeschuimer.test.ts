import { describe, expect, it } from '@jest/globals';
import { peekJson } from './peek.js';
import { capturedOf, isCapturedFrom } from './zeeschuimer.js';

const frame = {
  nav_index: '1:4:NaN',
  item_id: '7000000000000000001',
  timestamp_collected: 1697110676723,
  source_platform: 'tiktok.com',
  source_platform_url: 'https://www.tiktok.com/search?q=a',
  source_url: 'https://www.tiktok.com/api/search/?msToken=secret',
  user_agent: 'Mozilla/5.0',
};

describe('capturedOf', () => {
  it('gives the object, where it is from and when it was seen, and nothing of the addresses', () => {
    const captured = capturedOf({ ...frame, data: { id: '1' } });
    expect(captured).toEqual({
      platform: 'tiktok.com',
      itemId: '7000000000000000001',
      observedAt: { at: { at: '2023-10-12T11:37:56.723Z', precision: 'ms', zone: 'utc' }, basis: 'record' },
      data: { id: '1' },
    });
  });

  it('reads what 4CAT makes of it', () => {
    expect(capturedOf({ id: '1', __import_meta: frame })).toMatchObject({ platform: 'tiktok.com', data: { id: '1' } });
  });

  it('asserts no time that cannot be one, and takes nothing else for a line', () => {
    expect(capturedOf({ ...frame, timestamp_collected: 1697110676, data: {} })?.observedAt).toBeUndefined();
    expect(capturedOf({ ...frame, data: null })).toBeUndefined();
    expect(capturedOf({ source_platform: 'tiktok.com', data: {} })).toBeUndefined();
  });

  it('is told from the beginning of a line', () => {
    const line = JSON.stringify({ ...frame, data: { id: '1', text: 'x'.repeat(100) } });
    const values = peekJson(Buffer.from(line.slice(0, -40)))!.values;
    expect(isCapturedFrom(values, ['tiktok.com'])).toBe(true);
    expect(isCapturedFrom(values, ['instagram.com'])).toBe(false);
  });
});
