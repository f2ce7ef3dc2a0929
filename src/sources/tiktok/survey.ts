import type { Json } from '../../core/canonical.js';
import { Rejection } from '../../core/errors.js';
import { asObject, asString, isObject, parseJson } from '../shared/json.js';
import { scanJson } from '../shared/json-scanner.js';
import { recordBytes } from '../shared/records.js';
import { repeatsIn } from '../shared/repeats.js';
import type { PackageReader, Survey } from '../source.js';
import { blockOf, splitBlocks } from './blocks.js';
import { DELETED, keyOf, selectOwn, type ExportFacts } from './export.js';

/** Whose export it is, what was deleted, and which items say the same as an earlier one. */
export async function survey(pack: PackageReader): Promise<Survey> {
  const facts: { [path: string]: ExportFacts } = {};
  const passedOver = new Set<string>();
  for (const { path, format, role } of pack.members) {
    if (role !== 'records') continue;
    if (format === 'tiktok-export') facts[path] = await factsOfJson(pack, path, passedOver);
    if (format === 'tiktok-export-text') facts[path] = { repeats: await repeatsOfBlocks(pack, path), deleted: [] };
  }
  const names = [...passedOver].sort().join(', ');
  const warnings = names === '' ? [] : [`private parts of the file were not read: ${names}`];
  return { facts: facts as unknown as Json, ...(warnings.length > 0 && { warnings }) };
}

async function factsOfJson(pack: PackageReader, path: string, passedOver: Set<string>): Promise<ExportFacts> {
  const repeats = await repeatsIn(pack.open(path), (member) => scanJson(member, selectOwn), keyOfJson);
  const deleted: [number, number][] = [];
  const lists = scanJson(pack.open(path), (at, firstByte) => {
    if (DELETED.test(at)) return firstByte === 0x5b ? 'record' : 'skip';
    const verdict = selectOwn(at, firstByte);
    const part = /^\$\.([^.]+)$/.exec(at)?.[1];
    if (verdict === 'skip' && part !== undefined && passedOver.size < 40) passedOver.add(part);
    return verdict === 'record' ? 'skip' : verdict;
  });
  for await (const { offset, length, refused } of lists) if (!refused) deleted.push([offset, offset + length]);
  const account = await accountIn(pack, path);
  return { repeats, deleted, ...(account !== undefined && { account }) };
}

/** `Profile` → `Profile Information` → `ProfileMap` → `userName`. */
async function accountIn(pack: PackageReader, path: string): Promise<string | undefined> {
  const maps = recordBytes(pack.open(path), (at, firstByte) => {
    if (/^\$\.Profile[\w ]*\.Profile Info(?:rmation)?\.ProfileMap$/.test(at)) return 'record';
    const leads = at === '$' || /^\$\.Profile[\w ]*(?:\.Profile Info(?:rmation)?)?$/.test(at);
    return leads && firstByte === 0x7b ? 'descend' : 'skip';
  });
  for await (const bytes of maps) {
    const name = asString(asObject(valueOf(bytes))?.['userName']);
    if (name !== undefined && name !== '' && name !== 'N/A') return name.toLowerCase();
  }
  return undefined;
}

function keyOfJson(record: Buffer): string | undefined {
  const value = parseJson(record);
  return isObject(value) ? keyOf(value) : undefined;
}

function repeatsOfBlocks(pack: PackageReader, path: string): ReturnType<typeof repeatsIn> {
  return repeatsIn(pack.open(path), splitBlocks, (record) => keyOf(blockOf(record)));
}

function valueOf(bytes: Buffer): unknown {
  try {
    return parseJson(bytes);
  } catch (error) {
    if (error instanceof Rejection) return undefined;
    throw error;
  }
}
