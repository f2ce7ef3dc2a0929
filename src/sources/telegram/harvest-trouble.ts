/** What is said of a channel where its pages do not show it. None of it is about a post. */
import type { AccountNote, Exchange } from '../harvest.js';
import type { ChannelPage } from './harvest-page.js';

export function belongsToAnother({ channels }: ChannelPage, channel: string): boolean {
  return channels.some((each) => each !== channel);
}

export function taken(exchange: Exchange, name: string): AccountNote {
  const detail = `the name ${name} belongs to another channel now; this one cannot be found without its new name`;
  return { kind: 'account', exchange, state: 'notFound', detail };
}

/** A card in place of the preview: with a title, somebody has the name; without, nobody has. */
export function hidden(exchange: Exchange, name: string, { card }: ChannelPage): AccountNote {
  const status = exchange.status === 200 ? '' : ` (status ${exchange.status})`;
  if (card !== undefined) {
    const detail = `t.me shows no preview of ${name}, only its card${status}, ${JSON.stringify(card.slice(0, 80))}: closed, or its owner allows none`;
    return { kind: 'account', exchange, state: 'forbidden', detail };
  }
  // Renamed, deleted, or banned: t.me does not say.
  if (exchange.status === 200 || exchange.status === 404) {
    const detail = `t.me knows nobody by the name ${name}${status}`;
    return { kind: 'account', exchange, state: 'notFound', detail };
  }
  return { kind: 'account', exchange, state: 'forbidden', detail: `t.me shows no preview of ${name}${status}` };
}
