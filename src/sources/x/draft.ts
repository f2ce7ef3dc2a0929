/** What every rendering's reader builds a reading from. */
import type { Attachment, Content, CutField, Link, Tag } from '../../core/content.js';
import { Rejection } from '../../core/errors.js';
import type { ActorReading, IdentityLink, Observed, Reading, RefusedItem } from '../../core/reading.js';
import { storable } from '../../core/canonical.js';
import { asArray, type JsonObject } from '../shared/json.js';
import { actorOf, idOf, isHandle, postOf } from './uri.js';

export type Draft<T> = { -readonly [K in keyof T]: T[K] };
export type Item = Reading | RefusedItem;

/** Who wrote a post, as far as the record says. */
export interface Author {
  readonly id?: string;
  readonly handle?: string;
  /** `protected`: the posts are for approved followers. */
  readonly locked?: boolean;
  readonly actor?: ActorReading;
}

/** What holds for all posts of a record. */
export interface Env {
  readonly observedAt?: Observed;
  /** What had to be changed in the record's strings so that they can be stored. */
  readonly losses?: readonly string[];
}

export const CUT_ALL: readonly CutField[] = ['text', 'attachment', 'tag', 'link'];
export const CUT_TEXT: readonly CutField[] = ['text', 'tag', 'link'];

/** Content with its author, or with the handle where no id is known. */
export function begin(type: string, author: Author | undefined): Draft<Content> {
  const content: Draft<Content> = { type, visibility: author?.locked === true ? 'followers' : 'public' };
  if (author?.id !== undefined) content.attributedTo = author.actor?.actor ?? actorOf(author.id);
  else if (author?.handle !== undefined && isHandle(author.handle)) content.extra = { screenName: author.handle };
  return content;
}

export function addExtra(content: Draft<Content>, key: string, value: string | readonly string[] | boolean): void {
  content.extra = { ...content.extra, [key]: value };
}

/** Marks a field as cut, beside those that are already. */
export function addCut(content: Draft<Content>, field: CutField): void {
  if (!content.cut?.includes(field)) content.cut = [...(content.cut ?? []), field];
}

export function setEntities(content: Draft<Content>, tag: readonly Tag[], link: readonly Link[]): void {
  content.tag = tag;
  content.link = link;
}

/** An Announce repeats another's media: that it lists none says nothing. */
export function setAttachments(content: Draft<Content>, list: readonly Attachment[]): void {
  if (list.length > 0 || content.type !== 'Announce') content.attachment = list;
}

/** The finished reading of a post that was there. */
export function present(
  id: string,
  content: Draft<Content>,
  hand: 'first' | 'second',
  author: Author | undefined,
  chain: readonly string[] | undefined,
  env: Env,
): Draft<Reading> {
  const post = postOf(id);
  const reading: Draft<Reading> = { post, outcome: 'present', content, hand };
  const order = chain === undefined ? 0 : chain.indexOf(id);
  if (order > 0 && content.published) content.updated = content.published;
  if (content.published) reading.claimedFrom = content.published;
  addCommon(reading, id, author, chain, env);
  return reading;
}

/** The finished reading of a post that could not be seen. */
export function absent(id: string, outcome: Reading['outcome'], hand: 'first' | 'second', env: Env): Draft<Reading> {
  const reading: Draft<Reading> = { post: postOf(id), outcome, hand };
  addCommon(reading, id, undefined, undefined, env);
  return reading;
}

export function addCommon(
  reading: Draft<Reading>,
  id: string,
  author: Author | undefined,
  chain: readonly string[] | undefined,
  env: Env,
): void {
  if (env.observedAt) reading.observedAt = env.observedAt;
  if (env.losses) reading.losses = env.losses;
  if (chain !== undefined) reading.links = [editLink(id, chain)];
  if (author?.actor) reading.actors = [author.actor];
}

function editLink(id: string, chain: readonly string[]): IdentityLink {
  const order = chain.indexOf(id);
  return { kind: 'editOf', target: postOf(chain[0]!), ...(order >= 0 && { order }) };
}

/** The ids of an edit chain, first to last. Undefined for a post that was never edited. */
export function chainOf(list: unknown): readonly string[] | undefined {
  const values = asArray(list);
  if (values.length < 2) return undefined;
  const ids = values.flatMap((value) => idOf(value) ?? []);
  return ids.length < 2 ? undefined : ids;
}

/** Keeps what is a count: a whole number, not negative (Gnip writes −1 for unknown). */
export function countOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

export type MetricNames = readonly (readonly [field: string, metric: string])[];

export function metricsOf(object: JsonObject | undefined, names: MetricNames): Record<string, number> | undefined {
  if (object === undefined) return undefined;
  let metrics: Record<string, number> | undefined;
  for (const [field, metric] of names) {
    const count = countOf(object[field]);
    if (count !== undefined) (metrics ??= {})[metric] = count;
  }
  return metrics;
}

/** The platform's own guesses at a language, and its words for "none": not BCP 47. */
export function languageOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || value === 'und' || value === 'zxx') return undefined;
  return value.length === 3 && value.startsWith('q') ? undefined : value;
}

/** One of several items of a record: its Rejection refuses it alone. */
export function attempt(read: () => Item): Item {
  try {
    return read();
  } catch (error) {
    if (error instanceof Rejection) return { refused: error.reason, detail: error.detail };
    throw error;
  }
}

const MAX_DEPTH = 256;

/** Makes all strings of parsed JSON storable. The value itself, untouched, when they are. */
export function sound<T>(value: T, losses: string[], path = '', depth = 0): T {
  if (typeof value === 'string') {
    const { text, lossy } = storable(value);
    if (lossy) losses.push(`${path}: lone surrogate escaped`);
    return (lossy ? text : value) as T;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) throw new Rejection('too-deep', `nested deeper than ${MAX_DEPTH} at ${path.slice(0, 80)}`);
  let copy: Record<string, unknown> | undefined;
  for (const [key, item] of Object.entries(value)) {
    const fixed: unknown = sound<unknown>(item, losses, path === '' ? key : `${path}.${key}`, depth + 1);
    if (fixed !== item)
      (copy ??= (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>)[key] =
        fixed;
  }
  return (copy ?? value) as T;
}
