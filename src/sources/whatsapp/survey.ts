/**
 * What only the whole chat shows: the order of day and month, how many people write, and which of several identical
 * messages of a minute is the second. One pass, in flat memory.
 */
import { sha256 } from '../../core/digest.js';
import { Rejection } from '../../core/errors.js';
import { recordsOf } from '../shared/records.js';
import type { PackageReader, Survey } from '../source.js';
import { dayOf, isPlainDate, ORDERS, type Head, type Order } from './head.js';
import { lineOf, type Line } from './line.js';
import { splitChat } from './split.js';

export interface ChatFacts {
  readonly order: Order;
  /** Whether another order would explain the dates as well. */
  readonly certain: boolean;
  /** Up to three: beyond two, it is a group. */
  readonly senders: number;
  /** Offset → how many identical messages of the same minute stand before it. */
  readonly repeats: { readonly [offset: string]: number };
}

export interface Facts {
  readonly chats: { readonly [path: string]: ChatFacts };
}

const MAX_REPEATS = 20_000;

export async function survey(pack: PackageReader): Promise<Survey> {
  const chats: Record<string, ChatFacts> = {};
  const warnings: string[] = [];
  for (const { path, role } of pack.members) {
    if (role !== 'records') continue;
    const facts = await read(pack.open(path));
    chats[path] = facts;
    if (!facts.certain) {
      warnings.push(
        `${path}: its dates can be read as ${facts.order} and otherwise; read as ${facts.order} (day, month, year in that order)`,
      );
    }
  }
  return { facts: { chats } as never, warnings };
}

async function read(member: AsyncIterable<Uint8Array>): Promise<ChatFacts> {
  const senders = new Set<string>();
  const repeats: Record<string, number> = {};
  const orders = new Orders();
  let minute = '';
  let seen = new Map<string, number>();
  let repeated = 0;
  for await (const { offset, bytes } of recordsOf(member, splitChat)) {
    const line = attempt(bytes);
    if (!line) continue;
    orders.look(line.head);
    if (line.sender !== undefined && senders.size < 3) senders.add(line.sender);
    const now = minuteOf(line.head);
    if (now !== minute) [minute, seen] = [now, new Map<string, number>()];
    const said = saidOf(line);
    const before = seen.get(said) ?? 0;
    seen.set(said, before + 1);
    if (before > 0 && ++repeated <= MAX_REPEATS) repeats[offset] = before;
  }
  return { ...orders.verdict(), senders: senders.size, repeats };
}

function attempt(bytes: Buffer): Line | undefined {
  try {
    return lineOf(bytes);
  } catch (error) {
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}

function minuteOf({ date, hour, minute }: Head): string {
  return `${date.join('/')} ${hour}:${minute}`;
}

/** What makes two messages of a minute identical. */
export function saidOf({ head, sender, text }: Line): string {
  return sha256(`${head.second ?? ''}\n${sender ?? ''}\n${text}`).slice(0, 24);
}

/** An order falls where a date has no such day; of those that stand, the one in which time runs backwards least. */
class Orders {
  private doubtful = false;
  private readonly last = new Map<Order, number>();
  private readonly back = new Map<Order, number>(ORDERS.map((order) => [order, 0]));

  look(head: Head): void {
    if (isPlainDate(head.date)) return;
    this.doubtful = true;
    for (const order of [...this.back.keys()]) {
      const day = dayOf(head.date, order);
      if (!day) {
        this.back.delete(order);
        continue;
      }
      const at = ((day.year * 12 + day.month) * 31 + day.day) * 1440 + head.hour * 60 + head.minute;
      if (at < (this.last.get(order) ?? 0)) this.back.set(order, this.back.get(order)! + 1);
      this.last.set(order, at);
    }
  }

  verdict(): { order: Order; certain: boolean } {
    if (!this.doubtful) return { order: 'ymd', certain: true };
    const standing = [...this.back].sort((a, b) => a[1] - b[1]);
    const [first, second] = standing;
    if (!first) return { order: 'dmy', certain: false };
    return { order: first[0], certain: second === undefined || second[1] > first[1] };
  }
}
