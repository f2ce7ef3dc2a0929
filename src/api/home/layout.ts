/** What the pages of the start page have in common: frame, times, names. */
import { createHash } from 'node:crypto';
import type { ActorLabel, TimeNote } from '../../read/index.js';
import { markup, Html } from './markup.js';
import { LANGUAGES, STRINGS, type Language, type Strings } from './strings.js';
import { STYLE } from './style.js';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** No script, nothing from elsewhere, and no style but our own, known by its hash. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

export interface Frame {
  readonly language: Language;
  readonly title: string;
  /** This page's own address without `lang`, so that it can be had in the other language. */
  readonly path: string;
  readonly parameters: Readonly<Record<string, string | undefined>>;
  readonly body: Html;
}

export function page({ language, title, path, parameters, body }: Frame): string {
  const words = STRINGS[language];
  const others = LANGUAGES.filter((other) => other !== language);
  const home = address('/', { lang: parameters['lang'] });
  const inOther = others.map((other) => {
    const link = address(path, { ...parameters, lang: other });
    return markup`<a lang="${other}" hreflang="${other}" href="${link}">${STRINGS[other].self}</a>`;
  });
  return markup`<!doctype html>
<html lang="${language}" dir="${words.dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><div class="in">
<a class="name" href="${home}">Perdure</a>
<p>${words.about}</p>
<nav>${inOther}</nav>
</div></header>
<main><div class="in">
${body}
</div></main>
<footer><div class="in"><a href="/api/docs">${words.api}</a> <a href="/admin/queues">${words.queues}</a></div></footer>
</body>
</html>
`.text;
}

export function address(path: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) if (value !== undefined && value !== '') query.set(key, value);
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** As precise as it is known, in UTC; left to right in every language. */
export function time(words: Strings, at: string | null | undefined, note?: TimeNote): Html {
  if (at === null || at === undefined) return markup`—`;
  const isUnknown = note?.zone === 'unknown';
  const shown = at
    .replace('T', ' ')
    .replace(/\.000(?=Z?$)/, '')
    .replace(/Z$/, ' UTC');
  const doubt = isUnknown ? markup` <span class="unsure">(${words.zoneUnknown})</span>` : '';
  return markup`<time datetime="${at}" dir="ltr">${shown}</time>${doubt}`;
}

export function author(words: Strings, label: ActorLabel | null): Html {
  if (!label || (label.name === null && label.handle === null && label.uri === null))
    return markup`${words.unknownAuthor}`;
  const name = label.name === null ? '' : markup`<bdi>${label.name}</bdi> `;
  const handle = label.handle === null ? '' : markup`<bdi dir="ltr">@${label.handle.replace(/^@/, '')}</bdi>`;
  return label.name === null && label.handle === null
    ? markup`<bdi dir="ltr">${label.uri}</bdi>`
    : markup`${name}${handle}`;
}

const GONE: ReadonlySet<string> = new Set(['deleted', 'notFound', 'forbidden', 'suspended', 'deactivated']);

export function outcome(words: Strings, state: string | null): Html {
  if (state === null) return markup``;
  const kind = state === 'present' ? '' : GONE.has(state) ? ' gone' : ' unsure';
  return markup`<span class="badge${kind}">${words.outcomes[state] ?? state}</span>`;
}
