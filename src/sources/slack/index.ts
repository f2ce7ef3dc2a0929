/**
 * slack: workspaces' exports, slackdump's files, answers of conversations.history. README.md has the wire formats.
 *
 *   channels.json                 [{"id":"C900000001","name":"aleppo-help","created":1481500000,"members":["U900000001"],…}]
 *   aleppo-help/2016-12-13.json   [{"type":"message","user":"U900000001","text":"…","ts":"1481626909.000002"},…]
 */
import { asObject, parseObject, type JsonObject } from '../shared/json.js';
import { storableItems } from '../shared/items.js';
import { peekJson } from '../shared/peek.js';
import { splitJson } from '../shared/split-json.js';
import type { CaptureContext, Source } from '../source.js';
import { readMessage, type Place } from './message.js';
import { isPrivate, MESSAGES, recognise } from './recognise.js';
import { survey, type Facts } from './survey.js';
import { isChannel, locate, unknownChannel } from './uri.js';

export const slack: Source = {
  manifest: {
    id: 'slack',
    name: 'Slack',
    reader: 1,
    formats: [
      {
        id: MESSAGES,
        about:
          'a workspace’s export (Settings → Import/export data), slackdump’s files, answers of conversations.history',
      },
    ],
    ceilings: [
      'free workspaces export public channels only, and nothing older than 90 days may be shown',
      'an export holds the last version of an edited message, and of a deleted one at most that it is gone',
    ],
  },
  readsHead: true,
  recognise,
  survey,
  split: (member) => splitJson(member, listsOf),
  locate,
  normalise(record, context) {
    return storableItems(record, readMessage(parseObject(record), placeOf(context)));
  },
};

function listsOf(first: JsonObject): ReadonlySet<string> | undefined {
  return Array.isArray(first['messages']) ? new Set(['$.messages']) : undefined;
}

/** Looked up once a range: the pipeline hands the same bytes to every record. */
const named = new WeakMap<Uint8Array, { readonly channel: unknown }>();

function channelNamedIn(head: Uint8Array): unknown {
  let known = named.get(head);
  if (!known) named.set(head, (known = { channel: asObject(peekJson(head)?.values[0])?.['channel_id'] }));
  return known.channel;
}

/** The channel: by the envelope, else by the folder that the lists name, else known within the package only. */
function placeOf(context: CaptureContext): Place {
  const facts = (context.survey?.facts ?? {}) as Facts;
  const given = channelNamedIn(context.head);
  if (isChannel(given)) return { channel: given, kind: isPrivate(given) ? 'direct' : 'unknown', facts };
  const folder = context.path.split('/').slice(0, -1).join('/');
  const known = facts.channels && Object.hasOwn(facts.channels, folder) ? facts.channels[folder] : undefined;
  if (known) return { channel: known.id, kind: known.kind, facts };
  const own = folder.split('/').at(-1);
  if (isChannel(own)) return { channel: own, kind: isPrivate(own) ? 'direct' : 'unknown', facts };
  const place = folder === '' ? context.path : folder;
  return {
    channel: unknownChannel(context.accession, place),
    kind: isPrivate(`${place}/`) ? 'direct' : 'unknown',
    facts,
  };
}
