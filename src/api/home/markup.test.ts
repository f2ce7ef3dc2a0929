import { describe, expect, test } from '@jest/globals';
import { escape, markup } from './markup.js';

describe('markup', () => {
  test('escapes what is put in, in text and in attributes', () => {
    const text = `<script>alert("1")</script>'`;
    expect(markup`<p title="${text}">${text}</p>`.text).toBe(
      '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;</p>',
    );
  });

  test('takes its own results as they are, lists of them too, and nothing as nothing', () => {
    const items = ['a', '<'].map((item) => markup`<li>${item}</li>`);
    expect(markup`<ul>${items}${undefined}${false}${0}</ul>`.text).toBe('<ul><li>a</li><li>&lt;</li>0</ul>');
  });

  test('what no document may hold is replaced', () => {
    expect(escape('a\u0000b\ud800c\td\n')).toBe('a\ufffdb\ufffdc\td\n');
  });
});
