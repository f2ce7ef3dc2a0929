/**
 * Who wrote what the package's deletions name. A deletion counts only from the author of the deleted event, and does
 * not say who that is; where both lie in the package, it can be known.
 *
 * One pass finds the deletions; a second, only where there are some, the events that they name.
 */
import { asObject, isObject, parseJson, type JsonObject } from '../shared/json.js';
import { recordBytes } from '../shared/records.js';
import { peekAhead } from '../shared/ahead.js';
import { Rejection } from '../../core/errors.js';
import type { PackageReader, Survey } from '../source.js';
import { deletedIds } from './acts.js';
import { idOf } from './event.js';
import { selectFor } from './split.js';

/** The facts are kept with the package; a hundred and thirty bytes for each id. */
const MAX_DELETIONS = 20_000;
const DELETION = /"kind"\s*:\s*5\s*[,}]/;

export async function survey(pack: PackageReader): Promise<Survey> {
  const members = pack.members.filter((member) => member.role === 'records');
  const deleted = new Set<string>();
  let beyond = 0;
  for (const { path } of members) {
    for await (const record of recordsOf(pack, path)) {
      if (!DELETION.test(record.toString('latin1'))) continue;
      for (const event of eventsIn(record)) {
        if (event['kind'] !== 5) continue;
        for (const id of deletedIds(event)) {
          if (deleted.size < MAX_DELETIONS) deleted.add(id);
          else beyond++;
        }
      }
    }
  }
  const authors: Record<string, string> = {};
  if (deleted.size > 0) {
    for (const { path } of members) {
      for await (const record of recordsOf(pack, path)) {
        for (const event of eventsIn(record)) note(event, deleted, authors);
      }
    }
  }
  const warning = `${beyond} deletions more than ${MAX_DELETIONS}: of those it is not looked up whether the author asked`;
  return { facts: { authors }, ...(beyond > 0 && { warnings: [warning] }) };
}

/** Only an event whose id is right can say who wrote what has that id. */
function note(event: JsonObject, deleted: ReadonlySet<string>, authors: Record<string, string>): void {
  const { id, pubkey, created_at: createdAt, kind, tags, content } = event;
  if (typeof id !== 'string' || !deleted.has(id) || typeof pubkey !== 'string') return;
  const body = { pubkey, createdAt, kind, tags, content } as Parameters<typeof idOf>[0];
  if (idOf(body) === id) authors[id] = pubkey;
}

async function* recordsOf(pack: PackageReader, path: string): AsyncGenerator<Buffer> {
  const { head, all } = await peekAhead(pack.open(path));
  yield* recordBytes(all, selectFor(head));
}

/** The events of a record that is one, frames one, or lists some. What cannot be read is told when it is read. */
function eventsIn(record: Uint8Array): JsonObject[] {
  try {
    return flat(parseJson(record), 0);
  } catch (error) {
    if (error instanceof Rejection) return [];
    throw error;
  }
}

function flat(value: unknown, depth: number): JsonObject[] {
  const event = asObject(value);
  if (event) return [event];
  if (!Array.isArray(value) || depth > 4) return [];
  return (value as unknown[])
    .filter((each) => isObject(each) || Array.isArray(each))
    .flatMap((each) => flat(each, depth + 1));
}
