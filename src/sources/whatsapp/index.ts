/**
 * whatsapp: exported chats. README.md has the forms of every phone that we know of.
 *
 *   [13/12/2016, 19:04:11] Hanna: هل يسمعنا أحد؟
 *   13.12.16, 19:04 - Salim: IMG-20161213-WA0001.jpg (file attached)
 */
import type { Source } from '../source.js';
import { readMessage } from './normalise.js';
import { recognise } from './recognise.js';
import { splitChat } from './split.js';
import { survey } from './survey.js';

export const whatsapp: Source = {
  manifest: {
    id: 'whatsapp',
    name: 'WhatsApp',
    reader: 1,
    formats: [{ id: 'whatsapp-chat', about: 'a chat, as text or ZIP: open the chat → Export chat' }],
    ceilings: [
      'an export holds the last 40,000 messages of a chat, or 10,000 with media',
      'neither messages nor chats have ids in it; times have no zone, on Android no seconds',
    ],
  },
  recognise,
  survey,
  split: (member) => splitChat(member),
  normalise: (record, context) => [readMessage(record, context)],
};
