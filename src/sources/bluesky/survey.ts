/**
 * What a package says about its repositories: whose each CAR is, by which commit, and whether that is signed by the key
 * in the account’s DID document, where the package holds one.
 */
import type { Json } from '../../core/canonical.js';
import { Rejection } from '../../core/errors.js';
import { asObject, parseJson } from '../shared/json.js';
import type { PackageReader, Survey } from '../source.js';
import { showCid } from './cbor.js';
import { readHeader, sections } from './car.js';
import { Chunks } from './chunks.js';
import { documentOf, isSignedBy, type Key } from './commit.js';
import { rootCommit } from './split-car.js';

/** A repository’s head, as its CAR states it. */
export interface Head {
  readonly did: string;
  readonly cid: string;
  readonly rev?: string;
  /** In hex. */
  readonly sig?: string;
  /** Absent where the package holds no DID document of the account. */
  readonly signed?: boolean;
}

export interface Facts {
  /** By the path of the CAR. */
  readonly heads: { readonly [path: string]: Head };
  readonly keys: { readonly [did: string]: Key };
}

/** The facts are kept with the package; some two hundred bytes for each. */
const MAX_KEYS = 20_000;

export async function survey(pack: PackageReader): Promise<Survey> {
  const warnings: string[] = [];
  const keys = await keysOf(pack, warnings);
  const heads: Record<string, Head> = {};
  for (const { path, format, role } of pack.members) {
    if (format !== 'bluesky-car' || role !== 'records') continue;
    try {
      const head = await headOf(pack, path, keys);
      if (!head) continue;
      heads[path] = head;
      if (head.signed === false)
        warnings.push(`${path}: the commit is not signed by the key in the DID document of ${head.did}`);
    } catch (error) {
      // Why it cannot be read is told when it is split.
      if (!(error instanceof Rejection)) throw error;
    }
  }
  return {
    facts: { heads, keys: Object.fromEntries(keys) } as unknown as Json,
    ...(warnings.length > 0 && { warnings }),
  };
}

async function keysOf(pack: PackageReader, warnings: string[]): Promise<ReadonlyMap<string, Key>> {
  const keys = new Map<string, Key>();
  let beyond = 0;
  for (const { path, role } of pack.members) {
    if (role !== 'survey') continue;
    for (const document of await documentsOf(pack, path, warnings)) {
      const { did, key } = documentOf(document) ?? {};
      if (did === undefined || !key) continue;
      if (keys.size < MAX_KEYS) keys.set(did, key);
      else beyond++;
    }
  }
  if (beyond > 0)
    warnings.push(`${beyond} DID documents more than ${MAX_KEYS}: commits of those accounts are not checked`);
  return keys;
}

/** One document, a list of them, or an object of them by DID. */
async function documentsOf(pack: PackageReader, path: string, warnings: string[]): Promise<readonly unknown[]> {
  try {
    const value = parseJson(await pack.read(path));
    if (Array.isArray(value)) return value as unknown[];
    return documentOf(value) ? [value] : Object.values(asObject(value) ?? {});
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    warnings.push(`${path}: DID documents that could not be read (${error.detail}); commits are not checked by them`);
    return [];
  }
}

async function headOf(pack: PackageReader, path: string, keys: ReadonlyMap<string, Key>): Promise<Head | undefined> {
  const chunks = new Chunks(pack.open(path));
  try {
    const root = await readHeader(chunks);
    if (!root) return undefined;
    for await (const section of sections(chunks)) {
      if (section.kind !== 'block' || !section.cid.bytes.equals(root.bytes)) continue;
      const commit = rootCommit(section.cid, section.data);
      const key = keys.get(commit.did);
      return {
        did: commit.did,
        cid: showCid(section.cid),
        ...(commit.rev !== undefined && { rev: commit.rev }),
        ...(commit.sig && { sig: commit.sig.toString('hex') }),
        ...(key && { signed: isSignedBy(commit, key) }),
      };
    }
    return undefined;
  } finally {
    await chunks.close();
  }
}
