/**
 * Writes an X archive of invented tweets, pretty-printed as X writes it: about 1.6 KB a tweet.
 * Deterministic: the same number and seed give the same bytes.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';

const OWNER = '9900000000000000001';
const HANDLE = 'bench_teacher';

const WORDS: readonly (readonly string[])[] = [
  'the street is quiet tonight and we are waiting for news from the other side of the river while children sleep under stairs school opened two classes today with no windows bread water light neighbours carried wounded people hospital road'.split(
    ' ',
  ),
  'الشارع هادئ الليلة ونحن ننتظر الأخبار من الجهة الأخرى الأطفال نائمون تحت الدرج فتحت المدرسة صفّين اليوم بلا نوافذ خبز ماء ضوء الجيران حلب المدينة القديمة طريق مستشفى صباح مساء سلام'.split(
    ' ',
  ),
  'heute gibt es wieder strom für zwei stunden die kinder malen bilder straße größe über öffnen'.split(' '),
  'çocuklar bugün okula geldi pencere yok ama ışık var şehir sokak ekmek su gece'.split(' '),
  [
    '今日は静かな夜です',
    '子供たちは眠っています',
    '学校が開きました',
    '水とパンがあります',
    '川の向こうを待っています',
  ],
];
const EMOJI = ['🕊️', '😢', '🌙', '🏠', '👩🏽‍🏫', '🇸🇾', '🍞'];
const APPS = ['Twitter for Android', 'Twitter for iPhone', 'Twitter Web App'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** mulberry32: small, fast, good enough to vary texts. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export async function generateXArchive(
  folder: string,
  tweets: number,
  seed = 7,
): Promise<{ path: string; bytes: number }> {
  const data = join(folder, 'data');
  await mkdir(data, { recursive: true });
  await writeFile(join(data, 'manifest.js'), manifest(tweets));
  await writeFile(join(data, 'account.js'), account());
  const out = createWriteStream(join(data, 'tweets.js'), { highWaterMark: 1 << 20 });
  const next = random(seed);
  let bytes = 0;
  const write = async (text: string): Promise<void> => {
    bytes += Buffer.byteLength(text);
    if (!out.write(text)) await once(out, 'drain');
  };
  await write('window.YTD.tweets.part0 = [\n');
  let buffer = '';
  for (let i = 0; i < tweets; i++) {
    const json = JSON.stringify({ tweet: tweet(i, next) }, null, 2);
    buffer += '  ' + json.replaceAll('\n', '\n  ') + (i + 1 < tweets ? ',\n' : '\n');
    if (buffer.length > 1 << 20) {
      await write(buffer);
      buffer = '';
    }
  }
  await write(buffer + ']\n');
  out.end();
  await once(out, 'finish');
  return { path: folder, bytes };
}

/** An id counts 4,194,304 a millisecond: one of this account's tweets every 48 s. */
const A_MILLISECOND = 4_194_304;
const BETWEEN_TWEETS = 200_000_000_000;

/** Ids of nobody's: of the year 2078. 47 million of them fit into 64 bits. */
function idOf(i: number, next: () => number): string {
  const inMillisecond = Math.floor(next() * A_MILLISECOND);
  return String(9_000_000_000_000_000_000n + BigInt(i) * BigInt(BETWEEN_TWEETS) + BigInt(inMillisecond));
}

/** Others' tweets of the day before. */
function answered(i: number, next: () => number): string {
  return idOf(i - 1 - Math.floor(next() * 1_800), next);
}

function tweet(i: number, next: () => number): object {
  const at = new Date(Date.UTC(2014, 0, 1) + Math.floor((i * BETWEEN_TWEETS) / A_MILLISECOND));
  const id = idOf(i, next);
  const words = WORDS[next() < 0.45 ? 1 : Math.floor(next() * WORDS.length)]!;
  const entities = { hashtags: [] as object[], symbols: [], user_mentions: [] as object[], urls: [] as object[] };
  let text = '';
  const add = (piece: string): [string, string] => {
    const from = Array.from(text).length;
    text += piece;
    return [String(from), String(from + Array.from(piece).length)];
  };
  const reply = next() < 0.3;
  const repost = !reply && next() < 0.15;
  if (repost) add('RT ');
  if (reply || repost) {
    const name = `neighbour_${Math.floor(next() * 500)}`;
    const uid = String(9_910_000_000_000_000_000n + BigInt(Math.floor(next() * 500)));
    const indices = add(`@${name}`);
    entities.user_mentions.push({ name, screen_name: name, indices, id_str: uid, id: uid });
    add(repost ? ': ' : ' ');
  }
  const length = 6 + Math.floor(next() * 22);
  for (let w = 0; w < length && text.length < 230; w++) {
    const word = words[Math.floor(next() * words.length)]!;
    if (next() < 0.04) entities.hashtags.push({ text: word, indices: add('#' + word) });
    else add(word);
    if (next() < 0.03) add(' &amp;');
    if (next() < 0.05) add(' ' + EMOJI[Math.floor(next() * EMOJI.length)]!);
    add(w % 9 === 8 ? '\n' : ' ');
  }
  if (next() < 0.25) {
    const short =
      'https://t.co/' +
      Math.floor(next() * 36 ** 9)
        .toString(36)
        .padStart(10, 'a');
    const expanded = `https://news.example/${2014 + (i % 9)}/report-${i}`;
    entities.urls.push({
      url: short,
      expanded_url: expanded,
      display_url: expanded.slice(8, 34) + '…',
      indices: add(short),
    });
  }
  const media = next() < 0.2 ? [photo(id, add, next)] : undefined;
  return {
    edit_info: {
      initial: {
        editTweetIds: [id],
        editableUntil: new Date(at.getTime() + 3_600_000).toISOString(),
        editsRemaining: '5',
        isEditEligible: !reply,
      },
    },
    retweeted: false,
    source: `<a href="https://mobile.example" rel="nofollow">${APPS[i % 3]!}</a>`,
    entities: { ...entities, ...(media && { media }) },
    display_text_range: ['0', String(Array.from(text).length)],
    favorite_count: String(Math.floor(next() * 300)),
    ...(reply && {
      in_reply_to_status_id_str: answered(i, next),
      in_reply_to_user_id: entities.user_mentions.length > 0 ? '9910000000000000007' : undefined,
      in_reply_to_screen_name: 'neighbour_7',
    }),
    id_str: id,
    truncated: false,
    retweet_count: String(Math.floor(next() * 90)),
    id,
    possibly_sensitive: false,
    created_at: classic(at),
    favorited: false,
    full_text: text,
    lang: words === WORDS[1] ? 'ar' : 'en',
    ...(media && { extended_entities: { media } }),
  };
}

function photo(tweetId: string, add: (piece: string) => [string, string], next: () => number): object {
  const mediaId = String(9_200_000_000_000_000_000n + BigInt(Math.floor(next() * 1e12)));
  const name = Math.floor(next() * 36 ** 10)
    .toString(36)
    .padStart(15, 'E');
  const url = 'https://t.co/' + name.slice(0, 10);
  return {
    expanded_url: `https://twitter.com/${HANDLE}/status/${tweetId}/photo/1`,
    indices: add(url),
    url,
    media_url: `http://pbs.twimg.example/media/${name}.jpg`,
    id_str: mediaId,
    id: mediaId,
    media_url_https: `https://pbs.twimg.example/media/${name}.jpg`,
    sizes: { small: { w: '680', h: '510', resize: 'fit' }, large: { w: '2048', h: '1536', resize: 'fit' } },
    type: 'photo',
    display_url: `pic.twitter.com/${name.slice(0, 10)}`,
  };
}

function classic(at: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const clock = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':');
  return `${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${two(at.getUTCDate())} ${clock} +0000 ${at.getUTCFullYear()}`;
}

function manifest(tweets: number): string {
  const files = (name: string, globalName: string, count: number): object => ({
    files: [{ fileName: `data/${name}`, globalName: `YTD.${globalName}.part0`, count: String(count) }],
  });
  const body = {
    userInfo: { accountId: OWNER, userName: HANDLE, displayName: 'Bench Teacher' },
    archiveInfo: {
      sizeBytes: '0',
      generationDate: '2024-02-01T10:00:00.000Z',
      isPartialArchive: false,
      maxPartSizeBytes: '53687091200',
    },
    readmeInfo: { fileName: 'data/README.txt', directory: 'data/', name: 'README.txt' },
    dataTypes: { account: files('account.js', 'account', 1), tweets: files('tweets.js', 'tweets', tweets) },
  };
  return `window.__THAR_CONFIG = ${JSON.stringify(body, null, 2)}`;
}

function account(): string {
  const body = [
    {
      account: {
        email: 'nobody@mail.example',
        createdVia: 'web',
        username: HANDLE,
        accountId: OWNER,
        createdAt: '2013-11-01T09:00:00.000Z',
        accountDisplayName: 'Bench Teacher',
      },
    },
  ];
  return `window.YTD.account.part0 = ${JSON.stringify(body, null, 2)}`;
}
