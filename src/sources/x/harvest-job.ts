/**
 * Compliance jobs: X is handed a list of posts, and says later which of them are gone, and why; the only place where its API
 * has a word for "deleted". What it does not name is not thereby as it was: that is for a look to find out. Whatever goes
 * wrong is told, and the posts are asked one by one.
 * https://docs.x.com/x-api/compliance/batch-compliance/introduction
 */
import type { Json } from '../../core/canonical.js';
import { messageOf } from '../../core/errors.js';
import { NetworkError, RateLimited, type Captured, type HarvestIo, type LookPlace } from '../harvest.js';
import { asNumber, asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { outcomeOfLine } from './compliance.js';
import { answerOf, askJob, troubleOf } from './harvest-ask.js';
import { idOf } from './uri.js';

/** A job takes six requests or more, a look one for a hundred posts. */
const FEWEST = 500;
/** Between the questions whether it is done: a minute in all, then its answer is for the next look. */
const WAITS_MS = [3_000, 7_000, 20_000, 30_000];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PATH = '/compliance/jobs';
export const X_COMPLIANCE = 'x-compliance';

/** What X said of the posts. */
export interface JobsWord {
  /** Gone, by an answer to what was asked a moment ago: they are looked at again before anybody calls them gone. */
  readonly gone: ReadonlySet<string>;
  /** Gone, by the answer to an earlier question: since then a look may have found them, so that they are asked now. */
  readonly again: readonly string[];
}

const NOTHING: JobsWord = { gone: new Set(), again: [] };

interface Job {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly asked: number;
}

/** `{"job":{"id":"1372…","asked":1700000000000},"notBefore":1700003600000}` */
interface Place {
  readonly job?: Job;
  /** Milliseconds since 1970: no job is asked for before. */
  readonly notBefore?: number;
}

export async function* askByJob(
  stored: Json | null | undefined,
  ids: readonly string[],
  io: HarvestIo,
): AsyncGenerator<Captured | LookPlace, JobsWord> {
  const place = placeOf(stored);
  if (place.job) return yield* resume(place.job, place, io);
  if (ids.length < FEWEST || (place.notBefore !== undefined && io.now() < place.notBefore)) return NOTHING;
  return yield* start(ids, io);
}

async function* resume(job: Job, { notBefore }: Place, io: HarvestIo): AsyncGenerator<Captured | LookPlace, JobsWord> {
  const over = placed(undefined, notBefore ?? job.asked + HOUR_MS);
  if (io.now() - job.asked > DAY_MS) {
    io.warn(`the compliance job ${job.id} was not complete after a day, and is asked for no more`);
    yield over;
    return NOTHING;
  }
  try {
    const state = await stateOf(job.id, io);
    if (state.at === 'work') return NOTHING;
    const gone = state.at === 'fault' ? failed(job, state.why, io) : yield* answered(job, state.url, io);
    yield over;
    return { ...NOTHING, again: gone ?? [] };
  } catch (error) {
    // Asked again by the next look.
    io.warn(`the compliance job ${job.id} could not be asked about: ${explained(error)}`);
    return NOTHING;
  }
}

async function* start(ids: readonly string[], io: HarvestIo): AsyncGenerator<Captured | LookPlace, JobsWord> {
  const asked = io.now();
  let job: Job | undefined;
  try {
    const made = await make(io);
    if ('refused' in made) {
      io.warn(made.refused);
      yield placed(undefined, asked + (made.forbidden ? DAY_MS : HOUR_MS));
      return NOTHING;
    }
    job = { id: made.id, asked };
    const later = asked + HOUR_MS;
    yield placed(job, later);
    const put = await io.request(made.url, {
      method: 'PUT',
      headers: { 'content-type': 'text/plain' },
      body: ids.join('\n'),
    });
    if (put.status < 200 || put.status > 299) {
      io.warn(`the compliance job ${job.id} did not take the list of posts (status ${put.status}); ${ONE_BY_ONE}`);
      yield placed(undefined, later);
      return NOTHING;
    }
    for (const wait of WAITS_MS) {
      await io.pause(wait);
      const state = await stateOf(job.id, io);
      if (state.at === 'work') continue;
      const gone = state.at === 'fault' ? failed(job, state.why, io) : yield* answered(job, state.url, io, ids);
      yield placed(undefined, later);
      return { ...NOTHING, gone: new Set(gone) };
    }
    io.warn(`the compliance job ${job.id} is not complete yet: its answer is for the next look; ${ONE_BY_ONE}`);
  } catch (error) {
    io.warn(`the compliance job${job ? ` ${job.id}` : ''} could not be asked: ${explained(error)}; ${ONE_BY_ONE}`);
    // One that X has is asked about again; a list that did not come makes it expire.
    if (!job) yield placed(undefined, error instanceof RateLimited ? error.until : asked + HOUR_MS);
  }
  return NOTHING;
}

const ONE_BY_ONE = 'the posts are asked one by one';

type Made = { readonly id: string; readonly url: string } | { readonly refused: string; readonly forbidden: boolean };

async function make(io: HarvestIo): Promise<Made> {
  const exchange = await askJob(io, PATH, { type: 'tweets' });
  const answer = await answerOf(exchange);
  const data = asObject(answer?.['data']);
  const [id, url] = [idOf(data?.['id']), asString(data?.['upload_url'])];
  if (exchange.status >= 200 && exchange.status < 300 && id !== undefined && url !== undefined) return { id, url };
  const forbidden = exchange.status === 403;
  const until = forbidden ? 'not asked for a day' : 'not asked for an hour';
  return { refused: `no compliance job (${troubleOf(exchange, answer).detail}); ${until}, ${ONE_BY_ONE}`, forbidden };
}

type State =
  | { readonly at: 'work' }
  | { readonly at: 'end'; readonly url: string }
  | { readonly at: 'fault'; readonly why: string };

async function stateOf(id: string, io: HarvestIo): Promise<State> {
  const exchange = await askJob(io, `${PATH}/${id}`);
  const answer = await answerOf(exchange);
  const data = asObject(answer?.['data']);
  const status = asString(data?.['status']);
  if (exchange.status !== 200 || status === undefined) return { at: 'fault', why: troubleOf(exchange, answer).detail };
  if (status === 'created' || status === 'in_progress') return { at: 'work' };
  const url = asString(data?.['download_url']);
  if (status === 'complete' && url !== undefined) return { at: 'end', url };
  return { at: 'fault', why: `X says that it is ${JSON.stringify(status.slice(0, 40))}` };
}

function failed({ id }: Job, why: string, io: HarvestIo): undefined {
  io.warn(`the compliance job ${id} has no answer: ${why}; ${ONE_BY_ONE}`);
  return undefined;
}

/**
 * @param asked the posts that the job was asked about, where that is known
 * @returns which posts it names as gone; undefined: there is no such answer, which has been said
 */
async function* answered(
  job: Job,
  url: string,
  io: HarvestIo,
  asked?: readonly string[],
): AsyncGenerator<Captured, readonly string[] | undefined> {
  const exchange = await io.request(url);
  if (exchange.status !== 200) return failed(job, `its download ends with status ${exchange.status}`, io);
  const lines = linesIn((await exchange.body()).toString('utf8'));
  if (!lines) return failed(job, 'what was downloaded is no list of posts', io);
  const known = asked && new Set(asked);
  if (known && lines.some((line) => !known.has(idOf(line['id'])!)))
    return failed(job, 'it names posts that it was not asked about', io);
  if (lines.length > 0) yield { kind: 'captured', exchange, format: X_COMPLIANCE, posts: [] };
  const { pathname } = new URL(exchange.url);
  // What its reader does not take for a word about the post is none here either.
  return lines.filter((line) => outcomeOfLine(line, pathname) !== undefined).map((line) => idOf(line['id'])!);
}

/** Undefined where one line is no object with an id: then none of them is believed. */
function linesIn(text: string): readonly JsonObject[] | undefined {
  const lines: JsonObject[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return undefined;
    }
    if (!isObject(value) || idOf(value['id']) === undefined) return undefined;
    lines.push(value);
  }
  return lines;
}

/** @throws what is no trouble of X's or of the network's */
function explained(error: unknown): string {
  if (error instanceof NetworkError || error instanceof RateLimited) return messageOf(error);
  throw error;
}

function placeOf(stored: Json | null | undefined): Place {
  const place = asObject(stored);
  const job = asObject(place?.['job']);
  const [id, asked, notBefore] = [idOf(job?.['id']), asNumber(job?.['asked']), asNumber(place?.['notBefore'])];
  return {
    ...(id !== undefined && asked !== undefined && { job: { id, asked } }),
    ...(notBefore !== undefined && { notBefore }),
  };
}

function placed(job: Job | undefined, notBefore: number): LookPlace {
  return { kind: 'looks', place: { ...(job && { job: { id: job.id, asked: job.asked } }), notBefore } };
}
