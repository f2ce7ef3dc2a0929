/** Were we looking? What was watched, where posts may be missing, and why. */
import type { Pool } from 'pg';
import { showKey } from '../core/digest.js';
import { UsageError } from '../core/errors.js';
import * as reader from '../store/readers/seeds.js';
import type { CoverageInterval, CoverageView, SeedView } from './seed-types.js';
import { keyOfSeed } from './seeds.js';

/** @param at a time to be answered, ISO 8601 */
export async function coverage(pool: Pool, seed: SeedView, at?: string, now = new Date()): Promise<CoverageView> {
  const rows = await reader.listCoverage(pool, keyOfSeed(seed));
  const known = rows.map(({ kind, from, to, reason, detail, harvest }): CoverageInterval => ({
    kind,
    from: from.toISOString(),
    to: to.toISOString(),
    reason,
    detail,
    harvest: showKey(harvest),
  }));
  // A gap may end before the stretch that it lies in.
  const end = known.reduce((latest, { to }) => (to > latest ? to : latest), '');
  const intervals = end !== '' && end < now.toISOString() ? [...known, since(seed, end, now)] : known;
  return { seed, intervals, ...(at !== undefined && { at: answer(at, intervals) }) };
}

/** From the last look until now. The next one will tell: continuity with the cursor closes it, or it becomes a gap. */
function since(seed: SeedView, from: string, now: Date): CoverageInterval {
  const because = (reason: string, detail: string): CoverageInterval => ({
    kind: 'since',
    from,
    to: now.toISOString(),
    reason,
    detail,
    harvest: null,
  });
  if (seed.state === 'ended') return because('unfollowed', 'it is no longer followed');
  if (seed.state === 'paused') return because('paused', 'it is paused; the first harvest after that will tell');
  if (seed.waitsUntil !== null)
    return because('rate-limit', `the rate budget is spent; it is asked again at ${seed.waitsUntil}`);
  // Its time is over, and nobody has asked since: the workers are about to, or away.
  if (seed.lastHarvest?.state === 'waiting')
    return because('rate-limit', `the rate budget was spent; ${seed.problem ?? 'it is asked again soon'}`);
  if (seed.problem !== null) return because('outage', seed.problem);
  if (seed.running !== null) return because('running', 'a harvest is running');
  return because('due', `the next look is at ${seed.nextAt}`);
}

function answer(text: string, intervals: readonly CoverageInterval[]): NonNullable<CoverageView['at']> {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new UsageError(`${JSON.stringify(text)} is no time: write it like 2026-03-01T12:00:00Z`);
  const time = new Date(ms).toISOString();
  const first = intervals[0];
  if (!first) return { time, watched: 'no', why: 'it has not been harvested yet' };
  if (time < first.from)
    return {
      time,
      watched: 'no',
      why: `the first harvest was at ${first.from}: what is older came from the platform's list then`,
    };
  // A gap within a stretch that is joined by later harvests is the more exact word.
  const inside = intervals.filter(({ from, to }) => from <= time && time <= to);
  const found = inside.find(({ kind }) => kind === 'gap') ?? inside[0];
  if (!found)
    return {
      time,
      watched: 'unknown',
      why: intervals.some(({ from }) => from > time)
        ? 'no look says so, nor that anything is missing'
        : 'it lies in the future',
    };
  if (found.kind === 'watched')
    return {
      time,
      watched: 'yes',
      why: `nothing that the platform listed between ${found.from} and ${found.to} is missing`,
    };
  return {
    time,
    watched: found.kind === 'gap' ? 'no' : 'unknown',
    why: `${found.reason ?? 'gap'}: ${found.detail ?? 'posts may be missing'}`,
  };
}
