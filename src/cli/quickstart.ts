/** The first look: the bundled sample exports are archived, and what happened is explained in a dozen lines. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Archive } from '../app/archive.js';
import type { Key } from '../core/digest.js';
import { receivePath } from '../pipeline/receive.js';
import { accessionProgress, accessionSummary, hasEnded, type AccessionSummary } from '../read/index.js';
import type { CliIo } from './io.js';
import { printSummary } from './summary.js';

const SAMPLES = ['x-2023-teacher.zip', 'x-2024-teacher.zip'];
/** A post of the samples that was edited between the two exports (samples/README.md). */
export const SAMPLE_POST = 'https://x.com/i/status/9020230610163120000';

/** Hands the sample exports in and waits until they are read. On a second start they state nothing new. */
export async function importSamples(archive: Archive, signal: AbortSignal): Promise<AccessionSummary[]> {
  const summaries: AccessionSummary[] = [];
  for (const name of SAMPLES) {
    const id = await receivePath(archive, samplePath(name), {
      collection: 'samples',
      options: { include: [] },
      custody: { receivedFrom: 'the Perdure project', note: 'invented sample export, bundled with the software' },
    });
    await finished(archive, id, signal);
    const summary = await accessionSummary(archive.pool, id);
    if (summary) summaries.push(summary);
  }
  return summaries;
}

async function finished({ pool }: Archive, id: Key, signal: AbortSignal): Promise<void> {
  for (;;) {
    const status = (await accessionProgress(pool, id))?.status;
    if (status === 'complete') return;
    if (status === undefined || hasEnded(status)) {
      throw new Error(`the sample export could not be read (status ${status ?? 'unknown'}): run perdure doctor`);
    }
    await sleep(50, undefined, { signal });
  }
}

/** From `dist/src/cli/` and from `src/cli/` alike: the folder that holds package.json. */
function samplePath(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, 'samples', name);
}

export function printQuickstart(io: CliIo, summaries: readonly AccessionSummary[], url: string, once: boolean): void {
  io.out('\nTwo exports of one invented account, a teacher in Aleppo, were archived:\n');
  for (const summary of summaries) printSummary(io, summary);
  io.out(`
  Post         a message, known by its canonical URI, whichever export it came in
  Version      what it said during a time; an edit opens a new one, nothing replaces an old one
  Observation  that it was seen (or seen to be gone), when, in which bytes of which file

See a post that was edited:
  npm run -s perdure -- history ${SAMPLE_POST}
`);
  if (!once) io.out(`In the browser: ${url}\n`);
}
