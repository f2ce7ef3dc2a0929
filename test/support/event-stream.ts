/** Server-sent events, as a client reads them. */
import { request, type IncomingMessage } from 'node:http';

export interface Sent {
  readonly id: string;
  readonly event: string;
  readonly data: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- judged by what is asserted of it
}

/** Reads a stream of events until there are `count`, or for `ms`. */
export async function eventsOf(
  url: string,
  count: number,
  { lastId, ms = 20_000 }: { readonly lastId?: string; readonly ms?: number } = {},
): Promise<Sent[]> {
  // Not fetch: when one of its streams is left it opens a connection in advance, which nobody uses or closes.
  const answer = await open(url, lastId === undefined ? {} : { 'last-event-id': lastId });
  const over = setTimeout(() => answer.destroy(), ms);
  const sent: Sent[] = [];
  let text = '';
  try {
    for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
      const frames = (text + chunk).split('\n\n');
      text = frames.pop()!;
      sent.push(...frames.flatMap(readFrame));
      if (sent.length >= count) break;
    }
  } catch (error) {
    if (!answer.destroyed) throw error;
  } finally {
    clearTimeout(over);
    answer.destroy();
  }
  return sent;
}

function open(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, { headers, agent: false }, (answer) => {
      if (answer.headers['content-type'] === 'text/event-stream; charset=utf-8') resolve(answer);
      else reject(new Error(`${url}: ${answer.statusCode}, no stream of events`));
    })
      .on('error', reject)
      .end();
  });
}

/** Comments and what only sets the place are no events. */
function readFrame(frame: string): Sent[] {
  const fields = new Map(frame.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
  const [id, event, data] = [fields.get('id'), fields.get('event'), fields.get('data')];
  return event === undefined ? [] : [{ id: id!, event, data: JSON.parse(data!) as unknown }];
}
