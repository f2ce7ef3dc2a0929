import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { failureOf, signatureOf } from './webhooks.js';

const NOW = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

describe('a delivery', () => {
  it('is signed over its time and its body', () => {
    const mac = createHmac('sha256', 'geheim').update('1700000000.{"events":[]}').digest('hex');
    expect(signatureOf('geheim', 1_700_000_000, '{"events":[]}')).toBe(`t=1700000000,v1=${mac}`);
  });
});

describe('a failure', () => {
  const waits = (failures: number): number =>
    Date.parse(failureOf({ failures, failingSince: null }, 'x', NOW).nextAt) - NOW;

  it('waits twice as long each time, an hour at most', () => {
    expect([0, 1, 2, 3].map(waits)).toEqual([10_000, 20_000, 40_000, 80_000]);
    expect(waits(9)).toBe(HOUR);
    expect(waits(5_000)).toBe(HOUR);
  });

  it('disables after three days of nothing else', () => {
    const since = (hours: number): string => new Date(NOW - hours * HOUR).toISOString();
    expect(failureOf({ failures: 80, failingSince: since(71) }, 'x', NOW).disabled).toBe(false);
    expect(failureOf({ failures: 80, failingSince: since(72) }, 'x', NOW).disabled).toBe(true);
    expect(failureOf({ failures: 0, failingSince: null }, 'x', NOW).disabled).toBe(false);
  });
});
