import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../core/errors.js';
import { LOOK_PLAN } from '../pipeline/revisit.js';
import { loadConfig } from './config.js';

const planOf = (env: Record<string, string>) => loadConfig(env).lookPlan;

describe('when posts are looked at again', () => {
  it('is the default unless somebody says otherwise', () => {
    expect(planOf({})).toEqual(LOOK_PLAN);
    expect(planOf({ PERDURE_REVISIT: '', PERDURE_REVISIT_CONFIRM: '' })).toEqual(LOOK_PLAN);
    expect(planOf({ PERDURE_REVISIT: '5m,1h,1d,7d,30d', PERDURE_REVISIT_CONFIRM: '10m' })).toEqual(LOOK_PLAN);
  });

  it('is what somebody says', () => {
    expect(planOf({ PERDURE_REVISIT: ' 90s, 2H ,3d' }).steps).toEqual([90_000, 7_200_000, 259_200_000]);
    expect(planOf({ PERDURE_REVISIT_CONFIRM: '1h' })).toEqual({ ...LOOK_PLAN, confirmAfter: 3_600_000 });
  });

  it.each([
    [{ PERDURE_REVISIT: '5m,soon' }, 'PERDURE_REVISIT="5m,soon": "soon": write times like 90s, 5m, 1h or 7d'],
    [{ PERDURE_REVISIT: '5m,' }, 'PERDURE_REVISIT="5m,": "": write times like 90s, 5m, 1h or 7d'],
    [{ PERDURE_REVISIT: '0s,5m' }, '"0s": must be between 1s and 3650d'],
    [{ PERDURE_REVISIT: '5m,4000d' }, '"4000d": must be between 1s and 3650d'],
    [{ PERDURE_REVISIT: '1h,5m,1d' }, 'each time must be later than the one before it, and 5m is not'],
    [{ PERDURE_REVISIT: '1h,60m' }, 'each time must be later than the one before it'],
    [{ PERDURE_REVISIT: Array.from({ length: 101 }, (_, n) => `${n + 1}m`).join(',') }, '101 times; at most 100'],
    [{ PERDURE_REVISIT_CONFIRM: '10' }, 'PERDURE_REVISIT_CONFIRM="10": "10": write times like'],
  ])('%p is wrong, and says how to write it', (env, message) => {
    expect(() => planOf(env as Record<string, string>)).toThrow(UsageError);
    expect(() => planOf(env as Record<string, string>)).toThrow(message);
  });
});
