/**
 * Who wrote it, in the ways of all formats: `<author><name>`, `nour@example.org (Nour)`, `Nour`. An e-mail address is
 * no part of what is read.
 */
import { childrenOf, wordsOf, type Element } from './xml.js';

export interface Person {
  readonly name?: string;
  readonly uri?: string;
  /** Only to tell people apart who have no other name; never shown. */
  readonly email?: string;
}

const EMAIL = /[^\s<>()"',;:@]{1,64}@[^\s<>()"',;:@]{1,200}\.[^\s<>()"',;:@.]{1,40}/;

/** The people under the first of `keys` that names anybody. */
export function peopleIn(elements: readonly Element[], keys: readonly string[]): readonly Person[] {
  for (const key of keys) {
    const people = elements.filter((element) => element.key === key).flatMap(personOf);
    if (people.length > 0) return people;
  }
  return [];
}

function personOf(element: Element): readonly Person[] {
  const parts = childrenOf(element);
  if (parts.length === 0) return fromText(wordsOf(element));
  const say = (...names: string[]): string | undefined =>
    parts
      .filter(({ key }) => names.includes(key.slice(key.indexOf(':') + 1)))
      .map((part) => wordsOf(part).trim())
      .find((words) => words !== '');
  return person(say('name'), say('uri', 'url', 'homepage'), say('email'));
}

/** `nour@example.org (Nour)`, `Nour <nour@example.org>`, `Nour`, an address alone. */
export function fromText(text: string): readonly Person[] {
  const email = EMAIL.exec(text)?.[0];
  if (email === undefined) return person(text.trim(), undefined, undefined);
  const around = text.replace(email, '').replace(/mailto:/i, '');
  const inner = /\(([^()]*)\)/.exec(around)?.[1] ?? around.replace(/[<>()"]/g, ' ');
  return person(inner.trim(), undefined, email);
}

export function person(name?: string, uri?: string, email?: string): readonly Person[] {
  // Some put the address where the name belongs.
  const real = name !== undefined && EMAIL.test(name) ? undefined : name;
  const mail = email ?? (name !== undefined ? EMAIL.exec(name)?.[0] : undefined);
  const found: Person = {
    ...(real !== undefined && real !== '' && { name: real }),
    ...(uri !== undefined && uri !== '' && { uri }),
    ...(mail !== undefined && { email: mail.toLowerCase() }),
  };
  return Object.keys(found).length > 0 ? [found] : [];
}
