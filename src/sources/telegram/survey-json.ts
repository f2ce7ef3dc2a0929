/**
 * The chats of Telegram Desktop's JSON: where each begins and what its header says, in one pass with flat memory.
 *
 * A chat's header (name, type, id) stands before its messages, and an account's file holds one chat after another, so
 * a record alone does not know where it belongs.
 */
import { asId, asObject, asString } from '../shared/json.js';
import { scanJson, type ScannedRange, type Verdict } from '../shared/json-scanner.js';
import type { ChatFacts } from './facts.js';
import { hasSharedNumbers, peerOf, unshifted } from './uri.js';

/** What of a message is read to see its number: `{"id": 812,` stands first. */
const MESSAGE_HEAD = 256;
/** The private parts of an account's file. */
const PRIVATE = [
  'personal_information',
  'profile_pictures',
  'stories',
  'contacts',
  'frequent_contacts',
  'sessions',
  'web_sessions',
  'other_data',
];

interface Draft {
  from: number;
  id?: string | undefined;
  type?: string | undefined;
  name?: string | undefined;
  /** Whether its times are wall-clock times only: then it was written before 2021's end. */
  old?: boolean;
  exporter?: string;
  count: number;
  /** Messages whose number could not be read: they fill gaps. */
  unread: number;
  lowest: number;
  highest: number;
}

export class ChatSurvey {
  readonly warnings: string[] = [];
  chats: ChatFacts[] = [];

  private readonly drafts: Draft[] = [];
  /** For each value that the scanner was asked to report and has not yet: the chat that it belongs to. */
  private owners: number[] = [];
  private current = -1;
  private account: string | undefined;
  private readonly sealed = new Set<string>();

  static async read(bytes: AsyncIterable<Uint8Array>, path: string): Promise<ChatSurvey> {
    const survey = new ChatSurvey();
    const trail = new Trail();
    const ranges = scanJson(trail.follow(bytes), (at, first) => survey.select(at, first), { prose: 'ignore' });
    for await (const range of ranges) survey.meet(range, trail);
    survey.finish(path);
    return survey;
  }

  /** The scanner reports values in the order in which it asks about them, hence the queue of their owners. */
  private select(path: string, first: number): Verdict {
    const chat = chatPath(path);
    if (chat === '') {
      if (first !== 0x7b) return 'skip';
      this.current++;
      return 'descend';
    }
    if (chat === '.messages') return 'descend';
    if (chat === '.name' || chat === '.type' || chat === '.id' || chat === '.messages[]') {
      this.owners.push(this.current);
      return 'record';
    }
    const part = path.slice(2);
    if (PRIVATE.includes(part)) this.sealed.add(part);
    if (path === '$.personal_information') return 'descend';
    if (path !== '$.personal_information.user_id') return chatList(path);
    this.owners.push(-1);
    return 'record';
  }

  private meet(range: ScannedRange, trail: Trail): void {
    const owner = this.owners.shift();
    if (owner === undefined) return;
    if (owner < 0) {
      this.account ??= asId(valueOf(trail.slice(range.offset, range.length)));
      return;
    }
    const draft = (this.drafts[owner] ??= {
      from: range.offset,
      count: 0,
      unread: 0,
      lowest: Infinity,
      highest: -Infinity,
    });
    const field = chatPath(range.path);
    if (range.refused) return;
    if (field === '.messages[]') return this.message(draft, range, trail);
    const value = valueOf(trail.slice(range.offset, range.length));
    if (field === '.id') draft.id ??= asId(value);
    else if (field === '.type') draft.type ??= asString(value);
    else draft.name ??= asString(value);
  }

  private message(draft: Draft, { offset, length }: ScannedRange, trail: Trail): void {
    const head = trail.slice(offset, Math.min(length, MESSAGE_HEAD))?.toString('latin1') ?? '';
    const number = Number(/^\{\s*"id"\s*:\s*(-?\d{1,15})/.exec(head)?.[1]);
    if (number > 0) {
      draft.count++;
      if (number < draft.lowest) draft.lowest = number;
      if (number > draft.highest) draft.highest = number;
    } else if (!(number < 0)) {
      draft.unread++;
    }
    const personal = draft.type === 'personal_chat' || draft.type === 'bot_chat';
    if (draft.old !== undefined && (!personal || draft.exporter !== undefined)) return;
    const message = asObject(valueOf(trail.slice(offset, length)));
    if (!message) return;
    if ('date' in message || 'date_unixtime' in message) draft.old ??= !('date_unixtime' in message);
    // Two people speak in a personal chat: the one that it is not named after made the export.
    const peer = personal ? peerOf(message['from_id']) : undefined;
    if (peer?.kind === 'user' && draft.id !== undefined && draft.old !== undefined && peer.id !== headerId(draft))
      draft.exporter = peer.id;
  }

  private finish(path: string): void {
    const present = this.drafts.flatMap((draft, ordinal) => (draft ? [{ draft, ordinal }] : []));
    this.chats = present.map(({ draft, ordinal }) => {
      const id = headerId(draft);
      const own = draft.type === 'saved_messages' ? id : draft.exporter;
      const exporter = this.account ?? own;
      return {
        from: draft.from,
        ordinal,
        ...(id !== undefined && { id }),
        ...(draft.type !== undefined && { type: draft.type }),
        ...(draft.name !== undefined && { name: draft.name }),
        ...(exporter !== undefined && { exporter }),
      };
    });
    for (const { draft } of present) this.warn(draft, path);
    if (this.sealed.size > 0) {
      const parts = [...this.sealed].sort().join(', ');
      this.warnings.push(`${path}: private parts of the account stand beside the chats and are not read: ${parts}`);
    }
  }

  /** Only where numbers are the chat's own: elsewhere the account's other chats use up the numbers between. */
  private warn(draft: Draft, path: string): void {
    const missing = draft.highest - draft.lowest + 1 - draft.count - draft.unread;
    if (!hasSharedNumbers(draft.type) || !(missing > 0)) return;
    const chat = draft.name === undefined ? '' : ` of ${JSON.stringify(draft.name)}`;
    this.warnings.push(
      `${path}: ${missing} of the message numbers ${draft.lowest} to ${draft.highest}${chat} are not in the file: ` +
        'deleted before the export, or left out of it; nothing says which',
    );
  }
}

function headerId(draft: Draft): string | undefined {
  return draft.id !== undefined && draft.old === true ? unshifted(draft.id) : draft.id;
}

const LIST = /^\$\.(?:chats|left_chats)\.list\[\]/;

/** The path below a chat, of a single chat's file or an account's: '' for the chat itself; undefined elsewhere. */
function chatPath(path: string): string | undefined {
  const below = LIST.exec(path);
  if (below) return path.slice(below[0].length);
  return path === '$' || CHAT_FIELDS.has(path) ? path.slice(1) : undefined;
}

const CHAT_FIELDS = new Set(['$.name', '$.type', '$.id', '$.messages', '$.messages[]']);

function chatList(path: string): Verdict {
  return /^\$\.(?:chats|left_chats)(?:\.list)?$/.test(path) ? 'descend' : 'skip';
}

/** What `split` yields: the messages of every chat. */
export function selectMessages(path: string, first: number): Verdict {
  const chat = chatPath(path);
  if (chat === '.messages[]') return 'record';
  if (chat === '') return first === 0x7b ? 'descend' : 'skip';
  return chat === '.messages' ? 'descend' : chatList(path);
}

function valueOf(bytes: Buffer | undefined): unknown {
  if (!bytes) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** Remembers the last stretch of a stream: a value is reported at its end, when its beginning has already gone by. */
class Trail {
  private before: Buffer = Buffer.alloc(0);
  private chunk: Buffer = Buffer.alloc(0);
  /** Offset of the first byte of `before`. */
  private base = 0;

  constructor(private readonly reach = 128 * 1024) {}

  async *follow(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      const shift = this.chunk.length >= this.reach ? this.before.length : 0;
      const seen = shift > 0 ? this.chunk : Buffer.concat([this.before, this.chunk]);
      this.before = seen.subarray(Math.max(0, seen.length - this.reach));
      this.base += shift + seen.length - this.before.length;
      this.chunk = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      yield chunk;
    }
  }

  /** Undefined when the stretch reaches further back than is remembered. */
  slice(offset: number, length: number): Buffer | undefined {
    const from = offset - this.base;
    if (from < 0) return undefined;
    if (from >= this.before.length) {
      const start = from - this.before.length;
      return this.chunk.subarray(start, start + length);
    }
    return Buffer.concat([this.before.subarray(from), this.chunk]).subarray(0, length);
  }
}
