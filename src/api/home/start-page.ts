/** The start page: what is here, and a search. */
import type { CollectionView, SearchItem, SearchResult } from '../../read/index.js';
import { html, type Html } from './html.js';
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
  const body = html` <h1 class="hidden">Perdure</h1>
    ${searchForm(words, shown)}
    ${shown.problem === undefined ? '' : html`<p class="note" role="alert">${words.problem}: <bdi>${shown.problem}</bdi></p>`}
    ${shown.found ? results(words, shown, shown.found) : ''} ${collectionTable(words, shown)}`;
  const title = asked.q === undefined ? 'Perdure' : `${asked.q} – Perdure`;
  return page({ language, title, path: '/', parameters: asked, body });
}

function searchForm(words: Strings, { asked, collections }: StartPage): Html {
  const options = collections.map(
    ({ name }) => html`<option value="${name}" ${name === asked.collection ? html` selected` : ''}>${name}</option>`,
  );
  const choice = html`<label class="hidden" for="collection">${words.inCollection}</label>
    <select id="collection" name="collection">
      <option value="">${words.allCollections}</option>
      ${options}
    </select>`;
  return html`<form role="search" action="/" method="get">
    ${asked.lang === undefined ? '' : html`<input type="hidden" name="lang" value="${asked.lang}" />`}
    <label class="hidden" for="q">${words.searchFor}</label>
    <input id="q" name="q" type="search" dir="auto" placeholder="${words.searchFor}" value="${asked.q ?? ''}" />
    ${collections.length > 1 ? choice : ''}
    <button>${words.search}</button>
  </form>`;
}

function results(words: Strings, { asked }: StartPage, found: SearchResult): Html {
  const { total, totalIsLowerBound, items, next, withheld } = found;
  const count = total === 0 ? words.noHits : `${totalIsLowerBound ? '≥ ' : ''}${words.hits(total)}`;
  return html`<section>
    <h2>${count}</h2>
    ${withheld.count > 0 ? html`<p class="note">${words.withheld(withheld.count)}</p>` : ''}
    <ol class="list">
      ${items.map((item) => hit(words, asked.lang, item))}
    </ol>
    ${next === null ? '' : html`<p><a href="${address('/', { ...asked, cursor: next })}">${words.next}</a></p>`}
  </section>`;
}

function hit(words: Strings, lang: string | undefined, item: SearchItem): Html {
  const link = address(`/p/${item.id}`, { lang });
  return html`<li>
    <article class="card">
      <p class="text more" dir="auto" ${item.lang === null ? '' : html` lang="${item.lang}"`}>
        ${item.text ?? html`<span class="soft">${words.untitled}</span>`}
      </p>
      <p class="meta">
        <span>${author(words, item.author)}</span
        ><a href="${link}">${time(words, item.publishedAt, item.times['publishedAt'])}</a>
        ${item.state === 'present' ? '' : outcome(words, item.state)}<bdi>${item.collections.join(', ')}</bdi>
      </p>
    </article>
  </li>`;
}

function collectionTable(words: Strings, { collections, language }: StartPage): Html {
  if (collections.length === 0) return nothingYet(words);
  const number = (label: string, n: number): Html =>
    html`<td class="n" data-label="${label}">${n.toLocaleString(language)}</td>`;
  return html`<section>
    <h2>${words.collections}</h2>
    <table class="folds">
      <thead>
        <tr>
          <th>${words.collection}</th>
          <th class="n">${words.posts}</th>
          <th class="n">${words.observations}</th>
          <th class="n">${words.accessions}</th>
          <th>${words.lastSeen}</th>
        </tr>
      </thead>
      <tbody>
        ${collections.map(
          (one) =>
            html`<tr>
              <td>
                <strong><bdi>${one.name}</bdi></strong>
              </td>
              ${number(words.posts, one.posts)}${number(words.observations, one.observations)}
              ${number(words.accessions, one.accessions)}
              <td data-label="${words.lastSeen}"><span>${time(words, one.lastObservedAt)}</span></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

const BEGIN = `npx perdure import my-export.zip --collection my-collection

curl -T my-export.zip -X POST 'http://127.0.0.1:3080/api/v1/accessions?name=my-export.zip'`;

function nothingYet(words: Strings): Html {
  return html`<section>
    <h2>${words.empty}</h2>
    <p>${words.howToBegin}</p>
    <pre>${BEGIN}</pre>
  </section>`;
}
