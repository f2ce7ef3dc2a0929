/** What pages tell beyond their messages: a chat's title, who speaks at a page's end, a channel's number. */
import { Rejection } from '../../core/errors.js';
import { attribute } from './blocks.js';
import { all, first, hasClass, labelOf, parseHtml, type Tree } from './dom.js';
import type { Carried } from './facts.js';
import { headingOf, isMessage } from './html.js';
import { channelOf } from './tme.js';

/** `<div class="page_header"> … <div class="text bold">Title</div>`. */
export function titleOf(head: string): string | undefined {
  const header = first(tolerant(head), 'page_header');
  return header && labelOf(first(header, 'text'));
}

/** Whether the page's first message continues one that stands on the page before. */
export function beginsJoined(head: string): boolean {
  const message = all(tolerant(head), 'message').find((element) => hasClass(element, 'default'));
  return message !== undefined && hasClass(message, 'joined');
}

/** Who spoke last on a page, and so whom the next page's joined messages belong to. */
export function carriedAt(page: string, before: Carried | undefined): Carried | undefined {
  let carried = before;
  for (const message of all(tolerant(page), 'message')) {
    if (!isMessage(message)) carried = undefined;
    else carried = hasClass(message, 'joined') ? headingOf(message, carried) : headingOf(message, undefined);
  }
  return carried;
}

/** A page too deep to read tells nothing; its records are then rejected one by one. */
function tolerant(html: string): Tree {
  try {
    return parseHtml(html);
  } catch (error) {
    if (error instanceof Rejection) return parseHtml('');
    throw error;
  }
}

const WIDGET = /<div\s[^<>]*\bdata-post="[^"<>]+"[^<>]*>/g;

/** Channel numbers by name, from the messages of a page that tell theirs. */
export function channelsOf(page: string): Record<string, string> {
  const channels: Record<string, string> = {};
  for (const [tag] of page.matchAll(WIDGET)) {
    const name = attribute(tag, 'data-post')?.split('/')[0]?.toLowerCase();
    const number = channelOf({ view: attribute(tag, 'data-view'), peer: attribute(tag, 'data-peer') });
    if (name !== undefined && number !== undefined) channels[name] = number;
  }
  return channels;
}
