/** The start page: what is here, and a search. */
import type { CollectionView, SearchItem, SearchResult } from '../../read/index.js';
import { markup, type Html } from './markup.js';
import { address, author, outcome, page, time } from './layout.js';
import { STRINGS, type Language, type Strings } from './strings.js';

export interface StartPage {
  readonly language: Language;
  /** As it stands in the address. */
  readonly asked: { readonly lang?: string; readonly q?: string; readonly collection?: string };
  readonly collections: readonly CollectionView[];
  /** Absent where nothing was searched for. */
  readonly found?: SearchResult;
  /** Why the search did not work, for people. */
  readonly problem?: string;
}

export function startPage(shown: StartPage): string {
  const { language, asked } = shown;
  const words = STRINGS[language];
  const body = markup`<h1 class="hidden">Perdure</h1>
${searchForm(words, shown)}
${shown.problem === undefined ? '' : markup`<p class="note" role="alert">${words.problem}: <bdi>${shown.problem}</bdi></p>`}
${shown.found ? results(words, shown, shown.found) : ''}
${collectionTable(words, shown)}`;
  const title = asked.q === undefined ? 'Perdure' : `${asked.q} – Perdure`;
  return page({ language, title, path: '/', parameters: asked, body });
}

function searchForm(words: Strings, { asked, collections }: StartPage): Html {
  const options = collections.map(({ name }) => {
    const chosen = name === asked.collection ? markup` selected` : '';
    return markup`<option value="${name}"${chosen}>${name}</option>`;
  });
  const choice = markup`<label class="hidden" for="collection">${words.inCollection}</label>
<select id="collection" name="collection"><option value="">${words.allCollections}</option>${options}</select>`;
  // `auto` takes an empty field for left-to-right, and its placeholder with it.
  const direction = asked.q === undefined ? words.dir : 'auto';
  return markup`<form role="search" action="/" method="get">
${asked.lang === undefined ? '' : markup`<input type="hidden" name="lang" value="${asked.lang}">`}
<label class="hidden" for="q">${words.searchFor}</label>
<input id="q" name="q" type="search" dir="${direction}" placeholder="${words.searchFor}" value="${asked.q ?? ''}">
${collections.length > 1 ? choice : ''}
<button>${words.search}</button>
</form>`;
}

function results(words: Strings, { asked }: StartPage, found: SearchResult): Html {
  const { total, totalIsLowerBound, items, next, withheld } = found;
  const count = total === 0 ? words.noHits : `${totalIsLowerBound ? '≥ ' : ''}${words.hits(total)}`;
  return markup`<section>
<h2>${count}</h2>
${withheld.count > 0 ? markup`<p class="note">${words.withheld(withheld.count)}</p>` : ''}
<ol class="list">${items.map((item) => hit(words, asked.lang, item))}</ol>
${next === null ? '' : markup`<p><a href="${address('/', { ...asked, cursor: next })}">${words.next}</a></p>`}
</section>`;
}

function hit(words: Strings, lang: string | undefined, item: SearchItem): Html {
  const language = item.lang === null ? '' : markup` lang="${item.lang}"`;
  const published = time(words, item.publishedAt, item.times['publishedAt']);
  const page = address(`/p/${item.id}`, { lang });
  const hasTitle = item.name !== null && item.name !== '';
  return markup`<li class="card">
${hasTitle ? markup`<h3 class="title more" dir="auto"${language}><a href="${page}">${item.name}</a></h3>` : ''}
${hasTitle && !item.text ? '' : markup`<p class="text more" dir="auto"${language}>${item.text ?? markup`<span class="soft">${words.untitled}</span>`}</p>`}
<p class="meta"><span>${author(words, item.author)}</span>
<a href="${page}">${published}</a>
${item.state === 'present' ? '' : outcome(words, item.state)}
<bdi>${item.collections.join(', ')}</bdi></p>
</li>`;
}

function collectionTable(words: Strings, { collections, language }: StartPage): Html {
  if (collections.length === 0) return nothingYet(words);
  const number = (label: string, n: number): Html =>
    markup`<td class="n" data-label="${label}">${n.toLocaleString(language)}</td>`;
  const rows = collections.map(
    (one) => markup`<tr><td><strong><bdi>${one.name}</bdi></strong></td>
${number(words.posts, one.posts)}
${number(words.observations, one.observations)}
${number(words.accessions, one.accessions)}
<td data-label="${words.lastSeen}">${time(words, one.lastObservedAt)}</td></tr>`,
  );
  return markup`<section>
<h2>${words.collections}</h2>
<table class="folds"><thead><tr><th>${words.collection}</th><th class="n">${words.posts}</th>
<th class="n">${words.observations}</th><th class="n">${words.accessions}</th><th>${words.lastSeen}</th></tr></thead>
<tbody>${rows}</tbody></table>
</section>`;
}

const BEGIN = `npx perdure import my-export.zip --collection my-collection

curl -T my-export.zip -X POST 'http://127.0.0.1:3080/api/v1/accessions?name=my-export.zip'`;

function nothingYet(words: Strings): Html {
  return markup`<section><h2>${words.empty}</h2><p>${words.howToBegin}</p><pre>${BEGIN}</pre></section>`;
}
