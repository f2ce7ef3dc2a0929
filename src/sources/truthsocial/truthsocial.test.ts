import { describeSource } from '../../../test/contract/describe-source.js';
import { truthsocial } from './index.js';

describeSource(truthsocial, {
  folder: 'src/sources/truthsocial/fixtures',
  fixtures: [
    // Four statuses carry another one each.
    { path: 'statuses.jsonl', format: 'truthsocial-api', records: 14, read: 18, rejected: 3 },
    { path: 'answers.json', format: 'truthsocial-api', records: 3, read: 7, rejected: 3 },
    { path: 'group.json', format: 'truthsocial-api', records: 1, read: 1, rejected: 1 },
    { path: 'captured.ndjson', format: 'truthsocial-zeeschuimer', records: 1, read: 1, rejected: 0 },
  ],
});
