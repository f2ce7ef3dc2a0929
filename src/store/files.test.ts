import { describe, expect, it } from '@jest/globals';
import type { FileHandle } from 'node:fs/promises';
import { Flush } from './files.js';

const MIB = 1024 * 1024;

/** A disk whose flushes end as they are told to, in that order; later ones succeed, as the system has it. */
function diskOf(...ends: readonly ('good' | 'bad')[]): { file: FileHandle; flushes: () => number } {
  let count = 0;
  const datasync = async (): Promise<void> => {
    const end = ends[count++];
    await new Promise((resolve) => setImmediate(resolve));
    if (end === 'bad') throw new Error('EIO: the disk is broken');
  };
  return { file: { datasync } as unknown as FileHandle, flushes: () => count };
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('flushing while writing', () => {
  it('flushes now and then, one at a time, and once at the end', async () => {
    const { file, flushes } = diskOf();
    const flush = new Flush(file);
    for (let i = 0; i < 40; i++) flush.wrote(MIB);
    expect(flushes()).toBe(1);
    await soon();
    flush.wrote(MIB);
    expect(flushes()).toBe(2);
    await flush.end();
    expect(flushes()).toBe(3);
  });

  it('flushes a small file at its end only', async () => {
    const { file, flushes } = diskOf();
    const flush = new Flush(file);
    flush.wrote(MIB);
    await flush.settled;
    expect(flushes()).toBe(0);
    await flush.end();
    expect(flushes()).toBe(1);
  });

  it.each([
    ['that is over', soon],
    ['that is under way', () => Promise.resolve()],
  ])('tells at the end of a failure %s, though later flushes succeed', async (_, meanwhile) => {
    const { file } = diskOf('bad', 'good');
    const flush = new Flush(file);
    flush.wrote(16 * MIB);
    await meanwhile();
    flush.wrote(16 * MIB);
    await expect(flush.end()).rejects.toThrow('EIO');
    await flush.settled;
  });
});
