/** What the lists of a workspace's export say: which folder is which channel, and who is called what. */
import { Rejection } from '../../core/errors.js';
import { asArray, asObject, asString, parseJson } from '../shared/json.js';
import type { PackageReader, Survey } from '../source.js';
import { LISTS } from './recognise.js';
import { isChannel, isUser } from './uri.js';

export interface Facts {
  /** Folder → channel. */
  readonly channels?: { readonly [folder: string]: Channel };
  readonly names?: { readonly [user: string]: string };
}

export interface Channel {
  readonly id: string;
  readonly kind: 'channel' | 'private' | 'direct';
}

/** Facts are read with every record: the names of a hundred thousand people are enough. */
const MAX_NAMES = 100_000;

export async function survey(pack: PackageReader): Promise<Survey> {
  const channels: Record<string, Channel> = {};
  const names: Record<string, string> = {};
  const warnings: string[] = [];
  for (const member of pack.members) {
    if (member.format !== LISTS || member.role !== 'survey') continue;
    const folder = member.path
      .split('/')
      .slice(0, -1)
      .map((part) => `${part}/`)
      .join('');
    try {
      for (const value of asArray(parseJson(await pack.read(member.path)))) {
        const entry = asObject(value) ?? {};
        const id = entry['id'];
        if (isChannel(id)) {
          const channel: Channel = { id, kind: kindOf(member.path, id, entry['is_private'] === true) };
          for (const name of [id, asString(entry['name'])]) if (name !== undefined) channels[folder + name] = channel;
        } else if (isUser(id) && Object.keys(names).length < MAX_NAMES) {
          const name = asString(asObject(entry['profile'])?.['real_name']) ?? asString(entry['name']);
          if (name !== undefined) names[id] = name;
        }
      }
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      warnings.push(`${member.path} could not be read: ${error.detail}`);
    }
  }
  return { facts: { channels, names } as never, warnings };
}

function kindOf(path: string, id: string, isClosed: boolean): Channel['kind'] {
  if (id.startsWith('D') || /(?:^|\/)(?:dms|mpims)\.json$/.test(path)) return 'direct';
  return isClosed || /(?:^|\/)groups\.json$/.test(path) ? 'private' : 'channel';
}
