/**
 * Names. A message is known by its channel and `ts`, which Slack gives to one message of a channel only. The workspace is
 * no part of it: a record's `team` is that of its author, who may be a guest from elsewhere, and channel ids do not
 * repeat across workspaces in practice.
 */
import type { Digest } from '../../core/digest.js';
import { actorUri, postUri, segment, type ActorUri, type PostUri } from '../../core/uri.js';

const TS = /^\d{9,11}\.\d{6}$/;
const CHANNEL = /^[CDG][A-Z0-9]{7,14}$/;
const USER = /^[UWB][A-Z0-9]{6,14}$/;

export const isTs = (value: unknown): value is string => typeof value === 'string' && TS.test(value);
export const isChannel = (value: unknown): value is string => typeof value === 'string' && CHANNEL.test(value);
export const isUser = (value: unknown): value is string => typeof value === 'string' && USER.test(value);

/** Where messages belong that do not say in which channel they stand: to the package, and the folder in it. */
export function unknownChannel(accession: Digest, folder: string): string {
  return `unknown:${accession}:${segment(folder)}`;
}

export function messageOf(channel: string, ts: string): PostUri {
  return postUri(`perdure:slack:${channel}:${ts}`);
}

export function personOf(id: string): ActorUri {
  return actorUri(`perdure:slack:user:${id}`);
}

const ARCHIVE_URL =
  /^https:\/\/[\w-]+\.(?:enterprise\.)?slack\.com\/archives\/([A-Z0-9]+)\/p(\d{9,11})(\d{6})(?:[?#].*)?$/;

/** `https://acme.slack.com/archives/C024BE91L/p1481626909000002` */
export function locate(url: string): PostUri | undefined {
  const found = ARCHIVE_URL.exec(url);
  return found && isChannel(found[1]) ? messageOf(found[1], `${found[2]}.${found[3]}`) : undefined;
}
