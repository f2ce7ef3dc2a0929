/** From a post's HTML to the text that its renderings have in common. */
import { parseIso, type Time } from '../../core/time.js';
import { htmlToText } from '../shared/html.js';

const QUOTE_INLINE = /(?:^|\s)quote-inline(?:\s|$)/;

/**
 * Servers add a line `RE: <address>` to the HTML of a quote, for readers that know no quotes, and mark it
 * `quote-inline`. The author did not write it and other renderings lack it, so the text goes without; the HTML keeps it.
 */
export function textOf(html: string, losses: string[]): string {
  if (!html.includes('quote-inline')) return htmlToText(html);
  let left = false;
  const skip = (_tag: string, classes: string): boolean => {
    const is = QUOTE_INLINE.test(classes);
    left ||= is;
    return is;
  };
  const text = htmlToText(html, { skip });
  if (left) losses.push('text: the line that servers add to a quote (quote-inline) is left out; the HTML keeps it');
  return text;
}

/** A time, or a loss that keeps what stood there. */
export function timeOf(value: unknown, name: string, losses: string[]): Time | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const time = parseIso(value);
  if (!time) losses.push(`${name}: no time: ${JSON.stringify(value.slice(0, 60))}`);
  return time;
}
