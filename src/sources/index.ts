/** Every source there is. Adding one means adding a line here: nothing is discovered behind anyone's back. */
import { bluesky } from './bluesky/index.js';
import { discord } from './discord/index.js';
import { example } from './example/index.js';
import { facebook } from './facebook/index.js';
import { feed } from './feed/index.js';
import { generic } from './generic/index.js';
import { hackernews } from './hackernews/index.js';
import { instagram } from './instagram/index.js';
import { lemmy } from './lemmy/index.js';
import { linkedin } from './linkedin/index.js';
import { mastodon } from './mastodon/index.js';
import { nostr } from './nostr/index.js';
import { parler } from './parler/index.js';
import { reddit } from './reddit/index.js';
import { slack } from './slack/index.js';
import { telegram } from './telegram/index.js';
import { threads } from './threads/index.js';
import { tiktok } from './tiktok/index.js';
import { truthsocial } from './truthsocial/index.js';
import { tumblr } from './tumblr/index.js';
import { vk } from './vk/index.js';
import { weibo } from './weibo/index.js';
import { whatsapp } from './whatsapp/index.js';
import { x } from './x/index.js';
import { youtube } from './youtube/index.js';
import type { Source } from './source.js';

export const SOURCES: readonly Source[] = [
  x,
  mastodon,
  bluesky,
  telegram,
  facebook,
  instagram,
  threads,
  reddit,
  whatsapp,
  slack,
  discord,
  youtube,
  tiktok,
  linkedin,
  tumblr,
  nostr,
  truthsocial,
  weibo,
  vk,
  parler,
  lemmy,
  hackernews,
  feed,
  generic,
  example,
];

export function sourceById(id: string): Source | undefined {
  return SOURCES.find((source) => source.manifest.id === id);
}
