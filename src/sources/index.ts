/** Every source there is. Adding one means adding a line here: nothing is discovered behind anyone's back. */
import { example } from './example/index.js';
import { mastodon } from './mastodon/index.js';
import { telegram } from './telegram/index.js';
import { x } from './x/index.js';
import type { Source } from './source.js';

export const SOURCES: readonly Source[] = [x, mastodon, telegram, example];

export function sourceById(id: string): Source | undefined {
  return SOURCES.find((source) => source.manifest.id === id);
}
