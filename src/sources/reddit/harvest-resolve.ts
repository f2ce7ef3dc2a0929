/** From `u/name` or `r/name` to the listing that is followed. */
import { UsageError } from '../../core/errors.js';
import { NetworkError, type HarvestIo, type ResolvedSeed } from '../harvest.js';
import { asObject, asString } from '../shared/json.js';
import { answerOf, Reddit } from './harvest-ask.js';
import { personOf } from './uri.js';

export interface RedditPlace {
  readonly kind: 'user' | 'subreddit';
  readonly name: string;
}

const SHORT = /^\/?(u|user|r)\/([A-Za-z0-9_-]{1,64})\/?$/i;
const PAGE = /^https?:\/\/(?:[a-z0-9-]{1,20}\.)?reddit\.com\/(u|user|r)\/([A-Za-z0-9_-]{1,64})\/?(?:[?#].*)?$/i;

export function placeIn(text: string): RedditPlace | undefined {
  const [, kind, name] = SHORT.exec(text) ?? PAGE.exec(text) ?? [];
  if (kind === undefined || name === undefined) return undefined;
  return { kind: kind.toLowerCase() === 'r' ? 'subreddit' : 'user', name };
}

export function settingsOf(settings: unknown): RedditPlace | undefined {
  const place = asObject(settings);
  const [kind, name] = [place?.['kind'], asString(place?.['name'])];
  return name !== undefined && (kind === 'user' || kind === 'subreddit') ? { kind, name } : undefined;
}

export function pathOf({ kind, name }: RedditPlace): string {
  return kind === 'user' ? `/user/${name}` : `/r/${name}/new`;
}

export function aboutOf({ kind, name }: RedditPlace): string {
  return kind === 'user' ? `/user/${name}/about` : `/r/${name}/about`;
}

export async function resolvePlace(text: string, io: HarvestIo): Promise<ResolvedSeed | undefined> {
  const place = placeIn(text);
  if (!place) return undefined;
  const { kind, name } = place;
  const exchange = await new Reddit(io).ask(aboutOf(place));
  const answer = await answerOf(exchange).catch((error: unknown) => {
    if (!(error instanceof NetworkError) || error.problem !== 'not-json' || io.credential) throw error;
    throw new UsageError(
      `Reddit answers with a page instead of JSON (status ${exchange.status}): it turns this network away. It may answer to an application: --credential`,
    );
  });
  const data = asObject(answer?.['data']);
  const right = asString(kind === 'user' ? data?.['name'] : data?.['display_name']);
  if (exchange.status === 200 && right !== undefined && data?.['is_suspended'] !== true)
    return seedOf({ kind, name: right });
  if (data?.['is_suspended'] === true) throw new UsageError(`Reddit has suspended the account ${name}`);
  const said = asString(answer?.['reason']) ?? asString(answer?.['message']) ?? 'no answer that names it';
  const hint =
    exchange.status === 403 && io.credential === undefined ? ' It may answer to an application: --credential' : '';
  throw new UsageError(`Reddit says (status ${exchange.status}): ${said.slice(0, 120)}.${hint}`);
}

function seedOf({ kind, name }: RedditPlace): ResolvedSeed {
  const uri = kind === 'user' ? personOf(name)! : `https://www.reddit.com/r/${name.toLowerCase()}`;
  return { uri, name: kind === 'user' ? `u/${name}` : `r/${name}`, settings: { kind, name } };
}
