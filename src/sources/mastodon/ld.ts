/** JSON-LD as the fediverse writes it: compacted, one value where a list of one is meant, now and then with prefixes. */
import { asNumber, asObject, isObject, type JsonObject } from '../shared/json.js';

/** A property, also where a server writes it with its prefix (`as:sensitive`). */
export function property(object: JsonObject, name: string): unknown {
  return object[name] ?? object[`as:${name}`];
}

export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

export function objectsOf(value: unknown): JsonObject[] {
  return listOf(value).filter(isObject);
}

/** The id of something that is named or inlined. */
export function idOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const object = asObject(Array.isArray(value) ? value[0] : value);
  if (!object) return Array.isArray(value) && typeof value[0] === 'string' ? value[0] : undefined;
  const id = object['id'] ?? object['@id'];
  return typeof id === 'string' ? id : undefined;
}

export function typesOf(object: JsonObject): readonly string[] {
  return listOf(object['type'] ?? object['@type']).filter((type) => typeof type === 'string');
}

/** `url` is an address, a Link, or a list of either; the page for people is the one that is HTML. */
export function pageOf(value: unknown): string | undefined {
  const links = listOf(value);
  const page = links.find((link) => isObject(link) && mediaTypeOf(link) === 'text/html') ?? links[0];
  return hrefOf(page);
}

export function hrefOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const href = asObject(value)?.['href'] ?? asObject(value)?.['url'];
  return typeof href === 'string' ? href : undefined;
}

/** PeerTube and others wrote `mimeType` for years. */
export function mediaTypeOf(object: JsonObject): string | undefined {
  const type = object['mediaType'] ?? object['mimeType'];
  return typeof type === 'string' ? type : undefined;
}

/** `totalItems` of a collection of likes, shares or replies. */
export function countOf(value: unknown): number | undefined {
  return count(asObject(value)?.['totalItems']);
}

/** A number of things: counts below zero stand for hidden ones, and beyond 2^53 for nonsense. */
export function count(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** Without the keys whose value is undefined, and nothing when none is left. */
export function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const out: Record<string, unknown> = {};
  for (const key in fields) if (fields[key] !== undefined) out[key] = fields[key];
  return out as { [K in keyof T]?: Exclude<T[K], undefined> };
}
