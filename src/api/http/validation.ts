/** Zod schemas at the door (`@Query({ schema })`): what does not fit is one problem document that names every fault. */
import { StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { Problem, type ProblemError } from './problem.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly unknown[] | undefined;
  /** Of zod's issue `unrecognized_keys`, which points at the object that holds them. */
  readonly keys?: readonly string[];
}

/** More would only be noise, and how many there are is up to whoever sent it. */
const MAX_ERRORS = 20;

export class Validation extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const { schema } = metadata;
    if (!schema) return value;
    const result = await this.validate(value, schema);
    if (result.issues) throw invalid(result.issues, metadata);
    return result.value as T;
  }
}

function invalid(issues: readonly Issue[], { type, data }: ArgumentMetadata): Problem {
  const faults = issues.flatMap(faultsOf).slice(0, MAX_ERRORS);
  const errors = faults.map(({ path, detail }): ProblemError => {
    if (type === 'body') return { pointer: `#${path.map((key) => `/${escapePointer(key)}`).join('')}`, detail };
    return { parameter: path[0] ?? data ?? '', detail };
  });
  const [first] = errors;
  const where = first?.parameter ?? first?.pointer ?? '';
  const rest = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return new Problem('invalid', `${where}: ${first?.detail ?? 'not valid'}${rest}`, errors);
}

function faultsOf({
  message,
  path = [],
  keys,
}: Issue): { readonly path: readonly string[]; readonly detail: string }[] {
  const place = path.map((part) => String(keyOf(part)));
  return keys
    ? keys.map((key) => ({ path: [...place, key], detail: 'not known here' }))
    : [{ path: place, detail: message }];
}

function keyOf(part: unknown): unknown {
  return typeof part === 'object' && part !== null && 'key' in part ? part.key : part;
}

/** RFC 6901. */
function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
