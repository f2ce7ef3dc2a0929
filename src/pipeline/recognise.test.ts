import { describe, expect, it } from '@jest/globals';
import type { Role } from '../sources/source.js';
import { ambiguityOf, decide, type Answer } from './recognise.js';

const answer = (source: string, confidence: number, role: Role = 'records'): Answer => ({
  source,
  confidence,
  role,
  format: 'f',
  why: `why ${source}`,
});

describe('decide', () => {
  it('takes the most certain', () => {
    expect(decide([answer('x', 0.95), answer('vk', 0.8)], false)).toEqual({ answer: answer('x', 0.95) });
  });

  it('does not choose between two that are about as sure', () => {
    const both = [answer('x', 0.92), answer('vk', 0.9)];
    expect(decide(both, false)).toEqual({ ambiguous: both });
    expect(ambiguityOf(both)).toBe('could be x (why x) or vk (why vk): say which with --source x or --source vk');
  });

  it('does, where only one of them would read anything', () => {
    const near = [answer('x', 0.92), answer('vk', 0.9, 'refused')];
    expect(decide(near, false)).toEqual({ answer: near[0] });
    const refusing = [answer('vk', 0.92, 'refused'), answer('x', 0.9), answer('weibo', 0.9)];
    expect(decide(refusing, false)).toEqual({ answer: refusing[0] });
  });

  it('acts upon a weak guess only when the source was named', () => {
    const weak = answer('generic', 0.2);
    expect(decide([weak], false)).toEqual({ hint: 'why generic' });
    expect(decide([weak], true)).toEqual({ answer: weak });
    expect(decide([], true)).toEqual({});
  });
});
