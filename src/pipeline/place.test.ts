import { describe, expect, it } from '@jest/globals';
import { keyOf, sha256 } from '../core/digest.js';
import type { Reading } from '../core/reading.js';
import { parseIso } from '../core/time.js';
import { postKey, postUri } from '../core/uri.js';
import { place, type Setting } from './place.js';

const post = postUri('https://x.com/i/status/1808697155834195968');
const setting: Setting = {
  source: 'x',
  reader: 1,
  collection: keyOf('collection', 'default'),
  capture: sha256('capture'),
  observed: { at: parseIso('2024-07-04T00:00:00Z')!, basis: 'stated' },
  locatable: () => true,
};
const reading: Reading = { post, outcome: 'present', hand: 'first', content: { type: 'Note', text: 'x' } };

describe('an observation', () => {
  // As every version has named it, worked out by hand (Python's hashlib) with the first half of the URI's whole hash.
  it('has the id that it always had, whatever its post’s key', () => {
    expect(place(reading, 10, 5, 0, setting)).toMatchObject({
      post: postKey(post),
      observation: '6af37f0d114563795719fbf8f01be8d7',
    });
    const receipt: Setting = { ...setting, observed: { ...setting.observed, basis: 'receipt' } };
    expect(place({ ...reading, outcome: 'deleted' }, 10, 5, 2, receipt)).toMatchObject({
      post: postKey(post),
      observation: '43032eaae1716c2f2b566b613898f50e',
    });
  });
});
