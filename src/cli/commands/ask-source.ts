/** What a file is when two sources are as sure of it as each other. */
import { parseKey } from '../../core/digest.js';
import type { AccessionOptions } from '../../pipeline/ports.js';
import { rejects, type AccessionSummary } from '../../read/index.js';
import { sourceById } from '../../sources/index.js';
import type { Opened } from '../context.js';
import type { CliIo } from '../io.js';
import { clean } from '../print.js';

type AskArchive = Pick<Opened['archive'], 'pool' | 'blobs'>;

const ASKED_ABOUT = 5;

/** The person is asked, where there is one; undefined where not, and where they leave it. */
export async function askSource(
  io: CliIo,
  { pool, blobs }: AskArchive,
  summary: AccessionSummary,
  { source }: AccessionOptions,
): Promise<string | undefined> {
  if (!io.ask || source !== undefined || !summary.rejectReasons['ambiguous']) return undefined;
  const page = await rejects(pool, blobs, parseKey(summary.id)!, { limit: 200 });
  const unclear = (page?.items ?? []).filter(({ reason }) => reason === 'ambiguous');
  for (const { path, detail } of unclear.slice(0, ASKED_ABOUT)) io.err(`${clean(path)} ${clean(detail)}\n`);
  for (;;) {
    const answer = await io.ask('Which source is it? (its name, or nothing to leave it) ');
    if (answer === '') return undefined;
    if (sourceById(answer)) return answer;
    io.err(`There is no source ${JSON.stringify(answer)}.\n`);
  }
}
