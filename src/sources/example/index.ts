/**
 * example: the source to copy. README.md beside this file has the wire format and how a person gets the file.
 *
 *   {"note":"81","by":{"id":"7","name":"Nour"},"at":"2016-12-13T19:04:11Z","body":"Can anyone hear us?","edited":null,"to":"everyone"}
 */
import type { Source } from '../source.js';
import { splitLines } from '../shared/lines.js';
import { isObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import { normaliseLine } from './normalise.js';

export const example: Source = {
  manifest: {
    id: 'example',
    name: 'Example',
    reader: 2,
    formats: [{ id: 'example-notes', about: 'notes.jsonl, sent by mail: Settings → Export → My notes' }],
    ceilings: ['the export holds the last 10,000 notes'],
  },

  recognise({ head }) {
    const first = peekJson(head)?.values[0];
    if (!isObject(first) || !isObject(first['by']) || !('note' in first || 'since' in first)) return null;
    return { format: 'example-notes', confidence: 0.95, why: 'lines with `note` and `by`', role: 'records' };
  },

  split: (member) => splitLines(member),

  normalise: (record, _context) => [normaliseLine(record)],
};
