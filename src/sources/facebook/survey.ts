/** Whose export it is, and which items say the same as an earlier one. */
import type { Json } from '../../core/canonical.js';
import { Rejection } from '../../core/errors.js';
import { asNumber, asObject, asString, isObject } from '../shared/json.js';
import { messageKey } from '../shared/meta-message.js';
import { parseMeta, type MetaFacts } from '../shared/meta.js';
import { repeatsIn, type Met, type Repeats } from '../shared/repeats.js';
import type { PackageReader, Survey } from '../source.js';
import { itemKey } from './post.js';
import { ACCOUNT, MESSAGES, POSTS } from './recognise.js';
import { splitFile } from './split.js';

/** A profile is some kilobytes. */
const PROFILE_LIMIT = 4 * 1024 * 1024;

export async function survey(pack: PackageReader): Promise<Survey> {
  const warnings: string[] = [];
  const repeats: { [path: string]: Repeats } = {};
  const met = new Map<string, Met>();
  let owner: Pick<MetaFacts, 'account' | 'name'> = {};
  for (const { path, format, role, size } of pack.members) {
    if (format === ACCOUNT && size <= PROFILE_LIMIT && /profile_information|profile\.json|(?:^|\/)profile/.test(path)) {
      owner = { ...(await profileIn(pack, path, warnings)), ...owner };
    }
    // A sealed conversation is not looked into unless it was asked for.
    const isAsked = role === 'sealed' && pack.options.include.some((each) => each === 'direct' || each === 'group');
    if (role !== 'records' && !(format === MESSAGES && isAsked)) continue;
    if (format !== POSTS && format !== MESSAGES) continue;
    // A list or a conversation goes on in the next file of its folder; in another folder lies another export’s.
    const list = path.replace(/_\d+\.json$/, '');
    if (!met.has(list)) met.clear();
    const own: Met = met.get(list) ?? new Map<string, number>();
    met.set(list, own);
    const found = await repeatsIn(pack.open(path), splitFile, format === MESSAGES ? keyOfMessage : keyOfItem, own);
    if (Object.keys(found).length > 0) repeats[path] = found;
  }
  return { facts: { ...owner, repeats } as unknown as Json, ...(warnings.length > 0 && { warnings }) };
}

function keyOfMessage(record: Buffer): string | undefined {
  const message = parseMeta(record);
  return isObject(message) ? messageKey(message) : undefined;
}

function keyOfItem(record: Buffer): string | undefined {
  const item = parseMeta(record);
  return isObject(item) ? itemKey(item) : undefined;
}

/** The second of an account’s registration never changes, as its names do. */
async function profileIn(
  pack: PackageReader,
  path: string,
  warnings: string[],
): Promise<Pick<MetaFacts, 'account' | 'name'>> {
  try {
    const file = asObject(parseMeta(await pack.read(path)));
    const profile = asObject(file?.['profile_v2']) ?? asObject(file?.['profile']) ?? {};
    const registered = asNumber(profile['registration_timestamp']);
    const name = asString(asObject(profile['name'])?.['full_name']) ?? asString(profile['name']);
    return {
      ...(registered !== undefined && registered > 0 && { account: `r${registered}` }),
      ...(name !== undefined && { name }),
    };
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    warnings.push(`${path} could not be read: ${error.detail}`);
    return {};
  }
}
