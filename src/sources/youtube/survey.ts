import type { Json } from '../../core/canonical.js';
import { repeatsIn } from '../shared/repeats.js';
import type { PackageReader, Survey } from '../source.js';
import { keyOfItem, splitPage } from './page.js';

/** Which chat messages of an old page say the same as an earlier one: path → offset → ordinal. */
export async function survey(pack: PackageReader): Promise<Survey> {
  const facts: { [path: string]: Json } = {};
  for (const { path, format, role } of pack.members) {
    if (format !== 'youtube-takeout-page' || role !== 'records') continue;
    const repeats = await repeatsIn(pack.open(path), splitPage, keyOfItem);
    if (Object.keys(repeats).length > 0) facts[path] = repeats;
  }
  return { facts };
}
