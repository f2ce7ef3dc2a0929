/** Whose export it is, and which posts say the same as an earlier one. */
import type { Json } from '../../core/canonical.js';
import { Rejection } from '../../core/errors.js';
import { asObject, isObject } from '../shared/json.js';
import { entriesOf, firstItem, isHandle } from '../shared/meta-maps.js';
import { postKey } from '../shared/meta-post.js';
import { parseMeta, type MetaFacts } from '../shared/meta.js';
import { repeatsIn, type Repeats } from '../shared/repeats.js';
import type { PackageReader, Survey } from '../source.js';
import { ACCOUNT, POSTS } from './recognise.js';
import { splitFile } from './split.js';

const PROFILE_LIMIT = 1024 * 1024;
const PROFILE = 'text_post_app_text_post_app_profile';

export async function survey(pack: PackageReader): Promise<Survey> {
  const warnings: string[] = [];
  const repeats: { [path: string]: Repeats } = {};
  let owner: MetaFacts = {};
  for (const { path, format, role, size } of pack.members) {
    if (format === ACCOUNT && size <= PROFILE_LIMIT) owner = { ...(await ownerIn(pack, path, warnings)), ...owner };
    if (format !== POSTS || role !== 'records') continue;
    const found = await repeatsIn(pack.open(path), splitFile, (record) => {
      const item = parseMeta(record);
      return isObject(item) ? postKey(item) : undefined;
    });
    if (Object.keys(found).length > 0) repeats[path] = found;
  }
  return { facts: { ...owner, repeats } as unknown as Json, ...(warnings.length > 0 && { warnings }) };
}

/** The export has no number of the account, nor when it was made: its name of the day is all there is. */
async function ownerIn(pack: PackageReader, path: string, warnings: string[]): Promise<MetaFacts> {
  try {
    const profile = firstItem(asObject(parseMeta(await pack.read(path)))?.[PROFILE]);
    const values = entriesOf(profile ?? {}).map(({ value }) => value ?? '');
    const handle = values.find((value) => isHandle(value) && /[a-z_]/.test(value));
    return handle === undefined ? {} : { account: handle, handle };
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    warnings.push(`${path} could not be read: ${error.detail}`);
    return {};
  }
}
