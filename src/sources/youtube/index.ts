/**
 * youtube: videos, comments, community posts and live chats from Takeout, yt-dlp and the Data API. README.md has the
 * wire formats.
 *
 *   Comment ID,Channel ID,Comment Create Timestamp,Price,Parent Comment ID,Post ID,Video ID,Comment Text,Top-Level Comment ID
 *   Ug…AaABAg,UC…,2023-09-19T17:42:53.434647+00:00,0,,,xxxxxxxxxxx,"{""text"":""Can anyone hear us?""}",
 */
import type { Source } from '../source.js';
import { readAccount } from './api-parts.js';
import { youtubeConnector } from './connector.js';
import { normalise } from './normalise.js';
import { recognise } from './recognise.js';
import { split } from './split.js';
import { survey } from './survey.js';
import { locate } from './uri.js';

export const youtube: Source = {
  manifest: {
    id: 'youtube',
    name: 'YouTube',
    reader: 1,
    formats: [
      {
        id: 'youtube-takeout',
        about: 'comments.csv, live chats.csv, posts.csv, videos.csv: takeout.google.com → YouTube and YouTube Music',
      },
      { id: 'youtube-takeout-page', about: 'my-comments.html, my-live-chat-messages.html of Takeouts before 2021' },
      { id: 'youtube-account', about: 'Takeout’s histories, subscriptions and channel data: private, no posts' },
      { id: 'youtube-ytdlp', about: '<title> [<id>].info.json: yt-dlp --write-info-json (--write-comments)' },
      { id: 'youtube-live-chat', about: '<title> [<id>].live_chat.json: yt-dlp --write-subs --sub-langs live_chat' },
      { id: 'youtube-api', about: 'answers of the YouTube Data API: videos, comments, comment threads, searches' },
      { id: 'youtube-feed', about: 'a channel’s feed: youtube.com/feeds/videos.xml?channel_id=UC…' },
    ],
    ceilings: [
      'Takeout has one’s own comments alone, without their videos’ titles',
      'the page says “2 years ago” of a comment: yt-dlp has no times of comments',
      'searches of the Data API end after some five hundred results',
    ],
  },
  connectors: [youtubeConnector],
  readsHead: true,
  recognise,
  survey,
  split,
  normalise,
  readAccount,
  locate,
};
