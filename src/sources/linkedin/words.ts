/** Rows without a number of their own: comments, messages, reactions, reposts, bookmarks. */
import type { Content } from '../../core/content.js';
import { sha256 } from '../../core/digest.js';
import { Rejection } from '../../core/errors.js';
import type { Reading, ReferenceKind } from '../../core/reading.js';
import { present } from '../shared/items.js';
import type { CaptureContext } from '../source.js';
import { factsOf, ordinalOf, scopeOf, timeOf, type Cells } from './rows.js';
import { shown } from './share.js';
import { ownerOf, ownOf, postOf, senderOf, urnIn } from './uri.js';

/** What makes two rows of a table the same; undefined for a row that has nothing to be told by. */
export function keyOf(cell: Cells, format: string): string | undefined {
  const date = (cell('Date') ?? cell('DATE'))?.replace(/ UTC$/, '');
  if (date === undefined) return undefined;
  if (format === 'linkedin-messages') {
    const parts = [conversationOf(cell), senderIn(cell), cell('CONTENT') ?? '', cell('SUBJECT') ?? ''];
    return `${date} ${digest(parts)}`;
  }
  const link = cell('Link') ?? '';
  const target = urnIn(link) ?? link;
  return format === 'linkedin-comments' ? `${date} ${digest([target, cell('Message') ?? ''])}` : `${date} ${target}`;
}

function digest(parts: readonly string[]): string {
  return sha256(JSON.stringify(parts)).slice(0, 32);
}

function requireKey(cell: Cells, context: CaptureContext): string {
  const key = keyOf(cell, context.format);
  if (key === undefined) throw new Rejection('no-identity', 'a row without a date: nothing tells it from others');
  return key;
}

export function readComment(cell: Cells, context: CaptureContext): Reading {
  const key = requireKey(cell, context);
  const link = cell('Link');
  const urn = urnIn(link);
  const below = urn === undefined ? undefined : postOf(urn);
  const scope = scopeOf(context);
  const actor = ownerOf(scope);
  const content: Content = {
    type: 'Note',
    // Whoever sees the post sees its comments, and nothing here says who that is.
    visibility: 'unknown',
    attributedTo: actor,
    ...present({
      published: timeOf(cell('Date')),
      text: cell('Message') ?? '',
      inReplyTo: below,
      context: below,
      url: link,
    }),
  };
  const post = ownOf('comment', scope, key, ordinalOf(context));
  return { post, outcome: 'present', hand: 'first', content, actors: [{ actor, profile: profileOf(context) }] };
}

function profileOf(context: CaptureContext): { readonly name?: string } {
  const name = factsOf(context)?.name;
  return name === undefined ? {} : { name };
}

/** Somebody else's post, passed on without a word. */
export function readRepost(cell: Cells, context: CaptureContext): Reading {
  const urn = urnIn(cell('Link'));
  if (urn === undefined) throw new Rejection('no-identity', `${shown(cell('Link'))} names no post`);
  const scope = scopeOf(context);
  const actor = ownerOf(scope);
  const content: Content = {
    type: 'Announce',
    visibility: 'unknown',
    attributedTo: actor,
    announces: postOf(urn),
    ...present({ published: timeOf(cell('Date')) }),
  };
  const post = ownOf('repost', scope, requireKey(cell, context), ordinalOf(context));
  return { post, outcome: 'present', hand: 'first', content, actors: [{ actor, profile: profileOf(context) }] };
}

/** A reaction or a bookmark: whose post it is of, and nothing of that post. */
export function readReaction(cell: Cells, context: CaptureContext): Reading {
  const link = cell('Link') ?? cell('savedItem');
  const urn = urnIn(link);
  if (urn === undefined) throw new Rejection('no-identity', `${shown(link)} names no post`);
  const kind: ReferenceKind = cell('savedItem') === undefined ? 'like' : 'bookmark';
  const target = postOf(urn);
  return {
    post: target,
    outcome: 'notCaptured',
    hand: 'second',
    references: [{ kind, target, by: ownerOf(scopeOf(context)) }],
  };
}

function conversationOf(cell: Cells): string {
  return cell('CONVERSATION ID') ?? '';
}

function senderIn(cell: Cells): string {
  return cell('SENDER PROFILE URL') ?? cell('FROM') ?? '';
}

/** Conversations have a number that is the same for all who take part; older files have none. */
export function readMessage(cell: Cells, context: CaptureContext): Reading {
  const key = requireKey(cell, context);
  const conversation = conversationOf(cell) || scopeOf(context);
  const sender = senderIn(cell);
  const name = cell('FROM');
  const actor = sender === '' ? undefined : senderOf(conversation, sender);
  const draft = cell('IS MESSAGE DRAFT')?.toLowerCase() === 'yes' || cell('FOLDER')?.toUpperCase() === 'DRAFTS';
  const content: Content = {
    type: 'Note',
    visibility: 'direct',
    ...present({
      attributedTo: actor,
      published: timeOf(cell('DATE')),
      name: cell('SUBJECT'),
      text: cell('CONTENT') ?? '',
      context: `perdure:linkedin:conversation/${encodeURIComponent(conversation)}`,
      extra: draft ? { draft: true } : undefined,
    }),
  };
  return {
    post: ownOf('message', conversation, key, ordinalOf(context)),
    outcome: 'present',
    hand: 'first',
    content,
    ...(actor && { actors: [{ actor, profile: present({ name, url: cell('SENDER PROFILE URL') }) }] }),
  };
}
