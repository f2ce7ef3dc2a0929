/**
 * vk: VKontakte's walls as its API gives them. README.md beside this file has the wire format.
 *
 *   {"response":{"count":1,"items":[{"id":1,"owner_id":-7,"from_id":-7,"date":1481655851,"text":"Can anyone hear us?","post_type":"post",…}],"profiles":[…],"groups":[…]}}
 */
import { splitJson } from '../shared/split-json.js';
import type { RecordRange, Source } from '../source.js';
import { normalise } from './normalise.js';
import { recognise } from './recognise.js';
import { locate } from './uri.js';

export const vk: Source = {
  manifest: {
    id: 'vk',
    name: 'VK',
    reader: 1,
    formats: [
      {
        id: 'vk-api',
        about: 'answers of wall.get, wall.getById, newsfeed.get, wall.getComments, as JSON or JSON Lines',
      },
      { id: 'vk-archive', about: 'the data archive of an account (HTML): recognised and kept, not read' },
    ],
    ceilings: [
      'wall.get answers a hundred posts at a time, newsfeed.search the last thousand',
      'what is closed is answered only to members and friends',
    ],
  },
  recognise,
  split: (member, format) => (format === 'vk-archive' ? wholePage(member) : splitJson(member)),
  normalise,
  locate,
};

async function* wholePage(member: AsyncIterable<Uint8Array>): AsyncGenerator<RecordRange> {
  let length = 0;
  for await (const chunk of member) length += chunk.length;
  yield { offset: 0, length };
}
