/**
 * telegram: chats that Telegram Desktop exported, and public pages of t.me. README.md beside this file has the wire
 * formats and how a person gets the files.
 *
 *   {"id":81,"type":"message","date":"2016-12-13T21:04:11","date_unixtime":"1481655851","from":"…","from_id":"channel…","text":"…"}
 */
import type { Source } from '../source.js';
import { scanJson } from '../shared/json-scanner.js';
import { splitMessages } from './blocks.js';
import { readChannel } from './channel.js';
import { telegramConnector } from './connector.js';
import { classifyExported, normaliseHtml } from './html.js';
import { normaliseJson } from './json.js';
import { recognise } from './recognise.js';
import { survey } from './survey.js';
import { selectMessages } from './survey-json.js';
import { classifyWidget, normaliseTme } from './tme.js';
import { locate } from './uri.js';

export const telegram: Source = {
  manifest: {
    id: 'telegram',
    name: 'Telegram',
    reader: 1,
    formats: [
      { id: 'telegram-json', about: 'result.json: Telegram Desktop → a chat’s menu → Export chat history → JSON' },
      { id: 'telegram-html', about: 'messages.html …: the same export, as HTML' },
      { id: 'telegram-tme', about: 'a page t.me/s/<channel> or a single post, saved from the browser as HTML' },
    ],
    ceilings: [
      'deleted messages leave only a gap in the numbers, in channels and supergroups; nothing says when or by whom',
      'an export holds the last text of a message, with the time of the last edit (JSON) or without any mark (HTML)',
      'secret chats and self-destructing media are never exported',
      't.me pages show public channels only, twenty posts a page, and no polls’ votes by option',
    ],
  },

  connectors: [telegramConnector],
  recognise,
  survey,

  async *split(member, format) {
    if (format === 'telegram-json') {
      for await (const { path: _path, ...range } of scanJson(member, selectMessages)) yield range;
    } else {
      yield* splitMessages(member, format === 'telegram-html' ? classifyExported : classifyWidget);
    }
  },

  normalise(record, context) {
    if (context.format === 'telegram-json') return normaliseJson(record, context);
    return context.format === 'telegram-html' ? normaliseHtml(record, context) : normaliseTme(record, context);
  },

  readAccount: readChannel,
  locate,
};
