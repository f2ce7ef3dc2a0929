/** Whose export it is, and which items say the same as an earlier one. */
import type { Json } from '../../core/canonical.js';
import { Rejection } from '../../core/errors.js';
import { msOf, parseIso } from '../../core/time.js';
import { asObject, asString, isObject, type JsonObject } from '../shared/json.js';
import { entriesOf, firstItem, isHandle } from '../shared/meta-maps.js';
import { messageKey } from '../shared/meta-message.js';
import { postKey } from '../shared/meta-post.js';
import { parseMeta, type MetaFacts } from '../shared/meta.js';
import { repeatsIn, type Met, type Repeats } from '../shared/repeats.js';
import type { PackageReader, Survey } from '../source.js';
import { commentKey } from './comment.js';
import { ownerIn } from './kinds.js';
import { ACCOUNT, COMMENTS, MESSAGES, POSTS } from './recognise.js';
import { splitFile } from './split.js';

/** Files about the account that are asked for its name: some kilobytes each. */
const ACCOUNT_LIMIT = 1024 * 1024;
const KEYS = {
  [POSTS]: (item: unknown) => (isObject(item) ? postKey(item) : undefined),
  [COMMENTS]: commentKey,
  [MESSAGES]: (item: unknown) => (isObject(item) ? messageKey(item) : undefined),
};

export async function survey(pack: PackageReader): Promise<Survey> {
  const warnings: string[] = [];
  const repeats: { [path: string]: Repeats } = {};
  const met = new Map<string, Met>();
  let owner: MetaFacts = {};
  for (const { path, format, role, size } of pack.members) {
    if (
      format === ACCOUNT &&
      size <= ACCOUNT_LIMIT &&
      /sign_?up|registration|personal_information|profile/.test(path)
    ) {
      owner = { ...(await ownerInFile(pack, path, warnings)), ...owner };
    }
    // A sealed conversation is not looked into unless it was asked for.
    const isAsked = role === 'sealed' && pack.options.include.some((each) => each === 'direct' || each === 'group');
    if (role !== 'records' && !(format === MESSAGES && isAsked)) continue;
    const keyOf = Object.hasOwn(KEYS, format) ? KEYS[format as keyof typeof KEYS] : undefined;
    if (!keyOf) continue;
    const list = path.replace(/_\d+\.json$/, '');
    if (!met.has(list)) met.clear();
    const own: Met = met.get(list) ?? new Map<string, number>();
    met.set(list, own);
    const found = await repeatsIn(pack.open(path), splitFile, (record) => keyOf(parseMeta(record)), own);
    if (Object.keys(found).length > 0) repeats[path] = found;
  }
  if (pack.members.some(({ format, path }) => format === POSTS && /(?:^|\/)media\.json$/.test(path))) {
    warnings.push('media.json: pictures that were sent in conversations (`direct`) are not read');
  }
  return { facts: { ...owner, repeats } as unknown as Json, ...(warnings.length > 0 && { warnings }) };
}

/** The second in which the account was made never changes, as its names do. */
async function ownerInFile(pack: PackageReader, path: string, warnings: string[]): Promise<MetaFacts> {
  try {
    const file = asObject(parseMeta(await pack.read(path)));
    return file ? ownerOfFile(file) : {};
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    warnings.push(`${path} could not be read: ${error.detail}`);
    return {};
  }
}

function ownerOfFile(file: JsonObject): MetaFacts {
  const joined = parseIso(asString(file['date_joined']) ?? '');
  const username = asString(file['username']);
  if (joined && username !== undefined) {
    return { account: `r${Math.floor(msOf(joined) / 1000)}`, handle: username };
  }
  const signup = firstItem(file['account_history_registration_info']);
  if (signup) {
    const entries = entriesOf(signup);
    const seconds = entries.find(({ timestamp }) => timestamp !== undefined)?.timestamp;
    const handle = entries.map(({ value }) => value ?? '').find((value) => isHandle(value) && /[a-z]/.test(value));
    return { ...(seconds !== undefined && { account: `r${seconds}` }), ...(handle !== undefined && { handle }) };
  }
  const name = ownerIn(file);
  return name === undefined ? {} : { name };
}
