/** docs/reference is made from the code, and stays what the code says. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { buildProgram } from '../../src/cli/program.js';
import { SOURCES } from '../../src/sources/index.js';
import { migrate, openDatabase, poolOf } from '../../src/store/data-source.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { commandsPage, schemaPage, sourcesPage } from '../support/reference.js';

function expectSame(path: string, text: string): void {
  if (process.env['PERDURE_UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    return writeFileSync(path, text);
  }
  if (!existsSync(path)) throw new Error(`${path} is missing: run with PERDURE_UPDATE_GOLDEN=1`);
  expect(text).toBe(readFileSync(path, 'utf8'));
}

const silent = { out: () => undefined, err: () => undefined } as unknown as Parameters<typeof buildProgram>[0];

describe('the reference', () => {
  it('lists every source and format', () => expectSame('docs/reference/SOURCES.md', sourcesPage(SOURCES)));

  it('lists every command and option', async () => {
    expectSame('docs/reference/COMMANDS.md', commandsPage(await buildProgram(silent)));
  });

  it('is the same for a command that is loaded by itself', async () => {
    const all = await buildProgram(silent);
    for (const command of all.commands) {
      const alone = await buildProgram(silent, command.name());
      const found = alone.commands.find((each) => each.name() === command.name());
      expect(found?.helpInformation()).toBe(command.helpInformation());
      // Its file's commands, not everybody's.
      expect(alone.commands.length).toBeLessThan(all.commands.length / 2);
    }
  });

  describe('of the schema', () => {
    let database: TestDatabase;
    let source: DataSource;
    beforeAll(async () => {
      database = await createDatabase();
      source = await openDatabase({ url: database.url, poolSize: 1, name: 'reference' });
      await migrate(source);
    });
    afterAll(async () => {
      await source?.destroy();
      await database?.drop();
    });

    it('is what the migrations leave', async () => {
      const page = await schemaPage(poolOf(source));
      expect(page).toContain('CREATE TABLE post (');
      expectSame('docs/reference/schema.sql', page);
    });
  });
});
