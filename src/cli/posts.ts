/** What `history` and `show` print alike: the head of a post, and the content of a version. */
import type { Content } from '../core/content.js';
import type { PostView } from '../read/index.js';
import { block, count, plural, quote, type Paint } from './print.js';
import { spanText } from './times.js';
import { authorText, OUTCOME_WORDS } from './words.js';

export interface Style {
  readonly width: number;
  readonly paint: Paint;
}

/** `isNow`: false where the view is of an earlier time. */
export function headOfPost(
  post: PostView,
  { observations, isNow = true }: { observations?: number; isNow?: boolean },
  { paint }: Style,
): string {
  const { state } = post;
  const word = state === null || !isNow ? undefined : OUTCOME_WORDS[state];
  const seen = spanText(post.firstObservedAt, post.lastObservedAt, post.times, ['firstObservedAt', 'lastObservedAt']);
  const facts = [
    post.source,
    post.visibility,
    post.collections.length > 0 ? `in ${post.collections.map(quote).join(', ')}` : '',
    word ? `now ${paint[word.tint](word.text)}` : '',
  ];
  const looks = observations === undefined ? '' : `${plural(observations, 'observation')}, `;
  return (
    `${paint.bold(quote(post.uri))}\n` +
    `${authorText(post.author)}\n` +
    `${facts.filter((fact) => fact !== '').join(' · ')}\n` +
    (seen === '' ? '' : `${looks}seen ${seen}\n`)
  );
}

/** Text first, then whatever else it says; what it points at is said by `pointersText`. */
export function contentText(
  content: Content | undefined,
  text: string | null,
  indent: string,
  { width, paint }: Style,
): string {
  const lines: string[] = [];
  const fact = (label: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') lines.push(`${indent}${paint.dim(label)} ${value}\n`);
  };
  fact('title', content?.name && paint.bold(quote(content.name)));
  fact('warning', content?.summary && quote(content.summary));
  if (text !== null) lines.push(block(text, width, `${indent}│ `));
  if (content?.cut?.includes('text'))
    fact('cut', 'this is only the beginning: no rendering with the whole text was captured');
  if (!content) return lines.join('');
  if (content.type === 'Announce' && content.announces === undefined) {
    fact('repost', 'of a post that the source does not name');
  }
  for (const { type, url, name } of content.attachment ?? []) {
    fact(type.toLowerCase(), [url && quote(url), name && `“${quote(name)}”`].filter(Boolean).join(' '));
  }
  for (const { url, expanded } of content.link ?? [])
    if (expanded !== undefined && expanded !== url) fact('link', `${quote(url)} → ${quote(expanded)}`);
  for (const option of content.poll?.options ?? []) fact('poll', quote(option));
  const { location } = content;
  fact('place', location && quote([location.name, location.country].filter(Boolean).join(', ')));
  return lines.join('');
}

/** The posts that a version points at. */
export function pointersText({ inReplyTo, quotes, announces }: Content, { paint }: Style): string {
  const lines = [
    ['replies to', inReplyTo],
    ['quotes', quotes],
    ['reposts', announces],
  ] as const;
  return lines.map(([label, uri]) => (uri === undefined ? '' : `${paint.dim(label)} ${quote(uri)}\n`)).join('');
}

/** `reply 2, quote 1`. */
export function countsText(counts: Readonly<Partial<Record<string, number>>>): string {
  return Object.entries(counts)
    .filter((entry): entry is [string, number] => (entry[1] ?? 0) > 0)
    .map(([kind, n]) => `${kind} ${count(n)}`)
    .join(', ');
}
