/** What Reddit says in place of a listing. */
import type { AccountState, Exchange, HarvestStep } from '../harvest.js';
import { asObject, asString, type JsonObject } from '../shared/json.js';
import { answerOf, type Reddit } from './harvest-ask.js';
import { aboutOf, type RedditPlace } from './harvest-resolve.js';

/** A person who is suspended answers as one who was never there: the page about them tells the two apart. */
export async function* troubleOf(
  exchange: Exchange,
  answer: JsonObject | undefined,
  place: RedditPlace,
  reddit: Reddit,
): AsyncGenerator<HarvestStep> {
  const said = saidIn(exchange, answer);
  const state = stateOf(exchange.status, answer?.['reason']);
  if (state === undefined)
    return void (yield { kind: 'gap', reason: 'platform', detail: `the answer was no listing: ${said}` });
  if (place.kind === 'user' && state !== 'suspended') {
    const about = await reddit.ask(aboutOf(place));
    const data = about.status === 200 ? asObject((await answerOf(about))?.['data']) : undefined;
    if (asString(data?.['name'])?.toLowerCase() === place.name.toLowerCase())
      yield { kind: 'profile', exchange: about, format: 'reddit-api' };
    if (data?.['is_suspended'] === true) {
      const detail = 'Reddit has suspended the account';
      return void (yield { kind: 'account', exchange: about, state: 'suspended', detail });
    }
  }
  yield { kind: 'account', exchange, state, detail: said };
}

/** `{"reason":"private","message":"Forbidden","error":403}` */
export function saidIn({ status }: Exchange, answer: JsonObject | undefined): string {
  const words = [asString(answer?.['reason']), asString(answer?.['message'])].filter((word) => word !== undefined);
  return `status ${status}${words.length > 0 ? `: ${words.join(', ').slice(0, 160)}` : ''}`;
}

function stateOf(status: number, reason: unknown): AccountState | undefined {
  // A subreddit that Reddit has closed.
  if (reason === 'banned' && (status === 403 || status === 404)) return 'suspended';
  if (status === 404) return 'notFound';
  return status === 401 || status === 403 ? 'forbidden' : undefined;
}
