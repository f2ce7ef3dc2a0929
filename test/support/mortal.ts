/** A worker that dies at one of its words to the database: from then on nothing that it says is heard. */
import type { HarvestDeps } from '../../src/pipeline/harvest.js';

export interface Mortal {
  readonly deps: HarvestDeps;
  /** The words that were heard. */
  readonly said: readonly string[];
}

/** @param last the number, from 0, of the word that is not heard any more; Infinity: it lives */
export function dyingAt(deps: HarvestDeps, last: number): Mortal {
  const said: string[] = [];
  let dead = false;
  const speak = (word: string): void => {
    dead ||= said.length >= last;
    if (dead) throw Object.assign(new Error('the worker died'), { code: 'ECONNRESET' });
    said.push(word);
  };
  const mortal = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(_, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]): Promise<unknown> => {
          speak(String(name));
          return Reflect.apply(value, target, args) as unknown;
        };
      },
    });
  return {
    deps: {
      ...deps,
      store: mortal(deps.store),
      accessions: mortal(deps.accessions),
      ingest: { ...deps.ingest, store: mortal(deps.ingest.store) },
      noteProblem: async (...args) => {
        speak('noteProblem');
        return deps.noteProblem(...args);
      },
      dispatch: mortal(deps.dispatch),
    },
    said,
  };
}
