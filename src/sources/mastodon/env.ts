/** What a record is read with, beyond its own bytes: the folder that it lies in and what the survey found there. */
import type { Reading, ActorReading, RefusedItem } from '../../core/reading.js';
import { Rejection, type RejectReason } from '../../core/errors.js';
import { asString, type JsonObject } from '../shared/json.js';
import type { CaptureContext } from '../source.js';

export type Item = Reading | RefusedItem;

/** The post that a file of versions belongs to: the versions themselves have no id. */
export interface HistoryOf {
  readonly post: string;
  /** When it was first published; unknown of a post that was only asked about. */
  readonly published?: string;
  /** Mastodon's word; an edit cannot change it, and a version does not repeat it. */
  readonly visibility?: string;
}

/** What a status says of its own history. */
export function historyOf(status: JsonObject): HistoryOf | undefined {
  const post = asString(status['uri']);
  const published = asString(status['created_at']);
  const visibility = asString(status['visibility']);
  if (post === undefined || published === undefined) return undefined;
  return { post, published, ...(visibility !== undefined && { visibility }) };
}

/** What `survey` finds out; kept as plain JSON. Keys are paths of the package. */
export interface Facts {
  /** Folder of an archive → whose it is. */
  readonly owners: { readonly [folder: string]: ActorReading };
  readonly histories: { readonly [path: string]: HistoryOf };
  /** In a page of statuses: local id of a post that is answered → its URI. */
  readonly parents: { readonly [path: string]: { readonly [id: string]: string } };
}

export interface Env {
  readonly path: string;
  /** With a slash at its end, or empty. */
  readonly folder: string;
  readonly owner: ActorReading | undefined;
  readonly history: HistoryOf | undefined;
  readonly parents: { readonly [id: string]: string };
}

export function envOf(context: CaptureContext): Env {
  const facts = context.survey?.facts as unknown as Facts | undefined;
  const folder = folderOf(context.path);
  return {
    path: context.path,
    folder,
    owner: own(facts?.owners, folder),
    history: own(facts?.histories, context.path) ?? (context.about === undefined ? undefined : { post: context.about }),
    parents: own(facts?.parents, context.path) ?? {},
  };
}

/** Names come from a stranger's package: `__proto__` is one of them. */
export function own<T>(table: { readonly [key: string]: T } | undefined, key: string): T | undefined {
  return table && Object.hasOwn(table, key) ? table[key] : undefined;
}

export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function refused(reason: RejectReason, detail: string): RefusedItem {
  return { refused: reason, detail };
}

/** One item's Rejection is that item's; its neighbours are read all the same. */
export function guarded(read: () => Item): Item {
  try {
    return read();
  } catch (error) {
    if (error instanceof Rejection) return refused(error.reason, error.detail);
    throw error;
  }
}
