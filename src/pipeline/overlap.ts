/**
 * Works on so many items at a time, and gives the results in the order of the items: where each step waits for a disk or
 * a bucket, the waits overlap. At an error, what was begun is waited for; it may hold what the caller is about to close.
 */
export async function* overlapping<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // It is heard when its turn comes.
      result.catch(() => undefined);
      begun.push(result);
      if (begun.length >= atOnce) yield await begun.shift()!;
    }
    while (begun.length > 0) yield await begun.shift()!;
  } finally {
    await Promise.allSettled(begun);
  }
}
