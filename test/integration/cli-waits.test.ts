/** A platform says to wait for a moment: the harvest waits that out, and whoever looks sees that it waits. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openCliArchive, type CliArchive } from '../support/cli-archive.js';
import type { Said } from '../support/cli.js';

let archive: CliArchive;

const perdure = (...argv: string[]): Promise<Said> => archive.perdure(...argv);

beforeAll(async () => {
  archive = await openCliArchive();
  archive.server.post('one');
  expect((await perdure('follow', '@nour@social.example')).code).toBe(0);
});
afterAll(() => archive.close());

const waitsOf = (said: Said): (string | null)[] =>
  (JSON.parse(said.out) as { items: { waitsUntil: string | null }[] }).items.map(({ waitsUntil }) => waitsUntil);

it('is shown by seeds, by harvests and by the command itself, as long as it lasts', async () => {
  let refused = false;
  archive.server.listing = () => {
    archive.server.listing = undefined;
    refused = true;
    return { status: 429, headers: { 'retry-after': '9' }, body: { error: 'Too many requests' } };
  };
  const command = perdure('harvest', 'nour@social.example');
  while (!refused) await sleep(20);
  const until = Date.now() + 9_000;
  await sleep(1_000);
  expect((await perdure('seeds')).out).toContain('harvesting, waits');
  expect((await perdure('seeds', 'nour@social.example')).out).toMatch(/waits +until .*: a rate budget is spent/);
  expect((await perdure('harvests')).out).toContain('running, waits');
  const [told] = waitsOf(await perdure('harvests', '--json', '--state', 'running'));
  expect(Math.abs(Date.parse(told!) - until)).toBeLessThan(2_000);

  const { code, err } = await command;
  expect(code).toBe(0);
  expect(err).toMatch(/harvesting @nour@social\.example: .*; waits until [\d:.]+Z \(rate limit\)\n/);
  expect(err).toContain('complete: ');
  expect(waitsOf(await perdure('seeds', '--json'))).toEqual([null]);
  expect(waitsOf(await perdure('harvests', '--json'))).toEqual([null, null]);
});
