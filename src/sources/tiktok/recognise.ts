import { asArray, isObject, type JsonObject } from '../shared/json.js';
import { peekJson } from '../shared/peek.js';
import { capturedOf } from '../shared/zeeschuimer.js';
import type { MemberHead, Recognition } from '../source.js';
import { isBlocks } from './blocks.js';
import { isExport } from './export.js';
import { kindOf } from './kinds.js';

/** As Zeeschuimer names its modules. */
export const PLATFORMS = ['tiktok.com', 'tiktok-comments'];
/** Enough to see through a list that begins with something else. */
const SAMPLE = 20;

export function recognise({ head }: MemberHead): Recognition | null {
  if (head.includes(0)) return null;
  const peek = peekJson(head);
  if (!peek || peek.prefix.trim() !== '') return recogniseBlocks(head);
  const samples = peek.values
    .flatMap((value) => (Array.isArray(value) ? (value as unknown[]).slice(0, SAMPLE) : [value]))
    .slice(0, SAMPLE)
    .filter(isObject);
  for (const sample of samples) {
    const found = verdict(sample, samples.length === 1 && !peek.cut);
    if (found) return found;
  }
  return null;
}

function verdict(value: JsonObject, alone: boolean): Recognition | null {
  const captured = capturedOf(value);
  if (captured) {
    if (!PLATFORMS.includes(captured.platform)) return null;
    const why = `lines of Zeeschuimer, captured from ${captured.platform}`;
    return { format: 'tiktok-zeeschuimer', confidence: 0.97, why, role: 'records' };
  }
  if (isExport(value)) {
    const why = 'sections that TikTok’s own export has';
    return { format: 'tiktok-export', confidence: 0.95, why, role: 'records' };
  }
  const kind = kindOf(value);
  if (kind === undefined) return null;
  const found = { format: kind === 'info' ? 'tiktok-ytdlp' : 'tiktok-api', confidence: 0.94 };
  const why = kind === 'info' ? 'yt-dlp’s description of what TikTok has' : `a ${kind} as TikTok gives it`;
  const refusal = alone ? refusalOf(value, kind) : undefined;
  return refusal ? { ...found, why, role: 'refused', refusal } : { ...found, why, role: 'records' };
}

function refusalOf(value: JsonObject, kind: string): Recognition['refusal'] {
  if (kind === 'user') return { reason: 'users', detail: 'an account, no post; hand in its posts' };
  if (kind === 'error') return { reason: 'empty', detail: 'an answer without posts' };
  if (kind === 'info' && value['_type'] === 'playlist' && asArray(value['entries']).length === 0) {
    return { reason: 'lists', detail: 'a list’s own description, no post; its posts have files of their own' };
  }
  return undefined;
}

function recogniseBlocks(head: Uint8Array): Recognition | null {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, 8_192)).toString('utf8');
  const kind = isBlocks(text);
  if (kind === undefined) return null;
  const found = { format: 'tiktok-export-text', confidence: 0.9 };
  if (kind !== 'private') return { ...found, why: `blocks of ${kind} as TikTok’s export writes them`, role: 'records' };
  // Likes, favourites, what was watched: times and addresses.
  return { ...found, why: 'blocks of times and addresses alone', role: 'sealed', opensWith: 'account' };
}
