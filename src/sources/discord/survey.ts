/** What a data package says beside the messages: whose it is, and which folder is which channel. */
import { Rejection } from '../../core/errors.js';
import type { Json } from '../../core/canonical.js';
import { asArray, asObject, asString } from '../shared/json.js';
import { parseExact } from '../shared/exact.js';
import type { CaptureContext, PackageReader, Survey } from '../source.js';
import type { Place } from './place.js';
import { ACCOUNT, CHANNEL } from './recognise.js';
import { isId } from './uri.js';

interface Facts {
  /** Folder → where its messages stand. */
  readonly channels?: { readonly [folder: string]: Place };
  readonly owner?: Owner;
}

export interface Owner {
  readonly id: string;
  readonly handle?: string;
  readonly name?: string;
}

export async function survey(pack: PackageReader): Promise<Survey> {
  const channels: Record<string, Place> = {};
  const warnings: string[] = [];
  let owner: Owner | undefined;
  for (const { path, format } of pack.members) {
    if (format !== CHANNEL && format !== ACCOUNT) continue;
    try {
      const value = asObject(parseExact(await pack.read(path))) ?? {};
      if (format === ACCOUNT) owner ??= ownerOf(value);
      else channels[folderOf(path)] = placeOf(value);
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      warnings.push(`${path} could not be read: ${error.detail}`);
    }
  }
  const facts: Facts = { channels, ...(owner && { owner }) };
  return { facts: facts as unknown as Json, warnings };
}

export function factsOf(context: CaptureContext): { place: Place; owner: Owner | undefined } {
  const { channels, owner } = (context.survey?.facts ?? {}) as Facts;
  const folder = folderOf(context.path);
  const known = channels && Object.hasOwn(channels, folder) ? channels[folder] : undefined;
  // Folders are named by the channel, with or without a letter, should its own file be missing.
  const channel = /(?:^|\/)c?(\d{15,20})$/.exec(folder)?.[1];
  return { place: known ?? { visibility: 'unknown', ...(channel !== undefined && { channel }) }, owner };
}

function folderOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}

function ownerOf(user: Readonly<Record<string, unknown>>): Owner | undefined {
  const { id } = user;
  if (!isId(id)) return undefined;
  const [handle, name] = [asString(user['username']), asString(user['global_name'])];
  return { id, ...(handle !== undefined && { handle }), ...(name !== undefined && { name }) };
}

/** Numbers before 2024, names since: 1 and DM are conversations of two, 3 and GROUP_DM of a few. */
function placeOf(channel: Readonly<Record<string, unknown>>): Place {
  const guild = asObject(channel['guild'])?.['id'];
  const type = String(channel['type']);
  const direct =
    type === '1' ||
    type === '3' ||
    /DM$/.test(type) ||
    (guild === undefined && asArray(channel['recipients']).length > 0);
  return {
    visibility: direct ? 'direct' : 'group',
    ...(isId(channel['id']) && { channel: channel['id'] }),
    ...(direct ? { guild: '0' } : isId(guild) && { guild }),
  };
}
