/** A post's page: its versions in order, what changed between them, and every look at it. */
import type { ObservationView, PostHistory, VersionView } from '../../read/index.js';
import { markup, type Html } from './markup.js';
import { address, author, outcome, page, time } from './layout.js';
import { STRINGS, type Language, type Strings } from './strings.js';
import { differences, type Piece } from './words.js';

/** More are in the JSON. */
const MAX_OBSERVATIONS = 200;

export function postPage(language: Language, lang: string | undefined, found: PostHistory): string {
  const words = STRINGS[language];
  const { post, versions, observations } = found;
  const api = `/api/v1/posts/${post.id}`;
  const latest = versions.findLast((version) => version.name !== null || version.text !== null);
  const rest = observations.length > MAX_OBSERVATIONS ? ` (${observations.length})` : '';
  const body = markup`<h1>${author(words, post.author)} ${outcome(words, post.state)}</h1>
<dl>
<dt>${words.address}</dt><dd><bdi dir="ltr">${post.uri}</bdi></dd>
<dt>${words.source}</dt><dd>${post.source}</dd>
<dt>${words.firstSeen}</dt><dd>${time(words, post.firstObservedAt, post.times['firstObservedAt'])}</dd>
<dt>${words.lastSeen}</dt><dd>${time(words, post.lastObservedAt, post.times['lastObservedAt'])}</dd>
<dt>${words.collections}</dt><dd><bdi>${post.collections.join(', ')}</bdi></dd>
</dl>
<h2>${words.history} <small>(${words.order})</small></h2>
<ol class="list">${versions.map((version, index) => versionCard(words, api, versions, version, index))}</ol>
<h2>${words.observationsOf} <small>(${words.order})</small></h2>
<ol class="list">${observations.slice(0, MAX_OBSERVATIONS).map((one) => look(words, api, one))}</ol>
<p><a href="${api}/history">${words.asJson}${rest}</a></p>`;
  const title = `${beginning(latest?.name ?? latest?.text ?? post.uri)} – Perdure`;
  return page({ language, title, path: `/p/${post.id}`, parameters: { lang }, body });
}

/** Of a tab's width, in whole characters. */
function beginning(text: string): string {
  return [...text.slice(0, 120)].slice(0, 60).join('');
}

function versionCard(
  words: Strings,
  api: string,
  all: readonly VersionView[],
  version: VersionView,
  index: number,
): Html {
  const { times, snapshot } = version;
  const isLong = version.to !== null && version.to !== version.from;
  return markup`<li class="card">
<p class="meta"><strong>${words.version(index + 1)}</strong> ${outcome(words, version.outcome)} <span>${words.times(version.observations)}</span></p>
${version.outcome === 'present' ? markup`${titleOf(version)}${textOf(words, version)}${changes(words, all.slice(0, index), version)}` : ''}
<p class="meta"><span>${words.from} ${time(words, version.from, times['from'])}</span>
${isLong ? markup`<span>${words.until} ${time(words, version.to, times['to'])}</span>` : ''}
${version.publishedAt === null ? '' : markup`<span>${words.published}: ${time(words, version.publishedAt, times['publishedAt'])}</span>`}
${snapshot === null ? '' : markup`${rawLink(words, api, snapshot)} <a href="${api}/snapshots/${snapshot}">${words.asJson}</a>`}</p>
</li>`;
}

function rawLink(words: Strings, api: string, snapshot: string): Html {
  return markup`<a href="${address(`${api}/raw`, { snapshot })}">${words.raw}</a>`;
}

function titleOf({ name, content }: VersionView): Html | undefined {
  if (name === null || name === '') return undefined;
  return markup`<h3 class="title" dir="auto"${languageOf(content)}>${name}</h3>`;
}

function textOf(words: Strings, { name, text, content }: VersionView): Html | undefined {
  if (text !== null && text !== '') return markup`<p class="text" dir="auto"${languageOf(content)}>${text}</p>`;
  return name === null || name === '' ? markup`<p class="soft">${words.noText}</p>` : undefined;
}

function languageOf(content: VersionView['content']): Html | undefined {
  return content?.language === undefined ? undefined : markup` lang="${content.language}"`;
}

/** Title and text, each against the last version that had one. */
function changes(words: Strings, before: readonly VersionView[], version: VersionView): Html | undefined {
  const shown = (['name', 'text'] as const).flatMap((field) => {
    const was = before.findLast((earlier) => earlier.outcome === 'present' && earlier[field] !== null)?.[field];
    const is = version[field];
    return was === undefined || was === null || is === null || was === is ? [] : [change(words, field, was, is)];
  });
  if (shown.length === 0) return undefined;
  return markup`<details open><summary class="soft">${words.changed}</summary>${shown}</details>`;
}

function change(words: Strings, field: 'name' | 'text', before: string, after: string): Html {
  const pieces = differences(before, after);
  if (!pieces) return markup`<p class="soft">${words.tooLong}</p>`;
  return markup`<p class="${field === 'name' ? 'title' : 'text'}" dir="auto">${pieces.map(pieceOf)}</p>`;
}

function pieceOf({ kind, text }: Piece): Html {
  if (kind === 'same') return markup`${text}`;
  return kind === 'added' ? markup`<ins>${text}</ins>` : markup`<del>${text}</del>`;
}

function look(words: Strings, api: string, one: ObservationView): Html {
  const { times, snapshot } = one;
  return markup`<li class="card">
<p class="meta"><span>${words.observedAt}: ${time(words, one.observedAt, times['observedAt'])}</span> ${outcome(words, one.outcome)}</p>
<p class="meta"><span>${words.basis}: ${words.bases[one.basis] ?? one.basis}</span>
<span>${words.recordedAt}: ${time(words, one.recordedAt)}</span> <bdi>${one.collection}</bdi>
<span>${words.evidence}: <bdi dir="ltr"><code>${one.capture.slice(0, 19)}… ${one.offset}+${one.length}</code></bdi></span>
${snapshot === null ? '' : rawLink(words, api, snapshot)}</p>
</li>`;
}
