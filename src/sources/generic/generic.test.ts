import { describe, expect, it } from '@jest/globals';
import { describeSource } from '../../../test/contract/describe-source.js';
import { UsageError } from '../../core/errors.js';
import { generic } from './index.js';
import { checkMapping } from './mapping.js';
import { compilePattern } from './pattern.js';

const TABLE = {
  platform: 'gone',
  id: 'post_id',
  text: 'body',
  author: { id: 'user_id', handle: 'user' },
  published: { field: 'date', format: 'dd/MM/yyyy HH:mm', zone: 'Asia/Damascus' },
  media: ['image'],
  metrics: { likes: 'likes' },
  visibility: { field: 'who', values: { all: 'public', friends: 'followers' } },
};
const LINES = {
  platform: 'gone',
  text: 'body',
  author: { name: 'user.name' },
  published: { field: 't', format: 'seconds' },
};

describeSource(generic, {
  folder: 'src/sources/generic/fixtures',
  fixtures: [
    { path: 'table.csv', format: 'table', records: 6, read: 6, rejected: 3, options: { mapping: TABLE } },
    { path: 'lines.jsonl', format: 'json', records: 5, read: 5, rejected: 1, options: { mapping: LINES } },
  ],
});

describe('a mapping', () => {
  it.each([
    [{}, /platform/],
    [{ platform: 'X Y', text: 'a' }, /platform: must be a short name in lower case/],
    [{ platform: 'gab' }, /names no content/],
    [{ platform: 'gab', text: 'a', txet: 'b' }, /txet/],
    [{ platform: 'gab', text: 'a', published: { field: 'd', format: 'DD.MM' } }, /published/],
    [{ platform: 'gab', text: 'a', published: { field: 'd', zone: 'Aleppo' } }, /published/],
    [{ platform: 'gab', text: 'a', visibility: 'secret' }, /visibility/],
    ['no object', /the mapping/],
  ])('%j is answered by name', (mapping, message) => {
    expect(() => checkMapping(mapping)).toThrow(UsageError);
    expect(() => checkMapping(mapping)).toThrow(message);
  });
});

describe('a pattern', () => {
  it.each([
    ['dd/MM/yyyy HH:mm', '13/12/2016 09:41', '2016-12-13T09:41', 'min', 'unknown'],
    ['M/d/yy h:mm a', '2/3/16 12:05 AM', '2016-02-03T00:05', 'min', 'unknown'],
    ['M/d/yy h:mm a', '2/3/16 1:05 p.m.', '2016-02-03T13:05', 'min', 'unknown'],
    ['yyyy.MM.dd', ' 2016.12.13 ', '2016-12-13', 'day', 'unknown'],
    ['yyyy-MM-ddTHH:mm:ss.SSSZ', '2016-12-13T09:41:02.345Z', '2016-12-13T09:41:02.345Z', 'ms', 'utc'],
  ])('%s reads %s', (pattern, text, at, precision, zone) => {
    expect(compilePattern(pattern)!(text)).toEqual({ at, precision, zone });
  });

  it.each([
    ['dd/MM/yyyy', '30/02/2016'],
    ['dd/MM/yyyy', '1/2/2016'],
    ['dd/MM/yyyy HH:mm', '13/12/2016 24:00'],
    ['dd/MM/yyyy h:mm a', '13/12/2016 13:00 PM'],
  ])('%s does not read %s', (pattern, text) => {
    expect(compilePattern(pattern)!(text)).toBeUndefined();
  });

  it.each(['HH:mm', 'dd/MM/yyyy dd', 'dd MMM yyyy', 'dd/MM/yyyy h:mm', 'dd/MM/yyyy HH:mm a', 'EEE dd/MM/yyyy'])(
    '%s is none',
    (pattern) => {
      expect(compilePattern(pattern)).toBeUndefined();
    },
  );
});
