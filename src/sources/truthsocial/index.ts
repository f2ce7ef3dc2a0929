/**
 * truthsocial: statuses as the platform's API gives them. README.md beside this file has the wire format.
 *
 *   {"id":"1000","created_at":"2026-01-01T00:00:03.824Z","quote_id":null,"uri":"https://truthsocial.com/@nour/1000","content":"<p>Can anyone hear us?</p>","account":{"id":"7",…},…}
 */
import { splitJson } from '../shared/split-json.js';
import type { Source } from '../source.js';
import { normalise } from './normalise.js';
import { recognise } from './recognise.js';
import { locate } from './uri.js';

export const truthsocial: Source = {
  manifest: {
    id: 'truthsocial',
    name: 'Truth Social',
    reader: 1,
    formats: [
      { id: 'truthsocial-api', about: 'answers of the API, saved as JSON or JSON Lines (truthbrush and its like)' },
      { id: 'truthsocial-zeeschuimer', about: 'lines that the browser extension Zeeschuimer captured' },
    ],
    ceilings: [
      'an account’s statuses are answered twenty at a time, and only to those who are logged in',
      'an answer has the latest text of a status, not the earlier ones',
    ],
  },
  recognise,
  split: (member) => splitJson(member),
  normalise,
  locate,
};
