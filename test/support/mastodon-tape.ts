/** One account on a Mastodon server, played: its posts can be written, edited and deleted while it runs. */
import { startTape, type Reply, type Tape, type TapeRequest } from './tape-server.js';

export interface Written {
  readonly id: string;
  readonly uri: string;
}

export interface MastodonTape {
  readonly tape: Tape;
  readonly host: string;
  readonly actor: string;
  /** @param picture its address on this server */
  post(text: string, at?: Date, picture?: string): Written;
  edit(id: string, text: string, at?: Date): void;
  /** As Mastodon does: the client API says 404, the object itself 410. */
  delete(id: string): void;
  restore(id: string): void;
  rename(username: string): void;
  /** As Mastodon does: its own page says so, and all its posts are away as if they were deleted. */
  suspend(suspended?: boolean): void;
  /** Plays something else for the list of posts, until it is told `undefined`. */
  listing: ((request: TapeRequest, honest: () => Reply) => Reply | Promise<Reply>) | undefined;
  close(): Promise<void>;
}

interface Status {
  id: string;
  uri: string;
  created_at: string;
  edited_at: string | null;
  content: string;
  gone: boolean;
  media: object[];
  history: { content: string; created_at: string }[];
}

const ACCOUNT_ID = '109348';

export async function startMastodon(host = 'social.example'): Promise<MastodonTape> {
  const tape = await startTape();
  const actor = `https://${host}/users/nour`;
  const list = `/api/v1/accounts/${ACCOUNT_ID}/statuses`;
  const posts: Status[] = [];
  let username = 'nour';
  let suspended = false;

  const account = (): object => ({
    id: ACCOUNT_ID,
    username,
    acct: username,
    display_name: 'نور',
    uri: actor,
    url: `https://${host}/@${username}`,
    statuses_count: posts.length,
    ...(suspended && { suspended: true }),
  });
  const shown = ({ gone: _, history: __, media, ...status }: Status): object => ({
    ...status,
    url: `https://${host}/@${username}/${status.id}`,
    visibility: 'public',
    language: 'ar',
    account: account(),
    media_attachments: media,
    mentions: [],
    tags: [],
    in_reply_to_id: null,
    reblog: null,
    sensitive: false,
    spoiler_text: '',
  });
  const find = (id: string): Status => posts.find((each) => each.id === id)!;
  const honest = ({ query }: TapeRequest): Reply => {
    if (query.get('pinned') === 'true' || suspended) return { body: [] };
    const [max, since] = [query.get('max_id'), query.get('since_id')];
    const limit = Math.min(40, Number(query.get('limit') ?? 20));
    const found = posts
      .filter(({ id, gone }) => !gone && (max === null || id < max) && (since === null || id > since))
      .sort((a, b) => (a.id < b.id ? 1 : -1));
    const page = found.slice(0, limit);
    if (page.length === 0) return { body: [] };
    const next = `<https://${host}${list}?limit=${limit}&max_id=${page.at(-1)!.id}>; rel="next"`;
    return { body: page.map(shown), ...(found.length > limit && { headers: { link: next } }) };
  };

  const self: MastodonTape = {
    tape,
    host,
    actor,
    listing: undefined,
    post(text, at = new Date(), picture = undefined) {
      const id = String(112_000_000 + posts.length);
      const uri = `${actor}/statuses/${id}`;
      const status: Status = {
        id,
        uri,
        created_at: at.toISOString(),
        edited_at: null,
        content: `<p>${text}</p>`,
        gone: false,
        media:
          picture === undefined
            ? []
            : [{ id: `m${id}`, type: 'image', url: `https://${host}${picture}`, description: 'a street' }],
        history: [{ content: `<p>${text}</p>`, created_at: at.toISOString() }],
      };
      posts.push(status);
      tape.on(`GET /api/v1/statuses/${id}`, () =>
        find(id).gone || suspended ? { status: 404, body: { error: 'Record not found' } } : { body: shown(find(id)) },
      );
      tape.on(`GET /api/v1/statuses/${id}/history`, () => ({
        body: find(id).history.map((version) => ({
          ...version,
          spoiler_text: '',
          sensitive: false,
          account: account(),
        })),
      }));
      tape.on(`GET /users/nour/statuses/${id}`, () => (find(id).gone || suspended ? { status: 410 } : { status: 406 }));
      return { id, uri };
    },
    edit(id, text, at = new Date()) {
      const status = find(id);
      status.content = `<p>${text}</p>`;
      status.edited_at = at.toISOString();
      status.history.push({ content: status.content, created_at: status.edited_at });
    },
    delete: (id) => void (find(id).gone = true),
    restore: (id) => void (find(id).gone = false),
    rename: (name) => void (username = name),
    suspend: (now = true) => void (suspended = now),
    close: () => tape.close(),
  };

  tape.on('GET /.well-known/webfinger', ({ query }) => {
    const subject = `acct:${username}@${host}`;
    if (query.get('resource') !== subject) return { status: 404 };
    return { body: { subject, links: [{ rel: 'self', type: 'application/activity+json', href: actor }] } };
  });
  tape.on('GET /api/v1/accounts/lookup', ({ query }) =>
    query.get('acct')?.split('@')[0] === username
      ? { body: account() }
      : { status: 404, body: { error: 'Record not found' } },
  );
  tape.on(`GET /api/v1/accounts/${ACCOUNT_ID}`, () => ({ body: account() }));
  tape.on(`GET ${list}`, (request) => (self.listing ? self.listing(request, () => honest(request)) : honest(request)));
  tape.on('GET /users/nour', () => ({
    headers: { 'content-type': 'application/activity+json' },
    body: { id: actor, type: 'Person', preferredUsername: username },
  }));
  return self;
}
