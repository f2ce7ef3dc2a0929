/** Times between two looks, as people write them: 90s, 15m, 6h, 1d. */
import { UsageError } from '../core/errors.js';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const LEAST = 10;
const MOST = 30 * 86_400;

/** @returns seconds; throws a UsageError that says how to write it */
export function intervalOf(option: string, text: string): number {
  const [, number, unit] = /^(\d{1,7})\s*([smhd])$/i.exec(text.trim()) ?? [];
  const seconds = Number(number) * (UNITS[unit?.toLowerCase() ?? ''] ?? NaN);
  if (Number.isNaN(seconds)) throw new UsageError(`${option} ${text}: write it like 90s, 15m, 6h or 1d`);
  if (seconds < LEAST || seconds > MOST) throw new UsageError(`${option} ${text}: must be between ${LEAST}s and 30d`);
  return seconds;
}

export function intervalText(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400}d`;
  if (seconds >= 3_600) return seconds % 3_600 === 0 ? `${seconds / 3_600}h` : `${(seconds / 3_600).toFixed(1)}h`;
  if (seconds >= 60) return seconds % 60 === 0 ? `${seconds / 60}m` : `${(seconds / 60).toFixed(1)}m`;
  return `${seconds}s`;
}
