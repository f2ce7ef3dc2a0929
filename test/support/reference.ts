/** The reference pages that are made from the code itself: docs/reference. */
import type { Command } from 'commander';
import type { Pool } from 'pg';
import type { Source } from '../../src/sources/source.js';

const MADE = (from: string): string =>
  `<!-- Made from ${from} by test/integration/reference.test.ts; PERDURE_UPDATE_GOLDEN=1 writes it anew. -->\n`;

export function sourcesPage(sources: readonly Source[]): string {
  const sorted = [...sources].sort((a, b) => (a.manifest.id < b.manifest.id ? -1 : 1));
  const sections = sorted.map(({ manifest }) =>
    [
      `## ${manifest.name} (\`${manifest.id}\`, reader ${manifest.reader})`,
      '',
      `Its wire formats, and how a person gets such files: [README](../../src/sources/${manifest.id}/README.md).`,
      '',
      '| format | what it is |\n| --- | --- |',
      ...manifest.formats.map(({ id, about }) => `| \`${id}\` | ${cell(about)} |`),
      ...(manifest.ceilings.length > 0 ? ['', 'What the platform itself does not hand out:', ''] : []),
      ...manifest.ceilings.map((ceiling) => `- ${ceiling}`),
      '',
    ].join('\n'),
  );
  const formats = sorted.reduce((sum, { manifest }) => sum + manifest.formats.length, 0);
  return `${MADE('the manifests of src/sources')}\n# Sources\n\n${sorted.length} sources, ${formats} formats. Files are told apart by what is in them.\n\n${sections.join('\n')}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

export function commandsPage(program: Command): string {
  const section = (command: Command, name: string): string[] => {
    command.configureHelp({ helpWidth: 110 });
    return [
      `## ${name}\n\n\`\`\`text\n${command.helpInformation().trimEnd()}\n\`\`\`\n`,
      ...command.commands.flatMap((under) => section(under, `${name} ${under.name()}`)),
    ];
  };
  const sections = program.commands.flatMap((command) => section(command, `perdure ${command.name()}`));
  return `${MADE('the command line itself')}\n# Commands\n\n${sections.join('\n')}`;
}

/** The schema as the migrations leave it: types, tables with their columns explained, constraints, indexes. */
export async function schemaPage(pool: Pool): Promise<string> {
  const lines: string[] = [
    '-- Made from the migrations by test/integration/reference.test.ts; PERDURE_UPDATE_GOLDEN=1 writes it anew.',
  ];
  const enums = await pool.query<{ name: string; labels: string[] }>(
    `SELECT t.typname AS name, array_agg(e.enumlabel::text ORDER BY e.enumsortorder) AS labels
     FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid JOIN pg_namespace n ON n.oid = t.typnamespace
     WHERE n.nspname = 'public' GROUP BY 1 ORDER BY 1`,
  );
  for (const { name, labels } of enums.rows) {
    lines.push('', `CREATE TYPE ${name} AS ENUM (${labels.map((label) => `'${label}'`).join(', ')});`);
  }
  const tables = await pool.query<{ oid: number; name: string; about: string | null }>(
    `SELECT c.oid, c.relname AS name, obj_description(c.oid) AS about FROM pg_class c
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 2`,
  );
  for (const { oid, name, about } of tables.rows) {
    lines.push('', ...(about === null ? [] : [`-- ${about}`]), `CREATE TABLE ${name} (`);
    const columns = await pool.query<{ column: string; about: string | null }>(
      `SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
         || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') AS column, col_description(a.attrelid, a.attnum) AS about
       FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
      [oid],
    );
    const constraints = await pool.query<{ line: string }>(
      `SELECT 'CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid) AS line FROM pg_constraint
       WHERE conrelid = $1 AND contype <> 'n' ORDER BY contype DESC, conname`,
      [oid],
    );
    const body = [
      ...columns.rows.map((row) => ({ text: row.column, about: row.about })),
      ...constraints.rows.map((row) => ({ text: row.line, about: null })),
    ];
    body.forEach(({ text, about: why }, i) => {
      lines.push(`  ${text}${i < body.length - 1 ? ',' : ''}${why === null ? '' : ` -- ${why}`}`);
    });
    lines.push(');');
    const indexes = await pool.query<{ line: string }>(
      `SELECT pg_get_indexdef(i.indexrelid) || ';' AS line FROM pg_index i
       WHERE i.indrelid = $1 AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid) ORDER BY 1`,
      [oid],
    );
    lines.push(...indexes.rows.map((row) => row.line));
  }
  return lines.join('\n') + '\n';
}
