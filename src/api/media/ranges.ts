/** One range of a body (RFC 9110, 14). Several at once are answered with the whole, which is allowed. */
export interface ByteRange {
  readonly start: number;
  /** Included. */
  readonly end: number;
}

/** Undefined: the whole. `unsatisfiable`: 416. */
export function rangeOf(header: string | undefined, bytes: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const start = Math.max(0, bytes - Number(last));
    return Number(last) === 0 || bytes === 0 ? 'unsatisfiable' : { start, end: bytes - 1 };
  }
  const start = Number(first);
  const end = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== '' && Number(last) < start) return undefined; // not a range at all, says the RFC
  return start >= bytes ? 'unsatisfiable' : { start, end };
}
