/** Every source there is. Adding one means adding a line here: nothing is discovered behind anyone's back. */
import { example } from './example/index.js';
import type { Source } from './source.js';

export const SOURCES: readonly Source[] = [example];

export function sourceById(id: string): Source | undefined {
  return SOURCES.find((source) => source.manifest.id === id);
}
