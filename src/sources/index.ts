/** Every source there is. Adding one means adding a line here: nothing is discovered behind anyone's back. */
import { example } from './example/index.js';
import { generic } from './generic/index.js';
import { mastodon } from './mastodon/index.js';
import { nostr } from './nostr/index.js';
import { parler } from './parler/index.js';
import { slack } from './slack/index.js';
import { telegram } from './telegram/index.js';
import { truthsocial } from './truthsocial/index.js';
import { vk } from './vk/index.js';
import { weibo } from './weibo/index.js';
import { whatsapp } from './whatsapp/index.js';
import { x } from './x/index.js';
import type { Source } from './source.js';

export const SOURCES: readonly Source[] = [
  x,
  mastodon,
  telegram,
  slack,
  whatsapp,
  nostr,
  truthsocial,
  weibo,
  vk,
  parler,
  generic,
  example,
];

export function sourceById(id: string): Source | undefined {
  return SOURCES.find((source) => source.manifest.id === id);
}
