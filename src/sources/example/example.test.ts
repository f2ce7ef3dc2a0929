import { describeSource } from '../../../test/contract/describe-source.js';
import { example } from './index.js';

describeSource(example, {
  folder: 'src/sources/example/fixtures',
  fixtures: [{ path: 'notes.jsonl', format: 'example-notes', records: 7, read: 7, rejected: 1 }],
});
