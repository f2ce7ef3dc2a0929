/** The rows of a seed's coverage, without their times. */
import type { Key } from '../../src/core/digest.js';
import type { HarvestRig } from './harvest-rig.js';

export function coverageOf(rig: HarvestRig, seed: Key): Promise<{ kind: string; reason: string | null }[]> {
  return rig.rows('SELECT kind, reason FROM coverage WHERE seed_id = $1 ORDER BY from_at, kind', seed);
}
