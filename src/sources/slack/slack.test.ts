import { describe, expect, it } from '@jest/globals';
import { describeSource } from '../../../test/contract/describe-source.js';
import { slack } from './index.js';
import { readMarks } from './text.js';
import { locate } from './uri.js';

describeSource(slack, {
  folder: 'src/sources/slack/fixtures',
  fixtures: [
    // The join is Slack's; one record has no ts; the change carries both versions.
    { path: 'export', format: 'slack-messages', records: 9, read: 10, rejected: 2 },
    { path: 'dump.json', format: 'slack-messages', records: 1, read: 2, rejected: 0 },
    { path: 'message.json', format: 'slack-messages', records: 1, read: 1, rejected: 0 },
  ],
});

describe('marks', () => {
  it('reads links, mentions and escapes, and leaves what only looks like one', () => {
    expect(readMarks('a &lt;b&gt; &amp;amp; <@U900000001> <mailto:a@b.example|a@b.example> <nonsense>')).toEqual({
      text: 'a <b> &amp; @U900000001 a@b.example <nonsense>',
      tag: [{ type: 'Mention', name: 'U900000001', href: 'perdure:slack:user:U900000001' }],
      link: [{ url: 'mailto:a@b.example', name: 'a@b.example' }],
    });
  });

  it('locates a message by its address', () => {
    expect(locate('https://invented.slack.com/archives/C900000001/p1481626909000002?thread_ts=1')).toBe(
      'perdure:slack:C900000001:1481626909.000002',
    );
    expect(locate('https://invented.slack.com/team/U900000001')).toBeUndefined();
  });
});
